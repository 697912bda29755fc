"""Control of a whole report: every cell of every form against the rows behind it.

Here: recomputing each cell as a sum over its fact rows. Not here: single cells for people (trace).
Invariant: one grouped query a form column, so a whole quarter is checked in seconds.
"""

from __future__ import annotations

import duckdb
import pandas as pd


def untraceable_cells(connection: duckdb.DuckDBPyConnection, layouts: dict[str, dict]) -> list[str]:
    """Return the cells whose figure is not the sum of the fact rows its trace finds; empty when all hold."""
    return [cell for layout in layouts.values() for cell in _of_form(connection, layout)]


def _of_form(connection: duckdb.DuckDBPyConnection, layout: dict) -> list[str]:
    keys, key = layout["keys"], layout["fact_key"]
    match = " and ".join(f'(m."{name}" is null or m."{name}" = f."{name}")' for name in keys) or "true"
    columns = [(item["name"], item["from"].split(".")) for item in layout["columns"]]
    sums = ", ".join(f'coalesce(sum(f."{measure}"), 0) as "{name}"' for name, (_, measure) in columns)
    (fact,) = {fact for _, (fact, _) in columns}
    found = connection.execute(f"""
        select m.scope_id, m.row_code, {sums}
        from {layout["model"]} as m
        left join (
            select s.scope_id as in_scope, f.* from {fact} as f
            inner join {layout["scope_bridge"]} as s on f."{key}" = s."{key}"
        ) as f on m.scope_id = f.in_scope and {match}
        group by 1, 2
    """).df()
    printed = connection.execute(f"select * from {layout['model']}").df()
    both = printed.merge(found, on=["scope_id", "row_code"], suffixes=("", "_traced"), how="outer", indicator=True)
    wrong: list[str] = [
        f"{layout['form_id']}/{row.scope_id}/{row.row_code}" for row in both[both["_merge"] != "both"].itertuples()
    ]
    for item in layout["columns"]:
        differs = both[both[item["name"]].fillna(-1) != both[f"{item['name']}_traced"].fillna(-1)]
        wrong += [
            f"{layout['form_id']}/{row['scope_id']}/{row['row_code']}/c{item['number']}: "
            f"{row[item['name']]} ≠ {row[item['name'] + '_traced']}"
            for row in differs.to_dict("records")
        ]
    return wrong


def evidence_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """Return the tables of the evidence book, each in a fixed order."""
    queries = {
        "ho-so": """
            select f.*, d.file_name from fct_dossier_period as f
            left join landed.delivery as d on f.delivery_id = d.delivery_id order by f.dossier_code""",
        "tep-da-nhan": "select * from rpt_delivery order by delivery_id",
        "dong-tra-lai": """
            select d.unit_id, d.file_name, r.* from landed.case_exports_reject as r
            left join landed.delivery as d on r.delivery_id = d.delivery_id
            order by r.delivery_id, r.source_row, r.check_id""",
        "dong-di-dau": """
            select * from int_case_row_fate order by delivery_id, source_sheet, source_row""",
    }
    return {name: connection.execute(query).df() for name, query in queries.items()}
