"""Faults planted into review files: extra rows that must go back, each check once a quarter.

Here: the rows and the one check each trips. Not here: what is counted and flagged (planted in truth, reviews).
Invariant: no planted row is about a procedure its unit truly reviews; every one is in the ledger.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from generator.rows import Cells, ReviewRow, reviewer
from generator.world import Quarter, World

DAY = dt.timedelta(days=1)
# check → the unit of the first quarter, the unit of the second.
HOSTS = {
    "duplicate_procedure": ("tp-st-tp", "p02"),
    "reported_without_date": ("p01", "tp-st-vp"),
    "reported_in_future": ("tp-st-tckh", "p03"),
    "number_out_of_range": ("p02", "tp-st-tnmt"),
    "saving_but_cost_rises": ("tp-st-ldtbxh", "p04"),
    "saving_percent_differs": ("p09", "tp-st-tp"),
    "saving_without_cost_before": ("tp-st-vp", "p05"),
    "bad_date": ("p06", "tp-st-tckh"),
    "bad_number": ("tp-st-tnmt", "p07"),
    "missing_code": ("p10", "tp-st-ldtbxh"),
}
PROCEDURE = "2.000942"  # reviewed by nobody


def _spoilt(quarter: Quarter) -> dict[str, Cells]:
    """Return, for each check, the cells that differ from the good row."""
    return {
        "duplicate_procedure": {},
        "reported_without_date": {"reported_on": None},
        "reported_in_future": {"reported_on": quarter.export.date() + 5 * DAY},
        "number_out_of_range": {"cost_before": None, "cost_after": None, "hours_before": Decimal(-2)}
        | {"saving_percent": None},
        "saving_but_cost_rises": {"cost_before": 6_500_000, "cost_after": 10_000_000},
        "saving_percent_differs": {"saving_percent": Decimal("40.00")},
        "saving_without_cost_before": {"cost_before": None, "cost_after": None},
        "bad_date": {"reported_on": "31/02/2021"},
        "bad_number": {"cost_before": "mười triệu"},
        "missing_code": {"procedure_code": None},
    }


def plant_reviews(world: World, quarter: Quarter, rows_of: dict[str, list[ReviewRow]]) -> None:
    """Plant every check once into the review files of one quarter."""
    turn = 0 if quarter.period_id.endswith("Q1") else 1
    procedure = world.procedures[PROCEDURE]
    for number, (check_id, units) in enumerate(HOSTS.items()):
        unit = units[turn]
        good: Cells = {
            "procedure_code": procedure.code,
            "procedure_name": procedure.name,
            "field_name": procedure.field_name,
            "in_plan": "no",
            "reviewing_unit": world.unit_names[unit],
            "planned_end_on": None,
            "status": "reported",
            "proposal_kind": "amend",
            "competence": "own",
            "proposed_to": "",
            "document_number": f"99{turn}{number}/QĐ-UBND",
            "document_action": "amend",
            "cost_before": 10_000_000,
            "cost_after": 6_500_000,
            "saving_percent": Decimal("35.00"),
            "reported_on": world.days.after(quarter.start, 10 + number),
            **reviewer(900 + 10 * turn + number),
        }
        row = ReviewRow({**good, **_spoilt(quarter)[check_id]}, None, [(check_id, "warning", "sent_back", "")])
        rows_of[unit].insert(1, row)
        if check_id == "duplicate_procedure":
            other = {**good, "cost_after": 8_000_000, "saving_percent": Decimal("20.00")}
            rows_of[unit].append(ReviewRow(other, None, [(check_id, "warning", "sent_back", "")]))
