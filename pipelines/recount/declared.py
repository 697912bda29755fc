"""What units declare themselves, counted again: which declaration speaks, its lines, what a year takes of quarters.

Here: form II.06a of a unit without an export (domain/02 2.2: columns, identities, the year), and whether its
declaration represents it. Not here: estimates, dossiers, cells.
Invariant: written from the domain chapter, sharing nothing with the dbt models; a unit is counted or declares.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pipelines.recount.issued import issuing_units
from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, is_valid, unit_scopes

STREAM = "declared_dossiers"
_Line = tuple[str, bool, str]


@dataclass(frozen=True)
class Declaration:
    """The declaration of a unit that speaks for one part of the range (the whole range is its only part)."""

    unit_id: str
    delivery_id: str
    part_no: int
    is_first: bool
    is_last: bool


def parts_of(landed: Landed) -> list[str]:
    """Return the periods that make up the range: its quarters that have begun, or itself (domain/04 4.1)."""
    question = landed.question
    if question["period_kind"] == "quarter":
        return [question["period_id"]]
    quarters = [
        (row["start_on"], row["period_id"])
        for row in landed.table("period")
        if row["period_kind"] == "quarter"
        and row["start_on"] <= question["until_on"]
        and row["end_on"] >= question["period_start"]
    ]
    return [period_id for _, period_id in sorted(quarters)] or [question["period_id"]]


def declarations(landed: Landed) -> list[Declaration]:
    """Return the declarations that represent their units: the newest a unit and period, without an export."""
    parts, whole = parts_of(landed), landed.question["period_id"]
    sent = [row for row in landed.deliveries.values() if row["stream"] == STREAM]
    newest = {
        (row["unit_id"], row["period_id"]): row["delivery_id"]
        for row in sorted(sent, key=lambda row: (row["receipt_no"], row["delivery_id"]))
    }
    exporting = _exporting(landed, {*parts, whole})
    found = []
    for (unit_id, period_id), delivery_id in sorted(newest.items()):
        if unit_id in exporting:
            continue
        if period_id == whole:
            found.append(Declaration(unit_id, delivery_id, 0, True, True))
        elif period_id in parts and (unit_id, whole) not in newest:
            at = parts.index(period_id)
            found.append(Declaration(unit_id, delivery_id, at + 1, at == 0, at == len(parts) - 1))
    return found


def declaring_units(landed: Landed) -> set[str]:
    """Return the units whose declaration represents all their dossiers."""
    return {item.unit_id for item in declarations(landed)}


def _exporting(landed: Landed, periods: set[str]) -> set[str]:
    """Units that sent an export for the range or a part of it, or whom a file of many units names."""
    sent = {
        name: row
        for name, row in landed.deliveries.items()
        if row["stream"] == "case_exports" and row["period_id"] in periods
    }
    senders = {row["unit_id"] for row in sent.values() if row["unit_from"] != "column"}
    of_many = {name for name, row in sent.items() if row["unit_from"] == "column"}
    named = {row["receiving_unit_key"] for row in landed.read("case_exports") if row["delivery_id"] in of_many}
    return senders | {landed.unit_of_key[key] for key in named if key in landed.unit_of_key} | issuing_units(landed)


def counted_declarations(landed: Landed) -> list[Counted]:
    """Return every declared line as it is in the range, but those whose quarters do not follow each other."""
    speaking = {item.delivery_id: item for item in declarations(landed)}
    by_line: defaultdict[_Line, list[tuple[Declaration, Row]]] = defaultdict(list)
    for row in landed.rows(STREAM):
        if row["delivery_id"] in speaking:
            declaration = speaking[row["delivery_id"]]
            by_line[_line(landed, declaration.unit_id, row)].append((declaration, row))
    part_count = len(parts_of(landed))
    return [
        _counted(landed, line, declaration, row)
        for line, rows in by_line.items()
        if _follow_each_other(rows, part_count)
        for declaration, row in rows
    ]


def _line(landed: Landed, unit_id: str, row: Row) -> _Line:
    current = landed.now(unit_id)
    is_ward = landed.units[current]["unit_kind"] == "ward" if current in landed.units else False
    if row["level"] in ("ward", "city"):
        is_ward = row["level"] == "ward"
    day = landed.question["until_on"]
    named = landed.fields_by_name.get(row["field_name_key"], [])
    best = min(named, key=lambda field: (not is_valid(field, day), field["field_code"]), default=None)
    return unit_id, is_ward, best["field_code"] if best else UNKNOWN


def _follow_each_other(rows: list[tuple[Declaration, Row]], part_count: int) -> bool:
    """Return whether each quarter carries in what the one before it left pending; a quarter without the line has 0."""
    if any(declaration.part_no == 0 for declaration, _ in rows):
        return True
    carried, pending = [0] * (part_count + 1), [0] * (part_count + 1)
    for declaration, row in rows:
        carried[declaration.part_no] += row["carried_in"] or 0
        pending[declaration.part_no] += (row["pending_in_time"] or 0) + (row["pending_overdue"] or 0)
    return carried[2:] == pending[1:-1]


def _counted(landed: Landed, line: _Line, declaration: Declaration, row: Row) -> Counted:
    sender, level_is_ward, field_code = line
    unit_id = landed.now(sender) or UNKNOWN
    kind = landed.units[unit_id]["unit_kind"] if unit_id in landed.units else UNKNOWN
    department: str | None = None
    if kind in ("department", "vertical_agency"):
        department = unit_id
    elif kind != "ward":
        field = landed.fields.get(field_code)
        department = (field["department_unit_id"] if field else None) or UNKNOWN
        department = landed.now(department)
        department = department if department in landed.units else UNKNOWN
    number = {name: row[name] or 0 for name in _PARTS}
    carried = number["carried_in"] if declaration.is_first else 0
    in_time, overdue = (number[name] if declaration.is_last else 0 for name in ("pending_in_time", "pending_overdue"))
    own = unit_scopes(landed, unit_id, ("ward", "one_stop_desk"))
    return Counted(
        record=f"declared_by_unit|{row['row_id']}",
        row_id="",
        scopes=frozenset(own | unit_scopes(landed, department, ("department",))),
        keys={
            "receiving_unit_id": unit_id if unit_id in landed.units else UNKNOWN,
            "department_unit_id": department,
            "level_section_code": landed.section("level", level_is_ward),
            "unit_section_code": landed.section("unit", kind == "ward"),
            "row_unit_id": unit_id if kind == "ward" else department,
            "field_code": field_code,
        },
        measures={
            "received_total": number["received_online"] + number["received_direct_postal"] + carried,
            "received_online": number["received_online"],
            "received_direct_postal": number["received_direct_postal"],
            # Column 5 is one number on the form: it is kept as received directly.
            "received_direct": number["received_direct_postal"],
            # Of what level an online dossier is, the form does not say.
            "received_in_period": number["received_online"] + number["received_direct_postal"],
            "received_online_other": number["received_online"],
            "carried_in": carried,
            "resolved_total": number["resolved_early"] + number["resolved_on_time"] + number["resolved_overdue"],
            # The form knows no dossier without a promised day: each that is resolved had one.
            "resolved_with_due": number["resolved_early"] + number["resolved_on_time"] + number["resolved_overdue"],
            "resolved_in_time_with_due": number["resolved_early"] + number["resolved_on_time"],
            "resolved_early": number["resolved_early"],
            "resolved_on_time": number["resolved_on_time"],
            "resolved_overdue": number["resolved_overdue"],
            "pending_total": in_time + overdue,
            "pending_in_time": in_time,
            "pending_overdue": overdue,
        },
    )


_PARTS = (
    "received_online", "received_direct_postal", "carried_in", "resolved_early", "resolved_on_time",
    "resolved_overdue", "pending_in_time", "pending_overdue",
)  # fmt: skip
