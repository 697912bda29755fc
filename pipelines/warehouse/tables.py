"""What tables a warehouse file has: their rows and the types of their columns.

Here: two queries of DuckDB's own catalogue. Not here: what is in the tables.
Invariant: the file is only read; rows are exact, and those of a view are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Table:
    """A table or view: columns with their types in order; rows, None for a view."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int | None


def tables_of(database: Path, schema: str) -> dict[str, Table]:
    """Return the tables and views of a schema, by name."""
    with duckdb.connect(database, read_only=True) as connection:
        columns = connection.execute(
            """
            select table_name, column_name, data_type
            from duckdb_columns()
            where schema_name = ?
            order by column_index
            """,
            [schema],
        ).fetchall()
        # Of a table that was written once, as all of a build are, DuckDB's estimate is its number of rows.
        rows = connection.execute(
            "select table_name, estimated_size from duckdb_tables() where schema_name = ?", [schema]
        ).fetchall()
    counted = dict(rows)
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in columns:
        found.setdefault(table, []).append((column, kind))
    return {name: Table(name, tuple(pairs), counted.get(name)) for name, pairs in found.items()}
