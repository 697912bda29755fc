"""The dbt project's unit tests, rendered by dbt once, their SQL run straight in DuckDB while the project is the same.

Here: what dbt asks the engine for each unit test, kept with the compiled project; which of them fail. Not here: models.
Invariant: what is kept is what dbt itself asked in a run in which every unit test passed; a changed project, another
version of dbt or of the engine is run by dbt again.
"""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest
from compiled_project import kept_with_the_project
from warehouse_fixture import Warehouse

_ASKED = "-- Build actual result given inputs"  # how dbt begins the one query of a unit test
_NODE = re.compile(r'"node_id": "unit_test\.[^"]*\.([^".]+)"')
_LABEL = "actual_or_expected"  # its column that says which side a row is of


def asked_by_dbt(built: Callable[[], Warehouse]) -> dict[str, str]:
    """Return the query of each unit test by its name, from an earlier session where the project is the same.

    Args:
        built: makes a warehouse with every model, whose column types dbt asks.

    Raises:
        DbtFailed: a unit test failed when dbt ran it; the message names each.
    """
    return pickle.loads(kept_with_the_project("unit-tests", lambda: pickle.dumps(_run_by_dbt(built()))))


def failing(queries: Mapping[str, str]) -> dict[str, str]:
    """Run the queries; return name → the rows only one side has, of each unit test that fails."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")  # as dbt_project/profiles.yml
        connection.execute("set threads = 1")
        found = {name: _differences(connection, query) for name, query in queries.items()}
    return {name: said for name, said in found.items() if said}


def _differences(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    result = connection.execute(query)
    at = [column[0] for column in result.description or []].index(_LABEL)
    sides: dict[str, Counter[tuple[Any, ...]]] = {"actual": Counter(), "expected": Counter()}
    for row in result.fetchall():
        sides[row[at]][tuple(map(str, (*row[:at], *row[at + 1 :])))] += 1
    only = [(side, list((sides[side] - sides[other]).elements())) for side, other in (tuple(sides), tuple(sides)[::-1])]
    return "; ".join(f"only {side}: {rows}" for side, rows in only if rows)


def _run_by_dbt(warehouse: Warehouse) -> dict[str, str]:
    """Let dbt run its unit tests; return what it asked the engine for each."""
    with _listening() as asked:
        results = warehouse.dbt(["test", "--select", "test_type:unit"])
    assert sorted(asked) == sorted(result.name for result in results)
    return asked


@contextmanager
def _listening() -> Iterator[dict[str, str]]:
    """Note the queries of unit tests by name, which dbt writes above each."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    add, asked = DuckDBConnectionManager.add_query, {}

    def add_query(self: Any, sql: str, *rest: Any, **more: Any) -> Any:
        if _ASKED in sql and (named := _NODE.search(sql)):
            asked[named[1]] = sql
        return add(self, sql, *rest, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DuckDBConnectionManager, "add_query", add_query)
        yield asked
