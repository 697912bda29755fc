"""Every model by DuckDB, Spark (its own, and a server) and PostgreSQL from the same landed tables: equal, cell by cell.

Here: the offices it is tried on, the comparison. Not here: the engines (warehouse/spark, postgres), the quick tests in
the suite. Invariant: one landed schema, written once, is what all engines count; a table one lacks is a difference.

    make engines                                      # all of them, an hour on two cores
    make engines CASES="2021-Q1 nl" ENGINE=postgres   # some of them, one engine beside DuckDB
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import duckdb
import yaml
from sample_copy import REPOSITORY, copy_office
from shared_files import SHARED
from truth import connect
from truth.postgres import build_on_postgres, server

from pipelines.ingest.landing import keep_settings, receive_inbox
from pipelines.office.engine import WarehouseSection
from pipelines.office.settings import load_office
from pipelines.runner import run_report
from pipelines.warehouse import read_apart
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.dbt import build
from pipelines.warehouse.question import Ask
from pipelines.warehouse.register import register
from pipelines.warehouse.spark import build_on_spark
from pipelines.warehouse.typed import type_deliveries

# Tables of some thousand rows: what Spark does before it counts costs more than the counting.
SMALL = {
    "spark.sql.codegen.wholeStage": False,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": False,
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC",
}
# Of these what a session on a server may set.
SMALL_SESSION = {name: value for name, value in SMALL.items() if name.startswith("spark.sql.")}
_OFFICES = REPOSITORY / "tests" / "offices"
_RUN = "engines"
DOCUMENTS = "documents"
READING = "reading"


@dataclass(frozen=True)
class Case:
    """One report that both engines count: how its office is made, and its period."""

    make: Callable[[Path], object]
    period: str


def _year(root: Path) -> None:
    generator = REPOSITORY / "sample_office" / "generate.py"
    subprocess.run([sys.executable, generator, "--year", "--scale", "0.1", "--out", root], check=True)


def _map(root: Path) -> None:
    shutil.copytree(_OFFICES / "map-2024-2025", root, ignore=shutil.ignore_patterns("data"))


def _real(office: str, inbox: str, pattern: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        shutil.copytree(_OFFICES / office, root, ignore=shutil.ignore_patterns("data", "inbox", "variants"))
        files, folder = pattern.rpartition("/")[2], SHARED / pattern.rpartition("/")[0]
        (root / "inbox" / inbox).mkdir(parents=True)
        for path in sorted(folder.glob(files)):
            shutil.copy(path, root / "inbox" / inbox)

    return make


CASES = {
    "2021-Q1": Case(copy_office, "2021-Q1"),
    "2021-Q2": Case(copy_office, "2021-Q2"),
    "2021-Y": Case(_year, "2021-Y"),
    "2024-Q3": Case(_map, "2024-Q3"),
    "2025-Q3": Case(_map, "2025-Q3"),
    "boston": Case(_real("boston", "2015-X/boston", "realdata/boston-311-2015/*.csv"), "2015-X"),
    "nl": Case(_real("permits-nl", "2010-X/gemeente", "realdata/permits-receipt-nl/receipt.csv"), "2010-X"),
}


def landed_of(case: Case, root: Path) -> Path:
    """Make the office of a case, read what it was sent, and return the warehouse with schema `landed` alone."""
    case.make(root)
    office = load_office(root)
    receive_inbox(office)
    keep_settings(office)
    begin(office, Ask.parse(case.period, None, None), _RUN)
    return warehouse_file(office, _RUN)


def copy_landed(source: Path, folder: Path) -> Path:
    """Copy schema `landed` of a warehouse into a warehouse of its own, in a new folder."""
    folder.mkdir(parents=True)
    copy = folder / "warehouse.duckdb"  # its name is the database's name in the compiled SQL
    with duckdb.connect(copy) as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        connection.execute("create schema landed")
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'source' and schema_name = 'landed'"
        ).fetchall():
            connection.execute(f'create table landed."{name}" as from source.landed."{name}"')
    return copy


@contextmanager
def both(one: Path, other: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two warehouse files at once, as `one` and `other`."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        yield connection


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    """Return the tables and views of a warehouse's models with their columns and types in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' order by table_name, column_index",
        [database],
    ).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def differences(one: Path, other: Path) -> dict[str, str]:
    """Return what differs between two warehouses, by table: a lacking table, other columns or types, other rows."""
    found: dict[str, str] = {}
    with both(one, other) as connection:
        ours, theirs = tables(connection, "one"), tables(connection, "other")
        for name in sorted({*ours, *theirs}):
            if name not in ours or name not in theirs:
                found[name] = f"only one engine has it ({'the first' if name in ours else 'the second'})"
            elif ours[name] != theirs[name]:
                found[name] = f"columns: {sorted(set(ours[name]) ^ set(theirs[name]))}"
            elif lines := list(_other_rows(connection, name)):
                found[name] = "; ".join(lines)
    return found


def _other_rows(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    for these, those in (("one", "other"), ("other", "one")):
        query = f'from {these}.main."{name}" except all from {those}.main."{name}"'
        rows = connection.execute(query).fetchall()
        if rows:
            yield f"{len(rows)} rows only in «{these}», as {rows[0]}"


@contextmanager
def _spark(engine: str, home: Path) -> Iterator[WarehouseSection]:
    """Give the settings of a Spark a run begins itself, or of a server that runs meanwhile and sees nothing of the office."""
    if engine == "spark":
        yield WarehouseSection(engine="spark", memory="3g", options=SMALL)
        return
    with connect.server(home) as remote:
        yield WarehouseSection(engine="spark", remote=remote, options=SMALL_SESSION)


def by_spark(target: Path, warehouse: Path, engine: str = "spark") -> None:
    """Build a warehouse by Spark."""
    with _spark(engine, warehouse.parent / "server") as section:
        build_on_spark(target, warehouse, section)


def by_postgres(target: Path, warehouse: Path) -> None:
    """Build a warehouse by a PostgreSQL server of its own."""
    with server(warehouse.parent / "server"):
        build_on_postgres(target, warehouse)


OTHERS: dict[str, Callable[[Path, Path], None]] = {
    "spark": by_spark,
    "connect": partial(by_spark, engine="connect"),
    "postgres": by_postgres,
}


def compare(name: str, engines: Iterable[str], folder: Path) -> int:
    """Count one case with DuckDB and with others, print times and what differs; return how many tables differ."""
    landed = landed_of(CASES[name], folder / "office")
    duck = copy_landed(landed, folder / "duckdb")
    print(f"{name}: duckdb {_seconds(build, folder / 'dbt', duck):.0f} s", flush=True)
    count = 0
    for engine in engines:
        other = copy_landed(landed, folder / engine)
        took = _seconds(OTHERS[engine], folder / "dbt", other)
        found = differences(duck, other)
        print(f"{name}: {engine} {took:.0f} s; {len(found)} tables differ", flush=True)
        for table, what in found.items():
            print(f"  {table}: {what}", flush=True)
        count += len(found)
    return count


def compare_documents(engines: Iterable[str], folder: Path) -> int:
    """Make the report of the sample's first quarter with DuckDB and with Spark; return how many files differ.

    The database is left out: its tables are compared by `compare`, and its pages hold no promise of order.
    """
    first = folder / "first"
    report = run_report(copy_office(first), "2021-Q1").report_dir
    count = 0
    for engine in {"spark", "connect"} & {*engines}:
        second = folder / engine
        shutil.copytree(first, second)
        shutil.rmtree(second / "data" / "reports")
        with _spark(engine, folder / "server") as section:
            with (second / "office.yaml").open("a", encoding="utf-8") as settings:
                settings.write("\n" + yaml.safe_dump({"warehouse": section.model_dump(exclude_unset=True)}))
            count += _other_files(engine, report, run_report(second, "2021-Q1").report_dir)
    return count


def _other_files(engine: str, report: Path, again: Path) -> int:
    """Return how many files of two reports differ, the database aside; print which."""
    files = {path.relative_to(root) for root in (report, again) for path in root.rglob("*") if path.is_file()}
    differ = [
        name
        for name in sorted(files - {Path("warehouse.duckdb")})
        if not ((report / name).is_file() and (again / name).is_file())
        or (report / name).read_bytes() != (again / name).read_bytes()
    ]
    print(f"{DOCUMENTS}: {engine}, {len(files)} files, {len(differ)} differ {differ[:5]}", flush=True)
    return len(differ)


def compare_reading(folder: Path) -> int:
    """Read the sample by two processes and by tasks of Spark; return how many files of the typed folders differ."""
    made = {}
    for by, section in {"processes": "reading: {processes: 2}", "spark": "reading: {by: spark}"}.items():
        office = load_office(copy_office(folder / by))
        with (office.root / "office.yaml").open("a", encoding="utf-8") as settings:
            settings.write(f"\n{section}\n")
        office = load_office(office.root)
        receive_inbox(office)
        if made:  # another office would mask codes otherwise
            shutil.copy(folder / "processes" / "data" / "masking.key", office.data)
        before = os.times()
        began = time.monotonic()
        with patch.object(read_apart, "_CONTENTS", 20):
            type_deliveries(office, register(office))
        used = sum(os.times()[:4]) - sum(before[:4])
        print(f"{READING}: {by} {time.monotonic() - began:.0f} s, {used:.0f} s of processor", flush=True)
        typed = office.data / "typed"
        made[by] = {path.relative_to(typed): path.read_bytes() for path in typed.glob("*/*/*")}
    one, other = made.values()
    differ = [name for name in {*one, *other} if one.get(name) != other.get(name)]
    print(f"{READING}: {len(one)} files, {len(differ)} differ {sorted(differ)[:5]}", flush=True)
    return len(differ)


def _seconds(count: Callable[[Path, Path], object], target: Path, warehouse: Path) -> float:
    began = time.monotonic()
    count(target, warehouse)
    return time.monotonic() - began


def main(names: Iterable[str], engines: Iterable[str]) -> int:
    """Compare the cases named; return how many tables differ."""
    count = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            alone = {DOCUMENTS: partial(compare_documents, engines), READING: compare_reading}
            count += alone[name](place) if name in alone else compare(name, engines, place)
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=[], metavar="case", help=", ".join([*CASES, DOCUMENTS, READING]))
    parser.add_argument("--engine", action="append", choices=list(OTHERS), help="all of them where none is named")
    parsed = parser.parse_args()
    sys.exit(min(main(parsed.cases or [*CASES, DOCUMENTS, READING], parsed.engine or OTHERS), 1))
