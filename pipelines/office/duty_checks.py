"""Duties of units and their dates: within those of their unit, and once at one time.

Here: reference/obligations.csv held against units.csv. Not here: reading the tables (reference), who owes what
on a day (warehouse/obligations).
Invariant: every fault names its lines and what is there; a duty without a unit is another check's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from pipelines.office.tables import VALIDITY

# Lines named for one fault; the rest are counted.
_MOST_LINES = 5
_ALWAYS, _FOREVER = dt.date.min, dt.date.max


def duties_declared_twice(obligations: pd.DataFrame | None) -> Iterator[str]:
    """Yield the lines of one duty that is in force already by another line: ending that one would end nothing."""
    if obligations is None:
        return
    last_of: dict[tuple[str, str], dt.date] = {}
    begun: set[tuple[str, str, dt.date]] = set()
    for line, unit, stream, first, last in sorted(_rows(obligations), key=lambda row: (row[3], row[0])):
        is_again = (unit, stream, first) in begun  # two lines of one key are a fault of their own
        begun.add((unit, stream, first))
        if (unit, stream) in last_of and first <= last_of[unit, stream] and not is_again:
            yield f", dòng {line}: «{unit}» đã phải gửi «{stream}» theo một dòng khác còn hiệu lực cùng lúc."
        last_of[unit, stream] = max(last, last_of.get((unit, stream), _ALWAYS))


def duties_of_nobody(obligations: pd.DataFrame | None, units: pd.DataFrame | None) -> Iterator[str]:
    """Yield the duties said to begin before their unit or to end after it: one that is no more would owe on."""
    if obligations is None or units is None:
        return
    spans = _spans(units)
    early: dict[str, list[int]] = {}
    late: dict[str, list[int]] = {}
    for line, unit, _, first, last in _rows(obligations):
        if unit in spans and _ALWAYS < first < spans[unit][0]:
            early.setdefault(unit, []).append(line)
        if unit in spans and _FOREVER > last > spans[unit][1]:
            late.setdefault(unit, []).append(line)
    for unit, lines in early.items():
        yield f", dòng {_shown(lines)}, cột valid_from: theo units.csv, «{unit}» chỉ có từ {spans[unit][0]}."
    for unit, lines in late.items():
        yield f", dòng {_shown(lines)}, cột valid_to: theo units.csv, «{unit}» chỉ có đến hết {spans[unit][1]}."


def within_units(obligations: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the duties with every empty first or last day put at that of their unit: none owes while it is not."""
    spans = _spans(units)
    first, last = VALIDITY
    begun = obligations["unit_id"].map({unit: day for unit, (day, _) in spans.items() if day > _ALWAYS})
    ended = obligations["unit_id"].map({unit: day for unit, (_, day) in spans.items() if day < _FOREVER})
    return obligations.assign(
        **{
            first: obligations[first].fillna(pd.to_datetime(begun)),
            last: obligations[last].fillna(pd.to_datetime(ended)),
        }
    )


def _spans(units: pd.DataFrame) -> dict[str, tuple[dt.date, dt.date]]:
    """Return unit → the first and last day there is one of its versions."""
    spans: dict[str, tuple[dt.date, dt.date]] = {}
    for unit, first, last in zip(units["unit_id"], *_days(units), strict=True):
        known = spans.get(unit, (first, last))
        spans[unit] = min(first, known[0]), max(last, known[1])
    return spans


def _rows(obligations: pd.DataFrame) -> Iterator[tuple[int, str, str, dt.date, dt.date]]:
    """Yield line, unit, stream, first and last day of each duty."""
    lines = (int(str(number)) + 2 for number in obligations.index)
    yield from zip(lines, obligations["unit_id"], obligations["stream"], *_days(obligations), strict=True)


def _days(table: pd.DataFrame) -> tuple[list[dt.date], list[dt.date]]:
    """Return first and last days; an empty one is always, or for ever."""
    first, last = ([None if pd.isna(day) else day.date() for day in table[name]] for name in VALIDITY)
    return [day or _ALWAYS for day in first], [day or _FOREVER for day in last]


def _shown(lines: list[int]) -> str:
    more = f" và {len(lines) - _MOST_LINES} dòng khác" if len(lines) > _MOST_LINES else ""
    return ", ".join(map(str, lines[:_MOST_LINES])) + more
