"""What the workbook reader does not tell about an .xlsb: error cells, shown digits, hidden and merged cells, 1904.

Here: walking the binary records ([MS-XLSB] 2.1.4). Not here: reading values (grid).
Invariant: records not named here are stepped over; a record that runs past the end is a broken file.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from pipelines.ingest.facts import ERROR_TEXTS, PERCENT_IDS, BookFacts, SheetFacts, shown, special_format
from pipelines.ingest.limits import refuse_far_cells

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_VALUES = range(_RK, _FORMULA_ERROR + 1)
_COLUMN_INFO, _MERGE, _FILTER_COLUMN = 60, 176, 163
_BOOK_PROPERTIES, _SHEET_ENTRY = 153, 156
_NUMBER_FORMAT, _CELL_STYLE, _BEGIN_STYLES, _END_STYLES = 44, 47, 617, 618


def xlsb_facts(content: bytes) -> BookFacts:
    """Look into the records of an .xlsb.

    Raises:
        Refused: a sheet reaches too far.
        KeyError, ValueError, zipfile.BadZipFile, ElementTree.ParseError: the package is broken.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))
        targets = {link.get("Id"): f"xl/{link.get('Target', '')}" for link in links}
        forms = _forms(archive.read("xl/styles.bin")) if "xl/styles.bin" in names else {}
        epoch_1904, sheets = False, {}
        for kind, body in _records(archive.read("xl/workbook.bin")):
            if kind == _BOOK_PROPERTIES:
                epoch_1904 = bool(body[0] & 1)
            elif kind == _SHEET_ENTRY:
                link, name = _two_strings(body[8:])
                part = targets.get(link, "")
                if part in names and part.startswith("xl/worksheets/"):
                    sheets[name] = _sheet_facts(archive.read(part), name, forms)
    return BookFacts(epoch_1904, sheets)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(content)
    while at < end:
        kind, at = content[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (content[at] & 0x7F) << 7, at + 1
        length = shift = 0
        while True:
            byte, at = content[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + length > end:
            raise ValueError("a record runs past the end")
        yield kind, content[at : at + length]
        at += length


def _two_strings(body: bytes) -> tuple[str, str]:
    first = 4 + 2 * int.from_bytes(body[:4], "little")
    second = first + 4 + 2 * int.from_bytes(body[first : first + 4], "little")
    return body[4:first].decode("utf-16-le"), body[first + 4 : second].decode("utf-16-le")


def _forms(content: bytes) -> dict[int, str]:
    """Return the cell styles whose number format changes what a number means to a person."""
    codes: dict[int, str | None] = dict.fromkeys(PERCENT_IDS, "%")
    forms: dict[int, str] = {}
    inside, at = False, 0
    for kind, body in _records(content):
        if kind == _NUMBER_FORMAT:
            codes[int.from_bytes(body[:2], "little")] = special_format(body[6:].decode("utf-16-le"))
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            inside, at = kind == _BEGIN_STYLES, 0
        elif kind == _CELL_STYLE and inside:
            form = codes.get(int.from_bytes(body[2:4], "little"))
            if form:
                forms[at] = form
            at += 1
    return forms


def _sheet_facts(content: bytes, name: str, forms: dict[int, str]) -> SheetFacts:
    cells, spans, merges = {}, [], []
    row = hidden = height = width = filled = 0
    has_filter = False
    for kind, body in _records(content):
        if kind in _VALUES:
            column = int.from_bytes(body[:4], "little")
            height, width, filled = row + 1, max(width, column + 1), filled + 1
            text = _noted(kind, body, forms)
            if text is not None:
                cells[row, column] = text
        elif kind == _ROW:
            row = int.from_bytes(body[:4], "little")
            hidden += bool(body[11] & 0x10)
        elif kind == _COLUMN_INFO and body[16] & 1:
            first, last = struct.unpack_from("<II", body)
            spans.append((first + 1, last + 1))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            merges.append((top, left, bottom, right))
        has_filter = has_filter or kind == _FILTER_COLUMN
    refuse_far_cells(name, height, width, filled)
    return SheetFacts(cells, hidden, spans, has_filter, tuple(merges))


def _noted(kind: int, body: bytes, forms: dict[int, str]) -> str | None:
    if kind in (_ERROR, _FORMULA_ERROR):
        return ERROR_TEXTS.get(body[8], "#VALUE!")
    form = forms.get(int.from_bytes(body[4:7], "little")) if forms else None
    if form is None or kind not in (_RK, _REAL, _FORMULA_NUMBER):
        return None
    return shown(_rk(body[8:12]) if kind == _RK else struct.unpack_from("<d", body, 8)[0], form)


def _rk(packed: bytes) -> float:
    """Return a number packed into four bytes: 30 bits of an integer or of a double, perhaps times 100."""
    bits = int.from_bytes(packed, "little")
    if bits & 2:
        number = float(int.from_bytes(packed, "little", signed=True) >> 2)
    else:
        number = struct.unpack("<d", b"\0\0\0\0" + (bits & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return number / 100 if bits & 1 else number
