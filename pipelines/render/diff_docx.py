"""The annex of corrections (bảng đính chính) as a Word file: what was reported, what is right, the difference, why.

Here: one table of the office's own changed cells on landscape pages. Not here: what differs, words of reasons.
Invariant: every corrected figure is in a bookmark named after its id; same comparison, same bytes.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from pipelines.figures.comparison import ChangedCell, Comparison
from pipelines.figures.text import lower_first, text_day, text_days
from pipelines.render.docx_parts import (
    Bookmarks,
    add_page_number,
    borders,
    cell_margins,
    drop_what_is_not_used,
    fix_widths,
    keep_row_whole,
    mark_size,
    repeat_row,
    set_fonts,
)
from pipelines.render.stable_zip import make_stable

_CENTRE, _LEFT, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
# Title, and how the two numbers are called: of a correction, of a final after provisional figures.
_CORRECTION = ("BẢNG ĐÍNH CHÍNH SỐ LIỆU", "Số đã báo cáo", "Số đính chính")
_FINAL = ("BẢNG SO SÁNH SỐ LIỆU TẠM TÍNH VÀ SỐ LIỆU CHÍNH THỨC", "Số tạm tính", "Số chính thức")
_HEADS = ("STT", "Nội dung", "Cột", "", "", "Chênh lệch", "Lý do")
_WIDTHS = [12, 62, 56, 20, 20, 20, 72]
_SMALL = Pt(10)


def write_annex(found: Comparison, path: Path) -> None:
    """Write the annex of corrections of the office's own forms."""
    document: Any = Document()
    _set_up(document, found)
    _line(document, "PHỤ LỤC", Pt(14), bold=True)
    title, before, now = _words(found)
    _line(document, title, Pt(14), bold=True)
    _line(document, f"{found.period_label} – {found.office_name}", Pt(13))
    _line(document, _attached(found), Pt(13), slanted=True)
    old, new = (
        lower_first(issue.title) if issue else name
        for issue, name in zip(found.issues, (found.old_name, found.new_name), strict=True)
    )
    _line(document, f"{before}: {old}. {now}: {new}.", Pt(12), _LEFT)
    for label, old, new in found.heading:
        if old != new:
            _line(document, text_days(f"{label}: {old} → {new}"), Pt(12), _LEFT)
    _line(document, text_days(found.late_share), Pt(12), _LEFT)
    if found.annex_cells:
        _table(document, found)
    else:
        _line(document, "Số liệu của các biểu đã gửi không thay đổi.", Pt(12), _LEFT)
    _line(document, "", Pt(6))
    _line(document, "Người lập bảng", Pt(12), _RIGHT, bold=True)
    document.save(str(path))
    make_stable(path)


def _words(found: Comparison) -> tuple[str, str, str]:
    return _FINAL if found.is_of_provisional else _CORRECTION


def _attached(found: Comparison) -> str:
    """Return of which report it is: number and date of the new version, blank until the registry gives them."""
    issue = found.issues[1]
    number = issue.number if issue and issue.number else "…"
    day = (issue.signed_words if issue else "") or "ngày … tháng … năm …"
    return f"(Kèm theo Báo cáo số {number} {day} của {found.office_name})"


def _set_up(document: Any, found: Comparison) -> None:
    set_fonts(document, "Times New Roman", Pt(13))
    drop_what_is_not_used(document)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(15)
    section.top_margin, section.bottom_margin = Mm(20), Mm(15)
    section.different_first_page_header_footer = True
    add_page_number(section.header, Pt(13))
    properties = document.core_properties
    properties.created = properties.modified = dt.datetime.combine(found.day, dt.time())
    properties.author = properties.last_modified_by = found.office_name
    properties.title = f"{_words(found)[0].capitalize()} {found.period_label} đến ngày {text_day(found.day)}"
    properties.comments = properties.keywords = properties.subject = ""
    properties.language = "vi-VN"
    properties.revision = 1


def _table(document: Any, found: Comparison) -> None:
    table = document.add_table(rows=1, cols=len(_HEADS))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _, before, now = _words(found)
    for cell, text in zip(table.rows[0].cells, (*_HEADS[:3], before, now, *_HEADS[5:]), strict=True):
        _write(cell, text, _CENTRE, bold=True)
    repeat_row(table.rows[0])
    bookmarks = Bookmarks()
    for number, run in groupby(found.annex_cells, key=lambda cell: cell.form_number):
        merged = table.add_row().cells
        _write(merged[0].merge(merged[-1]), number, _LEFT, bold=True)
        for ordinal, changed in enumerate(run, start=1):
            _row(table.add_row(), ordinal, changed, bookmarks)
    for row in table.rows:
        keep_row_whole(row)
    cell_margins(table, Mm(0.8))
    fix_widths(table, [float(width) for width in _WIDTHS])
    borders(table)


def _row(row: Any, ordinal: int, changed: ChangedCell, bookmarks: Bookmarks) -> None:
    cells = row.cells
    column = f"({changed.column_number}) {changed.column_title}" if changed.column_number else changed.column_title
    _write(cells[0], str(ordinal), _CENTRE)
    _write(cells[1], changed.row_title, _LEFT)
    _write(cells[2], column, _LEFT)
    _write(cells[3], changed.old_text, _RIGHT)
    with bookmarks.around(cells[4].paragraphs[0], changed.figure_id):
        _write(cells[4], changed.new_text, _RIGHT)
    _write(cells[5], changed.delta_text, _RIGHT)
    _write(cells[6], text_days(changed.reason_text), _LEFT)


def _write(cell: Any, text: str, alignment: Any, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1)
    mark_size(paragraph, _SMALL)
    written = paragraph.add_run(text)
    written.font.size = _SMALL
    written.bold = bold or None


def _line(
    document: Any, text: str, size: Any, alignment: Any = _CENTRE, bold: bool = False, slanted: bool = False
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_after = Pt(2)
    written = paragraph.add_run(text)
    written.font.size = size
    written.bold, written.italic = bold or None, slanted or None
