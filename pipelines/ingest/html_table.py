"""The tables of a web page, as one-stop systems save them under a spreadsheet's name.

Here: rows, cells, colspan and rowspan of every table. Not here: the encoding (text_table), what the cells mean.
Invariant: every cell is text as the page shows it, never a number; a page cut short is refused, not half read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.ingest.sheet import Grid, Merge, Sheet
from pipelines.ingest.sniff import Refused

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Limits of the HTML standard; a larger span is read as the limit, as browsers do.
_WIDEST_SPAN = 1_000
_TALLEST_SPAN = 65_534
_WIDEST_ROW = 16_384
_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_EXPORT_AGAIN = "Kết xuất lại từ phần mềm nguồn rồi gửi lại."


def html_grid(text: str) -> Grid:
    """Return every table of a page as a sheet; the sheets have names only where there are several.

    Raises:
        Refused: the page holds no table, or ends inside one.
    """
    return Grid("html", html_sheets(text))


def html_sheets(text: str, name: str | None = None) -> list[Sheet]:
    """Return the tables of one page in order; several are distinguished as "Bảng 1", "Bảng 2", … of the page's name."""
    from lxml import html

    _refuse_cut(text)
    body = _DECLARATION.sub("", text.lstrip("\ufeff"))
    root = html.document_fromstring(body.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    tables = [table for table in root.iter("table") if next(_rows(table), None) is not None]
    if not tables:
        raise Refused("Tệp là trang HTML không có bảng nào.", _EXPORT_AGAIN)
    if len(tables) == 1:
        return [_sheet(tables[0], name)]
    prefix = f"{name} – " if name else ""
    return [_sheet(table, f"{prefix}Bảng {number}") for number, table in enumerate(tables, start=1)]


def _refuse_cut(text: str) -> None:
    """A page that ends inside a table is read by the parser without a word; its last rows would be missing."""
    marks = _COMMENTS.sub("", text).casefold()
    if len(re.findall(r"<table[\s>]", marks)) > marks.count("</table"):
        raise Refused("Tệp HTML bị cắt giữa bảng, thiếu phần cuối.", _EXPORT_AGAIN)


def _rows(table: HtmlElement) -> Iterator[HtmlElement]:
    """Rows of a table, not those of tables inside its cells."""
    return (row for row in table.iter("tr") if next(row.iterancestors("table")) is table)


def _sheet(table: HtmlElement, name: str | None) -> Sheet:
    rows: list[list[object]] = []
    merges: list[Merge] = []
    reaching: dict[int, int] = {}  # column → last row (from 0) a cell from above reaches into
    hidden = 0
    for at, row in enumerate(_rows(table)):
        hidden += _is_hidden(row)
        rows.append(_cells(row, at, reaching, merges))
    last = len(rows) - 1
    whole = [(top, left, min(bottom, last), right) for top, left, bottom, right in merges]
    columns = sum(_is_hidden(column) for column in table.iter("col") if next(column.iterancestors("table")) is table)
    return Sheet(name, rows, hidden, columns, tuple(whole))


def _cells(row: HtmlElement, at: int, reaching: dict[int, int], merges: list[Merge]) -> list[object]:
    """Place the cells of one row right of and between those that reach down from above."""
    placed: list[object] = []
    column = 0
    for cell in row.iterchildren("td", "th"):
        while reaching.get(column, -1) >= at:
            column += 1
        width, height = _span(cell, "colspan", _WIDEST_SPAN), _span(cell, "rowspan", _TALLEST_SPAN)
        if column + width > _WIDEST_ROW:
            raise Refused(f"Bảng HTML có quá nhiều cột ở dòng {at + 1}.", _EXPORT_AGAIN)
        placed.extend([""] * (column - len(placed)))
        placed.append(_text(cell))
        if width > 1 or height > 1:
            merges.append((at, column, at + height - 1, column + width - 1))
            reaching.update(dict.fromkeys(range(column, column + width), at + height - 1))
        column += width
    return placed


def _span(cell: HtmlElement, name: str, most: int) -> int:
    """Return a span; 0, signs and words count as 1 except rowspan=0, which reaches to the end of the table."""
    found = re.match(r"\s*(\d+)", cell.get(name) or "")
    number = int(found[1]) if found else 1
    if number == 0:
        return most if name == "rowspan" else 1
    return min(number, most)


def _text(cell: HtmlElement) -> str:
    """Return what a cell shows on one line; a table inside it is a sheet of its own."""
    return _SPACES.sub(" ", "".join(_pieces(cell))).strip(" ")


def _pieces(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in ("br", "p", "div", "li"):
            yield " "
        if isinstance(child.tag, str) and child.tag not in ("table", "script", "style"):
            yield from _pieces(child)
        yield child.tail or ""


def _is_hidden(element: HtmlElement) -> bool:
    return bool(_HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None
