"""SpreadsheetML of Excel 2003: an XML text that carries the name .xls or .xml.

Here: its sheets, rows, cells, merges and hidden parts. Not here: other XML.
Invariant: a cell has the type the file states; a file that ends early is refused, not half read.
"""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipelines.ingest.facts import NOT_CALCULATED
from pipelines.ingest.limits import refuse_far_cells
from pipelines.ingest.sheet import Grid, Merge, Sheet
from pipelines.ingest.sniff import broken_workbook, refuse_entities

_NAMES = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_KIND = "bảng tính XML 2003"


def xml_2003_grid(content: bytes) -> Grid:
    """Read a workbook saved as "XML Spreadsheet 2003".

    Raises:
        Refused: it is broken, cut short or declares entities.
    """
    refuse_entities(content)
    try:
        root = ElementTree.fromstring(content)
        tables = [(sheet, _sheet(sheet)) for sheet in root.iterfind(f"{_NAMES}Worksheet")]
    except (ElementTree.ParseError, ValueError, OverflowError) as error:
        raise broken_workbook(_KIND) from error
    hidden = [table.name or "" for sheet, table in tables if _is_hidden_sheet(sheet)]
    visible = [table for sheet, table in tables if not _is_hidden_sheet(sheet)]
    epoch = root.find(f"{_EXCEL}ExcelWorkbook/{_EXCEL}Date1904") is not None
    return Grid("xml2003", visible, hidden, epoch)


def _is_hidden_sheet(sheet: Element) -> bool:
    return sheet.findtext(f"{_EXCEL}WorksheetOptions/{_EXCEL}Visible", "") in ("SheetHidden", "SheetVeryHidden")


def _sheet(sheet: Element) -> Sheet:
    name = sheet.get(f"{_NAMES}Name")
    table = sheet.find(f"{_NAMES}Table")
    rows: dict[int, dict[int, object]] = {}
    merges: list[Merge] = []
    at = hidden = 0
    for row in () if table is None else table.iterfind(f"{_NAMES}Row"):
        at = _number(row, "Index", at + 1)
        cells = _cells(row, at - 1, merges)
        hidden += row.get(f"{_NAMES}Hidden") == "1"
        if any(cell not in (None, "") for cell in cells.values()):
            rows[at - 1] = cells
        at += _number(row, "Span", 0)
    height = max(rows, default=-1) + 1
    width = max((column + 1 for cells in rows.values() for column in cells), default=0)
    refuse_far_cells(name, height, width, sum(map(len, rows.values())))
    whole: list[list[object]] = []
    for row_number in range(height):
        cells = rows.get(row_number, {})
        whole.append([cells.get(column, "") for column in range(max(cells, default=-1) + 1)])
    has_filter = sheet.find(f"{_EXCEL}AutoFilter/{_EXCEL}AutoFilterColumn") is not None
    return Sheet(name, whole, hidden, _hidden_columns(table, width), tuple(merges), has_filter)


def _cells(row: Element, at: int, merges: list[Merge]) -> dict[int, object]:
    cells: dict[int, object] = {}
    column = 0
    for cell in row.iterfind(f"{_NAMES}Cell"):
        column = _number(cell, "Index", column + 1)
        cells[column - 1] = _value(cell)
        across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        if across or down:
            merges.append((at, column - 1, at + down, column - 1 + across))
        column += across
    return cells


def _hidden_columns(table: Element | None, width: int) -> int:
    column = hidden = 0
    for item in () if table is None else table.iterfind(f"{_NAMES}Column"):
        column = _number(item, "Index", column + 1)
        span = _number(item, "Span", 0)
        if item.get(f"{_NAMES}Hidden") == "1":
            hidden += max(0, min(column + span, width) - column + 1)
        column += span
    return hidden


def _value(cell: Element) -> object:
    data = cell.find(f"{_NAMES}Data")
    if data is None:
        return NOT_CALCULATED if cell.get(f"{_NAMES}Formula") else ""
    text, kind = "".join(data.itertext()), data.get(f"{_NAMES}Type")
    if kind == "Number":
        return float(text)
    if kind == "DateTime":
        return dt.datetime.fromisoformat(text)
    if kind == "Boolean":
        return text.strip() == "1"
    return text


def _number(element: Element, name: str, default: int) -> int:
    return int(element.get(f"{_NAMES}{name}", default))
