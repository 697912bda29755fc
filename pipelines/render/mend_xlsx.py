"""What goes back to a unit, as a workbook: summary, refused files, rows with the cell at fault marked, what was mended.

Here: the workbook. Not here: what is in it (figures/mending).
Invariant: every cell is text or a number; nothing a unit wrote runs as a formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.figures.mending import Fault, MendBook
from pipelines.render.workbook import new_workbook, row_points

_FIRST = ("Tệp", "Trang", "Dòng", "Mã", "Ô sai", "Giá trị", "Lý do", "Cách sửa", "Các ô của dòng")
_WIDTHS = (24, 12, 7, 22, 16, 16, 36, 36, 50)
_OWN_WIDTH = 20


def write_mend_book(book: MendBook, path: Path) -> None:
    """Write the workbook of one unit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    created = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a stable date, no moment: same faults, same bytes
    with new_workbook(path, created, title=f"Trả lại {book.unit_name}, {book.period_label}") as workbook:
        look = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "text_wrap": True}
        styles = {
            "title": workbook.add_format({**look, "bold": True, "font_size": 14, "text_wrap": False}),
            "plain": workbook.add_format({**look, "text_wrap": False}),
            "head": workbook.add_format({**look, "bold": True, "border": 1, "bg_color": "#E8EDF2"}),
            "cell": workbook.add_format({**look, "border": 1, "border_color": "#9AA5B1"}),
            "wrong": workbook.add_format(
                {**look, "border": 2, "border_color": "#A4133C", "bg_color": "#FDE7EC", "bold": True}
            ),
        }
        _summary(workbook.add_worksheet("Tóm tắt"), book, styles)
        for name, files in (("Tệp bị từ chối", book.refused), ("Tệp cần xác nhận", book.doubts)):
            if files:
                _table(
                    workbook.add_worksheet(name),
                    ("Loại", "Tệp", "Nhận lúc", "Lý do", "Cách sửa"),
                    [(f.stream_title, f.file_name, f"{f.received_at:%d/%m/%Y %H:%M}", f.reason, f.mend) for f in files],
                    (28, 40, 18, 60, 60),
                    styles,
                )
        for name, faults in (("Dòng trả lại", book.sent_back), ("Dòng cần xem", book.flagged)):
            if faults:
                _faults(workbook.add_worksheet(name), faults, styles)
        if book.mended:
            _table(
                workbook.add_worksheet("Đã sửa"),
                ("Loại", "Mã", "Lỗi lần trước", "Trong tệp"),
                [(item.stream_title, item.record_code, item.reason, item.was_in) for item in book.mended],
                (28, 28, 60, 44),
                styles,
            )


def _summary(page: Worksheet, book: MendBook, styles: dict[str, Format]) -> None:
    page.set_column(0, 0, 52)
    page.set_column(1, 1, 12)
    page.write_string(0, 0, f"{book.unit_name} – {book.period_label}", styles["title"])
    page.write_string(1, 0, book.ask, styles["plain"])
    page.write_string(2, 0, "Cột về người (họ tên, địa chỉ, điện thoại, giấy tờ) không hiện ở đây.", styles["plain"])
    for row, (label, number) in enumerate(book.summary, start=4):
        page.write_string(row, 0, label, styles["cell"])
        page.write_number(row, 1, number, styles["cell"])


def _table(
    page: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    styles: dict[str, Format],
) -> None:
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, head, styles["head"])
    for at, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            page.write_string(at, column, text, styles["cell"])
        page.set_row(at, row_points(list(zip(row, widths, strict=True))))
    _set_up(page, len(rows), len(heads))


def _faults(page: Worksheet, faults: Sequence[Fault], styles: dict[str, Format]) -> None:
    """One line a fault: where and why, then the row's own cells under the file's own headers."""
    own: list[str] = []
    for fault in faults:
        own += [header for header, _ in fault.cells if header not in own]
    heads = (*_FIRST, *own)
    for column, head in enumerate(heads):
        page.set_column(column, column, _WIDTHS[column] if column < len(_WIDTHS) else _OWN_WIDTH)
        page.write_string(0, column, head, styles["head"])
    for at, fault in enumerate(faults, start=1):
        row = "; ".join(f"{header}: {text}" for header, text in fault.cells if text)
        first = (
            *(fault.file_name, fault.sheet, None, fault.record_code, fault.at, fault.value),
            *(fault.reason, fault.mend, row),
        )
        for column, text in enumerate(first):
            if text is None:
                page.write_number(at, column, fault.row, styles["cell"])
            else:
                page.write_string(at, column, text, styles["cell"])
        cells = dict(fault.cells)
        for column, header in enumerate(own, start=len(_FIRST)):
            style = styles["wrong"] if header == fault.at and header in cells else styles["cell"]
            page.write_string(at, column, cells.get(header, ""), style)
        page.set_row(at, row_points(list(zip((text or "" for text in first), _WIDTHS, strict=True))))
    _set_up(page, len(faults), len(heads))
    # The row's own cells stand beside for the screen; on paper they are the last printed column.
    page.print_area(0, 0, len(faults), len(_FIRST) - 1)


def _set_up(page: Worksheet, rows: int, columns: int) -> None:
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, rows, columns - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
