"""The official forms as a workbook.

Here: one sheet a form, merged heads, column numbers, print set-up. Not here: figures, layouts (figures room).
Invariant: numbers are real numbers, texts are never formulas, zero is printed as the form wants it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.figures.layout import LayoutColumn, head_cells
from pipelines.figures.report_model import Form, ReportModel
from pipelines.figures.text import format_day
from pipelines.render.stable_zip import make_stable

FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
WIDTHS = (6, 42)
FIGURE_WIDTH = 10


def write_forms(model: ReportModel, path: Path) -> None:
    """Write every form of the report, one sheet each."""
    created = dt.datetime.combine(model.question.as_of, dt.time())
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": model.question.period_label, "author": model.office.name, "created": created})
        styles = _styles(book)
        for form in model.forms.values():
            _write_form(book.add_worksheet(form.layout.form_id), form, model, styles)
    make_stable(path)


def _styles(book: Workbook) -> dict[str, Format]:
    cell = {**FONT, "border": 1}
    number = {**cell, "num_format": "#,##0", "align": "right"}
    return {
        "bold": book.add_format({**FONT, "bold": True}),
        "plain": book.add_format({**FONT}),
        "italic": book.add_format({**FONT, "italic": True, "align": "center"}),
        "note": book.add_format({**FONT, "italic": True, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({**FONT, "bold": True, "font_size": 13, "align": "center", "text_wrap": True}),
        "right": book.add_format({**FONT, "align": "right"}),
        "centre_bold": book.add_format({**FONT, "bold": True, "align": "center"}),
        "head": book.add_format({**cell, "bold": True, "align": "center", "text_wrap": True}),
        "numbering": book.add_format({**cell, "italic": True, "align": "center"}),
        "row_no": book.add_format({**cell, "align": "center"}),
        "label": book.add_format({**cell, "text_wrap": True}),
        "row": book.add_format(number),
        "strong_no": book.add_format({**cell, "bold": True, "align": "center"}),
        "strong_label": book.add_format({**cell, "bold": True, "text_wrap": True}),
        "strong": book.add_format({**number, "bold": True}),
    }


def _write_form(sheet: Worksheet, form: Form, model: ReportModel, styles: dict[str, Format]) -> None:
    layout = form.layout
    columns = (*layout.stub, *layout.columns)
    last = len(columns) - 1
    for index in range(len(columns)):
        sheet.set_column(index, index, WIDTHS[index] if index < len(WIDTHS) else FIGURE_WIDTH)
    question = model.question
    middle = len(columns) // 2
    sheet.write_string(0, 0, layout.number, styles["bold"])
    sheet.merge_range(0, middle, 0, last, f"Đơn vị báo cáo: {model.office.name}", styles["right"])
    sheet.merge_range(1, middle, 1, last, f"Đơn vị nhận báo cáo: {model.office.receiving_agency}", styles["right"])
    sheet.merge_range(2, 0, 2, last, layout.title, styles["title"])
    sheet.set_row(2, 34)
    sheet.merge_range(3, 0, 3, last, f"Kỳ báo cáo: {question.period_label}", styles["italic"])
    span = f"(Từ ngày {format_day(question.period_start)} đến ngày {format_day(question.period_end)})"
    provisional = f" – số liệu tạm đến ngày {format_day(question.until_on)}" if question.is_provisional else ""
    sheet.merge_range(4, 0, 4, last, span + provisional, styles["italic"])
    sheet.merge_range(5, middle, 5, last, f"Đơn vị tính: {layout.unit_of_measure}", styles["right"])
    body = _write_head(sheet, columns, 6, styles)
    end = _write_rows(sheet, form, body, styles)
    _write_foot(sheet, form, model, end, last, styles)
    _set_up_page(sheet, first=6, last_head=body - 1)


def _write_head(sheet: Worksheet, columns: tuple[LayoutColumn, ...], top: int, styles: dict[str, Format]) -> int:
    """Write merged heads and the column-number row; return the first body row."""
    depth = max(len(column.head) for column in columns)
    for cell in head_cells(columns):
        first_row, first_column = top + cell.row, cell.column
        last_row, last_column = first_row + cell.row_span - 1, first_column + cell.column_span - 1
        if (first_row, first_column) == (last_row, last_column):
            sheet.write_string(first_row, first_column, cell.text, styles["head"])
        else:
            sheet.merge_range(first_row, first_column, last_row, last_column, cell.text, styles["head"])
    for row in range(top, top + depth):
        sheet.set_row(row, 32)
    for index, column in enumerate(columns):
        sheet.write_string(top + depth, index, f"({column.number})", styles["numbering"])
    return top + depth + 1


def _write_rows(sheet: Worksheet, form: Form, top: int, styles: dict[str, Format]) -> int:
    for offset, row in enumerate(form.rows):
        strong = "strong" if row.kind != "row" else ""
        sheet.write_string(top + offset, 0, row.number, styles["strong_no" if strong else "row_no"])
        sheet.write_string(top + offset, 1, row.label, styles["strong_label" if strong else "label"])
        for index, figure in enumerate(row.figures, start=len(form.layout.stub)):
            style = styles["strong" if strong else "row"]
            if figure.value is None or (figure.value == 0 and figure.text != "0"):
                sheet.write_string(top + offset, index, figure.text, style)
            else:
                sheet.write_number(top + offset, index, int(figure.value), style)
    return top + len(form.rows)


def _write_foot(
    sheet: Worksheet, form: Form, model: ReportModel, top: int, last: int, styles: dict[str, Format]
) -> None:
    notes = [model.coverage.sentence]
    total = form.rows[-1]
    for column, figure in zip(form.layout.notes, total.notes, strict=True):
        if figure.value:
            notes.append(f"{column.head[0]}: {figure.text}.")
    for offset, text in enumerate(notes):
        sheet.merge_range(top + offset, 0, top + offset, last, text, styles["note"])
        sheet.set_row(top + offset, 32)
    at = top + len(notes) + 1
    half = (last + 1) // 2
    place = f"{model.office.place}, ngày … tháng … năm {model.question.period_end.year}"
    sheet.merge_range(at, half, at, last, place, styles["italic"])
    sheet.merge_range(at + 1, 0, at + 1, half - 1, "Người làm báo cáo", styles["centre_bold"])
    sheet.merge_range(at + 1, half, at + 1, last, "Thủ trưởng đơn vị", styles["centre_bold"])


def _set_up_page(sheet: Worksheet, first: int, last_head: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.repeat_rows(first, last_head)
    sheet.freeze_panes(last_head + 1, 2)
    sheet.set_footer("&C&P/&N")
