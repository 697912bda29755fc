"""Schema `landed`: everything dbt may read, written into a fresh database before dbt runs.

Here: question, register, reference tables, calendar, one table per stream. Not here: columns and types
(landed_schema), any model (dbt_project).
Invariant: dbt sees no path and no glob; the same question and deliveries give the same tables in the same order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from pipelines.ingest.contract import load_contract
from pipelines.office.corrections import Correction
from pipelines.office.reference import unit_aliases
from pipelines.office.settings import Office
from pipelines.office.text import ascii_key, match_key
from pipelines.periods.calendar import working_calendar
from pipelines.periods.period import find_period
from pipelines.warehouse.asked_claims import acceptance_rows, claim_rows, claims_of
from pipelines.warehouse.claims import is_export
from pipelines.warehouse.delivery_states import state_of
from pipelines.warehouse.issued_claims import forced_words
from pipelines.warehouse.landed_schema import REFERENCE_TABLES, columns_sql, landed_schema
from pipelines.warehouse.prior import land_prior
from pipelines.warehouse.question import Question
from pipelines.warehouse.records import record_sql
from pipelines.warehouse.register import register
from pipelines.warehouse.sent_when import SentDays, sent_days
from pipelines.warehouse.standing import judged
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.typed import TypedDelivery, is_stale

# Which count of a verdict says how many rows a kept part has.
_COUNT_OF = {"rows": "typed", "rejects": "rejected"}
# Rows and files written by one statement: small files are many, large ones must not be sorted together.
_ROWS_AT_ONCE, _FILES_AT_ONCE = 50_000, 500


def write_landed(office: Office, question: Question, typed: list[TypedDelivery], database: Path) -> None:
    """Create the database file and fill schema `landed`."""
    with duckdb.connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema landed")
        _table(connection, "question", pd.DataFrame([question.as_row()]))
        sent = sent_days(office, question.cut)
        _table(connection, "delivery", _with_days(_deliveries(typed), sent))
        _table(connection, "sending", _with_days(_sendings(office, question, typed), sent))
        for name, file in REFERENCE_TABLES.items():
            _table(connection, name, _reference(office, file))
        _table(connection, "delivery_column", _delivery_columns(typed))
        _table(connection, "issued_version", _issued_versions(typed))
        _table(connection, "unit_alias", unit_aliases(office.reference["units"]))
        _table(connection, "calendar", _calendar(office, question))
        land_prior(connection, question.prior)
        for stream in streams():
            _rows(connection, stream, typed)
        _rejects(connection, typed)
        _table(connection, "acceptance", acceptance_rows(office, question))
        _table(connection, "claim", claim_rows(claims_of(office, question, typed, connection)))
        _table(connection, "stream", _stream_titles())
        _table(connection, "correction", _corrections(office, typed))


def _table(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Write one frame as a table of the schema; a column the frame lacks is a fault of ours, not an empty one."""
    kinds = landed_schema()[table]
    casts = ", ".join(f'cast("{name}" as {kind})' for name, kind in kinds.items())
    connection.execute(f'create table landed."{table}" ({columns_sql(table)})')
    connection.register("incoming", frame)
    connection.execute(f'insert into landed."{table}" select {casts} from incoming')
    connection.unregister("incoming")


def _reference(office: Office, name: str) -> pd.DataFrame:
    frame = office.reference[name].copy()
    for column in frame.columns:
        if frame[column].dtype.kind != "M" and not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].where(frame[column] != "", None)
    for name_column in {"procedures": ["procedure_name"], "fields": ["field_name"]}.get(name, []):
        frame[f"{name_column}_key"] = [match_key(value) for value in frame[name_column]]
    if name == "fields":
        frame["field_bare_key"] = [ascii_key(value) for value in frame["field_name"]]
    if name == "periods":
        frame["unit_deadline_on"] = [
            find_period(office.reference["periods"], period_id).unit_deadline(office.settings.deadlines)
            for period_id in frame["period_id"]
        ]
    if name in ("estimates", "procedures", "services", "obligations"):
        frame["source_row"] = frame.index + 2  # line of the file, its head being the first
    return frame


def _calendar(office: Office, question: Question) -> pd.DataFrame:
    first = office.settings.window.min
    last = dt.date(question.period.end_on.year + 3, 12, 31)
    return working_calendar(office.reference["holidays"], first, last)


def _deliveries(typed: list[TypedDelivery]) -> pd.DataFrame:
    rows = []
    for item in typed:
        delivery, counts = item.delivery, item.verdict["counts"]
        assert isinstance(counts, dict)
        rows.append(
            {
                "delivery_id": delivery.delivery_id,
                "unit_id": delivery.unit_id,
                "period_id": delivery.period_id,
                "stream": delivery.stream,
                "file_name": delivery.shown_name,
                "sha256": delivery.sha256,
                "received_at": dt.datetime.fromisoformat(delivery.received_at).replace(tzinfo=None),
                "observed_at": delivery.observed_at,
                "observed_on": delivery.observed_on,
                "profile_id": delivery.profile.profile_id if delivery.profile else None,
                "coverage": delivery.profile.coverage if delivery.profile else None,
                "unit_from": delivery.profile.unit_from if delivery.profile else "folder",
                "due_after_supplement": delivery.profile.due_after_supplement if delivery.profile else "updated",
                "kind": delivery.kind,
                "receipt_no": delivery.receipt_no,
                "is_export": is_export(delivery),
                "is_answer": item.answers,
                "state": state_of(item).value,
                "status": item.verdict["status"],
                "refused_reason": item.verdict.get("refused_reason"),
                "is_counted": item.is_counted,
                **{f"rows_{name.removeprefix('rows_')}": counts[name] for name in counts},
                **_rest(item),
            }
        )
    return pd.DataFrame(rows, columns=list(landed_schema()["delivery"]))


def _with_days(frame: pd.DataFrame, sent: Mapping[str, SentDays]) -> pd.DataFrame:
    """Return deliveries with the days between which each came; a sheet of a return came with its workbook."""
    days = [sent[delivery_id.partition(":")[0]] for delivery_id in frame["delivery_id"]]
    frame["sent_from"] = pd.Series([item.earliest for item in days], index=frame.index, dtype=object)
    frame["sent_until"] = pd.Series([item.latest for item in days], index=frame.index, dtype=object)
    return frame


def _rest(item: TypedDelivery) -> dict[str, int]:
    """The counts of a replaced file of which some records remain: those alone."""
    if item.remaining is None:
        return {}
    none = dict.fromkeys(("rows_rejected", "rows_blank", "rows_furniture", "rows_flagged"), 0)
    return {**none, "rows_in": len(item.remaining), "rows_typed": len(item.remaining)}


def _delivery_columns(typed: list[TypedDelivery]) -> pd.DataFrame:
    """Which contract columns each counted file has: a column no file has is unknown, which is not zero."""
    rows = [
        (item.delivery.delivery_id, column)
        for item in typed
        if item.is_counted
        for column in sorted(cast("dict[str, str]", item.verdict.get("columns") or {}))
    ]
    return pd.DataFrame(rows, columns=list(landed_schema()["delivery_column"]))


def _issued_versions(typed: list[TypedDelivery]) -> pd.DataFrame:
    """Return one row per counted version an office below issued."""
    rows = [
        {"delivery_id": item.delivery.delivery_id, "issue_id": f"{version['period_id']}/v{version['version']}"}
        | {name: version[name] for name in ("version", "kind", "seal", "office_name", "until_on")}
        | {"office_unit_id": version["unit_id"]}
        | {"forced": "\n".join(forced_words(*pair) for pair in version["forced"]) or None}
        for item in typed
        if item.is_counted and (version := item.verdict.get("issued"))
    ]
    return pd.DataFrame(rows, columns=list(landed_schema()["issued_version"]))


def _sendings(office: Office, question: Question, typed: list[TypedDelivery]) -> pd.DataFrame:
    """Return every sending that was not withdrawn, those replaced by a later one too: who is late is known by the first
    good file of a unit, however often it was mended."""
    standing = {item.delivery.delivery_id for item in typed if item.remaining is None}
    sent = judged(office, register(office, question.cut), cut=question.cut)
    rows = [
        {
            "delivery_id": item.delivery.delivery_id,
            "unit_id": item.delivery.unit_id,
            "period_id": item.delivery.period_id,
            "stream": item.delivery.stream,
            "file_name": item.delivery.shown_name,
            "received_at": dt.datetime.fromisoformat(item.delivery.received_at).replace(tzinfo=None),
            "receipt_no": item.delivery.receipt_no,
            "kind": item.delivery.kind,
            "status": _sent_status(item),
            "is_standing": item.delivery.delivery_id in standing,
            "rows_read": int(item.verdict["counts"]["typed"]) + int(item.verdict["counts"]["rejected"]),
            "observed_on": item.delivery.observed_on,
        }
        for item in sent
        if item.delivery.kind != "same_bytes"
    ]
    return pd.DataFrame(rows, columns=list(landed_schema()["sending"]))


def _sent_status(item: TypedDelivery) -> str:
    """A file made before its period began was sent, and answers nothing: stale."""
    return "stale" if is_stale(item) else str(item.verdict["status"])


def _rows(connection: duckdb.DuckDBPyConnection, stream: str, typed: list[TypedDelivery]) -> None:
    """Write the rows of every counted delivery of a stream."""
    counted = [item for item in typed if item.delivery.stream == stream and item.is_counted]
    _union(connection, stream, "rows", counted)


def _corrections(office: Office, typed: list[TypedDelivery]) -> pd.DataFrame:
    """Return one row per correction and row of a counted file it met; a correction that met none is `unseen`."""
    rows = []
    for number, item in enumerate(office.corrections, start=1):
        label = load_contract(contract_path(item.stream)).columns[item.column].title
        said = {
            "correction_no": number,
            "stream": item.stream,
            "record_code": item.record,
            "column_label": label,
            "right_value": _plain(item.value),
            "reason": item.reason,
            "document": item.document,
        }
        met = [(one.delivery.delivery_id, found) for one in typed if one.is_counted for found in _met(item, one)]
        rows += [
            {**said, "state": found["state"], "original": found["original"], "delivery_id": delivery_id,
             "source_sheet": found["sheet"], "source_row": found["row"]}
            for delivery_id, found in met
        ] or [{**said, "state": "unseen", "original": _plain(item.expect)}]  # fmt: skip
    return pd.DataFrame(rows, columns=list(landed_schema()["correction"]))


def _plain(cell: object) -> str:
    """A cell of corrections.yaml as a person reads it; an empty one is shown so."""
    if isinstance(cell, dt.datetime):
        return f"{cell:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    return f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else "(trống)" if cell is None else str(cell)


def _met(correction: Correction, typed: TypedDelivery) -> list[dict]:
    """What became of one correction in one file (its verdict names record, column and expected value)."""
    if typed.delivery.stream != correction.stream or correction.unit_id not in (None, typed.delivery.unit_id):
        return []
    return [
        found
        for found in typed.verdict["corrections"]
        if (found["record"], found["column"], found["expect"])
        == (correction.record, correction.column, None if correction.expect is None else str(correction.expect))
    ]


def _rejects(connection: duckdb.DuckDBPyConnection, typed: list[TypedDelivery]) -> None:
    """Write the rows of every counted delivery, of all streams, that go back to their units."""
    whole = [item for item in typed if item.is_counted and item.remaining is None]
    _union(connection, "rejected_row", "rejects", whole)


def _stream_titles() -> pd.DataFrame:
    return pd.DataFrame(
        [{"stream": stream, "title": load_contract(contract_path(stream)).title} for stream in streams()]
    )


def _union(connection: duckdb.DuckDBPyConnection, table: str, part: str, counted: list[TypedDelivery]) -> None:
    """Write the rows of some deliveries one after the other, those of many small files at once."""
    connection.execute(f"create table landed.{table} ({columns_sql(table)})")
    kinds = {name: kind for name, kind in landed_schema()[table].items() if name != "delivery_id"}
    names = ", ".join(f'"{name}"' for name in kinds)
    casts = ", ".join(f'cast(row_of."{name}" as {kind}) as "{name}"' for name, kind in kinds.items())
    for together in _batches([item for item in counted if int(item.verdict["counts"][_COUNT_OF[part]])]):
        files = pd.DataFrame(
            [
                (number, item.delivery.delivery_id, str(item.folder / f"{part}.parquet"))
                for number, item in enumerate(together)
            ],
            columns=["number", "delivery_id", "path"],
        )
        connection.register("incoming", files)
        rest = [record for item in together for record in item.remaining or ()]
        only = f" where list_contains(?, {record_sql(table)})" if together[0].remaining is not None else ""
        connection.execute(
            f"insert into landed.{table} (delivery_id, {names}) select file.delivery_id, {casts} "
            "from read_parquet(?, filename = true, file_row_number = true) as row_of "
            f"inner join incoming as file on row_of.filename = file.path{only} "
            "order by file.number, row_of.file_row_number",
            [list(files["path"]), *([sorted(rest)] if only else [])],
        )
        connection.unregister("incoming")


def _batches(counted: list[TypedDelivery]) -> Iterator[list[TypedDelivery]]:
    """Cut deliveries into groups written at once; one of which only some records remain, or a large one, is alone.

    No reading is twice in a group: a path names its rows once.
    """
    group: list[TypedDelivery] = []
    folders: set[Path] = set()
    rows = 0
    for item in counted:
        is_full = rows >= _ROWS_AT_ONCE or len(group) == _FILES_AT_ONCE
        is_alone = item.remaining is not None or (group and group[-1].remaining is not None)
        if group and (is_full or is_alone or item.folder in folders):
            yield group
            group, folders, rows = [], set(), 0
        group.append(item)
        folders.add(item.folder)
        rows += int(item.verdict["counts"]["rows_in"])
    if group:
        yield group
