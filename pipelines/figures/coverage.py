"""Coverage: which files a report rests on and who has sent what it owes.

Here: deliveries, corrections, counts of files and rows, the coverage sentence. Not here: who owes (rpt_coverage).
Invariant: nothing is decided here; every state is a column of rpt_coverage, rpt_delivery or rpt_correction.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import fields
from typing import Any

import duckdb

from pipelines.figures.delivered import Partly, RefusedFile
from pipelines.figures.model import (
    CorrectionMade,
    Coverage,
    Delivery,
    DeliveryCounts,
    Scope,
)
from pipelines.figures.records import records_of
from pipelines.figures.text import Cleaner, format_count, joined, lower_first

# Contents a plain sentence names of one unit; more are named in the office's copy only.
_BRIEF = 2


def deliveries_of(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> tuple[Delivery, ...]:
    """Read the register of deliveries."""
    records = records_of(connection, "select * from rpt_delivery order by delivery_id")
    return tuple(
        Delivery(
            delivery_id=str(record["delivery_id"]),
            unit_id=cleaner.text(record["unit_id"]),
            unit_name=cleaner.text(record["unit_name"]),
            period_id=cleaner.text(record["period_id"]),
            stream=cleaner.text(record["stream"]),
            file_name=cleaner.text(record["file_name"]),
            sha256=str(record["sha256"]),
            received_at=record["received_at"],
            observed_on=record["observed_on"],
            kind=cleaner.text(record["kind"]),
            status=str(record["status"]),
            refused_reason=cleaner.text(record["refused_reason"]),
            is_counted=bool(record["is_counted"]),
            # A database issued before this column has files that were sent for the period.
            answers_period=bool(record.get("answers_period", record["is_for_period"])),
            **{
                name: int(record[name] or 0)
                for name in (
                    "rows_in",
                    "rows_typed",
                    "rows_rejected",
                    "rows_blank",
                    "rows_furniture",
                    "rows_flagged",
                )
            },
        )
        for record in records
    )


def corrections_of(
    connection: duckdb.DuckDBPyConnection, of_deliveries: set[str] | None, cleaner: Cleaner
) -> tuple[CorrectionMade, ...]:
    """Return the corrections of some deliveries, or all of them."""
    records = records_of(connection, "select * from rpt_correction order by correction_no, delivery_id, source_row")
    names = [item.name for item in fields(CorrectionMade)]
    return tuple(
        CorrectionMade(**{name: cleaner.text(record[name]) for name in names})
        for record in records
        if of_deliveries is None or record["delivery_id"] in of_deliveries
    )


def counts_of(deliveries: tuple[Delivery, ...]) -> DeliveryCounts:
    """Return the number of files sent for the period, and of rows in the counted ones."""
    answering = [item for item in deliveries if item.answers_period]
    counted = [item for item in answering if item.is_counted]
    return DeliveryCounts(
        files=len(answering),
        accepted=sum(item.status == "accepted" for item in answering),
        refused=sum(item.status == "refused" for item in answering),
        rows_in=sum(item.rows_in for item in counted),
        rows_typed=sum(item.rows_typed for item in counted),
        rows_rejected=sum(item.rows_rejected for item in counted),
        rows_flagged=sum(item.rows_flagged for item in counted),
    )


def coverage_of(
    records: list[dict[str, Any]], deliveries: tuple[Delivery, ...], cleaner: Cleaner, scope: Scope | None
) -> Coverage:
    """Return the coverage of some things owed (rows of rpt_coverage): of one form's streams, or of all."""
    streams = {record["stream"] for record in records}
    names = {record["unit_id"]: cleaner.text(record["unit_name"]) for record in records}
    owing: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        if record["state"] != "accepted":
            owing.setdefault(record["unit_id"], []).append(record)
    missing = tuple(name for unit_id, name in names.items() if unit_id in owing)
    owed_of = Counter(record["unit_id"] for record in records)
    noted = tuple(
        _noted(names[unit_id], lacking, owed_of[unit_id], len(streams) > 1, cleaner)
        for unit_id, lacking in owing.items()
    )
    bad = [item for item in deliveries if item.answers_period and item.status == "refused"]
    # A return that is another unit's is refused with every sheet of it: it is one file.
    refused = tuple(
        dict.fromkeys(
            RefusedFile(item.unit_name, item.file_name, item.refused_reason)
            for item in bad
            if not item.stream or item.stream in streams
        )
    )
    rejected = sum(int(record["rows_rejected"] or 0) for record in records)
    typed = sum(int(record["rows_typed"] or 0) for record in records)
    accepted = len(names) - len(missing)
    sent: dict[str, int] = {}
    for record in records:
        came = int(record["rows_typed"] or 0) + (record["state"] == "accepted")
        sent[record["unit_id"]] = sent.get(record["unit_id"], 0) + came
    answers = _own_answer(records) if scope and set(names) == {scope.unit_id} else _answers(accepted, len(names), noted)
    return Coverage(
        owed=len(names),
        accepted=accepted,
        missing=missing,
        refused=refused,
        rows_rejected=rejected,
        sentence=_coverage_sentence(answers, refused, rejected),
        answers=_coverage_sentence(answers, (), 0),
        rows_typed=typed,
        silent=tuple(name for unit_id, name in names.items() if unit_id in owing and not sent.get(unit_id)),
        partly=tuple(
            Partly(
                names[unit_id],
                _in_brief(lacking, owed_of[unit_id], cleaner),
                _last_day(unit_id, streams, deliveries) if len(streams) == 1 else None,
            )
            for unit_id, lacking in owing.items()
            if sent.get(unit_id)
        ),
    )


def _noted(name: str, lacking: list[dict[str, Any]], owed: int, is_of_streams: bool, cleaner: Cleaner) -> str:
    """Return a unit with all it has not sent: its contents, of a longer period by the parts of it."""
    by_part: dict[str, list[str]] = {}
    for record in lacking:
        by_part.setdefault(cleaner.text(record.get("missing_parts") or ""), []).append(
            cleaner.text(record["stream_title"])
        )
    lines = []
    for part, titles in by_part.items():
        what = ("mọi nội dung" if len(titles) == owed else joined(titles)) if is_of_streams else ""
        lines.append(": ".join(words for words in (part, what) if words))
    return f"{name} ({'; '.join(lines)})" if any(lines) else name


def _in_brief(lacking: list[dict[str, Any]], owed: int, cleaner: Cleaner) -> str:
    """Return what a unit that sent something has not sent, as a sentence has room for; “” if it is more."""
    parts = {cleaner.text(record.get("missing_parts") or "") for record in lacking}
    part = lower_first(next(iter(parts))) if len(parts) == 1 else ""
    if part and len(lacking) == owed:
        return part
    if len(lacking) > _BRIEF:
        return ""
    of_part = f" ({part})" if part else ""
    return f"về {joined([cleaner.text(record['stream_title']) for record in lacking])}{of_part}"


def _last_day(unit_id: str, streams: set[str], deliveries: tuple[Delivery, ...]) -> dt.date | None:
    """Return the day of the newest file of a unit that was read."""
    days = (
        item.observed_on
        for item in deliveries
        if item.unit_id == unit_id and item.stream in streams and item.status == "accepted" and item.observed_on
    )
    return max(days, default=None)


def _answers(accepted: int, owed: int, missing: tuple[str, ...]) -> list[str]:
    """Return how many of several units have answered, and who has not; of one, whether it has."""
    if not owed:
        return ["Đơn vị không phải gửi số liệu"]
    if owed == 1:
        return [f"Đơn vị phải gửi chưa gửi đủ: {joined(missing)}" if missing else "Đơn vị phải gửi đã gửi đủ"]
    lacking = [f"chưa gửi đủ: {joined(missing)}"] if missing else []
    return [f"Số liệu của {format_count(accepted)}/{format_count(owed)} đơn vị", *lacking]


def _own_answer(records: list[dict[str, Any]]) -> list[str]:
    """Return how a unit whose own report it is has answered."""
    lacking = [record["stream_title"] for record in records if record["state"] != "accepted"]
    return [f"Đơn vị chưa gửi đủ: {joined(lacking)}" if lacking else "Đơn vị đã gửi đủ số liệu"]


def _coverage_sentence(answers: list[str], refused: tuple[RefusedFile, ...], rejected: int) -> str:
    parts = list(answers)
    if refused:
        parts.append(f"tệp bị từ chối: {', '.join(f'«{item.file_name}» ({item.unit_name})' for item in refused)}")
    if rejected:
        parts.append(f"số dòng trả lại: {format_count(rejected)}")
    return "; ".join(parts) + "."
