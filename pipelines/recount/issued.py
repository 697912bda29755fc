"""Dossiers of versions offices below issued, taken over again: which versions speak, where each dossier stands.

Here: the place of such a dossier in this office's forms, its measures as they were issued. Not here: dossiers counted
from exports (dossiers), whether a version is what its seal says (ingest).
Invariant: written from what docs/cap-tren.md promises, sharing nothing with the dbt models; a dossier is counted once.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, age, is_valid, unit_scopes

STREAM = "issued_facts"


def issuing_units(landed: Landed) -> set[str]:
    """Return the units whose issued version, sent for the asked period, represents all their dossiers."""
    return {row["unit_id"] for row in _speaking(landed).values()}


def issued_rows(landed: Landed) -> dict[str, Row]:
    """Return the row that speaks for each dossier of such versions, by the key of the dossier: the newest."""
    speaking = _speaking(landed)
    offices = {row["delivery_id"]: row["office_unit_id"] for row in landed.read("issued_version")}
    found: dict[str, Row] = {}
    for row in sorted((row for row in landed.rows(STREAM) if row["delivery_id"] in speaking), key=age):
        sender, office = row["delivery"]["unit_id"], offices[row["delivery_id"]]
        book = f"{sender}:" if office == sender else f"{sender}:{office}:"
        found[f"{book}{row['dossier_code']}" if row["is_own_number"] else row["dossier_code"]] = row
    return found


def counted_issued(landed: Landed, causes: Callable[[Landed, str | None], str | None]) -> list[Counted]:
    """Return every dossier of such versions with its place here and the measures it was issued with.

    Args:
        landed: what is counted.
        causes: gives the section of a cause of delay.
    """
    fields = _fields_of_procedures(landed)
    return [_counted(landed, key, row, fields, causes) for key, row in issued_rows(landed).items()]


def _speaking(landed: Landed) -> dict[str, Row]:
    period, asked = landed.question["period_id"], landed.question["until_on"]
    of_office: dict[tuple[str, str], list[Row]] = {}
    for version in landed.read("issued_version"):
        delivery = landed.deliveries.get(version["delivery_id"])
        if delivery and delivery["period_id"] == period:
            of_office.setdefault((delivery["unit_id"], version["office_unit_id"]), []).append(version)
    found = {}
    for versions in of_office.values():
        # Counted up to the asked day, else up to the last day before, else the first after; of one day the newest.
        until = [row["until_on"] for row in versions]
        day = max((day for day in until if day <= asked), default=min(until))
        newest = max((row for row in versions if row["until_on"] == day), key=lambda row: row["version"])
        found[newest["delivery_id"]] = landed.deliveries[newest["delivery_id"]]
    return found


def _fields_of_procedures(landed: Landed) -> dict[str, str]:
    """Procedure code → the field of all its versions in the period; a code of several fields has none."""
    start, until = landed.question["period_start"], landed.question["until_on"]
    found: dict[str, str] = {}
    for code, versions in landed.procedures_by_code.items():
        in_period = [
            row for row in versions if (row["valid_from"] or until) <= until and (row["valid_to"] or start) >= start
        ]
        named = {row["field_code"] if row["field_code"] in landed.fields else UNKNOWN for row in in_period}
        if len(named) == 1:
            found[code] = named.pop()
    return found


def _counted(
    landed: Landed, key: str, row: Row, fields: dict[str, str], causes: Callable[[Landed, str | None], str | None]
) -> Counted:
    current = landed.now(row["delivery"]["unit_id"])
    unit_id = current if current in landed.units else UNKNOWN
    kind = landed.units[unit_id]["unit_kind"] if unit_id in landed.units else UNKNOWN
    day = landed.question["until_on"]
    named = landed.fields_by_name.get(row["field_name_key"], [])
    best = min(named, key=lambda item: (not is_valid(item, day), item["field_code"]), default=None)
    field = best["field_code"] if best else fields.get(row["procedure_code"], UNKNOWN)
    department = _department(landed, unit_id, kind, field)
    scopes = unit_scopes(landed, unit_id, ("ward", "one_stop_desk")) | unit_scopes(landed, department, ("department",))
    return Counted(
        record=key,
        row_id=row["row_id"],
        scopes=frozenset(scopes),
        keys={
            "level_section_code": landed.section("level", row["level"] == "ward"),
            "field_code": field,
            "unit_section_code": landed.section("unit", kind == "ward"),
            "row_unit_id": unit_id if kind == "ward" else department,
            "department_unit_id": department,
            "receiving_unit_id": unit_id,
            "cause_section_code": causes(landed, row["overdue_cause"]),
        },
        measures={
            name: amount for name, amount in row.items() if isinstance(amount, int) and name not in _NOT_MEASURES
        },
        why=row["outcome"],
    )


# Whole numbers of a row that are no measures.
_NOT_MEASURES = ("source_row", "is_own_number", "fee_due", "fee_paid")


def _department(landed: Landed, unit_id: str, kind: str, field: str) -> str | None:
    if kind == "ward":
        return None
    if kind in ("department", "vertical_agency"):
        return unit_id
    named = landed.now(landed.fields[field]["department_unit_id"]) if field in landed.fields else None
    return named if named in landed.units else UNKNOWN
