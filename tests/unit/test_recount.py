"""The recount: the domain's example by hand-counted figures, agreement with the models, and that a lie is found.

Here: the sixteen dossiers under every switch, random histories against dbt, tampered warehouses.
Not here: real files (pipeline/test_replay). Invariant: the recount never sees a model; what it must find is planted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from histories import exports, histories, office_tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_counting_rules import (
    CELLS,
    EXPORTS,
    MORE_CASES,
    MORE_EXPORTS,
    MOVES,
    Q1,
    Q2,
    UNITS,
    example_rows,
    expected,
    published_cases,
    published_procedures,
    switched,
)
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, question

from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.landed import Landed
from pipelines.recount.recount import RecountResult, recount
from pipelines.recount.text import recount_lines

MODELS = ["+form_ii_06a", "+form_ii_06a_by_unit"]
Make = Callable[[list[dict[str, object]], list[dict[str, object]]], Warehouse]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Make:
    def build(rows: list[dict[str, object]], deliveries: list[dict[str, object]]) -> Warehouse:
        procedures, fields = published_procedures()
        tables = {
            "unit": UNITS, "field": fields, "procedure": procedures, "section": SECTIONS,
            "calendar": calendar("2020-11-30", "2021-06-30", ["2021-01-01"]),
            "delivery": deliveries, "case_exports": rows,
        }  # fmt: skip
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


@pytest.fixture(scope="module")
def example(make: Make) -> Warehouse:
    return make(example_rows(), EXPORTS)


def recounted(warehouse: Warehouse) -> RecountResult:
    """Recount a warehouse by the layouts of the forms its test builds."""
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    built = {row["table_name"] for row in warehouse.rows("select table_name from information_schema.tables")}
    layouts = layouts_from_manifest(manifest)
    return recount(warehouse.path, {name: item for name, item in layouts.items() if item.model in built})


def counted_form(warehouse: Warehouse, asked: Row) -> dict[str, int]:
    """Columns 3 to 13 of the office by the recount alone: no model is built."""
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("delete from landed.question")
        names = ", ".join(f'"{name}"' for name in asked)
        marks = ", ".join("?" for _ in asked)
        connection.execute(f"insert into landed.question ({names}) values ({marks})", list(asked.values()))
        counted = counted_dossiers(Landed.of(connection))
    total: Counter[str] = Counter()
    for dossier in counted:
        total.update(dossier.measures)
    return {cell: total[measure] for measure, cell in CELLS.items()}


def test_the_thirteen_columns_of_the_example(example: Warehouse) -> None:
    assert counted_form(example, question(*Q1)) == expected()["expected"]


@pytest.mark.parametrize(
    "variant",
    [
        "awaiting_supplement_bucket=resolved_on_time",
        "closing_event=delivered_at",
        "lateness_granularity=timestamp",
    ],
)
def test_every_variant_of_the_example_by_its_switch(example: Warehouse, variant: str) -> None:
    name, _, value = variant.partition("=")
    assert counted_form(example, question(*Q1, **{name: value})) == expected()["variants"][variant]


def test_the_provisional_figures_of_the_example(example: Warehouse) -> None:
    wanted = expected()["expected_provisional_as_of_2021-03-11"]
    assert counted_form(example, question(*Q1, as_of="2021-03-11")) == wanted


def test_the_next_quarter_carries_in_what_was_pending(example: Warehouse) -> None:
    assert counted_form(example, question(*Q2))["c6"] == expected()["expected_next_period_c6"]


def test_the_cell_of_every_case(example: Warehouse) -> None:
    counted_form(example, question(*Q1))
    with duckdb.connect(example.path, read_only=True) as connection:
        counted = {dossier.record: dossier.measures for dossier in counted_dossiers(Landed.of(connection))}
    codes = {case["dossier_code"]: case["case"] for case in reversed(published_cases())}
    totals = {"c3", "c7", "c11"}
    cells = {
        codes[code]: ",".join(cell for measure, cell in CELLS.items() if measures[measure] and cell not in totals)
        for code, measures in counted.items()
    }
    assert cells == expected()["cell_of_each_case"]


@pytest.fixture(scope="module")
def more(make: Make) -> Warehouse:
    return make(MORE_CASES, MORE_EXPORTS)


@pytest.mark.parametrize("switch", MOVES)
def test_recount_and_models_agree_under_every_switch(more: Warehouse, switch: str) -> None:
    assert recounted(more.ask(switched(switch), select=MODELS)).agrees


# --- random histories ----------------------------------------------------------------------------------------------

DAYS = ["2021-01-31", "2021-03-11", "2021-03-14", "2021-03-17", "2021-06-15"]
SWITCHES = st.fixed_dictionaries(
    {
        "closing_event": st.sampled_from(["finished_at", "delivered_at"]),
        "lateness_granularity": st.sampled_from(["date", "timestamp"]),
        "due_on_cutoff_day": st.sampled_from(["in_time", "overdue"]),
        "overdue_basis": st.sampled_from(["latest_due", "original_due"]),
        "awaiting_supplement_bucket": st.sampled_from(["pending_in_time", "resolved_on_time"]),
        "returned_withdrawn_bucket": st.sampled_from(["resolved_on_time", "excluded", "own_column"]),
        "null_channel": st.sampled_from(["direct", "unknown"]),
        "supplement_clock": st.sampled_from(["resume", "restart"]),
        "counting_unit": st.sampled_from(["competent_level", "receiving_unit"]),
        "include_vertical_agencies": st.booleans(),
        "late_data_policy": st.sampled_from(["correct_closed_period", "recognise_in_current"]),
        "estimate_method": st.sampled_from(["none", "run_rate", "manual"]),
    }
)
ISSUED = {"prior_issue": "issued", "prior_issued_since": "2020-12-01"}
FATES = ["counted", "not_accepted", "received_after", "closed_before"]
ESTIMATES = st.fixed_dictionaries(
    {
        "unit_id": st.sampled_from(["p01", "p02", "desk", "tp"]),
        "field_code": st.sampled_from(["ho-tich", "dat-dai"]),
        "measure": st.sampled_from(["received_online", "received_direct_postal", "resolved_early", "resolved_overdue"]),
        "value": st.integers(0, 9),
    }
)


@given(
    found=st.lists(histories(), min_size=60, max_size=60, unique_by=lambda history: history.code),
    sent=st.sets(st.tuples(st.sampled_from(["p01", "p02", "desk", "ca"]), st.sampled_from(DAYS)), min_size=8),
    period=st.sampled_from([Q1, Q2, ("2020-12-15", "2021-06-14")]),
    asked=st.lists(SWITCHES, min_size=2, max_size=2),
    issued=st.lists(st.tuples(st.sampled_from(FATES), st.booleans()), min_size=40, max_size=40),
    stated=st.lists(ESTIMATES, min_size=6, max_size=6),
)
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_recount_and_models_agree_on_random_histories(
    tmp_path_factory: pytest.TempPathFactory,
    target: Path,
    found: list,
    sent: set[tuple[str, str]],
    period: tuple[str, str],
    asked: list[dict[str, object]],
    issued: list[tuple[str, bool]],
    stated: list[dict[str, object]],
) -> None:
    prior = [
        {"dossier_code": history.code, "fate": fate, "is_pending": was_pending and fate == "counted"}
        for history, (fate, was_pending) in zip(found, issued, strict=False)
    ]
    period_id = question(*period)["period_id"]
    tables = {
        **office_tables(),
        **exports(found, sorted(sent)),
        "prior_dossier": prior,
        "estimate": [{"period_id": period_id, "source_row": number, **item} for number, item in enumerate(stated)],
    }
    warehouse = Warehouse(tmp_path_factory.mktemp("random"), tables, target)
    for as_of, switches in zip((period[1], "2021-03-16"), asked, strict=True):
        start = period[0] if as_of >= period[0] else Q1[0]
        result = recounted(warehouse.ask(question(start, period[1], as_of, **switches, **ISSUED), select=MODELS))
        assert result.records == ()
        assert result.cells == ()


# --- a lie is found ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untouched(make: Make) -> Warehouse:
    return make(MORE_CASES, MORE_EXPORTS).ask(question(*Q1), select=MODELS)


@pytest.fixture
def tampered(untouched: Warehouse, tmp_path: Path) -> Callable[[str], RecountResult]:
    """Recount a copy of the warehouse after a change of it."""

    def recount_after(tampering: str) -> RecountResult:
        warehouse = untouched.copy(tmp_path)
        with duckdb.connect(warehouse.path) as connection:
            connection.execute(tampering)
        return recounted(warehouse)

    return recount_after


Tampered = Callable[[str], RecountResult]


def test_a_broken_cell_of_a_form_is_found_with_both_figures(tampered: Tampered) -> None:
    result = tampered("update form_ii_06a set pending_overdue = 7 where scope_id = 'p01' and row_code = 'total'")
    (cell,) = result.cells
    assert (cell.form_id, cell.scope_id, cell.row_code, cell.column) == ("II.06a", "p01", "total", "c13")
    assert (cell.printed, cell.recounted, cell.only_printed, cell.only_recounted) == (7, 0, (), ())
    assert result.records == ()


def test_a_dossier_in_the_wrong_cell_is_named_on_both_sides(tampered: Tampered) -> None:
    # X01 finished early; the tampered fact calls it late.
    wrong = "update fct_dossier_period set resolved_early = 0, resolved_overdue = 1 where dossier_code = 'X01'"
    result = tampered(wrong)
    (record,) = result.records
    assert record.record == "X01"
    assert "resolved_overdue" in str(record.reported)
    assert "resolved_early" in str(record.recounted)


def test_two_dossiers_that_change_places_are_found_though_every_total_holds(tampered: Tampered) -> None:
    # X02 (in time) and X05 (late) both of 3/2021: only the records differ
    swap = """update fct_dossier_period set
        resolved_early = case dossier_code when 'X01' then 0 else 1 end,
        resolved_overdue = case dossier_code when 'X01' then 1 else 0 end
        where dossier_code in ('X01', 'X06')"""
    result = tampered(swap)
    assert result.cells == ()
    assert [record.record for record in result.records] == ["X01", "X06"]


def test_a_lost_dossier_and_a_lost_row_are_found(tampered: Tampered) -> None:
    result = tampered("delete from form_ii_06a where scope_id = 'tp-st' and row_code = 'B.1'")
    assert {(cell.scope_id, cell.row_code, cell.printed) for cell in result.cells} == {("tp-st", "–", None)}
    result = tampered("delete from fct_dossier_period where dossier_code = 'X07'")
    assert [(record.record, record.reported) for record in result.records] == [("X07", None)]


def test_a_fact_nobody_recounts_is_reported_not_passed_over(more: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    more.ask(question(*Q1), select=MODELS)
    monkeypatch.setattr("pipelines.recount.recount.RECOUNTS", {})
    result = recounted(more)
    assert not result.agrees
    assert any("fct_dossier_period" in line for line in recount_lines(result, 10))


def test_the_lines_name_cell_figures_and_dossiers(tampered: Tampered) -> None:
    result = tampered("update form_ii_06a set carried_in = 5 where scope_id = 'tp-st' and row_code = 'total'")
    lines = list(recount_lines(result, 10))
    assert any("II.06a/tp-st/total/c6" in line and "báo cáo 5, đếm lại 1" in line for line in lines)
    assert lines[-1].startswith("✗ 1 ô, 0 bản ghi và 0 tệp không khớp")
