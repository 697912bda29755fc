"""Counting records by the law: tables I, III, IX, X and the death group.

Here: domain/08, 5.11 and the heads of the tables. Not here: records, returns.
Invariant: a record is counted as its unit's newest visible return shows it, by the day it happened.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

from truth.world.catalogue import CITY
from truth.world.evidence import Question
from truth.world.records import CHANNELS, DOCUMENTS, LINKS, OWN_TRAINING, WALL, Record, Return

Cell = tuple[str, str, str, str]
Counted = Iterator[tuple[str, str, int]]


def figures(returns: Iterable[Return], question: Question) -> Counter[Cell]:
    """Return the figures of the record tables: city and unit, row of the unit and total."""
    total: Counter[Cell] = Counter()
    everything = known(returns, question)
    for record in [*(item for item in everything if item.stream != "posting_checks"), *_latest(everything, question)]:
        for form, column, value in _count(record, question.period.start, question.until):
            for scope in (CITY, record.unit):
                for row in ("total", record.unit):
                    total[form, scope, row, column] += value
    return +total


def known(returns: Iterable[Return], question: Question) -> list[Record]:
    """Return every record as the newest visible return of its unit shows it."""
    visible = [item for item in returns if question.received_by is None or item.received <= question.received_by]
    newest = {item.unit: item for item in sorted(visible, key=lambda item: item.moment)}
    return [record for item in newest.values() for record in item.records]


def _latest(records: Iterable[Record], question: Question) -> list[Record]:
    """Return the last posting check of each unit and place in the period."""
    found: dict[tuple[str, object], Record] = {}
    checks = [item for item in records if item.stream == "posting_checks"]
    for record in sorted(checks, key=lambda item: item.day("on") or dt.date.min):
        if _is_in(record.day("on"), question.period.start, question.until):
            found[record.unit, record.cells["place"]] = record
    return [*found.values()]


def _count(record: Record, start: dt.date, until: dt.date) -> Counted:
    rule = {
        "directives": _directive,
        "focal_officers": _focal,
        "inspections": _inspection,
        "findings": _finding,
        "communications": _communication,
        "trainings": _training,
        "death_cases": _death,
        "posting_checks": _posting,
    }[record.stream]
    yield from rule(record, start, until)


def _is_in(day: dt.date | None, start: dt.date, until: dt.date) -> bool:
    return day is not None and start <= day <= until


def _directive(record: Record, start: dt.date, until: dt.date) -> Counted:
    if _is_in(record.day("on"), start, until):
        yield "I", "documents", 1
        yield "I", next(name for name, word in DOCUMENTS.items() if word == record.cells["kind"]), 1


def _focal(record: Record, start: dt.date, until: dt.date) -> Counted:
    yield "I", "focal_officers", record.number("count")


def _inspection(record: Record, start: dt.date, until: dt.date) -> Counted:
    planned, done = record.day("planned"), record.day("done")
    if planned is None or (done is not None and done < start) or min(planned, done or planned) > until:
        return  # done before, or neither due nor done yet: one left undone stays in the table until it is done
    yield "IX", "inspections", 1
    yield "IX", "own_inspections" if record.cells["kind"] == "Tự kiểm tra" else "combined_inspections", 1
    if done is None or done > until:
        yield "IX", "inspections_not_done", 1
        return
    yield "IX", "inspections_done", 1
    yield "IX", "inspections_on_time" if done <= planned else "inspections_late", 1


def _finding(record: Record, start: dt.date, until: dt.date) -> Counted:
    found, due, closed = record.day("on"), record.day("due"), record.day("closed")
    if found is None or due is None or found > until or (closed and closed < start):
        return
    yield "IX", "findings", 1
    yield "IX", "findings_carried" if found < start else "findings_found", 1
    if closed and closed <= until:
        yield "IX", "findings_closed_on_time" if closed <= due else "findings_closed_late", 1
        return
    yield "IX", "findings_open", 1
    if due < until:
        yield "IX", "findings_overdue", 1


def _communication(record: Record, start: dt.date, until: dt.date) -> Counted:
    if _is_in(record.day("on"), start, until):
        yield "X", "items", record.number("count")
        kind = next(name for name, word in CHANNELS.items() if word == record.cells["kind"])
        yield "X", kind, record.number("count")
        yield "X", "reach", record.number("reach")


def _training(record: Record, start: dt.date, until: dt.date) -> Counted:
    if not _is_in(record.day("on"), start, until):
        return
    yield "X", "trainings", 1
    if record.cells["kind"] == OWN_TRAINING:
        yield "X", "own_trainings", 1
    for name in ("focal", "one_stop", "other"):
        yield "X", f"{name}_participants", record.number(name)
        yield "X", "participants", record.number(name)


def _death(record: Record, start: dt.date, until: dt.date) -> Counted:
    on, due = record.day("on"), record.day("due")
    kind = next(name for name, word in LINKS.items() if word == record.cells["kind"])
    if on is None or on > until:
        return
    if on >= start:
        yield "death-group", "deaths_registered", 1
        yield "death-group", kind, 1
    if kind == "not_linked" or due is None:
        return
    if on >= start:
        yield "death-group", "linked_total", 1
    steps = [record.day("residence"), *([record.day("benefit")] if kind != "linked_two" else [])]
    done = [step for step in steps if step]
    finished = max(done) if len(done) == len(steps) else None
    if finished and finished < start:
        return
    if finished and finished <= until:
        yield "death-group", "finished_in_time" if finished <= due else "finished_overdue", 1
    else:
        yield "death-group", "pending", 1


def _posting(record: Record, start: dt.date, until: dt.date) -> Counted:
    if _is_in(record.day("on"), start, until):
        place = "wall" if record.cells["place"] == WALL else "portal"
        yield "III", f"{place}_in_force", record.number("in_force")
        yield "III", f"{place}_posted", record.number("posted")
