"""Rows of a finished warehouse as dictionaries.

Here: one query, one list of rows. Not here: what the rows mean (rows, coverage, read).
Invariant: only reads; column names are those of the query.
"""

from __future__ import annotations

from typing import Any

import duckdb


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether a warehouse has a table: an issued one may be older than the charts made of it."""
    query = "select count(*) from duckdb_tables() where table_name = ?"
    (count,) = connection.execute(query, [name]).fetchone() or (0,)
    return bool(count)


def records_of(
    connection: duckdb.DuckDBPyConnection, query: str, values: tuple[object, ...] = ()
) -> list[dict[str, Any]]:
    """Return the rows of a query, each a dictionary by column name."""
    found = connection.execute(query, list(values))
    names = [item[0] for item in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
