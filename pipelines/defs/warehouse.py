"""The question and the dbt models: one fresh database a run.

Here: asset `question`, the dbt assets, dbt run in this process. Not here: SQL, the landed schema (warehouse).
Invariant: a failing model or test turns the run red; every model that was built is a materialisation, then too.
"""

from collections.abc import Iterator, Mapping

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from pydantic import Field

from pipelines.defs.resources import OfficeResource, loaded_office, period_partitions
from pipelines.defs.streams import STREAM_ASSETS
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import dbt_target, warehouse_file
from pipelines.warehouse.dbt import DbtFailed, build, ensure_manifest
from pipelines.warehouse.question import Ask


class QuestionConfig(dg.Config):
    """What may be asked beside the period; empty means the default."""

    as_of: str | None = None
    received_by: str | None = None
    switches: dict[str, str] = Field(default_factory=dict)


@dg.asset(
    group_name="kho_du_lieu",
    kinds={"duckdb"},
    deps=STREAM_ASSETS,
    partitions_def=period_partitions(),
    description=(
        "Câu hỏi đặt ra cho dữ liệu: kỳ nào, tính đến ngày nào, từ những tệp nhận đến lúc nào, đếm theo quy tắc nào."
    ),
)
def question(context: dg.AssetExecutionContext, config: QuestionConfig, office: OfficeResource) -> dg.MaterializeResult:
    """Resolve the question and write schema `landed` into a fresh database."""
    asked = Ask.parse(context.partition_key, config.as_of, config.received_by, config.switches)
    answer = begin(office.load(), asked)
    return dg.MaterializeResult(
        metadata={
            "ky_bao_cao": answer.question.period.label,
            "so_lieu_den_ngay": answer.question.until_on.isoformat(),
            "nhan_den_luc": answer.question.received_by.isoformat(),
            "so_tep": len(answer.typed),
            "cong_tac": dg.MetadataValue.json(answer.question.switches.model_dump()),
            "khoa": answer.key,
        }
    )


class KsttTranslator(DagsterDbtTranslator):
    """Names and groups of the dbt models; delivered streams are the assets that read them."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, object]) -> dg.AssetKey:
        """A model is named by its name; a source table by the asset that fills it."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey("question")
        return dg.AssetKey(str(dbt_resource_props["name"]))

    def get_group_name(self, dbt_resource_props: Mapping[str, object]) -> str:
        """Models stand in one group beside the question."""
        return "kho_du_lieu" if not str(dbt_resource_props["name"]).startswith(("form_", "rpt_")) else "bieu_mau"


_OFFICE = loaded_office()
_MANIFEST = ensure_manifest(dbt_target(_OFFICE), warehouse_file(_OFFICE))
# All tables of schema `landed` are filled by one asset, `question`.
_TRANSLATOR = KsttTranslator(
    settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_asset_checks=False)
)


# Models become materialisations. Tests of ours are no checks: one that fails stops the build.
@dbt_assets(
    manifest=_MANIFEST,
    partitions_def=period_partitions(),
    dagster_dbt_translator=_TRANSLATOR,
    name="dbt_models",
)
def dbt_models(office: OfficeResource) -> Iterator[object]:
    """Build every model, each a materialisation, and run every test of ours; one that fails is the run's failure."""
    loaded = office.load()
    failure: DbtFailed | None = None
    try:
        results = build(dbt_target(loaded), warehouse_file(loaded))
    except DbtFailed as error:  # what was built is said first, then the failure is raised
        results, failure = error.results, error
    for result in results:
        if result.kind == "model" and result.status == "success":
            yield dg.MaterializeResult(asset_key=dg.AssetKey(result.name), metadata={"giay": result.seconds})
    if failure:
        raise failure
