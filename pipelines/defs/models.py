"""The dbt models as assets: one step, one check on each fact and form.

Here: the dbt project's assets and checks, dbt run in this process. Not here: SQL, calling dbt (warehouse/dbt).
Invariant: a failing model or test turns the run red; an asset is what dbt's own result says was built.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

from pipelines.defs.resources import AskResource, OfficeResource, owners_of, period_partitions, plan_of, run_id_of
from pipelines.defs.warehouse import GROUP, landed_key, rows_metadata
from pipelines.office.settings import Office
from pipelines.warehouse.build import dbt_target, warehouse_file
from pipelines.warehouse.dbt import (
    BUILD,
    DbtFailed,
    NodeResult,
    build_only,
    ensure_manifest,
    lineage_file,
    read_manifest,
    types_file,
)
from pipelines.warehouse.engines import build_models
from pipelines.warehouse.lineage import Source, keep_columns, kept_lineage, kept_types
from pipelines.warehouse.streams import streams
from pipelines.warehouse.tables import tables_of

IDENTITIES = "identities_hold"
_CHECKED = ("fct_", "form_")
_BUILT = ("form_", "rpt_")


class KsttTranslator(DagsterDbtTranslator):
    """Names, groups and owners of the dbt models; a delivered stream's source is the asset that lands it."""

    def __init__(self, office: Office):
        super().__init__(
            # All other tables of schema `landed` are filled by one asset, `question`.
            settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_asset_checks=False)
        )
        self._owners = owners_of(office)
        self._lineage, self._types = kept_lineage(lineage_file()), kept_types(types_file())

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """A model is named by its name; a source table by the asset that fills it."""
        return _asset_of(
            "landed" if dbt_resource_props["resource_type"] == "source" else "main", dbt_resource_props["name"]
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Forms and what the report prints beside them are one group; all other models are beside the question."""
        return "bieu_mau" if str(dbt_resource_props["name"]).startswith(_BUILT) else GROUP

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Beside dagster-dbt's own: the streams a form is of, where records of many streams share one model.

        Types and lineage of columns are here, not with every materialisation: they are the same in every run, and a run
        would write and read them three times. They are known from the first whole build of a state of the project on.
        """
        name = dbt_resource_props["name"]
        found = dict(super().get_metadata(dbt_resource_props))
        streams_of_form = dbt_resource_props.get("config", {}).get("meta", {}).get("streams")
        if streams_of_form:
            found["streams"] = ", ".join(streams_of_form)
        schema, types = found.get("dagster/column_schema"), self._types.get(name, {})
        if isinstance(schema, dg.TableSchema):
            found["dagster/column_schema"] = dg.TableSchema(
                columns=[
                    dg.TableColumn(column.name, types.get(column.name, column.type), description=column.description)
                    for column in schema.columns
                ]
            )
        return {**found, **_column_lineage(self._lineage.get(name, {}))}

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """The office answers for all of them."""
        return self._owners


def _asset_of(schema: str, table: str) -> dg.AssetKey:
    """Return the asset that fills a table; the reference tables of schema `landed` are all of the question."""
    if schema == "landed":
        return landed_key(table) if table in streams() else dg.AssetKey("question")
    return dg.AssetKey(table)


def project_manifest(office: Office) -> dict[str, Any]:
    """Return the manifest of the dbt project as it is now, parsed anew only when the project has changed."""
    ensure_manifest(dbt_target(office), warehouse_file(office, "parse"))
    return read_manifest(dbt_target(office))


def model_defs(office: Office, manifest: Mapping[str, Any]) -> dg.Definitions:
    """Return the assets of the dbt project: the models dbt builds in one call."""
    specs = build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=KsttTranslator(office))
    names = [spec.key.to_user_string() for spec in specs]
    tested = _tested(manifest)

    @dg.multi_asset(
        name="dbt_models",
        partitions_def=period_partitions(office),
        specs=specs,
        can_subset=True,
        check_specs=[
            dg.AssetCheckSpec(
                name=IDENTITIES,
                asset=name,
                description="Mọi đẳng thức và điều kiện mà bảng này phải giữ (kiểm tra của dbt).",
            )
            for name in names
            if name.startswith(_CHECKED)
        ],
    )
    def dbt_models(
        context: dg.AssetExecutionContext, office: OfficeResource, ask: AskResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Build the models asked for and what they read, with every test of ours; one that fails fails the run."""
        loaded, run_id = office.load(), run_id_of(context)
        plan_of(context, loaded)
        wanted = {key.to_user_string() for key in context.selected_asset_keys}
        database = warehouse_file(loaded, run_id)
        command = BUILD if len(wanted) == len(names) else build_only(wanted)
        failure: DbtFailed | None = None
        try:
            results = build_models(loaded, database, command, ask.engine)
        except DbtFailed as error:  # what was built is reported first, then the failure is raised
            results, failure = error.results, error
        if failure is None:
            keep_columns(results, database, lineage_file(), types_file())
        yield from _events(results, wanted, database, tested)
        if failure:
            raise failure

    return dg.Definitions(assets=[dbt_models])


def _tested(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the model whose check a test counts for: the one it is attached to, else the first fact or form it reads.

    Id of the test → name of the model; a test on intermediate models alone is in no check, it only stops the build.
    """
    found = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "test":
            continue
        attached = node.get("attached_node")
        read = [name.rpartition(".")[2] for name in ([attached] if attached else sorted(node["depends_on"]["nodes"]))]
        checked = [name for name in read if name.startswith(_CHECKED)]
        if checked:
            found[unique_id] = checked[0]
    return found


def _events(
    results: Iterable[NodeResult],
    wanted: set[str],
    database: Path,
    tested: Mapping[str, str],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Yield a materialisation for each model dbt built, in its order, with the check of its identities."""
    tests: dict[str, list[NodeResult]] = {}
    for result in results:
        if result.unique_id in tested:
            tests.setdefault(tested[result.unique_id], []).append(result)
    tables = tables_of(database, "main")
    for result in results:
        if result.kind == "model" and result.status == "success" and result.name in wanted:
            ran = [test for test in tests.get(result.name, []) if test.status != "skipped"]
            yield dg.MaterializeResult(
                asset_key=result.name,
                metadata={**rows_metadata(tables[result.name]), "giay": round(result.seconds, 3)},
                check_results=[_identities(result.name, ran)] if result.name.startswith(_CHECKED) and ran else [],
            )


def _column_lineage(columns: Mapping[str, Sequence[Source]]) -> dict[str, dg.TableColumnLineage]:
    """Return what Dagster's page draws of a table: the columns of its inputs each column is computed from."""
    deps = {
        column: [dg.TableColumnDep(_asset_of(schema, table), source) for schema, table, source in sources]
        for column, sources in columns.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)} if deps else {}


def _identities(model: str, tests: list[NodeResult]) -> dg.AssetCheckResult:
    """Return the check of a fact or form: the names of the identities that do not hold, each with its rows."""
    failed = [test for test in tests if test.has_failed]
    lines = ["| đẳng thức | số dòng | ví dụ |", "|---|---|---|"]
    lines += [
        f"| {broken.identity} | {broken.row_count} | {', '.join(broken.rows)} |"
        for test in failed
        for broken in test.broken
    ]
    lines += [f"| {test.name} | ? | {test.message} |" for test in failed if not test.broken]
    return dg.AssetCheckResult(
        asset_key=model,
        check_name=IDENTITIES,
        passed=not failed,
        metadata={
            "kiem_tra": len(tests),
            "khong_dung": dg.MetadataValue.md("\n".join(lines) if failed else "Không có."),
        },
    )
