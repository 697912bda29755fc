"""The counting rules of deaths and what is linked to them (area VIII) on hand-made records.

Here: literal cases of a ward, steps, carried cases, recount. Not here: reading files.
Invariant: every expected figure is counted by hand (domain/05 5.11, domain/forms/death-group.yaml) beside its case.
"""

from __future__ import annotations

import pytest
import yaml
from record_units import form, not_counted, rows, warehouse_of
from shared_files import shared
from test_recount import recounted
from warehouse_fixture import Warehouse

from pipelines.paths import DBT_PROJECT

CASES = rows(
    "death_cases", "case_code",
    ["requested", "registered_on", "due_on", "residence_on", "benefit_partner", "benefit_on"],
    ("p01 15/3", "D1", "linked_two", "2021-01-04", "2021-01-06", "2021-01-06", None, None),  # on its day: in time
    ("p01 15/3", "D2", "linked_survivor", "2021-01-10", "2021-02-01", "2021-01-12", None, "2021-02-02"),  # last step late
    ("p01 15/3", "D3", "linked_funeral", "2021-03-10", "2021-03-20", "2021-03-16", None, "2021-03-18"),  # nothing yet
    ("p01 15/3", "D4", "not_linked", "2021-02-02", None, None, None, None),
    ("p01 15/3", "D5", "linked_two", "2020-12-10", "2020-12-14", "2020-12-15", None, None),  # carried in, overdue
    ("p01 15/3", "D6", "linked_two", "2020-12-10", "2020-12-14", "2020-12-14", None, None),  # finished before
    ("p01 15/3", "D7", "not_linked", "2020-12-14", None, None, None, None),  # of the period before
    ("p01 15/3", "D8", "unknown", "2021-02-05", None, None, None, None),  # not linked, for all we know
    # the insurance pays the funeral; no day promised: never late
    ("p01 15/3", "D9", "linked_funeral", "2021-02-20", None, "2021-02-22", "social_insurance", "2021-02-25"),
)  # fmt: skip
GROUP = (
    "deaths_registered", "linked_total", "linked_two", "linked_survivor", "linked_funeral", "not_linked",
    "finished_in_time", "finished_overdue", "pending", "carried",
)  # fmt: skip
STEPS = (
    "residence_steps", "residence_done", "residence_pending", "insurance_steps", "insurance_done",
    "insurance_pending", "labour_steps", "labour_done", "labour_pending",
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    forms = ["form_death_group", "form_death_steps"]
    return warehouse_of(tmp_path_factory, CASES, forms, {"death_cases": ["p01", "p02"]})


def test_a_carried_case_counts_among_the_results_only(warehouse: Warehouse) -> None:
    # D1 2 3 4 8 9 registered; D1 2 3 9 linked; D1 9 in time, D2 5 late, D3 open: 4 + 1 carried = 2 + 2 + 1
    ward = (6, 4, 1, 1, 2, 2, 2, 2, 1, 1)
    assert form(warehouse, "form_death_group", GROUP) == {
        "UBND Phường 1": ward,
        "UBND Phường 2": (0,) * 10,
        "Tổng cộng": ward,
    }


def test_each_partner_has_its_steps(warehouse: Warehouse) -> None:
    # police: D1 2 3 5 9, of which D3 is open; insurance: D2 9; labour: D3
    assert form(warehouse, "form_death_steps", STEPS)["Tổng cộng"] == (5, 4, 1, 2, 2, 0, 1, 0, 1)


def test_what_was_over_before_the_period_is_no_fact(warehouse: Warehouse) -> None:
    assert not_counted(warehouse) == {
        "p01 15/3 death_cases D6": "before_period",
        "p01 15/3 death_cases D7": "before_period",
    }


def test_the_layout_is_that_of_the_domain() -> None:
    domain = yaml.safe_load(shared("domain/forms/death-group.yaml").read_text(encoding="utf-8"))
    leaves = [
        (child["key"], [*([column["label"]] if "children" in column else []), child["label"]], child["number"])
        for column in domain["columns"]
        for child in column.get("children", [column])
    ]
    path = DBT_PROJECT / "models" / "reports" / "form_death_group.yml"
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    metas = [(column["name"], column.get("config", {}).get("meta", {})) for column in model["columns"]]
    printed = [(name, meta["head"], meta["number"]) for name, meta in metas if "number" in meta]
    assert [("unit" if name == "label" else name, *rest) for name, *rest in printed] == leaves
    meta = model["config"]["meta"]
    assert (meta["form_id"], meta["title"], meta["unit_of_measure"]) == (
        domain["form_id"],
        domain["title_vi"],
        domain["unit_of_measure"],
    )


def test_the_recount_agrees_on_every_cell(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())
    assert result.record_count == 7
