"""The counting rules of areas II and III on hand-made rows: drafts, catalogue, processes, publications, posting checks.

Here: literal rows of two wards, the desk, a department and the office; versions, boundaries, recount. Not here: reading.
Invariant: every expected figure is counted by hand (domain/02 2.3, domain/03 3.3, domain/08 8.1, 8.2) beside its case.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_recount import recounted
from warehouse_fixture import Row, Warehouse, calendar, delivery, question

from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.office.settings import load_office
from pipelines.office.text import match_key
from pipelines.package.model import read_model, reporting_units

Q1 = ("2020-12-15", "2021-03-14")
FORMS = ("form_ii_01", "form_ii_03", "form_ii_07b", "form_missing_processes", "form_posting")

UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố Sóc Trăng", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "tp-st-vp", "name_vi": "Văn phòng HĐND và UBND", "unit_kind": "department", "sort_no": 2},
    {"unit_id": "tp-st-bpmc", "name_vi": "Bộ phận Một cửa thành phố", "unit_kind": "one_stop_desk", "sort_no": 3},
    {"unit_id": "tp-st-tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 4},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
FIELDS: list[Row] = [
    {"field_code": "ho-tich", "field_name": "Hộ tịch", "department_unit_id": "tp-st-tp", "sort_no": 1},
    {"field_code": "khac", "field_name": "Khác", "department_unit_id": "tp-st-vp", "sort_no": 2},
]


def _procedure(procedure_id: str, code: str | None, level: str, line: int, **more: object) -> Row:
    name = f"Thủ tục {procedure_id}"
    return {
        "procedure_id": procedure_id, "procedure_code": code, "procedure_name": name, "field_code": "ho-tich",
        "competent_level": level, "time_value": "5", "time_unit": "working_day", "source_row": line,
        "procedure_name_key": match_key(name), **more,
    }  # fmt: skip


# On 14/3/2021 in force: district c1, b1, x1; commune w1, w2, b1. Not: police, one of 2022, one ended on 13/3.
PROCEDURES: list[Row] = [
    _procedure("c1", "1.000001", "city", 2),
    _procedure("w1", "1.000002", "ward", 3),
    _procedure("w2", None, "ward", 4),  # no code: known by its id and its name
    _procedure("b1", "1.000003", "both", 5),
    _procedure("x1", "1.000004", "city", 6, field_code="khac", valid_to="2021-03-14"),  # in force on its last day
    _procedure("old", "1.000005", "city", 7, valid_to="2021-03-13"),
    _procedure("new", "1.000006", "ward", 8, valid_from="2022-01-01"),
    _procedure("cutru", "1.000007", "police", 9),
    # an older name of c1, no longer in force: the list has c1 once
    _procedure("c1-cu", "1.000001", "city", 10, valid_to="2020-12-31"),
]
# Complaints are not handled at the desk; an exclusion that ended excludes nothing.
EXCLUSIONS: list[Row] = [
    {"procedure_code": "1.000004", "reason_code": "complaint_denunciation"},
    {"procedure_code": "1.000001", "reason_code": "by_decision", "valid_to": "2021-01-31"},
]


def _row(file: str, line: int, **cells: object) -> Row:
    return {"delivery_id": file, "flags": "", "source_file": file, "source_row": line, **cells}


def _process(line: int, code: str | None, level: str, number: str, file: str = "vp 15/3", **more: object) -> Row:
    return _row(
        file, line, procedure_code=code, process_level=level, decision_number=number,
        **{"decided_on": "2020-06-01", "total_hours": 40.0, "is_electronic": "no", **more},
    )  # fmt: skip


PROCESSES = [
    # c1 has two processes of one decision: one procedure may have several
    _process(1, "1.000001", "district", "10/QĐ", process_code="QT-1", is_electronic="yes"),
    _process(2, "1.000001", "district", "10/QĐ", process_code="QT-2"),
    # b1 has one in the wards only: missing at the city desk
    _process(3, "1.000003", "commune", "11/QĐ"),
    # w2 has a local code the catalogue does not know, but its name
    _process(4, "T-STG-1", "commune", "11/QĐ", procedure_name_key=match_key("Thủ tục w2")),
    # w1: ended in the period, so it is of the period and not in force at its end
    _process(5, "1.000002", "commune", "12/QĐ", valid_to="2021-03-13"),
    # before the period, and decided after it
    _process(6, "1.000002", "commune", "13/QĐ", valid_to="2020-12-14"),
    _process(7, "1.000002", "commune", "14/QĐ", decided_on="2021-03-15"),
    # of the province: not the city's column
    _process(8, "1.000001", "province", "15/QĐ"),
]


def _check(
    file: str,
    line: int,
    code: str,
    kind: str,
    place: str,
    on: str,
    in_force: int,
    posted: int,
    expired: int | None = None,
) -> Row:
    return _row(
        file, line, check_code=code, posting_kind=kind, posting_place=place, checked_on=on, in_force=in_force,
        posted=posted, missing=in_force - posted, expired_posted=expired,
    )  # fmt: skip


CHECKS = [
    # p01: the check of 10/3 replaces that of 5/1 on the wall; it counts 3 in force, as the catalogue does
    _check("p01 15/3", 1, "BB1", "procedures", "wall", "2021-01-05", 3, 1, 2),
    _check("p01 15/3", 2, "BB2", "procedures", "wall", "2021-03-10", 3, 2, 1),
    # on the portal p01 believes that 4 are in force: reported as a difference; posted 4 of 4, but 4 of 3 by the catalogue
    _check("p01 15/3", 3, "BB2", "procedures", "portal", "2021-03-10", 4, 4),
    # elsewhere: no column, its expired one is a finding all the same
    _check("p01 15/3", 4, "BB2", "procedures", "other", "2021-03-10", 3, 3, 1),
    _check("p01 15/3", 5, "BB2", "feedback_address", "wall", "2021-03-10", 1, 1),
    _check("p01 15/3", 6, "BB2", "feedback_address", "portal", "2021-03-10", 1, 1),
    # after the period
    _check("p01 15/3", 7, "BB3", "procedures", "wall", "2021-03-15", 3, 3),
    # the desk posts 3 of 3; its address is on the wall, not on the portal
    _check("desk 15/3", 1, "BB1", "procedures", "wall", "2020-12-15", 3, 3),
    _check("desk 15/3", 2, "BB1", "feedback_address", "wall", "2020-12-15", 1, 1),
    _check("desk 15/3", 3, "BB1", "feedback_address", "portal", "2020-12-15", 1, 0),
]

DRAFTS = [
    # assessed and sent in the period, in order (same day is in time)
    _row("law 15/3", 1, document_code="DT1", document_kind="resolution", procedure_count=2, assessed_on="2021-01-05",
         opinion_on="2021-01-10", appraisal_on="2021-01-10"),
    # sent before it was assessed, without an opinion
    _row("law 15/3", 2, document_code="DT2", document_kind="decision", procedure_count=3, assessed_on="2021-02-10",
         opinion_on=None, appraisal_on="2021-02-01"),
    # assessed before the period, sent in it: no document of the period, in order
    _row("law 15/3", 3, document_code="DT3", document_kind="proposal", procedure_count=4, assessed_on="2020-12-14",
         opinion_on="2020-12-15", appraisal_on="2021-03-14"),
    # an unknown kind counts as other; not sent yet
    _row("law 15/3", 4, document_code="DT4", document_kind="unknown", procedure_count=1, assessed_on="2021-03-14",
         opinion_on=None, appraisal_on=None),
    # sent after the period: assessed in it, not looked at yet
    _row("law 15/3", 5, document_code="DT5", document_kind="proposal", procedure_count=5, assessed_on="2020-12-15",
         opinion_on=None, appraisal_on="2021-03-15"),
    # never assessed, sent in the period
    _row("law 15/3", 6, document_code="DT6", document_kind="decision", procedure_count=6, assessed_on=None,
         opinion_on="2021-01-01", appraisal_on="2021-02-02"),
]  # fmt: skip


def _publication(line: int, number: str, code: str, action: str, **more: object) -> Row:
    return _row(
        "office 15/3", line, decision_number=number, procedure_code=code, procedure_action=action,
        **{"decided_on": "2021-02-01", "effective_on": "2021-02-21", **more},
    )  # fmt: skip


PUBLICATIONS = [
    # one document for two procedures counts once; posted on 08/02, the fifth working day: in time
    _publication(1, "100/QĐ", "1.000001", "new", document_number="A", document_action="published", posted_on="2021-02-08"),
    _publication(2, "100/QĐ", "1.000002", "amended", document_number="A", document_action="published",
                 posted_on="2021-02-09"),  # the sixth: late
    # abolished and taken down; another document, withdrawn; 19 days before effect: late
    _publication(3, "100/QĐ", "1.000003", "abolished", document_number="B", document_action="withdrawn",
                 posted_on="2021-02-02", effective_on="2021-02-20"),
    # decided on the last but one day, posted after the period: not posted, and its 5 days run
    _publication(4, "200/QĐ", "1.000004", "new", decided_on="2021-03-12", effective_on=None, posted_on="2021-03-16"),
    # of the period before
    _publication(5, "90/QĐ", "1.000001", "new", decided_on="2020-12-14"),
]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    tables = {
        "unit": UNITS,
        "field": FIELDS,
        "procedure": PROCEDURES,
        "one_stop_exclusion": EXCLUSIONS,
        "calendar": calendar("2020-12-01", "2021-04-30"),
        "obligation": [
            *({"unit_id": unit, "stream": "posting_checks"} for unit in ("tp-st-bpmc", "p01", "p02")),
            {"unit_id": "tp-st-vp", "stream": "internal_processes"},
        ],
        "delivery": [
            delivery("vp 15/3", "tp-st-vp", "2021-03-15", stream="internal_processes"),
            delivery("office 15/3", "tp-st-vp", "2021-03-15", stream="publication_decisions"),
            delivery("p01 15/3", "p01", "2021-03-15", stream="posting_checks"),
            delivery("desk 15/3", "tp-st-bpmc", "2021-03-15", stream="posting_checks"),
            delivery("law 15/3", "tp-st-tp", "2021-03-15", stream="draft_documents"),
        ],
        "internal_processes": PROCESSES,
        "posting_checks": CHECKS,
        "draft_documents": DRAFTS,
        "publication_decisions": PUBLICATIONS,
    }
    select = [*(f"+{name}" for name in FORMS), "+int_row_fate", "+rpt_delivery", "+rpt_correction"]
    target = tmp_path_factory.mktemp("dbt")
    built = Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(question(*Q1), select)
    built.check(select, within=True)
    return built


def _form(warehouse: Warehouse, model: str, scope: str, columns: str) -> dict[str, tuple[object, ...]]:
    rows = warehouse.rows(f"select label, {columns} from {model} where scope_id = '{scope}' order by row_order")
    return {str(row.pop("label")): tuple(row.values()) for row in rows}


def test_the_contribution_counts_each_procedure_once_a_level_and_leaves_the_province_s_columns_empty(
    warehouse: Warehouse,
) -> None:
    columns = (
        "procedures_total, procedures_province, procedures_district, procedures_commune, "
        "one_stop_total, one_stop_province, one_stop_district, one_stop_commune, "
        "processes_total, processes_province, processes_district, processes_commune"
    )
    # x1 is outside the desk; processes: two of c1, one of b1, one of w2
    city = (6, None, 3, 3, 5, None, 2, 3, 4, None, 2, 2)
    assert _form(warehouse, "form_ii_07b", "tp-st", columns) == {"UBND thành phố Sóc Trăng": city, "Tổng cộng": city}
    assert _form(warehouse, "form_ii_07b", "p01", columns) == {}


def test_a_one_stop_procedure_without_a_process_at_its_level_is_listed(warehouse: Warehouse) -> None:
    assert _form(warehouse, "form_missing_processes", "tp-st", "missing_district, missing_commune") == {
        "1.000002: Thủ tục w1": (0, 1),
        "1.000003: Thủ tục b1": (1, 0),
        "Tổng cộng": (1, 1),
    }
    (notes,) = warehouse.rows(
        "select outside_one_stop, with_process, without_process, electronic_processes from form_ii_07b "
        "where row_kind = 'total'"
    )
    assert notes == {"outside_one_stop": 1, "with_process": 3, "without_process": 2, "electronic_processes": 1}


def test_the_posting_table_has_the_last_check_of_each_place_and_the_units_without_one(warehouse: Warehouse) -> None:
    columns = (
        "catalogue_in_force, wall_in_force, wall_posted, wall_percent, wall_catalogue, "
        "portal_in_force, portal_posted, portal_percent, portal_catalogue, "
        "expired_posted, units_owed, units_checked, feedback_units_checked, feedback_units_posted, "
        "units_unchecked, places_differing"
    )
    found = {
        label: tuple(None if value is None else float(value) for value in values)  # ty: ignore
        for label, values in _form(warehouse, "form_posting", "tp-st", columns).items()
    }
    assert found == {
        "Bộ phận Một cửa thành phố": (3, 3, 3, 100, 3, 0, 0, None, 0, 0, 1, 1, 1, 0, 0, 0),
        "UBND Phường 1": (3, 3, 2, 66.67, 3, 4, 4, 100, 3, 2, 1, 1, 1, 1, 0, 1),
        "UBND Phường 2": (3, 0, 0, None, 0, 0, 0, None, 0, 0, 1, 0, 0, 0, 1, 0),
        "Tổng cộng": (9, 6, 5, 83.33, 6, 4, 4, 100, 3, 2, 3, 2, 2, 1, 1, 1),
    }
    assert [*_form(warehouse, "form_posting", "p02", columns)] == ["UBND Phường 2", "Tổng cộng"]


def test_drafts_assessed_in_the_period_count_and_those_sent_are_held_against_the_order_of_days(
    warehouse: Warehouse,
) -> None:
    columns = (
        "procedures_total, documents_total, resolution_procedures, resolution_documents, decision_procedures, "
        "decision_documents, proposal_procedures, proposal_documents, other_procedures, other_documents, "
        "sent_to_appraisal, assessed_out_of_order, opinion_out_of_order"
    )
    # sent in the period: DT1, DT2, DT3, DT6; out of order: DT2 (assessed later), DT6 (never); DT2 has no opinion
    justice = (11, 4, 2, 1, 3, 1, 5, 1, 1, 1, 4, 2, 1)
    for scope in ("tp-st", "tp-st-tp"):
        found = _form(warehouse, "form_ii_01", scope, columns)
        assert found == {"Phòng Tư pháp": justice, "Tổng cộng": justice}
    assert _form(warehouse, "form_ii_01", "p01", columns) == {"Tổng cộng": (0,) * 13}


def test_a_decision_is_one_row_and_its_document_counts_once(warehouse: Warehouse) -> None:
    columns = (
        "documents_total, documents_published, documents_withdrawn, published_total, published_new, published_amended, "
        "published_abolished, posted_total, posted_new, posted_removed, posted_late, published_late"
    )
    assert _form(warehouse, "form_ii_03", "tp-st", columns) == {
        "100/QĐ ngày 01/02/2021": (2, 1, 1, 3, 1, 1, 1, 3, 2, 1, 1, 1),
        "200/QĐ ngày 12/03/2021": (0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0),
        "Tổng cộng": (2, 1, 1, 4, 2, 1, 1, 3, 2, 1, 1, 1),
    }


def test_the_recount_agrees_on_every_cell_of_areas_two_and_three(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert result.not_recounted == ()
    assert result.records == ()
    assert result.cells == ()
    # 6 drafts, 6 procedures by level, 6 processes, 4 publications, 9 checks, 3 units
    assert result.record_count == 34


def test_what_a_department_waits_for_is_not_the_checks_of_the_desk(warehouse: Warehouse) -> None:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    layouts = {"III": layouts_from_manifest(manifest)["III"]}
    office = load_office(Path(__file__).parents[2] / "sample_office")
    units = {unit["unit_id"]: unit | {"short_name": unit["name_vi"]} for unit in reporting_units(warehouse.path)}
    owed = {
        name: read_model(office, warehouse.path, layouts, units[name]).forms["III"].coverage.owed
        for name in ("tp-st-tp", "tp-st-bpmc", "p02")
    }
    assert owed == {"tp-st-tp": 0, "tp-st-bpmc": 1, "p02": 1}


def test_nothing_is_missing_while_no_unit_has_sent_its_processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    tables = {"unit": UNITS, "field": FIELDS, "procedure": PROCEDURES}
    target = tmp_path_factory.mktemp("dbt")
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(
        question(*Q1, include_vertical_agencies=True), ["+form_ii_07b", "+form_missing_processes"]
    )
    assert _form(warehouse, "form_missing_processes", "tp-st", "missing_district, missing_commune") == {
        "Tổng cộng": (0, 0)
    }
    # with the vertical agencies the procedure of the police is one more of the district
    columns = "procedures_district, procedures_commune, one_stop_district, processes_total, without_process"
    assert _form(warehouse, "form_ii_07b", "tp-st", columns)["Tổng cộng"] == (4, 3, 4, 0, 0)
