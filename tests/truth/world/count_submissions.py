"""Counting what units owe and how it came by the law: table XI.

Here: domain/04 4.2 and *Sent when* of the design, from what was sent and when the office looked. Not here: rows of files.
Invariant: a file is on time or late only where a look or its own time proves it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from truth.world.catalogue import CITY
from truth.world.claims import Extra
from truth.world.days import PERIODS, QUARTERS, Period
from truth.world.evidence import Question
from truth.world.feedback import Log
from truth.world.records import SHEETS, Return
from truth.world.reviews import Table
from truth.world.sendings import Export, Sent, written_at

Cell = tuple[str, str, str, str]
Duty = tuple[str, str, str]  # unit, stream, period
# What a file beside the others is to table XI: a good file again, one sent back, or nothing (a copy, an old one).
_AGAIN = ("half a replacement", "A, B, A")
_REFUSED = ("neighbour's file",)


@dataclass(frozen=True)
class _Came:
    """One sending of one table: seen first, provably not before, whether it replaces one, has rows, is sent back."""

    seen: dt.date
    earliest: dt.date
    replaces: bool
    has_rows: bool
    is_refused: bool = False


def figures(
    sent: list[Sent], owed: Iterable[tuple[str, str]], question: Question, content: Callable[[Sent], bytes]
) -> Counter[Cell]:
    """Return the figures of table XI of the city and of each unit; `content` gives the bytes of a file."""
    came = _came(sent, question, content)
    total: Counter[Cell] = Counter()
    for part in _parts(question):
        for unit, stream in owed:
            for column, value in _columns(came[unit, stream, part.period_id], part):
                for scope in (CITY, unit):
                    for row in ("total", unit):
                        total["XI", scope, row, column] += value
    return +total


def _parts(question: Question) -> list[Period]:
    """Return the quarters of a longer period as far as they have begun."""
    if question.period in QUARTERS:
        return [question.period]
    asked = PERIODS[question.period.period_id]
    return [item for item in QUARTERS if asked.start <= item.start <= question.until and item.end <= asked.end]


def _came(sent: list[Sent], question: Question, content: Callable[[Sent], bytes]) -> defaultdict[Duty, list[_Came]]:
    looks = sorted({item.received for item in sent})
    found: defaultdict[Duty, list[_Came]] = defaultdict(list)
    last: dict[tuple[str, str, str], bytes] = {}
    for item in sorted(sent, key=lambda item: (item.received, item.moment)):
        if question.received_by and item.received > question.received_by:
            continue
        path = item.unit, item.period.period_id, item.name
        if last.get(path) == content(item):
            continue  # a look finds the file it has
        replaces = path in last
        last[path] = content(item)
        before = [look.date() for look in looks if look < item.received]
        earliest = max([written_at(item).date(), *before[-1:]])
        for stream, has_rows, again in _tables(item):
            # An export of no dossier may be a broken one: whoever had none writes that in words.
            refused = (stream == "case_exports" and not has_rows) or getattr(item, "shape", "") in _REFUSED
            came = _Came(item.received.date(), earliest, replaces or again, has_rows, refused)
            found[item.unit, stream, item.period.period_id].append(came)
    return found


def _tables(sent: Sent) -> Iterable[tuple[str, bool, bool]]:
    """Yield the tables a file is: stream, whether it has rows, whether it replaces one though its name is another."""
    if isinstance(sent, Return):
        written = {record.stream for record in sent.records}
        yield from ((stream, stream in written, False) for stream in SHEETS)
    elif isinstance(sent, Export):
        yield "case_exports", bool(sent.rows), False
    elif isinstance(sent, Log):
        yield "feedback_logs", bool(sent.rows), False
    elif isinstance(sent, Table):
        yield "review_submissions", bool(sent.rows), False
    elif isinstance(sent, Extra) and sent.shape in (*_AGAIN, *_REFUSED):
        yield "case_exports", True, sent.shape in _AGAIN


def _columns(came: list[_Came], part: Period) -> Iterable[tuple[str, int]]:
    good = [item for item in came if not item.is_refused]
    yield "submissions_owed", 1
    yield "revisions", sum(item.replaces for item in came)
    if not good:
        yield "returned" if came else "not_sent", 1
        return
    deadline = part.end.replace(day=11)
    seen, earliest = min(item.seen for item in good), min(item.earliest for item in good)
    late = seen > deadline and earliest > deadline
    yield "sent_on_time" if seen <= deadline else "sent_late" if late else "sent_unknown", 1
    if late:
        yield "days_late", (earliest - deadline).days
    if not any(item.has_rows for item in good):
        yield "declared_nil", 1
