"""The counting rules of II.06a on hand-made dossiers: every cell of every case, under every switch.

Here: the domain's twenty cases, thirteen more that each switch must move, identities that must catch a tampered
warehouse. Not here: reading files, documents. Invariant: expected cells come from the domain's files or are by hand.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from compiled_project import check
from dbt_unit_tests import asked_by_dbt, failing
from shared_files import SHARED, shared
from warehouse_fixture import SECTIONS, Warehouse, calendar, delivery, question

from pipelines.office.text import ascii_key, match_key
from pipelines.paths import DBT_PROJECT
from pipelines.warehouse.dbt import DbtFailed

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")

CELLS = {
    "received_total": "c3", "received_online": "c4", "received_direct_postal": "c5", "carried_in": "c6",
    "resolved_total": "c7", "resolved_early": "c8", "resolved_on_time": "c9", "resolved_overdue": "c10",
    "pending_total": "c11", "pending_in_time": "c12", "pending_overdue": "c13",
}  # fmt: skip
TOTALS = {"c3", "c7", "c11"}
# Cells that only a switch opens.
EXTRA = {"received_unknown_channel": "no channel", "resolved_without_result": "returned"}

UNITS = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố Sóc Trăng", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "tp-st-bpmc", "name_vi": "Bộ phận Một cửa thành phố", "unit_kind": "one_stop_desk", "sort_no": 2},
    {"unit_id": "tp-st-tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
]


def published_procedures() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Procedures and fields of the domain's table, as the office would keep them."""
    with shared("domain/data/procedures.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    procedures: list[dict[str, object]] = [
        {
            "procedure_id": f"t{number:03}",
            "procedure_code": row["procedure_code"] or None,
            "procedure_name": row["name_vi"],
            "procedure_name_key": match_key(row["name_vi"]),
            "field_code": ascii_key(row["field_vi"]),
            "competent_level": row["level_2021"].replace("interlinked", "ward"),
        }
        for number, row in enumerate(listed)
    ]
    names = {ascii_key(row["field_vi"]): row["field_vi"] for row in listed}
    fields: list[dict[str, object]] = [
        {"field_code": code, "field_name": name, "department_unit_id": "tp-st-tp", "sort_no": number}
        for number, (code, name) in enumerate(names.items())
    ]
    return procedures, fields


def published_cases() -> list[dict[str, str]]:
    with shared("domain/examples/dossiers_2021-Q1.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected() -> dict:
    return yaml.safe_load(shared("domain/examples/expected_2021-Q1.yaml").read_text(encoding="utf-8"))


def example_rows() -> list[dict[str, object]]:
    """The twenty cases as two deliveries, with the statuses as given: what both desks showed some days later."""
    with shared("domain/data/status_codes.csv").open(encoding="utf-8") as file:
        words = {row["portal_code"]: row["status"] for row in csv.DictReader(file)}
    moments = ("received_at", "due_at", "supplement_requested_at", "finished_at", "delivered_at", "apology_at")
    return [
        {
            "delivery_id": f"export of {case['unit_id']}",
            "dossier_code": case["dossier_code"],
            "procedure_code": case["procedure_code"],
            "channel": case["channel"],
            "status": words[case["portal_code_at_end"]],
            "flags": "",
            "source_file": f"{case['unit_id']}.csv",
            "source_row": number,
            **{moment: case[moment] or None for moment in moments},
        }
        for number, case in enumerate(published_cases(), start=2)
    ]


class Asked:
    """A warehouse that remembers what it answered: one dbt run per question."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._answers: dict[str, tuple[dict[str, str], dict[str, int]]] = {}

    def _answer(self, row: dict[str, object]) -> tuple[dict[str, str], dict[str, int]]:
        key = repr(row)
        if key not in self._answers:
            self.warehouse.ask(row, select=["+form_ii_06a"])
            facts = self.warehouse.rows("select * from fct_dossier_period")
            (total,) = self.warehouse.rows("select * from form_ii_06a where scope_id = 'tp-st' and row_kind = 'total'")
            self._answers[key] = (
                {str(fact["dossier_code"]): _cells_of(fact) for fact in facts},
                {cell: int(str(total[measure])) for measure, cell in CELLS.items()},
            )
        return self._answers[key]

    def cells(self, row: dict[str, object]) -> dict[str, str]:
        """Return the cells of each counted dossier, as `c4,c9`."""
        return self._answer(row)[0]

    def form(self, row: dict[str, object]) -> dict[str, int]:
        """Return columns 3 to 13 of the office's total row."""
        return self._answer(row)[1]


def _cells_of(fact: dict[str, object]) -> str:
    cells = {**CELLS, **EXTRA}
    return ",".join(cell for measure, cell in cells.items() if cell not in TOTALS and fact[measure] == 1)


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    target = tmp_path_factory.mktemp("dbt")

    def build(rows: list[dict[str, object]], deliveries: list[dict[str, object]]) -> Warehouse:
        procedures, fields = published_procedures()
        tables = {
            "unit": UNITS, "field": fields, "procedure": procedures, "section": SECTIONS,
            "calendar": calendar("2020-11-30", "2021-06-30", ["2021-01-01"]),
            "delivery": deliveries, "case_exports": rows,
        }  # fmt: skip
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


EXPORTS = [
    delivery("export of p01", "p01", "2021-03-17"),
    delivery("export of tp-st-bpmc", "tp-st-bpmc", "2021-03-17"),
]


@pytest.fixture(scope="module")
def example(make: Callable[..., Warehouse]) -> Asked:
    return Asked(make(example_rows(), EXPORTS))


def test_the_thirteen_columns_of_the_example(example: Asked) -> None:
    assert example.form(question(*Q1)) == expected()["expected"]


def _published(part: str) -> list[str]:
    """Names of the published cases or variants; one placeholder where ../shared is missing, so that a skip shows."""
    path = SHARED / "domain/examples/expected_2021-Q1.yaml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))[part]) if path.exists() else ["not on this machine"]


@pytest.mark.parametrize("case", _published("cell_of_each_case"))
def test_the_cell_of_every_case(example: Asked, case: str) -> None:
    wanted = expected()["cell_of_each_case"][case]
    (code,) = [row["dossier_code"] for row in published_cases() if row["case"] == case]
    assert example.cells(question(*Q1))[code] == wanted


def test_no_other_dossier_is_counted(example: Asked) -> None:
    codes = {row["dossier_code"]: row["case"] for row in reversed(published_cases())}
    counted = {codes[code] for code in example.cells(question(*Q1))}
    assert counted == set(expected()["cell_of_each_case"])


@pytest.mark.parametrize("variant", [name for name in _published("variants") if "wrong" not in name])
def test_every_variant_of_the_example_by_its_switch(example: Asked, variant: str) -> None:
    wanted = expected()["variants"][variant]
    name, _, value = variant.partition("=")
    assert example.form(question(*Q1, **{name: value})) == wanted


def test_next_quarter_carries_in_what_was_pending(example: Asked) -> None:
    assert example.form(question(*Q2))["c6"] == expected()["expected_next_period_c6"]


def test_provisional_figures_are_rebuilt_from_events(example: Asked) -> None:
    asked = question(*Q1, as_of="2021-03-11")
    assert example.form(asked) == expected()["expected_provisional_as_of_2021-03-11"]


def test_without_the_owner_rule_the_dossier_of_two_exports_counts_twice(make: Callable[..., Warehouse]) -> None:
    rows = example_rows()
    rows[17]["dossier_code"] = "D18 under another code"
    wrong = expected()["variants"]["without_deduplication (wrong)"]
    assert Asked(make(rows, EXPORTS)).form(question(*Q1)) == wrong


def test_every_row_of_the_example_has_its_fate_and_every_identity_holds(example: Asked) -> None:
    example.warehouse.ask(question(*Q1), tests=True)
    fates = {row["source_row"]: row["fate"] for row in example.warehouse.rows("select * from int_case_row_fate")}
    by_case = {case["case"]: fates[number] for number, case in enumerate(published_cases(), start=2)}
    assert Counter(by_case.values())["counted"] == 16
    assert {case: fate for case, fate in by_case.items() if fate != "counted"} == {
        "D03": "closed_before",
        "D11": "received_after",
        "D12": "not_accepted",
        "D18": "duplicate",
    }


# --- thirteen more cases: each switch moves at least one of them -------------------------------------------------

WARD, CITY, POLICE = "1.004873", "2.000806", "1.004194"


def _case(code: str, at: str, procedure: str, channel: str | None, **more: object) -> dict[str, object]:
    return {
        "delivery_id": at, "dossier_code": code, "procedure_code": procedure, "channel": channel, "flags": "",
        "status": "in_progress", "source_file": at, "source_row": int(code[1:]), **more,
    }  # fmt: skip


MORE_EXPORTS = [
    delivery("ward in january", "p01", "2021-01-31"),
    delivery("ward", "p01", "2021-03-17"),
    delivery("desk", "tp-st-bpmc", "2021-03-17", due_after_supplement="original"),
]
MORE_CASES = [
    # X01 re-appointed: the January export still shows the first promise
    _case("X01", "ward in january", WARD, "direct", received_at="2021-01-11 08:00", due_at="2021-01-20 17:00"),
    _case("X01", "ward", WARD, "direct", received_at="2021-01-11 08:00", due_at="2021-02-05 17:00",
          finished_at="2021-02-03 09:00", delivered_at="2021-02-03 10:00", status="result_delivered"),
    # X02 open, re-appointed in a column of its own
    _case("X02", "ward", WARD, "online", received_at="2021-03-01 08:00", due_at="2021-03-05 17:00",
          new_due_at="2021-03-20 17:00"),
    # X03 no channel, X04 a channel nobody mapped
    _case("X03", "ward", WARD, None, received_at="2021-02-01 08:00", due_at="2021-02-02 17:00",
          finished_at="2021-02-02 09:00", delivered_at="2021-02-02 09:30", status="result_delivered"),
    _case("X04", "ward", WARD, "unknown", received_at="2021-02-01 08:00"),
    # X05 limit of 3 working days; waited 2 of them: due 8/3 by resume, 9/3 by restart; finished 9/3
    _case("X05", "desk", CITY, "direct", received_at="2021-03-01 08:00", due_at="2021-03-04 17:00",
          supplement_requested_at="2021-03-02 09:00", supplement_received_at="2021-03-04 15:00",
          finished_at="2021-03-09 10:00", delivered_at="2021-03-09 11:00", status="result_delivered"),
    # X06 the ward's system moves due dates itself: the date shown counts
    _case("X06", "ward", WARD, "direct", received_at="2021-03-01 08:00", due_at="2021-03-04 17:00",
          supplement_requested_at="2021-03-02 09:00", supplement_received_at="2021-03-03 15:00",
          finished_at="2021-03-05 10:00", delivered_at="2021-03-05 11:00", status="result_delivered"),
    # X07 a ward procedure received at the desk, X08 a city procedure received by the ward and due on the cut-off day
    _case("X07", "desk", WARD, "online", received_at="2021-01-05 08:00", due_at="2021-01-08 17:00",
          finished_at="2021-01-06 09:00", delivered_at="2021-01-06 10:00", status="result_delivered"),
    _case("X08", "ward", CITY, "direct", received_at="2020-12-10 08:00", due_at="2021-03-14 17:00"),
    # X09 of the police
    _case("X09", "desk", POLICE, "direct", received_at="2021-02-01 08:00"),
    # X10 returned after its due date
    _case("X10", "ward", WARD, "direct", received_at="2021-02-01 08:00", due_at="2021-02-03 17:00",
          finished_at="2021-02-20 08:00", status="returned"),
    # X11 waits for a supplement
    _case("X11", "ward", WARD, "postal", received_at="2021-03-08 08:00", due_at="2021-03-11 17:00",
          supplement_requested_at="2021-03-10 08:00", status="awaiting_supplement"),
    # X12 finished in the period, handed over after it
    _case("X12", "ward", WARD, "online", received_at="2021-03-01 08:00", due_at="2021-03-12 17:00",
          finished_at="2021-03-10 08:00", delivered_at="2021-03-15 08:00", status="result_delivered"),
    # X13 finished after hours on the due day
    _case("X13", "ward", WARD, "direct", received_at="2021-03-01 08:00", due_at="2021-03-03 17:00",
          finished_at="2021-03-03 17:30", delivered_at="2021-03-03 17:40", status="result_delivered"),
]  # fmt: skip
DEFAULT_CELLS = {
    "X01": "c5,c8", "X02": "c4,c12", "X03": "c5,c9", "X04": "c5,c12", "X05": "c5,c10", "X06": "c5,c10",
    "X07": "c4,c8", "X08": "c6,c12", "X10": "c5,c9", "X11": "c5,c12", "X12": "c4,c8", "X13": "c5,c9",
}  # fmt: skip
DEFAULT_FORM = {
    "c3": 12, "c4": 3, "c5": 8, "c6": 1, "c7": 8, "c8": 3, "c9": 3, "c10": 2, "c11": 4, "c12": 4, "c13": 0,
}  # fmt: skip
# switch=value: cells that move, and the columns of the form that change with them. None: not counted.
MOVES: dict[str, tuple[dict[str, str | None], dict[str, int]]] = {
    "closing_event=delivered_at": ({"X12": "c4,c13"}, {"c7": 7, "c8": 2, "c11": 5, "c13": 1}),
    "lateness_granularity=timestamp": ({"X13": "c5,c10"}, {"c9": 2, "c10": 3}),
    "due_on_cutoff_day=overdue": ({"X08": "c6,c13"}, {"c12": 3, "c13": 1}),
    "overdue_basis=original_due": (
        {"X01": "c5,c10", "X02": "c4,c13"},
        {"c8": 2, "c10": 3, "c12": 3, "c13": 1},
    ),
    "awaiting_supplement_bucket=resolved_on_time": ({"X11": "c5,c9"}, {"c7": 9, "c9": 4, "c11": 3, "c12": 3}),
    "returned_withdrawn_bucket=excluded": ({"X10": None}, {"c3": 11, "c5": 7, "c7": 7, "c9": 2}),
    "returned_withdrawn_bucket=own_column": ({"X10": "c5,returned"}, {"c9": 2}),
    # X04 has a channel nobody mapped: no blank cell, so the switch leaves it in column 5 (domain/13).
    "null_channel=unknown": ({"X03": "c9,no channel"}, {"c5": 7}),
    "supplement_clock=restart": ({"X05": "c5,c9"}, {"c9": 4, "c10": 1}),
    "counting_unit=receiving_unit": ({}, {}),
    "include_vertical_agencies=True": ({"X09": "c5,c12"}, {"c3": 13, "c5": 9, "c11": 5, "c12": 5}),
}


def switched(switch: str) -> dict[str, object]:
    name, _, value = switch.partition("=")
    return question(*Q1, **{name: value == "True" if name.startswith("include") else value})


@pytest.fixture(scope="module")
def more(make: Callable[..., Warehouse]) -> Asked:
    return Asked(make(MORE_CASES, MORE_EXPORTS))


def test_the_more_cases_by_default(more: Asked) -> None:
    assert more.cells(question(*Q1)) == DEFAULT_CELLS
    assert more.form(question(*Q1)) == DEFAULT_FORM


@pytest.mark.parametrize("switch", MOVES)
def test_a_switch_moves_exactly_its_cells(more: Asked, switch: str) -> None:
    moved, columns = MOVES[switch]
    wanted = {code: cell for code, cell in {**DEFAULT_CELLS, **moved}.items() if cell is not None}
    assert more.cells(switched(switch)) == wanted
    assert more.form(switched(switch)) == {**DEFAULT_FORM, **columns}


@pytest.mark.parametrize(
    ("counting_unit", "city_rows", "ward_rows"),
    [
        # A holds X05 and X08; X07 is a ward procedure although the desk received it
        ("competent_level", {"c3": 2, "c4": 0, "c5": 1, "c6": 1}, {"c3": 10, "c4": 3, "c5": 7, "c6": 0}),
        # A holds what the desk received: X05 and X07
        ("receiving_unit", {"c3": 2, "c4": 1, "c5": 1, "c6": 0}, {"c3": 10, "c4": 2, "c5": 7, "c6": 1}),
    ],
)
def test_the_counting_unit_moves_dossiers_between_sections(
    more: Asked, counting_unit: str, city_rows: dict[str, int], ward_rows: dict[str, int]
) -> None:
    more.warehouse.ask(question(*Q1, counting_unit=counting_unit), select=["+form_ii_06a"])
    sections = more.warehouse.rows("select * from form_ii_06a where scope_id = 'tp-st' and row_kind = 'section'")
    printed = {
        str(row["row_code"]): {cell: row[measure] for measure, cell in CELLS.items() if cell in city_rows}
        for row in sections
    }
    assert printed == {"A": city_rows, "B": ward_rows}


def test_identities_hold_when_every_switch_is_turned(more: Asked) -> None:
    turned = dict(switch.split("=") for switch in MOVES if "excluded" not in switch)
    more.warehouse.ask(question(*Q1, **{**turned, "include_vertical_agencies": True}), tests=True)
    (total,) = more.warehouse.rows("select * from form_ii_06a_by_unit where row_kind = 'total'")
    assert (total["received_total"], total["received_unknown_channel"], total["resolved_without_result"]) == (13, 1, 1)


@pytest.fixture(scope="module")
def untouched(make: Callable[..., Warehouse]) -> Warehouse:
    return make(MORE_CASES, MORE_EXPORTS).ask(question(*Q1))


@pytest.mark.parametrize(
    ("tampering", "test"),
    [
        (
            "delete from fct_dossier_period where dossier_code = 'X07'",
            r"every_counted_row_is_one_fact: 1 rows \(X07 None\)",
        ),
        (
            "update form_ii_06a set resolved_on_time = resolved_on_time + 1 where row_code = 'A'",
            r"form_ii_06a: (.*; )?resolved_split: \d+ rows \(.*tp-st A",
        ),
        ("update form_ii_06a set carried_in = 0, received_direct = 9 where row_kind = 'row'", "sections_add_up"),
        (
            "delete from int_dossier_in_scope where scope_id = 'tp-st' and dossier_code = 'X01'",
            r"form_ii_06a: total_is_sum_of_fct_dossier_period: 1 rows \(tp-st\)",
        ),
        ("delete from int_row_fate where record_code = 'X09'", "every_typed_row_has_one_fate"),
        # A row that was read and did not come into the warehouse.
        (
            "update landed.delivery set rows_typed = (select count(*) + 1 from landed.case_exports as row_of"
            " where row_of.delivery_id = delivery.delivery_id)",
            "every_typed_row_has_one_fate",
        ),
        ("update form_ii_06a_by_unit set pending_total = 0 where row_kind = 'total'", "by_unit_total_is_form_total"),
    ],
)
def test_a_tampered_warehouse_fails_its_identity(
    untouched: Warehouse, tampering: str, test: str, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(untouched.path, tmp_path))
    with duckdb.connect(copy) as connection:
        connection.execute(tampering)
    guarded = ["form_ii_06a", "form_ii_06a_by_unit", "int_row_fate", "fct_dossier_period"]
    with pytest.raises(DbtFailed, match=test):
        check(copy, guarded)


@pytest.fixture(scope="module")
def unit_tests(more: Asked) -> dict[str, str]:
    """What dbt asks the engine for each unit test of the project."""
    return asked_by_dbt(lambda: more.warehouse.ask(question(*Q1)))


def test_the_unit_tests_of_the_dbt_project_pass(unit_tests: dict[str, str]) -> None:
    files = (DBT_PROJECT / "models" / "unit_tests").glob("*.yml")
    written = [
        test["name"] for path in files for test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]
    ]
    assert sorted(unit_tests) == sorted(written)
    assert len(written) > 100
    assert failing(unit_tests) == {}


def test_a_unit_test_whose_model_is_wrong_fails(unit_tests: dict[str, str]) -> None:
    name, right = "a_section_is_of_the_version_in_force_on_the_last_counted_day", "where version_rank = 1"
    assert right in unit_tests[name]
    (said,) = failing({**unit_tests, name: unit_tests[name].replace(right, "where version_rank = 2")}).values()
    assert "only actual: [('unit', 'I'" in said or "only expected: [('level', 'A'" in said


def test_a_trace_key_leads_from_each_cell_to_its_dossiers(more: Asked) -> None:
    """Every form row's keys select exactly the facts it sums, in every scope."""
    more.warehouse.ask(question(*Q1))
    assert (
        more.warehouse.rows("""
        select form.scope_id, form.row_code
        from form_ii_06a as form
        left join int_dossier_in_scope as in_scope on form.scope_id = in_scope.scope_id
        left join fct_dossier_period as fact
            on in_scope.dossier_code = fact.dossier_code
            and fact.level_section_code = coalesce(form.level_section_code, fact.level_section_code)
            and fact.field_code = coalesce(form.field_code, fact.field_code)
        group by form.scope_id, form.row_code, form.received_total, form.resolved_total
        having form.received_total <> coalesce(sum(fact.received_total), 0)
            or form.resolved_total <> coalesce(sum(fact.resolved_total), 0)
    """)
        == []
    )
