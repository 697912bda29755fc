"""The tables of one run on Spark: two schemas of its own, the landed rows to them, the built rows from them.

Here: schemas, rows there and back, by files both sides see or over the connection. Not here: the session
(spark_session), where such files lie (shared_store), what is built (spark).
Invariant: on a server or in a shared place no run meets another's tables, its own are deleted when it ends, and nothing
else is touched.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import uuid
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.sql import sql_text
from pipelines.warehouse.shared_store import Store, store_at
from pipelines.warehouse.spark_session import words_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LANDED, BUILT = "landed", "main"
# Rows that are in memory at once on their way over a connection.
_ROWS_THERE, _ROWS_BACK = 50_000, 100_000
# DuckDB's names of types that Spark calls otherwise; moments are naive by the session's settings.
_KINDS = {"VARCHAR": "string"}


@dataclass(frozen=True)
class Place:
    """Where the tables of a run are.

    `schemas`: schema of ours → its name on Spark; `store`: what both sides see, if there is something; `server`: its
    address, none for a Spark of one's own, which ends with the run and all that is in it; `run`: the name under which a
    run is noted whose tables do not end with it.
    """

    schemas: Mapping[str, str]
    store: Store | None
    server: str | None = None
    run: str | None = None


def place_of(settings: WarehouseSection, folder: Path) -> Place:
    """Return the place of a new run: on a server, and where others may write too, its names are like no other's.

    Args:
        settings: section `warehouse` of office.yaml.
        folder: where a Spark of one's own works.

    Raises:
        OfficeError: no package here knows the storage that is shared, or there is no such folder.
    """
    if settings.shared and "://" not in settings.shared and not Path(settings.shared).is_dir():
        raise OfficeError(f"Không có thư mục {settings.shared} (warehouse.shared). Tạo hoặc gắn ổ rồi chạy lại.")
    run = f"kstt_{uuid.uuid4().hex}"
    store = store_at(f"{settings.shared.rstrip('/')}/{run}") if settings.shared else None
    if settings.remote:
        return Place({schema: f"{run}_{schema}" for schema in (LANDED, BUILT)}, store, settings.remote, run)
    names = {LANDED: LANDED, BUILT: BUILT}
    return Place(names, store, None, run) if store else Place(names, store_at(str(folder)))


@contextlib.contextmanager
def schemas(session: SparkSession, place: Place, notes: Path) -> Generator[None]:
    """Make the two schemas of a run; what does not end with its Spark is deleted at its end, however it ends.

    Args:
        session: the session.
        place: of the run.
        notes: a folder of the office in which a run notes where its tables are while they are there: those of a run
            that was killed, or could not delete them, are deleted by the next one. The caller holds the run lock.

    Raises:
        OfficeError: what both should see refuses one of them.
    """
    if place.store:
        place.store.try_out()
    for left in sorted(notes.glob("kstt_*")):
        _drop(session, place.server, left)
    if place.run:
        names = [*place.schemas.values()] if place.server else []
        said = {"server": place.server, "schemas": names, "folder": place.store.url if place.store else ""}
        write_atomically(notes / place.run, json.dumps(said).encode())
    try:
        for schema, name in place.schemas.items():
            where = f" location '{place.store.for_spark}/{schema}'" if place.store else ""
            with _seen_by_spark(place.store):
                session.sql(f"create database {name}{where}")
        yield
    finally:
        if place.run:
            _drop(session, place.server, notes / place.run)


def _drop(session: SparkSession, server: str | None, note: Path) -> None:
    """Delete what a note names, unless it is on another server; where somebody does not answer, the note stays."""
    from pyspark.errors import PySparkException

    said = json.loads(note.read_text(encoding="utf-8"))
    if said["server"] not in (None, server):
        return
    with contextlib.suppress(PySparkException, OfficeError):
        if said["schemas"]:
            session.interruptAll()  # a table still being written would come to lie where its schema was
        for name in said["schemas"]:
            session.sql(f"drop database if exists {name} cascade")
        if said["folder"]:
            store_at(said["folder"]).delete()
        note.unlink()


@contextlib.contextmanager
def _seen_by_spark(store: Store | None) -> Generator[None]:
    """Say which place it is that Spark, or a worker of it, does not see as this side does."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        if store is None:
            raise
        raise OfficeError(
            f"Spark không dùng được chỗ chung {store.for_spark} (warehouse.shared; không đặt thì là thư mục data của "
            f"đơn vị): {words_of(error)}. Mọi máy của Spark phải thấy cùng chỗ này, được đọc và ghi ở đó."
        ) from error


def land(session: SparkSession, warehouse: Path, place: Place) -> None:
    """Give the session every landed table of a warehouse file.

    Raises:
        OfficeError: what both should see refuses one of them.
    """
    with (
        duckdb.connect(warehouse, read_only=True) as connection,
        tempfile.TemporaryDirectory(dir=warehouse.parent) as folder,
    ):
        connection.execute("set TimeZone = 'UTC'")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by table_name", [LANDED]
        ).fetchall():
            if place.store is None:
                _land_rows(session, connection, table, place)
                continue
            rows, name = Path(folder, "rows.parquet"), f"{LANDED}/{table}"
            connection.execute(f'copy {LANDED}."{table}" to {sql_text(rows)} (format parquet)')
            place.store.put(rows, f"{name}/{rows.name}")
            where = f"using parquet location '{place.store.for_spark}/{name}'"
            with _seen_by_spark(place.store):
                session.sql(f"create table {place.schemas[LANDED]}.{table} {where}")


def _land_rows(session: SparkSession, connection: duckdb.DuckDBPyConnection, table: str, place: Place) -> None:
    """Send a table over the connection, some rows at a time."""
    import pyarrow as pa

    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? "
        "order by column_index",
        [LANDED, table],
    ).fetchall()
    kinds = ", ".join(f"`{column}` {_KINDS.get(kind, kind)}" for column, kind in columns)
    name = f"{place.schemas[LANDED]}.{table}"
    session.sql(f"create table {name} ({kinds}) using parquet")
    for rows in connection.sql(f'from {LANDED}."{table}"').to_arrow_reader(_ROWS_THERE):
        if rows.num_rows:
            session.createDataFrame(pa.Table.from_batches([rows])).write.insertInto(name)


def bring_back(session: SparkSession, tables: Iterable[str], place: Place, folder: Path) -> dict[str, Path]:
    """Return of each built table the folder with its Parquet files.

    Args:
        session: the session.
        tables: names of the tables.
        place: of the run.
        folder: where to write what is not on this machine, a folder a table.

    Raises:
        OfficeError: what both see does not give them.
    """
    if place.store:
        return {table: place.store.get(f"{BUILT}/{table}", folder / table) for table in tables}
    import pyarrow.parquet as pq

    names = {table: f"{place.schemas[BUILT]}.{table}" for table in tables}
    for table, count in _counts(session, names).items():
        (folder / table).mkdir(parents=True)
        rows = session.table(names[table])
        for number, piece in enumerate(_pieces(rows, -(-count // _ROWS_BACK))):
            pq.write_table(piece.toArrow(), folder / table / f"{number}.parquet")
    return {table: folder / table for table in names}


def _counts(session: SparkSession, names: Mapping[str, str]) -> dict[str, int]:
    """Return how many rows each table has, asked at once."""
    asked = [f"select '{table}', count(*) from {name}" for table, name in names.items()]
    return {table: int(count) for table, count in session.sql(" union all ".join(asked)).collect()} if asked else {}


def _pieces(rows: DataFrame, count: int) -> Iterable[DataFrame]:
    """Cut rows into pieces of about equal size by what is in them, whatever order the server has them in."""
    from pyspark.sql import functions

    if count <= 1:
        return [rows]
    piece = functions.pmod(functions.xxhash64(*rows.columns), functions.lit(count))
    return (rows.where(piece == number) for number in range(count))
