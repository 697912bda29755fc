"""A unit's return workbook filled in as an officer would.

Here: finding the heads of a sheet, writing below them. Not here: making or reading the workbook.
Invariant: only cells an officer may write are written.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl

HEAD_ROW = 6


def heads(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, int]:
    """Return the columns of a sheet by their head."""
    return {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[HEAD_ROW] if cell.value}


def fill(path: Path, sheet: str, *records: dict[str, object], nil: bool = False) -> Path:
    """Fill a sheet as an officer would: below the heads, or the nil cell."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    columns = heads(page)
    row = HEAD_ROW + 1
    while page.cell(row, 1).value:
        row += 1
    for record in records:
        for head, value in record.items():
            page.cell(row, columns[head]).value = value
        row += 1
    if nil:
        page.cell(4, 2).value = "x"
    book.save(path)
    return path
