"""Faults planted into feedback files: each check of expectations/feedback_logs.yaml once a quarter.

Here: extra rows that must go back (codes not in truth) and real rows that must be flagged. Not here: complaints among
feedback (planted in truth). Invariant: a planted row trips its check and no other; every one is in the ledger.
"""

from __future__ import annotations

import datetime as dt
import random

from generator.feedback import ANSWER_DAYS, WARD_VOLUME, is_shown_once
from generator.rows import Cells, FeedbackRow, sender
from generator.world import OFFICE, OFFICE_END, Quarter, World

DAY = dt.timedelta(days=1)
NOTHING_YET: Cells = {"transferred_at": None, "answered_at": None, "published_at": None, "transferred_to": ""}
SENT_BACK = (
    "missing_received_at", "received_in_future", "due_before_received", "answered_before_received",
    "answered_in_future", "published_before_answered", "published_in_future", "answered_without_date",
    "published_without_date", "transferred_without_date", "transferred_before_received", "transferred_in_future",
    "pending_with_answered", "duplicate_code", "bad_date", "missing_code",
)  # fmt: skip
# check → the cells that trip it, what the row no longer tells, whether it then counts as unknown
FLAGGED: dict[str, tuple[Cells, str, str]] = {
    "unknown_kind": ({"feedback_kind": "Việc chưa rõ"}, "feedback_kind", "flagged"),
    "unknown_status": ({"status": "Lưu kho"}, "status", "flagged"),
    "unknown_field": ({"field_name": "Lĩnh vực giả lập"}, "field_code", "counted_unknown"),
    "missing_field": ({"field_name": ""}, "field_code", "counted_unknown"),
    "unknown_unit": ({"about_unit": "Tổ công tác số 12"}, "about_unit_id", "flagged"),
}


def _spoilt(good: Cells, quarter: Quarter) -> dict[str, Cells]:
    """Return, for each check that sends a row back, the cells that differ from the good row."""
    received, answered = good["received_at"], good["answered_at"]
    assert isinstance(received, dt.datetime) and isinstance(answered, dt.datetime)
    future = quarter.export.replace(hour=9) + 5 * DAY
    moved: Cells = {**NOTHING_YET, "status": "transferred", "transferred_to": "Công an tỉnh"}
    return {
        "missing_received_at": {"received_at": None},
        "received_in_future": {**NOTHING_YET, "status": "new", "received_at": future, "due_at": future + 21 * DAY},
        "due_before_received": {"due_at": received - 3 * DAY},
        "answered_before_received": {"answered_at": received - DAY},
        "answered_in_future": {"status": "answered", "answered_at": future, "published_at": None},
        "published_before_answered": {"published_at": answered - DAY},
        "published_in_future": {"published_at": future},
        "answered_without_date": {**NOTHING_YET, "status": "answered"},
        "published_without_date": {"published_at": None},
        "transferred_without_date": moved,
        "transferred_before_received": {**moved, "transferred_at": received - DAY},
        "transferred_in_future": {**moved, "transferred_at": future},
        "pending_with_answered": {"status": "in_progress", "published_at": None},
        "duplicate_code": {},
        "bad_date": {"received_at": "31/02/2021"},
        "missing_code": {"feedback_code": None},
    }


def plant_feedback(world: World, quarter: Quarter, rows_of: dict[str, list[FeedbackRow]], seed: int) -> None:
    """Plant every check once into the feedback files of one quarter, in turn at the office and at wards."""
    chance = random.Random(f"{seed}-{quarter.period_id}-feedback-faults")
    wards = [unit for unit in WARD_VOLUME if unit in rows_of]
    for index, (check_id, (cells, shows, effect)) in enumerate(FLAGGED.items()):
        hosts = [OFFICE, *wards] if index % 2 else [*wards[index:], *wards[:index], OFFICE]
        row = next(row for unit in hosts for row in rows_of[unit] if _may_be_flagged(row, quarter))
        row.cells |= cells
        row.faults.append((check_id, "info", effect, f"shows_unknown={shows}"))
    for number, check_id in enumerate(SENT_BACK):
        unit = OFFICE if number % 2 else wards[(number // 2) % len(wards)]
        for row in _bad_rows(world, quarter, unit, check_id, number, chance):
            rows_of[unit].insert(chance.randint(0, len(rows_of[unit])), row)


def _may_be_flagged(row: FeedbackRow, quarter: Quarter) -> bool:
    feedback = row.feedback
    if feedback is None or row.faults or not is_shown_once(feedback, quarter):
        return False
    return feedback.feedback_kind == "regulation"


def _bad_rows(
    world: World, quarter: Quarter, unit: str, check_id: str, number: int, chance: random.Random
) -> list[FeedbackRow]:
    received = dt.datetime.combine(chance.choice(world.days.between(quarter.start, quarter.end - 40 * DAY)), dt.time(9))
    code = f"PAKN-2021-9{quarter.end.month}{number:03d}"
    good: Cells = {
        "feedback_code": code,
        "intake_source": "document",
        "feedback_kind": "regulation",
        "field_name": world.field_names["dat-dai"],
        "about_unit": world.unit_names["tp-st-tnmt"],
        "handling_unit": world.unit_names["tp-st-tnmt" if unit == OFFICE else unit],
        "transferred_to": "",
        "received_at": received,
        "due_at": dt.datetime.combine(world.days.after(received.date(), ANSWER_DAYS), OFFICE_END),
        "transferred_at": None,
        "answered_at": dt.datetime.combine(world.days.after(received.date(), 6), dt.time(10)),
        "published_at": dt.datetime.combine(world.days.after(received.date(), 8), dt.time(10)),
        "status": "published",
        "is_complex": "0",
        "result_kind": "explained",
        "satisfaction": "",
        **sender(790000 + quarter.end.month * 100 + number),
    }
    cells = {**good, **_spoilt(good, quarter)[check_id]}
    rows = [FeedbackRow(cells, None, [(check_id, "warning", "sent_back", "")])]
    if check_id == "duplicate_code":
        later = {**cells, "published_at": dt.datetime.combine(world.days.after(received.date(), 9), dt.time(10))}
        rows.append(FeedbackRow(later, None, [(check_id, "warning", "sent_back", "")]))
    return rows
