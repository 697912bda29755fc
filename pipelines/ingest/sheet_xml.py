"""What the workbook reader does not tell about an .xlsx: error cells, formulas without value, hidden rows.

Here: looking into the sheets' XML by fixed marks, cutting off what is styled but empty. Not here: values (grid).
Invariant: an error cell is never a blank; a sheet that would fill the memory is refused before it is read.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

from pipelines.ingest.facts import (
    NOT_CALCULATED,
    PERCENT_IDS,
    BookFacts,
    Cells,
    SheetFacts,
    shown,
    special_format,
)
from pipelines.ingest.limits import refuse_far_cells, refuse_too_large
from pipelines.ingest.memory import max_shared_strings
from pipelines.ingest.sniff import Refused, refuse_entities

_WIDEST = 16_384
_SMALL = 5_000_000
_LONG_TAIL = 200_000
_MARKUP_HEAD = 4096
_ONE_LETTER = 26
_CLASSES = bytes(65 if 65 <= byte <= 90 else 48 if 48 <= byte <= 57 else byte for byte in range(256))
_WIDE_COLUMN = re.compile(rb"\sr=\"([A-Z]{2,3})\d")
_REFERENCE = re.compile(rb"\sr=\"([A-Z]+)(\d+)\"")
_STYLE = re.compile(rb"\ss=\"(\d+)\"")


@dataclass(frozen=True)
class _Marks:
    """The tags of one sheet as its writer spells them (some put a prefix before every name)."""

    row: bytes
    cell: bytes
    value: bytes
    inline: bytes
    formula: bytes
    column: bytes


def open_package(content: bytes) -> tuple[BookFacts, bytes]:
    """Look into the XML of an .xlsx; return its facts and the package the workbook reader is to read.

    Raises:
        Refused: a sheet reaches so far, or a part is so large, that reading it would fill the memory; or its XML
            declares entities.
        KeyError, zipfile.BadZipFile, ElementTree.ParseError: the package is broken.
    """
    shortened: dict[str, bytes] = {}
    content = with_plain_names(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name.casefold(): name for name in archive.namelist()}
        _refuse_dangerous(archive)
        book = ElementTree.fromstring(archive.read(parts["xl/workbook.xml"]))
        links = ElementTree.fromstring(archive.read(parts["xl/_rels/workbook.xml.rels"]))
        targets = {link.get("Id"): _part(link.get("Target", "")) for link in links}
        forms = _forms(archive.read(parts["xl/styles.xml"])) if "xl/styles.xml" in parts else {}
        sheets = {}
        for sheet in book.iterfind("{*}sheets/{*}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            part = parts.get(targets.get(link, ""))
            if part and sheet.get("state", "visible") == "visible":
                whole = archive.read(part)
                xml = _without_empty_tail(whole)
                if len(xml) < len(whole):
                    shortened[part] = xml
                sheets[sheet.get("name", "")] = _sheet_facts(xml, sheet.get("name", ""), forms)
        package = _rewritten(archive, shortened) if shortened else content
    properties = book.find("{*}workbookPr")
    epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return BookFacts(epoch_1904, sheets), package


def with_plain_names(content: bytes) -> bytes:
    """Return a package whose parts are named with `/`; some programs of Windows write `\\`, which no reader finds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not any("\\" in name for name in archive.namelist()):
            return content
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w") as copy:
            for item in archive.infolist():
                copy.writestr(item.filename.replace("\\", "/"), archive.read(item))
        return memory.getvalue()


def _refuse_dangerous(archive: zipfile.ZipFile) -> None:
    for item in archive.infolist():
        if item.filename.casefold().endswith("sharedstrings.xml") and item.file_size > max_shared_strings():
            raise refuse_too_large("Bảng chuỗi ký tự của tệp", item.file_size, max_shared_strings())
        if item.filename.endswith((".xml", ".rels")):
            with archive.open(item) as part:
                refuse_entities(part.read(_MARKUP_HEAD))


def _rewritten(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """Return the package with some parts replaced, nothing packed: it is read once, from memory."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, changed[name] if name in changed else archive.read(name))
    return memory.getvalue()


def _part(target: str) -> str:
    name = target.replace("\\", "/").casefold()
    return name.lstrip("/") if name.startswith("/") else f"xl/{name}"


def _forms(xml: bytes) -> dict[int, str]:
    """Return the cell styles whose number format changes what a number means to a person: 000000, 0%."""
    styles = ElementTree.fromstring(xml)
    codes: dict[str | None, str | None] = {str(number): "%" for number in PERCENT_IDS}
    codes |= {
        form.get("numFmtId"): special_format(form.get("formatCode", ""))
        for form in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    cells = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return {index: form for index, cell in cells if (form := codes.get(cell.get("numFmtId")))}


def _marks(xml: bytes) -> _Marks:
    found = re.search(rb"<(?:(\w+):)?worksheet\b", xml[:_MARKUP_HEAD])
    prefix = found[1] + b":" if found and found[1] else b""
    return _Marks(*(prefix + name for name in (b"row", b"c", b"v", b"is", b"f", b"col")))


def _without_empty_tail(xml: bytes) -> bytes:
    """Cut off the rows after the last value or formula: a sheet styled to its end has a million of them."""
    marks = _marks(xml)
    last = max(xml.rfind(b"</%s>" % mark) for mark in (marks.value, marks.inline, marks.formula))
    closing = b"</%s>" % marks.row
    end = xml.find(closing, last) + len(closing) if last >= 0 else xml.find(b"<%s " % marks.row)
    rest = xml.rfind(b"</%s" % marks.row.replace(b"row", b"sheetData"))
    if end < len(closing) or rest - end < _LONG_TAIL:
        return xml
    return xml[:end] + xml[rest:]


def _sheet_facts(xml: bytes, name: str, forms: dict[int, str]) -> SheetFacts:
    marks = _marks(xml)
    _refuse_endless(xml, marks, name)
    rows, columns = [], []
    if b'hidden="' in xml:
        rows = re.findall(rb"<%s\b[^>]*\shidden=\"(?:1|true)\"" % marks.row, xml)
        columns = re.findall(rb"<%s\b[^>]*\shidden=\"(?:1|true)\"[^>]*>" % marks.column, xml)
    has_filter = b"filterColumn" in xml
    return SheetFacts(
        _written_cells(xml, marks, name, forms), len(rows), [_span(column) for column in columns], has_filter
    )


def _span(column: bytes) -> tuple[int, int]:
    ends = dict(re.findall(rb"\s(min|max)=\"(\d+)\"", column))
    return int(ends.get(b"min", 1)), int(ends.get(b"max", 0))


def _refuse_endless(xml: bytes, marks: _Marks, name: str) -> None:
    """Two filled cells in far corners make the reader fill all between: 9.8 GB for 301 columns, measured."""
    # Letters and digits as classes: a far cell is then found several times as fast as by a pattern.
    classes = xml.translate(_CLASSES)
    start = max(classes.find(b"<%s" % marks.row), 0)
    height = _height(xml, marks, is_far=classes.find(b'r="0000000', start) >= 0)
    if height * (_WIDEST if classes.find(b'r="AA', start) >= 0 else _ONE_LETTER) <= _SMALL:
        return
    width = max((_number(letters) for letters in set(_WIDE_COLUMN.findall(xml))), default=_ONE_LETTER)
    if height * width <= _SMALL:
        return
    filled = xml.count(b"<%s" % marks.value) + xml.count(b"<%s>" % marks.inline)
    try:
        refuse_far_cells(name, height, width, filled)
    except Refused:
        far_row = far_column = 0  # styled but empty cells do not count
        for cell in re.finditer(rb"<%s\b[^>]*?\sr=\"([A-Z]+)(\d+)\"[^>]*(?<!/)>" % marks.cell, xml):
            far_row, far_column = max(far_row, int(cell[2])), max(far_column, _number(cell[1]))
        refuse_far_cells(name, far_row, far_column, filled)


def _height(xml: bytes, marks: _Marks, is_far: bool) -> int:
    """Return the last row: rows are in order, except where someone means harm, who needs a number of 7 digits."""
    opening = b"<%s " % marks.row
    last = re.search(rb"\sr=\"(\d+)\"", xml[xml.rfind(opening) :][:_MARKUP_HEAD])
    far = re.findall(rb"<%s\b[^>]*?\sr=\"(\d{7,})\"" % marks.row, xml) if is_far else []
    return max([xml.count(opening), *map(int, far), *([int(last[1])] if last else [])])


def _written_cells(xml: bytes, marks: _Marks, name: str, forms: dict[int, str]) -> Cells:
    """Return what is in cells when the reader would lose it: an error, a missing result, the digits shown."""
    noted: Cells = {}
    cell, value, formula = marks.cell, marks.value, marks.formula
    if b't="e"' in xml:
        for found in re.finditer(rb"<%s\b([^>]*\st=\"e\"[^>]*)(?<!/)>(.*?)</%s>" % (cell, cell), xml, re.DOTALL):
            noted[_place(found[1], name)] = _text(found[2], value) or "#VALUE!"
    if b"<%s" % formula in xml:
        result = rb"<%s\b(?:[^>]*/>|[^>]*(?<!/)>[^<]*</%s>)\s*(<%s\s*/>|<%s></%s>)?\s*" % (
            (formula,) * 2 + (value,) * 3
        )
        for found in re.finditer(rb"<%s\b([^>]*)>\s*%s</%s>" % (cell, result, cell), xml):
            # An empty text as result is stored as an empty <v> of type str.
            if not (found[2] and b't="str"' in found[1]) and b't="e"' not in found[1]:
                noted[_place(found[1], name)] = NOT_CALCULATED
    used = {style: form for style, form in forms.items() if b's="%d"' % style in xml}
    if used:
        styles = b"|".join(b"%d" % style for style in used)
        styled = rb"<%s\b([^>]*\ss=\"(?:%s)\"[^>]*)(?<!/)>(.*?)</%s>" % (cell, styles, cell)
        for found in re.finditer(styled, xml, re.DOTALL):
            text = _shown(found[1], _text(found[2], value), used)
            if text is not None:
                noted.setdefault(_place(found[1], name), text)
    return noted


def _place(attributes: bytes, name: str) -> tuple[int, int]:
    place = _REFERENCE.search(attributes)
    if place is None:
        raise Refused(
            f"Trang «{name}» có ô công thức không ghi địa chỉ, không đọc chắc chắn được.",
            "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.",
        )
    return int(place[2]) - 1, _number(place[1]) - 1


def _text(body: bytes, value: bytes) -> str:
    found = re.search(rb"<%s[^>]*>(.*?)</%s>" % (value, value), body, re.DOTALL)
    return html.unescape(found[1].decode("utf-8", errors="strict")) if found else ""


def _shown(attributes: bytes, value: str, forms: dict[int, str]) -> str | None:
    style = _STYLE.search(attributes)
    if not style or not value or b't="' in attributes.replace(b't="n"', b""):
        return None
    return shown(float(value), forms[int(style[1])])


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
