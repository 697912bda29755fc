"""Periods and deadlines against the domain's tables.

Here: domain/04. Not here: due days (test_due_dates), counting.
Invariant: expected values come from the domain files.
"""

from __future__ import annotations

import datetime as dt
import itertools

import pandas as pd
import pytest
from shared_files import shared

from pipelines.office.settings import Deadlines
from pipelines.periods.period import Period, generate_periods, last_closed_quarter, open_quarter


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
