"""Control of a whole report: every cell of every form against the rows behind it.

Here: recomputing each cell, and each note below a form, as a sum over its fact rows, or a ratio of two such sums.
Not here: single cells (trace).
Invariant: one grouped query a form and fact, so a whole quarter is checked in seconds.
"""

from __future__ import annotations

from itertools import groupby

import duckdb
import pandas as pd

from pipelines.figures.cells import behind, facts_summed
from pipelines.figures.layout import FormLayout, LayoutColumn, Layouts
from pipelines.figures.text import RATE_DECIMALS, rate

# Less than a difference of the last decimal a rate is printed with.
_UNLIKE = 10 ** -(RATE_DECIMALS + 1)


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
    names = [f"{layout.form_id}/{scope}/{row}" for scope, row in zip(both["scope_id"], both["row_code"], strict=True)]
    wrong = [name for name, side in zip(names, both["_merge"], strict=True) if side != "both"]
    for column in columns:
        figures, traced = both[column.name], _traced(both, column, set(printed.columns))
        is_same = (figures.isna() & traced.isna()) | ((figures - traced).abs() < _UNLIKE)
        wrong += [
            f"{names[number]}/{column.code}: {figures[number]} ≠ {traced[number]}" for number in both.index[~is_same]
        ]
    return wrong


def _traced(both: pd.DataFrame, column: LayoutColumn, printed: set[str]) -> pd.Series:
    """Return what the rows behind a column of a form add up to, cell by cell; not known where they tell nothing."""

    def total(measure: str) -> pd.Series:
        return both[f"{measure}_traced" if measure in printed else measure]

    parts = total(column.measure)
    if not column.whole:
        return parts
    wholes = total(column.whole_measure)
    rates = [
        None if pd.isna(part) else rate(int(part), 0 if pd.isna(whole) else int(whole), RATE_DECIMALS)
        for part, whole in zip(parts, wholes, strict=True)
    ]
    return pd.Series(rates, dtype="float64")
