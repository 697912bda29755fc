"""Any delivered file as a grid of cells.

Here: opening workbooks and text tables. Not here: telling formats apart (sniff), finding the table (headers).
Invariant: row n of the grid is row n of the sheet (record n of a text table); nothing is skipped.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pipelines.ingest.html_table import html_grid
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sheet_xml import BookFacts, SheetFacts, book_facts
from pipelines.ingest.sniff import Refused, markup_kind, password_protected, refuse_markup, sniff
from pipelines.ingest.text_table import decode, text_rows

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_BROKEN_PACKAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OSError,
    ValueError,
)


def open_grid(path: Path) -> Grid:
    """Open a file by its content.

    Raises:
        Refused: empty, encrypted, dangerous, broken, or no table format we read.
    """
    kind = sniff(path)
    if kind == "text":
        return _from_text(path.read_bytes())
    try:
        facts = book_facts(path) if kind == "xlsx" else BookFacts(False, {})
    except _BROKEN_PACKAGE as error:
        raise _broken(kind) from error
    return _workbook(path, kind, facts)


def _from_text(content: bytes) -> Grid:
    """Open what is written as text: a web page's tables or a text table."""
    text = decode(content)
    kind = markup_kind(text)
    if kind == "html":
        return html_grid(text)
    refuse_markup(kind)
    return Grid("csv", [Sheet(None, text_rows(text), 0, 0)])


def _workbook(path: Path, kind: str, facts: BookFacts) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        tables = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        visible = [item.name for item in tables if item.visible == SheetVisibleEnum.Visible]
        sheets = [_sheet(book, name, facts.sheets.get(name)) for name in visible]
    except PasswordError as error:
        raise password_protected() from error
    except (CalamineError, OSError, ValueError) as error:
        raise _broken(kind) from error
    except BaseException as error:
        # On a file cut short the reader panics, and its PanicException (not importable) is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _broken(kind) from error
    return Grid(kind, sheets, [item.name for item in tables if item.name not in visible], facts.epoch_1904)


def _sheet(book: CalamineWorkbook, name: str, facts: SheetFacts | None) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    merges = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    if facts is None:
        return Sheet(name, rows, merges=merges)
    for (row, column), text in facts.cells.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text
    width = max(map(len, rows), default=0)
    hidden = sum(max(0, min(last, width) - first + 1) for first, last in facts.hidden_columns)
    return Sheet(name, rows, facts.hidden_rows, hidden, merges)


def _broken(kind: str) -> Refused:
    return Refused(f"Không đọc được bảng tính ({kind}): tệp hỏng.", "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.")
