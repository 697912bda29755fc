"""Writing what a system exports: .csv, .xlsx, true .xls, and an HTML table that only calls itself .xls.

Here: one sheet of lines above, header, body and lines below, as bytes. Not here: what is in the cells (exports).
Invariant: the same sheet gives the same bytes; row n of the sheet is record n of the text and row n of the HTML table.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import xlwt

Cell = dt.datetime | str | int | float
Lines = list[list[str]]
PATH = " / "  # between the parts of a header over several rows
_MOMENT = "dd/mm/yyyy hh:mm"


@dataclass(frozen=True)
class Sheet:
    """One table as a desk sees it on its screen.

    A header of several rows is given as paths ("Tiếp nhận / Ngày nộp"); `is_merged` spreads each lone title line and
    the label of the total over the table, as export buttons do.
    """

    above: Lines
    headers: list[str]
    body: list[list[Cell]]
    tail: Lines = field(default_factory=list)
    name: str = "Sổ theo dõi"
    is_merged: bool = False
    delimiter: str = ","

    @property
    def depth(self) -> int:
        """Return the number of header rows."""
        return max(len(header.split(PATH)) for header in self.headers)

    @property
    def first_row(self) -> int:
        """Return the number of the first row of the body."""
        return len(self.above) + self.depth + 1

    @property
    def below_row(self) -> int:
        """Return the number of the first row below the body."""
        return self.first_row + len(self.body)


def csv_bytes(sheet: Sheet) -> bytes:
    """Return a .csv file: UTF-8 with BOM, Windows line ends."""
    text = io.StringIO(newline="")
    lines = [*sheet.above, sheet.headers, *sheet.body, *sheet.tail]
    csv.writer(text, delimiter=sheet.delimiter).writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheet: Sheet) -> bytes:
    """Return an .xlsx file with constant properties."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"author": "Phần mềm một cửa (giả lập)", "created": dt.datetime(2021, 1, 1)})  # noqa: DTZ001
    page = book.add_worksheet(sheet.name)
    moment = book.add_format({"num_format": _MOMENT})
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
    title = book.add_format({"bold": True, "align": "center"})
    lines = [*sheet.above, sheet.headers, *sheet.body, *sheet.tail]
    for row_no, line in enumerate(lines):
        if _is_title(sheet, row_no, line):
            page.merge_range(row_no, 0, row_no, len(sheet.headers) - 1, line[0], title)
            continue
        for column_no, value in enumerate(line):
            if isinstance(value, dt.datetime):
                page.write_datetime(row_no, column_no, value, moment)
            elif isinstance(value, int | float):
                page.write_number(row_no, column_no, value)
            elif value:
                page.write_string(row_no, column_no, value, bold if row_no == len(sheet.above) else None)
    page.set_column(0, len(sheet.headers) - 1, 18)
    page.freeze_panes(len(sheet.above) + 1, 0)
    book.close()
    return buffer.getvalue()


def _is_title(sheet: Sheet, row_no: int, line: list) -> bool:
    return sheet.is_merged and row_no < len(sheet.above) and len(line) == 1


def xls_bytes(sheet: Sheet) -> bytes:
    """Return a true .xls file (BIFF8)."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet.name)
    moment = xlwt.easyxf(num_format_str=_MOMENT)
    bold = xlwt.easyxf("font: bold on")
    plain = xlwt.easyxf()
    for row_no, line in enumerate([*sheet.above, sheet.headers, *sheet.body, *sheet.tail]):
        if _is_title(sheet, row_no, line):
            page.write_merge(row_no, row_no, 0, len(sheet.headers) - 1, line[0], bold)
            continue
        for column_no, value in enumerate(line):
            if value != "":
                style = moment if isinstance(value, dt.datetime) else bold if row_no == len(sheet.above) else plain
                page.write(row_no, column_no, value, style)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def html_bytes(sheet: Sheet) -> bytes:
    """Return the "Excel" of a web page: one HTML table in UTF-8 without a word about its encoding."""
    width = len(sheet.headers)
    rows = [f'<tr><td colspan="{width}" align="center"><b>{html.escape(line[0])}</b></td></tr>' for line in sheet.above]
    rows += [f"<tr>{''.join(cells)}</tr>" for cells in _head(sheet)]
    rows += [f"<tr>{''.join(f'<td>{_in_html(cell)}</td>' for cell in line)}</tr>" for line in sheet.body]
    for line in sheet.tail:
        label, *values = line or [""]
        spread = f'<td colspan="{width - len(values)}">{_in_html(label)}</td>'
        rows.append(f"<tr>{spread}{''.join(f'<td>{_in_html(value)}</td>' for value in values)}</tr>")
    return ('<table border="1">\r\n' + "\r\n".join(rows) + "\r\n</table>\r\n").encode()


def _in_html(cell: Cell) -> str:
    return html.escape(str(cell), quote=False) or "&nbsp;"


def _head(sheet: Sheet) -> list[list[str]]:
    """The header rows with colspan over neighbours of one parent and rowspan down to the last row."""
    paths = [header.split(PATH) for header in sheet.headers]
    rows: list[list[str]] = [[] for _ in range(sheet.depth)]
    for level, cells in enumerate(rows):
        at = 0
        while at < len(paths):
            here = paths[at][: level + 1]
            if len(here) <= level:
                at += 1
                continue
            span = 1
            while len(paths[at]) > level + 1 and at + span < len(paths) and paths[at + span][: level + 1] == here:
                span += 1
            down = sheet.depth - level if len(paths[at]) == level + 1 else 1
            spans = f' rowspan="{down}"' * (down > 1) + f' colspan="{span}"' * (span > 1)
            cells.append(f"<th{spans}>{html.escape(here[-1])}</th>")
            at += span
    return rows


WRITERS = {"csv": csv_bytes, "xlsx": xlsx_bytes, "xls": xls_bytes, "html": html_bytes}


def write(path: Path, content: bytes) -> None:
    """Write one file of the inbox."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
