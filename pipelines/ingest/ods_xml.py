"""What the workbook reader does not tell about an .ods: error cells, formulas without value, hidden and merged cells.

Here: looking into content.xml by fixed marks. Not here: reading values (grid).
Invariant: only rows that hold something special are looked into cell by cell.
"""

from __future__ import annotations

import html
import io
import re
import zipfile

from pipelines.ingest.facts import NOT_CALCULATED, BookFacts, Cells, SheetFacts, shown
from pipelines.ingest.limits import refuse_far_cells
from pipelines.ingest.sheet import Merge
from pipelines.ingest.sniff import password_protected, refuse_entities

_EPOCH_1904 = re.compile(rb"<table:null-date\b[^>]*table:date-value=\"1904-")
_SHEET = re.compile(rb"<table:table\s([^>]*)>(.*?)</table:table>", re.DOTALL)
_ROW = re.compile(rb"<table:table-row\b")
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL)
_COLUMN = re.compile(rb"<table:table-column\b([^>]*)/?>")
_NOTED = re.compile(rb"table:formula=|:value-type=\"(?:error|percentage)\"|-spanned=|<text:p>0\d")
_VALUE = re.compile(rb":value-type=\"(?!void)|<text:p>")
_ATTRIBUTE = re.compile(rb"([\w-]+:[\w-]+)=\"([^\"]*)\"")
_TEXT = re.compile(rb"<text:p[^>]*>(.*?)</text:p>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_HIDDEN = (b"collapse", b"filter")


def ods_facts(content: bytes) -> BookFacts:
    """Look into the content of an .ods.

    Raises:
        Refused: it is encrypted, declares entities, or a sheet reaches too far.
        KeyError, zipfile.BadZipFile: the package is broken.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise password_protected()
        xml = archive.read("content.xml")
    refuse_entities(xml)
    sheets = {}
    for found in _SHEET.finditer(xml):
        name = html.unescape(_attributes(found[1]).get(b"table:name", b"").decode())
        sheets[name] = _sheet_facts(found[2], name)
    return BookFacts(bool(_EPOCH_1904.search(xml)), sheets)


def _sheet_facts(xml: bytes, name: str) -> SheetFacts:
    head, *rows = _ROW.split(xml)
    cells: Cells = {}
    merges: list[Merge] = []
    at = hidden = height = width = filled = 0
    for row in rows:
        attributes = _attributes(row[: row.find(b">")])
        repeated = int(attributes.get(b"table:number-rows-repeated", 1))
        if _VALUE.search(row):
            values, right = _extent(row)
            height, width, filled = at + repeated, max(width, right), filled + values * repeated
            hidden += repeated if attributes.get(b"table:visibility") in _HIDDEN else 0
            if _NOTED.search(row):
                _look(row, at, repeated, cells, merges)
        at += repeated
    refuse_far_cells(name, height, width, filled)
    has_filter = b'table:visibility="filter"' in xml
    return SheetFacts(cells, hidden, _hidden_columns(head), has_filter, tuple(merges))


def _extent(row: bytes) -> tuple[int, int]:
    """Return how many cells of a row hold something, and the last column that does."""
    if b"number-columns-repeated" not in row and b"covered" not in row:
        last = row.rfind(b"value-type=")
        return row.count(b":value-type=") // (1 + (b"calcext:" in row)) or 1, row.count(
            b"<table:table-cell", 0, last + 1
        )
    column = right = filled = 0
    for cell in _CELL.finditer(row):
        repeated = int(_attributes(cell[1]).get(b"table:number-columns-repeated", 1))
        column += repeated
        if _VALUE.search(cell[0]):
            right, filled = column, filled + repeated
    return filled, right


def _look(row: bytes, at: int, height: int, cells: Cells, merges: list[Merge]) -> None:
    column = 0
    for cell in _CELL.finditer(row):
        attributes = _attributes(cell[1])
        width = int(attributes.get(b"table:number-columns-repeated", 1))
        text = _noted(attributes, cell[2] or b"")
        if text is not None:
            cells.update({(at + down, column + right): text for down in range(height) for right in range(width)})
        across = int(attributes.get(b"table:number-columns-spanned", 1))
        down = int(attributes.get(b"table:number-rows-spanned", 1))
        if across > 1 or down > 1:
            merges.append((at, column, at + down - 1, column + across - 1))
        column += width


def _noted(attributes: dict[bytes, bytes], body: bytes) -> str | None:
    """Return what is in a cell when the reader would lose it: an error, a missing result, shown digits."""
    kind = attributes.get(b"office:value-type")
    text = html.unescape(_TAG.sub(b"", b" ".join(_TEXT.findall(body))).decode()).strip()
    if attributes.get(b"calcext:value-type") == b"error":
        return text or "#VALUE!"
    if b"table:formula" in attributes and kind in (None, b"void") and not text:
        return NOT_CALCULATED
    if kind == b"percentage":
        return shown(float(attributes.get(b"office:value", b"0")), "%")
    if kind == b"float" and len(text) > 1 and text.isdigit() and text.startswith("0"):
        return text
    return None


def _hidden_columns(head: bytes) -> list[tuple[int, int]]:
    spans, column = [], 1
    for found in _COLUMN.finditer(head):
        attributes = _attributes(found[1])
        repeated = int(attributes.get(b"table:number-columns-repeated", 1))
        if attributes.get(b"table:visibility") in _HIDDEN:
            spans.append((column, column + repeated - 1))
        column += repeated
    return spans


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))
