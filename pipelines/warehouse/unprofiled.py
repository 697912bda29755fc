"""The verdict on a file no profile fits: what is wrong with the file itself, else that no profile takes it.

Here: looking into such a file, its verdict. Not here: files that a profile reads (typed).
Invariant: an empty or broken file is called so; a file is looked into once a process.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import landed_path
from pipelines.ingest.persons import without_persons
from pipelines.office.settings import Office
from pipelines.warehouse.register import Delivery

# A larger file is no slip of the hand, and opening it takes its time.
_LARGEST = 20_000_000
_EXPORT_AGAIN = "Kết xuất lại từ phần mềm, dạng Excel (.xlsx) hoặc CSV, rồi gửi lại."


def unprofiled(office: Office, delivery: Delivery) -> dict[str, Any]:
    """Return the verdict on a file without a profile."""
    wrong = _fault(landed_path(office, delivery.sha256))
    reason = f"Không hồ sơ nguồn nào (profiles/) nhận tệp «{delivery.shown_name}» của {delivery.unit_id}."
    mend = "Kiểm tra tên tệp và thư mục đơn vị, hoặc thêm một tệp profiles/*.yaml cho nguồn này."
    return refused_verdict(delivery, *(wrong or (reason, mend)))


def refused_verdict(delivery: Delivery, reason: str, mend: str) -> dict[str, Any]:
    """Return the verdict on a file of which nothing was read."""
    return {
        "file_name": delivery.shown_name,
        "sha256": delivery.sha256,
        "stream": None,
        "profile_id": None,
        "recipe": "",
        "status": "refused",
        "refused_reason": without_persons(reason),
        "refused_mend": without_persons(mend),
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "checks": [],
        "furniture": [],
        "unknown_headers": [],
    }


@lru_cache(maxsize=4096)
def _fault(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a file whatever it is for, and what to do; None where it holds a table."""
    from pipelines.ingest.reading import try_open

    try:
        if path.stat().st_size > _LARGEST:
            return None
    except OSError:  # its bytes are gone: kstt verify names them
        return None
    opened = try_open(path)
    if isinstance(opened, tuple):
        refusal, _ = opened
        return refusal.reason, refusal.mend
    sheets = [sheet for _, grid in opened.grids for sheet in grid.sheets]
    if not any(len(sheet.rows) for sheet in sheets):
        return "Tệp rỗng, không có dòng nào.", _EXPORT_AGAIN
    if not any(sum(cell not in (None, "") for cell in row) > 1 for sheet in sheets for row in sheet.rows):
        return "Tệp không có bảng số liệu nào: không dòng nào có quá một ô.", _EXPORT_AGAIN
    return None
