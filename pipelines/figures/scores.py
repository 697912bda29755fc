"""The scorecard of units: what each point is made of, with the ids of the cells it opens to.

Here: the lines of rpt_unit_score as figures. Not here: what is scored and how (dbt, reference/score_components.csv).
Invariant: the counts beside a point are cells of the unit's own forms, traced as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from pipelines.figures.model import Figure, ScoreLine, UnitScore, figure_id
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import NOT_SENT, Cleaner, format_count, format_rate

SCORE = "unit-score"
_NOT_TOLD = "not_told"


def scores_of(
    connection: duckdb.DuckDBPyConnection, layouts: Mapping[str, dict[str, Any]], scope_id: str, cleaner: Cleaner
) -> tuple[UnitScore, ...]:
    """Return the scorecard of every unit of the office, in order; none of a period that is no year.

    Args:
        connection: a finished warehouse.
        layouts: the forms the report prints (forms.json): where the counts behind a point stand.
        scope_id: whose report it is; units do not score each other.
        cleaner: makes texts printable.
    """
    if not has_table(connection, "rpt_unit_score"):
        return ()
    rows = records_of(connection, "select * from rpt_unit_score where scope_id = ? order by row_order", (scope_id,))
    behind = {layout["model"]: layout for layout in layouts.values()}
    cells = {
        model: _totals(connection, behind[model])
        for model in sorted({str(row["form_model"]) for row in rows if row["form_model"] in behind})
    }
    found: list[UnitScore] = []
    for _, group in groupby(rows, key=lambda row: row["unit_id"]):
        *components, total = group
        found.append(
            UnitScore(
                unit_name=cleaner.text(total["unit_name"]),
                lines=tuple(_line(row, cells.get(row["form_model"], {}), cleaner) for row in components),
                points=_figure(total, "total", "points", ""),
                out_of=int(total["known_max_points"]),
                percent=_figure(total, "total", "rate_percent", "%"),
            )
        )
    return tuple(found)


def _line(row: dict[str, Any], cells: Mapping[tuple[str, str], Figure], cleaner: Cleaner) -> ScoreLine:
    def of(measures: str) -> tuple[Figure, ...]:
        named = [(str(row["unit_id"]), name) for name in str(row[measures]).split()]
        return tuple(cells[name] for name in named if name in cells)

    is_told = row["reason_code"] is None
    return ScoreLine(
        label=cleaner.text(row["label"]),
        most=int(row["max_points"]),
        points=_figure(row, row["component_code"], "points", ""),
        rate=_figure(row, row["component_code"], "rate_percent", "%"),
        parts=of("part_measures") if is_told else (),
        wholes=of("whole_measures") if is_told else (),
    )


def _figure(row: dict[str, Any], component: str, column: str, sign: str) -> Figure:
    """Return points or a percentage; what was not sent is not known, which is not 0."""
    value = None if row[column] is None else Decimal(row[column])
    text = NOT_SENT if value is None and row["reason_code"] == _NOT_TOLD else format_rate(value, sign)
    return Figure(figure_id(SCORE, row["scope_id"], f"{row['unit_id']}.{component}", column), value, text)


def _totals(connection: duckdb.DuckDBPyConnection, layout: Mapping[str, Any]) -> dict[tuple[str, str], Figure]:
    """Return the cells of the total rows of a form by unit and name: those of every unit's own form."""
    names = {item["name"]: f"c{item['number']}" for item in layout["columns"]}
    names |= {item["name"]: item["name"] for item in layout["notes"]}
    query = f"""select * from "{layout["model"]}" where row_kind = 'total' order by scope_id"""
    return {
        (row["scope_id"], name): Figure(
            figure_id(layout["form_id"], row["scope_id"], str(row["row_code"]), column),
            int(row[name]),
            format_count(int(row[name])),
        )
        for row in records_of(connection, query)
        for name, column in names.items()
        if row[name] is not None and not isinstance(row[name], Decimal)
    }


def figures_of_score(score: UnitScore) -> Iterator[Figure]:
    """Yield every figure of a unit's scorecard."""
    for line in score.lines:
        yield from (line.points, line.rate, *line.parts, *line.wholes)
    yield from (score.points, score.percent)
