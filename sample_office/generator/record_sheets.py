"""The sheets units fill in of their records: what is of the quarter or still open, as known on the day of sending.

Here: which records stand in a quarter's sheet and what of them, planted rows. Not here: what happened (records), the
workbook (return_files).
Invariant: a day after the sending is not told; no planted row has the code of a true record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from generator import records
from generator.ledger import Fault
from generator.return_files import RecordRow, Sheets
from generator.rows import Cells
from generator.world import QUARTERS, Quarter, World

Span = Callable[[Any], tuple[dt.date, dt.date | None]]


@dataclass(frozen=True)
class Kind:
    """One sheet: the column that names a record, its first and last day, the word of an oddity."""

    key: str
    span: Span
    odd_words: dict[str, Cells]


def _ends(case: records.DeathCase) -> tuple[dt.date, dt.date | None]:
    if case.requested not in ("linked_two", "linked_survivor", "linked_funeral"):
        return case.registered_on, case.registered_on
    steps = [case.residence_on] if case.requested == "linked_two" else [case.residence_on, case.benefit_on]
    known = [day for day in steps if day is not None]
    return case.registered_on, max(known) if len(known) == len(steps) else None


KINDS = {
    "directives": Kind(
        "document_number",
        lambda record: (record.issued_on, record.issued_on),
        {"unknown_directive_kind": {"directive_kind": "Thông tri"}},
    ),
    "focal_officers": Kind("decision_number", lambda record: (record.decided_on, record.ended_on), {}),
    "inspections": Kind(
        "inspection_code",
        lambda record: (min(record.planned_on, record.done_on or record.planned_on), record.done_on),
        {"unknown_inspection_kind": {"inspection_kind": "Kiểm tra chéo"}},
    ),
    "findings": Kind("finding_code", lambda record: (record.found_on, record.closed_on), {}),
    "communications": Kind(
        "communication_code",
        lambda record: (record.communicated_on, record.communicated_on),
        {
            "unknown_communication_channel": {"channel": "Tờ rơi"},
            "unknown_topic": {"topic": "Chuyển đổi số"},
        },
    ),
    "trainings": Kind("training_code", lambda record: (record.trained_on, record.trained_on), {}),
    "death_cases": Kind("case_code", _ends, {"unknown_request": {"requested": "Đang hỏi lại gia đình"}}),
}


def simulate(world: World, seed: int) -> dict[str, list[Any]]:
    """Return stream → its true records, by unit."""
    checks = records.inspections(world, seed)
    return {
        "directives": records.directives(world, seed),
        "focal_officers": records.focal_officers(world, seed),
        "inspections": checks,
        "findings": records.findings(seed, checks),
        "communications": records.communications(world, seed),
        "trainings": records.trainings(world, seed),
        "death_cases": records.death_cases(world, seed),
    }


def shown(world: World, truth: dict[str, list[Any]], quarter: Quarter) -> Sheets:
    """Return what units write into their sheets of a quarter."""
    sheets = {stream: _rows(world, truth[stream], kind, quarter) for stream, kind in KINDS.items()}
    if world.timeline.plants_faults:
        _plant(quarter, sheets)
    return sheets


def _rows(world: World, happened: list[Any], kind: Kind, quarter: Quarter) -> dict[str, list[RecordRow]]:
    """Records begun by the last day and not over before the first, in the order they began."""
    rows: dict[str, list[RecordRow]] = {}
    for record in sorted(happened, key=lambda record: (kind.span(record)[0], getattr(record, kind.key))):
        first, last = kind.span(record)
        if first <= quarter.end and (last is None or last >= quarter.start):
            cells = _cells(world, record, quarter) | kind.odd_words.get(record.oddity, {})
            faults: list[Fault] = [(record.oddity, "info", "flagged", "")] if record.oddity else []
            rows.setdefault(record.unit_id, []).append(RecordRow(cells, getattr(record, kind.key), faults))
    return rows


def _cells(world: World, record: Any, quarter: Quarter) -> Cells:
    """All a unit knows of a record on the day of sending; what lies ahead is only told of days that are planned."""
    noted: Cells = {}
    for name, value in asdict(record).items():
        if name == "checked_unit_id":
            noted["checked_unit"] = "" if value == record.unit_id else world.unit_names[value]
        elif name not in ("unit_id", "oddity"):
            is_ahead = isinstance(value, dt.date) and value > quarter.end
            noted[name] = None if is_ahead and name not in ("planned_on", "due_on", "deadline_on") else value
    if noted.get("conclusion_on") is None and "conclusion_number" in noted:
        noted["conclusion_number"] = ""
    return noted


# --- planted rows that must go back --------------------------------------------------------------------------------

# Stream → check → the unit of the first quarter and of the second.
HOSTS = {
    "directives": {
        "duplicate_document": ("tp-st-tp", "p03"),
        "document_without_date": ("p04", "tp-st-nv"),
        "issued_in_future": ("tp-st-kt", "p08"),
        "plan_year_no_year": ("p01", "tp-st-yt"),
    },
    "focal_officers": {
        "decided_in_future": ("p06", "tp-st-qldt"),
        "decision_without_count": ("tp-st-gddt", "p07"),
    },
    "inspections": {
        "inspection_without_plan_day": ("tp-st-nv", "p05"),
        "checked_in_future": ("p02", "tp-st-nv"),
        "concluded_before_check": ("p08", "tp-st-ldtbxh"),
    },
    "findings": {
        "closed_before_found": ("tp-st-nv", "p01"),
        "deadline_before_found": ("p03", "tp-st-tp"),
        "finding_without_date": ("tp-st-ldtbxh", "p10"),
    },
    "communications": {
        "item_count_below_one": ("p05", "tp-st-vhtt"),
        "communication_without_date": ("tp-st-vp", "p04"),
    },
    "trainings": {
        "training_without_participants": ("p10", "tp-st-nv"),
        "trained_in_future": ("tp-st-vp", "p02"),
    },
    "death_cases": {
        "death_case_without_date": ("p01", "p06"),
        "residence_before_registered": ("p07", "p10"),
        "death_due_before_registered": ("p02", "p04"),
    },
}
AHEAD = dt.date(2021, 12, 1)


def _plant(quarter: Quarter, sheets: Sheets) -> None:
    """Plant every check once a quarter."""
    turn = [item.period_id for item in QUARTERS].index(quarter.period_id)
    for stream, checks in HOSTS.items():
        for number, (check, units) in enumerate(checks.items()):
            code = f"99{turn}{number}/GS"
            for cells in _spoilt(stream, check, quarter):
                row = RecordRow({KINDS[stream].key: code, **cells}, code, [(check, "warning", "sent_back", "")])
                sheets[stream].setdefault(units[turn], []).append(row)


def _spoilt(stream: str, check: str, quarter: Quarter) -> list[Cells]:
    """Return the rows of one check: a good one with the cell that is wrong."""
    day = quarter.start + dt.timedelta(days=21)
    before = day - dt.timedelta(days=3)
    good: dict[str, Cells] = {
        "directives": {"directive_kind": "letter", "issued_on": day},
        "focal_officers": {"decided_on": day, "officer_count": 1},
        "inspections": {"inspection_kind": "own", "planned_on": day, "done_on": day},
        "findings": {"category": "fee", "found_on": day, "deadline_on": day},
        "communications": {"channel": "portal", "topic": "postal", "communicated_on": day},
        "trainings": {"organiser": "own", "topic": "control", "trained_on": day, "focal_count": 1},
        "death_cases": {"requested": "linked_two", "registered_on": day, "due_on": day},
    }
    wrong: dict[str, Cells] = {
        "document_without_date": {"issued_on": None},
        "issued_in_future": {"issued_on": AHEAD},
        "plan_year_no_year": {"plan_year": "năm nay"},
        "decided_in_future": {"decided_on": AHEAD},
        "decision_without_count": {"officer_count": None},
        "inspection_without_plan_day": {"planned_on": None},
        "checked_in_future": {"done_on": AHEAD},
        "concluded_before_check": {"conclusion_on": before},
        "closed_before_found": {"closed_on": before},
        "deadline_before_found": {"deadline_on": before},
        "finding_without_date": {"found_on": None},
        "item_count_below_one": {"item_count": 0},
        "communication_without_date": {"communicated_on": None},
        "training_without_participants": {"focal_count": 0},
        "trained_in_future": {"trained_on": AHEAD},
        "death_case_without_date": {"registered_on": None},
        "residence_before_registered": {"residence_on": before},
        "death_due_before_registered": {"due_on": before},
    }
    if check == "duplicate_document":
        return [good[stream], {**good[stream], "directive_kind": "other"}]
    return [{**good[stream], **wrong[check]}]
