"""II.07b and the posting table of the sample office: every cell equals the simulated truth.

Here: the real job on both quarters. Not here: planted faults (test_sample_figures), rules (unit tests).
Invariant: expected values come from tests/truth, counted again by recount_procedures.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from truth.recount_procedures import UNITS, contribution, posting

from pipelines.runner import RunResult

CONTRIBUTION = {
    "c3": "procedures_total", "c5": "procedures_district", "c6": "procedures_commune", "c7": "one_stop_total",
    "c9": "one_stop_district", "c10": "one_stop_commune", "c11": "processes_total", "c13": "processes_district",
    "c14": "processes_commune", "electronic": "electronic_processes",
}  # fmt: skip
POSTING = {
    "c3": "catalogue_in_force", "c4": "wall_in_force", "c5": "wall_posted", "c8": "portal_in_force",
    "c9": "portal_posted", "c12": "expired_posted", "c13": "units_owed", "c14": "units_checked",
    "c15": "feedback_units_posted", "places_differing": "places_differing",
}  # fmt: skip


@pytest.fixture(params=["2021-Q1", "2021-Q2"])
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


def cells(report: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_contribution_of_the_city_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    expected = contribution(period)
    names = ", ".join(CONTRIBUTION.values())
    found = cells(report, f"select {names} from form_ii_07b order by row_order")
    assert found == [tuple(expected[name] for name in CONTRIBUTION)] * 2
    missing = cells(
        report, "select missing_district, missing_commune from form_missing_processes where row_kind = 'total'"
    )
    assert missing == [(expected["missing_district"], expected["missing_commune"])]


def test_the_columns_of_the_province_are_empty_in_every_document(q1: RunResult) -> None:
    figures = json.loads((q1.report_dir / "manifest.json").read_text(encoding="utf-8"))["figures"]
    assert [figures[f"II.07b/tp-st/total/c{number}"] for number in (4, 8, 12)] == [None, None, None]


def test_the_posting_table_of_the_city_and_of_every_unit_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    expected = posting(period)
    names = ", ".join(POSTING.values())
    rows = cells(
        report,
        f"select scope_id, coalesce(reporting_unit_id, ''), {names} from form_posting"
        " where row_kind = 'total' or reporting_unit_id is not null",
    )
    found = {(scope, unit): values for scope, unit, *values in rows}
    for unit, counts in expected.items():
        assert found["tp-st", unit] == [counts[name] for name in POSTING], unit
    for unit in UNITS:
        assert found[unit, ""] == found[unit, unit] == [expected[unit][name] for name in POSTING], unit


def test_forms_on_demand_are_not_printed(q1: RunResult) -> None:
    forms = json.loads((q1.report_dir / "forms.json").read_text(encoding="utf-8"))
    assert {"II.07b", "III", "III-QT"} <= forms.keys()
    assert not {"II.01", "II.03"} & forms.keys()
