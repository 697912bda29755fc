"""Faults planted into the rows a system shows, each with the one check it must trip.

Here: rows that must go back (extra rows, codes not in truth) and real rows that must be flagged. Not here: whole files.
Invariant: a planted row trips its check and no other; every planted row is in the ledger.
"""

from __future__ import annotations

import datetime as dt
import random

from generator.exports import Row, person
from generator.simulate import code, is_quarter_only
from generator.systems import system_of
from generator.world import DESK, OFFICE_END, Quarter, World

Cells = dict[str, dt.datetime | str | None]
DAY = dt.timedelta(days=1)
# Units whose files hold planted rows, per quarter: not those whose files are sent twice, refused or missing.
HOSTS = {
    "2021-Q1": (DESK, "p02", "p08", "p01", "p04", "p06", "p09", "p10"),
    "2021-Q2": (DESK, "p02", "p08", "p01", "p03", "p05", "p06", "p07", "p10"),
}


def _moment(cells: Cells, name: str) -> dt.datetime:
    value = cells[name]
    assert isinstance(value, dt.datetime)
    return value


def _open(status: str) -> Cells:
    return {"status": status, "finished_at": None, "delivered_at": None}


def _spoilt(cells: Cells, quarter: Quarter) -> dict[str, Cells]:
    """Return, for each check that sends a row back, the cells that differ from the good row."""
    received, finished = _moment(cells, "received_at"), _moment(cells, "finished_at")
    future = quarter.export.replace(hour=9) + 5 * DAY
    return {
        "missing_received_at": {"received_at": None},
        "submitted_after_received": {"submitted_at": received + dt.timedelta(minutes=40)},
        "received_after_finished": {"finished_at": received - DAY},
        "finished_after_delivered": {"delivered_at": finished - DAY},
        "due_before_received": {"due_at": received - 3 * DAY},
        "finished_in_future": {**_open("result_ready"), "finished_at": future},
        "resolved_without_finished": _open("result_ready"),
        "pending_with_finished": {"status": "in_progress", "delivered_at": None},
        "withdrawn_without_finished": _open("withdrawn"),
        "duplicate_code": {},
        "bad_date": {"received_at": "31/02/2021 09:00"},
        "missing_code": {"dossier_code": None},
    }


SENT_BACK = (
    "missing_received_at",
    "submitted_after_received",
    "received_after_finished",
    "finished_after_delivered",
    "due_before_received",
    "finished_in_future",
    "resolved_without_finished",
    "pending_with_finished",
    "withdrawn_without_finished",
    "duplicate_code",
    "bad_date",
    "missing_code",
)
FLAGGED: dict[str, Cells] = {
    "delivered_without_delivered_at": {"delivered_at": None},
    "unknown_procedure": {"procedure_code": "1.999901", "procedure_name": "Thủ tục giả lập chưa có trong danh mục"},
    "unknown_unit": {"handling_unit": "Phòng Quản lý tổng hợp", "receiving_unit": "UBND Phường 12"},
    "unknown_status": {"status": "Chuyển kho lưu trữ"},
    "unknown_channel": {"channel": "Qua chim bồ câu"},
    "missing_channel": {"channel": None},
}
_SHOWS_UNKNOWN = {
    "unknown_procedure": "field_code",
    "unknown_channel": "channel",
    "missing_channel": "channel",
    "unknown_status": "status",
    "delivered_without_delivered_at": "delivered_at",
}


def plant_rows(world: World, quarter: Quarter, rows_of: dict[str, list[Row]], seed: int) -> None:
    """Plant every row fault twice in the exports of one quarter, spread over systems and units."""
    chance = random.Random(f"{seed}-{quarter.period_id}-faults")
    hosts = [unit for unit in HOSTS[quarter.period_id] if unit in rows_of]
    for unit, rows in rows_of.items():
        _note_oddities(unit, rows)
    for index, check_id in enumerate(FLAGGED):
        capable = [unit for unit in hosts if check_id != "unknown_unit" or system_of(unit).names_units]
        for turn in range(2):
            first = (index + turn * 3) % len(capable)
            in_turn = [DESK] if (check_id, turn) == ("unknown_unit", 0) else [*capable[first:], *capable[:first]]
            _flag(check_id, in_turn, rows_of, quarter, is_open=turn == 1)
    number = 9000
    for index, check_id in enumerate(SENT_BACK):
        for turn in range(2):
            number += 1
            unit = hosts[(index + turn * 3) % len(hosts)]
            for row in _bad_rows(world, quarter, unit, check_id, number, chance):
                rows_of[unit].insert(chance.randint(5, len(rows_of[unit]) - 5), row)


def _note_oddities(unit: str, rows: list[Row]) -> None:
    for row in rows:
        assert row.dossier is not None
        if row.dossier.oddity:
            row.faults.append((row.dossier.oddity, "info", "flagged", ""))
        if unit == DESK and row.dossier.is_at_desk_too:
            owner = row.dossier.receiving_unit_id
            row.faults.append(("dossier_in_two_exports", "none", "duplicate", f"owner={owner}"))


def _flag(check_id: str, units: list[str], rows_of: dict[str, list[Row]], quarter: Quarter, is_open: bool) -> None:
    """Plant into a row of the first unit that has one to spare; a small sample has units without."""

    def fits(row: Row, unit: str) -> bool:
        dossier = row.dossier
        if dossier is None or row.faults or dossier.channel != "direct" or dossier.receiving_unit_id != unit:
            return False
        if check_id == "unknown_status" and is_open:
            return row.cells["status"] == "in_progress" and not dossier.is_at_desk_too
        return is_quarter_only(dossier, quarter)

    found = {unit: [row for row in rows_of[unit] if fits(row, unit)] for unit in units}
    unit, candidates = next((unit, rows) for unit, rows in found.items() if rows)
    row = candidates[len(candidates) * (2 + list(FLAGGED).index(check_id)) // 10]
    row.cells |= FLAGGED[check_id]
    shows = _SHOWS_UNKNOWN.get(check_id, "department_unit_id" if unit == DESK else "receiving_unit")
    is_apart = shows in ("field_code", "department_unit_id")
    row.faults.append((check_id, "info", "counted_unknown" if is_apart else "flagged", f"shows_unknown={shows}"))


def _bad_rows(
    world: World, quarter: Quarter, unit: str, check_id: str, number: int, chance: random.Random
) -> list[Row]:
    days = world.days.between(quarter.start + 10 * DAY, quarter.end - 25 * DAY)
    cells = _good_cells(world, unit, chance.choice(days), number)
    cells |= _spoilt(cells, quarter)[check_id]
    rows = [Row(cells, None, [(check_id, "warning", "sent_back", "")])]
    if check_id == "duplicate_code":
        other = {**cells, "due_at": _moment(cells, "due_at") + 7 * DAY}
        rows.append(Row(other, None, [(check_id, "warning", "sent_back", "")]))
    return rows


def _good_cells(world: World, unit: str, day: dt.date, number: int) -> Cells:
    """Cells of a dossier that never was: three working days, done on the second, given on the third."""
    procedure = world.procedures["1.001612" if unit == DESK else "1.004873"]
    received = dt.datetime.combine(day, dt.time(9, 0))
    return {
        "dossier_code": code(unit, day, number),
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "field_name": procedure.field_name,
        "receiving_unit": world.unit_names[unit],
        "handling_unit": world.unit_names[procedure.department_unit_id],
        "channel": "direct",
        "status": "result_delivered",
        "submitted_at": received - dt.timedelta(minutes=10),
        "received_at": received,
        "due_at": dt.datetime.combine(world.days.after(day, 3), OFFICE_END),
        "supplement_requested_at": None,
        "supplement_received_at": None,
        "finished_at": dt.datetime.combine(world.days.after(day, 2), dt.time(15, 0)),
        "delivered_at": dt.datetime.combine(world.days.after(day, 3), dt.time(9, 30)),
        **person(900000 + number, unit),
    }
