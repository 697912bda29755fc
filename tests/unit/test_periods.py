"""Periods, deadlines and working days against the domain's tables.

Here: domain/04, examples/due_dates.csv. Not here: counting.
Invariant: expected values come from the domain files.
"""

from __future__ import annotations

import datetime as dt
import itertools

import pandas as pd
import pytest
from shared_files import shared

from pipelines.office.settings import Deadlines
from pipelines.periods.calendar import add_working_days, working_calendar
from pipelines.periods.period import Period, generate_periods, last_closed_quarter, open_quarter

HOLIDAYS = pd.DataFrame(
    {
        "date": pd.to_datetime(
            ["2021-02-10", "2021-02-11", "2021-02-12", "2021-02-15", "2021-02-16", "2024-04-29", "2024-05-04"]
        ),
        "kind": ["tet"] * 5 + ["swapped_day_off", "makeup_working_day"],
    }
)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2021-02-08", 3, "2021-02-18"),  # Tết skipped
        ("2021-02-06", 3, "2021-02-17"),  # received on a Saturday: counting starts the next working day
        ("2021-03-12", 3, "2021-03-17"),  # ordinary weekend
        ("2021-03-10", 0, "2021-03-10"),  # same-day procedure
        ("2024-05-03", 1, "2024-05-04"),  # a make-up Saturday is worked
    ],
)
def test_due_date_skips_days_off_and_does_not_count_the_day_of_receipt(received: str, days: int, due: str) -> None:
    calendar = working_calendar(HOLIDAYS, dt.date(2021, 1, 1), dt.date(2024, 12, 31))
    assert add_working_days(calendar, dt.date.fromisoformat(received), days).isoformat() == due


def test_the_twelve_due_dates_of_the_domain_come_out() -> None:
    cases = pd.read_csv(shared("domain/examples/due_dates.csv"))
    holidays = pd.read_csv(shared("domain/data/holidays.csv"), parse_dates=["date"])
    calendar = working_calendar(holidays, dt.date(2020, 1, 1), dt.date(2025, 12, 31))
    found = [
        add_working_days(calendar, dt.date.fromisoformat(row.received_date), int(row.working_days)).isoformat()
        for row in cases.itertuples()
    ]
    assert found == list(cases["expected_due_date"])
    assert len(found) == 12


def test_generated_periods_equal_the_domain_table() -> None:
    table = pd.read_csv(shared("domain/data/periods.csv")).set_index("period_id")
    for period in [*generate_periods(2021), *generate_periods(2022)]:
        row = table.loc[period.period_id]
        assert (period.start_on.isoformat(), period.end_on.isoformat()) == (row["start_date"], row["end_date"])
        assert period.period_kind == row["period_kind"]
        assert period.unit_deadline(Deadlines()).isoformat() == row["plan_last_day"]


def test_the_year_is_exactly_the_union_of_its_quarters() -> None:
    quarters = generate_periods(2021)[:4]
    for before, after in itertools.pairwise(quarters):
        assert after.start_on == before.end_on + dt.timedelta(days=1)
    year = generate_periods(2021)[-1]
    assert (year.start_on, year.end_on) == (quarters[0].start_on, quarters[-1].end_on)


@pytest.mark.parametrize(("inclusive", "expected"), [(False, dt.date(2021, 3, 11)), (True, dt.date(2021, 3, 12))])
def test_before_the_12th_means_the_11th_unless_the_office_says_inclusive(inclusive: bool, expected: dt.date) -> None:
    period = Period("2021-Q1", "quarter", "Quý I", dt.date(2020, 12, 15), dt.date(2021, 3, 14))
    assert period.unit_deadline(Deadlines(unit_deadline_inclusive=inclusive)) == expected


@pytest.mark.parametrize(
    ("today", "opened", "closed"),
    [
        ("2021-03-11", "2021-Q1", None),
        ("2021-03-14", "2021-Q1", None),
        ("2021-03-15", "2021-Q2", "2021-Q1"),
        ("2021-04-01", "2021-Q2", "2021-Q1"),
    ],
)
def test_open_and_closed_quarter_follow_day_15(today: str, opened: str, closed: str | None) -> None:
    periods = pd.DataFrame([vars(period) for period in generate_periods(2021)])
    periods[["start_on", "end_on"]] = periods[["start_on", "end_on"]].apply(pd.to_datetime)
    day = dt.date.fromisoformat(today)
    assert open_quarter(periods, day) == opened
    assert last_closed_quarter(periods, day) == closed
