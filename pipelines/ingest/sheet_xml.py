"""What the workbook reader does not tell about an .xlsx: error cells, formulas without value, hidden rows.

Here: looking into the sheets' XML by fixed marks. Not here: reading values (grid).
Invariant: an error cell is never a blank; a sheet that would fill the memory is refused before it is read.
"""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pipelines.ingest.sniff import Refused

MAX_CELLS = 30_000_000
NOT_CALCULATED = "#CHƯA_TÍNH!"
_WIDEST = 16_384
_LETTERS_AS_NUMBER = re.compile(rb"\sr=\"([A-Z]{2,3})\d")
_REFERENCE = re.compile(rb"\sr=\"([A-Z]+)(\d+)\"")
_STYLE = re.compile(rb"\ss=\"(\d+)\"")
_ZEROS = re.compile(r"^0{2,}$")

Cells = dict[tuple[int, int], str]


@dataclass(frozen=True)
class SheetFacts:
    """One sheet: cells (0-based row, column) whose text the reader cannot give, and what is hidden."""

    cells: Cells
    hidden_rows: int
    hidden_columns: list[tuple[int, int]]


@dataclass(frozen=True)
class BookFacts:
    """One workbook: whether its dates count from 1904, and the facts of its sheets by name."""

    epoch_1904: bool
    sheets: dict[str, SheetFacts]


def book_facts(path: Path) -> BookFacts:
    """Look into the XML of an .xlsx.

    Raises:
        Refused: a sheet reaches so far that reading it would fill the memory.
        KeyError, zipfile.BadZipFile, ElementTree.ParseError: the package is broken.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name.casefold(): name for name in archive.namelist()}
        book = ElementTree.fromstring(archive.read(parts["xl/workbook.xml"]))
        links = ElementTree.fromstring(archive.read(parts["xl/_rels/workbook.xml.rels"]))
        targets = {link.get("Id"): _part(link.get("Target", "")) for link in links}
        padded = _padded_styles(archive.read(parts["xl/styles.xml"])) if "xl/styles.xml" in parts else {}
        sheets = {}
        for sheet in book.iterfind("{*}sheets/{*}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            part = parts.get(targets.get(link, ""))
            if part and sheet.get("state", "visible") == "visible":
                sheets[sheet.get("name", "")] = _sheet_facts(archive.read(part), sheet.get("name", ""), padded)
    properties = book.find("{*}workbookPr")
    epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return BookFacts(epoch_1904, sheets)


def _part(target: str) -> str:
    name = target.replace("\\", "/").casefold()
    return name.lstrip("/") if name.startswith("/") else f"xl/{name}"


def _padded_styles(xml: bytes) -> dict[int, int]:
    """Return the cell styles that show a number with leading zeros (format 000000): style → digits shown."""
    styles = ElementTree.fromstring(xml)
    digits = {
        form.get("numFmtId"): len(form.get("formatCode", ""))
        for form in styles.iterfind("{*}numFmts/{*}numFmt")
        if _ZEROS.match(form.get("formatCode", ""))
    }
    cells = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return {index: digits[cell.get("numFmtId")] for index, cell in cells if cell.get("numFmtId") in digits}


def _sheet_facts(xml: bytes, name: str, padded: dict[int, int]) -> SheetFacts:
    prefix = re.search(rb"<(?:(\w+):)?worksheet\b", xml)
    tag = (prefix[1] + b":") if prefix and prefix[1] else b""
    _refuse_endless(xml, tag, name)
    rows = re.findall(rb"<%srow\b[^>]*\shidden=\"(?:1|true)\"" % tag, xml)
    columns = [_span(column) for column in re.findall(rb"<%scol\b[^>]*\shidden=\"(?:1|true)\"[^>]*>" % tag, xml)]
    return SheetFacts(_told_cells(xml, tag, name, padded), len(rows), columns)


def _span(column: bytes) -> tuple[int, int]:
    ends = dict(re.findall(rb"\s(min|max)=\"(\d+)\"", column))
    return int(ends.get(b"min", 1)), int(ends.get(b"max", 0))


def _refuse_endless(xml: bytes, tag: bytes, name: str) -> None:
    """Two filled cells in far corners make the reader fill all between: 9.8 GB for 301 columns, measured."""
    height = max((int(row) for row in re.findall(rb"<%srow\b[^>]*?\sr=\"(\d+)\"" % tag, xml)), default=0)
    if height * _WIDEST <= MAX_CELLS:
        return
    width = max((_number(letters) for letters in set(_LETTERS_AS_NUMBER.findall(xml))), default=26)
    if height * width <= MAX_CELLS:
        return
    far_row = far_column = 0  # styled but empty cells do not count
    for cell in re.finditer(rb"<%sc\b[^>]*?\sr=\"([A-Z]+)(\d+)\"[^>]*(?<!/)>" % tag, xml):
        far_row, far_column = max(far_row, int(cell[2])), max(far_column, _number(cell[1]))
    if far_row * far_column > MAX_CELLS:
        raise Refused(
            f"Trang «{name}» có ô nằm rất xa bảng (dòng {far_row}, cột {far_column}), mở ra quá lớn.",
            "Chép riêng vùng có số liệu sang tệp mới rồi gửi lại.",
        )


def _told_cells(xml: bytes, tag: bytes, name: str, padded: dict[int, int]) -> Cells:
    used = {style: digits for style, digits in padded.items() if b's="%d"' % style in xml}
    if b't="e"' not in xml and not re.search(rb"<%sf[ >/]" % tag, xml) and not used:
        return {}
    told: Cells = {}
    for cell in re.finditer(rb"<%sc\b([^>]*[^/])>(.*?)</%sc>" % (tag, tag), xml, re.DOTALL):
        text = _told(cell[1], cell[2], tag, used)
        if text is None:
            continue
        place = _REFERENCE.search(cell[1])
        if place is None:
            raise Refused(
                f"Trang «{name}» có ô công thức không ghi địa chỉ, không đọc chắc chắn được.",
                "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.",
            )
        told[int(place[2]) - 1, _number(place[1]) - 1] = text
    return told


def _told(attributes: bytes, body: bytes, tag: bytes, padded: dict[int, int]) -> str | None:
    """Return what stands in a cell when the reader would lose it: an error, a missing result, leading zeros."""
    found = re.search(rb"<%sv>(.*?)</%sv>" % (tag, tag), body, re.DOTALL)
    value = html.unescape(found[1].decode("utf-8", errors="strict")) if found else ""
    if b't="e"' in attributes:
        return value or "#VALUE!"
    if not value and b"<%sf" % tag in body and (found is None or b't="str"' not in attributes):
        return NOT_CALCULATED  # an empty text as result is stored as an empty <v> of type str
    style = _STYLE.search(attributes)
    digits = padded.get(int(style[1])) if style else None
    if digits and value and b't="' not in attributes.replace(b't="n"', b""):
        return str(int(float(value))).zfill(digits) if float(value).is_integer() else None
    return None


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
