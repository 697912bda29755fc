"""Periods, days off and working days of the invented office.

Here: the calendar of domain/04. Not here: any dossier.
Invariant: the day of receipt is not counted; day 1 is the next working day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

HOLIDAYS = {
    dt.date(2021, 1, 1): "Tết Dương lịch",
    **{dt.date(2021, 2, day): "Tết Nguyên đán" for day in range(10, 17)},
    dt.date(2021, 4, 21): "Giỗ Tổ Hùng Vương",
    dt.date(2021, 4, 30): "Ngày Chiến thắng",
    dt.date(2021, 5, 3): "Nghỉ bù Quốc tế Lao động",
    dt.date(2021, 9, 2): "Quốc khánh",
    dt.date(2021, 9, 3): "Quốc khánh",
    dt.date(2022, 1, 3): "Nghỉ bù Tết Dương lịch",
}


@dataclass(frozen=True)
class Period:
    """A reporting period; both ends belong to it."""

    period_id: str
    kind: str
    label: str
    start: dt.date
    end: dt.date


_QUARTERS = [
    ("2021-Q1", dt.date(2020, 12, 15), dt.date(2021, 3, 14)),
    ("2021-Q2", dt.date(2021, 3, 15), dt.date(2021, 6, 14)),
    ("2021-Q3", dt.date(2021, 6, 15), dt.date(2021, 9, 14)),
    ("2021-Q4", dt.date(2021, 9, 15), dt.date(2021, 12, 14)),
]
QUARTERS = [
    Period(name, "quarter", f"Quý {roman} năm 2021", start, end)
    for (name, start, end), roman in zip(_QUARTERS, ["I", "II", "III", "IV"], strict=True)
]
PERIODS = {
    period.period_id: period
    for period in [
        *QUARTERS,
        Period("2021-H1", "six_months", "6 tháng đầu năm 2021", QUARTERS[0].start, QUARTERS[1].end),
        Period("2021-9M", "nine_months", "9 tháng năm 2021", QUARTERS[0].start, QUARTERS[2].end),
        Period("2021-Y", "year", "Năm 2021", QUARTERS[0].start, QUARTERS[3].end),
    ]
}


def is_working(day: dt.date) -> bool:
    """Return whether offices work on a day."""
    return day.weekday() < 5 and day not in HOLIDAYS


def add_working(day: dt.date, count: int) -> dt.date:
    """Return the day `count` working days after a day."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_working(day)
    return day


def next_working(day: dt.date) -> dt.date:
    """Return the day itself when offices work on it, else the next working day."""
    while not is_working(day):
        day += dt.timedelta(days=1)
    return day


def at(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """Return a moment of a day."""
    return dt.datetime.combine(day, dt.time(hour, minute, second))


def end_of(day: dt.date) -> dt.datetime:
    """Return the first moment that is no longer of the day."""
    return at(day, 0) + dt.timedelta(days=1)
