"""A unit's return workbook: one sheet a thing owed, lists to choose from, last period's open records filled in.

Here: the workbook. Not here: which sheets, lists and records (package/returns), how it is read (ingest).
Invariant: codes are text cells, nothing is a formula; what the sheets ask for is what the reader takes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.ingest.own_return import FORM_PROPERTY, LISTS_SHEET, PERIOD_PROPERTY, TITLE, UNIT_PROPERTY
from pipelines.render.workbook import count_format, new_workbook

_HEAD_ROW = 5
_WIDTHS = {"code": 24, "text": 30, "date": 17, "number": 14, "choice": 24}


@dataclass(frozen=True)
class Field:
    """One column of a sheet: its head, the kind of its cells (code, text, date, number, choice), its choices."""

    head: str
    kind: str
    is_required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One thing owed: the sheet's name and title, its columns, and records still open from before."""

    name: str
    title: str
    fields: tuple[Field, ...]
    open_records: tuple[tuple[object, ...], ...]
    is_nil: bool = False


@dataclass(frozen=True)
class ReturnBook:
    """All of one unit's return; unit, period and version of the form are hidden in the workbook's properties."""

    unit_id: str
    period_id: str
    unit_name: str
    period_label: str
    span: str
    deadline: str
    nil_label: str
    made_on: dt.date
    sheets: tuple[Sheet, ...]
    # Rows ready to be filled in below the open records.
    blank_rows: int = 200


def write_return(book: ReturnBook, path: Path) -> None:
    """Write the workbook of one unit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    created = dt.datetime.combine(book.made_on, dt.time())
    with new_workbook(path, created, title=f"Phiếu báo cáo {book.period_label}", author="") as workbook:
        for name, value in _identity(book).items():
            workbook.set_custom_property(name, value, "text")
        writer = _Writer(workbook, book)
        for sheet in book.sheets:
            writer.sheet(sheet)
        writer.lists()


def _identity(book: ReturnBook) -> dict[str, str]:
    """What the workbook says of itself wherever it is moved: unit, period, and a hash of its sheets and heads."""
    heads = "\n".join(f"{sheet.name}:{field.head}" for sheet in book.sheets for field in sheet.fields)
    form = hashlib.sha256(heads.encode()).hexdigest()[:8]
    return {UNIT_PROPERTY: book.unit_id, PERIOD_PROPERTY: book.period_id, FORM_PROPERTY: form}


class _Writer:
    """One workbook being written; lists of choices are gathered on the way and come last."""

    def __init__(self, workbook: Workbook, book: ReturnBook) -> None:
        self.workbook, self.book = workbook, book
        self.columns: list[tuple[str, ...]] = []
        look = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
        cell = {**look, "border": 1, "border_color": "#9AA5B1"}
        self.styles = {
            name: workbook.add_format(form)
            for name, form in {
                "title": {**look, "bold": True, "font_size": 14},
                "plain": look,
                "hint": {**look, "italic": True, "font_color": "#44525E"},
                "strong": {**look, "bold": True},
                "tick": {**cell, "align": "center", "bold": True, "bg_color": "#FFF7DB"},
                "head": {**cell, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8EDF2"},
                "code": {**cell, "num_format": "@"},
                "text": {**cell, "num_format": "@", "text_wrap": True},
                "choice": {**cell, "num_format": "@"},
                "date": {**cell, "num_format": "dd/mm/yyyy hh:mm"},
                "number": {**cell, "num_format": count_format(0)},
            }.items()
        }

    def sheet(self, sheet: Sheet) -> None:
        """Write one sheet: title, nil tick, heads, open records, blank rows with their rules."""
        page, styles = self.workbook.add_worksheet(sheet.name), self.styles
        page.write_string(0, 0, f"{TITLE}: {sheet.title.upper()}", styles["title"])
        page.write_string(1, 0, f"{self.book.unit_name} – {self.book.period_label} ({self.book.span})", styles["plain"])
        page.write_string(
            2,
            0,
            f"Gửi chậm nhất hết ngày {self.book.deadline}. Cột có dấu * bắt buộc. Không đổi tên trang, tên cột.",
            styles["hint"],
        )
        page.write_string(3, 0, self.book.nil_label, styles["strong"])
        page.write(3, 1, "x" if sheet.is_nil else None, styles["tick"])
        page.data_validation(
            3, 1, 3, 1,
            {"validate": "list", "source": ["x"], "input_title": self.book.nil_label,
             "input_message": "Ghi x nếu trong kỳ không có gì; khi đó để trống bảng dưới."},
        )  # fmt: skip
        for column, field in enumerate(sheet.fields):
            page.set_column(column, column, _WIDTHS[field.kind])
            page.write_string(_HEAD_ROW, column, field.head + (" *" if field.is_required else ""), styles["head"])
            self._rule(page, column, field, len(sheet.open_records))
        page.set_row(_HEAD_ROW, 46)
        self._rows(page, sheet)
        page.freeze_panes(_HEAD_ROW + 1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEAD_ROW)

    def _rows(self, page: Worksheet, sheet: Sheet) -> None:
        for row, record in enumerate(sheet.open_records, start=_HEAD_ROW + 1):
            for column, (field, value) in enumerate(zip(sheet.fields, record, strict=True)):
                self._cell(page, row, column, field, value)
        first = _HEAD_ROW + 1 + len(sheet.open_records)
        for row in range(first, first + self.book.blank_rows):
            for column, field in enumerate(sheet.fields):
                page.write_blank(row, column, None, self.styles[field.kind])

    def _cell(self, page: Worksheet, row: int, column: int, field: Field, value: object) -> None:
        style = self.styles[field.kind]
        if value is None:
            page.write_blank(row, column, None, style)
        elif isinstance(value, dt.datetime):
            page.write_datetime(row, column, value, style)
        elif isinstance(value, int | float):
            page.write_number(row, column, value, style)
        else:
            page.write_string(row, column, str(value), style)

    def _rule(self, page: Worksheet, column: int, field: Field, records: int) -> None:
        """Say what a column takes; a date or number that is none is stopped where it is typed."""
        first, last = _HEAD_ROW + 1, _HEAD_ROW + records + self.book.blank_rows
        if field.choices:
            rule: dict[str, object] = {"validate": "list", "source": self._list(field.choices)}
            noted = "Chọn trong danh sách", f"Chọn một giá trị có trong danh sách của cột {field.head}."
        elif field.kind == "date":
            rule = {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}
            noted = "Ghi ngày", "Ghi ngày dạng ngày/tháng/năm, ví dụ 05/03/2021."
        elif field.kind == "number":
            rule = {"validate": "decimal", "criteria": ">=", "value": 0}
            noted = "Ghi số", "Ghi số không âm, không kèm chữ."
        else:
            return
        rule = {**rule, "error_type": "stop", "error_title": noted[0], "error_message": noted[1]}
        page.data_validation(first, column, last, column, rule)

    def _list(self, choices: Sequence[str]) -> str:
        """Return the place of a list of choices; equal lists are written once."""
        values = tuple(choices)
        if values not in self.columns:
            self.columns.append(values)
        column = xl_col_to_name(self.columns.index(values), col_abs=True)
        return f"='{LISTS_SHEET}'!{column}$1:{column}${len(values)}"

    def lists(self) -> None:
        """Write the hidden sheet of choices."""
        page = self.workbook.add_worksheet(LISTS_SHEET)
        for column, values in enumerate(self.columns):
            for row, value in enumerate(values):
                page.write_string(row, column, value)
        page.hide()
