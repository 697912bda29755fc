"""Schema `landed` of a report once more, from the landed bytes: no typed file and no table of the report is taken over.

Here: the report's question landed in a folder of its own, what comes out otherwise than the report has it. Not here:
counting; which files count and how a cell is read (warehouse, ingest, quality: shared with the report).
Invariant: nothing of the office is written; taken over are receipts, landed bytes, the journal and issued versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.landing import hash_file, landed_path
from pipelines.office import kept
from pipelines.office.settings import Office, Switches
from pipelines.office.sql import sql_text
from pipelines.warehouse.landed import write_landed
from pipelines.warehouse.landed_schema import landed_schema
from pipelines.warehouse.question import Ask, resolve
from pipelines.warehouse.standing import standing
from pipelines.warehouse.streams import streams

# What a report counted by that was made before its software had a switch.
_BEFORE_THE_SWITCH = {"feedback_published": "published_in_period"}


@dataclass(frozen=True)
class ReadDifference:
    """One delivered file that comes out otherwise than the report has it: rows only one side has (sheet, row)."""

    stream: str
    file_name: str
    only_in_report: tuple[str, ...]
    only_anew: tuple[str, ...]


@dataclass(frozen=True)
class _ReadAnew(Office):
    """An office whose derived files lie in another folder."""

    folder: Path = Path()

    @property
    def data(self) -> Path:
        return self.folder


def read_anew(office: Office, report: Path, folder: Path) -> Path:
    """Land the question of a report again from what is kept; return the database with schema `landed`.

    The office's tables, profiles and corrections are those of today: a report made with others will differ.

    Args:
        office: the office of the report.
        report: warehouse.duckdb of the report; only its question is read.
        folder: an empty folder.
    """
    for name in (*kept.FOLDERS, *kept.FILES):
        if (office.data / name).exists():
            (folder / name).symlink_to((office.data / name).resolve())
    anew = _ReadAnew(**{item.name: getattr(office, item.name) for item in fields(office)}, folder=folder)
    question, deliveries = resolve(anew, _asked(report, anew))
    database = folder / "warehouse.duckdb"
    write_landed(anew, question, standing(anew, deliveries, cut=question.cut), database)
    return database


def _asked(report: Path, office: Office) -> Ask:
    with duckdb.connect(report, read_only=True) as connection:
        result = connection.execute("select * from landed.question")
        (values,) = result.fetchall()
        names = [column[0] for column in result.description or []]
        row: dict[str, Any] = {**_BEFORE_THE_SWITCH, **dict(zip(names, values, strict=True))}
    return Ask.parse(
        row["period_id"],
        row["as_of"].isoformat(),
        row["received_by"].replace(tzinfo=office.clock.timezone).isoformat(),
        {name: str(row[name]) for name in Switches.model_fields if name in row},
        row["prior_issue"] or "",
        row["year_ago_issue"] or "",
        (row["receipt_no"], row["act_no"]),
    )


def changed_bytes(office: Office, database: Path) -> tuple[str, ...]:
    """Return the files of a landed question whose kept bytes are not those that were received."""
    with duckdb.connect(database, read_only=True) as connection:
        sent = connection.execute("select distinct file_name, sha256 from landed.delivery order by all").fetchall()
    return tuple(name for name, sha256 in sent if hash_file(landed_path(office, sha256)) != sha256)


def read_differences(report: Path, anew: Path) -> tuple[ReadDifference, ...]:
    """Return the delivered files whose rows the report has otherwise than they are read now."""
    with duckdb.connect() as connection:
        for name, path in (("report", report), ("anew", anew)):
            connection.execute(f"attach {sql_text(path)} as {name} (read_only)")
        return tuple(item for stream in streams() for item in _of_stream(connection, stream))


def _of_stream(connection: duckdb.DuckDBPyConnection, stream: str) -> Iterator[ReadDifference]:
    columns = ", ".join(f'"{name}"' for name in landed_schema()[stream])
    found: dict[str, dict[str, list[str]]] = {}
    for side, other in (("report", "anew"), ("anew", "report")):
        rows = connection.execute(
            f"select delivery_id, coalesce(source_sheet || ' ', '') || source_row from "
            f"(select {columns} from {side}.landed.{stream} except all select {columns} from {other}.landed.{stream}) "
            "order by delivery_id, source_sheet, source_row"
        )
        for delivery_id, place in rows.fetchall():
            found.setdefault(delivery_id, {}).setdefault(side, []).append(place)
    names = dict(
        connection.execute(
            "select delivery_id, file_name from anew.landed.delivery union "
            "select delivery_id, file_name from report.landed.delivery"
        ).fetchall()
    )
    for delivery_id, sides in sorted(found.items()):
        sides = {side: tuple(sides.get(side, ())) for side in ("report", "anew")}
        yield ReadDifference(stream, names.get(delivery_id, delivery_id), sides["report"], sides["anew"])
