"""Whose record it is, counted again: its key, the unit that has it as of the asked day, and the rows that speak for it.

Here: domain/05 5.6 (keys, owners, what a population export lacks). Not here: cells, due dates (dossiers), forms.
Invariant: written from the domain chapter, sharing nothing with the dbt models; of all units that ever showed a dossier
exactly one has it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pipelines.recount.landed import UNKNOWN, Landed, Row, age, last_of_each_delivery

# domain/05 5.1: words after which a dossier is no longer open in its export.
_ENDED = {"result_ready", "result_delivered", "withdrawn", "returned", "rejected_at_intake"}
# domain/05 5.6: who has a dossier that several show at once.
_KINDS = ("ward", "one_stop_desk", "department", "city", "vertical_agency")
# How a unit shows a dossier as of the day, the strongest first.
SHOWN, NOT_SEEN_SINCE, SHOWN_LATER, GONE = range(4)

_SeriesName = tuple[str, str]


def set_keys(landed: Landed, rows: Iterable[Row], code: str, unit: Callable[[Row], str | None]) -> None:
    """Set `key` of every row: its code, or book, year and number where the code is a number of a unit's own book.

    A unit that took over another goes on with the numbers of its book: the number of a day is of the book in which it
    was seen first.
    """
    own = [row for row in rows if row.get("is_own_number")]
    for row in rows:
        row["key"] = row[code]
    firsts: dict[tuple[str, dt.date | None], list[Row]] = defaultdict(list)
    for row in own:
        firsts[row[code].upper(), _entered(row)].append(row)
    older = _taken_over(landed)
    for row in own:
        number, day = row[code].upper(), _entered(row)
        book = unit(row) or UNKNOWN
        before = [other for other in firsts[number, day] if unit(other) in older.get(book, ())]
        if before and day is not None:
            book = unit(min(before, key=lambda other: (age(other)[:3], unit(other)))) or UNKNOWN
        row["key"] = f"{book}:{day.year if day else '?'}:{number}"


def _entered(row: Row) -> dt.date | None:
    moment = row["received_at"] or row.get("submitted_at")
    return moment.date() if moment else None


def _taken_over(landed: Landed) -> dict[str, set[str]]:
    """Unit → the units it took over from, next before or long before."""
    found: dict[str, set[str]] = defaultdict(set)
    for change in landed.table("unit_successor"):
        old, new = change["from_unit_id"], change["to_unit_id"]
        now = landed.now(old)
        for later in {new, now} - {old, None}:
            found[str(later)].add(old)
    return found


@dataclass
class Series:
    """The exports of one unit read with one profile."""

    is_population: bool
    moments: set[dt.datetime] = field(default_factory=set)

    def as_of(self, day: dt.date) -> dt.datetime:
        """Return the export that shows a day: the first made at its end or later, else the last before."""
        end = dt.datetime.combine(day, dt.time(23, 59, 59))
        since = [moment for moment in self.moments if moment >= end]
        return min(since) if since else max(self.moments)


class Exports:
    """All exports of a stream: their series, and the codes of rows that were sent back."""

    def __init__(self, landed: Landed, stream: str) -> None:
        """Read the counted deliveries of a stream and the rows sent back from them."""
        self.until: dt.date = landed.question["until_on"]
        self.series: dict[_SeriesName, Series] = {}
        self.sent_back: dict[tuple[_SeriesName, str], set[dt.datetime]] = defaultdict(set)
        for delivery in landed.deliveries.values():
            if delivery["stream"] == stream:
                name = series_name(delivery)
                series = self.series.setdefault(name, Series(delivery["coverage"] == "population"))
                series.moments.add(delivery["observed_at"])
        for reject in landed.table("rejected_row"):
            delivery = landed.deliveries.get(reject["delivery_id"])
            if delivery is not None and delivery["stream"] == stream and reject["record_code"] is not None:
                self.sent_back[series_name(delivery), reject["record_code"]].add(delivery["observed_at"])

    @cached_property
    def still_shown(self) -> frozenset[str]:
        """Codes of rows sent back from an export of the asked day, or a later one, of any unit."""
        return frozenset(
            code
            for (name, code), moments in self.sent_back.items()
            if max(moments) >= self.series[name].as_of(self.until)
        )


def series_name(delivery: Row) -> _SeriesName:
    """Return what names a series: the unit that sends, the profile that reads."""
    return delivery["unit_id"], delivery["profile_id"] or ""


@dataclass(frozen=True)
class Holder:
    """One unit that ever showed a dossier, with its rows."""

    unit_id: str
    kind: str
    state: int
    seen_at: dt.datetime | None
    last_seen_at: dt.datetime
    rows: list[Row]

    @cached_property
    def order(self) -> tuple[object, ...]:
        """What orders holders, the owner first."""
        last_seen = -(self.seen_at or self.last_seen_at).timestamp() if self.state == GONE else 0
        rank = _KINDS.index(self.kind) if self.kind in _KINDS else len(_KINDS)
        return self.state, last_seen, rank, -self.last_seen_at.timestamp(), self.unit_id


@dataclass(frozen=True)
class Owned:
    """A dossier with its owner and the rows that speak.

    They are the owner's, those of other units that show it too, all that tell its story, the newest.
    """

    owner: Holder
    own: list[Row]
    beside: list[Row]
    story: list[Row]
    newest: Row


def owned(landed: Landed, exports: Exports, rows: list[Row], code: str) -> Owned:
    """Return the owner of the rows of one dossier as of the asked day."""
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_unit[row["unit_id"]].append(row)
    holders = sorted((_holder(landed, exports, unit, mine, code) for unit, mine in by_unit.items()), key=_order)
    owner = holders[0]
    if owner.state == GONE and rows[0]["key"] in exports.still_shown:
        owner = replace(owner, state=NOT_SEEN_SINCE)
    own = last_of_each_delivery(owner.rows)
    before = [row for holder in holders[1:] if holder.state == GONE for row in last_of_each_delivery(holder.rows)]
    beside = [row for holder in holders[1:] if holder.state != GONE for row in last_of_each_delivery(holder.rows)]

    def order(row: Row) -> tuple[Any, ...]:
        return age(row)[0], row["unit_id"] == owner.unit_id, age(row)

    newest = max(rows, key=order)
    if newest["received_at"] is None:  # a receipt that a newer row leaves blank has happened all the same
        received = [row for row in rows if row["received_at"] is not None]
        newest = {**newest, "received_at": max(received, key=order)["received_at"] if received else None}
    return Owned(owner, own, beside, [*own, *before], newest)


def _order(holder: Holder) -> tuple[object, ...]:
    return holder.order


def _holder(landed: Landed, exports: Exports, unit: str, rows: list[Row], code: str) -> Holder:
    kind = landed.units[unit]["unit_kind"] if unit in landed.units else UNKNOWN
    by_series: dict[_SeriesName, list[Row]] = defaultdict(list)
    for row in rows:
        by_series[series_name(row["delivery"])].append(row)
    looks = [_look(exports, name, mine, code) for name, mine in by_series.items()]
    seen = [look.seen_at for look in looks if look.seen_at is not None]
    return Holder(
        unit_id=unit,
        kind=kind,
        state=min(look.state for look in looks),
        seen_at=max(seen) if seen else None,
        last_seen_at=max(look.last_seen_at for look in looks),
        rows=rows,
    )


@dataclass(frozen=True)
class _Look:
    """What one series says of a dossier of one unit."""

    state: int
    seen_at: dt.datetime | None
    last_seen_at: dt.datetime


def _look(exports: Exports, name: _SeriesName, rows: list[Row], code: str) -> _Look:
    series = exports.series[name]
    at = series.as_of(exports.until)
    moments = {row["delivery"]["observed_at"] for row in rows}
    for written in {row[code] for row in rows}:
        moments |= exports.sent_back.get((name, written), set())
    until = [moment for moment in moments if moment <= at]
    seen_at, last = max(until) if until else None, max(moments)
    typed_until = [row for row in rows if row["delivery"]["observed_at"] <= at]
    open_then = is_open(max(typed_until or rows, key=age))
    if seen_at is not None and (seen_at == at or not open_then):
        state = SHOWN
    elif seen_at is not None and not series.is_population:
        state = NOT_SEEN_SINCE
    else:
        state = SHOWN_LATER if last > at else GONE
    return _Look(state, seen_at, last)


def is_open(row: Row) -> bool:
    """Return whether a row shows its dossier open: no end, and no word that ends it."""
    return row["finished_at"] is None and row["status"] not in _ENDED
