"""Working days and the catalogue's limits, read from the sample's tables in plain Python.

Here: which days are worked, a procedure's limit in working days. Not here: any counting of dossiers (recount).
Invariant: nothing of `pipelines` or of the generator is used.
"""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_right
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "sample_office" / "reference"
DAY = dt.timedelta(days=1)


def working_days() -> list[dt.date]:
    """Return the working days of 2020 and 2021 in order."""
    with (REFERENCE / "holidays.csv").open(encoding="utf-8", newline="") as source:
        kinds = {dt.date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(source)}
    every = (dt.date(2020, 1, 1) + n * DAY for n in range(731))
    return [day for day in every if kinds.get(day, "" if day.weekday() < 5 else "off") in ("", "makeup_working_day")]


def limits() -> dict[str, int]:
    """Return the limit of each procedure the catalogue gives one in working days, by procedure id."""
    with (REFERENCE / "procedures.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return {row["procedure_id"]: int(row["time_value"]) for row in rows if row["time_unit"] == "working_day"}


WORKED = working_days()
LIMITS = limits()


def worked_between(first: dt.date, last: dt.date) -> int:
    """Count the working days after `first` up to and including `last`."""
    return bisect_right(WORKED, last) - bisect_right(WORKED, first)


def working_day_after(first: dt.date, days: int) -> dt.date:
    """Return the day a limit of so many working days ends on; the day it begins on does not count."""
    return WORKED[bisect_right(WORKED, first) + days - 1]
