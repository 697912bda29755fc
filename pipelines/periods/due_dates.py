"""Due days: from the moment of receipt and a time limit, by the working days of the office.

Here: the rules of domain/04 4.3 for whole columns at once. Not here: which limit a procedure has, what a promise that
differs means (quality).
Invariant: nothing is guessed: no limit, an unknown unit, an hour that is not known, or a day the calendar does not
reach gives no due day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from pipelines.periods.calendar import working_calendar

HOURS_A_DAY = 8
# Of same-day procedures: what comes in after this hour may be answered on the next working day.
SAME_DAY_CUTOFF = 15
# Office hours 07:00–11:00 and 13:00–17:00: when each half day opens, and its length.
_OPENS = (7, 13)
_HALF_DAY = HOURS_A_DAY // 2
_NONE = np.datetime64("NaT", "D")


def decided_calendar(holidays: pd.DataFrame) -> pd.DataFrame:
    """Return the working calendar of the years the holidays table knows; no rows when it knows none.

    The days off of a coming year are set by decision: before they are loaded, no due day of that year is sure.
    """
    known = holidays["date"].dropna()
    if known.empty:
        return working_calendar(holidays, dt.date(1970, 1, 2), dt.date(1970, 1, 1))
    return working_calendar(holidays, dt.date(known.min().year, 1, 1), dt.date(known.max().year, 12, 31))


def due_days(received: pd.Series, values: pd.Series, units: pd.Series, calendar: pd.DataFrame) -> pd.Series:
    """Return the last day of each time limit (its midnight; NaT where it cannot be known).

    The day of receipt is not counted. By unit (domain/04 4.3):
    `same_day` that day; received after 15:00 or on a day off, the next working day;
    `working_day` that many working days; a part of a day in office hours (0,5 is 4 hours);
    `calendar_day` that many days, and on to a working day when the last is off; less than a day in office hours;
    `hour` office hours from the moment of receipt; whole eights of them are working days (24 hours are 3 days);
    `month` the same day of a later month, or its last day, and on to a working day (Civil Code 2015, article 148).

    Args:
        received: moments; midnight means that only the day is known, so a limit that hangs on the hour has no due day.
        values: how many, as numbers; `same_day` needs none, the others a positive one.
        units: a unit above each; any other has no due day.
        calendar: `working_calendar` from the first receipt to the last due day.
    """
    limits = _in_plain_units(received, values, units)
    limits = limits[limits["received"].notna() & ((limits["value"] > 0) | (limits["unit"] == "same_day"))]
    days = _Days(calendar)
    due = pd.Series(pd.NaT, index=range(len(received)), dtype="datetime64[us]")
    for unit, rule in _RULES.items():
        of_unit = limits[limits["unit"] == unit]
        if len(of_unit):
            due[of_unit.index] = rule(of_unit["received"], of_unit["value"].to_numpy(), days).astype("datetime64[us]")
    return due.set_axis(received.index)


def working_days_between(first: pd.Series, last: pd.Series, calendar: pd.DataFrame) -> pd.Series:
    """Return the working days after one day up to another, below 0 when it comes after; NaN where one is not known."""
    days = _Days(calendar)
    from_day, to_day = (column.to_numpy(dtype="datetime64[us]").astype("datetime64[D]") for column in (first, last))
    known = (np.minimum(from_day, to_day) >= days.first) & (np.maximum(from_day, to_day) <= days.last)
    counts = days.number(to_day) - days.number(from_day)
    return pd.Series(np.where(known, counts, np.nan), index=first.index, dtype="float64")


def _in_plain_units(received: pd.Series, values: pd.Series, units: pd.Series) -> pd.DataFrame:
    """The limits numbered from 0, with parts of days turned to hours, and whole eights of hours to days."""
    value, unit = values.to_numpy(dtype="float64", na_value=np.nan), units.astype("string").fillna("").to_numpy()
    is_part = (value % 1 > 0) & ((unit == "working_day") | ((unit == "calendar_day") & (value < 1)))
    value, unit = np.where(is_part, value * HOURS_A_DAY, value), np.where(is_part, "hour", unit)
    is_whole = (value % HOURS_A_DAY == 0) & (unit == "hour")
    value, unit = np.where(is_whole, value / HOURS_A_DAY, value), np.where(is_whole, "working_day", unit)
    return pd.DataFrame({"received": received.to_numpy(dtype="datetime64[us]"), "value": value, "unit": unit})


class _Days:
    """The working days of a calendar, for looking up many at once; what lies outside it is NaT."""

    def __init__(self, calendar: pd.DataFrame) -> None:
        every = calendar["date_on"].to_numpy(dtype="datetime64[D]")
        self.worked = every[calendar["is_working_day"].to_numpy(dtype=bool)]
        self.first, self.last = (every[0], every[-1]) if len(every) else (_NONE, _NONE)

    def at(self, numbers: np.ndarray, since: np.ndarray) -> np.ndarray:
        """Return the working days of these numbers (the first is 1), reckoned from days the calendar must hold."""
        known = (since >= self.first) & (since <= self.last) & (numbers >= 1) & (numbers <= len(self.worked))
        found = np.full(len(numbers), _NONE)
        found[known] = self.worked[numbers[known] - 1]
        return found

    def number(self, days: np.ndarray) -> np.ndarray:
        """Return how many working days there are up to and including each day."""
        return np.searchsorted(self.worked, days, side="right")

    def after(self, days: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Return the so-many-th working day after each day."""
        return self.at(self.number(days) + counts, days)

    def on_or_after(self, days: np.ndarray, since: np.ndarray) -> np.ndarray:
        """Return each day, or the next working day when it is off."""
        return self.at(np.searchsorted(self.worked, days, side="left") + 1, since)


def _same_day(received: pd.Series, _: np.ndarray, days: _Days) -> np.ndarray:
    day, hour = _day(received), _hour(received)
    is_worked = np.isin(day, days.worked)
    in_time = is_worked & (hour <= SAME_DAY_CUTOFF)
    found = np.where(in_time, day, days.after(day, np.ones(len(day), dtype="int64")))
    return np.where(is_worked & ~_knows_hour(received), _NONE, found)


def _hours(received: pd.Series, values: np.ndarray, days: _Days) -> np.ndarray:
    day, hour = _day(received), _hour(received)
    is_worked = np.isin(day, days.worked)
    passed = np.sum([np.clip(hour - opens, 0, _HALF_DAY) for opens in _OPENS], axis=0)
    used = np.where(is_worked, passed, 0)
    # A limit that ends as the office closes ends on that day, not the next.
    spent = np.ceil(np.round((used + values) / HOURS_A_DAY, 9)).astype("int64")
    found = days.at(days.number(day) - is_worked + spent, day)
    return np.where(is_worked & ~_knows_hour(received), _NONE, found)


def _working_days(received: pd.Series, values: np.ndarray, days: _Days) -> np.ndarray:
    return days.after(_day(received), values.astype("int64"))


def _calendar_days(received: pd.Series, values: np.ndarray, days: _Days) -> np.ndarray:
    day = _day(received)
    found = days.on_or_after(day + values.astype("timedelta64[D]"), day)
    return np.where(values % 1 == 0, found, _NONE)


def _months(received: pd.Series, values: np.ndarray, days: _Days) -> np.ndarray:
    day = _day(received)
    month = day.astype("datetime64[M]")
    target = month + values.astype("timedelta64[M]")
    last = (target + 1).astype("datetime64[D]") - 1
    found = days.on_or_after(
        np.minimum(target.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last), day
    )
    return np.where(values % 1 == 0, found, _NONE)


_RULES: dict[str, Callable[[pd.Series, np.ndarray, _Days], np.ndarray]] = {
    "same_day": _same_day,
    "hour": _hours,
    "working_day": _working_days,
    "calendar_day": _calendar_days,
    "month": _months,
}
UNITS = tuple(_RULES)


def _day(moments: pd.Series) -> np.ndarray:
    return moments.to_numpy().astype("datetime64[D]")


def _hour(moments: pd.Series) -> np.ndarray:
    """The hours since midnight, with their fraction."""
    return ((moments - moments.dt.normalize()) / pd.Timedelta(hours=1)).to_numpy(dtype="float64")


def _knows_hour(moments: pd.Series) -> np.ndarray:
    return (moments != moments.dt.normalize()).to_numpy()
