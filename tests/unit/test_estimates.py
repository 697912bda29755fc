"""Estimates of the rest of an unfinished period: run rate and the officer's own, whole numbers that add up.

Here: literal rows through the models; every expected number is computed by hand in the test. Not here: paper, real files.
Invariant: counted + declared is the cell; identities hold; nothing printed is below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

from pipelines.office.errors import OfficeError
from pipelines.office.reference import load_reference

UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "desk", "name_vi": "Bộ phận Một cửa", "unit_kind": "one_stop_desk", "sort_no": 2},
    {"unit_id": "justice", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
FIELDS: list[Row] = [
    {"field_code": "civil", "field_name": "Hộ tịch", "department_unit_id": "justice", "sort_no": 1},
    {"field_code": "soil", "field_name": "Đất đai", "department_unit_id": "justice", "sort_no": 2},
]
PROCEDURES: list[Row] = [
    {"procedure_id": "c", "procedure_code": "1.1", "procedure_name_key": "x", "field_code": "civil",
     "competent_level": "both"},
    {"procedure_id": "s", "procedure_code": "2.1", "procedure_name_key": "y", "field_code": "soil",
     "competent_level": "both"},
]  # fmt: skip
# Monday 1/3 to Friday 12/3/2021 is ten working days; as of Tuesday 9/3 seven are gone and three are left.
PERIOD, AS_OF = ("2021-03-01", "2021-03-12"), "2021-03-09"
MODELS = ["+form_ii_06a", "+form_ii_06a_by_unit"]
Ask = Callable[..., Warehouse]


def dossiers(unit: str, count: int, procedure: str = "1.1", **changes: object) -> list[dict[str, object]]:
    """Dossiers of a unit received in the period, alike."""
    return [
        {
            "delivery_id": unit, "procedure_code": procedure, "channel": "direct", "received_at": "2021-03-02 08:00:00",
            "due_at": "2021-03-20 17:00:00", "status": "in_progress", "flags": "", "source_file": f"{unit}.csv",
            **changes,
        }
    ] * count  # fmt: skip


EARLY = {"finished_at": "2021-03-05 10:00:00", "status": "result_ready"}
LATE = {"finished_at": "2021-03-05 10:00:00", "status": "result_ready", "due_at": "2021-03-03 17:00:00"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    target = tmp_path_factory.mktemp("dbt")

    def asked(
        rows: list[dict[str, object]],
        method: str = "run_rate",
        as_of: str = AS_OF,
        estimates: list[Row] | None = None,
        period: tuple[str, str] = PERIOD,
    ) -> Warehouse:
        numbered = [{**row, "dossier_code": f"D{number}", "source_row": number} for number, row in enumerate(rows)]
        senders = [delivery(unit, unit, as_of) for unit in sorted({str(row["delivery_id"]) for row in rows})]
        asked_row = question(*period, as_of=as_of, estimate_method=method)
        stated = [
            {"period_id": asked_row["period_id"], "source_row": number, **item}
            for number, item in enumerate(estimates or [], start=2)
        ]
        tables = {
            "unit": UNITS, "field": FIELDS, "procedure": PROCEDURES, "section": SECTIONS,
            "calendar": calendar("2020-11-30", "2021-06-30"), "delivery": senders, "case_exports": numbered,
            "estimate": stated,
        }  # fmt: skip
        warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(asked_row, select=MODELS)
        warehouse.check(MODELS, within=True)
        return warehouse

    return asked


COLUMNS = {
    "received_total": 3, "received_online": 4, "received_direct_postal": 5, "carried_in": 6, "resolved_total": 7,
    "resolved_early": 8, "resolved_on_time": 9, "resolved_overdue": 10, "pending_total": 11, "pending_in_time": 12,
    "pending_overdue": 13,
}  # fmt: skip


def cells(row: Mapping[str, object]) -> list[object]:
    """Columns 3 to 13 of a row of a form or of the declared fact."""
    return [row[measure] for measure in COLUMNS]


def declared(warehouse: Warehouse) -> dict[tuple[str, str], list[object]]:
    rows = warehouse.rows("select * from fct_declared_period order by declared_id")
    return {(str(row["receiving_unit_id"]), str(row["field_code"])): cells(row) for row in rows}


def total(warehouse: Warehouse, scope: str = "tp-st") -> list[object]:
    (row,) = warehouse.rows(f"select * from form_ii_06a where scope_id = '{scope}' and row_kind = 'total'")
    return cells(row)


def test_run_rate_adds_what_the_days_left_bring_and_the_parts_make_the_total(ask: Ask) -> None:
    rows = [
        # p01 civil: 9 received, 4 online and 5 direct, of them 3 done early and 2 late.
        *dossiers("p01", 4, channel="online"), *dossiers("p01", 3, **EARLY), *dossiers("p01", 2, **LATE),
        # p02 civil: 5 received, 1 done early. desk soil: 2 received.
        *dossiers("p02", 1, **EARLY), *dossiers("p02", 4), *dossiers("desk", 2, "2.1"),
    ]  # fmt: skip
    warehouse = ask(rows)
    # Received: 16 x 3/7 = 6 6/7 → 7. Parts 9 x 3/7 = 3 6/7, 5 x 3/7 = 2 1/7, 2 x 3/7 = 6/7: whole 3 + 2 + 0 = 5, two
    # more to the greatest remainders (6/7 both): 4, 2, 1. p01's 4 by channel: 4 x 4/9 = 1 7/9 online, 4 x 5/9 = 2 2/9
    # direct → 2 and 2.
    # Resolved: 6 x 3/7 = 2 4/7 → 3. Parts 5 x 3/7 = 2 1/7, 1 x 3/7 = 3/7: whole 2, one more to p02: 2, 1. p01's 2 by
    # outcome: 2 x 3/5 = 1 1/5 early, 2 x 2/5 = 4/5 late → 1 and 1.
    assert declared(warehouse) == {
        ("p01", "civil"): [4, 2, 2, 0, 2, 1, 0, 1, 2, 2, 0],
        ("p02", "civil"): [2, 0, 2, 0, 1, 1, 0, 0, 1, 1, 0],
        ("desk", "soil"): [1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0],
    }
    # Counted 16, 4, 12, 0, 6, 4, 0, 2, 10, 10, 0 and what the days left bring.
    assert total(warehouse) == [23, 6, 17, 0, 9, 6, 0, 3, 14, 14, 0]
    assert total(warehouse, "p01") == [13, 6, 7, 0, 7, 4, 0, 3, 6, 6, 0]
    assert total(warehouse, "justice") == [3, 0, 3, 0, 0, 0, 0, 0, 3, 3, 0]
    by_unit = warehouse.rows("select * from form_ii_06a_by_unit where row_kind = 'row' order by row_order")
    assert {row["row_unit_id"]: row["received_total"] for row in by_unit} == {"justice": 3, "p01": 13, "p02": 7}


def test_more_is_never_resolved_than_is_pending_in_time_and_received(ask: Ask) -> None:
    # 10 carried in and all done so far, nothing received: the rate says 10 x 3/7 = 4 more, but only one is left.
    before = {"received_at": "2021-02-10 08:00:00"}
    rows = [*dossiers("p01", 10, **before, **EARLY), *dossiers("p01", 1, **before)]
    warehouse = ask(rows)
    assert declared(warehouse) == {("p01", "civil"): [0, 0, 0, 0, 1, 1, 0, 0, -1, -1, 0]}
    assert total(warehouse) == [11, 0, 0, 11, 11, 11, 0, 0, 0, 0, 0]
    (row,) = warehouse.rows("select reason_code, declared_by, kind from fct_declared_period")
    assert tuple(row.values()) == ("run_rate_limited", "kstt", "estimated")


def test_overdue_dossiers_are_counted_not_estimated(ask: Ask) -> None:
    overdue = {"due_at": "2021-03-04 17:00:00"}
    rows = [*dossiers("p01", 7, **overdue), *dossiers("p01", 7, **EARLY)]
    # Received 14 x 3/7 = 6, resolved 7 x 3/7 = 3: pending 7 + 3, of which the 7 overdue stay.
    assert total(ask(rows)) == [20, 0, 20, 0, 10, 10, 0, 0, 10, 3, 7]


@pytest.mark.parametrize(
    ("method", "as_of"),
    [("none", AS_OF), ("run_rate", "2021-03-12"), ("run_rate", "2021-03-20"), ("manual", AS_OF)],
)
def test_nothing_is_declared_by_default_nor_for_a_finished_period(ask: Ask, method: str, as_of: str) -> None:
    warehouse = ask(dossiers("p01", 3), method, as_of)
    assert declared(warehouse) == {}
    assert total(warehouse) == [3, 0, 3, 0, 0, 0, 0, 0, 3, 3, 0]


def test_a_period_without_a_working_day_gone_is_not_estimated(ask: Ask) -> None:
    # Saturday 27/2 and Sunday 28/2: dossiers came, no working day went by, so there is no rate.
    rows = dossiers("p01", 3, received_at="2021-02-27 08:00:00")
    assert declared(ask(rows, as_of="2021-02-28", period=("2021-02-27", "2021-03-12"))) == {}


def test_the_officers_numbers_are_taken_as_stated_and_the_rest_follows(ask: Ask) -> None:
    estimates: list[Row] = [
        {"unit_id": "p01", "field_code": "civil", "measure": "received_online", "value": 5},
        {"unit_id": "p01", "field_code": "civil", "measure": "received_direct_postal", "value": 3},
        {"unit_id": "p01", "field_code": "civil", "measure": "resolved_early", "value": 4},
        {"unit_id": "p01", "field_code": "civil", "measure": "resolved_on_time", "value": 1},
        # A unit and field with no dossier yet, of the desk: its department is the owner of the field.
        {"unit_id": "desk", "field_code": "soil", "measure": "received_online", "value": 2},
        {"unit_id": "p02", "field_code": "civil", "measure": "received_online", "value": 0},
        {"unit_id": "p02", "field_code": "civil", "measure": "received_online", "value": 9, "period_id": "2021-Q2"},
    ]
    warehouse = ask(dossiers("p01", 3), "manual", estimates=estimates)
    assert declared(warehouse) == {
        ("p01", "civil"): [8, 5, 3, 0, 5, 4, 1, 0, 3, 3, 0],
        ("desk", "soil"): [2, 2, 0, 0, 0, 0, 0, 0, 2, 2, 0],
    }
    assert total(warehouse) == [13, 7, 6, 0, 5, 4, 1, 0, 8, 8, 0]
    (row,) = warehouse.rows("select * from fct_declared_period where receiving_unit_id = 'desk'")
    assert (row["department_unit_id"], row["level_section_code"], row["unit_section_code"]) == ("justice", "A", "I")
    assert (row["source_file"], row["source_row"], row["declared_by"]) == ("reference/estimates.csv", 6, "tp-st")


def test_officers_numbers_that_cannot_be_are_limited_and_report_it(ask: Ask) -> None:
    # 3 are pending and none comes: of 8 stated as done (6 early, 2 late) only 3 can be: 3 x 6/8 = 2 1/4, 3 x 2/8 = 3/4.
    estimates: list[Row] = [
        {"unit_id": "p01", "field_code": "civil", "measure": "resolved_early", "value": 6},
        {"unit_id": "p01", "field_code": "civil", "measure": "resolved_overdue", "value": 2},
    ]
    warehouse = ask(dossiers("p01", 3), "manual", estimates=estimates)
    assert declared(warehouse) == {("p01", "civil"): [0, 0, 0, 0, 3, 2, 0, 1, -3, -3, 0]}
    (row,) = warehouse.rows("select reason_code from fct_declared_period")
    assert row["reason_code"] == "manual_limited"


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        ("2015-X,no-unit,{field},received_online,3", "dòng 2, cột unit_id: «no-unit»"),
        ("2030-Q1,{unit},{field},received_online,3", "dòng 2, cột period_id: «2030-Q1»"),
        ("2015-X,{unit},no-field,received_online,3", "dòng 2, cột field_code: «no-field»"),
        (
            "2015-X,{unit},{field},pending_total,3",
            "dòng 2, cột measure: «pending_total» không có; dùng: received_online",
        ),
        ("2015-X,{unit},{field},received_online,-3", "dòng 2, cột value: «-3» không phải số nguyên, không âm"),
        ("2015-X,{unit},{field},received_online,", r"dòng 2, cột value: «\(trống\)»"),
    ],
)
def test_a_wrong_line_of_the_estimates_is_reported_with_its_place(tmp_path: Path, line: str, noted: str) -> None:
    folder = Path(__file__).parents[1] / "offices" / "boston" / "reference"
    for table in folder.glob("*.csv"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    known = load_reference(tmp_path)
    unit, field = known["units"]["unit_id"].iloc[0], known["fields"]["field_code"].iloc[0]
    content = f"period_id,unit_id,field_code,measure,value\n{line.format(unit=unit, field=field)}\n"
    (tmp_path / "estimates.csv").write_text(content, encoding="utf-8")
    with pytest.raises(OfficeError, match=noted):
        load_reference(tmp_path)


def test_an_office_without_the_table_has_no_estimates() -> None:
    folder = Path(__file__).parents[1] / "offices" / "boston" / "reference"
    assert load_reference(folder)["estimates"].empty
