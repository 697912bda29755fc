"""The tables of one run on Spark: two schemas of its own, the landed rows to them, the built rows from them.

Here: schemas, rows there and back, by files both sides see or over the connection. Not here: the session
(spark_session), what is built (spark).
Invariant: on a server no run meets another's tables, its own are dropped when it ends, and nothing else is touched.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.office.engine import WarehouseSection
from pipelines.office.files import write_atomically

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

    `schemas`: schema of ours → its name on Spark; `folder`: the one both sides see, if there is one; `server`: its
    address, none for a Spark of one's own, which ends with the run and all that is in it.
    """

    schemas: Mapping[str, str]
    folder: Path | None
    server: str | None = None


def place_of(settings: WarehouseSection, folder: Path) -> Place:
    """Return the place of a new run: a Spark of its own has no other; on a server its names are like no other's.

    Args:
        settings: section `warehouse` of office.yaml.
        folder: where a Spark of one's own works.
    """
    if not settings.remote:
        return Place({LANDED: LANDED, BUILT: BUILT}, folder)
    run = f"kstt_{uuid.uuid4().hex}"
    names = {schema: f"{run}_{schema}" for schema in (LANDED, BUILT)}
    return Place(names, Path(settings.shared, run) if settings.shared else None, settings.remote)


@contextlib.contextmanager
def schemas(session: SparkSession, place: Place, notes: Path) -> Generator[None]:
    """Make the two schemas of a run; on a server they are dropped at its end, however it ends.

    Args:
        session: the session.
        place: of the run.
        notes: a folder of the office in which a run on a server notes where its tables are while they are there: those
            of a run that was killed are dropped by the next one. The caller holds the run lock.
    """
    note = notes / place.schemas[LANDED]
    if place.server:
        for left in sorted(notes.glob("kstt_*")):
            _drop(session, place.server, left)
        notes.mkdir(parents=True, exist_ok=True)
        said = {"server": place.server, "schemas": [*place.schemas.values()], "folder": str(place.folder or "")}
        write_atomically(note, json.dumps(said).encode())
    try:
        for schema, name in place.schemas.items():
            where = f" location 'file://{place.folder / schema}'" if place.folder else ""
            session.sql(f"create database {name}{where}")
        yield
    finally:
        if place.server:
            _drop(session, place.server, note)


def _drop(session: SparkSession, server: str, note: Path) -> None:
    """Drop what a note names, if it is on this server; where that does not answer, the note stays for the next run."""
    from pyspark.errors import PySparkException

    said = json.loads(note.read_text(encoding="utf-8"))
    if said["server"] != server:
        return
    with contextlib.suppress(PySparkException):
        for name in said["schemas"]:
            session.sql(f"drop database if exists {name} cascade")
        if said["folder"]:
            shutil.rmtree(said["folder"], ignore_errors=True)
        note.unlink()


def land(session: SparkSession, warehouse: Path, place: Place) -> None:
    """Give the session every landed table of a warehouse file."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by table_name", [LANDED]
        ).fetchall():
            if place.folder:
                _land_file(session, connection, table, place)
            else:
                _land_rows(session, connection, table, place)


def _land_file(session: SparkSession, connection: duckdb.DuckDBPyConnection, table: str, place: Place) -> None:
    """Write a table as Parquet, and let the session read it where it lies."""
    assert place.folder is not None
    folder = place.folder / LANDED / table
    folder.mkdir(parents=True)
    connection.execute(f"copy {LANDED}.\"{table}\" to '{folder / 'rows.parquet'}' (format parquet)")
    session.sql(f"create table {place.schemas[LANDED]}.{table} using parquet location 'file://{folder}'")


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


def bring_back(session: SparkSession, tables: Iterable[str], place: Place, folder: Path) -> Path:
    """Return the folder with the Parquet files of each built table in a folder of its name.

    Args:
        session: the session.
        tables: names of the tables.
        place: of the run.
        folder: where to write what comes over the connection.
    """
    if place.folder:
        return place.folder / BUILT
    import pyarrow.parquet as pq

    names = {table: f"{place.schemas[BUILT]}.{table}" for table in tables}
    for table, count in _counts(session, names).items():
        (folder / table).mkdir(parents=True)
        rows = session.table(names[table])
        for number, piece in enumerate(_pieces(rows, -(-count // _ROWS_BACK))):
            pq.write_table(piece.toArrow(), folder / table / f"{number}.parquet")
    return folder


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
