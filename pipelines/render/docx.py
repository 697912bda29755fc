"""The report as a Word file, laid out as Nghị định 30/2020/NĐ-CP asks (domain/10 10.3).

Here: letterhead, blocks, signature, forms on landscape pages. Not here: words, arithmetic, oxml grammar (docx_parts).
Invariant: every figure is between bookmarks named after its id; same model and blocks, same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from pipelines.figures.blocks import (
    Addressee,
    Block,
    Bullet,
    ChartPlace,
    Grid,
    Heading,
    Paragraph,
    Run,
    SealMark,
    Signature,
    Subject,
    Table,
    words_of,
)
from pipelines.figures.charts import chart_caption, charts_of
from pipelines.figures.form_page import (
    GRID_LABEL_SHARE,
    GRID_POINTS,
    FormPage,
    form_page,
    head_lines,
    place_and_date,
    points_and_widths,
)
from pipelines.figures.model import ReportModel
from pipelines.render.charts import WIDTH_MM, chart_pictures
from pipelines.render.docx_parts import (
    add_page_number,
    borders,
    cell_margins,
    describe,
    describe_picture,
    drop_what_is_not_used,
    fix_widths,
    go_on_with_page_numbers,
    hide_borders,
    keep_cells_with_next,
    keep_row_whole,
    leave_outline,
    repeat_row,
    restart_page_numbers,
    rule_below,
    set_fonts,
    shrink_section_break,
)
from pipelines.render.docx_text import DocxText, opened_document
from pipelines.render.letterhead import (
    BODY_POINTS,
    COUNTRY,
    COUNTRY_POINTS,
    DATE_POINTS,
    ISSUER_POINTS,
    LEFT_MM,
    LETTER_SUBJECT_POINTS,
    MOTTO,
    MOTTO_POINTS,
    NUMBER_POINTS,
    PAGE_NUMBER_POINTS,
    RECIPIENTS_HEAD_POINTS,
    RECIPIENTS_POINTS,
    SIGNATURE_POINTS,
    SUBJECT_RULE_MM,
    document_title,
    issuer_rule_mm,
    issuing_lines,
    motto_rule_mm,
    number_text,
    recipient_lines,
    signer_name,
    subject_of,
)
from pipelines.render.qr import qr_png
from pipelines.render.stable_zip import make_stable

_CENTRE, _LEFT, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
_BODY, _SMALL = Pt(BODY_POINTS), Pt(12)
_LANDSCAPE_WIDTH = 297 - 30 - 15
# Height of a line of a form's cell, times its letter size: Times in single lines, and the 1.08 of the style.
_LINE_SHARE = 1.25
# Room for the number that the registry writes by hand.
_NUMBER_GAP = " " * 7
# How many of the last rows of a form go with its foot, so that notes and signature are never alone on a page.
_ROWS_WITH_FOOT = 2


def write_report(model: ReportModel, blocks: Sequence[Block], path: Path, base: Path | None = None) -> None:
    """Write the report: letterhead, body, recipients and signature, appendices, every form on landscape pages.

    Args:
        model: the report.
        blocks: its words.
        path: the file to write.
        base: a Word file of the office whose styles, page and header are taken as they are; its text is left out.

    Raises:
        OfficeError: the base is no Word file, or lacks a style.
    """
    _Writer(model, base).write(blocks).save(str(path))
    make_stable(path)


class _Writer(DocxText):
    """One document being written from top to bottom."""

    def __init__(self, model: ReportModel, base: Path | None = None) -> None:
        super().__init__(Document() if base is None else opened_document(base), model.book)
        self.model = model
        self.is_restyled = base is not None
        self.width = 0.0  # of the text on a portrait page, in millimetres
        self.portrait: tuple[Any, Any] = (Mm(210), Mm(297))
        self.has_title = False
        self.is_fresh_page = True
        self.cell_points = 0  # of the form being laid out
        self.charts = charts_of(model)
        self.pictures: dict[str, bytes] = {}

    def write(self, blocks: Sequence[Block]) -> Any:
        """Return the whole document."""
        self._page()
        self._properties(document_title(self.model, blocks))
        self._letterhead(subject_of(blocks))
        places = [block.chart_id for block in blocks if isinstance(block, ChartPlace)]
        self.pictures = dict(zip(places, chart_pictures([self.charts[name] for name in places]), strict=True))
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if isinstance(following, Signature):
                self._keep_last_words()
            self._block(block, following)
        return self.document

    def _keep_last_words(self) -> None:
        """Keep the last words with the sentence that closes the document, so that it is never alone on a page."""
        if self.document.paragraphs:
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True

    def _page(self) -> None:
        """Set fonts, page and page number, unless the office has its own Word file for them."""
        section = self.document.sections[0]
        if not self.is_restyled:
            set_fonts(self.document, "Times New Roman", _BODY)
            drop_what_is_not_used(self.document)
            section.page_width, section.page_height = Mm(210), Mm(297)
            section.left_margin, section.right_margin = Mm(30), Mm(18)
            section.top_margin, section.bottom_margin = Mm(20), Mm(20)
            section.header_distance = Mm(10)
        section.different_first_page_header_footer = True
        if not any(paragraph._p.xpath(".//w:r") for paragraph in section.header.paragraphs):
            add_page_number(section.header, Pt(PAGE_NUMBER_POINTS))
        self.width = (section.page_width - section.left_margin - section.right_margin) / Mm(1)
        self.portrait = (section.page_width, section.page_height)

    def _properties(self, title: str) -> None:
        properties = self.document.core_properties
        day = dt.datetime.combine(self.model.question.as_of, dt.time())
        properties.created = properties.modified = day
        properties.author = properties.last_modified_by = self.model.office.name
        properties.title = title
        properties.comments = properties.keywords = properties.subject = ""
        properties.language = "vi-VN"
        properties.revision = 1

    def _letterhead(self, subject: Subject | None) -> None:
        office = self.model.office
        right_mm = self.width - LEFT_MM
        table = self.plain_table([LEFT_MM, right_mm])
        left, right = table.rows[0].cells
        for text, bold in issuing_lines(office):
            self.line(left, text, _CENTRE, Pt(ISSUER_POINTS), bold=bold)
        rule_below(left.paragraphs[-1], inset_mm=_inset(LEFT_MM, issuer_rule_mm(office)))
        self.line(right, COUNTRY, _CENTRE, Pt(COUNTRY_POINTS), bold=True)
        self.line(right, MOTTO, _CENTRE, Pt(MOTTO_POINTS), bold=True)
        rule_below(right.paragraphs[-1], inset_mm=_inset(right_mm, motto_rule_mm()))
        left, right = table.add_row().cells
        self.line(left, f"Số: {number_text(self.model, _NUMBER_GAP)}", _CENTRE, Pt(NUMBER_POINTS))
        if subject:
            self.line(left, words_of(subject), _CENTRE, Pt(LETTER_SUBJECT_POINTS))
        self.line(right, place_and_date(self.model), _CENTRE, Pt(DATE_POINTS), slanted=True)
        fix_widths(table, [LEFT_MM, right_mm])
        self.spacer(Pt(6))

    def _block(self, block: Block, following: Block | None) -> None:
        match block:
            case Heading():
                self._heading(block, following)
            case Paragraph():
                paragraph = self.document.add_paragraph()
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
                paragraph.paragraph_format.first_line_indent = Mm(10)
                # A signature is never alone on a page, nor does the sentence that opens a list.
                paragraph.paragraph_format.keep_with_next = isinstance(following, Signature | Bullet | Grid) or None
                self.runs(paragraph, block.runs)
            case Bullet():
                paragraph = self.document.add_paragraph()
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
                paragraph.paragraph_format.first_line_indent = Mm(10)
                self.runs(paragraph, (Run("- "), *block.runs))
            case Table():
                self._form(form_page(self.model, self.model.forms[block.form_id], block))
            case Signature():
                self._signature()
            case Addressee():
                paragraph = self.text("", _CENTRE, None, before=Pt(6))
                paragraph.paragraph_format.space_after = Pt(12)
                self.runs(paragraph, block.runs)
            case Grid():
                self._grid(block)
            case ChartPlace() | SealMark():
                self._picture(block)
            case Subject():
                pass  # it is in the letterhead

    def _picture(self, block: ChartPlace | SealMark) -> None:
        if isinstance(block, SealMark):
            self._seal(block)
        else:
            self._chart(block)

    def _seal(self, block: SealMark) -> None:
        table = self.plain_table([26, self.width - 26])
        left, right = table.rows[0].cells
        picture = left.paragraphs[0].add_run().add_picture(BytesIO(qr_png(block.code)), width=Mm(22))
        describe_picture(picture, "Mã QR", block.text)
        self.line(right, block.text, _LEFT, Pt(10))
        keep_row_whole(table.rows[0])

    def _chart(self, block: ChartPlace) -> None:
        chart = self.charts[block.chart_id]
        paragraph = self.text("", _CENTRE, None, before=Pt(6))
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(BytesIO(self.pictures[block.chart_id]), width=Mm(WIDTH_MM))
        describe_picture(picture, chart.title, chart.alt)
        caption = self.text(chart_caption(chart, block.number), _CENTRE, _SMALL, bold=True)
        caption.paragraph_format.space_after = Pt(10)

    def _grid(self, block: Grid) -> None:
        count = len(block.rows[0])
        table = self.document.add_table(rows=len(block.rows), cols=count)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
            for column, (box, runs) in enumerate(zip(row.cells, cells, strict=True)):
                paragraph = box.paragraphs[0]
                paragraph.alignment = _CENTRE if number == 0 else _LEFT if block.is_words(column) else _RIGHT
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
                for run in runs:
                    self.run(paragraph, replace(run, bold=run.bold or number == 0), Pt(GRID_POINTS))
            keep_row_whole(row)
        repeat_row(table.rows[0])
        share = self.width / (GRID_LABEL_SHARE + count - 1)
        cell_margins(table, Mm(0.8))
        fix_widths(table, [share * GRID_LABEL_SHARE, *([share] * (count - 1))])
        borders(table)
        self.spacer(Pt(6))

    def _heading(self, block: Heading, following: Block | None) -> None:
        # The first heading of level 1 is the document's own kind; each later one begins an appendix.
        if block.level == 1 and self.has_title and not self.is_fresh_page:
            self._appendix_page()
        self.has_title = self.has_title or block.level == 1
        self.is_fresh_page = False
        paragraph = self.document.add_paragraph(style=f"Heading {block.level}")
        form = paragraph.paragraph_format
        form.keep_with_next = True
        form.space_before, form.space_after = (Pt(0), Pt(0)) if block.level <= 2 else (Pt(6), Pt(6))
        if block.level <= 2:
            paragraph.alignment = _CENTRE
        else:
            form.first_line_indent = Mm(10)
        if block.is_line:
            leave_outline(paragraph)
        self.runs(paragraph, block.runs, bold=True)
        if block.level == 2 and not (isinstance(following, Heading) and following.level == 2):
            form.space_after = Pt(2)
            rule_below(paragraph, inset_mm=(self.width - SUBJECT_RULE_MM) / 2)
            self.spacer(Pt(6))

    def _signature(self) -> None:
        office = self.model.office
        self.spacer(Pt(8)).paragraph_format.keep_with_next = True
        table = self.plain_table([self.width / 2, self.width / 2])
        left, right = table.rows[0].cells
        self.line(left, "Nơi nhận:", _LEFT, Pt(RECIPIENTS_HEAD_POINTS), bold=True, slanted=True)
        for line in recipient_lines(office):
            self.line(left, line, _LEFT, Pt(RECIPIENTS_POINTS))
        for line in office.signature:
            self.line(right, line.upper(), _CENTRE, Pt(SIGNATURE_POINTS), bold=True)
        for text in ("", "", "", signer_name(self.model)):
            self.line(right, text, _CENTRE, Pt(SIGNATURE_POINTS), bold=True)
        keep_row_whole(table.rows[0])

    def _appendix_page(self) -> None:
        """Begin the appendices: a new page, the first one with page numbers of their own."""
        section = self._section()
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = self.portrait
        self.is_fresh_page = True

    def _section(self) -> Any:
        """Begin a section on a new page that goes on with the page numbers."""
        is_first = len(self.document.sections) == 1
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        shrink_section_break(self.document)
        section.different_first_page_header_footer = False
        go_on_with_page_numbers(section)
        if is_first:
            restart_page_numbers(section)
        return section

    def _form(self, page: FormPage) -> None:
        """Lay out one form on landscape pages of its own."""
        self._landscape()
        self._form_top(page)
        borders(self._form_table(page))
        self.is_fresh_page = False

    def _landscape(self) -> None:
        section = self.document.sections[-1] if self.is_fresh_page else self._section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin, section.right_margin = Mm(30), Mm(15)
        section.top_margin, section.bottom_margin = Mm(20), Mm(20)

    def _form_top(self, page: FormPage) -> None:
        table = self.plain_table([_LANDSCAPE_WIDTH * 0.55, _LANDSCAPE_WIDTH * 0.45])
        left, right = table.rows[0].cells
        self.line(left, page.number, _LEFT, _SMALL, bold=True)
        for line in page.reporting_lines:
            self.line(right, line, _LEFT, _SMALL)
        for line in page.appendix_lines[:1]:
            self._form_heading(line, 1)
        self._form_heading(page.title, 2)
        for line in page.appendix_lines[1:]:
            self.text(line, _CENTRE, _SMALL, slanted=True)
        self.text(f"{page.period_line} {page.range_line}", _CENTRE, _SMALL, slanted=True)
        self.text(page.unit_line, _RIGHT, Pt(11), slanted=True)

    def _form_heading(self, title: str, level: int) -> None:
        """An appendix is a heading, its form one below: they stand in the navigation of the program that shows them."""
        paragraph = self.document.add_paragraph(style=f"Heading {level}")
        paragraph.alignment = _CENTRE
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(4), Pt(0)
        paragraph.paragraph_format.keep_with_next = True
        self.run(paragraph, Run(title, bold=True), Pt(13))

    def _form_table(self, page: FormPage) -> Any:
        self.cell_points, widths = points_and_widths(page, _LANDSCAPE_WIDTH)
        table = self.document.add_table(rows=page.head_depth + 1 + len(page.rows) + 2, cols=page.column_count)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid = [list(row.cells) for row in table.rows]
        for cell in page.head:
            box = grid[cell.row][cell.column]
            if cell.row_span > 1 or cell.column_span > 1:
                box = box.merge(grid[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1])
            self._cell(box, cell.text, _CENTRE, bold=True)
        for column, text in enumerate(page.column_numbers):
            self._cell(grid[page.head_depth][column], text, _CENTRE, slanted=True)
        for row in table.rows[: page.head_depth + 1]:
            repeat_row(row)
        for row, lines in zip(table.rows, head_lines(page, widths, self.cell_points), strict=False):
            row.height, row.height_rule = Pt(self.cell_points * _LINE_SHARE * lines + 2), WD_ROW_HEIGHT_RULE.AT_LEAST
        for line, row in zip(page.rows, grid[page.head_depth + 1 : -2], strict=True):
            bold = line.kind != "row"
            self._cell(row[0], line.number, _CENTRE, bold=bold)
            self._cell(row[1], line.label, _LEFT, bold=bold)
            for figure, cell in zip(line.figures, row[page.stub_count :], strict=True):
                self._cell(cell, figure.text, _RIGHT, bold=bold, figure_id=figure.figure_id)
            # A section's name stays on the page of its first row, the last rows on that of the foot.
            if line.kind == "section" or line in page.rows[-_ROWS_WITH_FOOT:]:
                keep_cells_with_next(row)
        self._form_foot(page, table.rows[-2:], _half(widths))
        for row in table.rows:
            keep_row_whole(row)
        cell_margins(table, Mm(0.8))
        fix_widths(table, list(widths))
        describe(table, page.number, page.title)
        return table

    def _form_foot(self, page: FormPage, rows: Sequence[Any], middle: int) -> None:
        """Write notes and signature into the last two rows of the form's table, which have no lines of their own; the
        signature begins in column `middle`.

        Only so does every program keep them on the page of the last rows.
        """
        below, signed = (list(row.cells) for row in rows)
        notes = below[0].merge(below[-1])
        for note in page.notes:
            paragraph = self.line(notes, f"{note.label}: ", _LEFT, Pt(11))
            self.run(paragraph, Run(note.figure.text, figure_id=note.figure.figure_id), Pt(11))
        for line in page.remarks:
            self.line(notes, line, _LEFT, Pt(11), slanted=True)
        for paragraph in notes.paragraphs:
            paragraph.paragraph_format.space_before = Pt(3)
        keep_cells_with_next(below)
        left, right = signed[0].merge(signed[middle - 1]), signed[middle].merge(signed[-1])
        self.line(left, "", _CENTRE, _SMALL)
        self.line(left, page.maker_title, _CENTRE, _SMALL, bold=True)
        self.line(right, page.place_line, _CENTRE, _SMALL, slanted=True)
        for line in page.signature:
            self.line(right, line.upper(), _CENTRE, _SMALL, bold=True)
        for cell in (left, right):
            cell.paragraphs[0].paragraph_format.space_before = Pt(4)
        hide_borders(notes, "left", "bottom", "right")
        for cell in (left, right):
            hide_borders(cell, "top", "left", "bottom", "right")

    def _cell(
        self,
        cell: Any,
        text: str,
        alignment: Any,
        bold: bool = False,
        slanted: bool = False,
        figure_id: str | None = None,
    ) -> None:
        self.cell_line(cell, Run(text, bold, slanted, figure_id), alignment, Pt(self.cell_points))


def _inset(column_mm: float, rule_mm: float) -> float:
    """Return how far a centred line keeps from both sides of its column, whose cells keep 0.5 mm free themselves."""
    return (column_mm - 1 - rule_mm) / 2


def _half(widths: Sequence[float]) -> int:
    """Return the number of columns that together are about half of a table, at least one on either side."""
    whole = sum(widths)
    return min(range(1, len(widths)), key=lambda count: abs(sum(widths[:count]) - whole / 2))
