"""The last assets: what goes back to units, the evidence book and the quarterly reports.

Here: proving and rendering one finished warehouse, moving it whole into place; what goes back to units.
Not here: queries, layout, words.
Invariant: a report appears whole in its folder or not at all, and is never written again.
"""

import datetime as dt

import dagster as dg

from pipelines.audit.evidence import write_evidence
from pipelines.defs.resources import OfficeResource, loaded_office, period_partitions
from pipelines.defs.streams import STREAM_ASSETS
from pipelines.defs.warehouse import dbt_models
from pipelines.package.finish import finish_report, layouts_to_print
from pipelines.units.mend import make_mend_books
from pipelines.warehouse.answer import noted_plan
from pipelines.warehouse.build import build_folder, warehouse_file

_DEADLINES = loaded_office().settings.deadlines


@dg.asset(
    group_name="bao_cao",
    kinds={"excel"},
    deps=STREAM_ASSETS,
    partitions_def=period_partitions(),
    description="Sổ trả lại từng đơn vị: tệp bị từ chối, dòng sai và cách sửa, lỗi lần trước đã sửa.",
)
def mend_books(context: dg.AssetExecutionContext, office: OfficeResource) -> dg.MaterializeResult:
    """Write what goes back to each unit of the period."""
    loaded = office.load()
    made = make_mend_books(loaded, context.partition_key)
    lines = ["| đơn vị | tệp bị từ chối | lỗi phải sửa | cảnh báo | đã sửa |", "|---|---|---|---|---|"]
    lines += [
        f"| {book.unit_name} | {len(book.refused)} | {len(book.sent_back)} | {len(book.flagged)} | {len(book.mended)} |"
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
    group_name="bao_cao",
    kinds={"csv"},
    deps=[dbt_models],
    partitions_def=period_partitions(),
    description="Sổ chứng cứ: từng hồ sơ sau mỗi con số, tệp đã nhận, dòng trả lại; mọi ô của mọi biểu được đối chiếu.",
)
def evidence_book(office: OfficeResource) -> dg.MaterializeResult:
    """Check every cell against its trace and write the tables an auditor opens."""
    loaded = office.load()
    layouts = layouts_to_print(loaded, noted_plan(loaded).question)
    counts = write_evidence(warehouse_file(loaded), layouts, build_folder(loaded) / "evidence")
    return dg.MaterializeResult(metadata={**counts, "o_khong_truy_vet_duoc": 0})


@dg.asset(
    group_name="bao_cao",
    kinds={"word", "excel"},
    deps=[evidence_book, mend_books],
    partitions_def=period_partitions(),
    freshness_policy=dg.FreshnessPolicy.cron(
        deadline_cron=f"0 0 {_DEADLINES.unit_deadline_day} 3,6,9,12 *",
        lower_bound_delta=dt.timedelta(days=3),
        timezone=loaded_office().settings.office.timezone,
    ),
    description=(
        "Báo cáo và biểu mẫu chính thức của kỳ, phải có trước ngày 12 của tháng cuối quý. Chỉ lập, không tự gửi."
    ),
)
def quarterly_reports(office: OfficeResource) -> dg.MaterializeResult:
    """Render report and forms, write the manifest, move the whole folder into place."""
    loaded = office.load()
    planned = noted_plan(loaded)
    finished = finish_report(loaded, planned, layouts_to_print(loaded, planned.question))
    metadata: dict[str, dg.MetadataValue | str | bool] = {name: str(value) for name, value in finished.summary.items()}
    metadata["thu_muc"] = dg.MetadataValue.path(str(planned.report))
    metadata["tep"] = dg.MetadataValue.md("\n".join(f"- {path.name}" for path in sorted(planned.report.iterdir())))
    metadata["moi_lap"] = finished.built
    return dg.MaterializeResult(metadata=metadata)
