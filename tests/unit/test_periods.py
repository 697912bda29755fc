"""Periods and deadlines against the domain's tables.

Here: domain/04. Not here: due days (test_due_dates), counting.
Invariant: expected values come from the domain files.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from pathlib import Path

import pandas as pd
import pytest
from sample_copy import REPOSITORY
from shared_files import shared

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Deadlines, load_office
from pipelines.periods.period import Period, generate_periods, last_closed_quarter, open_quarter


def test_generated_periods_equal_the_domain_table() -> None:
    table = pd.read_csv(shared("domain/data/periods.csv")).set_index("period_id")
    for period in [*generate_periods(2021), *generate_periods(2022)]:
        row = table.loc[period.period_id]
        assert (period.start_on.isoformat(), period.end_on.isoformat()) == (row["start_date"], row["end_date"])
        assert period.period_kind == row["period_kind"]
        assert period.unit_deadline(Deadlines()).isoformat() == row["plan_last_day"]


def test_the_periods_of_the_sample_office_are_those_of_the_rule() -> None:
    table = pd.read_csv(REPOSITORY / "sample_office" / "reference" / "periods.csv")
    made = [*generate_periods(2021), *generate_periods(2022)]
    listed = {tuple(row) for row in table.itertuples(index=False)}
    assert {
        (period.period_id, period.period_kind, period.label, period.start_on.isoformat(), period.end_on.isoformat())
        for period in made
    } == listed


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x,ad_hoc,Ngược,2021-03-14,2021-03-01", "dòng 3, cột period_id: «x»"),
        ("x,ad_hoc,Không có ngày,,2021-03-01", "dòng 3, cột period_id: «x»"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    office = tmp_path / "office"
    shutil.copytree(REPOSITORY / "tests" / "offices" / "boston", office)
    with (office / "reference" / "periods.csv").open("a", encoding="utf-8") as table:
        table.write(line + "\n")
    with pytest.raises(OfficeError, match=told):
        load_office(office)


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


@pytest.mark.parametrize("day", ["02-29", "04-31", "13-01", "1-31", "31-01"])
def test_the_day_of_the_yearly_plans_is_a_day_of_every_year(day: str) -> None:
    assert Deadlines().plan_before == "01-31"
    with pytest.raises(ValueError, match="plan_before"):
        Deadlines(plan_before=day)
