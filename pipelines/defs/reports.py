"""The last assets: what goes back to units, the evidence book and the quarterly reports.

Here: proving and rendering one finished warehouse, moving it whole into place; what goes back to units.
Not here: queries, layout, words.
Invariant: a report appears whole in its folder or not at all, and is never written again.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.audit.evidence import write_evidence
from pipelines.defs.due import DUE_CHECK, due_check_spec, due_reports
from pipelines.defs.resources import OfficeResource, owners_of, period_partitions, plan_of, run_id_of
from pipelines.office.settings import Office
from pipelines.package.finish import finish_report, layouts_to_print, printed_models
from pipelines.units.mend import make_mend_books
from pipelines.warehouse.build import build_folder, warehouse_file
from pipelines.warehouse.streams import streams

_GROUP = "bao_cao"


def report_defs(office: Office, manifest: Mapping[str, Any]) -> dg.Definitions:
    """Return the assets after the models: mend books, evidence, the report."""
    partitions, owners = period_partitions(office), owners_of(office)
    models = [node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    forms = printed_models(office, manifest)

    @dg.asset(
        group_name=_GROUP,
        kinds={"excel"},
        deps=list(streams()),
        owners=owners,
        partitions_def=partitions,
        description="Sổ trả lại từng đơn vị: tệp bị từ chối, dòng sai và cách sửa, lỗi lần trước đã sửa.",
    )
    def mend_books(context: dg.AssetExecutionContext, office: OfficeResource) -> dg.MaterializeResult:
        """Write what goes back to each unit of the period."""
        loaded = office.load()
        made = make_mend_books(loaded, context.partition_key)
        lines = ["| đơn vị | tệp bị từ chối | lỗi phải sửa | cảnh báo | đã sửa |", "|---|---|---|---|---|"]
        lines += [
            f"| {book.unit_name} | {len(book.refused)} | {len(book.sent_back)} | {book.flagged_count} "
            f"| {len(book.mended)} |"
            for book, _ in made
        ]
        return dg.MaterializeResult(
            metadata={
                "so_tra_lai": len(made),
                "thu_muc": dg.MetadataValue.path(str(loaded.data / "tra-lai")),
                "theo_don_vi": dg.MetadataValue.md("\n".join(lines) if made else "Không có gì phải trả lại."),
            }
        )

    @dg.asset(
        group_name=_GROUP,
        kinds={"csv"},
        deps=[*forms, *(name for name in models if name.startswith("fct_")), *_ranked(manifest)],
        owners=owners,
        partitions_def=partitions,
        description=(
            "Sổ chứng cứ: từng hồ sơ sau mỗi con số, tệp đã nhận, dòng trả lại; mọi ô của mọi biểu được đối chiếu."
        ),
    )
    def evidence_book(context: dg.AssetExecutionContext, office: OfficeResource) -> dg.MaterializeResult:
        """Check every cell against its trace and write the tables an auditor opens."""
        loaded, run_id = office.load(), run_id_of(context)
        layouts = layouts_to_print(loaded, plan_of(context, loaded).question)
        folder = build_folder(loaded, run_id) / "evidence"
        counts = write_evidence(warehouse_file(loaded, run_id), layouts, folder)
        return dg.MaterializeResult(metadata={**counts, "o_khong_truy_vet_duoc": 0})

    @dg.asset(
        group_name=_GROUP,
        kinds={"word", "excel"},
        deps=[evidence_book, mend_books, *forms, *(name for name in models if name.startswith("rpt_"))],
        owners=owners,
        partitions_def=partitions,
        check_specs=[due_check_spec()],
        description=(
            "Báo cáo và biểu mẫu chính thức của kỳ, phải có trước ngày 12 của tháng cuối quý. Chỉ lập, không tự gửi."
        ),
    )
    def quarterly_reports(context: dg.AssetExecutionContext, office: OfficeResource) -> dg.MaterializeResult:
        """Render report and forms, write the manifest, move the whole folder into place."""
        loaded = office.load()
        planned = plan_of(context, loaded)
        layouts = layouts_to_print(loaded, planned.question)
        finished = finish_report(loaded, planned, layouts, run_id_of(context))
        metadata: dict[str, dg.MetadataValue | str | bool] = {
            **{name: str(value) for name, value in finished.summary.items()},
            "thu_muc": dg.MetadataValue.path(str(planned.report)),
            "tep": dg.MetadataValue.md("\n".join(f"- {path.name}" for path in sorted(planned.report.iterdir()))),
            "moi_lap": finished.built,
        }
        due = due_reports(loaded)
        check = dg.AssetCheckResult(
            check_name=DUE_CHECK, passed=due.passed, severity=dg.AssetCheckSeverity.WARN, metadata=due.metadata
        )
        return dg.MaterializeResult(metadata=metadata, check_results=[check])

    return dg.Definitions(assets=[mend_books, evidence_book, quarterly_reports])


def _ranked(manifest: Mapping[str, Any]) -> list[str]:
    """Return the models that find the rows of files behind facts (meta `trace.rows` of a fact)."""
    metas = [node["config"].get("meta", {}) for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    rows = [(meta.get("trace") or {}).get("rows") for meta in metas]
    return sorted({found["model"] for found in rows if found})
