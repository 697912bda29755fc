"""A sheet of a unit's return: which one is read, and whether the unit declared that nothing happened.

Here: the sheet by name, the nil tick and its two faults. Not here: finding and typing the table (headers, reading).
Invariant: a return is rows, or a declared nil; neither or both is none, and the unit is reported which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.ingest.cells import is_blank
from pipelines.ingest.codes import ALIKE
from pipelines.ingest.headers import Table, label
from pipelines.ingest.sheet import Grid
from pipelines.ingest.sniff import Refused
from pipelines.office.profiles import Profile
from pipelines.office.text import format_count, match_key

_WORDS = "Không phát sinh trong kỳ"
_NIL = match_key(_WORDS)
# A mark in the box, or a yes; a spreadsheet's own truth value arrives as True.
_TICKS = frozenset(
    ["x", "×", "✕", "✗", "✘", "✓", "✔", "✔\ufe0f", "√", "☑", "☒", "☑\ufe0f", "v", "có", "đúng", "yes", "true"]
)
_REMARK = re.compile(r"(?<=\S)\s+\([^()]*\)$")
_ALLOWED = "«x», «✓» hoặc «có»"


def sheets_of(grid: Grid, profile: Profile) -> Grid:
    """Return the grid with the one sheet a profile reads, or whole when it reads them all.

    Raises:
        Refused: the workbook has no such sheet.
    """
    if profile.sheet is None:
        return grid
    kept = [sheet for sheet in grid.sheets if sheet.name and match_key(sheet.name) == match_key(profile.sheet)]
    if not kept and any(match_key(name) == match_key(profile.sheet) for name in grid.hidden_sheets):
        raise Refused(f"Trang «{profile.sheet}» của phiếu bị ẩn, không được đọc.", "Bỏ ẩn trang ấy rồi gửi lại.")
    if not kept:
        raise Refused(f"Tệp không có trang «{profile.sheet}».", "Dùng phiếu báo cáo đã phát, không xóa, đổi tên trang.")
    return replace(grid, sheets=kept)


def wrong_nil(tables: Sequence[Table], rows: int, profile: Profile) -> Refused | None:
    """Return why a sheet with so many rows is no return; None when it is one, or its profile knows no nil."""
    if not profile.declares_nil:
        return None
    marks = [mark for table in tables if (mark := _mark(table))]
    is_ticked = any(_is_tick(mark) for mark in marks)
    if not rows and marks and not is_ticked:
        return Refused(
            f"Chưa có dòng nào, và ô «Không phát sinh trong kỳ» ghi «{marks[0]}», không phải dấu chọn.",
            f"Điền số liệu, hoặc ghi một trong các dấu {_ALLOWED} vào ô «Không phát sinh trong kỳ», rồi gửi lại.",
            "not_filled_in",
        )
    if not rows and not is_ticked:
        return Refused(
            "Chưa có dòng nào và chưa đánh dấu «Không phát sinh trong kỳ».",
            "Điền số liệu, hoặc ghi x vào ô «Không phát sinh trong kỳ», rồi gửi lại.",
            "not_filled_in",
        )
    if rows and is_ticked:
        return Refused(
            f"Đánh dấu «Không phát sinh trong kỳ» nhưng có {format_count(rows)} dòng.",
            "Xóa dấu x, hoặc xóa các dòng không thuộc kỳ này, rồi gửi lại.",
            "nil_with_rows",
        )
    return None


def _mark(table: Table) -> str:
    """Return what is in or after the cell with the words above the table; empty without."""
    for row in table.sheet.rows[: table.header_rows[0] - 1]:
        cells = [cell for cell in row if not is_blank(cell)]
        if cells and match_key(str(cells[0])).startswith(_NIL):
            behind = label(cells[0])[len(_WORDS) :].strip(" :.–—-…()[]")
            return " ".join([behind, *map(label, cells[1:])]).strip()
    return ""


def _is_tick(mark: str) -> bool:
    written = mark.translate(ALIKE)
    bare = _REMARK.sub("", written)  # «x (đã kiểm tra)»
    return any(text.strip("()[] .").casefold() in _TICKS for text in (written, bare, mark))
