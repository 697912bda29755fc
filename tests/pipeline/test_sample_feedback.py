"""Form II.05a of the sample office: every row of the city and of units equals the simulated truth.

Here: the real job on both quarters. Not here: planted faults of all streams (test_sample_figures), rules (unit tests).
Invariant: expected values come from tests/truth, counted again by recount_feedback.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from sample_files import planted
from truth.recount import shown_unknown
from truth.recount_feedback import COLUMNS, load_feedback, recount_feedback

from pipelines.audit.trace import trace
from pipelines.runner import RunResult

MEASURES = {
    "c3": "received_total", "c4": "about_act", "c5": "about_regulation", "c6": "carried_in", "c7": "received_in_period",
    "c8": "own_total", "c9": "own_resolved", "c10": "own_pending", "c11": "transferred", "c12": "results_published",
}  # fmt: skip
UNITS = ["tp-st-tnmt", "tp-st-tckh", "tp-st-vp", "p02", "p04", "p05", "p09"]


@pytest.fixture(params=["2021-Q1", "2021-Q2"])
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


def form(report: Path, scope: str) -> list[dict]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        frame = connection.execute("select * from form_ii_05a where scope_id = ? order by row_order", [scope]).df()
    return frame.to_dict("records")


def cells(row: dict) -> dict[str, int]:
    return {column: int(row[measure]) for column, measure in MEASURES.items()}


def plain(counted: Counter[str]) -> dict[str, int]:
    return {column: counted[column] for column in COLUMNS}


def truth_by_field(period: str, unit: str | None = None) -> dict[str, dict[str, int]]:
    records = [feedback for feedback in load_feedback() if unit in (None, feedback.handling_unit_id)]
    counted = recount_feedback(records, period, "field_code", shown_unknown(period, "feedback_logs"))
    return {field: plain(counts) for field, counts in counted.items()}


def by_field(report: Path, scope: str) -> dict[str, dict[str, int]]:
    """Rows of the form that are not all zero."""
    rows = {row["field_code"]: cells(row) for row in form(report, scope) if row["row_kind"] == "row"}
    return {field: counts for field, counts in rows.items() if any(counts.values())}


def test_every_field_row_of_the_city_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter

    assert by_field(report, "tp-st") == truth_by_field(period)


@pytest.mark.parametrize("unit", UNITS)
def test_every_field_row_of_a_unit_equals_the_truth(quarter: tuple[str, Path], unit: str) -> None:
    period, report = quarter

    assert by_field(report, unit) == truth_by_field(period, unit)


@pytest.mark.parametrize("unit", [None, *UNITS])
def test_the_total_row_equals_the_truth(quarter: tuple[str, Path], unit: str | None) -> None:
    period, report = quarter
    records = [feedback for feedback in load_feedback() if unit in (None, feedback.handling_unit_id)]

    total = form(report, unit or "tp-st")[-1]

    assert total["row_kind"] == "total"
    assert cells(total) == plain(recount_feedback(records, period).get("", Counter()))


def test_the_second_quarter_carries_in_what_the_first_left_pending(q1: RunResult, q2: RunResult) -> None:
    (refused,) = [r for r in planted("feedback_logs") if r["check_id"] == "refused_later"]
    for scope in ("tp-st", *UNITS):
        left = form(q1.report_dir, scope)[-1]["own_pending"] - (scope in ("tp-st", "tp-st-tnmt"))
        assert form(q2.report_dir, scope)[-1]["carried_in"] == left, scope
    assert "tp-st-tnmt" in refused["note"]


def test_a_published_result_traces_to_the_row_of_a_log(quarter: tuple[str, Path]) -> None:
    _, report = quarter

    found = trace(report, "II.05a", "total", 12, None)

    assert found
    for cell in found:
        assert cell.traced_sum == cell.figure > 0
        assert cell.rows["source_row"].notna().all()
