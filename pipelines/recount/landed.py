"""What the recount reads: schema `landed` of one built report, as plain rows, and the tables of the office in time.

Here: question, counted deliveries, typed rows, versions of units, fields, procedures, sections, working days.
Not here: any rule of counting (recount_<noun>). Invariant: nothing but schema `landed` is read; no model of dbt.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import duckdb

Row = dict[str, Any]
T = TypeVar("T")

UNKNOWN = "unknown"
_NEVER = dt.date.min
_FOREVER = dt.date.max


@dataclass(frozen=True)
class Counted:
    """One record in the population of the period, as the recount sees it.

    `keys` are the places a form row may ask for (section, field, unit …), `measures` the amounts that cells sum,
    `why` the recount's own word for the decision; `is_late` marks what belonged to an earlier period.
    """

    record: str
    # None where no delivered row is behind it (a duty nobody fulfilled).
    row_id: str | None
    scopes: frozenset[str]
    keys: dict[str, str | None]
    measures: dict[str, int]
    why: str = ""
    is_late: bool = False


class Landed:
    """Schema `landed` of one question."""

    def __init__(self, read: Callable[[str], list[Row]]) -> None:
        """Remember how a table of schema `landed` is read, by name: its rows as dicts of the caller's own."""
        self.read = read
        self._tables: dict[str, list[Row]] = {}
        self._counts: dict[Callable[[Landed], list[Any]], list[Any]] = {}

    def table(self, name: str) -> list[Row]:
        """Return a table that is asked for again and again: read once, never to be changed."""
        if name not in self._tables:
            self._tables[name] = self.read(name)
        return self._tables[name]

    def once(self, count: Callable[[Landed], list[T]]) -> list[T]:
        """Return what a count of this question comes to, counted once however many facts ask, never to be changed."""
        if count not in self._counts:
            self._counts[count] = count(self)
        return self._counts[count]

    def forget(self) -> None:
        """Let go of what was counted: of a large quarter it is most of the memory."""
        self._counts.clear()

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Landed:
        """Return schema `landed` of an open warehouse."""

        def read(name: str) -> list[Row]:
            result = connection.execute(f'select * from landed."{name}"')
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

        return cls(read)

    @cached_property
    def question(self) -> Row:
        """The one row of the question."""
        (row,) = self.table("question")
        return row

    @cached_property
    def deliveries(self) -> dict[str, Row]:
        """Deliveries whose rows count (visible at the question's moment and accepted), by id."""
        return {row["delivery_id"]: row for row in self.table("delivery") if row["is_counted"]}

    @cached_property
    def columns(self) -> frozenset[tuple[str, str]]:
        """Delivery id and name of every column its file has."""
        return frozenset((row["delivery_id"], row["column_name"]) for row in self.table("delivery_column"))

    def rows(self, stream: str) -> list[Row]:
        """Return the typed rows of a stream's counted deliveries, each with its delivery under `delivery`."""
        found = []
        for row in self.read(stream):
            delivery = self.deliveries.get(row["delivery_id"])
            if delivery is not None:
                row["delivery"] = delivery
                row["row_id"] = f"{row['delivery_id']}:{row['source_sheet'] or ''}:{row['source_row']}"
                found.append(row)
        return found

    @cached_property
    def units(self) -> dict[str, Row]:
        """Unit id → its version on the last counted day, with `is_in_period`: not when another took it over."""
        found = self._versions("unit", "unit_id")
        return {
            unit_id: {**row, "is_in_period": row["is_in_period"] and self.now(unit_id) == unit_id}
            for unit_id, row in found.items()
        }

    @cached_property
    def _successors(self) -> list[Row]:
        return self.table("unit_successor")

    @cached_property
    def _takeovers(self) -> dict[str, list[tuple[dt.date, str]]]:
        """Unit id → what took over from it and when, in time, the greatest share of each day."""
        found: dict[str, dict[dt.date, tuple[Any, ...]]] = {}
        for row in self._successors:
            if row["changed_on"] <= self.question["until_on"]:
                share = 1 if row["share"] is None else row["share"]
                offer = -share, row["to_unit_id"]
                of_unit = found.setdefault(row["from_unit_id"], {})
                of_unit[row["changed_on"]] = min(offer, of_unit.get(row["changed_on"], offer))
        return {unit: [(day, offer[1]) for day, offer in sorted(days.items())] for unit, days in found.items()}

    def now(self, unit_id: str | None) -> str | None:
        """Return the unit that answers for a unit on the last counted day (domain/11)."""
        since = _NEVER
        while unit_id is not None:
            later = [(day, unit) for day, unit in self._takeovers.get(unit_id, []) if day > since]
            if not later:
                break
            since, unit_id = later[0]
        return unit_id

    def later(self, unit_id: str) -> set[str]:
        """Return the units that take over from a unit, or from a part of it, after the last counted day."""
        found: set[tuple[dt.date, str]] = set()
        steps = [(self.question["until_on"], unit_id)]
        while steps:
            since, unit = steps.pop()
            ahead = {
                (row["changed_on"], row["to_unit_id"])
                for row in self._successors
                if row["from_unit_id"] == unit != row["to_unit_id"] and row["changed_on"] > since
            }
            steps += ahead - found
            found |= ahead
        return {unit for _, unit in found}

    @cached_property
    def fields(self) -> dict[str, Row]:
        """Field code → its version on the last counted day."""
        return self._versions("field", "field_code")

    @cached_property
    def fields_by_name(self) -> dict[str, list[Row]]:
        """Match key of the name → versions of the fields so named; without marks too, where that is one name."""
        found = _grouped(self.table("field"), "field_name_key")
        spelled: dict[str, set[str]] = {}
        for key in found:
            spelled.setdefault(_unmarked(key), set()).add(key)
        alone = {bare: keys.pop() for bare, keys in spelled.items() if len(keys) == 1}
        return {**{bare: found[key] for bare, key in alone.items()}, **found}

    @cached_property
    def unit_of_key(self) -> dict[str, str]:
        """Match key of a unit's name → unit id (the first id, should two units share a name)."""
        found: dict[str, str] = {}
        for row in sorted(self.table("unit_alias"), key=lambda row: row["unit_id"]):
            found.setdefault(row["unit_key"], row["unit_id"])
        return found

    @cached_property
    def procedures_by_code(self) -> dict[str, list[Row]]:
        """Code → versions of the procedures that carry it."""
        return _grouped(self.table("procedure"), "procedure_code")

    @cached_property
    def procedures_by_name(self) -> dict[str, list[Row]]:
        """Match key of the name → versions of the procedures so named."""
        return _grouped(self.table("procedure"), "procedure_name_key")

    def section(self, scheme: str, is_ward: bool) -> str | None:
        """Return the section of a scheme for wards, or for the rest; the other one where the scheme has only that."""
        found = [row for row in self._sections if row["scheme"] == scheme]
        found.sort(key=lambda row: ((row["applies_to"] == "ward") != is_ward, row["sort_no"], row["section_code"]))
        return found[0]["section_code"] if found else None

    def section_for(self, scheme: str, applies_to: str) -> str | None:
        """Return the first section of a scheme for one kind of thing; None where the office names none."""
        found = [row for row in self._sections if row["scheme"] == scheme and row["applies_to"] == applies_to]
        return min(found, key=lambda row: (row["sort_no"], row["section_code"]))["section_code"] if found else None

    @cached_property
    def _sections(self) -> list[Row]:
        day = self.question["until_on"]
        in_force = [row for row in self.table("section") if is_valid(row, day)]
        by_code = _grouped(in_force, "scheme", "section_code")
        return [max(rows, key=lambda row: row["valid_from"] or _NEVER) for rows in by_code.values()]

    @cached_property
    def prior_dossiers(self) -> dict[str, Row]:
        """Dossier code → what the issued final of the period before knew of it."""
        return {row["dossier_code"]: row for row in self.table("prior_dossier")}

    @cached_property
    def working_days(self) -> WorkingDays:
        """The office's working days."""
        rows = self.table("calendar")
        return WorkingDays(
            sorted(row["date_on"] for row in rows if row["is_working_day"]),
            min((row["date_on"] for row in rows), default=_FOREVER),
            max((row["date_on"] for row in rows), default=_NEVER),
        )

    def _versions(self, table: str, key: str) -> dict[str, Row]:
        start, until = self.question["period_start"], self.question["until_on"]
        chosen = {}
        for code, rows in _grouped(self.table(table), key).items():
            best = max(rows, key=lambda row: (is_valid(row, until), row["valid_from"] or start))
            in_period = (best["valid_from"] or until) <= until and (best["valid_to"] or start) >= start
            chosen[code] = {**best, "is_in_period": in_period}
        return chosen


@dataclass(frozen=True)
class WorkingDays:
    """Working days of the calendar in order, with the first and last day the calendar knows."""

    days: Sequence[dt.date]
    first: dt.date = field(default=_NEVER)
    last: dt.date = field(default=_FOREVER)

    def number(self, day: dt.date | None) -> int | None:
        """Return how many working days there are up to a day, that day included; None outside the calendar."""
        if day is None or not self.first <= day <= self.last:
            return None
        return bisect_right(self.days, day)

    def day(self, number: int) -> dt.date | None:
        """Return the working day of a number; None outside the calendar."""
        return self.days[number - 1] if 1 <= number <= len(self.days) else None

    def between(self, first: dt.date | None, last: dt.date | None) -> int | None:
        """Return the working days after `first` up to `last`; None if either is unknown."""
        from_number, to_number = self.number(first), self.number(last)
        return None if from_number is None or to_number is None else to_number - from_number

    def after(self, day: dt.date | None, count: int) -> dt.date | None:
        """Return the working day `count` working days after a day."""
        number = self.number(day)
        return None if number is None else self.day(number + count)


def age(row: Row) -> tuple[Any, ...]:
    """Return what orders the rows of one record, newer is greater: moment shown, receipt, place in the file.

    Sendings are ordered by receipt number, never by the clock.
    """
    delivery = row["delivery"]
    return delivery["observed_at"], delivery["receipt_no"], row["delivery_id"], row["source_row"], row["row_id"]


def row_of_the_day(rows: list[Row], as_of: dt.date) -> Row:
    """Return the row that gives what a system overwrites (status, promise, pause), as of a day (DESIGN idea 6).

    It is the row of the first delivery that observed the record at or after the end of the day (of two of one
    moment, the one received last), else the last before. An export of the morning shows the day before.
    """
    since = [row for row in rows if has_seen(row, as_of)]
    if not since:
        return max(rows, key=age)
    first = min(row["delivery"]["observed_at"] for row in since)
    return max((row for row in since if row["delivery"]["observed_at"] == first), key=age)


def has_seen(row: Row, day: dt.date) -> bool:
    """Return whether the delivery of a row was made at the end of a day (its last second) or later."""
    return row["delivery"]["observed_at"] >= dt.datetime.combine(day, dt.time(23, 59, 59))


def last_of_each_delivery(rows: list[Row], order: Callable[[Row], tuple[Any, ...]] = age) -> list[Row]:
    """Return one row a delivery, the greatest in an order: what a file says last counts."""
    last: dict[str, Row] = {}
    for row in sorted(rows, key=order):
        last[row["delivery_id"]] = row
    return list(last.values())


def unit_scopes(landed: Landed, unit_id: str | None, kinds: tuple[str, ...]) -> set[str]:
    """Return the forms a unit's record is in: the office's, and its own where the unit has one in the period."""
    scopes = {landed.question["office_unit_id"]}
    unit = landed.units.get(unit_id) if unit_id else None
    if unit and unit["is_in_period"] and unit["unit_kind"] in kinds:
        scopes.add(unit["unit_id"])
    return scopes


def is_valid(row: Row, day: dt.date) -> bool:
    """Return whether a version of a table row is in force on a day; both ends belong to it, empty is open."""
    return (row["valid_from"] or _NEVER) <= day <= (row["valid_to"] or _FOREVER)


def on(moment: dt.datetime | dt.date | None) -> dt.date | None:
    """Return the day of a moment; a day is its own."""
    return moment.date() if isinstance(moment, dt.datetime) else moment


def happened(day: dt.date | None, until: dt.date) -> bool:
    """Return whether an event's day is known and not after the last counted day."""
    return day is not None and day <= until


def _unmarked(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def _grouped(rows: Iterable[Row], *keys: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        name = row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)
        if name is not None:
            groups.setdefault(name, []).append(row)
    return groups
