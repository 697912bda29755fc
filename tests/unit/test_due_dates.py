"""Due days against the domain's cases and hand counts of every unit and rule.

Here: `pipelines.periods.due_dates` (domain/04 4.3, examples/due_dates.csv). Not here: promises compared with it
(test_promises).
Invariant: expected days are counted by hand on the official calendar; each case says which rule it shows.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from shared_files import shared

from pipelines.periods.calendar import working_calendar
from pipelines.periods.due_dates import decided_calendar, due_days

# Tết 2021, a Wednesday holiday, a long week-end with a compensatory Monday; New Year 2022 made up on Monday; 2024's swap.
HOLIDAYS = pd.DataFrame(
    [
        *((f"2021-02-{day}", "tet") for day in (10, 11, 12, 15, 16)),
        ("2021-04-21", "public_holiday"),
        ("2021-04-30", "public_holiday"),
        ("2021-05-03", "compensatory_day"),
        ("2022-01-03", "compensatory_day"),
        ("2024-04-29", "swapped_day_off"),
        ("2024-04-30", "public_holiday"),
        ("2024-05-01", "public_holiday"),
        ("2024-05-04", "makeup_working_day"),
    ],
    columns=["date", "kind"],
).astype({"date": "datetime64[ns]"})
CALENDAR = decided_calendar(HOLIDAYS)

CASES = {
    "the day of receipt is not counted": ("2021-03-08 08:00", 1, "working_day", "2021-03-09"),
    "an ordinary week-end is skipped": ("2021-03-12 08:00", 3, "working_day", "2021-03-17"),
    "Tết is skipped": ("2021-02-08 08:00", 3, "working_day", "2021-02-18"),
    "received on a Saturday, day 1 is the next working day": ("2021-02-06 08:00", 3, "working_day", "2021-02-17"),
    "a compensatory Monday is off": ("2021-04-29 08:00", 1, "working_day", "2021-05-04"),
    "across the year's end": ("2021-12-31 08:00", 1, "working_day", "2022-01-04"),
    "a swapped day is off": ("2024-04-26 08:00", 1, "working_day", "2024-05-02"),
    "a made-up Saturday is worked": ("2024-05-03 08:00", 1, "working_day", "2024-05-04"),
    "received on a made-up Saturday, it is not counted": ("2024-05-04 08:00", 1, "working_day", "2024-05-06"),
    "known only by its day": ("2021-03-08", 2, "working_day", "2021-03-10"),
    "calendar days count the week-end": ("2021-03-12 08:00", 4, "calendar_day", "2021-03-16"),
    "calendar days ending on a Sunday move on": ("2021-03-12 08:00", 2, "calendar_day", "2021-03-15"),
    "calendar days ending in Tết move on": ("2021-02-01 08:00", 10, "calendar_day", "2021-02-17"),
    "calendar days ending on New Year's Saturday move to Tuesday": (
        "2021-12-17 08:00",
        15,
        "calendar_day",
        "2022-01-04",
    ),
    "calendar days ending on a made-up Saturday stay": ("2024-04-24 08:00", 10, "calendar_day", "2024-05-04"),
    "the same day": ("2021-03-08 08:00", 0, "same_day", "2021-03-08"),
    "the same day, at 15:00": ("2021-03-08 15:00", 0, "same_day", "2021-03-08"),
    "the same day, after 15:00": ("2021-03-08 15:00:01", 0, "same_day", "2021-03-09"),
    "the same day, after 15:00 on a Friday": ("2021-03-12 16:30", 0, "same_day", "2021-03-15"),
    "the same day, received on a Saturday": ("2021-03-13 08:00", 0, "same_day", "2021-03-15"),
    "the same day, on a made-up Saturday": ("2024-05-04 08:00", 0, "same_day", "2024-05-04"),
    "the same day, received on an unknown hour of a Sunday": ("2021-03-14", 0, "same_day", "2021-03-15"),
    "the same day needs no number": ("2021-03-08 08:00", None, "same_day", "2021-03-08"),
    "24 hours are 3 working days": ("2021-03-08 08:00", 24, "hour", "2021-03-11"),
    "8 hours are the next working day, however early": ("2021-03-08 07:00", 8, "hour", "2021-03-09"),
    "2 hours of a morning": ("2021-03-08 08:00", 2, "hour", "2021-03-08"),
    "4 hours over noon: 3 before it, 1 after": ("2021-03-08 08:00", 4, "hour", "2021-03-08"),
    "4 hours from noon end as the office closes": ("2021-03-08 12:00", 4, "hour", "2021-03-08"),
    "4 hours from 13:01 end on the next day": ("2021-03-08 13:01", 4, "hour", "2021-03-09"),
    "2 hours from 16:00 on a Friday end on Monday": ("2021-03-12 16:00", 2, "hour", "2021-03-15"),
    "2 hours from an evening": ("2021-03-08 20:00", 2, "hour", "2021-03-09"),
    "2 hours from before the office opens": ("2021-03-08 06:00", 2, "hour", "2021-03-08"),
    "2 hours from a Saturday": ("2021-03-13 10:00", 2, "hour", "2021-03-15"),
    "12 hours: a day and a half": ("2021-03-08 14:00", 12, "hour", "2021-03-10"),
    "half a working day is 4 hours": ("2021-03-08 08:00", 0.5, "working_day", "2021-03-08"),
    "half a working day of an afternoon": ("2021-03-08 14:00", 0.5, "working_day", "2021-03-09"),
    "half a calendar day is 4 office hours": ("2021-03-12 14:00", 0.5, "calendar_day", "2021-03-15"),
    "one and a half working days": ("2021-03-08 14:00", 1.5, "working_day", "2021-03-10"),
    "a month": ("2021-03-08 08:00", 1, "month", "2021-04-08"),
    "a month from the 31st ends on the 30th, here off until Tuesday": ("2021-03-31 08:00", 1, "month", "2021-05-04"),
    "a month of a short February": ("2022-01-31 08:00", 1, "month", "2022-02-28"),
    "two months over the year's end, ending on a Saturday": ("2021-11-15 08:00", 2, "month", "2022-01-17"),
}
UNKNOWN = {
    "no moment of receipt": (None, 3, "working_day"),
    "no number": ("2021-03-08 08:00", None, "working_day"),
    "no unit": ("2021-03-08 08:00", 3, ""),
    "a unit nobody knows": ("2021-03-08 08:00", 3, "tuần"),
    "zero days that are not the same day": ("2021-03-08 08:00", 0, "working_day"),
    "the hour decides and only the day is known, same day": ("2021-03-08", 0, "same_day"),
    "the hour decides and only the day is known, hours": ("2021-03-08", 2, "hour"),
    "a day and a half of the calendar": ("2021-03-08 08:00", 1.5, "calendar_day"),
    "half a month": ("2021-03-08 08:00", 0.5, "month"),
    "received before the calendar": ("2020-12-31 08:00", 3, "working_day"),
    "due after the calendar": ("2024-12-31 08:00", 1, "working_day"),
    "due after the calendar, by its days": ("2024-12-31 08:00", 10, "calendar_day"),
}


def due_of(*limits: tuple[str | None, float | None, str]) -> list[str | None]:
    received, values, units = zip(*limits, strict=True)
    due = due_days(
        pd.Series(pd.to_datetime(list(received), format="ISO8601")),
        pd.Series(values, dtype="float64"),
        pd.Series(units),
        CALENDAR,
    )
    return [None if pd.isna(day) else str(day.date()) for day in due]


@pytest.mark.parametrize("case", CASES)
def test_the_due_day_is_the_one_counted_by_hand(case: str) -> None:
    *limit, expected = CASES[case]

    assert due_of(tuple(limit)) == [expected]


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_cannot_be_known_has_no_due_day(case: str) -> None:
    assert due_of(UNKNOWN[case]) == [None]


def test_a_column_of_all_cases_gives_each_its_own_day() -> None:
    limits = [tuple(limit) for *limit, _ in CASES.values()]

    assert due_of(*limits, *UNKNOWN.values()) == [*(case[-1] for case in CASES.values()), *[None] * len(UNKNOWN)]


def test_due_days_keep_the_index_of_the_receipts() -> None:
    received = pd.Series(pd.to_datetime(["2021-03-08 08:00", "2021-03-12 08:00"]), index=[7, 3])
    due = due_days(
        received, pd.Series([1.0, 1.0], index=[7, 3]), pd.Series(["working_day"] * 2, index=[7, 3]), CALENDAR
    )

    assert due.to_dict() == {7: pd.Timestamp(2021, 3, 9), 3: pd.Timestamp(2021, 3, 15)}


def test_the_twelve_due_dates_of_the_domain_come_out() -> None:
    cases = pd.read_csv(shared("domain/examples/due_dates.csv"), parse_dates=["received_date", "expected_due_date"])
    holidays = pd.read_csv(shared("domain/data/holidays.csv"), parse_dates=["date"])
    units = pd.Series(["working_day"] * len(cases))
    due = due_days(cases["received_date"], cases["working_days"], units, decided_calendar(holidays))

    assert len(cases) == 12
    assert due.dt.strftime("%Y-%m-%d").tolist() == cases["expected_due_date"].dt.strftime("%Y-%m-%d").tolist()


def test_the_calendar_ends_with_the_years_the_table_knows() -> None:
    assert CALENDAR["date_on"].min() == pd.Timestamp(2021, 1, 1)
    assert CALENDAR["date_on"].max() == pd.Timestamp(2024, 12, 31)
    assert decided_calendar(HOLIDAYS.iloc[:0]).empty


def test_without_a_single_holiday_known_no_day_is_sure() -> None:
    due = due_days(
        pd.Series(pd.to_datetime(["2021-03-08 08:00"])),
        pd.Series([1.0]),
        pd.Series(["working_day"]),
        decided_calendar(HOLIDAYS.iloc[:0]),
    )

    assert due.isna().all()


def test_a_calendar_of_other_days_off_gives_other_due_days() -> None:
    shut = pd.DataFrame({"date": pd.to_datetime(["2021-03-09"]), "kind": ["public_holiday"]})
    calendar = working_calendar(shut, dt.date(2021, 3, 1), dt.date(2021, 3, 31))
    due = due_days(
        pd.Series(pd.to_datetime(["2021-03-08 08:00"])), pd.Series([1.0]), pd.Series(["working_day"]), calendar
    )

    assert due.tolist() == [pd.Timestamp(2021, 3, 10)]
