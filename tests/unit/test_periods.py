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
from pipelines.periods.asked import period_due, period_in_progress, period_just_closed
from pipelines.periods.named import period_key, split_heading
from pipelines.periods.period import Period, generate_periods, open_quarter


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
    ("line", "noted"),
    [
        ("x,ad_hoc,Ngược,2021-03-14,2021-03-01", "dòng 3, cột end_on: «2021-03-01»"),
        ("x,ad_hoc,Không có ngày,,2021-03-01", r"dòng 3, cột start_on: «\(trống\)»"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused_with_its_line(tmp_path: Path, line: str, noted: str) -> None:
    office = tmp_path / "office"
    shutil.copytree(REPOSITORY / "tests" / "offices" / "boston", office)
    with (office / "reference" / "periods.csv").open("a", encoding="utf-8") as table:
        table.write(line + "\n")
    with pytest.raises(OfficeError, match=noted):
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


def periods_of(*years: int) -> pd.DataFrame:
    periods = pd.DataFrame([vars(period) for year in years for period in generate_periods(year)])
    periods[["start_on", "end_on"]] = periods[["start_on", "end_on"]].apply(pd.to_datetime)
    return periods


@pytest.mark.parametrize(
    ("today", "opened", "closed"),
    [
        ("2022-03-11", "2022-Q1", "2021-Q4"),
        ("2022-03-14", "2022-Q1", "2021-Q4"),
        ("2022-03-15", "2022-Q2", "2022-Q1"),
        ("2022-04-01", "2022-Q2", "2022-Q1"),
    ],
)
def test_quarter_in_progress_and_quarter_just_closed_follow_day_15(today: str, opened: str, closed: str) -> None:
    periods, day = periods_of(2021, 2022), dt.date.fromisoformat(today)
    assert open_quarter(periods, day) == opened
    assert period_in_progress(periods, "quarter", day).period_id == opened
    assert period_just_closed(periods, "quarter", day).period_id == closed


@pytest.mark.parametrize(
    ("kind", "today", "closed"),
    [
        ("quarter", "2022-12-15", "2022-Q4"),
        ("quarter", "2023-03-14", "2022-Q4"),
        ("six_months", "2022-06-15", "2022-H1"),
        ("six_months", "2022-09-14", "2022-H1"),
        ("nine_months", "2022-09-15", "2022-9M"),
        ("year", "2022-12-15", "2022-Y"),
        ("year", "2022-03-14", "2021-Y"),
    ],
)
def test_a_closed_period_is_asked_until_the_next_quarter_closes(kind: str, today: str, closed: str) -> None:
    assert period_just_closed(periods_of(2021, 2022), kind, dt.date.fromisoformat(today)).period_id == closed


@pytest.mark.parametrize(
    ("kind", "today"),
    [("quarter", "2026-12-15"), ("quarter", "2023-03-15"), ("quarter", "2021-03-14"), ("year", "2022-06-15")],
)
def test_no_period_of_other_days_is_asked(kind: str, today: str) -> None:
    with pytest.raises(OfficeError, match=r"periods\.csv không có kỳ .* vừa khép"):
        period_just_closed(periods_of(2021, 2022), kind, dt.date.fromisoformat(today))


def test_a_day_beyond_the_periods_has_none_in_progress() -> None:
    with pytest.raises(OfficeError, match=r"không có kỳ quý nào chứa ngày 15/12/2022"):
        period_in_progress(periods_of(2021, 2022), "quarter", dt.date(2022, 12, 15))


@pytest.mark.parametrize(
    ("kind", "today", "due"),
    [
        ("quarter", "2021-06-11", "2021-Q1"),
        ("quarter", "2021-06-12", "2021-Q2"),
        ("six_months", "2021-06-12", "2021-H1"),
        ("year", "2021-06-12", None),
    ],
)
def test_a_period_is_due_once_its_deadline_is_past(kind: str, today: str, due: str | None) -> None:
    found = period_due(periods_of(2021), kind, dt.date.fromisoformat(today), Deadlines())
    assert (found.period_id if found else None) == due


@pytest.mark.parametrize("day", ["02-29", "04-31", "13-01", "1-31", "31-01"])
def test_the_day_of_the_yearly_plans_is_a_day_of_every_year(day: str) -> None:
    assert Deadlines().plan_before == "01-31"
    with pytest.raises(ValueError, match="plan_before"):
        Deadlines(plan_before=day)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Quý I năm 2021", "quarter 1 of 2021"),
        ("quý IV/2021", "quarter 4 of 2021"),
        ("Quí 3 - 2022", "quarter 3 of 2022"),
        ("Quý IIII năm 2021", "quarter 4 of 2021"),
        ("QUÝ II NĂM 2021 (từ 15/03/2021 đến 14/06/2021)", "quarter 2 of 2021"),
        ("6 tháng đầu năm 2021", "6 months of 2021"),
        ("Chín tháng năm 2021", "9 months of 2021"),
        ("Năm 2021", "year 2021"),
        ("từ ngày 15/12/2020 đến ngày 14/03/2021", "2020-12-15 to 2021-03-14"),
        ("từ 31/02/2021 đến 14/03/2021", None),
        ("Báo cáo quý", None),
        ("Phường 7", None),
    ],
)
def test_a_period_has_one_key_however_it_is_written(written: str, key: str | None) -> None:
    assert period_key(written) == key


@pytest.mark.parametrize(
    ("line", "who", "period"),
    [
        ("UBND Phường 4 – Quý I năm 2021 (từ 15/12/2020 đến 14/03/2021)", "UBND Phường 4", "Quý I năm 2021"),
        ("Phòng Lao động - Thương binh và Xã hội – Quý I năm 2021", "Phòng Lao động - Thương binh và Xã hội", "Quý I"),
        ("Đơn vị: UBND Phường 9 - Quý II năm 2021", "UBND Phường 9", "Quý II"),
        ("UBND Phường 9 – (từ 15/12/2020 đến 14/03/2021)", "UBND Phường 9", "(từ 15/12/2020"),
        ("Phường 7", "Phường 7", ""),
        ("UBND Phường 4 – Năm 2021", "UBND Phường 4", "Năm 2021"),
        ("Phiếu theo Kế hoạch năm 2021", "Phiếu theo Kế hoạch năm 2021", ""),
    ],
)
def test_a_heading_names_who_and_which_period(line: str, who: str, period: str) -> None:
    found = split_heading(line)
    assert found[0] == who
    assert found[1].startswith(period)
