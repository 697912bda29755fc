"""A form as it is on its page: every text and cell, in order, whatever the paper.

Here: heading lines, head cells, column widths, rows, foot of a form. Not here: fonts, borders, files (render).
Invariant: three renderers print the same page from here; none puts a text or number of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import ceil

from pipelines.figures.blocks import Table
from pipelines.figures.declared import declared_lines
from pipelines.figures.layout import HeadCell, head_cells
from pipelines.figures.model import Figure, Form, FormRow, ReportModel
from pipelines.figures.text import day_words, format_day, text_day
from pipelines.figures.text_width import text_mm, wrapped_lines
from pipelines.figures.unsent import unsent_lines

# Letter size of a form's cells, the smallest one a form of very many columns may have, and what a cell keeps free left
# and right, both sides together.
CELL_POINTS, _SMALLEST_POINTS = 10, 6
_CELL_FREE_MM = 2.4
# A table of words inside the text: its letters, and how many times wider than the others its first column is.
GRID_POINTS, GRID_LABEL_SHARE = 11, 2
_ORDINAL_MM = 10.0
# A head of more lines than these gets a wider column.
_HEAD_LINES = 5
_WIDEST_FIGURE_MM, _NARROWEST_FIGURE_MM, _LABEL_MM = 17.0, 12.0, 66.0
# Who signs stands below the figures: few of them are wide enough together for that.
_SIGNED_MM = 75.0
# What decides on how many pages a form stands: room of a landscape page, height of a point of letters in single lines,
# what a row keeps free, the letters of top and foot, and the smallest letters it is made smaller to.
_ROOM_MM, _LINE_MM, _ROW_GAP_MM, _AROUND_MM = 165.0, 0.3528 * 1.17, 1.35, 9.0
_FOOT_POINTS, _LEAST_WHOLE = 11, 8
# A form whose labels would have less than this is written in smaller letters.
_LEAST_LABEL_MM = 40.0


@dataclass(frozen=True)
class Note:
    """A line below a form with its figure at the end."""

    label: str
    figure: Figure


@dataclass(frozen=True)
class FormPage:
    """The page of one form."""

    form_id: str
    number: str
    title: str
    period_line: str
    range_line: str
    reporting_lines: tuple[str, ...]
    unit_line: str
    zero_display: str
    head: tuple[HeadCell, ...]
    head_depth: int
    stub_count: int
    column_numbers: tuple[str, ...]
    rows: tuple[FormRow, ...]
    notes: tuple[Note, ...]
    remarks: tuple[str, ...]
    place_line: str
    maker_title: str
    signature: tuple[str, ...]
    # Number of the appendix and the report it belongs to; none for a table that is kept.
    appendix_lines: tuple[str, ...] = ()
    tab: str = ""

    @property
    def column_count(self) -> int:
        """Number of columns, stub and figures."""
        return len(self.column_numbers)


def form_page(model: ReportModel, form: Form, place: Table | None = None) -> FormPage:
    """Return the page of a form (head and foot lines: domain/10 10.3, domain/forms).

    Args:
        model: the report.
        form: one of its forms.
        place: where it stands: in an appendix of the packet that is sent, or among what is kept.
    """
    layout, question, office = form.layout, model.question, model.office
    columns = (*layout.stub, *layout.columns)
    total = form.rows[-1]
    return FormPage(
        form_id=layout.form_id,
        number=layout.number,
        title=layout.title,
        period_line=f"Kỳ báo cáo: {question.period_label}",
        range_line=_range_line(model),
        reporting_lines=(
            f"Đơn vị báo cáo: {office.name}",
            f"Đơn vị nhận báo cáo: {office.receiving_agency or '…'}",
        ),
        unit_line=f"Đơn vị tính: {layout.unit_of_measure}",
        zero_display=layout.zero_display,
        head=head_cells(columns),
        head_depth=max(len(column.head) for column in columns),
        stub_count=len(layout.stub),
        column_numbers=tuple(f"({column.number})" for column in columns),
        rows=form.rows,
        notes=tuple(
            Note(column.head[0], figure)
            for column, figure in zip(layout.notes, total.notes, strict=True)
            if figure.value and column.is_printed
        ),
        remarks=_remarks(model, form, place),
        appendix_lines=(f"PHỤ LỤC {place.appendix}", attached_line(model)) if place and place.appendix else (),
        tab=layout.tab,
        place_line=place_and_date(model),
        maker_title="Người làm báo cáo",
        signature=office.signature,
    )


def _range_line(model: ReportModel) -> str:
    question = model.question
    days = f"Từ ngày {format_day(question.period_start)} đến ngày {format_day(question.period_end)}"
    return (
        f"({days}; số liệu tạm tính đến hết ngày {format_day(question.as_of)})"
        if question.is_provisional
        else f"({days})"
    )


def _cell_points(page: FormPage, total_mm: float) -> int:
    """Return the letter size of a form's cells: the usual one, or the greatest at which its labels keep room; a little
    smaller where it then stands on fewer pages.
    """
    sizes = range(CELL_POINTS, _SMALLEST_POINTS, -1)
    stubs = _ORDINAL_MM * (page.stub_count - 1)
    fitting = [
        points for points in sizes if total_mm - stubs - sum(_figure_widths(page, total_mm, points)) >= _LEAST_LABEL_MM
    ]
    large = [points for points in fitting if points >= _LEAST_WHOLE] or fitting[:1] or [_SMALLEST_POINTS]
    return min(large, key=lambda points: (_pages(page, total_mm, points), -points))


def _pages(page: FormPage, total_mm: float, points: int) -> int:
    """Return on about how many pages a form stands."""
    head = (sum(head_lines(page, _widths(page, total_mm, points), points)) + 1) * points * _LINE_MM
    rest = _height_mm(page, total_mm, points) - _ROOM_MM
    return 1 + max(0, ceil(rest / (_ROOM_MM - head)))


def _height_mm(page: FormPage, total_mm: float, points: int) -> float:
    """Return about how high a form is: its top, head, rows and foot."""
    widths = _widths(page, total_mm, points)
    label = widths[page.stub_count - 1] - _CELL_FREE_MM
    rows = sum(wrapped_lines(row.label, label, points) for row in page.rows)
    lines = rows + sum(head_lines(page, widths, points)) + 1
    foot = (
        len(page.notes)
        + len(page.signature)
        + 2
        + sum(wrapped_lines(line, total_mm, _FOOT_POINTS) for line in page.remarks)
    )
    top = 4 + len(page.reporting_lines) + len(page.appendix_lines)
    gaps = (len(page.rows) + page.head_depth + 1) * _ROW_GAP_MM
    return lines * points * _LINE_MM + gaps + (foot + top) * _FOOT_POINTS * _LINE_MM + _AROUND_MM


def points_and_widths(page: FormPage, total_mm: float) -> tuple[int, tuple[float, ...]]:
    """Return the letter size of a form's cells, and the width of each column in millimetres, `total_mm` together; the
    same on every paper.

    The more figures a form has, the narrower they are, so that labels keep room; no figure and no word of a head
    is ever wider than its column.
    """
    points = _cell_points(page, total_mm)
    return points, _widths(page, total_mm, points)


def _widths(page: FormPage, total_mm: float, points: int) -> tuple[float, ...]:
    figures = _figure_widths(page, total_mm, points)
    stubs = [_ORDINAL_MM] * (page.stub_count - 1)
    return (*stubs, total_mm - sum(stubs) - sum(figures), *figures)


def _figure_widths(page: FormPage, total_mm: float, points: int) -> list[float]:
    even = (total_mm - _ORDINAL_MM - _LABEL_MM) / max(page.column_count - page.stub_count, 1)
    widest = max(_WIDEST_FIGURE_MM, _SIGNED_MM / max(page.column_count - page.stub_count, 1))
    even = max(_NARROWEST_FIGURE_MM * points / CELL_POINTS, min(widest, even))
    return [max(even, _needed_mm(page, column, points)) for column in range(page.stub_count, page.column_count)]


def _needed_mm(page: FormPage, column: int, points: int) -> float:
    heads = [cell.text for cell in page.head if cell.column == column and cell.column_span == 1]
    words = (word for text in heads for word in text.split())
    figures = (row.figures[column - page.stub_count].text for row in page.rows)
    widest = max(text_mm(text, points) for text in (*words, *figures, "0"))
    return max(widest, *(text_mm(text, points) / _HEAD_LINES for text in heads)) + _CELL_FREE_MM


def head_lines(page: FormPage, widths: tuple[float, ...], points: float = CELL_POINTS) -> tuple[int, ...]:
    """Return how many lines of text each row of a form's head needs, so that no head is cut.

    What a head over several rows needs more than those rows have goes to its last one. (Not every program reckons
    with heads over several rows itself.)
    """
    lines = [1] * page.head_depth
    for cell in sorted(page.head, key=lambda cell: cell.row_span):
        room = sum(widths[cell.column : cell.column + cell.column_span]) - _CELL_FREE_MM
        rows = range(cell.row, cell.row + cell.row_span)
        lines[rows[-1]] += max(0, wrapped_lines(cell.text, room, points) - sum(lines[row] for row in rows))
    return tuple(lines)


def place_and_date(model: ReportModel) -> str:
    """Return place and date: the day given at issue, else open. Days below 10, months 1 and 2 have a 0 (domain/10)."""
    return f"{model.office.place or '…'}, {_day_of(model)}"


def _day_of(model: ReportModel) -> str:
    if model.issue and model.issue.signed_on:
        return day_words(dt.date.fromisoformat(model.issue.signed_on))
    return f"ngày      tháng      năm {model.question.as_of.year}"


def provisional_line(model: ReportModel) -> str | None:
    """Return the sentence that marks figures of an unfinished period, None for a finished one."""
    question = model.question
    if not question.is_provisional:
        return None
    return (
        f"Số liệu tạm tính đến hết ngày {text_day(question.as_of)}; "
        f"kỳ báo cáo kết thúc ngày {text_day(question.period_end)}."
    )


def attached_line(model: ReportModel) -> str:
    """Return the line below the number of an appendix: of which report it is (Nghị định 30/2020/NĐ-CP, appendix I)."""
    office, issue = model.office, model.issue
    number = issue.number if issue and issue.number else f"…/{office.report_symbol}"
    day = (issue.signed_words if issue else "") or f"ngày … tháng … năm {model.question.as_of.year}"
    return f"(Kèm theo Báo cáo số {number} {day} của {office.name})"


def _remarks(model: ReportModel, form: Form, place: Table | None) -> tuple[str, ...]:
    provisional = provisional_line(model)
    issued = model.issue.lines if model.issue else ()
    declared = declared_lines(form, model.question.switch("estimate_method"))
    is_sent = bool(place and place.appendix)
    note = place.note if place else ""
    is_own = model.office.unit_kind != "city" and form.coverage.is_complete
    plain = "" if is_own else form.coverage.plain
    coverage = plain if is_sent else form.coverage.sentence if form.coverage.owed else ""
    below = (provisional, *declared, *unsent_lines(form), note, coverage)
    return (*issued, *(line for line in below if line))
