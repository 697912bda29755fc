"""Any range of days is asked without a row in periods.csv.

Here: a small office asked by steps, against a count by hand. Not here: quarters and years.
Invariant: no table is touched.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from by_steps import report_by_steps
from issued_office import WARD_1_LATER, WARD_2, new_office
from office_folder import send

from pipelines.cli import main
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.periods.period import find_period, range_id, range_of
from pipelines.runner import _with_period

DAYS = "2021-01-01-2021-03-05"


@pytest.mark.parametrize("text", [DAYS, "2021010120210305"])
def test_an_id_of_two_days_is_their_range(text: str) -> None:
    period = range_of(text)
    assert period is not None
    assert (period.period_id, period.period_kind) == (DAYS, "ad_hoc")
    assert (period.start_on, period.end_on) == (dt.date(2021, 1, 1), dt.date(2021, 3, 5))
    assert period.label == "Từ ngày 01/01/2021 đến ngày 05/03/2021"


@pytest.mark.parametrize(
    "text", ["2021-Q1", "2021-02-30-2021-03-01", "2021-03-05-2021-01-01", "2021-01-01", "20210101"]
)
def test_what_names_no_range_is_none(text: str) -> None:
    assert range_of(text) is None


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(OfficeError, match="Khoảng ngày ngược"):
        range_id(dt.date(2021, 3, 5), dt.date(2021, 1, 1))


@pytest.mark.parametrize(
    "arguments", [[], ["2021-Q1", "--from", "2021-01-01", "--to", "2021-02-01"], ["--to", "2021-02-01"]]
)
def test_a_period_or_both_days_are_needed(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(new_office(tmp_path / "office")), "run", *arguments]) == 1
    assert "hoặc cả --from và --to" in capsys.readouterr().err


def test_a_range_counts_what_happened_in_its_days(tmp_path: Path) -> None:
    """By hand: P1-1 (01/03) and P2-1 (02/03) received, P2-1 done on the 5th, P1-1 open and due on the 15th; P1-2 later."""
    root = new_office(tmp_path / "office")
    send(root, "so_2021_03_15.csv", WARD_1_LATER, unit="p01")
    send(root, "so_2021_03_15.csv", WARD_2, unit="p02")
    before = (root / "reference" / "periods.csv").read_bytes()
    report = report_by_steps(root, DAYS).report_dir
    assert report.relative_to(root / "data").parts[:3] == ("reports", DAYS, "2021-03-05")
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        (found,) = connection.execute(
            "select received_total, carried_in, resolved_total, pending_total, pending_overdue from form_ii_06a "
            "where scope_id = 'tp' and row_kind = 'total'"
        ).fetchall()
    assert found == (2, 0, 1, 1, 0)
    assert (root / "reference" / "periods.csv").read_bytes() == before


def test_the_range_is_a_partition_of_the_job_that_asks_it_and_of_no_other(tmp_path: Path) -> None:
    office = load_office(new_office(tmp_path / "office"))
    asked = _with_period(office, DAYS)
    assert DAYS in set(asked.reference["periods"]["period_id"])
    assert DAYS not in set(office.reference["periods"]["period_id"])
    assert asked.reference["periods"].dtypes.equals(office.reference["periods"].dtypes)
    assert find_period(office.reference["periods"], DAYS).end_on == dt.date(2021, 3, 5)
