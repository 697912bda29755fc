"""A unit's own declaration of II.06a: added where nothing is counted, beside where something is, never twice.

Here: literal rows through the models and the recount; every expected number is computed by hand in the test.
Not here: the workbook (test_returns), row checks (faults/test_declared_checks), paper.
Invariant: counted + declared is the cell; every declared row has one fate; the recount agrees.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_estimates import EARLY, FIELDS, PROCEDURES, UNITS, cells, dossiers, total
from test_recount import recounted
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

MODELS = ["+form_ii_06a", "+form_ii_06a_by_unit", "+rpt_declared_against_counted", "+int_row_fate"]
QUARTERS: list[Row] = [
    {"period_id": "2021-Q1", "period_kind": "quarter", "label": "Quý I", "start_on": "2020-12-15", "end_on": "2021-03-14"},
    {"period_id": "2021-Q2", "period_kind": "quarter", "label": "Quý II", "start_on": "2021-03-15", "end_on": "2021-06-14"},
]  # fmt: skip
MEASURES = [
    "received_online", "received_direct_postal", "carried_in", "resolved_early", "resolved_on_time", "resolved_overdue",
    "pending_in_time", "pending_overdue",
]  # fmt: skip
Ask = Callable[..., Warehouse]


def line(numbers: list[int], field: str = "hộ tịch", level: str | None = "ward") -> dict[str, object]:
    """A declared line: columns 4, 5, 6, 8, 9, 10, 12, 13."""
    return {"field_name": field, "field_name_key": field, "level": level, **dict(zip(MEASURES, numbers, strict=True))}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    target = tmp_path_factory.mktemp("dbt")

    def asked(
        declared: dict[str, list[dict[str, object]]],
        counted: list[dict[str, object]] | None = None,
        exports: list[Row] | None = None,
        range_asked: tuple[str, str, str] = ("2021-Q1", "2020-12-15", "2021-03-14"),
        **question_changes: object,
    ) -> Warehouse:
        """Ask a warehouse; `declared` is "<unit> <period>[ <hour>]" → lines, `exports` deliveries of dossiers."""
        deliveries: list[Row] = [*(exports or [])]
        rows: list[Row] = []
        for name, lines in declared.items():
            unit, period, *hour = name.split()
            received = f"2021-06-20 {hour[0] if hour else '08'}:00:00"
            deliveries.append(
                delivery(name, unit, "2021-06-19", stream="declared_dossiers", period_id=period, received_at=received)
            )
            rows += [
                {"delivery_id": name, "source_file": f"{unit}.xlsx", "source_sheet": "Giải quyết TTHC",
                 "source_row": number, "flags": "", **item}
                for number, item in enumerate(lines, start=7)
            ]  # fmt: skip
        cases = [{**row, "dossier_code": f"D{n}", "source_row": n} for n, row in enumerate(counted or [])]
        tables = {
            "unit": UNITS, "field": [{**field, "field_name_key": str(field["field_name"]).lower()} for field in FIELDS],
            "procedure": PROCEDURES, "section": SECTIONS, "calendar": calendar("2020-11-30", "2021-12-31"),
            "delivery": deliveries, "case_exports": cases, "declared_dossiers": rows, "period": QUARTERS,
            "estimate": question_changes.pop("estimates", []), "unit_alias": [{"unit_key": "p1", "unit_id": "p01"}],
        }  # fmt: skip
        period_id, start, end = range_asked
        kind = "quarter" if "-Q" in period_id else "year"
        row = question(start, end, **{"period_id": period_id, "period_kind": kind, **question_changes})
        warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(row, select=MODELS)
        warehouse.check(MODELS, within=True)
        result = recounted(warehouse)
        assert result.agrees, result
        return warehouse

    return asked


def fates(warehouse: Warehouse) -> dict[tuple[str, int], str]:
    rows = warehouse.rows("select delivery_id, source_row, fate from int_row_fate")
    return {(str(row["delivery_id"]), int(str(row["source_row"]))): str(row["fate"]) for row in rows}


def test_counted_and_declared_figures_add_up_in_the_same_cells(ask: Ask) -> None:
    # p01 exports 2 dossiers pending; p02 declares civil 4 = 3, 5 = 5, 6 = 2; 8 = 6, 9 = 1, 10 = 1; 12 = 1, 13 = 1.
    warehouse = ask(
        {"p02 2021-Q1": [line([3, 5, 2, 6, 1, 1, 1, 1])]},
        dossiers("p01", 2),
        [delivery("p01", "p01", "2021-03-14")],
    )
    # Column 3 = 10, 7 = 8, 11 = 2 of p02, and p01's two, direct and in time.
    assert total(warehouse) == [12, 3, 7, 2, 8, 6, 1, 1, 4, 3, 1]
    assert total(warehouse, "p02") == [10, 3, 5, 2, 8, 6, 1, 1, 2, 1, 1]
    assert total(warehouse, "p01") == [2, 0, 2, 0, 0, 0, 0, 0, 2, 2, 0]
    (row,) = warehouse.rows("select * from fct_declared_period")
    assert (row["kind"], row["declared_by"], row["source_sheet"], row["source_row"]) == (
        "declared_by_unit", "p02", "Giải quyết TTHC", 7,
    )  # fmt: skip
    by_unit = warehouse.rows("select row_unit_id, received_total from form_ii_06a_by_unit where row_kind = 'row'")
    assert {item["row_unit_id"]: item["received_total"] for item in by_unit} == {"justice": 0, "p01": 2, "p02": 10}


def test_a_line_is_at_its_level_and_an_unknown_field_is_not_lost(ask: Ask) -> None:
    warehouse = ask(
        {
            "p02 2021-Q1": [
                line([1, 0, 0, 1, 0, 0, 0, 0]),
                line([2, 0, 0, 2, 0, 0, 0, 0], level="city"),
                line([4, 0, 0, 4, 0, 0, 0, 0], field="lạ"),
                line([8, 0, 0, 8, 0, 0, 0, 0], field="đất đai", level=None),
            ],
            "desk 2021-Q1": [line([16, 0, 0, 16, 0, 0, 0, 0], level="city")],
        }
    )
    rows = warehouse.rows(
        "select level_section_code, field_code, received_total from form_ii_06a "
        "where scope_id = 'tp-st' and row_kind = 'row' and received_total > 0"
    )
    found = {(row["level_section_code"], row["field_code"]): row["received_total"] for row in rows}
    assert found == {("B", "civil"): 1, ("A", "civil"): 18, ("B", "unknown"): 4, ("B", "soil"): 8}
    # What the desk declares is of the department that owns the field.
    assert total(warehouse, "justice")[0] == 16


def test_the_newer_declaration_of_a_unit_replaces_the_older_whatever_its_name(ask: Ask) -> None:
    warehouse = ask(
        {
            "p02 2021-Q1 09": [line([5, 0, 0, 5, 0, 0, 0, 0])],
            "p02 2021-Q1 08": [line([9, 0, 0, 9, 0, 0, 0, 0])],
            "p02 2021-Q2": [line([1, 0, 0, 1, 0, 0, 0, 0])],
        }
    )
    assert total(warehouse)[0] == 5
    assert fates(warehouse) == {
        ("p02 2021-Q1 09", 7): "counted", ("p02 2021-Q1 08", 7): "older_version", ("p02 2021-Q2", 7): "other_period",
    }  # fmt: skip


def test_a_newer_declared_nil_takes_the_older_figures_away(ask: Ask) -> None:
    assert total(ask({"p02 2021-Q1 08": [line([9, 0, 0, 9, 0, 0, 0, 0])], "p02 2021-Q1 09": []})) == [0] * 11


def test_a_unit_with_a_counted_export_is_shown_side_by_side_and_not_added(ask: Ask) -> None:
    # p01's export: 3 received directly, 1 of them done early. It declares 4 received directly, 2 early, 2 pending.
    warehouse = ask(
        {"p01 2021-Q1": [line([0, 4, 0, 2, 0, 0, 2, 0])]},
        [*dossiers("p01", 2), *dossiers("p01", 1, **EARLY)],
        [delivery("p01", "p01", "2021-03-14")],
    )
    assert total(warehouse) == [3, 0, 3, 0, 1, 1, 0, 0, 2, 2, 0]
    assert warehouse.rows("select * from fct_declared_period") == []
    rows = warehouse.rows("select * from rpt_declared_against_counted order by column_no")
    assert [(row["column_no"], row["declared"], row["counted"], row["difference"]) for row in rows] == [
        (3, 4, 3, 1), (5, 4, 3, 1), (7, 2, 1, 1), (8, 2, 1, 1), (11, 2, 2, 0), (12, 2, 2, 0),
    ]  # fmt: skip
    assert fates(warehouse)["p01 2021-Q1", 7] == "beside_export"


def test_a_file_of_many_units_that_names_the_unit_is_its_export_too(ask: Ask) -> None:
    warehouse = ask(
        {"p01 2021-Q1": [line([0, 4, 0, 2, 0, 0, 2, 0])]},
        dossiers("desk", 1, receiving_unit_key="p1"),
        [delivery("desk", "desk", "2021-03-14", unit_from="column")],
    )
    assert total(warehouse) == [1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert fates(warehouse)["p01 2021-Q1", 7] == "beside_export"


def test_what_older_files_still_show_of_a_unit_that_declares_is_not_counted_again(ask: Ask) -> None:
    # p02 exported for the quarter before (2 dossiers still open there) and now declares 2 carried in and pending.
    warehouse = ask(
        {"p02 2021-Q2": [line([0, 0, 2, 0, 0, 0, 2, 0])]},
        dossiers("p02", 2),
        [delivery("p02", "p02", "2021-03-14")],
        range_asked=("2021-Q2", "2021-03-15", "2021-06-14"),
    )
    assert total(warehouse) == [2, 0, 0, 2, 0, 0, 0, 0, 2, 2, 0]
    assert set(fates(warehouse).values()) == {"counted", "declared_by_unit"}


def test_a_longer_range_takes_of_its_quarters_what_the_year_takes(ask: Ask) -> None:
    # Domain/02: 4, 5, 8-10 are sums; 6 is that of the first quarter; 12 and 13 those of the last.
    warehouse = ask(
        {
            "p02 2021-Q1": [line([3, 5, 2, 4, 1, 1, 3, 1])],
            "p02 2021-Q2": [line([1, 1, 4, 2, 2, 0, 0, 2])],
        },
        range_asked=("2021-H1", "2020-12-15", "2021-06-14"),
    )
    assert total(warehouse) == [12, 4, 6, 2, 10, 6, 3, 1, 2, 0, 2]
    rows = warehouse.rows("select declared_id from fct_declared_period where pending_total <> 0")
    assert [row["declared_id"] for row in rows] == ["declared_by_unit|p02 2021-Q2:Giải quyết TTHC:7"]


def test_quarters_that_do_not_carry_over_into_each_other_are_reported_not_added(ask: Ask) -> None:
    # Q1 leaves 4 pending, Q2 carries in 3: which of the two is right nobody here knows. The other field follows.
    warehouse = ask(
        {
            "p02 2021-Q1": [line([3, 5, 2, 4, 1, 1, 3, 1]), line([1, 0, 0, 1, 0, 0, 0, 0], "đất đai")],
            "p02 2021-Q2": [line([1, 1, 3, 2, 1, 0, 0, 2])],
        },
        range_asked=("2021-H1", "2020-12-15", "2021-06-14"),
    )
    assert total(warehouse) == [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    assert fates(warehouse) == {
        ("p02 2021-Q1", 7): "parts_do_not_follow", ("p02 2021-Q1", 8): "counted",
        ("p02 2021-Q2", 7): "parts_do_not_follow",
    }  # fmt: skip


def test_a_declaration_of_the_whole_range_represents_those_of_its_quarters(ask: Ask) -> None:
    warehouse = ask(
        {
            "p02 2021-Q1": [line([3, 5, 2, 4, 1, 1, 3, 1])],
            "p02 2021-H1": [line([7, 0, 1, 8, 0, 0, 0, 0])],
        },
        range_asked=("2021-H1", "2020-12-15", "2021-06-14"),
    )
    assert total(warehouse) == [8, 7, 0, 1, 8, 8, 0, 0, 0, 0, 0]
    assert fates(warehouse)["p02 2021-Q1", 7] == "declared_as_whole"


def test_a_unit_that_declares_is_not_estimated(ask: Ask) -> None:
    estimate = {"field_code": "civil", "measure": "received_online", "value": 5, "period_id": "2021-Q1"}
    warehouse = ask(
        {"p02 2021-Q1": [line([3, 0, 0, 3, 0, 0, 0, 0])]},
        estimates=[{**estimate, "unit_id": "p02", "source_row": 2}, {**estimate, "unit_id": "p01", "source_row": 3}],
        as_of="2021-03-05", until_on="2021-03-05", is_provisional=True, estimate_method="manual",
    )  # fmt: skip
    rows = warehouse.rows("select kind, receiving_unit_id, received_total from fct_declared_period order by kind")
    assert [tuple(row.values()) for row in rows] == [("declared_by_unit", "p02", 3), ("estimated", "p01", 5)]
    (office,) = warehouse.rows("select * from form_ii_06a where scope_id = 'tp-st' and row_kind = 'total'")
    assert cells(office)[:2] == [8, 8]
