"""What the lines around a table, and the name of the file, say against the folder the file lies in.

Here: the claims on unit and period that titles make. Not here: finding them in a file (ingest/titles).
Invariant: a title contradicts only what it leaves no room for: a range that meets the period says nothing against it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.titles import spans_in, units_in
from pipelines.warehouse.claims import Claim, Claims, shown_on
from pipelines.warehouse.register import Delivery

Days = tuple[str, dt.date | None, dt.date]


def of_titles(known: Claims, delivery: Delivery, said: dict[str, Any], names_itself: bool) -> Iterator[Claim]:
    """Yield the claims that the titles of an export make.

    Args:
        known: the office's units and periods.
        delivery: the file.
        said: `said` of its verdict.
        names_itself: whether its rows name the sender's unit; then its titles are only asked about.
    """
    others = known.contesting(delivery, said.get("units", ()))
    if others:
        names = ", ".join(map(known.name, others))
        reason = f"òng tiêu đề của tệp ghi {names}, không ghi {known.name(delivery.unit_id)}."
        if names_itself:
            yield known.doubt(delivery, "title_unit", "flags", f"D{reason}")
        else:
            yield known.doubt(delivery, "title_unit", "waits", f"Chờ xác nhận: d{reason}")
    in_name = known.contesting(delivery, units_in(_words_of_name(delivery), known.unit_keys)) if not others else []
    if in_name and not names_itself:
        names = ", ".join(map(known.name, in_name))
        reason = f"Tên tệp ghi {names}, không ghi {known.name(delivery.unit_id)}."
        yield known.doubt(delivery, "title_unit", "flags", reason)
    period = known.period(delivery.period_id)
    named = [*days_said(known, said), *_days_in_name(known, delivery)]
    if period is None or not named or any(_meets(days, period.start_on, period.end_on) for days in named):
        return
    words = "; ".join(dict.fromkeys(f"«{words}»" for words, _, _ in named))
    days = f"{period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}"
    reason = f"Chờ xác nhận: tệp ghi {words}, không có ngày nào của {period.label} ({days})."
    yield known.doubt(delivery, "title_period", "waits", reason)


def shown_until(known: Claims, delivery: Delivery, said: dict[str, Any]) -> dt.date:
    """Return the last whole day a file shows: by its name or receipt, and no later than its titles say."""
    return min(
        [shown_on(delivery), *([max(last for _, _, last in days)] if (days := [*days_said(known, said)]) else [])]
    )


def days_said(known: Claims, said: dict[str, Any]) -> Iterator[Days]:
    """Yield the words, first day (None: any) and last day of each span of days that titles name."""
    for span in said.get("spans", ()):
        yield from _days(known, span["words"], span["first_on"], span["last_on"], span["key"])


def _days_in_name(known: Claims, delivery: Delivery) -> Iterator[Days]:
    """Yield the days a file's name gives in words; the moment a profile reads from it is known otherwise."""
    for span in spans_in(_words_of_name(delivery)):
        if span.key or span.first_on:
            yield from _days(known, span.words, span.first_on, span.last_on, span.key)


def _words_of_name(delivery: Delivery) -> str:
    return delivery.bare_name.rpartition(".")[0].replace("_", " ")


def _days(known: Claims, words: str, first: str | None, last: str | None, key: str | None) -> Iterator[Days]:
    if key is not None:
        named = known.period_of_key(key)
        if named:
            yield words, named.start_on, named.end_on
    elif last is not None:
        yield words, dt.date.fromisoformat(first) if first else None, dt.date.fromisoformat(last)


def _meets(days: Days, start_on: dt.date, end_on: dt.date) -> bool:
    _, first, last = days
    return last >= start_on and (first is None or first <= end_on)
