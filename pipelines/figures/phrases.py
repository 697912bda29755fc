"""Phrases of a sentence a template makes of figures: parts of a whole, fractions, pointers to appendices.

Here: what names no form and computes nothing. Not here: the sentences (report_templates), their filling (words).
Invariant: a part that is zero is left out of a list; every number in a phrase is a figure with its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from pipelines.figures.blocks import Markup, figure_markup, plain
from pipelines.figures.delivered import MOST_NAMED
from pipelines.figures.model import Figure, ReportModel
from pipelines.figures.packets import Packets, cited
from pipelines.figures.text import format_count, joined


def phrases(model: ReportModel, packets: Packets) -> dict[str, Callable[..., Any]]:
    """Return the phrases a template may call, by name."""

    def listed(form_id: str, parts: Sequence[tuple[str, str]], first: bool = False, unit: str = "") -> Markup:
        return Markup("; ".join(_listed(model, f"{form_id}.total", parts, first, unit)))

    def fraction(form_id: str, part: str, whole: str) -> Markup:
        figures = (model.figure_of(f"{form_id}.total.{name}") for name in (part, whole))
        return Markup("/".join(figure_markup(figure) for figure in figures))

    def of_units(form_id: str, column: str) -> Markup:
        if model.office.unit_kind != "city" or model.find_figure(f"{form_id}.total.{column}") is None:
            return Markup("")
        return Markup(f" ({figure_markup(model.figure_of(f'{form_id}.total.{column}'))} đơn vị có kết quả kiểm tra)")

    def point(*names: str) -> str:
        texts = cited(model, packets, names)
        return f"({texts})" if texts else ""

    def chart_ref(chart_id: str) -> str:
        if chart_id not in packets.sent_charts:
            return ""
        return f"Biểu đồ {packets.sent_charts.index(chart_id) + 1}, Phụ lục {packets.number_of(chart_id)}"

    def has_targets(form_id: str) -> bool:
        return any(name.startswith(f"{form_id}/") for name in model.targets)

    return {
        "listed": listed,
        "fraction": fraction,
        "of_units": of_units,
        "without_result": partial(_without_result, model),
        "units_with": partial(_units_with, model),
        "units_unreported": partial(_units_unreported, model),
        "point": point,
        "chart_ref": chart_ref,
        "has_targets": has_targets,
        "level": lambda kind: model.level_names.get(kind, "cấp khác"),
    }


def _listed(model: ReportModel, row: str, parts: Sequence[tuple[str, str]], first: bool, unit: str) -> list[str]:
    texts = []
    for column, label in parts:
        figure = model.find_figure(f"{row}.{column}")
        if figure is not None and figure.value:
            number = f"{figure_markup(figure)}{f' {plain(unit)}' if unit else ''}"
            texts.append(f"{number} {plain(label)}" if first else f"{plain(label)} {number}")
    return texts


def _without_result(model: ReportModel, form_id: str, column: str) -> str:
    """Return how many units of a form have a zero where each should have a result, and which they are."""
    names = [name for name, figure in _of_units(model, form_id, column) if not figure.value]
    if model.office.unit_kind != "city" or not names:
        return ""
    return f"; {format_count(len(names))} đơn vị chưa có kết quả{_named(names, ': ')}"


def _units_with(model: ReportModel, form_id: str, column: str) -> str:
    """Return the names of the units of a form whose figure of a column is not zero."""
    return _names(model, form_id, column, lambda figure: bool(figure.value))


def _units_unreported(model: ReportModel, form_id: str, column: str) -> str:
    """Return the names of the units of a form whose figure of a column is not known."""
    return _names(model, form_id, column, lambda figure: figure.is_unsent)


def _names(model: ReportModel, form_id: str, column: str, is_named: Callable[[Figure], bool]) -> str:
    if model.office.unit_kind != "city" or form_id not in model.forms:
        return ""
    names = [name for name, figure in _of_units(model, form_id, column) if is_named(figure)]
    return _named(names, "") or (f"{format_count(len(names))} đơn vị" if names else "")


def _of_units(model: ReportModel, form_id: str, column: str) -> Iterator[tuple[str, Figure]]:
    for row in model.forms[form_id].rows:
        figure = model.find_figure(f"{form_id}.{row.code}.{column}")
        if row.kind == "row" and figure is not None:
            yield row.label, figure


def _named(names: Sequence[str], before: str) -> str:
    return f"{before}{joined(names)}" if 0 < len(names) <= MOST_NAMED else ""
