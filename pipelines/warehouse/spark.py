"""Building the models on Spark: the landed tables go there as Parquet, what is built comes back into the warehouse.

Here: the session, the way there and back. Not here: calling dbt (dbt), SQL (dbt_project), the choice (engines).
Invariant: the file then has the tables, types and rows DuckDB itself would have made; nobody after it knows the engine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.ingest.memory import engine_that_builds
from pipelines.office.errors import OfficeError
from pipelines.office.settings import WarehouseSection
from pipelines.warehouse.dbt import BUILD, CompiledModel, Engine, NodeResult, Rows, build, compile_models

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Moments are local and naive by contract, as DuckDB's are; a small report needs no page of its own on the network.
_SESSION = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_LOCAL = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
_LANDED, _BUILT = "landed", "main"


def _ask_spark(_: Path, query: str) -> Rows:
    from pyspark.sql import SparkSession

    found = SparkSession.builder.getOrCreate().sql(query)
    return list(found.columns), [tuple(row) for row in found.collect()]


SPARK = Engine("spark", "dbt-spark", _ask_spark)


def build_on_spark(
    target: Path, warehouse: Path, settings: WarehouseSection, command: Iterable[str] = BUILD
) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file on Spark and run their tests there; what is built comes back into the file.

    Args:
        target: dbt's own folder.
        warehouse: the file, with its schema `landed`; Spark works in the folder beside it, which it must see.
        settings: section `warehouse` of office.yaml.
        command: dbt's command, as `dbt.build` takes it.

    Raises:
        DbtFailed: as `dbt.build`; the file then has no model.
        OfficeError: Spark does not begin.
    """
    folder = warehouse.parent / "spark"
    models = compile_models(target, warehouse)
    with _session(folder, settings) as session:
        _land(session, warehouse, folder)
        results = build(target, warehouse, command, SPARK)
        come_back(warehouse, models, results, lambda name: f"read_parquet('{folder / _BUILT / name}/*.parquet')")
    sql = {model.name: model.sql for model in models}
    return tuple(replace(result, sql=sql[result.name]) if result.sql else result for result in results)


@contextlib.contextmanager
def _session(folder: Path, settings: WarehouseSection) -> Generator[SparkSession]:
    """Begin a session with two empty schemas in a folder; it ends with the build."""
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    local = _LOCAL if settings.master.startswith("local") else {}
    places = {"spark.sql.warehouse.dir": str(folder), "spark.local.dir": str(folder / "tmp")}
    options = {"spark.driver.memory": settings.memory, **_SESSION, **local, **places}
    options |= {name: str(value) for name, value in settings.options.items()}
    builder: Any = SparkSession.builder.master(settings.master).appName("kstt")
    try:
        session = builder.config(map=options).getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        raise OfficeError(f"Spark không khởi động được ({settings.master}): {error}. Cần Java 17.") from error
    try:
        for schema in (_LANDED, _BUILT):
            session.sql(f"create database {schema} location '{folder / schema}'")
        yield session
    finally:
        session.stop()


def _land(session: SparkSession, warehouse: Path, folder: Path) -> None:
    """Write every landed table as Parquet, and let the session read it where it lies."""
    place = folder / _LANDED
    place.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(warehouse, read_only=True) as connection:
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by table_name", [_LANDED]
        ).fetchall():
            (place / name).mkdir()
            connection.execute(f"copy {_LANDED}.\"{name}\" to '{place / name / 'rows.parquet'}' (format parquet)")
            session.sql(f"create table {_LANDED}.{name} using parquet location '{place / name}'")


def come_back(
    warehouse: Path, models: Iterable[CompiledModel], results: Iterable[NodeResult], rows_of: Callable[[str], str]
) -> None:
    """Make the models another engine has built in the file: each as DuckDB would, without its rows, then with theirs.

    Args:
        warehouse: the file.
        models: all models as DuckDB gets them.
        results: what the other engine built.
        rows_of: name of a model → what DuckDB selects its rows from.
    """
    built = {result.name for result in results if result.kind == "model"}
    with duckdb.connect(warehouse) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{engine_that_builds(warehouse)}B'")
        for model in _in_order(models):
            if model.name not in built:
                continue
            if model.kind == "view":
                connection.execute(f'create view {_BUILT}."{model.name}" as ({model.sql})')
                continue
            connection.execute(f'create table {_BUILT}."{model.name}" as select * from ({model.sql}) limit 0')
            # The other engine's rows are in no order: here it is by all columns, so that one answer is one file.
            connection.execute(
                f'insert into {_BUILT}."{model.name}" by name select * from {rows_of(model.name)} order by all'
            )


def _in_order(models: Iterable[CompiledModel]) -> Iterator[CompiledModel]:
    """Yield each model after those it reads."""
    by_name = {model.name: model for model in models}
    done: set[str] = set()

    def visit(name: str) -> Iterator[CompiledModel]:
        if name not in done:
            done.add(name)
            for needed in by_name[name].needs:
                yield from visit(needed)
            yield by_name[name]

    for name in by_name:
        yield from visit(name)
