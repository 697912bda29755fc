"""Form II.04 of the sample office: every row of the city and of units equals the simulated truth.

Here: the real job on both quarters. Not here: planted faults of all streams (test_sample_figures), rules (unit tests).
Invariant: expected values come from tests/truth, counted again by recount_reviews.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from truth.recount_reviews import COLUMNS, ORDER, Cells, load_reviews, recount_reviews

from pipelines.audit.trace import trace
from pipelines.runner import RunResult

MEASURES = dict(
    zip(
        COLUMNS,
        (
            "own_documents_total", "own_documents_amended", "own_documents_replaced", "own_documents_abolished",
            "own_documents_new", "own_procedures_total", "own_procedures_amended", "own_procedures_replaced",
            "own_procedures_abolished", "own_procedures_new", "own_saving_percent", "proposed_procedures",
        ),
        strict=True,
    )
)  # fmt: skip


@pytest.fixture(params=["2021-Q1", "2021-Q2"])
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


def form(report: Path, scope: str) -> dict[tuple[str, str], Cells]:
    """Rows of procedures by (section, code) and the total under ("", "")."""
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        names = ", ".join(MEASURES.values())
        lines = connection.execute(
            f"select row_kind, plan_section_code, procedure_code, {names} from form_ii_04"
            " where scope_id = ? and row_kind in ('row', 'total')",
            [scope],
        ).fetchall()
    return {
        ("", "") if kind == "total" else (section, code): dict(zip(COLUMNS, values, strict=True))
        for kind, section, code, *values in lines
    }


def truth(period: str, units: tuple[str, ...]) -> dict[tuple[str, str], Cells]:
    """Rows that propose something, and the total; what is kept or reported badly has no row."""
    counted = recount_reviews(load_reviews(), period, units)
    return {
        place: cells
        for place, cells in counted.items()
        if place == ("", "") or cells["c3"] or cells["c8"] or cells["c14"]
    }


def test_every_row_and_the_total_of_the_city_equal_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter

    assert form(report, "tp-st") == truth(period, ORDER)


@pytest.mark.parametrize("unit", ORDER)
def test_every_row_and_the_total_of_a_unit_equal_the_truth(quarter: tuple[str, Path], unit: str) -> None:
    period, report = quarter

    assert form(report, unit) == truth(period, (unit,))


def test_the_worked_case_of_the_domain_saves_35_percent(q1: RunResult) -> None:
    assert form(q1.report_dir, "p01")[("A", "2.000815")]["c13"] == Decimal("35.00")


def test_two_wards_on_one_procedure_and_one_document_for_two_procedures_count_once(q1: RunResult) -> None:
    first, second, city = (form(q1.report_dir, scope) for scope in ("p01", "p02", "tp-st"))
    assert first[("A", "2.000815")]["c8"] == second[("A", "2.000815")]["c8"] == city[("A", "2.000815")]["c8"] == 1
    assert (city[("A", "2.000528")]["c3"], city[("A", "2.000748")]["c3"]) == (1, 0)


def test_a_document_traces_to_the_row_of_a_submission(quarter: tuple[str, Path]) -> None:
    _, report = quarter

    found = trace(report, "II.04", "total", 3, None)

    assert found
    for cell in found:
        assert cell.traced_sum == cell.figure > 0
        assert cell.rows["source_row"].notna().all()
