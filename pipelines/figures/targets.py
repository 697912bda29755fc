"""Targets of the office: what a figure of a form should be, and whether it is.

Here: the targets in force in a period (landed.target), whether one is met, in words. Not here: the table (office).
Invariant: a target is held against the figure as printed; one that names a figure no form has is an error, not a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.figures.model import Figure, Form, Target
from pipelines.figures.text import NO_RATE
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest


def targets_of(connection: duckdb.DuckDBPyConnection, forms: Mapping[str, Form], is_unit: bool) -> dict[str, Target]:
    """Return the targets in force at the end of the period, by id of the figure they are for.

    What the office should reach as a whole is no target of one unit; a rate is everybody's.

    Raises:
        OfficeError: a target names a row or column that its form has not.
    """
    found = connection.execute(
        """
        select target.form_id, target.row_code, target.column_name, target.operator, target.value
        from landed.target as target
        cross join landed.question as question
        where (target.valid_from is null or target.valid_from <= question.period_end)
            and (target.valid_to is null or target.valid_to >= question.period_end)
        order by target.form_id, target.row_code, target.column_name
        """
    ).fetchall()
    targets: dict[str, Target] = {}
    for form_id, row_code, column, sign, value in found:
        if form_id not in forms:  # not printed in this report
            continue
        figure, is_rate = _figure(forms[form_id], row_code, column, is_unit)
        if figure and (is_rate or not is_unit):
            targets[figure.figure_id] = Target(sign, _short(Decimal(value)), is_rate)
    return targets


def _figure(form: Form, row_code: str, column: str, is_unit: bool) -> tuple[Figure | None, bool]:
    """Return the figure a target names (None in a unit's form without the row), and whether it is a percentage."""
    layout = form.layout
    rows = [row for row in form.rows if row.code == row_code]
    places = {name: (number, bool(item.whole)) for number, item in enumerate(layout.columns) for name in _names(item)}
    ratios = {ratio.name: number for number, ratio in enumerate(layout.ratios)}
    if column not in places and column not in ratios:
        raise OfficeError(
            f"Bảng reference/targets.csv: biểu {layout.form_id} không có cột «{column}»"
            f"{nearest(column, [*places, *ratios])}"
        )
    if not rows:
        if is_unit:
            return None, False
        raise OfficeError(
            f"Bảng reference/targets.csv: biểu {layout.form_id} không có dòng «{row_code}»"
            f"{nearest(row_code, [row.code for row in form.rows])}"
        )
    if column in ratios:
        return rows[0].ratios[ratios[column]], True
    number, is_rate = places[column]
    return rows[0].figures[number], is_rate


def _names(column: Any) -> tuple[str, str]:
    return f"c{column.number}", column.name


def _short(value: Decimal) -> Decimal:
    """A value without the zeros the table's type adds: 95, not 95.0000."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def target_text(target: Target | None) -> str:
    """Return a target as it is printed, “–” where a figure has none."""
    return target.text if target else NO_RATE


def target_words(target: Target | None, figure: Figure) -> str:
    """Return whether a figure is as it should be: "đạt mục tiêu (≥ 95%)"; “–” where that cannot be said."""
    met = target.is_met(figure) if target else None
    if target is None or met is None:
        return NO_RATE
    return f"{'đạt' if met else 'chưa đạt'} mục tiêu ({target.text})"
