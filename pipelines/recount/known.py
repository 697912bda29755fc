"""Dossiers as known: which rows speak for each as of the asked day, and the day lateness is measured against.

Here: DESIGN idea 6, domain/05 5.3 and the promise of 5.4. Not here: whose a dossier is (owners), cells (dossiers).
Invariant: written from the domain chapters, sharing nothing with the dbt models; every delivered code is one dossier.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from pipelines.recount.landed import UNKNOWN, Landed, Row, age, happened, has_seen, on, row_of_the_day
from pipelines.recount.owners import GONE, Exports, owned, set_keys

STREAM = "case_exports"


@dataclass(frozen=True)
class Dossier:
    """One dossier as known: the newest row of its owner, the row of the as-of day, its first promise."""

    code: str
    unit_id: str
    unit_kind: str
    newest: Row
    observed: Row
    # The owner's row of that day: fees, cause of delay and rating are taken from the owner's own system.
    remarked: Row
    # The promise of the as-of day's row, else the last before it.
    promised_at: dt.datetime | None
    first_due_at: dt.datetime | None
    # Unit of the owner's first row as delivered; it may have been taken over since.
    original_unit_id: str | None = None
    # Whether the newest population export as of the day lacks it.
    is_missing: bool = False

    @property
    def received_on(self) -> dt.date | None:
        """Day of intake."""
        return on(self.newest["received_at"])

    @property
    def requested_at(self) -> dt.datetime | None:
        """When the supplement was asked for, as the system showed it on the as-of day (a pause is overwritten)."""
        return self.observed["supplement_requested_at"]

    @property
    def returned_at(self) -> dt.datetime | None:
        """When the supplement came, as the system showed it on the as-of day."""
        return self.observed["supplement_received_at"]


# --- which row speaks (DESIGN idea 6, domain/05 5.6) ---------------------------------------------------------------


def known_dossiers(landed: Landed) -> list[Dossier]:
    """Return every dossier any counted delivery shows."""
    by_code: defaultdict[str, list[Row]] = defaultdict(list)
    rows_of_all = landed.rows(STREAM)
    set_keys(landed, rows_of_all, "dossier_code", lambda row: named_unit(landed, row) or UNKNOWN)
    for row in rows_of_all:
        row["unit_id"] = receiving_unit(landed, row)
        by_code[row["key"]].append(row)
    if landed.table("unit_successor"):
        for rows in by_code.values():
            _rewind(landed, rows)
    exports = Exports(landed, STREAM)
    return [_known(landed, exports, key, rows) for key, rows in by_code.items()]


def _rewind(landed: Landed, rows: list[Row]) -> None:
    """What a unit shows that took over only after the last counted day is of the unit of that day, if it showed it."""
    if len({row["unit_id"] for row in rows}) < 2:
        return
    in_order = [row["unit_id"] for row in sorted(rows, key=age)]
    for row in rows:
        row["unit_then"] = next((unit for unit in in_order if row["unit_id"] in landed.later(unit)), row["unit_id"])
    for row in rows:
        row["unit_id"] = row["unit_then"]


def named_unit(landed: Landed, row: Row) -> str | None:
    """Return the unit a row names: the sender, or the unit of its column where the export has many units."""
    delivery = row["delivery"]
    return (
        landed.unit_of_key.get(row["receiving_unit_key"]) if delivery["unit_from"] == "column" else delivery["unit_id"]
    )


def receiving_unit(landed: Landed, row: Row) -> str:
    """Return the unit a row belongs to; unknown when no table has it."""
    named = landed.now(named_unit(landed, row))
    return named if named in landed.units else UNKNOWN


def _known(landed: Landed, exports: Exports, key: str, rows: list[Row]) -> Dossier:
    noted = owned(landed, exports, rows, "dossier_code")
    # Asked after its last day, a period is still that of its last day. Where the owner has not shown it since that day,
    # another unit that has is nearer to it.
    until = landed.question["until_on"]
    shown = [rows for rows in (noted.own, noted.beside) if any(has_seen(row, until) for row in rows)]
    observed = _as_it_stood(noted.story, row_of_the_day(shown[0] if shown else noted.own, until), until)
    return Dossier(
        code=key,
        unit_id=noted.owner.unit_id,
        unit_kind=noted.owner.kind,
        newest=noted.newest,
        observed=observed,
        remarked=row_of_the_day(noted.own, until),
        promised_at=observed["due_at"] or _last_promise(noted.story, observed),
        first_due_at=first_promise(noted.story),
        original_unit_id=named_unit(landed, min(noted.own, key=age)),
        is_missing=noted.owner.state == GONE,
    )


def _as_it_stood(story: list[Row], observed: Row, until: dt.date) -> Row:
    """Return a row with the pause of the day in place of an end without result that came only after the day.

    It waited if the row before shows the clock stopped, and no supplement given by the day says that it ran again.
    """
    ended_on, given_at = on(observed["finished_at"]), observed["supplement_received_at"]
    if observed["status"] not in ("withdrawn", "returned") or ended_on is None or ended_on <= until:
        return observed
    seen_at = observed["delivery"]["observed_at"]
    before = max((row for row in story if row["delivery"]["observed_at"] < seen_at), key=age, default=None)
    if before is None or before["status"] not in ("awaiting_supplement", "awaiting_payment", "suspended"):
        return observed
    waited_for_it = before["status"] == "awaiting_supplement"
    if happened(on(given_at), until) and (waited_for_it or given_at > before["delivery"]["observed_at"]):
        return observed
    return {**observed, "status": before["status"]}


def _last_promise(rows: list[Row], observed: Row) -> dt.datetime | None:
    """Return the promise shown last before a row that has none: a day blanked later stays as last known."""
    before = observed["delivery"]["observed_at"]
    shown = [row for row in rows if row["due_at"] is not None and row["delivery"]["observed_at"] < before]
    return max(shown, key=age)["due_at"] if shown else None


def first_promise(rows: list[Row]) -> dt.datetime | None:
    """Return the first due moment any delivery of the owner gave (switch overdue_basis=original_due)."""
    promised = [row for row in rows if row["due_at"] is not None]
    return min(promised, key=age)["due_at"] if promised else None


# --- due date (domain/05 5.3, switches overdue_basis and supplement_clock) -----------------------------------------


def due_moment(landed: Landed, dossier: Dossier, procedure: Row | None) -> dt.datetime | None:
    """Return the moment lateness is measured against; None where nothing was promised and no limit is known."""
    question, row, promised_at = landed.question, dossier.observed, dossier.promised_at
    if question["overdue_basis"] == "original_due" and dossier.first_due_at is not None:
        return dossier.first_due_at
    if row["new_due_at"] is not None:
        return row["new_due_at"]
    if promised_at is None:
        return limit_moment(landed, dossier, procedure)
    system_moves_it = row["delivery"]["due_after_supplement"] != "original"
    if system_moves_it or not happened(on(dossier.returned_at), question["until_on"]):
        return promised_at
    moved = _moved_by_supplement(landed, dossier, promised_at)
    return promised_at if moved is None else dt.datetime.combine(moved, promised_at.time())


def is_without_due(question: Row, dossier: Dossier) -> bool:
    """Return whether no file promised a day that counts: it is flagged, and its number is in the text."""
    by_first = question["overdue_basis"] == "original_due" and dossier.first_due_at is not None
    return not by_first and dossier.observed["new_due_at"] is None and dossier.promised_at is None


def limit_moment(landed: Landed, dossier: Dossier, procedure: Row | None) -> dt.datetime | None:
    """Return the end of the catalogue's limit in working days, the waiting for a supplement added (domain/05 5.4, R8).

    None where the catalogue has no such limit, or missing_due_date=in_time.
    """
    if procedure is None or procedure["time_unit"] != "working_day" or procedure["time_value"] is None:
        return None
    if landed.question.get("missing_due_date") == "in_time":
        return None
    days = ceil(Decimal(str(procedure["time_value"])))
    if happened(on(dossier.returned_at), landed.question["until_on"]):
        days += max(landed.working_days.between(on(dossier.requested_at), on(dossier.returned_at)) or 0, 0)
    last = landed.working_days.after(dossier.received_on, days)
    return None if last is None else dt.datetime.combine(last, dt.time(23, 59, 59))


def _moved_by_supplement(landed: Landed, dossier: Dossier, due_at: dt.datetime) -> dt.date | None:
    """Return the due day after a supplement where the source gives none; None: unchanged.

    `resume` takes the working days of waiting out of the used time; `restart` gives the full limit again.
    """
    days, returned_on = landed.working_days, on(dossier.returned_at)
    if landed.question["supplement_clock"] == "restart":
        limit = days.between(dossier.received_on, due_at.date())
        if limit is None:
            return None
        return days.after(returned_on, limit) if limit > 0 else returned_on
    waited = days.between(on(dossier.requested_at), returned_on)
    return days.after(due_at.date(), waited) if waited is not None and waited > 0 else None
