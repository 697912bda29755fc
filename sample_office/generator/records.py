"""What units record by hand in their return workbooks: documents issued (area I of the plan).

Here: the true records, and the rows a unit's sheet shows of them in a quarter. Not here: the workbook (return_files).
Invariant: one seed gives one truth; a record is known by its code within its unit; all numbers are invented.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from generator.ledger import Fault
from generator.return_files import RecordRow, Sheets
from generator.rows import Cells
from generator.world import QUARTERS, WARDS, Quarter, World

DEPARTMENTS = (
    "tp-st-vp", "tp-st-nv", "tp-st-tp", "tp-st-tckh", "tp-st-ldtbxh", "tp-st-tnmt", "tp-st-qldt", "tp-st-kt",
    "tp-st-vhtt", "tp-st-gddt", "tp-st-yt", "tp-st-ttr", "tp-st-dt",
)  # fmt: skip
PLAN_UNITS = (*DEPARTMENTS, *WARDS)
# Who issued a plan of the year late, and who issued none: (unit, kind).
LATE_PLANS = {("p03", "control_plan"): dt.date(2021, 2, 5), ("tp-st-yt", "review_plan"): dt.date(2021, 1, 31)}
LATE_PLANS |= {("tp-st-dt", "control_plan"): dt.date(2021, 3, 29)}
NO_PLAN = {("p10", "review_plan"), ("tp-st-dt", "review_plan"), ("tp-st-ttr", "review_plan")}


@dataclass
class Directive:
    """One document of a unit."""

    unit_id: str
    document_number: str
    directive_kind: str
    issued_on: dt.date
    plan_year: str
    oddity: str = ""


def simulate(world: World, seed: int) -> dict[str, list[Any]]:
    """Return stream → its true records, by unit."""
    return {"directives": _directives(world, seed)}


def shown(world: World, truth: dict[str, list[Any]], quarter: Quarter) -> Sheets:
    """Return what units write into their sheets of a quarter."""
    sheets: Sheets = {"directives": _rows(truth["directives"], quarter)}
    _plant(quarter, sheets)
    return sheets


def _rows(records: list[Directive], quarter: Quarter) -> dict[str, list[RecordRow]]:
    """Documents of the quarter, in the order they were issued."""
    rows: dict[str, list[RecordRow]] = {}
    for record in sorted(records, key=lambda record: (record.issued_on, record.document_number)):
        if quarter.start <= record.issued_on <= quarter.end:
            cells: Cells = {
                "document_number": record.document_number,
                "directive_kind": record.directive_kind,
                "issued_on": record.issued_on,
                "plan_year": record.plan_year,
            }
            faults: list[Fault] = []
            if record.oddity == "unknown_directive_kind":
                cells["directive_kind"] = "Thông tri"
                faults.append((record.oddity, "info", "flagged", ""))
            rows.setdefault(record.unit_id, []).append(RecordRow(cells, record.document_number, faults))
    return rows


def _directives(world: World, seed: int) -> list[Directive]:
    made = []
    for unit in PLAN_UNITS:
        chance = random.Random(f"{seed}-directive-{unit}")
        number = chance.randint(3, 20)
        plan_days = world.days.between(dt.date(2021, 1, 8), dt.date(2021, 1, 29))
        for kind in ("control_plan", "review_plan"):
            day = LATE_PLANS.get((unit, kind)) or chance.choice(plan_days)
            number += chance.randint(1, 9)
            if (unit, kind) not in NO_PLAN:
                made.append(Directive(unit, f"{number}/KH-UBND", kind, day, "2021"))
        for quarter in QUARTERS:
            for _ in range(chance.choice((0, 0, 1, 1, 2))):
                number += chance.randint(5, 40)
                day = chance.choice(world.days.between(quarter.start, quarter.end))
                kind, symbol = chance.choice((("letter", "CV-UBND"), ("letter", "CV-UBND"), ("other", "QĐ-UBND")))
                made.append(Directive(unit, f"{number}/{symbol}", kind, day, ""))
    made.append(Directive("p02", "901/TT-UBND", "unknown", dt.date(2021, 2, 24), "", "unknown_directive_kind"))
    made.append(Directive("p06", "902/TT-UBND", "unknown", dt.date(2021, 5, 19), "", "unknown_directive_kind"))
    return made


# --- planted rows that must go back --------------------------------------------------------------------------------

# (check, stream) → the unit of the first quarter and of the second.
HOSTS = {
    ("duplicate_document", "directives"): ("tp-st-tp", "p03"),
    ("document_without_date", "directives"): ("p04", "tp-st-nv"),
    ("issued_in_future", "directives"): ("tp-st-kt", "p08"),
}


def _plant(quarter: Quarter, sheets: Sheets) -> None:
    """Plant every check once a quarter, in rows whose codes are not in the truth."""
    turn = [item.period_id for item in QUARTERS].index(quarter.period_id)
    for number, ((check, stream), units) in enumerate(HOSTS.items()):
        code = f"99{turn}{number}/CV-UBND"
        fault: Fault = (check, "warning", "sent_back", "")
        sheet = sheets[stream].setdefault(units[turn], [])
        sheet += [RecordRow(cells, code, [fault]) for cells in _spoilt(check, code, quarter)]


def _spoilt(check: str, code: str, quarter: Quarter) -> list[Cells]:
    day = quarter.start + dt.timedelta(days=21)
    document: Cells = {"document_number": code, "directive_kind": "letter", "issued_on": day}
    return {
        "duplicate_document": [document, {**document, "directive_kind": "other"}],
        "document_without_date": [{**document, "issued_on": None}],
        "issued_in_future": [{**document, "issued_on": dt.date(2021, 12, 1)}],
    }[check]
