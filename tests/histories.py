"""Random but truthful histories of dossiers, and what their systems' exports show of them.

Here: hypothesis strategies for histories, exports of a day as landed rows, the tables of a small office.
Not here: expected values. Invariant: an export shows what had happened by the end of its day, with status, promise
and supplement dates written over as real systems do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from warehouse_fixture import SECTIONS, Row, calendar, delivery

FIRST = dt.date(2020, 11, 20)
STAYS = 45  # days for which a finished dossier stays in the export
UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố", "unit_kind": "city", "sort_no": 0},
    {"unit_id": "desk", "name_vi": "Bộ phận Một cửa", "unit_kind": "one_stop_desk", "sort_no": 1},
    {"unit_id": "tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 2},
    {"unit_id": "ca", "name_vi": "Công an", "unit_kind": "vertical_agency", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12, "valid_to": "2021-02-28"},
]
FIELDS: list[Row] = [
    {
        "field_code": "ho-tich",
        "field_name": "Hộ tịch",
        "field_name_key": "hộ tịch",
        "department_unit_id": "tp",
        "sort_no": 1,
    },
    {
        "field_code": "dat-dai",
        "field_name": "Đất đai",
        "field_name_key": "đất đai",
        "department_unit_id": None,
        "sort_no": 2,
    },
]
PROCEDURES: list[Row] = [
    {"procedure_id": "a", "procedure_code": "1.000001", "procedure_name_key": "khai sinh", "field_code": "ho-tich",
     "competent_level": "ward"},
    {"procedure_id": "b", "procedure_code": "1.000002", "procedure_name_key": "khai tử", "field_code": "ho-tich",
     "competent_level": "city", "valid_to": "2021-01-31"},
    {"procedure_id": "c", "procedure_code": "1.000002", "procedure_name_key": "khai tử", "field_code": "dat-dai",
     "competent_level": "both", "valid_from": "2021-02-01"},
    {"procedure_id": "d", "procedure_code": "1.000003", "procedure_name_key": "cư trú", "field_code": "ho-tich",
     "competent_level": "police"},
]  # fmt: skip
CODES = ["1.000001", "1.000002", "1.000003", "9.999999", None]
NAMES = ["khai sinh", "khai tử", "lạ", None]


@dataclass(frozen=True)
class History:
    """What really happened to one dossier; days are counted from FIRST."""

    code: str
    units: tuple[str, ...]
    procedure_code: str | None
    procedure_name_key: str | None
    channel: str | None
    received: int
    limit: int | None
    supplements: tuple[tuple[int, int], ...] = ()
    payment: tuple[int, int] | None = None
    reset: tuple[int, int] | None = None
    finished: int | None = None
    closing: str = "result"
    delivered_after: int = 0
    hours: tuple[int, int] = (8, 17)
    handling_unit_key: str | None = field(default=None)


@st.composite
def histories(draw: st.DrawFn, code: str = "") -> History:
    """Draw one history: intake, up to two supplements, a payment, a promise given anew, an end."""
    received = draw(st.integers(0, 200))
    moments = sorted(draw(st.lists(st.integers(0, 90), min_size=8, max_size=8, unique=True)))
    first, second, payment = ((received + moments[start], received + moments[start + 1]) for start in (0, 2, 4))
    supplements = draw(st.sampled_from([(), (first,), (first, second)]))
    return History(
        code=code or draw(st.uuids().map(lambda name: name.hex[:8])),
        units=draw(st.sampled_from([("p01",), ("p02",), ("desk",), ("p01", "desk"), ("desk", "p02"), ("ca",)])),
        procedure_code=draw(st.sampled_from(CODES)),
        procedure_name_key=draw(st.sampled_from(NAMES)),
        channel=draw(st.sampled_from(["online", "direct", "postal", "unknown", None])),
        received=received,
        limit=draw(st.sampled_from([None, 0, 1, 5, 20, 60])),
        supplements=supplements,
        payment=draw(st.sampled_from([None, payment])),
        reset=draw(st.one_of(st.none(), st.tuples(st.integers(0, 90), st.integers(0, 40)))),
        finished=draw(st.one_of(st.none(), st.just(received + moments[6]), st.just(received + moments[7]))),
        closing=draw(st.sampled_from(["result", "result", "result", "withdrawn", "returned"])),
        delivered_after=draw(st.sampled_from([0, 0, 3, 30])),
        hours=draw(st.sampled_from([(8, 17), (17, 8), (17, 17)])),
        handling_unit_key=draw(st.sampled_from([None, "phòng tư pháp", "một cửa", "phòng lạ"])),
    )


def shown(history: History, day: int) -> dict[str, Any] | None:
    """Return what a system shows of a dossier at the end of a day (from FIRST); None before intake, or long done."""
    if history.received > day or (history.finished is not None and history.finished + STAYS < day):
        return None
    finished = history.finished if history.finished is not None and history.finished <= day else None
    begun = [pair for pair in history.supplements if pair[0] <= day and (finished is None or pair[0] <= finished)]
    requested, returned = begun[-1] if begun else (None, None)
    returned = returned if returned is not None and returned <= (day if finished is None else finished) else None
    delivered = None
    if finished is not None and history.closing == "result" and finished + history.delivered_after <= day:
        delivered = finished + history.delivered_after
    start, end = history.hours
    return {
        "dossier_code": history.code,
        "procedure_code": history.procedure_code,
        "procedure_name_key": history.procedure_name_key,
        "channel": history.channel,
        "handling_unit_key": history.handling_unit_key,
        "received_at": _moment(history.received, start),
        "due_at": _moment(due_day(history, day), end),
        "supplement_requested_at": _moment(requested, start),
        "supplement_received_at": _moment(returned, start),
        "finished_at": _moment(finished, end),
        "delivered_at": _moment(delivered, end),
        "status": _status(history, day, finished, delivered, is_waiting=bool(begun) and returned is None),
        "flags": "",
    }


def due_day(history: History, day: int) -> int | None:
    """Return the promise a system shows on a day: the first, moved by each supplement, or given anew."""
    if history.limit is None:
        return None
    waited = sum(end - start for start, end in history.supplements if end <= day)
    reset = history.received + history.reset[0] if history.reset else None
    if history.reset and reset is not None and reset <= day:
        return reset + history.reset[1]
    return history.received + history.limit + waited


def _status(history: History, day: int, finished: int | None, delivered: int | None, is_waiting: bool) -> str:
    if finished is not None and history.closing != "result":
        return history.closing
    if delivered is not None:
        return "result_delivered"
    if finished is not None:
        return "result_ready"
    if is_waiting:
        return "awaiting_supplement"
    if history.payment and history.payment[0] <= day < history.payment[1]:
        return "awaiting_payment"
    return "in_progress"


def _moment(day: int | None, hour: int) -> str | None:
    if day is None:
        return None
    return f"{FIRST + dt.timedelta(days=day)} {hour:02}:00:00"


def exports(all_histories: Sequence[History], days: Iterable[tuple[str, str]]) -> dict[str, list[Row]]:
    """Return the deliveries of some (unit, observed day) and their rows, as tables of schema `landed`."""
    deliveries: list[Row] = []
    rows: list[Row] = []
    for unit_id, observed_on in days:
        delivery_id = f"{observed_on} {unit_id}"
        rule = "original" if unit_id == "desk" else "updated"
        # What was done long ago has left the export, so it is no population: what it lacks is not gone.
        covers = "received_in_period"
        deliveries.append(delivery(delivery_id, unit_id, observed_on, due_after_supplement=rule, coverage=covers))
        day = (dt.date.fromisoformat(observed_on) - FIRST).days
        found = [shown(history, day) for history in all_histories if unit_id in history.units]
        rows += [
            {**row, "delivery_id": delivery_id, "source_file": delivery_id, "source_row": number}
            for number, row in enumerate((row for row in found if row is not None), start=2)
        ]
    return {"delivery": deliveries, "case_exports": rows}


def office_tables() -> dict[str, Sequence[Row]]:
    """Return units, fields, procedures, sections and calendar of the small office."""
    return {
        "unit": UNITS,
        "field": FIELDS,
        "procedure": PROCEDURES,
        "section": SECTIONS,
        "unit_alias": [
            {"unit_key": "phòng tư pháp", "unit_id": "tp"},
            {"unit_key": "một cửa", "unit_id": "desk"},
        ],
        "calendar": calendar("2020-11-01", "2022-03-31", ["2021-01-01", "2021-02-11", "2021-02-12"]),
    }
