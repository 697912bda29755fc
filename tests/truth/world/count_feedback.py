"""Counting feedback by the law: columns 3 to 12 of II.05a.

Here: domain/06 6.4 and what is known of a feedback on the asked day. Not here: histories, files.
Invariant: a feedback is counted once, under its handling unit, whatever number of logs shows it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from truth.world.catalogue import CITY
from truth.world.days import end_of
from truth.world.evidence import Question
from truth.world.feedback import Feedback, Log, Said

Cell = tuple[str, str, str, str]


def known(logs: Iterable[Log], question: Question) -> list[tuple[Feedback, Said, Said]]:
    """Return every feedback that a visible log shows: what decides its status, and what is newest."""
    visible = [item for item in logs if question.received_by is None or item.received <= question.received_by]
    shown: dict[int, list[tuple[dt.datetime, Feedback, Said]]] = defaultdict(list)
    for log in sorted(visible, key=lambda item: item.moment):
        for item, said in log.rows:
            shown[item.number].append((log.moment, item, said))
    end = end_of(question.as_of)
    found = []
    for rows in shown.values():
        after = [said for moment, _, said in rows if moment >= end]
        found.append((rows[0][1], after[0] if after else rows[-1][2], rows[-1][2]))
    return found


def columns(item: Feedback, deciding: Said, newest: Said, question: Question) -> list[str]:
    """Return the columns a feedback is counted in."""
    start, until = question.period.start, question.until
    answered, transferred, published = (_day(when) for when in (newest.answered, newest.transferred, newest.published))
    ended = answered or transferred
    if item.kind == "out_of_scope" or item.received.date() > until:
        return []
    if deciding.status == "refused" or (ended and ended < start):
        return []
    found = ["results_published"] if published and start <= published <= until else []
    found += ["received_total", "about_act" if item.kind in ("act", "both") else "about_regulation"]
    found.append("carried_in" if item.received.date() < start else "received_in_period")
    if transferred and transferred <= until:
        return [*found, "transferred"]
    return [*found, "own_total", "own_resolved" if answered and answered <= until else "own_pending"]


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None


def figures(logs: Iterable[Log], question: Question) -> tuple[Counter[Cell], dict[Cell, list[Feedback]]]:
    """Return the figures of II.05a and the feedback behind each."""
    total: Counter[Cell] = Counter()
    behind: dict[Cell, list[Feedback]] = defaultdict(list)
    for item, deciding, newest in known(logs, question):
        for column in columns(item, deciding, newest, question):
            for scope in (CITY, item.unit):
                for row in ("total", item.field):
                    total["II.05a", scope, row, column] += 1
                    behind["II.05a", scope, row, column].append(item)
    return total, behind
