"""The scorecard of units: what each point is made of, with the ids of the cells it opens to.

Here: the lines of rpt_unit_score as figures. Not here: what is scored and how (dbt, reference/score_components.csv).
Invariant: the counts beside a point are those of the unit's own forms, and the trace opens each; where a form has a row
a unit, they lead to its cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from pipelines.figures.model import Figure, Form, ScoreLine, UnitScore, figure_id
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import NOT_SENT, Cleaner, format_count, format_rate

SCORE = "unit-score"
_NOT_TOLD = "not_reported"


def scores_of(
    connection: duckdb.DuckDBPyConnection, forms: Mapping[str, Form], scope_id: str, cleaner: Cleaner
) -> tuple[UnitScore, ...]:
    """Return the scorecard of every unit of the office, in order; none of a period that is no year.

    Args:
        connection: a finished warehouse.
        forms: the forms of the report: a count that is a cell of one with a row a unit leads to that cell.
        scope_id: whose report it is; units do not score each other.
        cleaner: makes texts printable.
    """
    if not has_table(connection, "rpt_unit_score"):
        return ()
    rows = records_of(connection, "select * from rpt_unit_score where scope_id = ? order by row_order", (scope_id,))
    models = sorted({str(row["form_model"]) for row in rows if row["form_model"]})
    totals = {
        (model, str(row["scope_id"])): row
        for model in models
        for row in records_of(connection, f"""select * from "{model}" where row_kind = 'total'""")
    }
    cells = _cells_of_units(forms)
    found: list[UnitScore] = []
    for _, group in groupby(rows, key=lambda row: row["unit_id"]):
        *components, total = group
        found.append(
            UnitScore(
                unit_name=cleaner.text(total["unit_name"]),
                lines=tuple(_line(row, totals, cells, cleaner) for row in components),
                points=_figure(total, "total", "points", ""),
                out_of=int(total["known_max_points"]),
                percent=_figure(total, "total", "rate_percent", "%"),
            )
        )
    return tuple(found)


def _line(
    row: dict[str, Any],
    totals: Mapping[tuple[str, str], Mapping[str, Any]],
    cells: Mapping[tuple[str, str], list[Figure]],
    cleaner: Cleaner,
) -> ScoreLine:
    unit, component = str(row["unit_id"]), str(row["component_code"])

    def count(name: str) -> Figure:
        value = int(totals[str(row["form_model"]), unit][name])
        same = [cell.figure_id for cell in cells.get((unit, name), ()) if cell.value == value and not cell.is_unsent]
        number = figure_id(SCORE, row["scope_id"], f"{unit}.{component}", name)
        return Figure(number, value, format_count(value), parts=tuple(same[:1]))

    def of(measures: str) -> tuple[Figure, ...]:
        return tuple(map(count, str(row[measures]).split())) if row["reason_code"] is None else ()

    parts, wholes = of("part_measures"), of("whole_measures")
    sides = {"parts": tuple(item.figure_id for item in parts), "whole": tuple(item.figure_id for item in wholes)}
    return ScoreLine(
        label=cleaner.text(row["label"]),
        most=int(row["max_points"]),
        points=replace(_figure(row, component, "points", ""), **sides),
        rate=replace(_figure(row, component, "rate_percent", "%"), **sides),
        parts=parts,
        wholes=wholes,
    )


def _cells_of_units(forms: Mapping[str, Form]) -> dict[tuple[str, str], list[Figure]]:
    """Return the cells of the forms that have a row a unit, by unit and name of the column."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for form in forms.values():
        for row in form.rows:
            for column, figure in zip(form.layout.columns, row.figures, strict=True):
                if row.unit_id and row.kind == "row":
                    found.setdefault((row.unit_id, column.name), []).append(figure)
    return found


def _figure(row: dict[str, Any], component: str, column: str, sign: str) -> Figure:
    """Return points or a percentage; what was not sent is not known, which is not 0."""
    value = None if row[column] is None else Decimal(row[column])
    text = NOT_SENT if value is None and row["reason_code"] == _NOT_TOLD else format_rate(value, sign)
    return Figure(figure_id(SCORE, row["scope_id"], f"{row['unit_id']}.{component}", column), value, text)


def figures_of_score(score: UnitScore) -> Iterator[Figure]:
    """Yield every figure of a unit's scorecard."""
    for line in score.lines:
        yield from (line.points, line.rate, *line.parts, *line.wholes)
    yield from (score.points, score.percent)
