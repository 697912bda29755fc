"""The half year of the sample office: one question over two quarters, equal to the truth and to its quarters.

Here: the real job on 2021-H1. Not here: the quarters themselves (test_sample_figures).
Invariant: expected values come from tests/truth; nothing is taken from the run under test.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from answers_agree import by_report, by_status
from sample_copy import Sample
from test_sample_figures import MEASURES, cells, form, plain, truth_of
from truth.recount import PERIODS, load_truth, roll_up

from pipelines.office.settings import load_office
from pipelines.runner import RunResult
from pipelines.units.letters import make_reminders

SUMMED = ("c4", "c5", "c7", "c8", "c9", "c10")
LAST = ("c11", "c12", "c13")


@pytest.fixture(scope="module")
def half(sample: Sample) -> Path:
    return sample.runs["2021-H1"].report_dir


def by_field(report: Path) -> dict[tuple[str, str], dict[str, int]]:
    rows = [row for row in form(report, "form_ii_06a", "tp-st") if row["row_kind"] == "row"]
    return {(row["level_section_code"], row["field_code"]): cells(row) for row in rows}


def test_every_field_row_of_the_half_year_equals_the_truth(half: Path) -> None:
    expected = {key: plain(value) for key, value in roll_up(truth_of("2021-H1"), "section", "field").items()}
    printed = by_field(half)
    assert {key: printed.get(key) for key in expected} == expected


def test_the_half_year_is_its_quarters_by_the_year_rules(half: Path, q1: RunResult, q2: RunResult) -> None:
    first, second, both = by_field(q1.report_dir), by_field(q2.report_dir), by_field(half)
    none = dict.fromkeys(MEASURES, 0)
    # Carried into the first quarter, gone from its unit's list in the second: in no column of the half year.
    gone = Counter(
        (dossier.level_section_code, dossier.field_code)
        for dossier in load_truth()
        if dossier.deleted_at and dossier.received_at and dossier.received_at.date() < PERIODS["2021-Q1"][0]
    )
    assert gone.total() == 1
    for key, row in both.items():
        one, two = first.get(key, none), second.get(key, none)
        assert {column: row[column] for column in SUMMED} == {column: one[column] + two[column] for column in SUMMED}
        assert row["c6"] == one["c6"] - gone[key]
        assert {column: row[column] for column in LAST} == {column: two[column] for column in LAST}


def test_a_unit_that_sent_nothing_for_one_quarter_is_reported_with_the_quarter(half: Path) -> None:
    with duckdb.connect(half / "warehouse.duckdb", read_only=True) as connection:
        lacking = connection.execute(
            "select unit_id, state, missing_parts from rpt_coverage where stream = 'case_exports' and state <> 'accepted'"
        ).fetchall()
    assert lacking == [("p09", "missing", "Quý II năm 2021")]
    manifest = json.loads((half / "manifest.json").read_text(encoding="utf-8"))
    assert "UBND Phường 9 (" in manifest["coverage"]["sentence"]
    assert "Quý II năm 2021" in manifest["coverage"]["sentence"]


def test_kstt_status_says_of_the_half_year_what_its_report_says(sample_office: Path, half: Path) -> None:
    agreed = by_status(sample_office, "2021-H1")
    assert agreed == by_report(half)
    # A ward that sent nothing for the second quarter, and a sheet forgotten in the first: no one else owes anything.
    open_units = {unit for (unit, _), states in agreed.items() if any(state != "accepted" for state, _ in states)}
    assert open_units == {"p07", "p09"}


def test_only_who_owes_something_for_the_half_year_is_reminded(sample_office: Path, half: Path) -> None:
    made = make_reminders(load_office(sample_office), "2021-H1")
    assert sorted({path.stem for path in made}) == ["don-doc-p07", "don-doc-p09"]
