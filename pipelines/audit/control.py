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
from pipelines.figures.text import RATE_DECIMALS, rate


def untraceable_cells(connection: duckdb.DuckDBPyConnection, layouts: dict[str, dict]) -> list[str]:
    """Return the cells whose figure is not the sum of the fact rows its trace finds; empty when all hold."""
    return [cell for layout in layouts.values() for cell in _of_form(connection, layout)]


def _of_form(connection: duckdb.DuckDBPyConnection, layout: dict) -> list[str]:
    printed = connection.execute(f"select * from {layout['model']}").df()
    cells = [*layout["columns"], *layout.get("notes", [])]
    columns = sorted(cells, key=lambda item: item["from"].partition(".")[0])
    wrong: list[str] = []
    for fact, group in groupby(columns, key=lambda item: item["from"].partition(".")[0]):
        wrong += _of_fact(connection, layout, printed, fact, list(group))
    return wrong


def _of_fact(
    connection: duckdb.DuckDBPyConnection, layout: dict, printed: pd.DataFrame, fact: str, columns: list[dict]
) -> list[str]:
    measures = sorted({item[part].partition(".")[2] for item in columns for part in ("from", "of") if item.get(part)})
    amounts = ", ".join(["m.scope_id", "m.row_code", *(f'f."{measure}"' for measure in measures)])
    # As bigint: pandas would make the sum's own type a float, which holds 15 digits of an amount.
    sums = ", ".join(f'cast(coalesce(sum(b."{measure}"), 0) as bigint) as "{measure}"' for measure in measures)
    pairs = " union all ".join(behind(layout, side, amounts) for side in facts_summed(layout, fact))
    found = connection.execute(f"""
        select m.scope_id, m.row_code, {sums}
        from {layout["model"]} as m
        left join ({pairs}) as b on m.scope_id = b.scope_id and m.row_code = b.row_code
        group by 1, 2
    """).df()
    both = printed.merge(found, on=["scope_id", "row_code"], suffixes=("", "_traced"), how="outer", indicator=True)
    cells = both.to_dict("records")
    wrong = [f"{_cell_id(layout, row)}" for row in cells if row["_merge"] != "both"]
    for item in columns:
        wrong += [
            f"{_cell_id(layout, row)}/{_column_id(item)}: {row[item['name']]} ≠ {traced}"
            for row in cells
            if not _equal(row[item["name"]], traced := _traced(row, item, printed.columns))
        ]
    return wrong


def _cell_id(layout: dict, row: dict) -> str:
    return f"{layout['form_id']}/{row['scope_id']}/{row['row_code']}"


def _column_id(item: dict) -> str:
    return f"c{item['number']}" if "number" in item else item["name"]


def _traced(row: dict, item: dict, printed: pd.Index) -> int | Decimal | None:
    def total(source: str) -> int | None:
        measure = source.partition(".")[2]
        value = row[f"{measure}_traced" if measure in printed else measure]
        return None if pd.isna(value) else int(value)

    parts = total(item["from"])
    if not item.get("of") or parts is None:
        return parts
    return rate(parts, total(item["of"]) or 0, RATE_DECIMALS)


def _equal(figure: Any, traced: int | Decimal | None) -> bool:
    if pd.isna(figure) or traced is None:
        return bool(pd.isna(figure)) and traced is None
    return abs(float(figure) - float(traced)) < 10 ** -(RATE_DECIMALS + 1)
