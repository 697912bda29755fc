"""The counting rules of II.04 on hand-made reviews: every figure of the form, its fates, its trace and its control.

Here: two quarters of three units as literal rows, the worked 35,00 % of domain/07 7.3. Not here: reading files.
Invariant: expected figures are by hand, from the rows above them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from warehouse_fixture import SECTIONS, Warehouse, delivery, question

from pipelines.audit.control import untraceable_cells
from pipelines.audit.tables import fact_tables
from pipelines.audit.trace import trace
from pipelines.audit.trace_text import trace_lines
from pipelines.figures.layout import Layouts, entries_of
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import OfficeInfo
from pipelines.figures.read import build_report_model
from pipelines.warehouse.dbt import DbtFailed

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")
CELLS = {
    "c3": "own_documents_total", "c4": "own_documents_amended", "c5": "own_documents_replaced",
    "c6": "own_documents_abolished", "c7": "own_documents_new", "c8": "own_procedures_total",
    "c9": "own_procedures_amended", "c10": "own_procedures_replaced", "c11": "own_procedures_abolished",
    "c12": "own_procedures_new", "c13": "own_saving_percent", "c14": "proposed_procedures",
    "reviewed": "reviewed", "kept": "kept", "late": "planned_late",
}  # fmt: skip
UNITS = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố Sóc Trăng", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "tp-st-tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
FIELDS = [{"field_code": "ho-tich", "field_name": "Hộ tịch", "sort_no": 1}]
PROCEDURES = [
    {"procedure_id": f"t{number}", "procedure_code": f"1.{number:06}", "procedure_name": f"Thủ tục {number}",
     "procedure_name_key": f"thủ tục {number}", "field_code": "ho-tich"}
    for number in range(1, 15)
]  # fmt: skip
WORDS = {"in_plan": "yes", "status": "reported", "proposal_kind": "amend", "competence": "own", "flags": ""}


def reviews(delivery_id: str, *rows: dict[str, object]) -> list[dict[str, object]]:
    """Rows of one file, numbered from 2; procedure 7 is 1.000007."""
    return [
        {**WORDS, "delivery_id": delivery_id, "source_file": f"{delivery_id}.xlsx", "source_sheet": "Rà soát",
         "source_row": place, **row, "procedure_code": f"1.{row['procedure_code']:06}"}
        for place, row in enumerate(rows, start=2)
    ]  # fmt: skip


def row(procedure: int, reported_on: str | None, **more: object) -> dict[str, object]:
    return {"procedure_code": procedure, "reported_on": reported_on, **more}


OUTSIDE = {"in_plan": "no"}
AMEND_12 = {"document_number": "12/2020/QĐ-UBND", "document_action": "amend"}
DEPARTMENT = reviews(
    "department",
    # The worked example, stated: 100 000 000 → 65 000 000 đồng.
    row(1, "2021-02-10", **AMEND_12, cost_before=100_000_000, cost_after=65_000_000, saving_percent=35.0),
    # By its parts: (8 × 30 000 + 10 000 + 50 000) × 2 × 50 = 30 000 000; (4 × 30 000 + …) × 2 × 50 = 18 000 000: 40 %.
    row(2, "2021-02-10", document_number=" 12/2020/qđ - ubnd ", document_action="amend",
        hours_before=8, hours_after=4, wage_per_hour=30_000, other_cost_before=10_000, other_cost_after=10_000,
        fee_before=50_000, fee_after=50_000, times_per_year=2, subjects_per_year=50),
    row(3, "2021-03-14", proposal_kind="replace", document_number="13/2020/QĐ-UBND", document_action="replace"),
    # Abolished: 10 000 000 đồng less, without a cost afterwards.
    row(4, "2021-01-05", **OUTSIDE, proposal_kind="abolish", document_number="14/2019/QĐ-UBND",
        document_action="abolish", cost_before=10_000_000),
    row(5, "2020-12-15", **OUTSIDE, proposal_kind="new", document_number="20/2021/QĐ-UBND", document_action="new",
        status="approved"),
    row(6, "2021-02-10", proposal_kind="keep", competence=None, cost_before=7_000_000, cost_after=7_000_000),
    row(7, "2021-02-10", competence="higher", proposed_to="UBND tỉnh", document_number="99/2019/QĐ-UBND",
        document_action="amend", status="implemented", cost_before=1_000, cost_after=500),
    # Not reported: its planned end has passed on 14/3, or is that day.
    row(8, None, status="in_review", proposal_kind=None, competence=None, planned_end_on="2021-02-28"),
    row(9, None, status="planned", proposal_kind=None, competence=None, planned_end_on="2021-03-14"),
    row(10, "2021-03-15", document_number="15/2020/QĐ-UBND", document_action="amend"),
    row(11, "2020-12-14"),
    row(12, None, status="cancelled", proposal_kind=None, planned_end_on="2021-01-31"),
)  # fmt: skip
WARDS = [
    *reviews(
        "ward 1",
        # The department's report on procedure 1 is newer; both name document 12.
        row(1, "2021-01-20", **AMEND_12, cost_before=1_000, cost_after=900),
        # What is done to the document is not said: it goes the way of the procedure. Its cost afterwards is not known.
        row(20, "2021-02-01", **OUTSIDE, procedure_name="Thủ tục lạ", document_number="30/2020/QĐ-UBND",
            cost_before=5_000),
    ),
    # Reported the same day by both wards: the first in the order of units counts, the document of each counts.
    *reviews("ward 2", row(20, "2021-02-01", **OUTSIDE, proposal_kind="abolish", document_number="31/2020/QĐ-UBND",
                           document_action="abolish")),
]  # fmt: skip
FILES = [
    delivery("department", "tp-st-tp", "2021-03-17", stream="review_submissions"),
    delivery("ward 1", "p01", "2021-03-17", stream="review_submissions"),
    delivery("ward 2", "p02", "2021-03-17", stream="review_submissions"),
]
NONE = dict.fromkeys(CELLS, 0) | {"c13": None}
IN_PLAN = NONE | {
    "c3": 2, "c4": 1, "c5": 1, "c8": 3, "c9": 2, "c10": 1, "c14": 1,
    # (35 000 000 + 12 000 000) ÷ (100 000 000 + 30 000 000); the mean of 35 and 40 would be 37,50.
    "c13": Decimal("36.15"), "reviewed": 5, "kept": 1, "late": 1,
}  # fmt: skip
OUTSIDE_PLAN = NONE | {
    "c3": 4, "c4": 1, "c6": 2, "c7": 1, "c8": 3, "c9": 1, "c11": 1, "c12": 1, "c13": Decimal("100.00"), "reviewed": 3,
}  # fmt: skip
TOTAL = NONE | {
    "c3": 6, "c4": 2, "c5": 1, "c6": 2, "c7": 1, "c8": 6, "c9": 3, "c10": 1, "c11": 1, "c12": 1, "c14": 1,
    # 57 000 000 ÷ 140 000 000 = 40,714…
    "c13": Decimal("40.71"), "reviewed": 8, "kept": 1, "late": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    target = tmp_path_factory.mktemp("dbt")

    def build(rows: list[dict[str, object]], files: list[dict[str, object]], sections: list = SECTIONS) -> Warehouse:
        tables = {
            "unit": UNITS, "field": FIELDS, "procedure": PROCEDURES, "section": sections, "delivery": files,
            "review_submissions": rows,
        }  # fmt: skip
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


def ask(warehouse: Warehouse, *period: str, as_of: str | None = None) -> Warehouse:
    return warehouse.ask(question(*period, as_of=as_of), select=["+form_ii_04", "+int_review_row_fate"])


def form(warehouse: Warehouse, scope: str = "tp-st") -> dict[str, dict[str, object]]:
    rows = warehouse.rows(f"select * from form_ii_04 where scope_id = '{scope}' order by row_order")
    return {str(line["row_code"]): {cell: line[name] for cell, name in CELLS.items()} for line in rows}


def fates(warehouse: Warehouse) -> dict[str, str]:
    rows = warehouse.rows("select * from int_review_row_fate order by delivery_id, source_row")
    return {f"{item['delivery_id']} {item['procedure_code'][-2:]}": str(item["fate"]) for item in rows}


@pytest.fixture(scope="module")
def quarter(make: Callable[..., Warehouse]) -> Warehouse:
    return make([*DEPARTMENT, *WARDS], FILES).ask(question(*Q1))


def test_the_sections_and_the_total_of_the_city(quarter: Warehouse) -> None:
    printed = form(quarter)

    assert printed["A"] == IN_PLAN
    assert printed["B"] == OUTSIDE_PLAN
    assert printed["total"] == TOTAL


def test_one_row_for_every_procedure_with_a_proposal_and_none_for_the_rest(quarter: Warehouse) -> None:
    rows = quarter.rows("select row_code, row_no, label, procedure_code from form_ii_04 where scope_id = 'tp-st'")

    assert {(item["row_code"], item["row_no"], item["label"], item["procedure_code"]) for item in rows} == {
        ("A", "A", "TTHC rà soát theo kế hoạch", None),
        ("A.1", "1", "Thủ tục 1", "1.000001"),
        ("A.2", "2", "Thủ tục 2", "1.000002"),
        ("A.3", "3", "Thủ tục 3", "1.000003"),
        ("A.4", "4", "Thủ tục 7", "1.000007"),
        ("B", "B", "TTHC rà soát ngoài kế hoạch", None),
        ("B.1", "1", "Thủ tục 4", "1.000004"),
        ("B.2", "2", "Thủ tục 5", "1.000005"),
        ("B.3", "3", "Thủ tục lạ", "1.000020"),
        ("total", None, "Tổng cộng", None),
    }


def test_the_worked_example_is_35_percent(quarter: Warehouse) -> None:
    assert form(quarter)["A.1"]["c13"] == Decimal("35.00")
    assert form(quarter)["A.2"]["c13"] == Decimal("40.00")


def test_a_document_of_two_procedures_is_beside_the_first_only(quarter: Warehouse) -> None:
    printed = form(quarter)

    assert [printed[code]["c3"] for code in ("A.1", "A.2", "A.3", "A.4")] == [1, 0, 1, 0]
    # Documents 30 and 31, each named by one ward, beside the one procedure of both.
    assert (printed["B.3"]["c3"], printed["B.3"]["c4"], printed["B.3"]["c6"]) == (2, 1, 1)


def test_each_unit_has_its_own_form(quarter: Warehouse) -> None:
    ward_1, ward_2, department = form(quarter, "p01"), form(quarter, "p02"), form(quarter, "tp-st-tp")

    assert ward_1["total"] == NONE | {"c3": 2, "c4": 2, "c8": 2, "c9": 2, "c13": Decimal("10.00"), "reviewed": 2}
    assert ward_2["total"] == NONE | {"c3": 1, "c6": 1, "c8": 1, "c11": 1, "reviewed": 1}
    assert department["A"] == IN_PLAN
    assert (department["B"]["c3"], department["B"]["c8"]) == (2, 2)


def test_every_row_has_its_fate(quarter: Warehouse) -> None:
    assert fates(quarter) == {
        **{f"department 0{number}": "counted" for number in range(1, 9)},
        "department 09": "not_reported",
        "department 10": "reported_after",
        "department 11": "reported_before",
        "department 12": "cancelled",
        "ward 1 01": "other_unit",
        "ward 1 20": "counted",
        "ward 2 20": "other_unit",
    }


def test_next_quarter_counts_only_what_it_reports(make: Callable[..., Warehouse]) -> None:
    printed = form(ask(make([*DEPARTMENT, *WARDS], FILES), *Q2))

    # Procedure 10 with document 15; procedures 8 and 9 of the plan are late by now.
    assert printed["total"] == NONE | {"c3": 1, "c4": 1, "c8": 1, "c9": 1, "reviewed": 1, "late": 2}


def test_a_provisional_figure_knows_no_later_report(make: Callable[..., Warehouse]) -> None:
    warehouse = ask(make([*DEPARTMENT, *WARDS], FILES), *Q1, as_of="2021-02-05")

    # By 5 February: procedure 1 by ward 1, 4 and 5 by the department, 20 by ward 1; documents 12, 14, 20, 30, 31.
    assert form(warehouse)["total"] == NONE | {
        "c3": 5, "c4": 2, "c6": 2, "c7": 1, "c8": 4, "c9": 2, "c11": 1, "c12": 1, "reviewed": 4,
        # (100 + 10 000 000) ÷ (1 000 + 10 000 000) = 99,991…
        "c13": Decimal("99.99"),
    }  # fmt: skip
    assert fates(warehouse)["ward 1 01"] == "counted"
    assert fates(warehouse)["department 01"] == "reported_after"


def test_status_and_planned_end_are_those_of_the_as_of_day_and_the_report_that_of_the_newest_file(
    make: Callable[..., Warehouse],
) -> None:
    files = [
        delivery("first", "tp-st-tp", "2021-03-17", stream="review_submissions"),
        delivery("second", "tp-st-tp", "2021-06-16", stream="review_submissions"),
    ]
    rows = [
        *reviews(
            "first",
            row(1, "2021-02-20"),
            row(2, None, status="in_review", proposal_kind=None),
            row(3, "2021-02-20"),
            row(4, None, status="planned", planned_end_on="2021-02-28", proposal_kind=None),
        ),
        *reviews(
            "second",
            # Taken back after the quarter.
            row(1, "2021-02-20", status="cancelled"),
            # Written down late, but reported in the first quarter.
            row(2, "2021-03-12", status="reported"),
            # The report as the newest file corrects it.
            row(3, "2021-02-20", proposal_kind="abolish", status="implemented"),
            # The end was moved afterwards.
            row(4, None, status="planned", planned_end_on="2021-09-30", proposal_kind=None),
        ),
    ]
    warehouse = make(rows, files)

    first = form(ask(warehouse, *Q1))["total"]
    assert first == NONE | {"c8": 3, "c9": 2, "c11": 1, "reviewed": 3, "late": 1}
    assert [fate for name, fate in fates(warehouse).items() if name.startswith("first")] == ["older_version"] * 4
    assert form(ask(warehouse, *Q2))["total"] == NONE
    assert fates(warehouse)["second 01"] == "cancelled"
    assert fates(warehouse)["second 02"] == "reported_before"


def test_words_nobody_mapped_are_reviewed_but_in_no_column(make: Callable[..., Warehouse]) -> None:
    rows = reviews(
        "department",
        row(1, "2021-02-10", proposal_kind="unknown"),
        row(2, "2021-02-10", competence=None, **AMEND_12, cost_before=10, cost_after=5),
        row(3, "2021-02-10", status="unknown", in_plan="unknown"),
        # A status before the report outweighs a date; nothing is guessed.
        row(4, "2021-02-10", status="in_review"),
        row(5, None, status="unknown"),
    )
    warehouse = ask(make(rows, FILES), *Q1)

    assert form(warehouse)["total"] == NONE | {"c8": 1, "c9": 1, "reviewed": 3}
    assert list(form(warehouse)) == ["A", "B", "B.1", "total"]
    reasons = {item["procedure_code"]: item["reason_code"] for item in warehouse.rows(
        "select procedure_code, reason_code from fct_review_procedure_period where scope_id = 'tp-st'"
    )}  # fmt: skip
    assert reasons == {"1.000001": "unknown_proposal", "1.000002": "unknown_competence", "1.000003": "own_amended"}
    assert (fates(warehouse)["department 04"], fates(warehouse)["department 05"]) == ("not_reported", "not_reported")


@pytest.mark.parametrize(
    ("costs", "percent"),
    [
        ({"cost_before": 100_000_000, "cost_after": 65_000_000}, "35.00"),
        # The parts of domain/07 7.3: (6 × 30 000 + 20 000) × 500 and (4 × 30 000 + 10 000) × 500.
        (
            {"hours_before": 6, "hours_after": 4, "wage_per_hour": 30_000, "other_cost_before": 20_000,
             "other_cost_after": 10_000, "fee_before": 0, "times_per_year": 5, "subjects_per_year": 100},
            "35.00",
        ),
        # Half up, where a binary fraction would fall short: 1 005 ÷ 100 000 = 1,005 %.
        ({"cost_before": 100_000, "cost_after": 98_995}, "1.01"),
        ({"cost_before": 8, "cost_after": 7}, "12.50"),
        ({"cost_before": 3, "cost_after": 2}, "33.33"),
        ({"cost_before": 3, "cost_after": 1}, "66.67"),
        # 900 000 000 000 021 ÷ 1 000 000 000 000 000.
        ({"cost_before": 1_000_000_000_000_000, "cost_after": 99_999_999_999_979}, "90.00"),
        ({"cost_before": 5, "cost_after": 5}, "0.00"),
        ({"cost_before": 5, "cost_after": 6}, "0.00"),
        ({"cost_before": 0, "cost_after": 0}, None),
        ({"cost_after": 5}, None),
        ({"cost_before": 5}, None),
        ({"hours_before": 6, "hours_after": 4, "times_per_year": 5, "subjects_per_year": 100}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_percentage_of_one_procedure(
    one: Callable[[dict[str, object]], dict[str, object]], costs: dict[str, object], percent: str | None
) -> None:
    assert one(costs)["c13"] == (None if percent is None else Decimal(percent))


@pytest.fixture(scope="module")
def one(make: Callable[..., Warehouse]) -> Callable[[dict[str, object]], dict[str, object]]:
    """All costs asked about in one warehouse, one ward each, so that dbt runs once."""
    wards = [{"unit_id": f"w{number}", "name_vi": f"Phường {number}", "unit_kind": "ward"} for number in range(30)]
    cases: list[dict[str, object]] = [
        dict(mark.args[1][number][0])
        for mark in test_the_percentage_of_one_procedure.pytestmark
        for number in range(len(mark.args[1]))
    ]
    files = [delivery(f"w{at}", f"w{at}", "2021-03-17", stream="review_submissions") for at in range(len(cases))]
    rows = [item for at, costs in enumerate(cases) for item in reviews(f"w{at}", row(1, "2021-02-10", **costs))]
    warehouse = make(rows, files)
    with duckdb.connect(warehouse.path) as connection:
        for ward in wards:
            connection.execute(
                "insert into landed.unit (unit_id, name_vi, unit_kind) values (?, ?, ?)", list(ward.values())
            )
    ask(warehouse, *Q1)
    return lambda costs: form(warehouse, f"w{cases.index(costs)}")["total"]


def test_the_offices_own_words_for_the_sections(make: Callable[..., Warehouse]) -> None:
    own = [
        {"scheme": "review", "section_code": "I", "label": "Theo kế hoạch năm", "applies_to": "in_plan", "sort_no": 1},
        {"scheme": "review", "section_code": "II", "label": "Khác", "applies_to": "outside_plan", "sort_no": 2},
    ]
    warehouse = ask(make(DEPARTMENT, FILES, [*SECTIONS, *own]), *Q1)

    labels = {item["row_code"]: item["label"] for item in warehouse.rows(
        "select row_code, label from form_ii_04 where scope_id = 'tp-st' and row_kind = 'section'"
    )}  # fmt: skip
    assert labels == {"I": "Theo kế hoạch năm", "II": "Khác"}


def test_every_identity_holds_and_the_evidence_has_every_row(quarter: Warehouse) -> None:
    quarter.check()

    assert form(quarter)["total"] == TOTAL
    with duckdb.connect(quarter.path, read_only=True) as connection:
        tables = fact_tables(connection, layouts(quarter))
        evidence = {table.name: connection.execute(table.query).fetchall() for table in tables}
    # Procedures and documents of the city's form, then of the department's, ward 1's and ward 2's.
    assert len(evidence["ra-soat-thu-tuc"]) == 9 + 8 + 2 + 1
    assert len(evidence["ra-soat-van-ban"]) == 6 + 4 + 2 + 1


@pytest.mark.parametrize(
    ("tampering", "test"),
    [
        ("update form_ii_04 set own_saving_percent = 36.16 where scope_id = 'tp-st' and row_code = 'A'", None),
        ("update form_ii_04 set own_saving_percent = 101 where row_code = 'A'", "form_ii_04: .*percent"),
        ("update form_ii_04 set own_documents_new = 5 where row_code = 'B'", "form_ii_04: .*documents"),
        ("delete from form_ii_04 where row_code = 'A.2'", "sections_add_up"),
        ("delete from fct_review_document_period where scope_id = 'p01'", "total_is_sum_of_fct_review_document_period"),
        ("delete from int_review_row_fate where fate = 'counted'", "every_counted_review_is_one_fact"),
    ],
)
def test_a_tampered_form_fails_its_identity_or_its_control(
    quarter: Warehouse, tampering: str, test: str | None, tmp_path: Path
) -> None:
    warehouse = quarter.copy(tmp_path)
    with duckdb.connect(warehouse.path) as connection:
        connection.execute(tampering)
        if test is None:
            wrong = untraceable_cells(connection, layouts(warehouse))
            assert wrong == ["II.04/tp-st/A/c13: 36.16 ≠ 36.15"]
            return
    with pytest.raises(DbtFailed, match=test):
        warehouse.check(["form_ii_04", "every_counted_review_is_one_fact"])


def layouts(warehouse: Warehouse) -> Layouts:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    return {"II.04": layouts_from_manifest(manifest, dt.date(2021, 3, 14))["II.04"]}


def test_every_cell_of_every_scope_is_the_sum_or_the_share_of_its_facts(quarter: Warehouse) -> None:
    with duckdb.connect(quarter.path, read_only=True) as connection:
        assert untraceable_cells(connection, layouts(quarter)) == []


@pytest.fixture(scope="module")
def report(quarter: Warehouse) -> Path:
    """The folder the trace reads: the warehouse and its layouts."""
    folder = quarter.path.parent
    (folder / "forms.json").write_text(json.dumps(entries_of(layouts(quarter)), ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "column", "unit", "figure", "found"),
    [
        ("total", 3, None, 6, {"department.xlsx 2", "department.xlsx 4", "department.xlsx 5", "department.xlsx 6",
                               "ward 1.xlsx 3", "ward 2.xlsx 2"}),
        ("A.1", 3, None, 1, {"department.xlsx 2"}),
        ("B", 6, None, 2, {"department.xlsx 5", "ward 2.xlsx 2"}),
        ("Thủ tục 1", 8, "p01", 1, {"ward 1.xlsx 2"}),
        ("A", 13, None, Decimal("36.15"), {"department.xlsx 2", "department.xlsx 3"}),
        ("B", 13, "p02", None, set()),
        ("total", 14, None, 1, {"department.xlsx 8"}),
    ],
)  # fmt: skip
def test_a_cell_is_traced_to_the_delivered_rows(
    report: Path, line: str, column: int, unit: str | None, figure: int | Decimal | None, found: set[str]
) -> None:
    (cell,) = trace(report, "II.04", line, column, unit)

    assert (cell.figure, cell.traced_sum) == (figure, figure)
    assert {f"{item['source_file']} {item['source_row']}" for item in cell.rows.to_dict("records")} == found


def test_a_traced_percentage_shows_both_its_sides(report: Path) -> None:
    (cell,) = trace(report, "II.04", "A.1", 13)

    text = "\n".join(trace_lines(cell, 0))
    assert "Số in: 35,00% (khớp)" in text
    assert "[35.000.000 / 100.000.000]" in text
    assert "phương án sửa đổi, thuộc thẩm quyền" in text
    assert "Phòng Tư pháp · department.csv · Rà soát · dòng 2" in text


def test_the_report_model_prints_the_share_and_the_notes(quarter: Warehouse) -> None:
    with duckdb.connect(quarter.path, read_only=True) as connection:
        model = build_report_model(connection, layouts(quarter), OfficeInfo("UBND thành phố Sóc Trăng"))

    total = model.forms["II.04"].total_texts()
    assert (total["own_saving_percent"], total["proposal_rate"]) == ("40,71", "87,50%")
    # Reviewed, kept, late, unclear: 6 + 1 + 1 + 0 make the 8 reviewed.
    assert [note.value for note in model.forms["II.04"].rows[-1].notes] == [8, 1, 1, 0]
    assert model.headline() == {
        "Rà soát TTHC": "6 TTHC có phương án thuộc thẩm quyền, 1 TTHC kiến nghị; tỷ lệ chi phí tiết kiệm (%): 40,71"
    }
