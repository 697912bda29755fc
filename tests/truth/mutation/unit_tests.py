"""The dbt project's own unit tests, run on a wrong edit of their model: fixture rows in, the edited SQL, expected rows out.

Here: tables of fixture rows in memory, one database a test, kept. Not here: edits, trials.
Invariant: a test that the right SQL fails here (its macros are replaced in dbt, which compiled SQL cannot be) says nothing.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any

import duckdb
from truth.world.door import Compiled

_PLACE = re.compile(r"'([^']+)'\)$")
Types = dict[str, dict[str, str]]


class UnitTests:
    """Tells which unit test of a model an edit of it fails."""

    def __init__(self, project: Compiled, types: Types) -> None:
        """Take the project and the columns of its tables with their types; nothing is built yet."""
        self._types = types
        self._right = {model.name: model.sql for model in project.models}
        self._of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for test in json.loads(project.manifest)["unit_tests"].values():
            self._of[test["model"]].append(test)
        self._prepared: dict[str, duckdb.DuckDBPyConnection | None] = {}

    def failing(self, model: str, sql: str) -> str:
        """Return the name of the first unit test of a model that its edited SQL fails; empty when none does."""
        for test in self._of[model]:
            connection = self._connection(test)
            if connection is not None and not _holds(connection, sql, test):
                return str(test["name"])
        return ""

    def _connection(self, test: dict[str, Any]) -> duckdb.DuckDBPyConnection | None:
        name = test["name"]
        if name not in self._prepared:
            connection = _with_rows(test, self._types)
            self._prepared[name] = connection if _holds(connection, self._right[test["model"]], test) else None
        return self._prepared[name]


def _with_rows(test: dict[str, Any], types: Types) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set threads = 1")
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("create schema warehouse.landed")
    for given in test["given"]:
        schema = "landed" if given["input"].startswith("source") else "main"
        place = _PLACE.search(given["input"])
        assert place, given["input"]
        columns = types[f"{schema}.{place[1]}"]
        table = f'warehouse.{schema}."{place[1]}"'
        _fill(connection, table, columns, given["rows"])
    return connection


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    """Make a table of some rows; a cell of a fixture is text that the engine casts to the type of its column."""
    shape = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create table {table} ({shape})")
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(f"cast(? as {columns[name]})" for name in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", [*map(_text, row.values())])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _holds(connection: duckdb.DuckDBPyConnection, sql: str, test: dict[str, Any]) -> bool:
    """Return whether the SQL gives the expected rows; SQL that fails does not."""
    rows = test["expect"]["rows"]
    try:
        described = connection.execute(f"describe ({sql})").fetchall()
        kinds = {name: kind for name, kind, *_ in described}
        if not rows:
            return connection.execute(f"select 1 from ({sql}) limit 1").fetchone() is None
        names = [*rows[0]]
        connection.execute("drop table if exists expected")
        _fill(connection, "expected", {name: kinds[name] for name in names}, rows)
        chosen = ", ".join(f'"{name}"' for name in names)
        got, wanted = f"select {chosen} from ({sql})", f"select {chosen} from expected"
        query = f"select 1 from (({got} except all {wanted}) union all ({wanted} except all {got})) limit 1"
        return connection.execute(query).fetchone() is None
    except (duckdb.Error, KeyError):
        return False
