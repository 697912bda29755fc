"""The counting rules of checks and findings (area IX) on hand-made records.

Here: literal records of a department and a ward, boundaries, recount. Not here: reading files.
Invariant: every expected figure is counted by hand (domain/08 8.3) beside its case.
"""

from __future__ import annotations

import pytest
from record_units import form, not_counted, rows, warehouse_of
from test_recount import recounted
from warehouse_fixture import Warehouse

CHECKS = rows(
    "inspections", "inspection_code",
    ["inspection_kind", "checked_unit_key", "planned_on", "done_on", "conclusion_on"],
    ("law 15/3", "KT1", "combined", "phuong 1", "2021-02-10", "2021-02-10", "2021-02-20"),  # on time, concluded
    ("law 15/3", "KT2", "combined", "phuong 2", "2021-02-15", "2021-03-01", "2021-03-20"),  # late; concluded later on
    ("law 15/3", "KT3", "combined", "phuong 1", "2021-03-10", "2021-03-05", None),  # the same unit again
    ("law 15/3", "KT4", "combined", "phuong 2", "2021-03-14", "2021-03-20", None),  # of the last day, made after it
    ("law 15/3", "KT5", "combined", "phuong 2", "2021-03-15", None, None),  # of the next period
    ("law 15/3", "KT6", "combined", "doi quan ly", "2021-04-10", "2021-03-12", None),  # made early; unknown name
    ("law 15/3", "KT7", "combined", "phuong 1", "2020-12-01", "2020-12-14", None),  # done with before
    ("law 15/3", "KT8", "combined", "phuong 2", "2020-11-01", "2020-12-15", None),  # overdue, made on the first day
    ("p01 15/3", "TK1", "unknown", None, "2021-01-20", None, None),  # of itself, not made
    ("p01 15/6", "TK1", "own", None, "2021-01-20", "2021-05-01", None),  # made since: not by 14 March
)  # fmt: skip
FINDINGS = rows(
    "findings", "finding_code", ["category", "found_on", "deadline_on", "closed_on"],
    ("law 15/3", "F1", "late", "2021-02-10", "2021-03-01", "2021-03-01"),  # on its last day: on time
    ("law 15/3", "F2", "fee", "2021-02-10", "2021-03-01", "2021-03-02"),  # late
    ("law 15/3", "F3", "posting", "2020-12-14", "2021-03-14", None),  # carried in; due on the last day: not overdue
    ("law 15/3", "F4", "intake", "2021-03-01", "2021-03-13", "2021-03-20"),  # open on the last day, overdue
    ("law 15/3", "F5", "intake", "2020-12-01", None, "2020-12-14"),  # closed before
    ("law 15/3", "F6", "unknown", "2020-12-01", None, "2020-12-15"),  # carried in; no deadline: never late
)  # fmt: skip
MEASURES = (
    "inspections", "combined_inspections", "own_inspections", "inspections_done", "inspections_on_time",
    "inspections_late", "inspections_not_done", "units_checked", "inspections_concluded", "findings",
    "findings_carried", "findings_found", "findings_closed_on_time", "findings_closed_late",
    "findings_open", "findings_overdue",
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    names = [{"unit_key": "phuong 1", "unit_id": "p01"}, {"unit_key": "phuong 2", "unit_id": "p02"}]
    owing = {"inspections": ["p01", "p02", "tp-st-tp"], "findings": ["tp-st-tp"]}
    return warehouse_of(tmp_path_factory, {**CHECKS, **FINDINGS}, ["form_inspections"], owing, unit_alias=names)


def test_each_unit_has_its_checks_and_findings_and_one_without_any_is_a_row_of_zeros(warehouse: Warehouse) -> None:
    law = (6, 6, 0, 5, 3, 2, 1, 3, 1, 5, 2, 3, 2, 1, 2, 1)
    ward = (1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert form(warehouse, "form_inspections", MEASURES) == {
        "Phòng Tư pháp": law,
        "UBND Phường 1": ward,
        "UBND Phường 2": (0,) * 16,
        "Tổng cộng": tuple(a + b for a, b in zip(law, ward, strict=True)),
    }


def test_what_lies_outside_the_period_has_its_reason(warehouse: Warehouse) -> None:
    assert not_counted(warehouse) == {
        "law 15/3 inspections KT5": "after_period",
        "law 15/3 inspections KT7": "before_period",
        "p01 15/3 inspections TK1": "older_version",
        "law 15/3 findings F5": "before_period",
    }


def test_the_recount_agrees_on_every_cell(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())
    assert result.record_count == 7 + 5
