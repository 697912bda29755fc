"""How much a figure changed against an issued report of another period, as figures of their own.

Here: which changes a report may show (of every cell and ratio of its forms), their figures, their words. Not here:
finding the issued report (package), versions of one period (comparison), what a figure should be (targets).
Invariant: a change is figure now − figure issued; each number has an id, is not negative, and its id says whether
it rose or fell (domain/03 3.4 delta_prev, delta_year). Where there is nothing to compare with, there is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from pipelines.figures.blocks import Block, Markup, figure_ids, figure_markup, plain
from pipelines.figures.model import Compared, Figure, FormRow, ReportModel
from pipelines.figures.text import NO_RATE, format_count, format_rate, rate

NOTHING_TO_COMPARE = "không có số để so sánh"
_POINTS = "điểm phần trăm"
# Figures a change is shown with: <figure>_before_prev, <figure>_increase_prev, <figure>_increase_prev_percent.
NOTED = re.compile(r"(?P<figure>.+)_(?:before|increase|decrease)_(?P<against>prev|year)(?:_percent)?")


def with_compared(model: ReportModel, compared: Compared, issued: Mapping[str, int | Decimal | None]) -> ReportModel:
    """Return the model with what it is compared with; what changed in its totals are figures of it.

    Args:
        model: the report.
        compared: the issued report it is held against.
        issued: figure id → value as issued; a figure that is not there, or was “–”, is not compared.
    """
    printed = {figure.figure_id for form in model.forms.values() for row in form.rows for figure in _cells(row)}
    compared = replace(compared, figures={name: value for name, value in issued.items() if name in printed})
    found: dict[str, Figure] = {}
    for form in model.forms.values():
        for figure in _cells(form.rows[-1]) if form.rows else ():
            found |= {name: item for name, item in _changes(compared, figure, model).items() if "_before_" not in name}
    return replace(model, figures=MappingProxyType({**model.figures, **found}), compared=(*model.compared, compared))


def _cells(row: FormRow) -> tuple[Figure, ...]:
    return (*row.figures, *row.ratios)


def with_changes(model: ReportModel, blocks: Iterable[Block]) -> ReportModel:
    """Return the model with the changes its words report other cells than totals, so that each printed id is in it."""
    found: dict[str, Figure] = {}
    for name in figure_ids(blocks):
        noted = NOTED.fullmatch(name) if name not in model.figures else None
        if noted:
            compared = compared_with(model, noted["against"])
            assert compared is not None
            found[name] = _changes(compared, model.figures[noted["figure"]], model)[name]
    return replace(model, figures=MappingProxyType({**model.figures, **found})) if found else model


def compared_with(model: ReportModel, against: str) -> Compared | None:
    """Return the issued report of the period before (prev) or of a year ago (year); None when there is none."""
    return next((item for item in model.compared if item.against == against), None)


def _changes(compared: Compared, figure: Figure, model: ReportModel) -> dict[str, Figure]:
    """Return the figures a change is shown with, by id; none where one side has no value."""
    before = compared.figures.get(figure.figure_id)
    if before is None:
        return {}
    was = Figure(f"{figure.figure_id}_before_{compared.against}", before, _as_printed(figure, before))
    changed = _differences(compared, figure, before, model) if figure.value is not None else ()
    return {item.figure_id: item for item in (was, *changed)}


def _as_printed(figure: Figure, value: int | Decimal) -> str:
    # A column of percentages says (%) in its head, a ratio beside the columns does not.
    sign = "" if re.fullmatch(r"c\d+", figure.figure_id.rpartition("/")[2]) else "%"
    return format_rate(value, sign) if isinstance(value, Decimal) else format_count(value)


def _differences(compared: Compared, figure: Figure, before: int | Decimal, model: ReportModel) -> Iterator[Figure]:
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


def change_markup(
    model: ReportModel, compared: Compared | None, reference: str, unit: str = "", nothing: str = NOTHING_TO_COMPARE
) -> Markup:
    """Return the words of a change: "tăng 12 hồ sơ (1,25%)", "giảm 0,40 điểm phần trăm", "không đổi".

    Args:
        model: the report.
        compared: what it is held against; None when there is no such report.
        reference: a figure of the report, as in `fig`.
        unit: what is counted; reported with a change of a count.
        nothing: what is said where there is nothing to compare.

    Raises:
        OfficeError: the report has no such figure.
    """
    figure = model.figure_of(reference)
    found = _changes(compared, figure, model) if compared else {}
    changes = {
        way: found[name]
        for way in ("increase", "decrease")
        if compared and (name := f"{figure.figure_id}_{way}_{compared.against}") in found
    }
    if not changes:
        return Markup(plain(nothing))
    ((way, change),) = changes.items()
    if not change.value:
        return Markup(plain("không đổi"))
    words = f"{'tăng' if way == 'increase' else 'giảm'} {figure_markup(change)}"
    if isinstance(figure.value, Decimal):
        return Markup(f"{words} {plain(_POINTS)}")
    share = found[f"{change.figure_id}_percent"]
    of_before = f" ({figure_markup(share)})" if share.value is not None else ""
    return Markup(f"{words}{f' {plain(unit)}' if unit else ''}{of_before}")


def changes_markup(
    model: ReportModel, compared: Compared, items: Iterable[tuple[str, str, str]], separator: str = "; "
) -> Markup:
    """Return several changes as one list, without what has nothing to compare and what is zero in both.

    Args:
        model: the report.
        compared: what it is held against.
        items: a figure of the report (empty: none), its name in the sentence, what is counted.
        separator: what stands between two changes.
    """
    clauses = []
    for reference, label, unit in items:
        figure = model.figure_of(reference) if reference else None
        words = change_markup(model, compared, reference, unit, "") if figure else ""
        if figure and words and (figure.value or compared.figures.get(figure.figure_id)):
            clauses.append(f"{plain(label)} {words}")
    return Markup(separator.join(clauses))


def before_markup(model: ReportModel, against: str, reference: str) -> Markup:
    """Return a figure as it was issued for the period before (prev) or a year ago (year); “–” where it was not.

    Raises:
        OfficeError: the report has no such figure.
    """
    figure, compared = model.figure_of(reference), compared_with(model, against)
    was = _changes(compared, figure, model).get(f"{figure.figure_id}_before_{against}") if compared else None
    return figure_markup(was) if was else Markup(plain(NO_RATE))


def delta_markup(model: ReportModel, against: str, reference: str, unit: str = "") -> Markup:
    """Return the words of a change against the period before (prev) or a year ago (year); “–” where there is none.

    Raises:
        OfficeError: the report has no such figure.
    """
    return change_markup(model, compared_with(model, against), reference, unit, NO_RATE)
