"""Old binary workbooks (.xls, BIFF 2 to 8), read by xlrd, which alone gives their errors, formats and hidden parts.

Here: opening one and turning its cells into values. Not here: other formats (grid).
Invariant: an error cell and a formula never calculated are reported; a damaged file is refused, whatever xlrd raises.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.facts import ERROR_TEXTS, NOT_CALCULATED, shown, special_format
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sniff import broken_workbook, password_protected

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Sheet as OldSheet

_FORMULAS = (0x0006, 0x0206, 0x0406)
_FILTER_MODE = 0x009B
_END_OF_SHEET = 0x000A
_EMPTY_RESULT = 3
_WORKSHEET = 0x10


def xls_grid(content: bytes) -> Grid:
    """Read an old binary workbook.

    Raises:
        Refused: it has a password, or xlrd cannot read it.
    """
    import xlrd

    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=nowhere, on_demand=True)
            return _grid(book)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).casefold():
            raise password_protected() from error
        raise broken_workbook("xls") from error
    except Exception as error:  # on damaged bytes xlrd raises whatever the next operation happens to raise
        raise broken_workbook("xls") from error


def _grid(book: Book) -> Grid:
    forms = {
        at: special
        for at, style in enumerate(book.xf_list)
        if (special := special_format(book.format_map[style.format_key].format_str))
    }
    every = [book.sheet_by_index(number) for number in range(book.nsheets)]
    sheets = [(sheet, _marks(book, number)) for number, sheet in enumerate(every)]
    visible = [(sheet, marks) for sheet, marks in sheets if sheet.visibility == 0]
    unseen = [_sheet(book, sheet, marks, forms) for sheet, marks in sheets if sheet.visibility]
    shown = [_sheet(book, *item, forms) for item in visible]
    return Grid("xls", shown, [str(sheet.name) for sheet in unseen], bool(book.datemode), unseen=unseen)


def _sheet(book: Book, sheet: OldSheet, marks: tuple[list[tuple[int, int]], bool], forms: dict[int, str]) -> Sheet:
    uncalculated, has_filter = marks
    rows: list[list[object]] = []
    for at in range(sheet.nrows):
        row: list[object] = list(sheet.row_values(at))
        kinds = sheet.row_types(at)
        for column in [column for column, kind in enumerate(kinds) if kind > 2 or (kind == 2 and forms)]:
            row[column] = _value(book, kinds[column], row[column], forms.get(sheet.cell_xf_index(at, column)))
        rows.append(row)
    for at, column in uncalculated:
        rows[at][column] = NOT_CALCULATED
    width = max(map(len, rows), default=0)
    hidden_rows = sum(1 for at, info in sheet.rowinfo_map.items() if info.hidden and at < len(rows))
    hidden_columns = sum(1 for at, info in sheet.colinfo_map.items() if info.hidden and at < width)
    merges = tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
    return Sheet(sheet.name, rows, hidden_rows, hidden_columns, merges, has_filter)


def _value(book: Book, kind: int, value: object, form: str | None) -> object:
    """Turn a cell of xlrd (2 number, 3 date, 4 truth, 5 error, 6 blank) into what it holds."""
    import xlrd

    if kind == xlrd.XL_CELL_ERROR:
        return ERROR_TEXTS.get(int(str(value)), "#VALUE!")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if not isinstance(value, float):
        return value
    if kind == xlrd.XL_CELL_DATE and value >= 1:
        try:
            return xlrd.xldate.xldate_as_datetime(value, book.datemode)
        except (OverflowError, ValueError):
            return value
    return (shown(value, form) if form else None) or value


def _marks(book: Book, number: int) -> tuple[list[tuple[int, int]], bool]:
    """Return the formulas of a sheet that were never calculated, and whether a filter is on.

    A stored empty result is also what `=""` gives: it means "not calculated" only where no formula of the
    sheet has any other result, as libraries write that do not calculate.
    """
    memory, at = book.mem or b"", book._sh_abs_posn[number] if book.mem else 0
    empty, others, has_filter, depth = [], 0, False, 0
    while at + 4 <= len(memory):
        kind, length = struct.unpack_from("<HH", memory, at)
        if kind in _FORMULAS and length >= 14:
            row, column = struct.unpack_from("<HH", memory, at + 4)
            result = memory[at + 10 : at + 18]
            if result[0] == _EMPTY_RESULT and result[6:8] == b"\xff\xff":
                empty.append((row, column))
            else:
                others += 1
        depth += kind & 0xFF == 0x09 and length >= 4  # a chart inside a sheet has its own begin and end
        depth -= kind == _END_OF_SHEET
        has_filter = has_filter or kind == _FILTER_MODE
        if kind == _END_OF_SHEET and depth <= 0:
            break
        at += 4 + length
    return ([] if others else empty), has_filter
