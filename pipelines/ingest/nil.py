"""A sheet of a unit's return: which one is read, and whether the unit declared that nothing happened.

Here: the sheet by name, the nil tick and its two faults. Not here: finding and typing the table (headers, reading).
Invariant: a return is rows, or a declared nil; neither or both is none, and the unit is told which.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.ingest.cells import is_blank
from pipelines.ingest.headers import Table
from pipelines.ingest.sheet import Grid
from pipelines.ingest.sniff import Refused
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key

_NIL = match_key("Không phát sinh trong kỳ")


def sheets_of(grid: Grid, profile: Profile) -> Grid:
    """Return the grid with the one sheet a profile reads, or whole when it reads them all.

    Raises:
        Refused: the workbook has no such sheet.
    """
    if profile.sheet is None:
        return grid
    kept = [sheet for sheet in grid.sheets if sheet.name and match_key(sheet.name) == match_key(profile.sheet)]
    if not kept:
        raise Refused(f"Tệp không có trang «{profile.sheet}».", "Dùng phiếu báo cáo đã phát, không xóa, đổi tên trang.")
    return replace(grid, sheets=kept)


def wrong_nil(tables: list[Table], rows: int) -> Refused | None:
    """Return why a sheet with so many rows is no return; None when it is one."""
    is_ticked = any(_is_ticked(table) for table in tables)
    if not rows and not is_ticked:
        return Refused(
            "Chưa có dòng nào và chưa đánh dấu «Không phát sinh trong kỳ».",
            "Điền số liệu, hoặc ghi x vào ô «Không phát sinh trong kỳ», rồi gửi lại.",
            "not_filled_in",
        )
    if rows and is_ticked:
        return Refused(
            f"Đánh dấu «Không phát sinh trong kỳ» nhưng có {rows} dòng.",
            "Xóa dấu x, hoặc xóa các dòng không thuộc kỳ này, rồi gửi lại.",
            "nil_with_rows",
        )
    return None


def _is_ticked(table: Table) -> bool:
    """Tell whether the cell after the words above the table is filled."""
    for row in table.sheet.rows[: table.header_rows[0] - 1]:
        cells = [cell for cell in row if not is_blank(cell)]
        if cells and match_key(str(cells[0])).startswith(_NIL):
            return len(cells) > 1
    return False
