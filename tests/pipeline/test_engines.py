"""The same models on another engine: what an engine may decide by itself decides nothing.

Here: DuckDB with nulls sorted as Spark and PostgreSQL sort them; one form by Spark, all models by PostgreSQL, where they are
installed. Not here: all models of all offices (`make engines`).
Invariant: what is compared was counted from one landed schema; rows are compared as a bag, for no engine owes an order.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest
from compiled_project import compiled
from sample_copy import copy_small_office
from truth.engines import SMALL, Case, by_postgres, copy_landed, differences, landed_of
from truth.postgres import pg_ctl

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.runner import run_report
from pipelines.warehouse import engines, spark_session
from pipelines.warehouse.dbt import build, build_only
from pipelines.warehouse.spark import build_on_spark

# How Spark and PostgreSQL sort nulls; DuckDB's own is nulls_last.
NULL_ORDERS = {"spark": "nulls_first_on_asc_last_on_desc", "postgres": "nulls_last_on_asc_first_on_desc"}


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two wards of the sample's first quarter, read."""
    return landed_of(Case(copy_small_office, "2021-Q1"), tmp_path_factory.mktemp("small") / "office")


def built(landed: Path, folder: Path, null_order: str) -> Path:
    """Build every model by DuckDB, nulls sorted in an order."""
    warehouse = copy_landed(landed, folder)
    with duckdb.connect(warehouse) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set default_null_order = '{null_order}'")
        for node in compiled().models.values():
            connection.execute(f"create {node.kind} {node.relation} as {node.sql}")
    return warehouse


@pytest.fixture(scope="module")
def by_duckdb(landed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(landed, tmp_path_factory.mktemp("duckdb") / "nulls", "nulls_last")


@pytest.mark.parametrize("engine", NULL_ORDERS)
def test_no_figure_depends_on_where_an_engine_sorts_nulls(
    landed: Path, by_duckdb: Path, tmp_path: Path, engine: str
) -> None:
    assert differences(by_duckdb, built(landed, tmp_path / engine, NULL_ORDERS[engine])) == {}


def test_a_form_is_built_alone_with_the_tests_that_need_nothing_else(
    landed: Path, by_duckdb: Path, tmp_path: Path
) -> None:
    warehouse = copy_landed(landed, tmp_path / "part")
    results = build(tmp_path / "dbt", warehouse, build_only(["form_ii_06a"]))
    models, tests = ({item.name for item in results if item.kind == kind} for kind in ("model", "test"))
    assert {"form_ii_06a", "fct_dossier_period"} <= models
    assert {"form_ii_06a_holds", "fct_dossier_period_holds"} <= tests
    assert "form_ii_05a" not in models
    found = differences(by_duckdb, warehouse)
    assert {name: what for name, what in found.items() if name in models} == {}


def test_a_row_that_differs_is_named_with_its_table(by_duckdb: Path, tmp_path: Path) -> None:
    other = tmp_path / "warehouse.duckdb"
    shutil.copy(by_duckdb, other)
    with duckdb.connect(other) as connection:
        connection.execute("update fct_dossier_period set resolved_total = 1 - resolved_total")
        connection.execute("drop table dim_date")
        connection.execute("alter table dim_unit alter unit_kind type varchar[] using [unit_kind]")
    found = differences(by_duckdb, other)
    assert set(found) == {"fct_dossier_period", "dim_date", "dim_unit"}
    assert "rows only in «one»" in found["fct_dossier_period"]
    assert "only one engine has it" in found["dim_date"]
    assert "unit_kind" in found["dim_unit"]


@pytest.mark.skipif(
    find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None or shutil.which("java") is None,
    reason="Spark is not installed: uv sync --extra spark, and Java 17",
)
def test_spark_counts_a_form_and_its_facts_as_duckdb_does(landed: Path, by_duckdb: Path, tmp_path: Path) -> None:
    warehouse = copy_landed(landed, tmp_path / "spark")
    settings = WarehouseSection(engine="spark", memory="2g", options=SMALL)
    results = build_on_spark(tmp_path / "dbt", warehouse, settings, build_only(["form_ii_06a"]))
    models = {result.name for result in results if result.kind == "model"}
    lacking = {name for name, what in differences(by_duckdb, warehouse).items() if what.startswith("only one")}
    assert {name: what for name, what in differences(by_duckdb, warehouse).items() if name not in lacking} == {}
    assert {"form_ii_06a", "fct_dossier_period"} <= models
    assert models.isdisjoint(lacking)


@pytest.mark.skipif(
    find_spec("dbt.adapters.postgres") is None or pg_ctl() is None,
    reason="PostgreSQL or its adapter is not installed: apt-get install postgresql, uv sync --group postgres",
)
def test_postgresql_counts_every_model_as_duckdb_does(landed: Path, by_duckdb: Path, tmp_path: Path) -> None:
    warehouse = copy_landed(landed, tmp_path / "postgres")
    by_postgres(tmp_path / "dbt", warehouse)
    assert differences(by_duckdb, warehouse) == {}


def test_a_run_may_ask_for_another_engine_than_its_office(tmp_path: Path) -> None:
    office = load_office(copy_small_office(tmp_path / "office"))
    assert (engines.engine_of(office), engines.engine_of(office, "spark")) == ("duckdb", "spark")
    with pytest.raises(OfficeError, match="duckdb, spark"):
        engines.engine_of(office, "oracle")


def test_an_office_that_asks_for_an_engine_it_has_not_is_told_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda _: None)
    office = copy_small_office(tmp_path / "office")
    with pytest.raises(OfficeError, match="uv sync --extra spark"):
        run_report(office, "2021-Q1", engine="spark")
    assert not (office / "data").exists()
    assert engines.need_engine(load_office(office)) == "duckdb"


def test_the_engine_of_an_office_is_no_part_of_its_answers(tmp_path: Path) -> None:
    root = copy_small_office(tmp_path / "office")
    settings = root / "office.yaml"
    text, before = settings.read_text(encoding="utf-8"), load_office(root).reference_hash
    settings.write_text(text + "\nwarehouse:\n  engine: spark\n  memory: 8g\n", encoding="utf-8")
    changed = load_office(root)
    assert (changed.settings.warehouse.engine, changed.reference_hash) == ("spark", before)
    settings.write_text(text.replace("min: 2000-01-01", "min: 2000-01-02"), encoding="utf-8")
    assert load_office(root).reference_hash != before
