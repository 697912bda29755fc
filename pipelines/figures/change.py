"""How much a figure changed against an issued report of another period, as figures of their own.

Here: which changes a report may tell (totals of its forms), their figures, their words. Not here: finding the issued
report (package), versions of one period (comparison).
Invariant: a change is figure now − figure issued; each number told has an id, is positive, and its id says whether it
rose or fell (domain/03 3.4 delta_prev, delta_year).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from pipelines.figures.blocks import Markup, figure_markup, plain
from pipelines.figures.report_model import Compared, Figure, ReportModel
from pipelines.figures.text import format_count, format_rate, rate

_POINTS = "điểm phần trăm"


def with_compared(model: ReportModel, compared: Compared, issued: Mapping[str, int | Decimal | None]) -> ReportModel:
    """Return the model with what changed in its totals against an issued report.

    Args:
        model: the report.
        compared: the issued report it is held against.
        issued: figure id → value as issued; a figure that is not there, or was “–”, is not compared.
    """
    totals = [form.rows[-1] for form in model.forms.values() if form.rows]
    printed = {figure.figure_id for total in totals for figure in (*total.figures, *total.ratios)}
    compared = replace(compared, figures={name: value for name, value in issued.items() if name in printed})
    found: dict[str, Figure] = {}
    for total in totals:
        for figure in (*total.figures, *total.ratios):
            before = issued.get(figure.figure_id)
            if before is not None and figure.value is not None:
                found |= {item.figure_id: item for item in _changes(compared, figure, before, model)}
    return replace(model, figures=MappingProxyType({**model.figures, **found}), compared=(*model.compared, compared))


def _changes(compared: Compared, figure: Figure, before: int | Decimal, model: ReportModel) -> Iterator[Figure]:
    assert figure.value is not None
    difference = figure.value - before
    way = "increase" if difference > 0 else "decrease"
    name = f"{figure.figure_id}_{way}_{compared.against}"
    if isinstance(figure.value, Decimal):
        yield Figure(name, abs(Decimal(difference)), format_rate(abs(Decimal(difference)), sign=""))
        return
    size = abs(int(difference))
    estimated, declared = figure.is_estimated, figure.is_declared
    yield Figure(name, size, format_count(size), is_estimated=estimated, is_declared=declared)
    share = rate(size, int(before), model.office.percent_decimals)
    yield Figure(f"{name}_percent", share, format_rate(share), is_estimated=estimated, is_declared=declared)


def change_markup(model: ReportModel, compared: Compared, reference: str, unit: str = "") -> Markup:
    """Return the words of a change: "tăng 12 hồ sơ (1,25%)", "giảm 0,40 điểm phần trăm", "không đổi".

    Raises:
        OfficeError: the report has no such figure.
    """
    figure = model.figure_of(reference)
    found = {
        way: model.figures[name]
        for way in ("increase", "decrease")
        if (name := f"{figure.figure_id}_{way}_{compared.against}") in model.figures
    }
    if not found:
        return Markup(plain("không có số để so sánh"))
    ((way, change),) = found.items()
    if not change.value:
        return Markup(plain("không đổi"))
    words = f"{'tăng' if way == 'increase' else 'giảm'} {figure_markup(change)}"
    if isinstance(figure.value, Decimal):
        return Markup(f"{words} {plain(_POINTS)}")
    share = model.figures[f"{change.figure_id}_percent"]
    of_before = f" ({figure_markup(share)})" if share.value is not None else ""
    return Markup(f"{words}{f' {plain(unit)}' if unit else ''}{of_before}")
