"""A comparison of two versions as a workbook.

Here: sheets of the summary, changed cells, records behind each cell, moved records, files. Not here: what differs.
Invariant: counts are real numbers, percentages what other papers print, every text is a text cell (nothing runs
as a formula); same comparison, same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from pipelines.figures.comparison import Comparison
from pipelines.figures.text import format_rate
from pipelines.render.workbook import count_format, new_workbook, row_points

_Cell = str | int | Decimal | None
_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}


def write_comparison_xlsx(found: Comparison, path: Path) -> None:
    """Write the workbook."""
    created = dt.datetime.combine(found.day, dt.time())
    with new_workbook(path, created, title=found.title, author=found.office_name) as book:
        _Sheets(book).write(found)


class _Sheets:
    """The sheets of one workbook; all look alike."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.head: Format = book.add_format(
            {**_FONT, "bold": True, "border": 1, "bg_color": "#F2F2F2", "text_wrap": True}
        )
        self.text: Format = book.add_format({**_FONT, "border": 1, "text_wrap": True})
        self.number: Format = book.add_format({**_FONT, "border": 1, "align": "right"})
        self.counts: dict[str, Format] = {}

    def write(self, found: Comparison) -> None:
        self.table(
            "Tóm tắt",
            (("", 34), (found.old_name, 40), (found.new_name, 40)),
            [
                *found.heading,
                ("Khóa", *found.keys),
                ("Ô khác nhau, biểu toàn đơn vị", None, len(found.office_cells)),
                ("Ô khác nhau, mọi biểu", None, len(found.cells)),
                ("Ô giữ nguyên tổng nhưng bản ghi bên trong đã đổi", None, len(found.exchanged)),
                ("Bản ghi đổi chỗ", None, len(found.moved)),
                *((f"  do {kind}", None, count) for kind, count in found.causes),
                ("Tệp nhận muộn", None, found.late_share),
            ],
        )
        self.table(
            "Ô thay đổi",
            (
                ("Biểu", 30), ("Đơn vị", 26), ("Dòng", 9), ("Nội dung", 36), ("Cột", 6), ("Tên cột", 36),
                (f"Số {found.old_name}", 12), (f"Số {found.new_name}", 12), ("Chênh lệch", 12), ("Lý do", 70),
                ("Mã số liệu", 34),
            ),
            (
                (
                    cell.form_number, cell.scope_name, cell.row_code, cell.row_label, cell.column_number,
                    cell.column_title, cell.old, cell.new, cell.delta,
                    "\n".join(cell.reasons) or cell.reason_text, cell.figure_id,
                )
                for cell in found.cells
            ),
        )  # fmt: skip
        self.table(
            "Bản ghi theo ô",
            (("Mã số liệu", 34), ("Bản ghi", 30), ("Thay đổi", 10), ("Số cũ", 10), ("Số mới", 10)),
            (
                (cell.figure_id, record.name, record.change, record.old, record.new)
                for cell in (*found.cells, *found.exchanged)
                for record in cell.records
            ),
        )
        self.table(
            "Bản ghi",
            (
                ("Bản ghi", 30), ("Đơn vị", 24), ("Chỗ cũ", 44), ("Chỗ mới", 44), ("Vì sao (cũ)", 34),
                ("Vì sao (mới)", 34), ("Nguyên nhân", 60), ("Loại nguyên nhân", 22), ("Đọc từ (cũ)", 44),
                ("Đọc từ (mới)", 44),
            ),
            (
                (
                    moved.name, moved.unit, moved.old_place, moved.new_place, moved.old_reason, moved.new_reason,
                    moved.cause, moved.kind, moved.old_source, moved.new_source,
                )
                for moved in found.moved
            ),
        )  # fmt: skip
        self.table("Tệp", (("Phiên bản", 22), ("Đơn vị", 30), ("Tệp", 60), ("Nhận lúc", 24)), found.deliveries)

    def count(self, value: int) -> Format:
        """Return the look of a count."""
        written = count_format(value)
        if written not in self.counts:
            self.counts[written] = self.book.add_format({**_FONT, "border": 1, "num_format": written})
        return self.counts[written]

    def table(self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[_Cell]]) -> None:
        """Write one sheet: head, rows, filter, print set-up."""
        sheet = self.book.add_worksheet(name)
        for column, (title, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self.head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(last, column, value, self.count(value))
                elif isinstance(value, Decimal):
                    text = format_rate(abs(value), sign="")
                    sheet.write_string(last, column, f"-{text}" if value < 0 else text, self.number)
                else:
                    sheet.write_string(last, column, value or "", self.text)
            texts = [(value, width) for value, (_, width) in zip(row, columns, strict=False) if isinstance(value, str)]
            sheet.set_row(last, row_points(texts))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
