"""Building the models on Spark: the landed tables go there, what is built comes back into the warehouse.

Here: the order of it, the way back into the file. Not here: the session (spark_session), tables on Spark
(spark_tables), calling dbt (dbt), SQL (dbt_project), the choice (engines).
Invariant: the file then has the tables, types and rows DuckDB itself would have made; nobody after it knows the engine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.ingest.memory import engine_that_builds
from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.office.sql import sql_text
from pipelines.warehouse.dbt import BUILD, CompiledModel, DbtFailed, Engine, NodeResult, Rows, build, compile_models
from pipelines.warehouse.spark_session import need_server, session_of, without_stack, words_of
from pipelines.warehouse.spark_tables import BUILT, bring_back, land, place_of, schemas


def _ask_spark(_: Path, query: str) -> Rows:
    from pyspark.sql import SparkSession

    found = SparkSession.active().sql(query)
    return list(found.columns), [tuple(row) for row in found.collect()]


SPARK = Engine("spark", "dbt-spark", _ask_spark)


def build_on_spark(
    target: Path, warehouse: Path, settings: WarehouseSection, command: Iterable[str] = BUILD
) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file on Spark and run their tests there; what is built comes back into the file.

    Args:
        target: dbt's own folder.
        warehouse: the file, with its schema `landed`; a Spark of one's own works in the folder beside it, which its
            workers must see where nothing else is shared with them.
        settings: section `warehouse` of office.yaml.
        command: dbt's command, as `dbt.build` takes it.

    Raises:
        DbtFailed: as `dbt.build`; the file then has no model.
        OfficeError: Spark does not begin, there is no server, or what is shared with it refuses one side.
    """
    folder = warehouse.parent / "spark"
    place = place_of(settings, folder)
    with (
        session_of(settings, folder) as session,
        _said_in_words(settings),
        schemas(session, place, target.with_name("spark_runs")),
    ):
        land(session, warehouse, place)
        models = compile_models(target, warehouse)
        tables = {model.name for model in models if model.kind == "table"}
        results = build(target, warehouse, command, replace(SPARK, schemas=place.schemas))
        built = [result.name for result in results if result.kind == "model" and result.name in tables]
        rows = bring_back(session, built, place, folder / BUILT)
        come_back(warehouse, models, results, lambda name: f"read_parquet({sql_text(rows[name] / '*.parquet')})")
    sql = {model.name: model.sql for model in models}
    return tuple(replace(result, sql=sql[result.name]) if result.sql else result for result in results)


@contextlib.contextmanager
def _said_in_words(settings: WarehouseSection) -> Generator[None]:
    """Raise what Spark raises as a sentence: an officer reads no stack of Java."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise OfficeError(
            f"Spark ({settings.remote or settings.master}) dừng giữa chừng: {words_of(error)}. "
            "Số liệu đã nhận không bị mất; xem máy chủ Spark rồi chạy lại, hoặc dùng engine: duckdb."
        ) from error
    except DbtFailed as error:
        if settings.remote:
            need_server(settings.remote)  # one that is gone is no fault of a model
        failed = [result for result in error.results if result.has_failed]
        raise DbtFailed("\n".join(map(without_stack, map(str, failed or [error]))), error.results) from error


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
                connection.execute(f'create view {BUILT}."{model.name}" as ({model.sql})')
                continue
            connection.execute(f'create table {BUILT}."{model.name}" as select * from ({model.sql}) limit 0')
            # The other engine's rows are in no order: here it is by all columns, so that one answer is one file.
            connection.execute(
                f'insert into {BUILT}."{model.name}" by name select * from {rows_of(model.name)} order by all'
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
