"""Units that are taken over: who answers for their dossiers, feedback, reviews and declarations, and from which day.

Here: literal rows through the models and the recount, the reference table and its faults. Not here: real files
(pipeline/test_map_change). Invariant: the expected figures are counted by hand; the recount agrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from office_folder import TABLES, make_office
from test_estimates import FIELDS, PROCEDURES, UNITS, dossiers, total
from test_recount import recounted
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

from pipelines.office.errors import OfficeError
from pipelines.office.reference import current_unit, load_reference

MODELS = ["+form_ii_06a", "+form_ii_06a_by_unit", "+rpt_unit_bridge", "+form_ii_05a", "+form_ii_04", "+int_row_fate"]
# p02 joins p01 on 1/3/2021; p01 becomes p03 on 1/6/2021; p04 is divided: three quarters stay, one goes to p01.
SUCCESSORS: list[Row] = [
    {"from_unit_id": "p02", "to_unit_id": "p01", "changed_on": "2021-03-01", "share": 1},
    {"from_unit_id": "p01", "to_unit_id": "p03", "changed_on": "2021-06-01", "share": None},
    {"from_unit_id": "p04", "to_unit_id": "p01", "changed_on": "2021-03-01", "share": 0.25},
    {"from_unit_id": "p04", "to_unit_id": "p04", "changed_on": "2021-03-01", "share": 0.75},
]
MORE_UNITS: list[Row] = [
    {"unit_id": "p03", "name_vi": "UBND Phường 3", "unit_kind": "ward", "sort_no": 13, "valid_from": "2021-06-01"},
    {"unit_id": "p04", "name_vi": "UBND Phường 4", "unit_kind": "ward", "sort_no": 14},
]
Ask = Callable[..., Warehouse]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    target = tmp_path_factory.mktemp("dbt")

    def asked(start: str, end: str, as_of: str | None = None) -> Warehouse:
        units = ("p01", "p02", "p04")
        numbers = {"p01": 1, "p02": 2, "p04": 4}
        cases = [row for unit in units for row in dossiers(unit, numbers[unit])]
        feedback = [
            {"delivery_id": f"f{unit}", "feedback_code": f"F{unit}", "feedback_kind": "act", "status": "in_progress",
             "received_at": "2021-02-10 08:00:00", "flags": "", "source_file": "f", "source_row": 2}
            for unit in ("p01", "p02")
        ]  # fmt: skip
        reviews = [
            {"delivery_id": f"r{unit}", "procedure_code": code, "in_plan": "yes", "status": "reported",
             "proposal_kind": "abolish", "competence": "own", "cost_before": 100, "cost_after": 0,
             "reported_on": "2021-03-02 00:00:00", "flags": "", "source_file": "r", "source_row": 2}
            for unit, code in (("p01", "1.1"), ("p02", "2.1"))
        ]  # fmt: skip
        tables = {
            "unit": [*UNITS, *MORE_UNITS], "field": FIELDS, "procedure": PROCEDURES, "unit_successor": SUCCESSORS,
            "section": [*SECTIONS, {"scheme": "review", "section_code": "A", "label": "Trong kế hoạch",
                                    "applies_to": "in_plan", "sort_no": 1}],
            "calendar": calendar("2020-11-30", "2021-12-31"),
            "delivery": [
                *(delivery(unit, unit, "2021-02-20") for unit in units),
                *(delivery(f"f{unit}", unit, "2021-03-03", stream="feedback_logs") for unit in ("p01", "p02")),
                *(delivery(f"r{unit}", unit, "2021-03-03", stream="review_submissions") for unit in ("p01", "p02")),
            ],
            "case_exports": [
                {**row, "dossier_code": f"D{n}", "source_row": n, "received_at": "2021-02-10 08:00:00"}
                for n, row in enumerate(cases)
            ],
            "feedback_logs": feedback,
            "review_submissions": reviews,
        }  # fmt: skip
        warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)
        warehouse.ask(question(start, end, as_of=as_of), select=MODELS)
        warehouse.check(MODELS, within=True)
        result = recounted(warehouse)
        assert result.agrees, result
        return warehouse

    return asked


def by_unit(warehouse: Warehouse) -> dict[object, object]:
    rows = warehouse.rows("select row_unit_id, received_total from form_ii_06a_by_unit where row_kind = 'row'")
    return {row["row_unit_id"]: row["received_total"] for row in rows if row["row_unit_id"] != "justice"}


def test_a_range_that_contains_the_day_is_of_the_units_of_its_end(ask: Ask) -> None:
    warehouse = ask("2020-12-15", "2021-03-14")
    # p02's two dossiers count for p01 beside its own one; of divided p04 the greater share stayed: its four stay.
    assert by_unit(warehouse) == {"p01": 3, "p04": 4}
    assert total(warehouse, "p01")[0] == 3
    bridge = warehouse.rows("select unit_id, original_unit_id, received_total from rpt_unit_bridge order by 2")
    assert [tuple(row.values()) for row in bridge] == [("p01", "p01", 1), ("p01", "p02", 2)]
    forms = {
        name: warehouse.rows(f"select * from {name} where scope_id = 'p01' and row_kind = 'total'")[0]
        for name in ("form_ii_05a", "form_ii_04")
    }
    # One feedback and one reviewed procedure each of p01 and p02.
    assert forms["form_ii_05a"]["received_total"] == 2
    assert forms["form_ii_04"]["own_procedures_abolished"] == 2


def test_up_to_the_day_before_nothing_has_changed(ask: Ask) -> None:
    warehouse = ask("2020-12-15", "2021-03-14", as_of="2021-02-28")
    assert by_unit(warehouse) == {"p01": 1, "p02": 2, "p04": 4}
    assert warehouse.rows("select * from rpt_unit_bridge") == []


def test_one_succession_after_another_is_followed_and_only_the_new_one_is_bridged(ask: Ask) -> None:
    warehouse = ask("2021-03-15", "2021-06-14")
    # All seven are still open: p01 and p02 have become p03.
    assert by_unit(warehouse) == {"p03": 3, "p04": 4}
    bridge = warehouse.rows("select unit_id, original_unit_id, carried_in from rpt_unit_bridge order by 2")
    assert [tuple(row.values()) for row in bridge] == [("p03", "p01", 1), ("p03", "p02", 2)]


HEAD = "from_unit_id,to_unit_id,changed_on,share\n"


def office_with(root: Path, lines: str) -> Path:
    make_office(root)
    (root / "reference" / "unit_successors.csv").write_text(HEAD + lines, encoding="utf-8")
    return root / "reference"


def test_the_unit_of_a_day_follows_the_table(tmp_path: Path) -> None:
    units = TABLES["units"] + "p03,UBND Phường 3,Phường 3,ward,tp,3,,,\n"
    folder = office_with(tmp_path, "p01,p02,2024-09-01,\np02,p03,2025-07-01,0.6\np02,p01,2025-07-01,0.4\n")
    (folder / "units.csv").write_text(units, encoding="utf-8")
    table = load_reference(folder)["unit_successors"]
    days = {"2024-08-31": "p01", "2024-09-01": "p02", "2025-06-30": "p02", "2025-07-01": "p03"}
    assert {day: current_unit(table, "p01", dt.date.fromisoformat(day)) for day in days} == days


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        ("p09,p01,2024-09-01,1", "dòng 2, cột from_unit_id: «p09»"),
        ("p01,p09,2024-09-01,1", "dòng 2, cột to_unit_id: «p09»"),
        ("p01,p02,,1", "dòng 2, cột changed_on"),
        ("p01,p02,2024-09-31,1", "dòng 2, cột changed_on: «2024-09-31»"),
        ("p01,p02,2024-09-01,1.5", "dòng 2, cột share: «1.5»"),
        ("p01,p02,2024-09-01,0", "dòng 2, cột share: «0»"),
    ],
)
def test_a_wrong_line_is_reported_with_its_place(tmp_path: Path, line: str, noted: str) -> None:
    with pytest.raises(OfficeError, match=noted):
        load_reference(office_with(tmp_path, f"{line}\n"))


def test_an_office_whose_map_never_changed_has_no_such_table(tmp_path: Path) -> None:
    make_office(tmp_path)
    table = load_reference(tmp_path / "reference")["unit_successors"]
    assert table.empty and current_unit(table, "p01", dt.date(2025, 7, 1)) == "p01"


def test_asked_again_later_a_dossier_is_still_of_the_ward_of_that_day(tmp_path: Path) -> None:
    # One dossier of p02, shown by p02 in February, by p01 after the merger and by p03 after the next one. Another that
    # only p03 ever showed is p03's whatever the day: nobody reported of an earlier ward.
    shown = {"p02": "2021-02-20", "p01": "2021-03-14", "p03": "2021-06-14"}
    case = {**dossiers("p02", 1)[0], "received_at": "2021-02-10 08:00:00", "dossier_code": "D1", "source_row": 2}
    tables = {
        "unit": [*UNITS, *MORE_UNITS], "field": FIELDS, "procedure": PROCEDURES, "unit_successor": SUCCESSORS,
        "section": SECTIONS, "calendar": calendar("2020-11-30", "2021-12-31"),
        "delivery": [delivery(unit, unit, day) for unit, day in shown.items()],
        "case_exports": [
            *({**case, "delivery_id": unit} for unit in shown),
            {**case, "dossier_code": "D2", "delivery_id": "p03", "source_row": 3},
        ],
    }  # fmt: skip
    warehouse = Warehouse(tmp_path, tables, tmp_path / "dbt")
    models = ["+form_ii_06a", "+form_ii_06a_by_unit", "+rpt_unit_bridge"]
    for end, unit in (("2021-02-28", "p02"), ("2021-03-14", "p01"), ("2021-06-14", "p03")):
        warehouse.ask(question("2021-01-01", end), select=models)
        owners = {
            row["dossier_code"]: row["receiving_unit_id"] for row in warehouse.rows("select * from fct_dossier_period")
        }
        assert owners == {"D1": unit, "D2": "p03"}
        assert recounted(warehouse).agrees
