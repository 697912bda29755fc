"""Report and forms as one self-contained page.

Here: letterhead, blocks and forms as HTML. Not here: words, figures.
Invariant: everything is escaped; each figure carries its id in `data-figure`; nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
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
    Signature,
    Subject,
    Table,
)
from pipelines.figures.charts import chart_caption, charts_of
from pipelines.figures.form_page import FormPage, form_page, place_and_date
from pipelines.figures.model import Figure, ReportModel
from pipelines.render.charts import chart_svg
from pipelines.render.letterhead import COUNTRY, MOTTO, document_title, issuing_lines, recipient_lines, subject_of
from pipelines.render.page import write_page

_STYLE = """
:root{color-scheme:light}
body{font:17px/1.5 "Times New Roman",Tinos,"Liberation Serif",serif;color:#111}
body{max-width:52rem;margin:0 auto;padding:1rem}
p{margin:.4rem 0;text-align:justify}
h1,h2{text-align:center;font-size:1.1rem;margin:.2rem 0}h1{margin-top:1.6rem}
h3{font-size:1.05rem;margin:1rem 0 .2rem}h4{font-size:1rem;margin:.7rem 0 .2rem}
ul{margin:.3rem 0;padding-left:1.4rem}
.two{display:flex;flex-wrap:wrap;justify-content:space-between;gap:1rem 2rem}
.two>div{flex:1 1 16rem}.centre{text-align:center}.centre p{text-align:center;margin:0}
.closing p{margin:0;text-align:left}.closing .centre p{text-align:center}
section.form{margin-top:2.5rem;border-top:1px solid #999;padding-top:1rem}
section.form p{margin:.1rem 0;text-align:left}section.form .centre p{text-align:center}
.wide{overflow-x:auto;margin:.4rem 0}.unit{text-align:right!important;font-style:italic}
table{border-collapse:collapse;font-size:.85rem;width:100%}
th,td{border:1px solid #555;padding:.25rem .4rem}
thead th{background:#f2f2f2;text-align:center}
thead tr.numbers th{font-weight:normal;font-style:italic}
tbody th{text-align:left;font-weight:normal;min-width:13rem}
td{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.no{text-align:center}
tr.section td,tr.total td,tr.section th,tr.total th{font-weight:bold}
:target{background:#fff3b0}a.fig{color:inherit;text-decoration:none;border-bottom:1px dotted #777}
.remark{font-style:italic}
figure{margin:1rem 0;text-align:center}figure svg{width:100%;height:auto;max-width:44rem}
figcaption{font-weight:bold;font-size:.95rem}
@media (min-width:75rem){section.form{margin-left:calc(50% - 36rem);width:72rem}}
@media print{body{max-width:none}.wide{overflow:visible}a.fig{border:0}}
""".strip()


def write_html(model: ReportModel, blocks: Sequence[Block], path: Path) -> None:
    """Write the report with its forms as one HTML file."""
    in_forms = {figure.figure_id for form in model.forms.values() for row in form.rows for figure in row.figures}
    body = "\n".join(_blocks(model, blocks, in_forms))
    write_page(document_title(model, blocks), _STYLE, f"{_letterhead(model, subject_of(blocks))}\n{body}", path)


def _letterhead(model: ReportModel, subject: Subject | None) -> str:
    issuing = "".join(
        f"<p>{f'<b>{escape(text)}</b>' if bold else escape(text)}</p>" for text, bold in issuing_lines(model.office)
    )
    symbol = escape(model.office.report_symbol)
    about = f"<p>{_words(subject.runs, set())}</p>" if subject else ""
    return (
        f'<header class="two"><div class="centre">{issuing}<p>Số: …/{symbol}</p>{about}</div>'
        f'<div class="centre"><p><b>{COUNTRY}</b></p><p><b>{MOTTO}</b></p>'
        f"<p><i>{escape(place_and_date(model))}</i></p></div></header>"
    )


def _blocks(model: ReportModel, blocks: Sequence[Block], in_forms: set[str]) -> Iterator[str]:
    for is_list, run in groupby(blocks, key=lambda block: isinstance(block, Bullet)):
        parts = [_block(model, block, in_forms) for block in run]
        yield f"<ul>{''.join(parts)}</ul>" if is_list else "\n".join(parts)


def _block(model: ReportModel, block: Block, in_forms: set[str]) -> str:
    match block:
        case Table():
            return _form(form_page(model, model.forms[block.form_id]))
        case Signature():
            return _signature(model)
        case Heading():
            return f"<h{block.level}>{_words(block.runs, in_forms)}</h{block.level}>"
        case Bullet():
            return f"<li>{_words(block.runs, in_forms)}</li>"
        case Paragraph():
            return f"<p>{_words(block.runs, in_forms)}</p>"
        case Grid():
            return _grid(block, in_forms)
        case Addressee():
            return f'<div class="centre"><p>{_words(block.runs, in_forms)}</p></div>'
        case ChartPlace():
            chart = charts_of(model)[block.chart_id]
            caption = escape(chart_caption(chart, block.number))
            return f"<figure>{chart_svg(chart)}<figcaption>{caption}</figcaption></figure>"
        case Subject():
            return ""  # stands in the letterhead


def _grid(grid: Grid, in_forms: set[str]) -> str:
    head, *rows = ([_words(cell, in_forms) for cell in row] for row in grid.rows)
    heads = "".join(f'<th scope="col">{text}</th>' for text in head)
    lines = "\n".join(
        f'<tr><th scope="row">{label}</th>{"".join(f"<td>{text}</td>" for text in cells)}</tr>'
        for label, *cells in rows
    )
    return (
        f'<div class="wide"><table class="words"><thead><tr>{heads}</tr></thead>\n<tbody>{lines}</tbody></table></div>'
    )


def _signature(model: ReportModel) -> str:
    recipients = "".join(f"<p>{escape(line)}</p>" for line in recipient_lines(model.office))
    signed = "".join(f"<p><b>{escape(line.upper())}</b></p>" for line in model.office.signature)
    return (
        f'<div class="two closing"><div><p><b><i>Nơi nhận:</i></b></p>{recipients}</div>'
        f'<div class="centre">{signed}</div></div>'
    )


def _words(runs: Sequence[Run], in_forms: set[str]) -> str:
    return "".join(_run(run, in_forms) for run in runs)


def _run(run: Run, in_forms: set[str]) -> str:
    text = escape(run.text)
    text = f"<b>{text}</b>" if run.bold else text
    text = f"<i>{text}</i>" if run.slanted else text
    if run.figure_id is None:
        return text
    name = escape(run.figure_id)
    # A count links to its cell; a ratio stands in no form.
    if run.figure_id in in_forms:
        return f'<a class="fig" href="#{name}" data-figure="{name}">{text}</a>'
    return f'<span class="fig" data-figure="{name}">{text}</span>'


def _form(page: FormPage) -> str:
    heads: list[list[str]] = [[] for _ in range(page.head_depth)]
    for cell in page.head:
        span = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
        span += f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
        scope = "colgroup" if cell.column_span > 1 else "col"
        heads[cell.row].append(f'<th scope="{scope}"{span}>{escape(cell.text)}</th>')
    head = "".join(f"<tr>{''.join(row)}</tr>" for row in heads)
    numbers = "".join(f"<th>{number}</th>" for number in page.column_numbers)
    rows = "\n".join(
        f'<tr class="{row.kind}"><td class="no">{escape(row.number)}</td><th scope="row">{escape(row.label)}</th>'
        + "".join(_figure("td", figure) for figure in row.figures)
        + "</tr>"
        for row in page.rows
    )
    notes = "".join(f"<p>{escape(note.label)}: {_figure('span', note.figure)}</p>" for note in page.notes)
    remarks = "".join(f'<p class="remark">{escape(line)}</p>' for line in page.remarks)
    reporting = "".join(f"<p>{escape(line)}</p>" for line in page.reporting_lines)
    return (
        f'<section class="form"><div class="two"><div><p><b>{escape(page.number)}</b></p></div>'
        f'<div>{reporting}</div></div><div class="centre"><h2>{escape(page.title)}</h2>'
        f"<p>{escape(page.period_line)}</p><p><i>{escape(page.range_line)}</i></p></div>"
        f'<p class="unit">{escape(page.unit_line)}</p><div class="wide"><table><thead>{head}'
        f'<tr class="numbers">{numbers}</tr></thead>\n<tbody>{rows}</tbody></table></div>{notes}{remarks}</section>'
    )


def _figure(tag: str, figure: Figure) -> str:
    name = escape(figure.figure_id)
    return f'<{tag} id="{name}" data-figure="{name}">{escape(figure.text)}</{tag}>'
