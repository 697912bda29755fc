"""Services offered online, counted again: one a procedure code, by level, on the last counted day.

Here: the rule of domain/forms/II.08 columns 3 to 6, whose form a service is in. Not here: dossiers of II.08.
Invariant: written from the domain, sharing nothing with the dbt models; read from schema `landed` alone.
"""

from __future__ import annotations

import datetime as dt

from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, is_valid


def counted_services(landed: Landed) -> list[Counted]:
    """Return every procedure offered partly or fully online."""
    day = landed.question["until_on"]
    newest: dict[str, Row] = {}
    online = [row for row in landed.table("service") if row["service_level"] in ("partial", "full")]
    offered = [row for row in online if is_valid(row, day)]
    for row in sorted(offered, key=lambda row: row["valid_from"] or dt.date.min):
        newest[row["procedure_code"]] = row
    return [_counted(landed, code, row) for code, row in newest.items()]


def _counted(landed: Landed, code: str, service: Row) -> Counted:
    start, until = landed.question["period_start"], landed.question["until_on"]
    versions = [
        row
        for row in landed.procedures_by_code.get(code, [])
        if (row["valid_from"] or until) <= until and (row["valid_to"] or start) >= start
    ]
    first = min(versions, key=lambda row: row["procedure_id"], default=None)
    field_code = first["field_code"] if first and first["field_code"] in landed.fields else UNKNOWN
    levels = {row["competent_level"] for row in versions}
    return Counted(
        record=code,
        row_id="",
        scopes=_scopes(landed, field_code, bool(levels & {"ward", "both"}), bool(levels - {"ward"})),
        keys={"field_code": field_code},
        measures={
            "services_total": 1,
            "services_partial": int(service["service_level"] == "partial"),
            "services_full": int(service["service_level"] == "full"),
            "services_on_national_portal": int(service["on_national_portal"] == "yes"),
            "services_paid": int(service["takes_payment"] == "yes"),
        },
        why=service["service_level"],
    )


def _scopes(landed: Landed, field_code: str, of_wards: bool, of_city: bool) -> frozenset[str]:
    """The office offers every service; a ward those of wards, the desk those of the city, a department its fields'."""
    department = landed.fields[field_code]["department_unit_id"] if field_code in landed.fields else None
    offers = {"ward": of_wards, "one_stop_desk": of_city}
    units = {
        unit_id
        for unit_id, unit in landed.units.items()
        if unit["is_in_period"]
        and (
            offers.get(unit["unit_kind"], False)
            or (unit["unit_kind"] == "department" and of_city and unit_id == department)
        )
    }
    return frozenset({landed.question["office_unit_id"], *units})
