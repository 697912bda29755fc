"""An independent recount of form II.06a from the truth: plain Python, default rules of domain/05 5.4.

Here: reading dossiers.csv.gz and planted.csv, the thirteen columns by unit, section and field. Not here: exports.
Invariant: nothing of `pipelines` or of the generator is used; a figure of the product is proved by counting again.

    from truth.recount import load_truth, recount, roll_up        (tests/ is on the path of pytest)
    cells = recount(load_truth(), date(2020, 12, 15), date(2021, 3, 14))
    roll_up(cells, "section", "field")[("A", "dat-dai")]["c10"]
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from truth.working_days import LIMITS, worked_between, working_day_after

HERE = Path(__file__).resolve().parent
PLANTED = HERE.parents[1] / "sample_office" / "planted.csv"
PERIODS = {
    "2021-Q1": (dt.date(2020, 12, 15), dt.date(2021, 3, 14)),
    "2021-Q2": (dt.date(2021, 3, 15), dt.date(2021, 6, 14)),
    "2021-H1": (dt.date(2020, 12, 15), dt.date(2021, 6, 14)),
}
# Phường 9 sent nothing for 2021-Q2: what happened after its first export is not known to anybody.
LAST_SEEN = {"2021-Q1": {}, "2021-Q2": {"p09": dt.date(2021, 3, 14)}, "2021-H1": {"p09": dt.date(2021, 3, 14)}}
COLUMNS = tuple(f"c{number}" for number in range(3, 14))


@dataclass(frozen=True)
class Dossier:
    """One row of dossiers.csv.gz: the true history of a dossier (see README.md)."""

    dossier_code: str
    receiving_unit_id: str
    department_unit_id: str
    procedure_id: str
    field_code: str
    level_section_code: str
    channel: str
    submitted_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    rejected_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    due_after_supplement_at: dt.datetime | None = None
    supplement_requested_at: dt.datetime | None = None
    supplement_received_at: dt.datetime | None = None
    payment_requested_at: dt.datetime | None = None
    paid_at: dt.datetime | None = None
    suspended_at: dt.datetime | None = None
    resumed_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    closing: str = ""
    delivered_at: dt.datetime | None = None
    deleted_at: dt.datetime | None = None
    is_at_desk_too: bool = False
    # What is reported beside the course of a dossier (recount_remarks); amounts as text, empty when there is none.
    apology_at: dt.datetime | None = None
    overdue_cause: str = ""
    service_level: str = ""
    fee_kind: str = ""
    fee_due: str = ""
    fee_paid: str = ""
    fee_paid_at: dt.datetime | None = None
    payment_channel: str = ""
    digitised_intake: str = ""
    digitised_result: str = ""
    satisfaction: str = ""


class Key(NamedTuple):
    """Where a dossier is in the forms; `row_unit` is the ward, or the department of the desk's dossiers."""

    unit: str
    row_unit: str
    section: str
    field: str


Cells = dict[Key, Counter[str]]


@lru_cache(maxsize=2)
def load_truth(path: Path = HERE / "dossiers.csv.gz") -> tuple[Dossier, ...]:
    """Read the truth, once a process."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
        return tuple(
            Dossier(**{name: _value(name, text) for name, text in row.items()}) for row in csv.DictReader(source)
        )


def _value(name: str, text: str) -> dt.datetime | str | bool | None:
    if name.endswith("_at"):
        return dt.datetime.fromisoformat(text) if text else None
    return text == "1" if name == "is_at_desk_too" else text


def shown_unknown(period_id: str, stream: str = "case_exports", path: Path = PLANTED) -> dict[str, str]:
    """Return record code → the property (`field_code` or `department_unit_id`) that the period's file hides.

    Hidden records came and went inside one quarter; a longer period hides those of its quarters.
    """
    quarters = (period_id,) if period_id in ("2021-Q1", "2021-Q2") else ("2021-Q1", "2021-Q2")
    with path.open(encoding="utf-8", newline="") as source:
        return {
            row["record_code"]: row["note"].removeprefix("shows_unknown=")
            for row in csv.DictReader(source)
            if row["period_id"] in quarters and row["stream"] == stream and row["effect"] == "counted_unknown"
        }


def recount(
    dossiers: Iterable[Dossier],
    start: dt.date,
    end: dt.date,
    as_of: dt.date | None = None,
    last_seen: Mapping[str, dt.date] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> Cells:
    """Count columns 3 to 13 for a period.

    Args:
        dossiers: the truth.
        start: first day of the period.
        end: last day of the period.
        as_of: last counted day when it is before `end` (provisional figures).
        last_seen: unit → last day of which its exports tell anything, for units that sent nothing later.
        hidden: dossier code → property the files do not tell (from `shown_unknown`), counted as `unknown`.
    """
    until = min(as_of or end, end)
    cells: Cells = defaultdict(Counter)
    for dossier in dossiers:
        seen = min(until, (last_seen or {}).get(dossier.receiving_unit_id, until))
        columns = columns_of(dossier, start, until, seen)
        if columns:
            cells[_key(dossier, (hidden or {}).get(dossier.dossier_code, ""))].update(columns)
    return dict(cells)


def _key(dossier: Dossier, hidden: str) -> Key:
    field = "unknown" if hidden == "field_code" else dossier.field_code
    row_unit = dossier.department_unit_id or dossier.receiving_unit_id
    row_unit = "unknown" if hidden == "department_unit_id" else row_unit
    return Key(dossier.receiving_unit_id, row_unit, dossier.level_section_code, field)


def columns_of(dossier: Dossier, start: dt.date, until: dt.date, seen: dt.date | None = None) -> tuple[str, ...]:
    """Return the columns of II.06a in which a dossier counts once; empty when it is not in the population."""
    seen = min(seen or until, until)
    received = dossier.received_at
    if received is None or received.date() > seen:
        return ()
    if dossier.deleted_at is not None and dossier.deleted_at.date() <= seen:
        return ()  # gone from its unit's list: in no column until somebody says what became of it (domain/05 5.5)
    finished = dossier.finished_at
    closed_on = finished.date() if finished is not None and finished.date() <= seen else None
    if closed_on is not None and closed_on < start:
        return ()
    if received.date() < start:
        entry: tuple[str, ...] = ("c6",)
    else:
        entry = ("c4",) if dossier.channel == "online" else ("c5",)
    outcome = _closed(dossier, closed_on, seen) if closed_on is not None else _open(dossier, until, seen)
    return ("c3", *entry, *outcome)


def due_of(dossier: Dossier, seen: dt.date) -> dt.date | None:
    """Return the day a dossier is due as seen on a day: as promised, else by the catalogue's limit in working days.

    Without a promise the limit runs from the day of receipt, less the wait for a supplement that came (domain/05 5.4,
    "No due date"; domain/13 missing_due_date); procedures without such a limit have no due day.
    """
    asked, back = dossier.supplement_requested_at, dossier.supplement_received_at
    is_back = back is not None and back.date() <= seen
    due = (dossier.due_after_supplement_at if is_back else None) or dossier.due_at
    if due:
        return due.date()
    limit = LIMITS.get(dossier.procedure_id)
    if limit is None or dossier.received_at is None:
        return None
    waited = worked_between(asked.date(), back.date()) if is_back and asked and back else 0
    return working_day_after(dossier.received_at.date(), limit + waited)


def _closed(dossier: Dossier, closed_on: dt.date, seen: dt.date) -> tuple[str, str]:
    due = due_of(dossier, seen)
    if dossier.closing in ("withdrawn", "returned") or due is None or closed_on == due:
        return ("c7", "c9")
    return ("c7", "c8") if closed_on < due else ("c7", "c10")


def _open(dossier: Dossier, until: dt.date, seen: dt.date) -> tuple[str, str]:
    due = due_of(dossier, seen)
    is_late = due is not None and due < until and not is_paused(dossier, seen)
    return ("c11", "c13") if is_late else ("c11", "c12")


def is_paused(dossier: Dossier, day: dt.date) -> bool:
    """Return whether the clock is paused at the end of a day (supplement, payment or suspension)."""
    pauses = (
        (dossier.supplement_requested_at, dossier.supplement_received_at),
        (dossier.payment_requested_at, dossier.paid_at),
        (dossier.suspended_at, dossier.resumed_at),
    )
    return any(
        since is not None and since.date() <= day and (until is None or until.date() > day) for since, until in pauses
    )


def status_at(dossier: Dossier, moment: dt.datetime) -> str | None:
    """Return the canonical status at a moment; None before the dossier exists."""

    def came(event: dt.datetime | None) -> bool:
        return event is not None and event <= moment

    paused = (
        (dossier.supplement_requested_at, dossier.supplement_received_at, "awaiting_supplement"),
        (dossier.payment_requested_at, dossier.paid_at, "awaiting_payment"),
        (dossier.suspended_at, dossier.resumed_at, "suspended"),
    )
    ladder = [
        (not came(dossier.submitted_at) or came(dossier.deleted_at), None),
        (came(dossier.rejected_at), "rejected_at_intake"),
        (not came(dossier.received_at), "submitted"),
        (came(dossier.finished_at) and dossier.closing != "result", dossier.closing),
        (came(dossier.delivered_at), "result_delivered"),
        (came(dossier.finished_at), "result_ready"),
        *((came(since) and not came(until), status) for since, until, status in paused),
        (came(dossier.started_at), "in_progress"),
        (True, "accepted"),
    ]
    return next(status for holds, status in ladder if holds)


def roll_up(cells: Cells, *names: str) -> dict[tuple[str, ...], Counter[str]]:
    """Sum cells over some parts of the key: unit, row_unit, section, field; no name gives the total under ()."""
    sums: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for key, counts in cells.items():
        sums[tuple(getattr(key, name) for name in names)].update(counts)
    return dict(sums)


def main(period_id: str) -> None:
    """Print the recount of a period by section and field, with totals by unit."""
    start, end = PERIODS[period_id]
    cells = recount(load_truth(), start, end, last_seen=LAST_SEEN[period_id], hidden=shown_unknown(period_id))
    print("\t".join(("", *COLUMNS)))
    for names in (("section", "field"), ("unit",), ()):
        for key, counts in sorted(roll_up(cells, *names).items()):
            print("\t".join((" / ".join(key) or "total", *(str(counts[column]) for column in COLUMNS))))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2021-Q1")
