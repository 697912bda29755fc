"""The report as PDF: the same blocks and forms laid out by Typst, one embedded font.

Here: letterhead, blocks, signature, forms on landscape pages as Typst text, and its compilation. Not here: words,
arithmetic, the grammar of Typst (typst_text).
Invariant: a figure of the words is a link to its cell in a form of this file, any other to its own id in the web page
beside it;
no system font is used; same model, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

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
)
from pipelines.figures.charts import Chart, chart_caption, charts_of
from pipelines.figures.form_page import (
    GRID_LABEL_SHARE,
    GRID_POINTS,
    FormPage,
    form_page,
    place_and_date,
    points_and_widths,
)
from pipelines.figures.model import Figure, FormRow, ReportModel
from pipelines.figures.packets import KEPT_NAME, SENT_NAME, packets_of
from pipelines.render.charts import chart_image
from pipelines.render.glyphs import MARK
from pipelines.render.letterhead import (
    COUNTRY,
    COUNTRY_POINTS,
    DATE_POINTS,
    ISSUER_POINTS,
    LEFT_MM,
    LETTER_SUBJECT_POINTS,
    MOTTO,
    MOTTO_POINTS,
    NUMBER_POINTS,
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
from pipelines.render.qr import qr_svg
from pipelines.render.typst_compile import compile_pdf, made_printable
from pipelines.render.typst_text import content, string

# Page, letters and headings as Nghị định 30/2020/NĐ-CP, appendix I (domain/10 10.3) asks; see docs/document-layout.md.
_SET_UP = """
#set document(title: {title}, author: {author}, date: datetime(year: {year}, month: {month}, day: {day}))
#set text(font: "TeX Gyre Termes", size: 14pt, lang: "vi", hyphenate: false, top-edge: 0.9em, bottom-edge: -0.25em)
#set page(paper: "a4", margin: (left: 30mm, right: 18mm, top: 20mm, bottom: 20mm), header-ascent: 30%)
#set page(header: context if counter(page).get().first() > 1 [
  #align(center, text(size: 13pt, counter(page).display()))
])
#set par(justify: true, leading: 0.1em, spacing: 6pt + 0.1em, first-line-indent: (amount: 10mm, all: true))
#show heading: it => block(above: 9pt, below: 6pt, sticky: true, text(size: 14pt, weight: "bold", it.body))
#show heading.where(level: 1): it => align(center, block(above: 0pt, below: 2pt, sticky: true,
  text(size: 14pt, weight: "bold", it.body)))
#show heading.where(level: 2): it => align(center, block(above: 0pt, below: 2pt, sticky: true,
  text(size: 14pt, weight: "bold", it.body)))
#show heading.where(level: 3): it => block(above: 9pt, below: 6pt, sticky: true,
  pad(left: 10mm, text(size: 14pt, weight: "bold", it.body)))
#show heading.where(level: 4): it => block(above: 8pt, below: 6pt, sticky: true,
  pad(left: 10mm, text(size: 14pt, weight: "bold", it.body)))
#let line-below(long) = block(above: 5pt, below: 4pt, width: 100%, align(center, line(length: long, stroke: 0.7pt)))
#let kept = ({kept})
{links}
#let plain(body) = par(first-line-indent: 0mm, justify: false, body)
#let further-line(body) = align(center, block(above: 0pt, below: 2pt, sticky: true, plain(strong(body))))
#let appendix-number(body) = {{
  show heading: it => block(above: 0pt, below: 0pt, sticky: true, plain(text(size: 12pt, weight: "bold", it.body)))
  heading(level: 1, outlined: true, bookmarked: true, body)
}}
#let form-title(body) = {{
  show heading: it => block(above: 5pt, below: 3pt, sticky: true, plain(text(size: 13pt, weight: "bold", it.body)))
  heading(level: 2, outlined: true, bookmarked: true, body)
}}
"""
# Where figures lead: every one into the book; without a book, words to their cell, cells to the web page.
_TO_BOOK = """#let cell(id, body) = [#link("{book}#" + id, body)#label(id)]
#let fig(id, body) = link("{book}#" + id, body)"""
_TO_PAGE = """#let file-of(id) = if id.split("/").first() in kept {{ "{kept_page}" }} else {{ "{sent_page}" }}
#let page-of(id) = file-of(id) + "#" + id
#let cell(id, body) = [#link(page-of(id), body)#label(id)]
#let fig(id, body) = context if query(label(id)).len() == 1 {{ link(label(id), body) }} else {{
  link(page-of(id), body) }}"""
_APPENDIX = """
#pagebreak(weak: true)
#counter(page).update(1)
#set page(header: context align(center, text(size: 13pt, counter(page).display())))
"""
_NEXT_APPENDIX = "#pagebreak(weak: true)"
_PORTRAIT = "#set page(flipped: false, margin: (left: 30mm, right: 18mm, top: 20mm, bottom: 20mm))\n"
_LANDSCAPE = "#set page(flipped: true, margin: (left: 30mm, right: 15mm, top: 20mm, bottom: 20mm))\n"
# How many of the last rows of a form go with its foot, so that notes and signature are never alone on a page.
_ROWS_WITH_FOOT = 2
_LANDSCAPE_WIDTH = 297 - 30 - 15


_REPLACED = """
#plain[#text(size: 11pt)[{count} ký tự không có trong phông chữ của bản này được thay bằng {mark}; xem bản .docx.]]
"""


def write_pdf(model: ReportModel, blocks: Sequence[Block], path: Path) -> None:
    """Write the report with its forms as PDF/A; a note at its end says how many characters no font has.

    Raises:
        typst.TypstError: the text we made is not Typst (our fault, never the office's data).
    """
    source = typst_source(model, blocks)
    replaced = made_printable(source).replaced
    path.write_bytes(compile_pdf(source + (_REPLACED.format(count=replaced, mark=MARK) if replaced else "")))


def typst_source(model: ReportModel, blocks: Sequence[Block]) -> str:
    """Return the whole document as Typst text."""
    return "\n".join([_set_up(model, blocks), _letterhead(model, subject_of(blocks)), *_body(model, blocks)])


def _set_up(model: ReportModel, blocks: Sequence[Block]) -> str:
    day = model.question.as_of
    values = {
        "title": string(document_title(model, blocks)),
        "author": string(model.office.name),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        # The web page beside this file that has the cell of a figure.
        "kept": "".join(f"{string(name)}, " for name in packets_of(model).kept_forms),
    }
    pages = {"book": model.book, "kept_page": f"{KEPT_NAME}.html", "sent_page": f"{SENT_NAME}.html"}
    values["links"] = (_TO_BOOK if model.book else _TO_PAGE).format(**pages)
    return _SET_UP.format(**values)


def _letterhead(model: ReportModel, subject: Subject | None) -> str:
    office = model.office
    issuing = " \\\n".join(
        f"#strong[{content(text)}]" if bold else f"#[{content(text)}]" for text, bold in issuing_lines(office)
    )
    number = number_text(model, "")
    number = content(number) if number[:1] != "/" else f"#h(8mm){content(number)}"
    date = content(place_and_date(model), keep_spaces=True)
    about = f" \\\n#text(size: {LETTER_SUBJECT_POINTS}pt)[{_runs(subject.runs)}]" if subject else ""
    return f"""
#grid(columns: ({LEFT_MM}mm, 1fr), align: center, row-gutter: 4pt,
  [#plain[#text(size: {ISSUER_POINTS}pt)[{issuing}]] #line-below({issuer_rule_mm(office):.1f}mm)],
  [#plain[#text(size: {COUNTRY_POINTS}pt)[#strong[{content(COUNTRY)}]] \\
   #text(size: {MOTTO_POINTS}pt)[#strong[{content(MOTTO)}]]] #line-below({motto_rule_mm():.1f}mm)],
  plain(text(size: {NUMBER_POINTS}pt)[Số: {number}{about}]),
  plain(text(size: {DATE_POINTS}pt, style: "italic")[{date}]),
)
#v(6pt)
"""


def _body(model: ReportModel, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the blocks; the appendices begin on a page of their own, forms on landscape pages."""
    has_title, in_appendix, is_landscape = False, False, False
    charts = charts_of(model)
    for block, *following in zip(blocks, [*blocks[1:], None], [*blocks[2:], None, None], strict=False):
        match block:
            case Heading():
                # The first heading of level 1 is the document's own kind; each later one begins an appendix.
                if block.level == 1 and has_title:
                    yield _NEXT_APPENDIX if in_appendix else _APPENDIX
                    yield _PORTRAIT if is_landscape else ""
                    in_appendix, is_landscape = True, False
                has_title = has_title or block.level == 1
                yield from _heading(block, following[0])
            case Paragraph() | Bullet():
                yield _words(block, *following)
            case Addressee() | Grid():
                yield _standing_alone(block)
            case Signature():
                yield _signature(model)
            case SealMark():
                yield _seal(block)
            case ChartPlace():
                yield _chart(charts[block.chart_id], block.number)
            case Table():
                yield _NEXT_APPENDIX if in_appendix else _APPENDIX
                in_appendix, is_landscape = True, True
                yield _LANDSCAPE
                yield _form(form_page(model, model.forms[block.form_id], block))


def _seal(block: SealMark) -> str:
    """The seal in one row: its QR code and its text."""
    picture = qr_svg(block.code).replace("\\", "\\\\").replace('"', '\\"')
    return f"""
#block(breakable: false, above: 12pt, grid(columns: (24mm, 1fr), column-gutter: 4mm, align: (left, left + horizon),
  image(bytes("{picture}"), format: "svg", width: 22mm, alt: "Mã QR của mã niêm phong"),
  plain(text(size: 10pt)[{content(block.text)}]),
))
"""


def _standing_alone(block: Addressee | Grid) -> str:
    match block:
        case Addressee():
            return f"#block(width: 100%, above: 9pt, below: 12pt, align(center, plain[{_runs(block.runs)}]))"
        case Grid():
            return _grid(block)


def _words(block: Paragraph | Bullet, following: Block | None, after: Block | None) -> str:
    """A paragraph or an item of a list; a signature is never alone on a page, nor with the closing sentence only, nor
    does the sentence that opens a list or table end one.
    """
    mark = "\\- " if isinstance(block, Bullet) else ""
    words = f"#par[{mark}{_runs(block.runs)}]"
    opens = isinstance(block, Paragraph) and isinstance(following, Signature | Bullet | Grid)
    if opens or isinstance(after, Signature):
        return f"#block(sticky: true, spacing: 6pt + 0.1em)[{words}]"
    return words


def _chart(chart: Chart, number: int) -> str:
    caption = f"[*{content(chart_caption(chart, number))}*]"
    picture = f"[#{chart_image(chart)} #plain(text(size: 12pt){caption})]"
    return f"#block(breakable: false, above: 9pt, below: 12pt, align(center, {picture}))"


def _grid(grid: Grid) -> str:
    head, *rows = ([_runs(cell) for cell in row] for row in grid.rows)
    heads = ", ".join(f"align(center)[#strong[{text}]]" for text in head)
    lines = "\n".join("".join(f"[{text}], " for text in row) for row in rows)
    left = "".join(f"{column}, " for column in range(len(head)) if grid.is_words(column))
    return f"""
#{{
  set text(size: {GRID_POINTS}pt)
  set par(justify: false, first-line-indent: 0mm, leading: 0em)
  show table.cell: set block(breakable: false)
  table(
    columns: ({GRID_LABEL_SHARE}fr, {"1fr, " * (len(head) - 1)}),
    align: (column, row) => if column in ({left}) {{ left + horizon }} else {{ right + horizon }},
    stroke: 0.5pt, inset: (x: 0.8mm, y: 0.6mm),
    table.header(repeat: true, {heads}),
    {lines}
  )
}}
"""


def _heading(block: Heading, following: Block | None) -> Iterator[str]:
    text = _runs(block.runs)
    yield f"#further-line[{text}]" if block.is_line else f"#heading(level: {block.level}, outlined: true)[{text}]"
    if block.level == 2 and not (isinstance(following, Heading) and following.level == 2):
        yield f"#line-below({SUBJECT_RULE_MM}mm)"


def _signature(model: ReportModel) -> str:
    recipients = " \\\n".join(content(line) for line in recipient_lines(model.office))
    signed = " \\\n".join(f"#strong[{content(line.upper())}]" for line in model.office.signature)
    signer = signer_name(model)
    name = f" #plain[#text(size: {SIGNATURE_POINTS}pt)[#strong[{content(signer)}]]]" if signer else ""
    return f"""
#block(breakable: false, above: 12pt, grid(columns: (1fr, 1fr), align: (left, center),
  [#plain[#text(size: {RECIPIENTS_HEAD_POINTS}pt, weight: "bold", style: "italic")[Nơi nhận:] \\
   #text(size: {RECIPIENTS_POINTS}pt)[{recipients}]]],
  [#plain[#text(size: {SIGNATURE_POINTS}pt)[{signed}]] #v(26mm){name}],
))
"""


def _form(page: FormPage) -> str:
    reporting = " \\\n".join(content(line) for line in page.reporting_lines)
    points, millimetres = points_and_widths(page, _LANDSCAPE_WIDTH)
    widths = ", ".join(f"{width:.2f}mm" for width in millimetres)
    return f"""
#set text(size: 12pt)
#grid(columns: (55%, 45%), plain[#strong[{content(page.number)}]], plain[{reporting}])
#align(center)[
  {"".join(f"#appendix-number[{content(line)}]" for line in page.appendix_lines[:1])}
  #form-title[{content(page.title)}]
  {"".join(f"#plain[#emph[{content(line, keep_spaces=True)}]]" for line in page.appendix_lines[1:])}
  #plain[#emph[{content(page.period_line)} {content(page.range_line)}]]
]
#align(right, plain(text(size: 11pt, style: "italic")[{content(page.unit_line)}]))
#{{
  set text(size: {points}pt)
  set par(justify: false, first-line-indent: 0mm, leading: 0em)
  show table.cell: set block(breakable: false)
  table(
    columns: ({widths}, 0mm),
    align: (column, row) => if column == 1 {{ left + horizon }} else if column == 0 {{ center + horizon }} else {{
      right + horizon }},
    stroke: 0.5pt, inset: (x: 0.8mm, y: 0.6mm),
    {_head(page)}
    {_rows(page)}
    table.cell(colspan: {page.column_count}, stroke: none, inset: (x: 0mm, y: 1mm), align: left)[{_foot(page)}]
  )
}}
#set text(size: 14pt)
"""


def _head(page: FormPage) -> str:
    cells = "".join(
        f"table.cell(x: {cell.column}, y: {cell.row}, colspan: {cell.column_span}, rowspan: {cell.row_span}, "
        f"align: center + horizon)[#strong[{content(cell.text)}]],\n"
        for cell in page.head
    )
    numbers = "".join(
        f"table.cell(x: {column}, y: {page.head_depth}, align: center + horizon)[#emph[{content(text)}]],\n"
        for column, text in enumerate(page.column_numbers)
    )
    return f"table.header(repeat: true,\n{cells}{numbers}),"


def _rows(page: FormPage) -> str:
    """The rows; a section stays on the page of its first row, the last rows on that of the foot.

    Rows are tied by a cell without width over all of them, which no page break may cut.
    """
    first_of_last = len(page.rows) - _ROWS_WITH_FOOT
    glued = [row.kind == "section" or number >= first_of_last for number, row in enumerate(page.rows)]
    lines = []
    for number, row in enumerate(page.rows):
        is_free = number == 0 or not glued[number - 1]
        span = [*glued[number:], False].index(False) + 1
        tie = f"table.cell(rowspan: {span}, breakable: false, stroke: none, inset: 0mm)[], " if is_free else ""
        lines.append(f"{_row(row)}{tie}")
    return "\n".join(lines)


def _row(row: FormRow) -> str:
    cells = [content(row.number), content(row.label), *(_figure(figure) for figure in row.figures)]
    return "".join(f"[{cell}], " if row.kind == "row" else f"[#strong[{cell}]], " for cell in cells)


def _foot(page: FormPage) -> str:
    notes = "".join(f"#plain(text(size: 11pt)[{content(note.label)}: {_figure(note.figure)}])\n" for note in page.notes)
    remarks = "".join(f'#plain(text(size: 11pt, style: "italic")[{content(line)}])\n' for line in page.remarks)
    signed = " \\\n".join(f"#strong[{content(line.upper())}]" for line in page.signature)
    return f"""
{notes}{remarks}
#block(breakable: false, above: 8pt, grid(columns: (1fr, 1fr), align: center,
  [#plain[ \\ #strong[{content(page.maker_title)}]]],
  [#plain[#emph[{content(page.place_line, keep_spaces=True)}] \\ {signed}]],
))
"""


def _runs(runs: Sequence[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    text = content(run.text)
    if run.figure_id is not None:
        text = f"#fig({string(run.figure_id)})[{text}]"
    text = f"#strong[{text}]" if run.bold else text
    return f"#emph[{text}]" if run.slanted else text


def _figure(figure: Figure) -> str:
    """A figure of a form as a link to its id; an empty cell (zero printed as blank) has nothing to click."""
    return f"#cell({string(figure.figure_id)})[{content(figure.text)}]" if figure.text else ""
