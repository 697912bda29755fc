"""The written report as a Word file, laid out by Nghị định 30/2020/NĐ-CP (domain/10 10.3).

Here: letterhead, body, forms as landscape appendices. Not here: words (templates), figures (figures room).
Invariant: rows never split over pages, heads repeat, no wall time: the same model gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pipelines.figures.blocks import Block, Bullet, Heading, Signature
from pipelines.figures.blocks import Paragraph as Words
from pipelines.figures.blocks import Table as FormPlace
from pipelines.figures.layout import head_cells
from pipelines.figures.report_model import Form, ReportModel
from pipelines.figures.text import format_day
from pipelines.render.stable_zip import make_stable

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.section import Section
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
BODY = Pt(14)
STUB_WIDTHS = (Mm(11), Mm(62))
TABLE_WIDTH = Mm(257)


def write_report(model: ReportModel, blocks: tuple[Block, ...], path: Path) -> None:
    """Write the report: letterhead, body, recipients and signature, then every form on landscape pages."""
    word = Document()
    _set_styles(word)
    _set_properties(word, model)
    _portrait(word.sections[0])
    _page_number(word.sections[0], skip_first=True)
    _letterhead(word, model)
    appendix = 0
    for block in blocks:
        if isinstance(block, Signature):
            _closing(word, model)
        elif isinstance(block, FormPlace):
            appendix += 1
            _appendix(word, model, model.forms[block.form_id], appendix)
        else:
            _text_block(word, block)
    word.save(str(path))
    make_stable(path)


def _set_styles(word: Word) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "List Bullet"):
        style = word.styles[name]
        style.font.name = FONT
        style.font.size = BODY
        properties = style.element.get_or_add_rPr()
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.append(fonts)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{kind}"), FONT)
        if name.startswith("Heading"):
            style.font.bold = True
            style.font.italic = False
            style.font.color.rgb = None
            color = properties.find(qn("w:color"))
            if color is not None:
                properties.remove(color)
        style.paragraph_format.space_before = Pt(6)
        style.paragraph_format.space_after = Pt(0)


def _set_properties(word: Word, model: ReportModel) -> None:
    moment = dt.datetime.combine(model.question.as_of, dt.time())
    properties = word.core_properties
    properties.title = f"Báo cáo kiểm soát thủ tục hành chính {model.question.period_label}"
    properties.author = model.office.name
    properties.last_modified_by = model.office.name
    properties.created = properties.modified = moment
    properties.comments = ""
    properties.language = "vi-VN"


def _portrait(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)


def _page_number(section: Section, skip_first: bool) -> None:
    section.different_first_page_header_footer = skip_first
    section.header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _letterhead(word: Word, model: ReportModel) -> None:
    table = word.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    left.width, right.width = Mm(68), Mm(97)
    office, question = model.office, model.question
    lines_left = ["ỦY BAN NHÂN DÂN", office.name.upper().removeprefix("UBND ")]
    first = left.paragraphs[0]
    _centred(first, lines_left[0], 13, bold=True)
    _rule(_centred(left.add_paragraph(), lines_left[1], 13, bold=True))
    _centred(left.add_paragraph(), f"Số:        /{office.report_symbol}", 13)
    _centred(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, bold=True)
    _rule(_centred(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", 14, bold=True))
    place = f"{office.place}, ngày      tháng      năm {question.period_end.year}"
    _centred(right.add_paragraph(), place, 14).runs[0].italic = True


def _rule(paragraph: Paragraph) -> None:
    """Draw the line below a letterhead text."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(14)


def _centred(paragraph: Paragraph, text: str, size: int, bold: bool = False) -> Paragraph:
    paragraph.alignment = ALIGN.CENTER
    paragraph.paragraph_format.space_before = Pt(0)
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
    return paragraph


def _text_block(word: Word, block: Heading | Words | Bullet) -> None:
    if isinstance(block, Heading) and block.level <= 2:
        paragraph = word.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.space_before = Pt(18 if block.level == 1 else 0)
    elif isinstance(block, Heading):
        paragraph = word.add_heading(level=block.level - 2)
    else:
        paragraph = word.add_paragraph()
        paragraph.alignment = ALIGN.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Mm(12.7)
    if isinstance(block, Bullet):
        paragraph.add_run("- ")
    for run in block.runs:
        written = paragraph.add_run(run.text)
        written.bold = run.bold or isinstance(block, Heading) or None
        written.italic = run.slanted or None


def _closing(word: Word, model: ReportModel) -> None:
    table = word.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _unsplit(table.rows[0])
    heading = left.paragraphs[0].add_run("Nơi nhận:")
    heading.bold = heading.italic = True
    heading.font.size = Pt(12)
    for recipient in model.office.recipients:
        paragraph = left.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(0)
        paragraph.add_run(f"- {recipient}").font.size = Pt(11)
    lines = model.office.signature or ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    _centred(right.paragraphs[0], lines[0], 14, bold=True)
    for line in lines[1:]:
        _centred(right.add_paragraph(), line, 14, bold=True)


def _appendix(word: Word, model: ReportModel, form: Form, number: int) -> None:
    section = word.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(20)
    _page_number(section, skip_first=False)
    question, layout = model.question, form.layout
    head = word.add_paragraph()
    head.add_run(f"Phụ lục {number}. {layout.number}").bold = True
    _centred(word.add_paragraph(), layout.title, 13, bold=True)
    span = f"từ ngày {format_day(question.period_start)} đến ngày {format_day(question.until_on)}"
    _centred(word.add_paragraph(), f"Kỳ báo cáo: {question.period_label} ({span})", 12)
    unit = word.add_paragraph(f"Đơn vị tính: {layout.unit_of_measure}")
    unit.alignment = ALIGN.RIGHT
    _form_table(word, form)
    for column, figure in zip(layout.notes, form.rows[-1].notes, strict=True):
        if figure.value:
            _small(word.add_paragraph(), f"{column.head[0]}: {figure.text}.")
    _small(word.add_paragraph(), model.coverage.sentence)


def _small(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.italic = True
    run.font.size = Pt(11)


def _form_table(word: Word, form: Form) -> None:
    columns = (*form.layout.stub, *form.layout.columns)
    depth = max(len(column.head) for column in columns)
    table = word.add_table(rows=depth + 1 + len(form.rows), cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    # table.cell() walks the whole table each time: rows' cells are taken once.
    grid = [list(row.cells) for row in table.rows]
    _set_widths(table, grid, len(form.layout.stub))
    for cell in head_cells(columns):
        last = grid[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1]
        _fill(grid[cell.row][cell.column].merge(last), cell.text, ALIGN.CENTER, bold=True)
    for index, column in enumerate(columns):
        _fill(grid[depth][index], f"({column.number})", ALIGN.CENTER, italic=True)
    for offset, row in enumerate(form.rows):
        cells, bold = grid[depth + 1 + offset], row.kind != "row"
        _fill(cells[0], row.number, ALIGN.CENTER, bold=bold)
        _fill(cells[1], row.label, ALIGN.LEFT, bold=bold)
        for cell, figure in zip(cells[2:], row.figures, strict=True):
            _fill(cell, figure.text, ALIGN.RIGHT, bold=bold)
    for number, row in enumerate(table.rows):
        _unsplit(row)
        if number <= depth:
            _repeat(row)


def _set_widths(table: Table, grid: list[list[_Cell]], stub: int) -> None:
    figures = len(grid[0]) - stub
    width = int((TABLE_WIDTH - sum(STUB_WIDTHS[:stub])) / figures)
    for index in range(len(grid[0])):
        table.columns[index].width = STUB_WIDTHS[index] if index < stub else width
    for cells in grid:
        for index, cell in enumerate(cells):
            cell.width = STUB_WIDTHS[index] if index < stub else width


def _fill(cell: _Cell, text: str, alignment: ALIGN, bold: bool = False, italic: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    run.font.size = Pt(10)


def _unsplit(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _repeat(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
