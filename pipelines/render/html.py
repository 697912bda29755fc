"""Report and forms as one self-contained page (pages/report.html.j2).

Here: what the template of the page is given. Not here: its HTML and style (pages/), words, figures.
Invariant: each figure carries its id in `data-figure`; nothing is fetched from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path

from pipelines.figures.blocks import (
    Block,
    Bullet,
    ChartPlace,
    Grid,
    Heading,
    Paragraph,
    SealMark,
    Subject,
    Table,
    words_of,
)
from pipelines.figures.charts import chart_caption, charts_of
from pipelines.figures.form_page import FormPage, form_page, place_and_date
from pipelines.figures.layout import HeadCell
from pipelines.figures.model import ReportModel
from pipelines.figures.packets import Packets, packets_of
from pipelines.render.charts import chart_svg
from pipelines.render.letterhead import (
    COUNTRY,
    MOTTO,
    document_title,
    issuing_lines,
    number_text,
    recipient_lines,
    signer_name,
    subject_of,
)
from pipelines.render.page import write_page
from pipelines.render.qr import qr_svg

# A value of a chart that is a printed figure (render/charts).
_FIGURE = re.compile(r'<tspan data-figure="(?P<id>[^"]*)">[^<]*</tspan>')


def write_html(model: ReportModel, blocks: Sequence[Block], path: Path) -> None:
    """Write the report with its forms as one HTML file."""
    parts = list(_parts(model, blocks))
    write_page(
        "report.html.j2",
        path,
        title=document_title(model, blocks),
        issuing=list(issuing_lines(model.office)),
        number=number_text(model, "…"),
        subject=subject_of(blocks),
        country=COUNTRY,
        motto=MOTTO,
        place_and_date=place_and_date(model),
        parts=parts,
        forms=[item for kind, item in parts if kind == Table.__name__],
        recipients=list(recipient_lines(model.office)),
        signer=signer_name(model),
        signature=[line.upper() for line in model.office.signature],
        href=partial(_href, model, packets_of(model), {block.form_id for block in blocks if isinstance(block, Table)}),
        cell_href=partial(_book_href, model),
        source_href=partial(_source_href, model),
        anchor=_anchor,
        head_rows=_head_rows,
    )


def _parts(model: ReportModel, blocks: Sequence[Block]) -> Iterator[tuple[str, object]]:
    """Yield what the page shows, in order, with its kind; neighbouring bullets are one list."""
    names = _grid_names(blocks)
    for is_list, run in groupby(blocks, key=lambda block: isinstance(block, Bullet)):
        if is_list:
            yield "Bullets", list(run)
        else:
            yield from (_part(model, block, names) for block in run if not isinstance(block, Subject))


def _grid_names(blocks: Sequence[Block]) -> dict[int, str]:
    """Return what each table of words is called, by the identity of its block: the line that opens it, else the heading
    it stands under; a name used before gets a number.
    """
    names: dict[int, str] = {}
    heading = ""
    for before, block in pairwise([None, *blocks]):
        heading = words_of(block) if isinstance(block, Heading) else heading
        if isinstance(block, Grid):
            opening = words_of(before) if isinstance(before, Paragraph) else ""
            name = (opening if opening.endswith(":") else heading).removesuffix(":") or _head_words(block)
            uses = sum(used == name or used.startswith(f"{name} (bảng ") for used in names.values())
            names[id(block)] = f"{name} (bảng {uses + 1})" if uses else name
    return names


def _head_words(grid: Grid) -> str:
    """Return the heads of a table of words."""
    return ", ".join("".join(run.text for run in cell) for cell in grid.rows[0])


def _part(model: ReportModel, block: Block, names: dict[int, str]) -> tuple[str, object]:
    kind = type(block).__name__
    match block:
        case Grid():
            return kind, {"block": block, "name": names[id(block)]}
        case Table():
            return kind, form_page(model, model.forms[block.form_id], block)
        case ChartPlace():
            chart = charts_of(model)[block.chart_id]
            place = f"{model.book}#bieu-do/{chart.chart_id}" if model.book else ""
            return kind, {
                "svg": _opening(model, chart_svg(chart)),
                "caption": chart_caption(chart, block.number),
                "href": place,
            }
        case SealMark():
            return kind, {"svg": qr_svg(block.code), "text": block.text}
        case _:
            return kind, block


def _opening(model: ReportModel, svg: str) -> str:
    """Return a chart whose figures are links into the book."""
    return _FIGURE.sub(rf'<a href="{model.book}#\g<id>">\g<0></a>', svg) if model.book else svg


def _href(model: ReportModel, packets: Packets, here: set[str], figure_id: str) -> str:
    """Return where a figure in words leads: the book; without one, the cell of a form on this page or the other
    packet's; empty for what is no cell.
    """
    if model.book:
        return _book_href(model, figure_id)
    if not packets.is_printed(figure_id):
        return ""
    return f"#{figure_id}" if figure_id.partition("/")[0] in here else f"{packets.page_of(figure_id)}#{figure_id}"


def _book_href(model: ReportModel, figure_id: str) -> str:
    return f"{model.book}#{figure_id}" if model.book else ""


def _source_href(model: ReportModel, line: str) -> str:
    """Return where a line below a form that says whose data it holds leads: who sent what; empty for another line."""
    sentences = {text for form in model.forms.values() for text in (form.coverage.sentence, form.coverage.plain)}
    return f"{model.book}#do-phu" if model.book and line in sentences else ""


def _head_rows(page: FormPage) -> list[list[HeadCell]]:
    return [[cell for cell in page.head if cell.row == level] for level in range(page.head_depth)]


def _anchor(form_id: str) -> str:
    """Return the id of a form's heading; figures have ids of their own, with slashes."""
    return "bieu-" + re.sub(r"[^0-9A-Za-z-]+", "-", form_id)
