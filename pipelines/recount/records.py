"""Records of the units' hand-kept sheets counted again: one function a stream.

Here: which rows of a stream are records of the period (domain/08; DESIGN, ideas 2 and 6), and what each counts as.
Not here: forms, cells. Invariant: written from the domain chapters, sharing nothing with the dbt models.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, age, happened, is_valid, on, unit_scopes
from pipelines.recount.submissions import has_answered

_PLANS = ("control_plan", "review_plan")
_OWN_FORM = ("ward", "one_stop_desk", "department")
# First and last day of a record, and what it counts as.
_Span = Callable[[Row], tuple[Any, Any]]
_Measures = Callable[[Row], dict[str, int]]


def counted_directives(landed: Landed) -> list[Counted]:
    """Return the documents issued in the period (area I)."""
    return _counted(landed, "directives", "document_number", _act("issued_on"), _directive)


def _directive(row: Row) -> dict[str, int]:
    kind = row["directive_kind"]
    return {
        "documents": 1,
        "control_plans": int(kind == "control_plan"),
        "review_plans": int(kind == "review_plan"),
        "letters": int(kind == "letter"),
        "other_documents": int(kind not in _PLANS and kind != "letter"),
    }


def counted_plans(landed: Landed) -> list[Counted]:
    """Return the plans of the year each unit owes (area I: both kinds, issued before the day of the city's plan)."""
    question = landed.question
    year, until = question["period_end"].year, question["until_on"]
    due = dt.date.fromisoformat(f"{year}-{question['plan_before']}")
    issued = list(_newest(landed, "directives", "document_number"))
    return [
        _plan(landed, unit_id, kind, due, _first_plan(landed, issued, unit_id, kind, year), until)
        for unit_id in sorted(_owing(landed, "directives"))
        for kind in _PLANS
    ]


def _first_plan(landed: Landed, issued: list[tuple[str, Row]], unit_id: str, kind: str, year: int) -> Row | None:
    """Return the first plan of a kind a unit issued for a year, by the newest word on each."""
    days = [
        (on(row["issued_on"]), row["document_number"], row)
        for issuer, row in issued
        if issuer == unit_id and row["directive_kind"] == kind and row["issued_on"] is not None
    ]
    days = [item for item in days if item[0] <= landed.question["until_on"] and _year(landed, item[2]) == year]
    return min(days, key=lambda item: item[:2])[2] if days else None


def _year(landed: Landed, row: Row) -> int:
    """Return the year a plan is for: the one it names, else the reporting year it was issued in."""
    issued = row["issued_on"].date()
    years = [
        period["end_on"].year
        for period in landed.table("period")
        if period["period_kind"] == "year" and period["start_on"] <= issued <= period["end_on"]
    ]
    return int(row["plan_year"]) if row["plan_year"] else years[0] if years else issued.year


def _plan(landed: Landed, unit_id: str, kind: str, due: dt.date, plan: Row | None, until: dt.date) -> Counted:
    issued = on(plan["issued_on"]) if plan else None
    is_heard = has_answered(landed, unit_id, "directives")
    return Counted(
        record=f"plan:{unit_id}:{kind}",
        row_id=plan["row_id"] if plan else None,
        scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
        keys={"reporting_unit_id": unit_id},
        measures={
            "plans_owed": 1,
            "plans_on_time": int(issued is not None and issued < due),
            "plans_late": int(issued is not None and issued >= due),
            "plans_missing": int(issued is None and until >= due and is_heard),
            "plans_unreported": int(issued is None and until >= due and not is_heard),
            "plans_not_due": int(issued is None and until < due),
        },
    )


def counted_focal_officers(landed: Landed) -> list[Counted]:
    """Return the decisions on focal officers in force in the period; the officers are those of its last counted day."""
    start, until = landed.question["period_start"], landed.question["until_on"]

    def measures(row: Row) -> dict[str, int]:
        ended = on(row["ended_on"])
        return {
            "focal_decisions": int(row["decided_on"].date() >= start),
            "focal_officers": row["officer_count"] if ended is None or ended >= until else 0,
        }

    return _counted(landed, "focal_officers", "decision_number", _span("decided_on", "ended_on"), measures)


# --- area IX -------------------------------------------------------------------------------------------------------


def counted_inspections(landed: Landed) -> list[Counted]:
    """Return the checks due in the period or made early in it; a unit one reporter checks twice is one unit checked."""
    until = landed.question["until_on"]
    found = list(records_of_period(landed, "inspections", "inspection_code", _check_span))
    first: dict[tuple[str, str], tuple[dt.date, str]] = {}
    for unit_id, row in found:
        made_on = _by(row["done_on"], until)
        if made_on:
            place = unit_id, _checked(landed, unit_id, row)
            made = made_on, record_id("inspections", unit_id, row, row["inspection_code"])
            first[place] = min(first.get(place, made), made)

    def measures(unit_id: str, row: Row) -> dict[str, int]:
        made = _by(row["done_on"], until)
        is_done, is_late = made is not None, _exceeds(made, row["planned_on"])
        is_first = is_done and first[unit_id, _checked(landed, unit_id, row)] == (
            made,
            record_id("inspections", unit_id, row, row["inspection_code"]),
        )
        return {
            "inspections": 1,
            "combined_inspections": int(row["inspection_kind"] == "combined"),
            "own_inspections": int(row["inspection_kind"] != "combined"),
            "inspections_done": int(is_done),
            "inspections_on_time": int(is_done and not is_late),
            "inspections_late": int(is_late),
            "inspections_not_done": int(not is_done),
            "units_checked": int(is_first),
            "inspections_concluded": int(is_done and happened(on(row["conclusion_on"]), until)),
        }

    return [
        _record(landed, "inspections", unit_id, row["inspection_code"], row, measures(unit_id, row))
        for unit_id, row in found
    ]


def _check_span(row: Row) -> tuple[dt.date | None, dt.date | None]:
    planned, made = on(row["planned_on"]), on(row["done_on"])
    return (made if made and planned and made < planned else planned), made


def _checked(landed: Landed, unit_id: str, row: Row) -> str:
    """Return the unit that is checked: the one named, by its name where no table knows it, else the reporter."""
    key = row["checked_unit_key"]
    return landed.unit_of_key.get(key, key) if key else unit_id


def counted_findings(landed: Landed) -> list[Counted]:
    """Return the findings of the period or open into it (domain/08 8.3)."""
    start, until = landed.question["period_start"], landed.question["until_on"]

    def measures(row: Row) -> dict[str, int]:
        is_carried, closed = row["found_on"].date() < start, _by(row["closed_on"], until)
        is_closed, is_late = closed is not None, _exceeds(closed, row["deadline_on"])
        return {
            "findings": 1,
            "findings_carried": int(is_carried),
            "findings_found": int(not is_carried),
            "findings_closed": int(is_closed),
            "findings_closed_on_time": int(is_closed and not is_late),
            "findings_closed_late": int(is_late),
            "findings_open": int(not is_closed),
            "findings_overdue": int(not is_closed and _exceeds(until, row["deadline_on"])),
        }

    return _counted(landed, "findings", "finding_code", _span("found_on", "closed_on"), measures)


# --- area X --------------------------------------------------------------------------------------------------------

_CHANNELS = ("portal", "briefing", "law_day", "loudspeaker", "social_network")
_TOPICS = ("online_service", "postal", "feedback")


def counted_communications(landed: Landed) -> list[Counted]:
    """Return the activities of communication in the period, in items by channel and by topic (domain/08 8.4)."""

    def measures(row: Row) -> dict[str, int]:
        items = 1 if row["item_count"] is None else row["item_count"]
        channel = row["channel"] if row["channel"] in _CHANNELS else "other_channel"
        topic = row["topic"] if row["topic"] in _TOPICS else "other_topic"
        return {
            "communications": 1,
            "items": items,
            f"{channel}_items": items,
            f"{topic}_items": items,
            "reach": row["reach"] or 0,
        }

    return _counted(landed, "communications", "communication_code", _act("communicated_on"), measures)


def counted_trainings(landed: Landed) -> list[Counted]:
    """Return the trainings of the period with their participants by role (domain/08 8.5)."""

    def measures(row: Row) -> dict[str, int]:
        by_role = {role: row[f"{role}_count"] or 0 for role in ("focal", "one_stop", "other")}
        return {
            "trainings": 1,
            "own_trainings": int(row["organiser"] == "own"),
            "participants": sum(by_role.values()),
            **{f"{role}_participants": count for role, count in by_role.items()},
        }

    return _counted(landed, "trainings", "training_code", _act("trained_on"), measures)


# --- area VIII -----------------------------------------------------------------------------------------------------

_LINKED = ("linked_two", "linked_survivor", "linked_funeral")


def counted_death_cases(landed: Landed) -> list[Counted]:
    """Return the deaths of the period and the linked cases open into it (domain/05 5.11, forms/death-group)."""
    start, until = landed.question["period_start"], landed.question["until_on"]

    def measures(row: Row) -> dict[str, int]:
        is_linked, is_new = row["requested"] in _LINKED, row["registered_on"].date() >= start
        finished = _by(_case_span(row)[1], until)
        is_done = is_linked and finished is not None
        is_late = is_done and _exceeds(finished, row["due_on"])
        steps = {"residence": happened(on(row["residence_on"]), until)} if is_linked else {}
        if is_linked and row["requested"] != "linked_two":
            steps[_decides(row)] = happened(on(row["benefit_on"]), until)
        return {
            "deaths_registered": int(is_new),
            "linked_total": int(is_new and is_linked),
            **{kind: int(is_new and row["requested"] == kind) for kind in _LINKED},
            "not_linked": int(is_new and not is_linked),
            "carried": int(not is_new),
            "finished_in_time": int(is_done and not is_late),
            "finished_overdue": int(is_late),
            "pending": int(is_linked and not is_done),
            **{f"{step}_steps": 1 for step in steps},
            **{f"{step}_done": int(is_over) for step, is_over in steps.items()},
            **{f"{step}_pending": int(not is_over) for step, is_over in steps.items()},
        }

    return _counted(landed, "death_cases", "case_code", _case_span, measures)


def _case_span(row: Row) -> tuple[dt.date | None, dt.date | None]:
    """A linked case ends with its last step; a death with nothing linked is over on its day."""
    registered, residence, benefit = (on(row[name]) for name in ("registered_on", "residence_on", "benefit_on"))
    if row["requested"] not in _LINKED:
        return registered, registered
    steps = [residence] if row["requested"] == "linked_two" else [residence, benefit]
    known = [day for day in steps if day is not None]
    return registered, max(known) if len(known) == len(steps) else None


def _decides(row: Row) -> str:
    """Return whose step the benefit is: the partner named, else the insurance for a survivor, labour for a funeral."""
    named = {"social_insurance": "insurance", "labour": "labour"}.get(row["benefit_partner"])
    return named or ("insurance" if row["requested"] == "linked_survivor" else "labour")


# --- what every stream of records shares ---------------------------------------------------------------------------


def _by(day: dt.datetime | dt.date | None, until: dt.date) -> dt.date | None:
    """Return the day of an event that has come by the last counted day, else None."""
    known = on(day)
    return known if happened(known, until) else None


def _exceeds(day: dt.date | None, limit: dt.datetime | dt.date | None) -> bool:
    """Return whether a day lies after a limit; false when either is unknown."""
    last = on(limit)
    return day is not None and last is not None and day > last


def _act(column: str) -> _Span:
    """Return the span of what happens on one day."""
    return _span(column, column)


def _span(first: str, last: str) -> _Span:
    """Return the span of what begins on one day and ends on another."""
    return lambda row: (on(row[first]), on(row[last]))


def _counted(landed: Landed, stream: str, key: str, span: _Span, measures: _Measures) -> list[Counted]:
    """Return the records of a stream that are of the period, each once in its unit's form and the office's."""
    return [
        _record(landed, stream, unit_id, row[key], row, measures(row))
        for unit_id, row in records_of_period(landed, stream, key, span)
    ]


def _record(landed: Landed, stream: str, unit_id: str, code: str, row: Row, measures: dict[str, int]) -> Counted:
    return Counted(
        record=record_id(stream, unit_id, row, code),
        row_id=row["row_id"],
        scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
        keys={"reporting_unit_id": unit_id},
        measures=measures,
    )


def records_of_period(landed: Landed, stream: str, key: str, span: _Span) -> Iterator[tuple[str, Row]]:
    """Yield unit and newest row of each record begun by the last counted day and not ended before the first one."""
    start, until = landed.question["period_start"], landed.question["until_on"]
    for unit_id, newest in _newest(landed, stream, key):
        first, last = span(newest)
        if first is not None and first <= until and (last is None or last >= start):
            yield unit_id, newest


def _newest(landed: Landed, stream: str, key: str) -> Iterator[tuple[str, Row]]:
    """Yield unit and newest row of each record of a stream."""
    records: defaultdict[tuple[str, int | None, str], list[Row]] = defaultdict(list)
    for row in landed.rows(stream):
        records[_unit(landed, row), book_year(stream, row), row[key]].append(row)
    for (unit_id, _, _), rows in records.items():
        yield unit_id, max(rows, key=age)


# The day of a record's own that says in which year's book its number is: books begin anew each January.
_BOOK_DAYS = {
    "directives": "issued_on",
    "focal_officers": "decided_on",
    "inspections": "planned_on",
    "findings": "found_on",
    "communications": "communicated_on",
    "trainings": "trained_on",
    "death_cases": "registered_on",
    "draft_documents": "assessed_on",
    "internal_processes": "decided_on",
    "posting_checks": "checked_on",
    "publication_decisions": "decided_on",
}


def book_year(stream: str, row: Row) -> int | None:
    """Return the year of the book a record's number is of; None where its day is not known."""
    day = row[_BOOK_DAYS[stream]]
    return day.year if day is not None else None


def record_id(stream: str, unit_id: str, row: Row, code: str) -> str:
    """Return the name of a record: its unit, the year of the book, the number."""
    return f"{stream}:{unit_id}:{book_year(stream, row) or '?'}:{code}"


def _owing(landed: Landed, stream: str) -> set[str]:
    """Return the known units that owe a stream on the last day of the period."""
    day = landed.question["period_end"]
    return {
        row["unit_id"]
        for row in landed.table("obligation")
        if row["stream"] == stream and row["unit_id"] in landed.units and is_valid(row, day)
    }


def _unit(landed: Landed, row: Row) -> str:
    """Return the unit that reports a record: the sender, or the unit the row names where a file is of many units."""
    delivery = row["delivery"]
    named = landed.unit_of_key.get(row["unit_name_key"]) if delivery["unit_from"] == "column" else delivery["unit_id"]
    return named if named in landed.units else UNKNOWN
