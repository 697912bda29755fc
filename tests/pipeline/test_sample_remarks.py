"""The forms beside II.06a on the sample office: equal to the truth in both quarters.

Here: II.06b, II.08, the tables of overdue causes and of intake, fees and ratings. Not here: II.06a (test_sample_figures).
Invariant: expected values come from tests/truth, counted in plain Python from what really happened.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import lru_cache
from pathlib import Path

import duckdb
import pytest
from sample_files import OFFICE
from truth.recount import LAST_SEEN, PERIODS, load_truth, recount, roll_up, shown_unknown
from truth.recount_remarks import recount_remarks

from pipelines.runner import RunResult

DESK = (
    "received_direct", "received_postal", "received_online", "awaiting_intake_in_time", "awaiting_intake_overdue",
    "rejected", "payable", "paid", "paid_online", "fee_due_amount", "fee_paid_amount", "fee_paid_online_amount",
    "fee_mismatch", "rated", "satisfied", "dissatisfied", "paused_in_time", "paused_overdue", "suspended", "returned",
    "withdrawn", "resolved_with_result", "result_digitised",
)  # fmt: skip
OVERDUE = (
    "overdue_total", "resolved_overdue", "pending_overdue", "overdue_apologised", "overdue_apologised_late",
    "overdue_not_apologised", "overdue_apology_unreported",
)  # fmt: skip
ELECTRONIC = {
    "dossiers_total": "received_in_period",
    "dossiers_online_level3": "received_online_partial",
    "dossiers_online_level4": "received_online_full",
    "received_online_other": "received_online_other",
    "payable_dossiers": "payable",
    "paid_online": "paid_online",
    "digitised_components": "intake_digitised",
    "digitised_results": "result_digitised",
    "intake_reported": "intake_reported",
    "intake_unreported": "intake_unreported",
    "result_unreported": "result_unreported",
    "fee_unreported": "fee_unreported",
    "paid_unreported": "paid_unreported",
}


@pytest.fixture(params=["2021-Q1", "2021-Q2"])
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


@lru_cache(maxsize=2)
def counted_again(period: str) -> dict[tuple[str, str, str], Counter[str]]:
    start, end = PERIODS[period]
    return recount_remarks(load_truth(), start, end, LAST_SEEN[period], shown_unknown(period))


def truth_by(period: str, part: int | None) -> dict[str, Counter[str]]:
    """The truth of a period by receiving unit (0), row of the by-unit form (1) or field (2); None: in one sum."""
    sums: dict[str, Counter[str]] = {}
    for key, counts in counted_again(period).items():
        sums.setdefault("total" if part is None else key[part], Counter()).update(counts)
    return sums


def rows(report: Path, query: str) -> list[dict[str, object]]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, found, strict=True)) for found in result.fetchall()]


def picked(row: dict[str, object], *names: str) -> dict[str, int]:
    return {name: int(str(row[name])) for name in names}


def test_intake_fees_ratings_and_pauses_of_every_unit_equal_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    found = rows(report, "select * from form_desk_service where scope_id = 'tp-st' and row_kind = 'row'")
    expected = truth_by(period, 1)
    assert {str(row["row_unit_id"]): picked(row, *DESK) for row in found} == {
        unit: {name: counts[name] for name in DESK} for unit, counts in expected.items()
    }


@pytest.mark.parametrize("unit", ["p01", "p07", "p08", "tp-st-bpmc"])
def test_a_units_own_table_equals_the_truth(quarter: tuple[str, Path], unit: str) -> None:
    period, report = quarter
    (total,) = rows(report, f"select * from form_desk_service where scope_id = '{unit}' and row_kind = 'total'")
    expected = truth_by(period, 0)[unit]
    assert picked(total, *DESK) == {name: expected[name] for name in DESK}


def test_overdue_dossiers_by_cause_and_apology_equal_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    found = rows(report, "select * from form_overdue_causes where scope_id = 'tp-st' and row_kind <> 'row'")
    expected = truth_by(period, None)["total"]
    causes = {
        f"cause_{row['row_code']}": int(str(row["overdue_total"])) for row in found if row["row_kind"] == "section"
    }
    assert {name: count for name, count in causes.items() if count} == {
        name: count for name, count in expected.items() if name.startswith("cause_")
    }
    (total,) = (row for row in found if row["row_kind"] == "total")
    assert picked(total, *OVERDUE) == {name: expected[name] for name in OVERDUE}
    assert min(expected[name] for name in OVERDUE[:4]) > 0


def test_every_field_row_of_the_electronic_form_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    found = rows(report, "select * from form_ii_08 where scope_id = 'tp-st' and row_kind = 'row'")
    expected = truth_by(period, 2)
    assert {str(row["field_code"]): picked(row, *ELECTRONIC) for row in found} == {
        str(row["field_code"]): {
            name: expected.get(str(row["field_code"]), Counter())[measure] for name, measure in ELECTRONIC.items()
        }
        for row in found
    }
    assert set(expected) <= {row["field_code"] for row in found}


def test_services_of_the_electronic_form_are_those_of_the_table(quarter: tuple[str, Path]) -> None:
    _, report = quarter
    with (OFFICE / "reference" / "services.csv").open(encoding="utf-8", newline="") as source:
        offered = [row for row in csv.DictReader(source) if row["service_level"] != "information"]
    (total,) = rows(report, "select * from form_ii_08 where scope_id = 'tp-st' and row_kind = 'total'")
    levels = Counter(row["service_level"] for row in offered)
    assert total["services_total"] == len(offered) > 30
    assert (total["services_level3"], total["services_level4"]) == (levels["partial"], levels["full"])
    assert total["services_on_national_portal"] == sum(row["on_national_portal"] == "yes" for row in offered)


def test_the_consolidated_form_equals_the_truth_and_is_less_than_the_forms_added_up(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    start, end = PERIODS[period]
    truth = roll_up(recount(load_truth(), start, end, last_seen=LAST_SEEN[period], hidden=shown_unknown(period)))[()]
    (total,) = rows(report, "select * from form_ii_06b where row_kind = 'total'")
    assert (total["received_total"], total["resolved_total"], total["pending_total"]) == (
        truth["c3"], truth["c7"], truth["c11"],
    )  # fmt: skip
    units = rows(report, "select * from form_ii_06a where row_kind = 'total' and scope_id <> 'tp-st'")
    assert sum(int(str(row["received_total"])) for row in units) > truth["c3"]


def test_the_figures_of_the_dossier_form_stay_as_they_were(q1: RunResult) -> None:
    (total,) = rows(q1.report_dir, "select * from form_ii_06a where scope_id = 'tp-st' and row_kind = 'total'")
    assert (total["received_total"], total["resolved_total"], total["pending_total"]) == (6309, 5918, 391)
