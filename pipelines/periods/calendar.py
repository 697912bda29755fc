"""Working days from the holidays table.

Here: the working-day calendar. Not here: due days (due_dates), which dossiers are late (dbt).
Invariant: Monday–Friday work unless the table says off; Saturday/Sunday work only when made up (domain/04 4.3).
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from pipelines.office.errors import OfficeError

OFF_KINDS = ("public_holiday", "tet", "compensatory_day", "swapped_day_off")
MAKEUP_KIND = "makeup_working_day"


def working_calendar(holidays: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Return one row per day from `first` to `last`.

    Columns: `date_on` (datetime64), `is_working_day` (bool), `working_day_no` (int: working days up to and
    including that day, so a difference of two numbers is a count of working days).
    """
    days = pd.DataFrame({"date_on": pd.date_range(first, last, freq="D")})
    off = set(holidays.loc[holidays["kind"].isin(OFF_KINDS), "date"])
    made_up = set(holidays.loc[holidays["kind"] == MAKEUP_KIND, "date"])
    weekday = days["date_on"].dt.dayofweek < 5
    days["is_working_day"] = (weekday & ~days["date_on"].isin(off)) | days["date_on"].isin(made_up)
    days["working_day_no"] = days["is_working_day"].cumsum().astype("int64")
    return days


def days_off(calendar: pd.DataFrame) -> set[dt.date]:
    """Return every day that is not a working day."""
    return set(calendar.loc[~calendar["is_working_day"], "date_on"].dt.date)


def parse_day(text: str) -> dt.date:
    """Return a day a person typed as year-month-day.

    Raises:
        OfficeError: it is not written so, or there is no such day.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise OfficeError(f"«{text}» không phải ngày. Viết dạng năm-tháng-ngày, ví dụ 2021-03-11.") from error
