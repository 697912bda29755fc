"""Asset `landed_files`: everything units sent, kept byte for byte.

Here: one thin asset. Not here: receipts and atomic writes (ingest/landing).
Invariant: a file is received once; receiving never changes or deletes anything.
"""

import dagster as dg

from pipelines.defs.resources import OfficeResource
from pipelines.ingest.landing import keep_settings, receipts, receive_inbox


@dg.asset(
    group_name="tiep_nhan",
    kinds={"file"},
    description=(
        "Tệp các đơn vị đã gửi, giữ nguyên từng byte, mỗi lần gửi một biên nhận. "
        "Materialize để nhận tệp mới trong inbox."
    ),
)
def landed_files(office: OfficeResource) -> dg.MaterializeResult:
    """Receive what is new in the inbox; keep the settings in force."""
    loaded = office.load()
    taken = receive_inbox(loaded)
    kept = keep_settings(loaded)
    return dg.MaterializeResult(
        metadata={
            "tep_moi": len(taken),
            "tep_tong_cong": len(receipts(loaded)),
            "tep_cau_hinh": len(kept),
            "thu_muc": dg.MetadataValue.path(loaded.data / "landing"),
            "danh_sach": dg.MetadataValue.md(_listing([(r.period_id, r.unit_id, r.file_name) for r in taken])),
        }
    )


def _listing(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| kỳ | đơn vị | tệp |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows[:50])]
    return "\n".join(lines) if rows else "Không có tệp mới."
