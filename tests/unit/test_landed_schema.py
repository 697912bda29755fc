"""Schema `landed` is typed once: what dbt declares, what a run writes and what tests make are the same tables.

Here: the schema against the dbt sources, the reference tables and the settings. Not here: what fills the tables.
Invariant: a table or a column without a home of its own fails by name.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
import yaml
from warehouse_fixture import LANDED, question

from pipelines.office.settings import Switches
from pipelines.office.tables import TABLES
from pipelines.paths import DBT_PROJECT
from pipelines.warehouse.landed import _table
from pipelines.warehouse.landed_schema import REFERENCE_TABLES, columns_sql, landed_schema


def declared_tables() -> set[str]:
    """Return the tables of schema landed the dbt project declares."""
    return {
        table["name"]
        for path in (DBT_PROJECT / "models" / "sources").glob("*.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
    }


def test_dbt_declares_exactly_the_tables_of_the_schema() -> None:
    assert declared_tables() == set(landed_schema())


def test_every_reference_table_dbt_reads_is_landed_with_all_its_columns() -> None:
    # Holidays come as the calendar, one row a day; incoming documents and unit parts of codes are evidence about files.
    assert set(REFERENCE_TABLES.values()) == set(TABLES) - {"holidays", "incoming", "unit_codes"}
    for table, file in REFERENCE_TABLES.items():
        assert set(TABLES[file].columns) <= set(landed_schema()[table])
        assert {landed_schema()[table][column] for column in TABLES[file].dates} <= {"date"}


def test_every_counting_switch_is_a_column_of_the_question() -> None:
    columns = landed_schema()["question"]
    assert set(Switches.model_fields) <= set(columns)
    assert columns["feedback_answer_days"] == "integer"
    assert columns["include_vertical_agencies"] == "boolean"
    assert columns["closing_event"] == "varchar"
    assert set(question("2020-12-15", "2021-03-14")) <= set(columns)


def test_the_engine_makes_every_table_as_the_schema_says() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema landed")
        for table in LANDED:
            connection.execute(f'create table landed."{table}" ({columns_sql(table)})')
        made = connection.execute(
            "select table_name, column_name, lower(data_type) from information_schema.columns "
            "where table_schema = 'landed' order by table_name, ordinal_position"
        ).fetchall()
    expected = [
        (table, column, kind.replace(" ", "").replace("text", "varchar"))
        for table in sorted(LANDED)
        for column, kind in LANDED[table].items()
    ]
    assert made == expected


def test_a_frame_that_lacks_a_column_of_its_table_is_refused() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema landed")
        with pytest.raises(duckdb.BinderException, match="unit_id"):
            _table(connection, "unit_alias", pd.DataFrame({"unit_key": ["a"]}))
