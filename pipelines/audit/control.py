"""Control of a whole report: every cell of every form against the rows behind it.

Here: recomputing each cell, and each note below a form, as a sum over its fact rows, or a ratio of two such sums.
Not here: single cells (trace).
Invariant: one grouped query a form and fact, so a whole quarter is checked in seconds.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb
import pandas as pd

from pipelines.figures.cells import behind, facts_summed
from pipelines.figures.layout import FormLayout, LayoutColumn, Layouts
from pipelines.figures.text import RATE_DECIMALS, rate


def untraceable_cells(connection: duckdb.DuckDBPyConnection, layouts: Layouts) -> list[str]:
    """Return the cells whose figure is not the sum of the fact rows its trace finds; empty when all hold."""
    return [cell for layout in layouts.values() for cell in _of_form(connection, layout)]


def _of_form(connection: duckdb.DuckDBPyConnection, layout: FormLayout) -> list[str]:
    printed = connection.execute(f"select * from {layout.model}").df()
    columns = sorted(layout.cells, key=lambda column: column.fact)
    wrong: list[str] = []
    for fact, group in groupby(columns, key=lambda column: column.fact):
        wrong += _of_fact(connection, layout, printed, fact, list(group))
    return wrong


def _of_fact(
    connection: duckdb.DuckDBPyConnection,
    layout: FormLayout,
    printed: pd.DataFrame,
    fact: str,
    columns: list[LayoutColumn],
) -> list[str]:
    measures = sorted({measure for column in columns for measure in column.measures})
    amounts = ", ".join(["m.scope_id", "m.row_code", *(f'f."{measure}"' for measure in measures)])
    # As bigint: pandas would make the sum's own type a float, which holds 15 digits of an amount.
    sums = ", ".join(f'cast(coalesce(sum(b."{measure}"), 0) as bigint) as "{measure}"' for measure in measures)
    pairs = " union all ".join(behind(layout, side, amounts) for side in facts_summed(layout, fact))
    found = connection.execute(f"""
        select m.scope_id, m.row_code, {sums}
        from {layout.model} as m
        left join ({pairs}) as b on m.scope_id = b.scope_id and m.row_code = b.row_code
        group by 1, 2
    """).df()
    both = printed.merge(found, on=["scope_id", "row_code"], suffixes=("", "_traced"), how="outer", indicator=True)
    cells = both.to_dict("records")
    wrong = [f"{_cell_id(layout, row)}" for row in cells if row["_merge"] != "both"]
    for column in columns:
        wrong += [
            f"{_cell_id(layout, row)}/{column.code}: {row[column.name]} ≠ {traced}"
            for row in cells
            if not _equal(row[column.name], traced := _traced(row, column, printed.columns))
        ]
    return wrong


def _cell_id(layout: FormLayout, row: dict) -> str:
    return f"{layout.form_id}/{row['scope_id']}/{row['row_code']}"


def _traced(row: dict, column: LayoutColumn, printed: pd.Index) -> int | Decimal | None:
    def total(measure: str) -> int | None:
        value = row[f"{measure}_traced" if measure in printed else measure]
        return None if pd.isna(value) else int(value)

    parts = total(column.measure)
    if not column.whole or parts is None:
        return parts
    return rate(parts, total(column.whole_measure) or 0, RATE_DECIMALS)


def _equal(figure: Any, traced: int | Decimal | None) -> bool:
    if pd.isna(figure) or traced is None:
        return bool(pd.isna(figure)) and traced is None
    return abs(float(figure) - float(traced)) < 10 ** -(RATE_DECIMALS + 1)
