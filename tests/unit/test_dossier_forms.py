"""The forms beside II.06a: II.06b, II.08, the tables of overdue causes and of intake, fees and ratings.

Here: a desk, two wards and a department with a handful of dossiers and services, every cell counted by hand; ties
between the forms; a lie that breaks each tie. Not here: single rules of a measure (test_dossier_remarks).
Invariant: expected cells are counted by hand from the rows below; the recount finds them too.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from test_recount import recounted
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

from pipelines.warehouse.dbt import DbtFailed

Q1 = ("2020-12-15", "2021-03-14")
Q_2023 = ("2022-12-15", "2023-03-14")
UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố", "unit_kind": "city", "sort_no": 0},
    {"unit_id": "desk", "name_vi": "Bộ phận Một cửa", "unit_kind": "one_stop_desk", "sort_no": 1},
    {"unit_id": "tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 2},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
FIELDS: list[Row] = [
    {
        "field_code": "ht",
        "field_name": "Hộ tịch",
        "field_name_key": "hộ tịch",
        "department_unit_id": "tp",
        "sort_no": 1,
    },
    {"field_code": "dd", "field_name": "Đất đai", "field_name_key": "đất đai", "department_unit_id": "", "sort_no": 2},
]
# 2.000635 is one code for wards and city: one service.
PROCEDURES: list[Row] = [
    {"procedure_id": "1.1", "procedure_code": "1.000001", "field_code": "ht", "competent_level": "ward"},
    {"procedure_id": "2.1", "procedure_code": "2.000635", "field_code": "ht", "competent_level": "ward"},
    {"procedure_id": "2.2", "procedure_code": "2.000635", "field_code": "ht", "competent_level": "city"},
    {"procedure_id": "3.1", "procedure_code": "3.000001", "field_code": "dd", "competent_level": "city"},
]
SERVICES: list[Row] = [
    {"procedure_code": "1.000001", "service_level": "partial", "on_national_portal": "yes", "takes_payment": "no"},
    {"procedure_code": "2.000635", "service_level": "partial", "on_national_portal": "no", "takes_payment": "yes",
     "valid_to": "2021-01-31"},
    {"procedure_code": "2.000635", "service_level": "full", "on_national_portal": "yes", "takes_payment": "yes",
     "valid_from": "2021-02-01"},
    {"procedure_code": "3.000001", "service_level": "information", "on_national_portal": "no", "takes_payment": "no"},
    {"procedure_code": "9.999999", "service_level": "partial", "on_national_portal": "no", "takes_payment": "no",
     "valid_to": "2021-12-31"},
    # Offered only after the last counted day.
    {"procedure_code": "8.000000", "service_level": "full", "on_national_portal": "no", "takes_payment": "no",
     "valid_from": "2021-03-15", "valid_to": "2021-12-31"},
]  # fmt: skip
OPEN = {"status": "in_progress", "received_at": "2021-02-01 08:00", "due_at": "2021-04-01 17:00", "channel": "direct"}
LATE = {**OPEN, "due_at": "2021-03-01 17:00"}
DONE = {**OPEN, "status": "result_ready", "finished_at": "2021-02-10 10:00", "due_at": "2021-02-10 17:00"}
WARD, CITY, LAND = "1.000001", "2.000635", "3.000001"
DOSSIERS: dict[str, list[Row]] = {
    "p01": [
        {**OPEN, "dossier_code": "W1", "procedure_code": WARD, "channel": "online", "service_level": "partial",
         "fee_due": 8000, "fee_paid": 8000, "payment_channel": "online", "digitised_intake": "yes"},
        {**LATE, "dossier_code": "W2", "procedure_code": WARD, "overdue_cause": "officer"},
        {"dossier_code": "W3", "procedure_code": WARD, "channel": "online", "status": "submitted",
         "submitted_at": "2021-03-01 08:00"},
    ],
    "p02": [
        {**DONE, "dossier_code": "W4", "procedure_code": WARD, "channel": "postal", "digitised_result": "yes",
         "satisfaction": "satisfied", "fee_due": 5000, "fee_paid": 6000},
        {**DONE, "dossier_code": "W5", "procedure_code": WARD, "status": "withdrawn"},
    ],
    # The department decides on them: each is in the desk's form and in its own.
    "desk": [
        {**LATE, "dossier_code": "D1", "procedure_code": CITY, "overdue_cause": "coordination",
         "apology_at": "2021-02-26 08:00"},
        {**OPEN, "dossier_code": "D2", "procedure_code": CITY, "channel": "online", "service_level": "full",
         "fee_due": 8000, "fee_paid": 0},
        {**OPEN, "dossier_code": "D3", "procedure_code": CITY, "channel": "online"},
        {**DONE, "dossier_code": "D4", "procedure_code": LAND, "due_at": "2021-02-05 17:00",
         "satisfaction": "dissatisfied"},
        {**OPEN, "dossier_code": "D5", "procedure_code": CITY, "received_at": "2020-12-01 08:00"},
    ],
}  # fmt: skip
MODELS = ["form_ii_06a", "form_ii_06b", "form_ii_08", "form_ii_08_2022", "form_overdue_causes", "form_desk_service"]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Warehouse:
    return built(tmp_path_factory, target)


def built(tmp_path_factory: pytest.TempPathFactory, target: Path, asked: Row | None = None) -> Warehouse:
    """The office with its dossiers; every model built and every test of the project passed."""
    tables = {
        "unit": UNITS, "field": FIELDS, "procedure": PROCEDURES, "service": SERVICES, "section": SECTIONS,
        "calendar": calendar("2020-11-01", "2023-12-31", ["2021-01-01"]),
        "delivery": [delivery(unit_id, unit_id, "2021-03-15") for unit_id in DOSSIERS],
        "case_exports": [
            {"delivery_id": unit_id, "flags": "", "source_row": number, **row}
            for unit_id, rows in DOSSIERS.items()
            for number, row in enumerate(rows, start=2)
        ],
    }  # fmt: skip
    return Warehouse(tmp_path_factory.mktemp("forms"), tables, target).ask(asked or question(*Q1), tests=True)


def row_of(warehouse: Warehouse, model: str, scope: str, row_code: str) -> dict[str, object]:
    (row,) = warehouse.rows(f"select * from {model} where scope_id = '{scope}' and row_code = '{row_code}'")
    return row


def cells(row: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(row[name] for name in names)


def test_a_dossier_in_two_units_forms_is_in_the_consolidated_form_once(warehouse: Warehouse) -> None:
    totals = {
        row["scope_id"]: row["received_total"]
        for row in warehouse.rows("select * from form_ii_06a where row_kind = 'total'")
    }
    # W1, W2 | W4, W5 | D1 to D5 | those of Hộ tịch: D1, D2, D3, D5; land is of no known department.
    assert totals == {"tp-st": 9, "p01": 2, "p02": 2, "desk": 5, "tp": 4}
    assert row_of(warehouse, "form_ii_06b", "tp-st", "total")["received_total"] == 9
    assert sum(count for scope, count in totals.items() if scope != "tp-st") == 13
    assert warehouse.rows("select distinct scope_id from form_ii_06b") == [{"scope_id": "tp-st"}]


SERVICE_CELLS = ("services_total", "services_level3", "services_level4", "services_on_national_portal")
DOSSIER_CELLS = (
    "dossiers_total", "dossiers_direct_postal", "dossiers_online_level3", "dossiers_online_level4",
    "received_online_other", "payable_dossiers", "paid_online", "digitised_components", "digitised_results",
)  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "services", "dossiers"),
    [
        # Services: 1.000001 and 9.999999 partial, 2.000635 full. Received in the period: W1 W2 W4 W5 D1 D2 D3 D4.
        ("tp-st", (3, 2, 1, 2), (8, 5, 1, 1, 1, 3, 1, 1, 1)),
        ("p01", (2, 1, 1, 2), (2, 1, 1, 0, 0, 1, 1, 1, 0)),
        ("p02", (2, 1, 1, 2), (2, 2, 0, 0, 0, 1, 0, 0, 1)),
        ("desk", (1, 0, 1, 1), (4, 2, 0, 1, 1, 1, 0, 0, 0)),
        ("tp", (1, 0, 1, 1), (3, 1, 0, 1, 1, 1, 0, 0, 0)),
    ],
)
def test_the_electronic_form_counts_services_and_dossiers(
    warehouse: Warehouse, scope: str, services: tuple[int, ...], dossiers: tuple[int, ...]
) -> None:
    total = row_of(warehouse, "form_ii_08", scope, "total")
    assert cells(total, *SERVICE_CELLS) == services
    assert cells(total, *DOSSIER_CELLS) == dossiers


def test_the_electronic_form_has_a_row_a_field_and_one_for_what_is_not_known(warehouse: Warehouse) -> None:
    rows = warehouse.rows("select * from form_ii_08 where scope_id = 'tp-st' order by row_order")
    assert [(row["label"], row["services_total"], row["dossiers_total"]) for row in rows] == [
        ("Hộ tịch", 2, 7),
        ("Đất đai", 0, 1),
        ("Chưa xác định", 1, 0),
        ("Tổng cộng", 3, 8),
    ]


def test_overdue_dossiers_are_by_cause_and_field_with_their_apologies(warehouse: Warehouse) -> None:
    shown = (
        "label",
        "overdue_total",
        "resolved_overdue",
        "pending_overdue",
        "overdue_apologised",
        "overdue_not_apologised",
    )
    rows = warehouse.rows(
        "select * from form_overdue_causes where scope_id = 'tp-st' and overdue_total > 0 order by row_order"
    )
    assert [(row["row_code"], *cells(row, *shown)) for row in rows] == [
        ("A", "Chờ cơ quan phối hợp, liên thông", 1, 0, 1, 1, 0),
        ("A.1", "Hộ tịch", 1, 0, 1, 1, 0),
        ("F", "Công chức chậm xử lý", 1, 0, 1, 0, 1),
        ("F.1", "Hộ tịch", 1, 0, 1, 0, 1),
        ("K", "Chưa ghi nguyên nhân", 1, 1, 0, 0, 1),
        ("K.1", "Đất đai", 1, 1, 0, 0, 1),
        ("total", "Tổng cộng", 3, 1, 2, 1, 2),
    ]
    sections = warehouse.rows("select * from form_overdue_causes where scope_id = 'p02' and row_kind = 'section'")
    assert len(sections) == 10


def test_intake_fees_and_ratings_are_by_unit(warehouse: Warehouse) -> None:
    shown = (
        "received_direct", "received_postal", "received_online", "awaiting_intake_overdue", "payable", "paid",
        "paid_online", "fee_due_amount", "fee_paid_amount", "fee_mismatch", "rated", "satisfied", "withdrawn",
    )  # fmt: skip
    rows = warehouse.rows("select * from form_desk_service where scope_id = 'tp-st' order by row_order")
    assert {row["label"]: cells(row, *shown) for row in rows} == {
        "Phòng Tư pháp": (1, 0, 2, 0, 1, 0, 0, 8000, 0, 0, 0, 0, 0),
        "UBND Phường 1": (1, 0, 1, 1, 1, 1, 1, 8000, 8000, 0, 0, 0, 0),
        "UBND Phường 2": (1, 1, 0, 0, 1, 1, 0, 5000, 6000, 1, 1, 1, 1),
        "Chưa xác định": (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0),
        "Tổng cộng": (4, 1, 3, 1, 3, 2, 1, 21000, 14000, 1, 2, 1, 1),
    }


def test_the_recount_agrees_with_every_form(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())


def test_the_forms_tie_and_are_recounted_with_estimates_too(
    tmp_path_factory: pytest.TempPathFactory, target: Path
) -> None:
    asked = question(*Q1, as_of="2021-02-26", estimate_method="run_rate")
    estimated = built(tmp_path_factory, target, asked)
    total = row_of(estimated, "form_ii_08", "tp-st", "total")
    counted = estimated.rows("select sum(received_in_period) as n from fct_dossier_period")[0]["n"]
    assert int(str(total["dossiers_total"])) > int(str(counted))
    result = recounted(estimated)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())


LIES = {
    "consolidated_form_counts_each_dossier_once": "update form_ii_06b set received_total = 13 where row_kind = 'total'",
    "consolidated_form_is_the_office_form": "update form_ii_06b set pending_total = 0 where row_kind = 'total'",
    "electronic_form_ties_to_the_dossier_form": "update form_ii_08 set dossiers_online_level3 = 9",
    "causes_tie_to_the_dossier_form": "update form_overdue_causes set overdue_total = 9",
}


@pytest.mark.parametrize("test", LIES)
def test_a_lie_breaks_the_tie_of_the_forms(
    tmp_path_factory: pytest.TempPathFactory, target: Path, warehouse: Warehouse, test: str
) -> None:
    folder = tmp_path_factory.mktemp("lie")
    lying = Warehouse.__new__(Warehouse)
    lying.path, lying.target = folder / "warehouse.duckdb", target
    lying.path.write_bytes(warehouse.path.read_bytes())
    lying.check([test])
    with duckdb.connect(lying.path) as connection:
        connection.execute(LIES[test])
    with pytest.raises(DbtFailed, match=test):
        lying.check([test])
