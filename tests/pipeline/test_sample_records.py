"""The tables of areas I, VIII, IX, X and XI of the sample office equal the simulated truth, unit by unit.

Here: the real job on both quarters and the half year's parts. Not here: planted faults (test_sample_figures), rules.
Invariant: expected values come from tests/truth, counted again by recount_records, and from the ledger.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from answers_agree import by_report, by_status
from lxml import html
from sample_files import planted, table
from truth.recount_records import TABLES, recount_records
from truth.recount_submissions import expected_submissions

from pipelines.audit.trace import trace
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.model import read_model, reporting_units
from pipelines.runner import RunResult
from pipelines.units.board import make_board

STUB = {
    "scope_id", "row_order", "row_kind", "row_code", "row_no", "label", "section_code", "reporting_unit_id",
}  # fmt: skip
# Measures a form has in their parts alone: closed in time and late.
IN_PARTS = {"findings_closed"}


@pytest.fixture(params=["2021-Q1", "2021-Q2"])
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


def rows(report: Path, query: str) -> list[dict[str, object]]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def form(report: Path, model: str, scope: str) -> dict[str, Counter[str]]:
    """The rows of a form by unit, its total under ""; measures that are 0 are left out."""
    found = rows(report, f"select * from {model} where scope_id = '{scope}'")
    return {
        str(row["reporting_unit_id"] or ""): Counter(
            {name: int(str(value)) for name, value in row.items() if name not in STUB and value}
        )
        for row in found
    }


def without_steps(cells: Counter[str]) -> Counter[str]:
    """The steps of partners are in a table of their own."""
    return Counter({n: c for n, c in cells.items() if c and not n.startswith(("residence_", "insurance_", "labour_"))})


@pytest.mark.parametrize("model", list(TABLES))
def test_every_unit_s_row_and_the_total_equal_the_truth(quarter: tuple[str, Path], model: str) -> None:
    period, report = quarter
    truth = {
        unit: Counter({name: count for name, count in cells.items() if count and name not in IN_PARTS})
        for unit, cells in recount_records(model, period).items()
    }
    printed = {unit: without_steps(cells) for unit, cells in form(report, model, "tp-st").items()}
    total = printed.pop("")
    assert {unit: cells for unit, cells in printed.items() if cells} == {u: c for u, c in truth.items() if c}
    assert total == sum(truth.values(), Counter())


@pytest.mark.parametrize("model", list(TABLES))
@pytest.mark.parametrize("unit", ["p01", "p09", "tp-st-nv"])
def test_a_unit_s_own_table_is_its_row_of_the_city_s(quarter: tuple[str, Path], model: str, unit: str) -> None:
    _, report = quarter
    own, city = form(report, model, unit), form(report, model, "tp-st")
    assert own[""] == city.get(unit, Counter())


def test_a_unit_that_owes_is_in_the_table_with_zeros(q2: RunResult) -> None:
    silent = form(q2.report_dir, "form_communications", "tp-st")["p09"]
    assert silent == Counter()


def test_when_each_thing_was_sent_equals_the_register_as_planted(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    query = "select reporting_unit_id, stream, reason_code, days_late from fct_submission_period"
    printed = {
        (row["reporting_unit_id"], row["stream"]): (str(row["reason_code"]).removesuffix("_nil"), row["days_late"])
        for row in rows(report, query)
    }
    assert printed == expected_submissions(period)


def test_kstt_status_says_of_each_thing_owed_what_the_report_says(
    sample_office: Path, quarter: tuple[str, Path]
) -> None:
    period, report = quarter
    assert by_status(sample_office, period) == by_report(report)


def test_the_tiles_of_the_board_are_the_numbers_of_the_reports_form_of_duties(
    sample_office: Path, quarter: tuple[str, Path]
) -> None:
    period, report = quarter
    (total,) = rows(report, "select * from form_submissions where scope_id = 'tp-st' and row_kind = 'total'")
    page = html.fromstring(make_board(load_office(sample_office), period).read_text(encoding="utf-8"))
    tiles = {tile.findtext("small"): tile.findtext("b") for tile in page.find_class("tile")}
    columns = {
        "Đúng hạn": "sent_on_time", "Trễ hạn": "sent_late", "Chưa rõ ngày gửi": "sent_unknown", "Bị từ chối": "returned",
        "Chưa gửi": "not_sent", "trong số đã gửi, khai không phát sinh": "declared_nil",
    }  # fmt: skip
    assert {words: int(tiles.get(words, 0)) for words in columns} == {
        words: total[column] for words, column in columns.items()
    }


def test_what_the_ledger_calls_forgotten_or_not_sent_is_distinguished_from_nil(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    reasons = {
        (row["reporting_unit_id"], row["stream"]): row["reason_code"]
        for row in rows(report, "select reporting_unit_id, stream, reason_code from fct_submission_period")
    }
    owed = {(row["unit_id"], row["stream"]) for row in table("obligations")}
    assert set(reasons) == owed
    noted = {
        (row["unit_id"], row["stream"]): row["check_id"]
        for row in planted()
        if row["period_id"] == period and row["check_id"] in ("not_filled_in", "missing_delivery")
    }
    assert {place for place, reason in reasons.items() if reason == "returned"} == {
        place for place, check in noted.items() if check == "not_filled_in"
    }
    assert {place for place, reason in reasons.items() if reason == "not_sent"} == {
        place for place, check in noted.items() if check == "missing_delivery" and place in owed
    }
    assert any(str(reason).endswith("_nil") for reason in reasons.values())


def test_a_department_s_report_rests_on_no_other_unit_s_records(sample_office: Path, q1: RunResult) -> None:
    warehouse, layouts = q1.report_dir / "warehouse.duckdb", load_layouts(q1.report_dir / "forms.json")
    (unit,) = [unit for unit in reporting_units(warehouse) if unit["unit_id"] == "tp-st-kt"]
    forms = read_model(load_office(sample_office), warehouse, layouts, unit).forms
    # It owes documents and officers, and neither communication nor checks; its dossiers are the desk's.
    assert {name: forms[name].coverage.owed for name in ("I", "IX", "X", "II.06a")} == {
        "I": 1,
        "IX": 0,
        "X": 0,
        "II.06a": 1,
    }


def test_a_death_traces_to_the_row_of_a_return(quarter: tuple[str, Path]) -> None:
    _, report = quarter
    (cell,) = trace(report, "death-group", "total", 3, None)
    assert cell.traced_sum == cell.figure
    assert cell.figure
    assert cell.rows["source_sheet"].eq("Liên thông khai tử").all()
    assert cell.rows["source_row"].ge(7).all()
