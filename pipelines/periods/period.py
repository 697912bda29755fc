"""Reporting periods and their deadlines.

Here: a period of `reference/periods.csv`, any other range of days, rows by the period rule, the units' deadline.
Not here: partitions (defs), the question (warehouse).
Invariant: both ends of a period belong to it; a quarter runs from the 15th to the 14th (NĐ 09/2019, domain/04 4.1).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Deadlines

_RANGE = re.compile(r"(\d{4}-?\d{2}-?\d{2})-?(\d{4}-?\d{2}-?\d{2})")


@dataclass(frozen=True)
class Period:
    """One reporting period; `start_on` and `end_on` are both inside."""

    period_id: str
    period_kind: str
    label: str
    start_on: dt.date
    end_on: dt.date

    def unit_deadline(self, rule: Deadlines) -> dt.date:
        """Return the last day on which a unit is still on time ("trước ngày 12": the 11th by default)."""
        day = self.end_on.replace(day=rule.unit_deadline_day)
        return day if rule.unit_deadline_inclusive else day - dt.timedelta(days=1)


def range_id(first: dt.date, last: dt.date) -> str:
    """Return the id of any range of days that is asked without a row of the table: 2021-01-01-2021-05-31.

    Raises:
        OfficeError: the range ends before it begins.
    """
    if last < first:
        raise OfficeError(f"Khoảng ngày ngược: từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}.")
    return f"{first.isoformat()}-{last.isoformat()}"


def range_of(period_id: str) -> Period | None:
    """Return the range of days an id names by itself, with or without its hyphens; None where it names none."""
    found = _RANGE.fullmatch(period_id)
    try:
        first, last = (dt.date.fromisoformat(text) for text in found.groups()) if found else (None, None)
    except ValueError:  # no such day
        return None
    if first is None or last is None or last < first:
        return None
    label = f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"
    return Period(range_id(first, last), "ad_hoc", label, first, last)


def find_period(periods: pd.DataFrame, period_id: str) -> Period:
    """Return the period of that id: a row of the table, or the range of days the id itself names.

    Raises:
        OfficeError: no such row in reference/periods.csv; the message lists the known ones.
    """
    found = periods[periods["period_id"] == period_id]
    asked = range_of(period_id) if found.empty else None
    if asked is not None:
        return asked
    if found.empty:
        known = ", ".join(periods["period_id"])
        raise OfficeError(f"Không có kỳ báo cáo «{period_id}» trong reference/periods.csv. Các kỳ đã khai: {known}.")
    row = found.iloc[0]
    return Period(period_id, row["period_kind"], row["label"], row["start_on"].date(), row["end_on"].date())


def parts_of(periods: pd.DataFrame, period: Period, until_on: dt.date) -> list[Period]:
    """Return whose files answer for a period: a quarter its own; a longer or ad hoc range the quarters it touches that
    have begun by `until_on`; a range that touches none of the table is its own part (as model int_period_part)."""
    if period.period_kind == "quarter":
        return [period]
    touched = periods[
        (periods["period_kind"] == "quarter")
        & (periods["start_on"] <= pd.Timestamp(until_on))
        & (periods["end_on"] >= pd.Timestamp(period.start_on))
    ]
    return [find_period(periods, period_id) for period_id in touched.sort_values("start_on")["period_id"]] or [period]


def generate_periods(year: int) -> list[Period]:
    """Return the quarters, half year, nine months and year of `year` by the rule day 15 to day 14."""
    start = dt.date(year - 1, 12, 15)
    ends = {quarter: dt.date(year, 3 * quarter, 14) for quarter in (1, 2, 3, 4)}
    starts = {1: start, **{quarter: dt.date(year, 3 * quarter - 3, 15) for quarter in (2, 3, 4)}}
    roman = {1: "I", 2: "II", 3: "III", 4: "IV"}
    quarters = [
        Period(
            f"{year}-Q{quarter}",
            "quarter",
            f"Quý {roman[quarter]} năm {year}",
            starts[quarter],
            ends[quarter],
        )
        for quarter in (1, 2, 3, 4)
    ]
    return [
        *quarters,
        Period(f"{year}-H1", "six_months", f"6 tháng đầu năm {year}", start, ends[2]),
        Period(f"{year}-9M", "nine_months", f"9 tháng năm {year}", start, ends[3]),
        Period(f"{year}-Y", "year", f"Năm {year}", start, ends[4]),
    ]


def open_quarter(periods: pd.DataFrame, today: dt.date) -> str | None:
    """Return the id of the quarter that holds `today`, or None."""
    day = pd.Timestamp(today)
    found = periods[(periods["period_kind"] == "quarter") & (periods["start_on"] <= day) & (periods["end_on"] >= day)]
    return None if found.empty else str(found["period_id"].iloc[0])
