"""The official forms as a workbook.

Here: one sheet a form, merged heads, column numbers, print set-up, the list of figure ids. Not here: figures, layouts.
Invariant: counts are real numbers that read Vietnamese on any machine, texts are never formulas, zero is
printed as the form wants it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.figures.blocks import Block, Table
from pipelines.figures.declared import marks_of
from pipelines.figures.form_page import FormPage, form_page, head_lines
from pipelines.figures.model import Figure, ReportModel
from pipelines.figures.text_width import text_mm
from pipelines.render.workbook import CELL_FREE_MM, CHARACTER_MM, ROW_POINTS, count_format, new_workbook

SENT_FORMS, KEPT_FORMS = "bieu-mau.xlsx", "luu-ho-so.xlsx"
INDEX_SHEET = "Mã số liệu"
_WIDTHS = (6, 44)
_FIGURE_WIDTH = 10
_LINE_HEIGHT = 16
_LETTERS = 11
_POINT_MM = 25.4 / 72
_MARGINS = {"left": 0.6, "right": 0.5, "top": 0.7, "bottom": 0.6}
_PAPER_MM = (297, 210)
# Rows that keep the foot of a form company on the last page.
_ROWS_WITH_FOOT = 2
# How small a sheet is made to save a page.
_LEAST_SHRINK = 0.85
# What Excel forbids in a sheet name, and its longest length.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
# Figure, its row label, its column number, sheet and cell.
_Place = tuple[Figure, str, str, str, str]


def write_forms(model: ReportModel, blocks: Sequence[Block], path: Path, codes: Mapping[str, str]) -> None:
    """Write the forms of a packet, one sheet each, and a last sheet that says where each figure id stands.

    Args:
        model: the report.
        blocks: the packet.
        path: the workbook.
        codes: short code of each figure by its id.
    """
    created = dt.datetime.combine(model.question.as_of, dt.time())
    with new_workbook(path, created, title=model.question.period_label, author=model.office.name) as book:
        places: list[_Place] = []
        for block in blocks:
            if not isinstance(block, Table):
                continue
            page = form_page(model, model.forms[block.form_id], block)
            name = _FORBIDDEN.sub("-", page.tab)[:_LONGEST_NAME]
            places += _Sheet(book, book.add_worksheet(name), page).write()
        index = _write_index(book, places, model.book, codes)
        # The list of ids is for programs and auditors: who receives the forms sees only them.
        if path.name == SENT_FORMS and places:
            index.hide()


_TEXT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
# How a figure looks; the format of a count is made for its value.
_FIGURES = {kind: {**_TEXT, "border": 1, "align": "right", "bold": kind == "strong"} for kind in ("row", "strong")}


def _styles(book: Workbook) -> dict[str, Format]:
    text = _TEXT
    cell = {**text, "border": 1}
    return {
        name: book.add_format(look)
        for name, look in {
            "number": {**text, "bold": True},
            "left": text,
            "slanted": {**text, "italic": True, "align": "center"},
            "centre": {**text, "align": "center"},
            "strong_centre": {**text, "bold": True, "align": "center"},
            "remark": {**text, "italic": True, "text_wrap": True, "valign": "top"},
            "title": {**text, "bold": True, "font_size": 13, "align": "center", "text_wrap": True},
            "right": {**text, "italic": True, "align": "right"},
            "head": {**cell, "bold": True, "align": "center", "text_wrap": True},
            "numbering": {**cell, "italic": True, "align": "center"},
            "row_no": {**cell, "align": "center"},
            "row_label": {**cell, "text_wrap": True},
            **_FIGURES,
            "strong_no": {**cell, "bold": True, "align": "center"},
            "strong_label": {**cell, "bold": True, "text_wrap": True},
        }.items()
    }


class _Sheet:
    """One form being written into its sheet."""

    def __init__(self, book: Workbook, sheet: Worksheet, page: FormPage) -> None:
        self.book = book
        self.sheet = sheet
        self.page = page
        self.styles = _styles(book)
        self.last = page.column_count - 1
        stubs = _WIDTHS[: page.stub_count]
        figures = page.column_count - len(stubs)
        # Few columns are wide enough together for who reports and who signs.
        lines = (*page.reporting_lines, *(line.upper() for line in page.signature), page.place_line)
        needed = max(text_mm(line, _LETTERS) for line in lines)
        width = max(_FIGURE_WIDTH, ceil((needed / figures - CELL_FREE_MM) / CHARACTER_MM))
        self.widths = (*stubs, *[width] * figures)
        self.widths_mm = tuple(width * CHARACTER_MM + CELL_FREE_MM for width in self.widths)
        # First column of the right half, where they stand.
        usual = min(page.column_count // 2 + 1, self.last)
        fitting = [start for start in range(len(stubs), usual + 1) if sum(self.widths_mm[start:]) >= needed]
        self.middle = max(fitting, default=len(stubs))
        # Heights of rows in points, where they are not Excel's own.
        self.heights: dict[int, float] = {}
        self.foot = 0
        self.end = 0

    def write(self) -> list[_Place]:
        """Write the sheet; return where each figure is."""
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width)
        head = self._top()
        body = self._head(head)
        places = list(self._rows(body))
        places += self._foot(body + len(self.page.rows))
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, self._pages(head, body))
        self.sheet.center_horizontally()
        self.sheet.set_margins(**_MARGINS)
        self.sheet.repeat_rows(head, body - 1)
        self.sheet.freeze_panes(body, self.page.stub_count)
        self.sheet.set_footer('&C&"Times New Roman"&10&P/&N')
        return places

    def _top(self) -> int:
        page = self.page
        self.sheet.write_string(0, 0, page.number, self.styles["number"])
        for row, line in enumerate(page.reporting_lines):
            self._across(row, self.middle, self.last, line, "left")
        row = len(page.reporting_lines)
        for line, style, height in (
            *((line, "strong_centre", _LINE_HEIGHT) for line in page.appendix_lines[:1]),
            (page.title, "title", 30),
            *((line, "slanted", _LINE_HEIGHT) for line in page.appendix_lines[1:]),
            (page.period_line, "centre", _LINE_HEIGHT),
            (page.range_line, "slanted", _LINE_HEIGHT),
            (page.unit_line, "right", _LINE_HEIGHT),
        ):
            self._across(row, 0, self.last, line, style)
            self._height(row, height)
            row += 1
        return row

    def _head(self, top: int) -> int:
        """Write merged heads and the column-number row; return the first body row."""
        for cell in self.page.head:
            row, column = top + cell.row, cell.column
            end_row, end_column = row + cell.row_span - 1, column + cell.column_span - 1
            if (row, column) == (end_row, end_column):
                self.sheet.write_string(row, column, cell.text, self.styles["head"])
            else:
                self.sheet.merge_range(row, column, end_row, end_column, "", self.styles["head"])
                self.sheet.write_string(row, column, cell.text, self.styles["head"])
        for level, lines in enumerate(head_lines(self.page, self.widths_mm, _LETTERS)):
            self._height(top + level, max(_LINE_HEIGHT * lines + 2, 20))
        numbering = top + self.page.head_depth
        for column, text in enumerate(self.page.column_numbers):
            self.sheet.write_string(numbering, column, text, self.styles["numbering"])
        return numbering + 1

    def _rows(self, top: int) -> Iterator[_Place]:
        for row, line in enumerate(self.page.rows, start=top):
            kind = "row" if line.kind == "row" else "strong"
            self.sheet.write_string(row, 0, line.number, self.styles[f"{kind}_no"])
            self.sheet.write_string(row, 1, line.label, self.styles[f"{kind}_label"])
            lines = ceil(len(line.label) / (_WIDTHS[1] * 1.1)) or 1
            self._height(row, _LINE_HEIGHT * lines + 2)
            for column, figure in enumerate(line.figures, start=self.page.stub_count):
                self._figure(row, column, figure, kind)
                yield self._place(figure, line.label, self.page.column_numbers[column], row, column)

    def _foot(self, row: int) -> list[_Place]:
        places = []
        self.foot = row
        for note in self.page.notes:
            self._across(row, 0, self.last - 1, f"{note.label}:", "remark")
            self._figure(row, self.last, note.figure, "row")
            places.append(self._place(note.figure, note.label, "", row, self.last))
            row += 1
        width = sum(self.widths)
        for line in self.page.remarks:
            self._across(row, 0, self.last, line, "remark")
            self._height(row, _LINE_HEIGHT * ceil(len(line) / (width * 0.95)) + 2)
            row += 1
        self._across(row + 1, self.middle, self.last, self.page.place_line, "slanted")
        self._across(row + 2, 0, 1, self.page.maker_title, "strong_centre")
        for offset, line in enumerate(self.page.signature, start=2):
            self._across(row + offset, self.middle, self.last, line.upper(), "strong_centre")
        self.end = row + max(2, len(self.page.signature) + 1)
        return places

    def _height(self, row: int, points: float) -> None:
        self.heights[row] = points
        self.sheet.set_row(row, points)

    def _points(self, first: int, end: int) -> float:
        """Return the height of some rows together."""
        return sum(self.heights.get(row, ROW_POINTS) for row in range(first, end))

    def _pages(self, head: int, body: int) -> int:
        """Return how many pages to fit the sheet to; 0 leaves it to the width.

        Excel shrinks a sheet to a page's width and breaks it where it likes. Where only the foot or a few rows would
        be on the last page, a page less makes it a little smaller and whole.
        """
        inch = 25.4
        wide = _PAPER_MM[0] - (_MARGINS["left"] + _MARGINS["right"]) * inch
        high = _PAPER_MM[1] - (_MARGINS["top"] + _MARGINS["bottom"]) * inch
        scale = min(1.0, wide / sum(self.widths_mm))
        page = high / scale / _POINT_MM
        rows = self._points(0, self.end + 1)
        if rows <= page:
            return 0
        following = page - self._points(head, body)
        pages, rest = divmod(rows - page, following)
        company = self._points(self.foot - _ROWS_WITH_FOOT, self.end + 1)
        is_near = (page + pages * following) / rows >= _LEAST_SHRINK
        return int(pages) + 1 if rest < company or is_near else 0

    def _figure(self, row: int, column: int, figure: Figure, kind: str) -> None:
        """Write a count as a number; a percentage, or what is not known, as the other papers print it.

        No format of a number prints a decimal comma on every machine: Excel takes the reader's own sign.
        """
        if figure.value is None or figure.is_unsent or isinstance(figure.value, Decimal):
            self.sheet.write_string(row, column, figure.text, self.styles[kind])
        else:
            self.sheet.write_number(row, column, figure.value, self._count(kind, figure.value, marks_of(figure)))

    def _count(self, kind: str, value: int, marks: str) -> Format:
        written = count_format(value, self.page.zero_display, marks)
        name = f"{kind} {written}"
        if name not in self.styles:
            self.styles[name] = self.book.add_format({**_FIGURES[kind], "num_format": written})
        return self.styles[name]

    def _across(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write a text over merged cells; merge_range alone would guess its type."""
        if first < last:
            self.sheet.merge_range(row, first, row, last, "", self.styles[style])
        self.sheet.write_string(row, first, text, self.styles[style])

    def _place(self, figure: Figure, label: str, number: str, row: int, column: int) -> _Place:
        return figure, label, number, self.sheet.get_name(), xl_rowcol_to_cell(row, column)


def _write_index(book: Workbook, places: list[_Place], page: str, codes: Mapping[str, str]) -> Worksheet:
    """List every figure id and short code with sheet and cell, so that an auditor or a program finds it; each id opens
    `page`, the evidence book's, at its figure.
    """
    sheet = book.add_worksheet(INDEX_SHEET)
    look = {"font_name": "Times New Roman", "font_size": 11}
    plain, bold = book.add_format(look), book.add_format({**look, "bold": True, "bottom": 1})
    link = book.add_format({**look, "font_color": "#0563C1", "underline": 1})
    titles = (("Mã số liệu", 40), ("Biểu", 18), ("Ô", 8), ("Dòng", 50), ("Cột", 8), ("Mã ngắn", 32))
    for column, (title, width) in enumerate(titles):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    for row, (figure, label, number, name, cell) in enumerate(places, start=1):
        if page:
            sheet.write_url(row, 0, f"external:{page}#{figure.figure_id}", link, string=figure.figure_id)
        else:
            sheet.write_string(row, 0, figure.figure_id, plain)
        sheet.write_string(row, 1, name, plain)
        sheet.write_url(row, 2, f"internal:'{name}'!{cell}", link, string=cell)
        sheet.write_string(row, 3, label, plain)
        sheet.write_string(row, 4, number, plain)
        sheet.write_string(row, 5, codes.get(figure.figure_id, ""), plain)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(places), 1), 5)
    # For looking things up on the screen: whoever prints the workbook wants the forms, not a list of ids.
    sheet.print_area(0, 0, 0, 5)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet
