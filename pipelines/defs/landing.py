"""Asset `landed_files`: everything units sent, kept byte for byte.

Here: one thin asset. Not here: receipts and atomic writes (ingest/landing).
Invariant: a file is received once; receiving never changes or deletes anything.
"""

import dagster as dg

from pipelines.defs.resources import OfficeResource
from pipelines.ingest.landing import keep_settings, receipts, receive_inbox
from pipelines.ingest.pull import pull_sources
from pipelines.warehouse.register import register


@dg.asset(
    group_name="tiep_nhan",
    kinds={"file"},
    description=(
        "Tệp các đơn vị đã gửi, giữ nguyên từng byte, mỗi lần gửi một biên nhận. "
        "Materialize để nhận tệp mới trong inbox."
    ),
    check_specs=[
        dg.AssetCheckSpec(
            name="sources_reachable",
            asset="landed_files",
            description="Mọi nguồn khai trong office.yaml đều lấy được tệp.",
        ),
        dg.AssetCheckSpec(
            name="files_recognised",
            asset="landed_files",
            description="Mọi tệp đã nhận đều có hồ sơ nguồn (profiles/) đọc được.",
        ),
    ],
)
def landed_files(office: OfficeResource) -> dg.MaterializeResult:
    """Receive what is new in the inbox; keep the settings in force."""
    loaded = office.load()
    pulled = pull_sources(loaded)
    taken = receive_inbox(loaded)
    kept = keep_settings(loaded)
    unknown = [item for item in register(loaded) if item.profile is None and item.is_visible]
    return dg.MaterializeResult(
        metadata={
            "tep_moi": len(taken),
            "tep_tong_cong": len(receipts(loaded)),
            "tep_cau_hinh": len(kept),
            "thu_muc": dg.MetadataValue.path(loaded.data / "landing"),
            "danh_sach": dg.MetadataValue.md(_listing([(r.period_id, r.unit_id, r.file_name) for r in taken])),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="sources_reachable",
                passed=not any(source.problem for source in pulled),
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "nguon": dg.MetadataValue.md(
                        _listing([(item.source_id, item.problem or "", str(len(item.files))) for item in pulled])
                    )
                },
            ),
            dg.AssetCheckResult(
                check_name="files_recognised",
                passed=not unknown,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "tep_khong_nhan_ra": dg.MetadataValue.md(
                        _listing([(d.period_id, d.unit_id, d.file_name) for d in unknown])
                    )
                },
            ),
        ],
    )


def _listing(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| kỳ | đơn vị | tệp |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows[:50])]
    return "\n".join(lines) if rows else "Không có."
