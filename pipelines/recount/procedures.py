"""Areas II and III counted again: drafts assessed, procedures in force, processes, publications, posting checks.

Here: the rules of domain/02 2.3 (catalogue and II.07b), domain/03 areas II, III and V, domain/08 8.1 and 8.2.
Not here: forms, cells. Invariant: written from the domain chapters, sharing nothing with the dbt models.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.recount.landed import Counted, Landed, Row, is_valid, on, unit_scopes
from pipelines.recount.records import record_id, records_of_period

_OWN_FORM = ("ward", "one_stop_desk", "department")
_DISTRICT, _COMMUNE = "district", "commune"
_LEVELS = {"city": (_DISTRICT,), "ward": (_COMMUNE,), "both": (_DISTRICT, _COMMUNE)}
_DAYS_TO_POST = 5
_DAYS_BEFORE_EFFECT = 20


# --- area II: drafts -----------------------------------------------------------------------------------------------


def counted_drafts(landed: Landed) -> list[Counted]:
    """Return the drafts assessed or sent to appraisal in the period, with the order of their days."""
    return [
        _of_unit(
            landed, record_id("draft_documents", unit_id, row, row["document_code"]), unit_id, row, _draft(landed, row)
        )
        for unit_id, row in records_of_period(landed, "draft_documents", "document_code", _span_of_draft)
    ]


def _span_of_draft(row: Row) -> tuple[dt.date | None, dt.date | None]:
    assessed, appraisal = on(row["assessed_on"]), on(row["appraisal_on"])
    days = [day for day in (assessed, appraisal) if day is not None] or [on(row["opinion_on"])]
    return (None, None) if days[0] is None else (min(days), max(days))  # ty: ignore


def _draft(landed: Landed, row: Row) -> dict[str, int]:
    assessed, opinion, appraisal = (on(row[name]) for name in ("assessed_on", "opinion_on", "appraisal_on"))
    kind = row["document_kind"] if row["document_kind"] in ("resolution", "decision", "proposal") else "other"
    is_assessed, is_sent = _in_period(landed, assessed), _in_period(landed, appraisal)
    procedures, documents = (row["procedure_count"], 1) if is_assessed else (0, 0)

    def came_first(day: dt.date | None) -> bool:
        return day is not None and appraisal is not None and day <= appraisal

    return {
        "procedures_total": procedures,
        "documents_total": documents,
        f"{kind}_procedures": procedures,
        f"{kind}_documents": documents,
        "sent_to_appraisal": int(is_sent),
        "assessed_in_order": int(is_sent and came_first(assessed)),
        "assessed_out_of_order": int(is_sent and not came_first(assessed)),
        "opinion_out_of_order": int(is_sent and not came_first(opinion)),
    }


# --- area III: catalogue and processes ------------------------------------------------------------------------------


def counted_procedure_levels(landed: Landed) -> list[Counted]:
    """Return the procedures in force on the last counted day, once in the list of each level they are decided on."""
    day, office = landed.question["until_on"], landed.question["office_unit_id"]
    excluded = {row["procedure_code"] for row in landed.table("one_stop_exclusion") if is_valid(row, day)}
    is_reported = any(row["stream"] == "internal_processes" for row in landed.deliveries.values())
    found = []
    processes = {(name, row["process_level"]) for _, row, name in _processes(landed) if _still(row, day) and name}
    for name, procedure in _catalogue(landed).items():
        for level in _levels(landed, procedure):
            one_stop = int(name not in excluded)
            missing = int(bool(one_stop) and is_reported and (name, level) not in processes)
            found.append(
                Counted(
                    record=f"{name}:{level}",
                    row_id="",
                    scopes=frozenset((office,)),
                    keys={"authority_unit_id": office, "procedure_key": name},
                    measures={
                        "procedures_total": 1,
                        f"procedures_{level}": 1,
                        "one_stop_total": one_stop,
                        f"one_stop_{level}": one_stop,
                        "outside_one_stop": 1 - one_stop,
                        "with_process": int(bool(one_stop) and is_reported and not missing),
                        "without_process": missing,
                        f"missing_{level}": missing,
                    },
                )
            )
    return found


def counted_processes(landed: Landed) -> list[Counted]:
    """Return the internal processes of the period; those in force on its last counted day count."""
    day = landed.question["until_on"]
    found = []
    for unit_id, row, _ in _processes(landed):
        level = row["process_level"]
        counts = int(_still(row, day) and level in (_DISTRICT, _COMMUNE))
        found.append(
            Counted(
                record=record_id("internal_processes", unit_id, row, _process_name(row)),
                row_id=row["row_id"],
                scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
                keys={"authority_unit_id": landed.question["office_unit_id"]},
                measures={
                    "processes_total": counts,
                    f"processes_{level}": counts,
                    "electronic_processes": int(bool(counts) and row["is_electronic"] == "yes"),
                },
            )
        )
    return found


def _catalogue(landed: Landed) -> dict[str, Row]:
    """Return the procedures in force on the last counted day by code (id where none), the newest version of each."""
    day = landed.question["until_on"]
    versions: defaultdict[str, list[Row]] = defaultdict(list)
    for row in landed.table("procedure"):
        if is_valid(row, day):
            versions[row["procedure_code"] or row["procedure_id"]].append(row)
    start = landed.question["period_start"]
    # The first id speaks where two versions begin on one day.
    in_order = {name: sorted(rows, key=lambda row: row["procedure_id"]) for name, rows in versions.items()}
    return {name: max(rows, key=lambda row: row["valid_from"] or start) for name, rows in in_order.items()}


def _levels(landed: Landed, procedure: Row) -> tuple[str, ...]:
    if procedure["competent_level"] == "police":
        return (_DISTRICT,) if landed.question["include_vertical_agencies"] else ()
    return _LEVELS.get(procedure["competent_level"], ())


def _processes(landed: Landed) -> list[tuple[str, Row, str | None]]:
    """Return unit, newest row and procedure of the catalogue (by code, else by a name only one has)."""
    in_force = {name: row for name, row in _catalogue(landed).items() if _levels(landed, row)}
    named: defaultdict[str, set[str]] = defaultdict(set)
    for name, row in in_force.items():
        named[row["procedure_name_key"]].add(name)
    found = []
    for unit_id, row in _records(landed, "internal_processes", _process_name, _span_of_process):
        of_name = named.get(row["procedure_name_key"], set())
        code = row["procedure_code"]
        found.append((unit_id, row, code if code in in_force else next(iter(of_name)) if len(of_name) == 1 else None))
    return found


def _process_name(row: Row) -> str:
    return "|".join(row[name] or "" for name in ("procedure_code", "process_level", "decision_number", "process_code"))


def _span_of_process(row: Row) -> tuple[Any, Any]:
    return on(row["valid_from"] or row["decided_on"]), on(row["valid_to"])


def _still(row: Row, day: dt.date) -> bool:
    last = on(row["valid_to"])
    return last is None or last >= day


# --- area III: publications -----------------------------------------------------------------------------------------


def counted_publications(landed: Landed) -> list[Counted]:
    """Return the procedures the decisions of the period publish; a document counts once in a decision."""
    until, working = landed.question["until_on"], landed.working_days
    rows = list(_records(landed, "publication_decisions", _publication_name, _act("decided_on")))
    first: dict[tuple[Any, ...], str] = {}
    for unit_id, row in sorted(rows, key=lambda item: (item[1]["procedure_code"], item[1]["row_id"])):
        first.setdefault((unit_id, row["decision_number"], row["document_number"]), row["row_id"])
    found = []
    for unit_id, row in rows:
        decided, effective, posted = (on(row[name]) for name in ("decided_on", "effective_on", "posted_on"))
        posted = posted if posted is not None and posted <= until else None
        names_first = first[unit_id, row["decision_number"], row["document_number"]] == row["row_id"]
        document = row["document_action"] if row["document_number"] and names_first else None
        action, waited = row["procedure_action"], working.between(decided, posted or until)
        measures = {
            "documents_total": int(document in ("published", "withdrawn")),
            "documents_published": int(document == "published"),
            "documents_withdrawn": int(document == "withdrawn"),
            "published_total": 1,
            f"published_{action}": 1,
            "posted_total": int(posted is not None),
            "posted_new": int(posted is not None and action != "abolished"),
            "posted_removed": int(posted is not None and action == "abolished"),
            "posted_late": int(waited is not None and waited > _DAYS_TO_POST),
            "published_late": int(
                decided is not None and effective is not None and (effective - decided).days < _DAYS_BEFORE_EFFECT
            ),
        }
        counted = _of_unit(
            landed, record_id("publication_decisions", unit_id, row, _publication_name(row)), unit_id, row, measures
        )
        counted.keys["decision_id"] = f"{unit_id}:{row['decision_number'] or ''}"
        found.append(counted)
    return found


def _publication_name(row: Row) -> str:
    return f"{row['decision_number'] or ''}|{row['procedure_code']}"


# --- areas III and V: posting ---------------------------------------------------------------------------------------


def counted_posting_checks(landed: Landed) -> list[Counted]:
    """Return the checks of the period; the last one of a unit, content and place has its amounts."""
    catalogue = _to_post(landed)
    found = []
    for unit_id, row, is_last in _checks(landed):
        place, ours = row["posting_place"], catalogue[unit_id]
        measures = {}
        if is_last and row["posting_kind"] == "procedures":
            if place in ("wall", "portal"):
                measures = {
                    f"{place}_in_force": row["in_force"],
                    f"{place}_posted": row["posted"],
                    f"{place}_catalogue": ours,
                    f"{place}_checks": 1,
                }
            measures["expired_posted"] = row["expired_posted"] or 0
            measures["places_differing"] = int(row["in_force"] != ours)
        found.append(_of_unit(landed, _check_id(unit_id, row), unit_id, row, measures))
    return found


def counted_posting_units(landed: Landed) -> list[Counted]:
    """Return the units that owe their checks or sent some, and what of them is seen."""
    catalogue = _to_post(landed)
    last: defaultdict[str, list[Row]] = defaultdict(list)
    for unit_id, row, is_last in _checks(landed):
        if is_last:
            last[unit_id].append(row)
    found = []
    for unit_id in sorted(_owing(landed) | set(last)):
        kinds = [row["posting_kind"] for row in last[unit_id]]
        addresses = [row for row in last[unit_id] if row["posting_kind"] == "feedback_address"]
        checked = int("procedures" in kinds)
        found.append(
            Counted(
                record=unit_id,
                row_id="",
                scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
                keys={"reporting_unit_id": unit_id},
                measures={
                    "catalogue_in_force": catalogue[unit_id],
                    "units_owed": 1,
                    "units_checked": checked,
                    "units_unchecked": 1 - checked,
                    "feedback_units_checked": int(bool(addresses)),
                    "feedback_units_posted": int(
                        bool(addresses) and all(row["posted"] and row["posted"] >= row["in_force"] for row in addresses)
                    ),
                },
            )
        )
    return found


def _owing(landed: Landed) -> set[str]:
    """Return the units that owe posting checks at the end of a part of the period: a quarter of it begun, or itself."""
    asked = landed.question
    start, until, end = asked["period_start"], asked["until_on"], asked["period_end"]
    quarters = [
        row["end_on"]
        for row in landed.table("period")
        if asked["period_kind"] != "quarter"
        and row["period_kind"] == "quarter"
        and row["start_on"] <= until
        and row["end_on"] >= start
    ]
    return {
        row["unit_id"]
        for row in landed.table("obligation")
        if row["stream"] == "posting_checks" and any(is_valid(row, day) for day in quarters or [end])
    }


def _checks(landed: Landed) -> list[tuple[str, Row, bool]]:
    """Return unit, newest row and whether it is the last check of its unit, content and place."""
    found = list(_records(landed, "posting_checks", _check_name, _act("checked_on")))
    last: dict[tuple[Any, ...], Any] = {}
    for unit_id, row in found:
        place = unit_id, row["posting_kind"], row["posting_place"]
        last[place] = max(last.get(place, (dt.date.min, "")), (on(row["checked_on"]), _check_id(unit_id, row)))
    return [
        (unit_id, row, last[unit_id, row["posting_kind"], row["posting_place"]][1] == _check_id(unit_id, row))
        for unit_id, row in found
    ]


def _check_id(unit_id: str, row: Row) -> str:
    return record_id("posting_checks", unit_id, row, _check_name(row))


def _check_name(row: Row) -> str:
    return "|".join((row["check_code"], row["posting_kind"] or "", row["posting_place"] or ""))


def _to_post(landed: Landed) -> Counter[str]:
    """Return how many procedures each unit has to post: wards, the desk, departments by the fields they answer for."""
    of_level: defaultdict[str, list[Row]] = defaultdict(list)
    for procedure in _catalogue(landed).values():
        for level in _levels(landed, procedure):
            of_level[level].append(procedure)
    found: Counter[str] = Counter()
    for unit_id, unit in landed.units.items():
        if unit["unit_kind"] == "ward":
            found[unit_id] = len(of_level[_COMMUNE])
        if unit["unit_kind"] == "one_stop_desk":
            found[unit_id] = len(of_level[_DISTRICT])
    for procedure in of_level[_DISTRICT]:
        department = landed.fields.get(procedure["field_code"], {}).get("department_unit_id")
        if department in landed.units and landed.units[department]["unit_kind"] == "department":
            found[department] += 1
    return found


# --- what they share ------------------------------------------------------------------------------------------------


def _records(
    landed: Landed, stream: str, name: Callable[[Row], str], span: Callable[[Row], tuple[Any, Any]]
) -> Iterator[tuple[str, Row]]:
    """Yield unit and newest row of each record of the period whose name several columns make."""

    def table(asked: str) -> list[Row]:
        rows = landed.table(asked)
        return [{**row, "record_name": name(row)} for row in rows] if asked == stream else rows

    return records_of_period(Landed(table), stream, "record_name", span)


def _act(column: str) -> Callable[[Row], tuple[Any, Any]]:
    return lambda row: (on(row[column]), on(row[column]))


def _of_unit(landed: Landed, record: str, unit_id: str, row: Row, measures: dict[str, int]) -> Counted:
    return Counted(
        record=record,
        row_id=row["row_id"],
        scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
        keys={"reporting_unit_id": unit_id},
        measures=measures,
    )


def _in_period(landed: Landed, day: dt.date | None) -> bool:
    return day is not None and landed.question["period_start"] <= day <= landed.question["until_on"]
