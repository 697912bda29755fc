"""A small warehouse from plain rows: schema `landed` in a fresh DuckDB file, dbt in process.

Here: landed tables from lists of dicts with sensible defaults, one parsed manifest for a test session.
Not here: expected values, files, Dagster. Invariant: a warehouse file belongs to one test; connections are closed.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from compiled_project import build_in, check, compiled, opened

from pipelines.ingest.contract import load_contract
from pipelines.office.settings import Switches
from pipelines.warehouse import dbt
from pipelines.warehouse.landed_schema import columns_sql, landed_schema
from pipelines.warehouse.streams import contract_path, streams

Row = Mapping[str, object]

# Every table of schema `landed`: columns in order with their type, as a run writes them.
LANDED = landed_schema()

SECTIONS: list[Row] = [
    {
        "scheme": "level",
        "section_code": "A",
        "label": "TTHC thuộc thẩm quyền giải quyết của cấp huyện",
        "applies_to": "city",
        "sort_no": 1,
    },
    {
        "scheme": "level",
        "section_code": "B",
        "label": "TTHC thuộc thẩm quyền giải quyết của cấp xã",
        "applies_to": "ward",
        "sort_no": 2,
    },
    {
        "scheme": "unit",
        "section_code": "I",
        "label": "Bộ phận Một cửa thành phố",
        "applies_to": "one_stop_desk",
        "sort_no": 1,
    },
    {"scheme": "unit", "section_code": "II", "label": "UBND phường", "applies_to": "ward", "sort_no": 2},
]


def question(start: str, end: str, as_of: str | None = None, **switches: object) -> dict[str, object]:
    """Return the question row of a period with the default switches, some of them changed."""
    asked = as_of or end
    return {
        "period_id": f"{start}..{end}",
        "period_kind": "quarter",
        "period_label": "Kỳ thử",
        "period_start": start,
        "period_end": end,
        "as_of": asked,
        "until_on": min(asked, end),
        "received_by": f"{end} 23:59:59",
        "is_provisional": asked < end,
        "office_unit_id": "tp-st",
        "plan_before": "01-31",
        **Switches().model_dump(),
        **switches,
    }


def delivery(delivery_id: str, unit_id: str, observed_on: str, **changes: object) -> dict[str, object]:
    """Return a counted delivery of the end of a day, received on the morning after."""
    received = dt.datetime.fromisoformat(observed_on) + dt.timedelta(days=1, hours=8)
    return {
        "delivery_id": delivery_id,
        "unit_id": unit_id,
        "period_id": "2021-Q1",
        "stream": "case_exports",
        "file_name": f"{delivery_id}.csv",
        "sha256": delivery_id,
        "received_at": received.isoformat(),
        "observed_at": f"{observed_on} 23:59:59",
        "observed_on": observed_on,
        "profile_id": "test",
        "coverage": "population",
        "unit_from": "folder",
        "due_after_supplement": "updated",
        "kind": "first",
        "status": "accepted",
        "is_counted": True,
        "is_answer": True,
        "is_export": True,
        "state": "counted",
        **changes,
    }


def columns_of(delivery: Row, without: Iterable[str] = ()) -> list[Row]:
    """Return the columns a delivery's file has: all of its stream but some."""
    names = sorted(set(LANDED[str(delivery["stream"])]) - set(without))
    return [{"delivery_id": delivery["delivery_id"], "column_name": name} for name in names]


def calendar(first: str, last: str, days_off: Iterable[str] = ()) -> list[Row]:
    """Return a Monday-to-Friday calendar with some days off, numbered by working days."""
    off = set(days_off)
    rows: list[Row] = []
    number, day = 0, dt.date.fromisoformat(first)
    while day <= dt.date.fromisoformat(last):
        works = day.weekday() < 5 and day.isoformat() not in off
        number += works
        rows.append({"date_on": day.isoformat(), "is_working_day": works, "working_day_no": number})
        day += dt.timedelta(days=1)
    return rows


class Warehouse:
    """One warehouse file made of literal rows; asked again by replacing the one question row."""

    def __init__(self, folder: Path, tables: Mapping[str, Sequence[Row]], target: Path) -> None:
        """Create `folder`/warehouse.duckdb with every landed table; tables not given are empty.

        Rows of case_exports without a number are numbered: the row of a file is what a row is known by.
        """
        # The file name is the database name in the manifest, so it is the same everywhere.
        self.path = folder / "warehouse.duckdb"
        self.target = target
        unknown = set(tables) - set(LANDED)
        if unknown:
            raise KeyError(f"not tables of schema landed: {sorted(unknown)}")
        with duckdb.connect(self.path) as connection:
            connection.execute("begin")
            connection.execute("create schema landed")
            rows = [{"source_row": number, **row} for number, row in enumerate(tables.get("case_exports", []), start=2)]
            given = {
                "sending": [_sending_of(row) for row in tables.get("delivery", [])],
                "delivery_column": [told for row in tables.get("delivery", []) for told in columns_of(row)],
                **tables,
                "case_exports": rows,
            }
            for name in LANDED:
                connection.execute(f'create table landed."{name}" ({columns_sql(name)})')
                _insert(connection, name, given.get(name, []))
            connection.execute("commit")

    def ask(self, row: Row, select: Sequence[str] = (), tests: bool = False) -> Warehouse:
        """Replace the question and build the models (with the data tests, if wanted)."""
        with opened(self.path) as connection:  # once for both: opening costs as much as ten models
            self._put(connection, row)
            build_in(connection, select)
        manifest = self.target / "manifest.json"
        if not manifest.exists():
            self.target.mkdir(parents=True, exist_ok=True)
            manifest.write_bytes(compiled().manifest)
        if tests:
            self.check()
        return self

    def copy(self, folder: Path) -> Warehouse:
        """Return a copy of its own, as it is now: what one test changes there no other sees."""
        copied = Warehouse.__new__(Warehouse)
        copied.path, copied.target = Path(shutil.copy(self.path, folder)), self.target
        return copied

    def put(self, row: Row) -> None:
        """Replace the question; nothing is built."""
        with duckdb.connect(self.path) as connection:
            self._put(connection, row)

    def _put(self, connection: duckdb.DuckDBPyConnection, row: Row) -> None:
        connection.execute("delete from landed.question")
        _insert(connection, "question", [row])

    def check(self, select: Sequence[str] = (), within: bool = False) -> None:
        """Run data tests of some models, or named themselves; `within`: only those that need no other model."""
        check(self.path, select, within)

    def dbt(self, command: list[str]) -> tuple[dbt.NodeResult, ...]:
        """Run one dbt command on this file, with the session's manifest; return what became of each node."""
        return run_dbt(command, self.path, self.target)

    def rows(self, query: str) -> list[dict[str, object]]:
        """Return the rows of a query as dicts."""
        with duckdb.connect(self.path, read_only=True) as connection:
            result = connection.execute(query)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def _sending_of(delivery: Row) -> dict[str, object]:
    """Return the sending a delivery came in, where a test does not give its own sendings."""
    kept = {column: delivery.get(column) for column in LANDED["sending"] if column in LANDED["delivery"]}
    rows = sum(int(str(delivery.get(name) or 0)) for name in ("rows_typed", "rows_rejected"))
    seen_on = str(delivery["received_at"])[:10] if delivery.get("received_at") else None
    return {**kept, "is_standing": True, "rows_read": rows, "sent_until": delivery.get("sent_until") or seen_on}


def run_dbt(command: list[str], database: Path, target: Path) -> tuple[dbt.NodeResult, ...]:
    """Run dbt in process, as a run does; return what became of each node. The project is parsed once a process, whatever the folder it writes to.

    Raises:
        DbtFailed: a node failed; the message names each with its reason.
    """
    return dbt.build(target, database, command)


def _with_book_year(table: str, row: Row) -> Row:
    """Return a row of a stream with the year of its book, as reading a file adds it."""
    dates = load_contract(contract_path(table)).book_dates if table in streams() else ()
    is_number = bool(row.get("is_own_number", "is_own_number" not in LANDED[table]))
    day = next((str(row[name]) for name in dates if row.get(name)), None)
    return {"book_year": day[:4], **row} if day and is_number else row


def _insert(connection: duckdb.DuckDBPyConnection, table: str, given: Sequence[Row]) -> None:
    columns = LANDED[table]
    rows = [_with_book_year(table, row) for row in given]
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise KeyError(f"landed.{table} has no column {sorted(unknown)}")
    if rows:
        # As text, which DuckDB casts to each column's type: one statement, where one a row costs half a millisecond each.
        texts = {
            column: pa.array([None if row.get(column) is None else str(row[column]) for row in rows], pa.string())
            for column in columns
        }
        connection.register("given_rows", pa.table(texts))
        connection.execute(f'insert into landed."{table}" select * from given_rows')
        connection.unregister("given_rows")
