"""Dossiers and feedback of versions offices below issued, taken over again: which versions speak, where each stands.

Here: the place of such a record in this office's forms, its measures as they were issued. Not here: records counted
from files (dossiers, feedback), whether a version is what its seal says (ingest).
Invariant: written from what docs/cap-tren.md promises, sharing nothing with the dbt models; a record is counted once.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, age, is_valid, unit_scopes

# What a version has of each: the stream of its files → the code of a record.
DOSSIERS, FEEDBACK = "issued_facts", "issued_feedback"
_CODES = {DOSSIERS: "dossier_code", FEEDBACK: "feedback_code"}


def issuing_units(landed: Landed, stream: str = DOSSIERS) -> set[str]:
    """Return the units whose issued version, sent for the asked period, represents all their records of a stream."""
    return {row["unit_id"] for row in _speaking(landed, stream).values()}


def issued_rows(landed: Landed, stream: str = DOSSIERS) -> dict[str, Row]:
    """Return the row that speaks for each record of such versions, by the key of the record: the newest."""
    speaking, name = _speaking(landed, stream), _CODES[stream]
    offices = {row["delivery_id"]: row["office_unit_id"] for row in landed.read("issued_version")}
    found: dict[str, Row] = {}
    for row in sorted((row for row in landed.rows(stream) if row["delivery_id"] in speaking), key=age):
        sender, office = row["delivery"]["unit_id"], offices[row["delivery_id"]]
        book = f"{sender}:" if office == sender else f"{sender}:{office}:"
        found[f"{book}{row[name]}" if row["is_own_number"] else row[name]] = row
    return found


def counted_issued(landed: Landed, causes: Callable[[Landed, str | None], str | None]) -> list[Counted]:
    """Return every dossier of such versions with its place here and the measures it was issued with.

    Args:
        landed: what is counted.
        causes: gives the section of a cause of delay.
    """
    fields = _fields_of_procedures(landed)
    return [_counted(landed, key, row, fields, causes) for key, row in issued_rows(landed).items()]


def counted_issued_feedback(landed: Landed) -> list[Counted]:
    """Return every feedback of such versions, handled by its issuing unit, with the measures it was issued with."""
    found = []
    for key, row in issued_rows(landed, FEEDBACK).items():
        current = landed.now(row["delivery"]["unit_id"])
        unit_id = current if current in landed.units else UNKNOWN
        field = _named_field(landed, row["field_name_key"]) or UNKNOWN
        found.append(
            Counted(
                record=key,
                row_id=row["row_id"],
                scopes=frozenset(unit_scopes(landed, unit_id, ("ward", "one_stop_desk", "department"))),
                keys={"field_code": field, "handling_unit_id": unit_id},
                measures=_measures(row),
                why=row["outcome"],
            )
        )
    return found


def _measures(row: Row) -> dict[str, int]:
    return {name: amount for name, amount in row.items() if isinstance(amount, int) and name not in _NOT_MEASURES}


def _named_field(landed: Landed, key: str | None) -> str | None:
    """Return the field of a name, by the version in force on the last counted day first."""
    named, day = landed.fields_by_name.get(key or "", []), landed.question["until_on"]
    best = min(named, key=lambda item: (not is_valid(item, day), item["field_code"]), default=None)
    return best["field_code"] if best else None


def _speaking(landed: Landed, stream: str) -> dict[str, Row]:
    period, asked = landed.question["period_id"], landed.question["until_on"]
    of_office: dict[tuple[str, str], list[Row]] = {}
    for version in landed.read("issued_version"):
        delivery = landed.deliveries.get(version["delivery_id"])
        if delivery and delivery["stream"] == stream and delivery["period_id"] == period:
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
    field = _named_field(landed, row["field_name_key"]) or fields.get(row["procedure_code"], UNKNOWN)
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
        measures=_measures(row),
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
