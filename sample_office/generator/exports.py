"""What the one-stop systems show of dossiers on the day of an export.

Here: the rows a system shows (status overwritten, promise re-set, pauses lost), in its words. Not here: the systems
themselves (systems), writing files (files), what really happened (simulate), planted faults (faults).
Invariant: every person in a row is invented and carries a marker.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from generator.files import Cell
from generator.ledger import Fault
from generator.simulate import Dossier, status_at
from generator.systems import PROVINCE_CODES, System
from generator.world import DESK, Quarter, World

SHOWN_DATES = (
    "submitted_at",
    "received_at",
    "due_at",
    "supplement_requested_at",
    "supplement_received_at",
    "finished_at",
    "delivered_at",
)
DEPARTMENT_NAMES = {  # the desk's system writes some departments its own way
    "tp-st-tckh": ("Phòng Tài chính - Kế hoạch", "Phòng Tài chính"),
    "tp-st-ldtbxh": ("Phòng Lao động - Thương binh và Xã hội", "Phòng Lao động Thương binh và Xã hội"),
    "tp-st-tnmt": ("Phòng Tài nguyên và Môi trường", "Phòng TN&MT"),
}


@dataclass
class Row:
    """One row as a system shows it; `cells` are by canonical name, moments or text."""

    cells: dict[str, dt.datetime | str | int | None]
    dossier: Dossier | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def record_code(self) -> str:
        """Return the dossier code the row shows, or an empty text."""
        return str(self.cells["dossier_code"] or "")


def shown_rows(world: World, dossiers: list[Dossier], unit: str, quarter: Quarter) -> list[Row]:
    """Return what a unit's system shows at the export: dossiers not done with before the quarter, and new ones."""
    rows = []
    for dossier in dossiers:
        own = dossier.receiving_unit_id == unit or (unit == DESK and dossier.is_at_desk_too)
        status = status_at(dossier, quarter.export) if own else None
        if status is not None and not dossier.left_before(quarter.start):
            rows.append(shown_row(world, dossier, quarter.export, status, unit))
    rows.sort(key=lambda row: (_sort_moment(row), str(row.cells["dossier_code"])))
    return rows


def _sort_moment(row: Row) -> dt.datetime:
    moment = row.cells["received_at"] or row.cells["submitted_at"]
    assert isinstance(moment, dt.datetime)
    return moment


def shown_row(world: World, dossier: Dossier, moment: dt.datetime, status: str, unit: str) -> Row:
    """Return the row of one dossier as a unit's system shows it at a moment."""
    procedure = world.procedures[dossier.procedure_id]
    dates: dict[str, dt.datetime | str | None] = {}
    for name in SHOWN_DATES:
        value = getattr(dossier, name)
        dates[name] = value if value is not None and (value <= moment or name == "due_at") else None
    if status in ("submitted", "rejected_at_intake"):
        dates["received_at"] = dates["due_at"] = None
    elif dossier.due_after_supplement_at and dates["supplement_received_at"]:
        dates["due_at"] = dossier.due_after_supplement_at  # the old promise is lost
    return Row(
        {
            "dossier_code": dossier.dossier_code,
            "procedure_code": procedure.code,
            "procedure_name": procedure.name,
            "field_name": procedure.field_name,
            "receiving_unit": _unit_name(world, dossier),
            "handling_unit": _department_name(world, procedure.department_unit_id, dossier.person),
            "channel": dossier.channel,
            "status": status,
            **dates,
            **person(dossier.person, unit),
        },
        dossier,
    )


def _unit_name(world: World, dossier: Dossier) -> str:
    """Officers write their own ward in more than one way; all are in the table of units."""
    number = int(dossier.receiving_unit_id[1:]) if dossier.receiving_unit_id != DESK else 0
    ways = (world.unit_names[dossier.receiving_unit_id], f"UBND P.{number}", f"Phường {number:02d}")
    return ways[2 if dossier.person % 17 == 0 else 1 if dossier.person % 11 == 0 else 0] if number else ways[0]


def _department_name(world: World, department: str, person_no: int) -> str:
    ways = DEPARTMENT_NAMES.get(department, (world.unit_names[department],))
    return ways[1 if len(ways) > 1 and person_no % 5 == 0 else 0]


def person(number: int, unit: str) -> dict[str, dt.datetime | str | None]:
    """Return the personal cells of an invented person; see tests/truth/person_markers.json."""
    name, phone, identity = f"NGƯỜI-THỬ-{number:06d}", f"0900{number:06d}", f"099000{number:06d}"
    place = "Sóc Trăng" if unit == DESK else unit.upper()
    note = ""
    if number % 29 == 0:
        note = f"Liên hệ {name}, số {phone}, CCCD {identity}"
    elif number % 13 == 0:
        note = f"Nộp thay cho NGƯỜI-THỬ-{number + 500000:06d}"
    return {
        "applicant_name": name,
        "applicant_phone": phone,
        "applicant_id_no": identity,
        "applicant_address": f"Số {number % 90 + 1} ĐƯỜNG-THỬ-{number % 40:02d}, {place}",
        "officer": f"CÁN-BỘ-THỬ-{number % 7:02d}",
        "note": note,
    }


def table(system: System, rows: list[Row], without: str = "") -> tuple[list[str], list[list[Cell]]]:
    """Return headers and body in the system's words; `without` leaves one canonical column out."""
    columns = [column for column in system.columns if column[1] != without]
    body = []
    for number, row in enumerate(rows, start=1):
        word = system.statuses.get(str(row.cells["status"]), "")
        cells = {"row_no": str(number), "status_code": PROVINCE_CODES.get(str(word), "99"), **row.cells}
        body.append([_cell(system, cells.get(name), name, style) for _, name, style in columns])
    return [header for header, _, _ in columns], body


def _cell(system: System, value: dt.datetime | str | int | None, name: str, style: str) -> Cell:
    if isinstance(value, dt.datetime):
        return value if style == "cell" else value.strftime(style)
    if isinstance(value, int):
        return value
    words = {"status": system.statuses, "channel": system.channels, **system.words}.get(name, {})
    return words.get(value or "", value or "")
