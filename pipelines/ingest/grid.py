"""Any delivered file as a grid of cells.

Here: choosing the reader by the true format, opening workbooks. Not here: telling formats apart (sniff), finding the
table (headers).
Invariant: row n of the grid is row n of the sheet (record n of a text table); nothing is skipped.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree

from pipelines.ingest.facts import BookFacts, SheetFacts
from pipelines.ingest.html_table import html_grid
from pipelines.ingest.mhtml import mhtml_grid
from pipelines.ingest.ods_xml import ods_facts
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sheet_xml import open_package
from pipelines.ingest.sniff import broken_workbook, markup_kind, password_protected, refuse_markup, sniff
from pipelines.ingest.sync_json import json_grid, looks_like_json
from pipelines.ingest.text_table import decode, text_rows
from pipelines.ingest.xls_book import xls_grid
from pipelines.ingest.xlsb_records import xlsb_facts
from pipelines.ingest.xml_2003 import xml_2003_grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

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
    if kind == "xls":
        return xls_grid(path)
    try:
        if kind == "xlsx":
            facts, content = open_package(path)
        else:
            facts, content = (xlsb_facts if kind == "xlsb" else ods_facts)(path), path.read_bytes()
    except _BROKEN_PACKAGE as error:
        raise broken_workbook(kind) from error
    return _workbook(content, kind, facts)


def _from_text(content: bytes) -> Grid:
    """Open what is written as text: a web page, XML, JSON or a text table."""
    text = decode(content)
    kind = markup_kind(text)
    if kind == "html":
        return html_grid(text)
    if kind == "mhtml":
        return mhtml_grid(content)
    if kind == "xml2003":
        return xml_2003_grid(content)
    refuse_markup(kind)
    if looks_like_json(text):
        return json_grid(text)
    return Grid("csv", [Sheet(None, text_rows(text), 0, 0, has_filter=False)])


def _workbook(content: bytes, kind: str, facts: BookFacts) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        visible = [item.name for item in tables if item.visible == SheetVisibleEnum.Visible]
        sheets = [_sheet(book, name, facts.sheets.get(name, SheetFacts())) for name in visible]
    except PasswordError as error:
        raise password_protected() from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken_workbook(kind) from error
    except BaseException as error:
        # On a file cut short the reader panics, and its PanicException (not importable) is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise broken_workbook(kind) from error
    return Grid(kind, sheets, [item.name for item in tables if item.name not in visible], facts.epoch_1904)


def _sheet(book: CalamineWorkbook, name: str, facts: SheetFacts) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    rows = cast("list[list[object]]", sheet.to_python(skip_empty_area=False))
    for (row, column), text in facts.cells.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text
    return Sheet(name, rows, facts.hidden_rows, _hidden_columns(rows, facts), _merges(sheet, facts), facts.has_filter)


def _hidden_columns(rows: list[list[object]], facts: SheetFacts) -> int | None:
    if facts.hidden_columns is None:
        return None
    width = max(map(len, rows), default=0)
    return sum(max(0, min(last, width) - first + 1) for first, last in facts.hidden_columns)


def _merges(sheet: CalamineSheet, facts: SheetFacts) -> tuple[tuple[int, int, int, int], ...]:
    if facts.merges is not None:
        return facts.merges
    return tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
