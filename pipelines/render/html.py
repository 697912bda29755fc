"""Report and forms as one self-contained page.

Here: blocks and forms as HTML. Not here: words, figures.
Invariant: everything is escaped; each figure carries its id in `data-figure`; nothing is fetched from anywhere.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from pipelines.figures.blocks import Block, Bullet, Heading, Run, Signature, Table
from pipelines.figures.layout import head_cells
from pipelines.figures.report_model import Figure, Form, ReportModel

STYLE = """
:root{color-scheme:light}body{font:17px/1.5 "Times New Roman",Tinos,serif;max-width:60rem;margin:0 auto;padding:1rem;color:#111}
h1{font-size:1.35rem;text-align:center}h2{font-size:1.15rem}h3{font-size:1.02rem}
.wide{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.85rem}
th,td{border:1px solid #555;padding:.25rem .45rem}thead th{background:#f0f0f0;text-align:center}
tbody th{text-align:left;font-weight:normal;min-width:14rem}td{text-align:right;white-space:nowrap}
tr.section,tr.total{font-weight:bold}tr.section th,tr.total th{font-weight:bold}.note{font-style:italic}
.level1,.level2{text-align:center}
.closing{display:flex;justify-content:space-between;gap:2rem}
.signed{text-align:center}
@media print{.wide{overflow:visible}}
"""


def write_html(model: ReportModel, blocks: tuple[Block, ...], path: Path) -> None:
    """Write the report with its forms as one HTML file."""
    title = f"Báo cáo kiểm soát thủ tục hành chính – {model.question.period_label}"
    body = "\n".join(_block(block, model) for block in blocks)
    page = (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        f"<p><b>{escape(model.office.name)}</b></p>\n{body}\n</body></html>\n"
    )
    path.write_text(page, encoding="utf-8")


def _block(block: Block, model: ReportModel) -> str:
    if isinstance(block, Table):
        return _form(model.forms[block.form_id], model)
    if isinstance(block, Signature):
        return _signature(model)
    words = "".join(_run(run) for run in block.runs)
    if isinstance(block, Heading):
        level = max(1, block.level - 1)
        return f'<h{level} class="level{block.level}">{words}</h{level}>'
    return f"<p>{'– ' if isinstance(block, Bullet) else ''}{words}</p>"


def _signature(model: ReportModel) -> str:
    recipients = "".join(f"<br>- {escape(recipient)}" for recipient in model.office.recipients)
    signed = "<br>".join(escape(line) for line in model.office.signature)
    return f'<div class="closing"><p><b><i>Nơi nhận:</i></b>{recipients}</p><p class="signed"><b>{signed}</b></p></div>'


def _run(run: Run) -> str:
    text = escape(run.text)
    text = f"<b>{text}</b>" if run.bold else text
    text = f"<i>{text}</i>" if run.slanted else text
    return f'<span data-figure="{escape(run.figure_id)}">{text}</span>' if run.figure_id else text


def _form(form: Form, model: ReportModel) -> str:
    layout = form.layout
    columns = (*layout.stub, *layout.columns)
    depth = max(len(column.head) for column in columns)
    heads: list[list[str]] = [[] for _ in range(depth)]
    for cell in head_cells(columns):
        span = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
        span += f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
        scope = "colgroup" if cell.column_span > 1 else "col"
        heads[cell.row].append(f'<th scope="{scope}"{span}>{escape(cell.text)}</th>')
    head_rows = "".join("<tr>" + "".join(row) + "</tr>" for row in heads)
    numbers = "".join(f"<th>({column.number})</th>" for column in columns)
    rows = "\n".join(
        f'<tr class="{row.kind}"><td>{escape(row.number)}</td><th scope="row">{escape(row.label)}</th>'
        + "".join(_cell(figure) for figure in row.figures)
        + "</tr>"
        for row in form.rows
    )
    notes = "".join(
        f'<p class="note">{escape(column.head[0])}: {_figure(figure)}.</p>'
        for column, figure in zip(layout.notes, form.rows[-1].notes, strict=True)
        if figure.value
    )
    return (
        f"<h2>{escape(layout.number)}</h2><p><b>{escape(layout.title)}</b><br>"
        f"Kỳ báo cáo: {escape(model.question.period_label)}. Đơn vị tính: {escape(layout.unit_of_measure)}</p>"
        f'<div class="wide"><table><thead>{head_rows}'
        f"<tr>{numbers}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
        f'{notes}<p class="note">{escape(model.coverage.sentence)}</p>'
    )


def _figure(figure: Figure) -> str:
    return f'<span data-figure="{escape(figure.figure_id)}">{escape(figure.text)}</span>'


def _cell(figure: Figure) -> str:
    return f'<td data-figure="{escape(figure.figure_id)}">{escape(figure.text)}</td>'
