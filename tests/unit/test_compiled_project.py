"""The tests' own way to build the project gives what dbt gives: the same tables, the same failed tests.

Here: the dossiers of test_dossier_forms, built and tampered with both ways. Not here: what the figures should be.
Invariant: dbt's own run over the same rows is the measure.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from compiled_project import check, compiled
from test_dossier_forms import Q1, built
from warehouse_fixture import Warehouse, question, run_dbt

from pipelines.warehouse.dbt import DbtFailed

ASKED = question(*Q1, as_of="2021-03-11", returned_withdrawn_bucket="own_column")
DATA_TESTS = ["--exclude-resource-type", "unit_test"]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return built(tmp_path_factory, tmp_path_factory.mktemp("dbt"), ASKED)


@pytest.fixture(scope="module")
def dbts(ours: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same landed rows in a file of the same name, built and tested by dbt."""
    database = Path(shutil.copy(ours.path, tmp_path_factory.mktemp("by-dbt")))
    with duckdb.connect(database) as connection:
        for name, kind in _relations(connection):
            connection.execute(f'drop {"view" if kind == "VIEW" else "table"} "{name}"')
    run_dbt(["build", *DATA_TESTS], database, tmp_path_factory.mktemp("target"))
    return database


def _relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_name, table_type from information_schema.tables where table_schema = 'main' order by 1"
    ).fetchall()


def contents(database: Path) -> dict[tuple[str, str], tuple[list[tuple], list[tuple]]]:
    """Every relation of schema main: its kind, its columns with their types, its rows."""
    with duckdb.connect(database, read_only=True) as connection:
        return {
            (name, kind): (
                connection.execute(f'describe "{name}"').fetchall(),
                sorted(connection.execute(f'select * from "{name}"').fetchall(), key=repr),
            )
            for name, kind in _relations(connection)
        }


def test_every_relation_has_the_kind_columns_and_rows_that_dbt_gives_it(ours: Warehouse, dbts: Path) -> None:
    mine, theirs = contents(ours.path), contents(dbts)
    assert {name for name, _ in mine} == set(compiled().models)
    assert mine == theirs


TAMPERING = (
    "update form_ii_06a set resolved_total = resolved_total + 1 where row_kind = 'total'",
    "delete from fct_dossier_period where dossier_code = 'D1'",
    "insert into dim_unit select * from dim_unit",
)


def test_the_data_tests_that_fail_are_those_that_fail_in_dbt(dbts: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(dbts, tmp_path))
    with duckdb.connect(copy) as connection:
        for statement in TAMPERING:
            connection.execute(statement)
    with pytest.raises(DbtFailed) as mine:
        check(copy)
    with pytest.raises(DbtFailed) as theirs:
        run_dbt(["test", *DATA_TESTS], copy, tmp_path / "target")
    assert sorted(str(mine.value).splitlines()) == sorted(str(theirs.value).splitlines())
    assert len(mine.value.results) >= len(TAMPERING)
