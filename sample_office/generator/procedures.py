"""What stands in the return workbooks of area III: internal processes decided, and what checks of the posting found.

Here: the true records, and the rows a unit's sheet shows of them in a quarter. Not here: the workbook (return_files).
Invariant: one seed gives one truth; how many procedures a unit has to post is counted here from the reference tables,
apart from the product; all numbers are invented.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.ledger import Fault
from generator.return_files import RecordRow, Sheets
from generator.rows import Cells
from generator.world import DESK, OFFICE, QUARTERS, WARDS, Procedure, Quarter, World

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
POSTING_UNITS = (DESK, *WARDS)
_LEVELS = {"city": ("district",), "ward": ("commune",), "both": ("district", "commune")}
# Handled at a desk and without a process there: (procedure, level); the third gets its process in the second quarter.
NO_PROCESS = {("1.004982", "district"), ("2.000424", "commune"), ("2.002080", "commune")}
DECIDED_LATER = {("2.002080", "commune"): dt.date(2021, 4, 20)}
# Two processes of one procedure (at the counter and by post), and one that ended within the first quarter.
SECOND_PROCESS = {("2.000815", "commune"), ("1.001612", "district")}
ENDED = {("1.005280", "district"): dt.date(2021, 2, 28)}
# A process longer than the law gives, one whose steps add up to something else, one without hours.
TOLD_BADLY = {
    ("1.001193", "commune"): "over_legal_time",
    ("1.000894", "commune"): "steps_differ_from_total",
    ("2.000720", "district"): "process_without_time",
}
HOURS = {"same_day": 8, "working_day": 8, "calendar_day": 8}


@dataclass
class Process:
    """One internal process, as the office decided it."""

    unit_id: str
    procedure_id: str
    procedure_code: str
    procedure_name: str
    process_code: str
    process_level: str
    decision_number: str
    decided_on: dt.date
    valid_to: dt.date | None
    total_hours: int
    step_hours: int
    is_electronic: str
    oddity: str = ""


@dataclass
class PostingCheck:
    """What one check found at one place."""

    unit_id: str
    check_code: str
    posting_kind: str
    posting_place: str
    checked_on: dt.date
    in_force: int
    posted: int
    expired_posted: int


def simulate(world: World, seed: int) -> dict[str, list[Any]]:
    """Return stream → its true records, by unit."""
    return {"internal_processes": _processes(world, seed), "posting_checks": _checks(world, seed)}


def shown(world: World, truth: dict[str, list[Any]], quarter: Quarter) -> Sheets:
    """Return what units write into their sheets of a quarter."""
    sheets: Sheets = {
        "internal_processes": _process_rows(truth["internal_processes"], quarter),
        "posting_checks": _check_rows(truth["posting_checks"], quarter),
    }
    if world.timeline.plants_faults:
        _plant(quarter, sheets)
    return sheets


# --- internal processes ---------------------------------------------------------------------------------------------


def _processes(world: World, seed: int) -> list[Process]:
    chance = random.Random(f"{seed}-process")
    made: list[Process] = []
    excluded = {row["procedure_code"] for row in _table("one_stop_exclusions")}
    for number, (procedure, level) in enumerate(_in_force(world), start=1):
        place = procedure.procedure_id, level
        later = DECIDED_LATER.get(place)
        if {procedure.procedure_id, procedure.code} & excluded or (place in NO_PROCESS and later is None):
            continue
        day = later or dt.date(2020, 1, 6) + dt.timedelta(days=7 * chance.randint(0, 40))
        for sign in ("", "BC")[: 1 + (place in SECOND_PROCESS)]:
            made.append(_process(chance, procedure, level, number, sign, later or day))
    unknown = Procedure("", "1.999903", "Thủ tục giả lập chưa có trong danh mục", "", "", "", "ward", 5, "working_day")
    made.append(_process(chance, unknown, "commune", 190, "", dt.date(2020, 9, 14)))
    made[-1].oddity = "unknown_procedure"
    return made


def _process(chance: random.Random, procedure: Procedure, level: str, number: int, sign: str, day: dt.date) -> Process:
    place = procedure.procedure_id, level
    legal = (procedure.time_value or 1) * HOURS.get(procedure.time_unit, 8)
    hours = max(1, round(legal * chance.choice((0.5, 0.75, 1))))
    oddity = TOLD_BADLY.get(place, "")
    hours = {"over_legal_time": legal + 8, "process_without_time": 0}.get(oddity, hours)
    return Process(
        unit_id=OFFICE,
        procedure_id=procedure.procedure_id,
        # A procedure the national list gives no code has one of the office's own; the catalogue knows it by its name.
        procedure_code=procedure.code or f"T-STG-{number:06d}-TT",
        procedure_name=procedure.name,
        process_code=sign,
        process_level=level,
        decision_number=f"{3000 + day.timetuple().tm_yday}/QĐ-UBND",
        decided_on=day,
        valid_to=ENDED.get(place),
        total_hours=hours,
        step_hours=hours + 4 if oddity == "steps_differ_from_total" else hours,
        is_electronic=chance.choice(("yes", "yes", "no")),
        oddity=oddity,
    )


def _process_rows(processes: list[Process], quarter: Quarter) -> dict[str, list[RecordRow]]:
    """The whole list in the first return, then what was decided since: a process stands until it is said to end."""
    first = quarter.period_id == QUARTERS[0].period_id
    rows: dict[str, list[RecordRow]] = {}
    for process in processes:
        if (first and process.decided_on <= quarter.end) or quarter.start <= process.decided_on <= quarter.end:
            cells: Cells = {
                "procedure_code": process.procedure_code,
                "procedure_name": process.procedure_name,
                "process_code": process.process_code,
                "decision_number": process.decision_number,
                "decided_on": process.decided_on,
                "process_level": process.process_level,
                "total_hours": process.total_hours,
                "step_hours": process.step_hours or None,
                "is_electronic": process.is_electronic,
                "valid_to": process.valid_to,
            }
            faults: list[Fault] = [(process.oddity, "info", "flagged", "")] if process.oddity else []
            rows.setdefault(process.unit_id, []).append(RecordRow(cells, process.procedure_code, faults))
    return rows


# --- posting checks -------------------------------------------------------------------------------------------------

# (unit, quarter) → what is not as it should be.
NO_CHECK = {("p07", "2021-Q1"), ("p02", "2021-Q2")}
NO_PORTAL_CHECK = {("p04", "2021-Q1")}
OTHER_COUNT = {("p05", "2021-Q1"): 3, ("p10", "2021-Q2"): -2}
NOT_POSTED = {("p03", "2021-Q1", "wall"): 4, ("p08", "2021-Q1", "portal"): 7, ("p06", "2021-Q2", "wall"): 1}
EXPIRED = {("p03", "2021-Q1", "wall"): 2, (DESK, "2021-Q1", "portal"): 1, ("p08", "2021-Q2", "portal"): 3}
NO_ADDRESS = {("p06", "2021-Q1", "portal")}
# Checked twice in a quarter: the first found more missing.
CHECKED_TWICE = {("p01", "2021-Q1"): 9}


def _checks(world: World, seed: int) -> list[PostingCheck]:
    counts = {level: len([1 for _, of in _in_force(world) if of == level]) for level in ("district", "commune")}
    made = []
    for unit in POSTING_UNITS:
        chance = random.Random(f"{seed}-posting-{unit}")
        for quarter in world.timeline.quarters:
            days = sorted(chance.sample(world.days.between(quarter.start, quarter.end), 2))
            place = unit, quarter.period_id
            if place in NO_CHECK:
                continue
            in_force = counts["district" if unit == DESK else "commune"] + OTHER_COUNT.get(place, 0)
            number = f"{chance.randint(1, 9):02d}/BB-{unit[-2:].upper()}"
            if place in CHECKED_TWICE:
                early = in_force - CHECKED_TWICE[place]
                made.append(PostingCheck(unit, f"{number}a", "procedures", "wall", days[0], in_force, early, 0))
            for where in ("wall", "portal"):
                if where == "portal" and place in NO_PORTAL_CHECK:
                    continue
                posted = in_force - NOT_POSTED.get((*place, where), 0)
                expired = EXPIRED.get((*place, where), 0)
                made.append(PostingCheck(unit, number, "procedures", where, days[1], in_force, posted, expired))
                address = int((*place, where) not in NO_ADDRESS)
                made.append(PostingCheck(unit, number, "feedback_address", where, days[1], 1, address, 0))
    return made


def _check_rows(checks: list[PostingCheck], quarter: Quarter) -> dict[str, list[RecordRow]]:
    rows: dict[str, list[RecordRow]] = {}
    for check in checks:
        if quarter.start <= check.checked_on <= quarter.end:
            cells: Cells = {
                "check_code": check.check_code,
                "posting_kind": check.posting_kind,
                "posting_place": check.posting_place,
                "checked_on": check.checked_on,
                "in_force": check.in_force,
                "posted": check.posted,
                "missing": check.in_force - check.posted,
                "expired_posted": check.expired_posted,
            }
            faults: list[Fault] = []
            if check.expired_posted:
                faults.append(("expired_still_posted", "info", "flagged", ""))
            if check.posted < check.in_force:
                faults.append(("not_fully_posted", "info", "flagged", ""))
            rows.setdefault(check.unit_id, []).append(RecordRow(cells, check.check_code, faults))
    return rows


# --- what both count with -------------------------------------------------------------------------------------------


def _in_force(world: World) -> list[tuple[Procedure, str]]:
    """Procedures in force through the whole sample, once a level; the police have a system of their own."""
    valid = {
        row["procedure_id"]
        for row in _table("procedures")
        if (row["valid_from"] or "2020-01-01") <= "2020-12-15" and (row["valid_to"] or "9999") >= "2021-06-14"
    }
    return [
        (procedure, level)
        for procedure in world.procedures.values()
        if procedure.procedure_id in valid
        for level in _LEVELS.get(procedure.competent_level, ())
    ]


def _table(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


# --- planted rows that must go back ---------------------------------------------------------------------------------

# (check, stream) → the unit of the first quarter and of the second.
HOSTS = {
    ("process_without_date", "internal_processes"): (OFFICE, OFFICE),
    ("decided_in_future", "internal_processes"): (OFFICE, OFFICE),
    ("ends_before_it_begins", "internal_processes"): (OFFICE, OFFICE),
    ("unknown_process_level", "internal_processes"): (OFFICE, OFFICE),
    ("check_without_date", "posting_checks"): ("p01", "p08"),
    ("checked_in_future", "posting_checks"): ("p02", "p10"),
    ("unknown_posting_kind", "posting_checks"): ("p03", "p05"),
    ("unknown_posting_place", "posting_checks"): ("p04", DESK),
    ("count_missing", "posting_checks"): ("p06", "p07"),
    ("posted_missing", "posting_checks"): ("p08", "p01"),
    ("count_below_zero", "posting_checks"): ("p09", "p03"),
    ("posting_does_not_add_up", "posting_checks"): ("p10", "p04"),
}


def _plant(quarter: Quarter, sheets: Sheets) -> None:
    """Plant every check once a quarter, in rows whose codes are not in the truth."""
    turn = [item.period_id for item in QUARTERS].index(quarter.period_id)
    for number, ((check, stream), units) in enumerate(HOSTS.items(), start=10):
        is_process = stream == "internal_processes"
        code = f"T-STG-99{turn}{number}-TT" if is_process else f"99{turn}{number}/BB"
        cells = _spoilt_process(check, code) if is_process else _spoilt_check(check, code, quarter)
        row = RecordRow(cells, code, [(check, "warning", "sent_back", "")])
        sheets[stream].setdefault(units[turn], []).append(row)


def _spoilt_process(check: str, code: str) -> Cells:
    process: Cells = {
        "procedure_code": code,
        "procedure_name": "Đăng ký khai sinh",
        "decision_number": "4000/QĐ-UBND",
        "decided_on": dt.date(2020, 6, 1),
        "process_level": "commune",
        "total_hours": 4,
    }
    changes: dict[str, Cells] = {
        "process_without_date": {"decided_on": None},
        "decided_in_future": {"decided_on": dt.date(2021, 12, 1)},
        "ends_before_it_begins": {"valid_to": dt.date(2020, 5, 31)},
        "unknown_process_level": {"process_level": "Liên cấp"},
    }
    return {**process, **changes[check]}


def _spoilt_check(check: str, code: str, quarter: Quarter) -> Cells:
    good: Cells = {
        "check_code": code,
        "posting_kind": "procedures",
        "posting_place": "other",
        "checked_on": quarter.start + dt.timedelta(days=21),
        "in_force": 50,
        "posted": 50,
        "missing": 0,
        "expired_posted": 0,
    }
    changes: dict[str, Cells] = {
        "check_without_date": {"checked_on": None},
        "checked_in_future": {"checked_on": dt.date(2021, 12, 1)},
        "unknown_posting_kind": {"posting_kind": "Phí, lệ phí"},
        "unknown_posting_place": {"posting_place": "Loa phường"},
        "count_missing": {"in_force": None},
        "posted_missing": {"posted": None},
        "count_below_zero": {"expired_posted": -1},
        "posting_does_not_add_up": {"missing": 1},
    }
    return {**good, **changes[check]}
