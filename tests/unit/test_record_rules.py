"""The counting rules of documents, yearly plans and focal officers (area I) on hand-made records.

Here: literal records of two wards and a department, versions and boundaries, recount. Not here: reading files.
Invariant: every expected figure is counted by hand (domain/03 3.3, domain/08) beside its case.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from record_units import Q1, UNITS
from test_recount import recounted
from warehouse_fixture import Row, Warehouse, delivery, question

from pipelines.figures.blocks import parse_blocks, words_of
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.unsent import unsent_lines
from pipelines.figures.words import template_context, template_environment
from pipelines.office.settings import load_office
from pipelines.package.model import read_model, reporting_units
from pipelines.paths import REPORT_TEMPLATES

SAMPLE = Path(__file__).parents[2] / "sample_office"


def _directive(number: str, file: str, kind: str, issued: str, year: str | None = None, line: int = 1) -> Row:
    return {
        "delivery_id": file, "document_number": number, "directive_kind": kind, "issued_on": issued, "plan_year": year,
        "flags": "", "source_file": file, "source_row": line,
    }  # fmt: skip


DIRECTIVES = [
    # before 31/01: on time; on 31/01: late, for the plan says "before"
    _directive("01/KH", "p01 15/3", "control_plan", "2021-01-30", None, 1),
    _directive("02/KH", "p01 15/3", "review_plan", "2021-01-31", "2021", 2),
    # first and last day of the quarter count, the days beside them do not
    _directive("03/CV", "p01 15/3", "letter", "2020-12-15", None, 3),
    _directive("04/CV", "p01 15/3", "letter", "2020-12-14", None, 4),
    _directive("05/CV", "p02 15/3", "other", "2021-03-14", None, 1),
    _directive("06/CV", "p02 15/3", "unknown", "2021-03-15", None, 2),
    # numbers begin anew each January: another document of the same number
    _directive("03/CV", "p01 15/3", "letter", "2021-02-03", None, 5),
    # another unit's document of the same number is another document
    _directive("01/KH", "p02 15/3", "control_plan", "2021-01-05", None, 3),
    # a plan of next year is a document, but not the plan owed for this one
    _directive("08/KH", "p02 15/3", "review_plan", "2021-01-06", "2022", 4),
    # a plan that names no year is of the reporting year it was issued in: from 15/12/2020 on that is 2021
    _directive("10/KH", "p02 15/3", "review_plan", "2020-12-20", None, 5),
    # a plan issued before the period is the one owed all the same
    _directive("09/KH", "law 15/3", "control_plan", "2020-12-10", "2021", 2),
    # reported again in June with another date: the newest file has the word
    _directive("07/CV", "law 15/3", "letter", "2021-03-20", None, 1),
    _directive("07/CV", "law 15/6", "unknown", "2021-03-10", None, 1),
]


def _decision(number: str, file: str, decided: str, officers: int, ended: str | None = None, line: int = 1) -> Row:
    return {
        "delivery_id": f"{file} officers", "decision_number": number, "decided_on": decided, "officer_count": officers,
        "ended_on": ended, "flags": "", "source_file": file, "source_row": line,
    }  # fmt: skip


# Whose documents nobody read: refused, not sent at all.
UNHEARD = [("p03", "UBND Phường 3"), ("p04", "UBND Phường 4")]
REFUSED: Row = {"status": "refused", "is_counted": False, "is_answer": False, "state": "refused"}
OFFICERS = [
    # of long ago and in force: its officers, but no decision of the period
    _decision("12/QĐ", "p01 15/3", "2020-01-05", 2, None, 1),
    # ended within the period: its officers are the next decision's
    _decision("1/QĐ", "p02 15/3", "2020-03-01", 1, "2021-01-31", 1),
    _decision("2/QĐ", "p02 15/3", "2021-02-01", 3, None, 2),
    # ended before it
    _decision("3/QĐ", "p02 15/3", "2019-03-01", 4, "2020-12-14", 3),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    tables = {
        "unit": [*UNITS, *({"unit_id": unit, "name_vi": name, "unit_kind": "ward"} for unit, name in UNHEARD)],
        "period": [
            {"period_id": "2021-Y", "period_kind": "year", "start_on": "2020-12-15", "end_on": "2021-12-14"},
        ],
        "obligation": [
            {"unit_id": unit, "stream": stream}
            for unit in ("p01", "p02", "p03", "p04", "tp-st-tp")
            for stream in ("directives", "focal_officers")
        ],
        "delivery": [
            delivery("p01 15/3", "p01", "2021-03-15", stream="directives"),
            delivery("p02 15/3", "p02", "2021-03-15", stream="directives"),
            delivery("law 15/3", "tp-st-tp", "2021-03-15", stream="directives"),
            delivery("law 15/6", "tp-st-tp", "2021-06-15", stream="directives"),
            # its officers were read, its documents refused
            delivery("p03 refused", "p03", "2021-03-15", stream="directives", **REFUSED),
            delivery("p03 15/3 officers", "p03", "2021-03-15", stream="focal_officers", rows_typed=1),
            delivery("p01 15/3 officers", "p01", "2021-03-15", stream="focal_officers"),
            delivery("p02 15/3 officers", "p02", "2021-03-15", stream="focal_officers"),
        ],
        "directives": DIRECTIVES,
        "focal_officers": OFFICERS,
    }
    target = tmp_path_factory.mktemp("dbt")
    return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(
        question(*Q1), select=["+form_directives", "+int_row_fate", "+rpt_correction"]
    )


def _form(warehouse: Warehouse, scope: str) -> dict[str, tuple[object, ...]]:
    rows = warehouse.rows(
        "select label, documents, control_plans, review_plans, letters, other_documents, plans_owed, plans_on_time, "
        "plans_late, plans_missing, plans_unreported, plans_not_due, focal_officers, focal_decisions "
        f"from form_directives where scope_id = '{scope}' order by row_order"
    )
    return {str(row.pop("label")): tuple(row.values()) for row in rows}


def test_the_office_s_table_has_a_row_for_each_unit_and_their_sum(warehouse: Warehouse) -> None:
    assert _form(warehouse, "tp-st") == {
        "Phòng Tư pháp": (1, 0, 0, 0, 1, 2, 1, 0, 1, 0, 0, 0, 0),
        "UBND Phường 1": (4, 1, 1, 2, 0, 2, 1, 1, 0, 0, 0, 2, 0),
        "UBND Phường 2": (4, 1, 2, 0, 1, 2, 2, 0, 0, 0, 0, 3, 1),
        # of whom nothing was read nobody can say that it issued none
        "UBND Phường 3": (0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0),
        "UBND Phường 4": (0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0),
        "Tổng cộng": (9, 2, 3, 2, 2, 10, 4, 1, 1, 4, 0, 5, 1),
    }


def test_a_unit_s_own_table_has_its_own_records_only(warehouse: Warehouse) -> None:
    assert _form(warehouse, "p01") == {
        "UBND Phường 1": (4, 1, 1, 2, 0, 2, 1, 1, 0, 0, 0, 2, 0),
        "Tổng cộng": (4, 1, 1, 2, 0, 2, 1, 1, 0, 0, 0, 2, 0),
    }


def test_every_row_has_the_one_reason_why_it_counts_or_not(warehouse: Warehouse) -> None:
    fates = warehouse.rows(
        "select delivery_id || ' ' || record_code as row_of, fate from int_row_fate where fate <> 'counted' order by 1"
    )
    assert {str(row["row_of"]): row["fate"] for row in fates} == {
        "law 15/3 07/CV": "older_version",
        "law 15/3 09/KH": "before_period",
        "p01 15/3 04/CV": "before_period",
        "p02 15/3 06/CV": "after_period",
        "p02 15/3 officers 3/QĐ": "before_period",
    }


def test_the_recount_agrees_on_every_cell_of_the_records(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert result.not_recounted == ()
    assert result.records == ()
    assert result.cells == ()
    assert result.record_count == 9 + 10 + 3


def test_who_was_not_heard_is_named_and_never_said_to_have_issued_no_plan(warehouse: Warehouse) -> None:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    model = read_model(load_office(SAMPLE), warehouse.path, {"I": layouts_from_manifest(manifest)["I"]})
    rows = {row.label: [figure.text for figure in row.figures] for row in model.forms["I"].rows}
    # what they owe is known, their officers are as sent; nobody accuses them
    assert rows["UBND Phường 3"] == ["…"] * 5 + ["2", "…", "…", "…", "…", "0"]
    assert rows["UBND Phường 4"] == ["…"] * 5 + ["2", "…", "…", "…", "…", "…"]
    assert not [line for line in unsent_lines(model.forms["I"]) if "nguồn khác" in line]
    words = template_environment((REPORT_TEMPLATES,), context := template_context(model)).get_template("_chi-dao.md.j2")
    text = " ".join(words_of(block) for block in parse_blocks(words.render(context)))
    assert "phải ban hành 10, gồm đúng hạn 4; trễ hạn 1; quá hạn chưa thấy ban hành 1; chưa có số liệu 4" in text
    assert (
        "Quá hạn chưa thấy ban hành: Phòng Tư pháp (1). Chưa có số liệu: UBND Phường 3 (2); UBND Phường 4 (2)." in text
    )
    # four of the six whose files were read
    assert "tỷ lệ đúng hạn trên số kế hoạch có số liệu 66,67%" in text


def test_a_unit_whose_sheet_was_refused_says_no_nothing_of_it(warehouse: Warehouse) -> None:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    units = {unit["unit_id"]: unit | {"short_name": unit["name_vi"]} for unit in reporting_units(warehouse.path)}
    layouts = {"I": layouts_from_manifest(manifest)["I"]}
    model = read_model(load_office(SAMPLE), warehouse.path, layouts, units["p03"])
    words = template_environment((REPORT_TEMPLATES,), context := template_context(model)).get_template("_chi-dao.md.j2")
    text = " ".join(words_of(block) for block in parse_blocks(words.render(context)))
    assert text.startswith("Văn bản chỉ đạo, điều hành: chưa có số liệu. ")
    assert "phải ban hành 2, gồm chưa có số liệu 2" in text and "phát sinh" not in text and "tỷ lệ" not in text
    assert [figure.text for figure in model.forms["I"].rows[-1].figures] == ["…"] * 5 + ["2", "…", "…", "…", "…", "0"]


def test_a_plan_is_not_missing_before_its_day_has_come(warehouse: Warehouse) -> None:
    # The last test here, for it asks the same rows again: as of 20 January nothing issued later is known.
    warehouse.ask(question(*Q1, as_of="2021-01-20"), select=["+form_directives"])
    rows = warehouse.rows(
        "select label, plans_owed, plans_on_time, plans_late, plans_missing, plans_not_due "
        "from form_directives where scope_id = 'tp-st' order by row_order"
    )
    assert {str(row.pop("label")): tuple(row.values()) for row in rows} == {
        "Phòng Tư pháp": (2, 1, 0, 0, 1),
        "UBND Phường 1": (2, 0, 0, 0, 2),
        "UBND Phường 2": (2, 2, 0, 0, 0),
        "UBND Phường 3": (2, 0, 0, 0, 2),
        "UBND Phường 4": (2, 0, 0, 0, 2),
        "Tổng cộng": (10, 3, 0, 0, 7),
    }
