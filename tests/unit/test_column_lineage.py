"""Column lineage names the columns of the inputs that a column is computed from, and is computed once.

Here: three small queries, their inputs by hand. Not here: the models of the project (test_compiled_sql).
Invariant: what is cached is not computed again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.dbt import NodeResult
from pipelines.warehouse.lineage import column_lineage, keep_columns, kept_lineage, kept_types

STAGED = 'select row_of.code, row_of.amount * 2 as doubled from "warehouse"."landed"."log" as row_of'
COUNTED = """
with every as (select staged.* from "warehouse"."main"."staged" as staged)
select every.code, sum(every.doubled) as total, 1 as one from every group by every.code
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create schema landed; create table landed.log (code varchar, amount integer)")
        connection.execute(f"create table staged as {STAGED}; create table counted as {COUNTED}")
    return path


def built(name: str, sql: str) -> NodeResult:
    return NodeResult(f"model.kstt.{name}", name, "model", name, "success", 0.1, sql=sql)


def test_each_column_names_the_columns_it_is_computed_from_through_stars_and_steps(database: Path) -> None:
    found = column_lineage(
        [built("staged", STAGED), built("counted", COUNTED)], database, database.with_suffix(".json")
    )
    assert found == {
        "staged": {"code": [("landed", "log", "code")], "doubled": [("landed", "log", "amount")]},
        "counted": {"code": [("main", "staged", "code")], "total": [("main", "staged", "doubled")], "one": []},
    }


def test_what_is_cached_is_taken_as_it_is_and_only_what_lacks_is_computed(database: Path) -> None:
    cached = database.with_suffix(".json")
    cached.write_text('{"staged": {"code": [["landed", "log", "other"]]}}', encoding="utf-8")
    found = column_lineage([built("staged", STAGED), built("counted", COUNTED)], database, cached)
    assert found["staged"] == {"code": [("landed", "log", "other")]}
    again = column_lineage([built("counted", "not read again")], database.with_name("gone"), cached)
    assert again == {"counted": found["counted"]}


def test_a_build_of_some_models_keeps_their_columns_and_a_later_one_those_of_the_others(database: Path) -> None:
    lineage, types = database.with_suffix(".json"), database.with_suffix(".types.json")
    with duckdb.connect(database) as connection:
        connection.execute("alter table counted rename to counted_later")
    keep_columns([built("staged", STAGED)], database, lineage, types)
    assert kept_lineage(lineage).keys() == {"staged"}
    with duckdb.connect(database) as connection:
        connection.execute("alter table counted_later rename to counted")
    both = [built("staged", STAGED), built("counted", COUNTED)]
    keep_columns(both, database, lineage, types)
    assert kept_lineage(lineage).keys() == {"staged", "counted"}
    assert kept_types(types)["staged"] == {"code": "VARCHAR", "doubled": "INTEGER"}
    assert kept_types(types)["counted"] == {"code": "VARCHAR", "total": "HUGEINT", "one": "INTEGER"}
    keep_columns(both, database.with_name("gone"), lineage, types)  # nothing is asked again
