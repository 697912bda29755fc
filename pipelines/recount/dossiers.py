"""Dossiers counted again: fate, cell, place and measures of each, in plain Python.

Here: the rules of domain/05 (5.1, 5.4, 5.6 to 5.12) and 13.1, one function a rule. Not here: which rows speak
(known), forms and cells. Invariant: written from the domain chapters, sharing nothing with the dbt models; a dossier
has one fate and one cell.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.recount.apologies_and_fees import apologies, fees
from pipelines.recount.declared import declaring_units
from pipelines.recount.issued import counted_issued, issued_rows, issuing_units
from pipelines.recount.known import Dossier, due_moment, is_without_due, known_dossiers
from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, happened, is_valid, on, unit_scopes

# domain/05 5.1: states of the national list that are not counted, paused, closed without a result.
NOT_COUNTED = {"submitted", "rejected_at_intake"}
PAUSED = {"awaiting_supplement", "awaiting_payment", "suspended"}
WITHOUT_RESULT = {"withdrawn", "returned"}


def counted_dossiers(landed: Landed) -> list[Counted]:
    """Return every dossier of the population of the period with its place and measures (columns 3 to 13)."""
    found = []
    # Dossiers of one outcome and one place are alike in both: a million of them share some thousand of each.
    alike_keys: dict[tuple[object, ...], dict[str, str | None]] = {}
    alike_measures: dict[tuple[object, ...], dict[str, int]] = {}
    # What files still show of a unit that declares is in its declaration; of one that issued a version, in that.
    represented, issued = declaring_units(landed) | issuing_units(landed), issued_rows(landed)
    for dossier in landed.once(known_dossiers):
        if dossier.original_unit_id in represented or dossier.code in issued:
            continue
        procedure = procedure_of(landed, dossier)
        due_at = due_moment(landed, dossier, procedure)
        outcome = outcome_of(landed, dossier, due_at, procedure)
        if outcome is not None:
            keys = {
                **keys_of(landed, dossier, procedure),
                "cause_section_code": cause_section(landed, dossier.remarked["overdue_cause"]),
            }
            measures = measures_of(landed.question, dossier, outcome)
            measures |= more_measures_of(landed, dossier, outcome, due_at)
            found.append(
                Counted(
                    record=dossier.code,
                    row_id=dossier.newest["row_id"],
                    scopes=scopes_of(landed, dossier, keys["department_unit_id"]),
                    keys=alike_keys.setdefault(tuple(keys.items()), keys),
                    measures=alike_measures.setdefault(tuple(measures.items()), measures),
                    why=outcome.cell,
                    is_late=outcome.late is not None,
                )
            )
    return [*found, *counted_issued(landed, cause_section)]


# --- fate and cell (domain/05 5.4) ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """The one cell of the closed or open side, and what of an earlier period is recognised now (receipt, end).

    Cells: early, on_time, overdue, without_result; pending_in_time, pending_overdue.
    """

    cell: str
    late: str | None = None


def outcome_of(landed: Landed, dossier: Dossier, due_at: dt.datetime | None, procedure: Row | None) -> Outcome | None:
    """Return the outcome of a dossier; None when it is not in the population of the period."""
    question, newest_status = landed.question, dossier.newest["status"]
    until = question["until_on"]
    if dossier.received_on is None or dossier.received_on > until:
        return None
    if newest_status in NOT_COUNTED and dossier.observed["status"] in NOT_COUNTED:
        return None  # refused only after the day, it was in hand on it
    closed_at = closing_moment(question, dossier)
    is_closed = happened(on(closed_at), until)
    awaits = not is_closed and counts_as_resolved_while_waiting(question, dossier)
    ended_on = on(closed_at) if is_closed else on(dossier.requested_at) if awaits else None
    late = recognised_late(landed, dossier, ended_on)
    if ended_on is not None and ended_on < question["period_start"] and late is None:
        return None
    if not question["include_vertical_agencies"] and is_vertical(dossier, procedure):
        return None
    if dossier.is_missing and not is_closed:
        return None  # a population export lacks it: listed, not pending
    if is_closed and newest_status in WITHOUT_RESULT:
        return None if question["returned_withdrawn_bucket"] == "excluded" else Outcome("without_result", late)
    if awaits:
        return Outcome("on_time", late)
    if is_closed and closed_at is not None:
        return Outcome(closed_cell(question, closed_at, due_at), late)
    return Outcome(open_cell(question, is_paused(dossier, until), on(due_at)), late)


def recognised_late(landed: Landed, dossier: Dossier, ended_on: dt.date | None) -> str | None:
    """Return what the issued final of the period before could not know, where late data count in the current period.

    `end`: it left the dossier pending, which had ended before this period. `receipt`: it did not have the dossier, nor
    had any report of the issued chain counted its end (domain/13 late_data_policy=recognise_in_current).
    """
    question = landed.question
    if question.get("late_data_policy") != "recognise_in_current" or question.get("prior_issue") is None:
        return None
    start, received_on = question["period_start"], dossier.received_on
    if received_on is None or received_on >= start:
        return None
    issued = landed.prior_dossiers.get(dossier.code)
    if issued is not None and issued["is_pending"]:
        return "end" if ended_on is not None and ended_on < start else None
    was_unknown = issued is None or issued["fate"] in ("not_accepted", "received_after")
    since = question["prior_issued_since"]
    return "receipt" if was_unknown and (ended_on is None or ended_on >= since) else None


def closing_moment(question: Row, dossier: Dossier) -> dt.datetime | None:
    """Return when a dossier ended: end of processing, or hand-over by closing_event; a withdrawal ends processing."""
    by_delivery = question["closing_event"] == "delivered_at" and dossier.newest["status"] not in WITHOUT_RESULT
    return dossier.newest["delivered_at" if by_delivery else "finished_at"]


def counts_as_resolved_while_waiting(question: Row, dossier: Dossier) -> bool:
    """Return whether the first supplement request ends processing (awaiting_supplement_bucket=resolved_on_time)."""
    until = question["until_on"]
    if question["awaiting_supplement_bucket"] != "resolved_on_time":
        return False
    if not happened(on(dossier.requested_at), until):
        return False
    returned_on = on(dossier.returned_at)
    if returned_on is None:
        return dossier.observed["status"] == "awaiting_supplement" or dossier.newest["status"] in WITHOUT_RESULT
    return dossier.observed["status"] == "awaiting_supplement" or returned_on > until


def is_vertical(dossier: Dossier, procedure: Row | None) -> bool:
    """Return whether police, insurance or land office decide (switch include_vertical_agencies)."""
    by_procedure = procedure is not None and procedure["competent_level"] == "police"
    return by_procedure or dossier.unit_kind == "vertical_agency"


def closed_cell(question: Row, closed_at: dt.datetime, due_at: dt.datetime | None) -> str:
    """Return early, on_time or overdue: days are compared, moments by lateness_granularity=timestamp (columns 8-10)."""
    if due_at is None:
        return "on_time"
    if closed_at.date() != due_at.date():
        return "early" if closed_at.date() < due_at.date() else "overdue"
    return "overdue" if question["lateness_granularity"] == "timestamp" and closed_at > due_at else "on_time"


def is_paused(dossier: Dossier, until: dt.date) -> bool:
    """Return whether the clock is paused at the end of a day (domain/05 5.1, 5.3).

    By the supplement's own dates; or by the state shown on the as-of day, unless its request came only after the day.
    """
    requested_on, returned_on = on(dossier.requested_at), on(dossier.returned_at)
    if dossier.observed["status"] in PAUSED and (requested_on is None or requested_on <= until):
        return True
    if not happened(requested_on, until):
        return False
    # Asked for, never given, and given up after the day: on the day it waited.
    return dossier.newest["status"] in WITHOUT_RESULT if returned_on is None else returned_on > until


def open_cell(question: Row, paused: bool, due_on: dt.date | None) -> str:
    """Return pending_in_time or pending_overdue (columns 12, 13; switch due_on_cutoff_day)."""
    until = question["until_on"]
    if paused or due_on is None or due_on > until:
        return "pending_in_time"
    on_the_day_is_late = question["due_on_cutoff_day"] == "overdue"
    return "pending_overdue" if due_on < until or on_the_day_is_late else "pending_in_time"


# --- place (columns 1 and 2, domain/05 5.6) ------------------------------------------------------------------------


def named_field(landed: Landed, dossier: Dossier) -> str | None:
    """Return the field the file names, by the version in force on the last counted day."""
    day = landed.question["until_on"]
    named = landed.fields_by_name.get(dossier.newest["field_name_key"], [])
    best = min(named, key=lambda row: (not is_valid(row, day), row["field_code"]), default=None)
    return best["field_code"] if best else None


def procedure_of(landed: Landed, dossier: Dossier) -> Row | None:
    """Return the version of the procedure in force on the day of intake: by code, else by name; None when unknown."""
    found = [] if is_in_several_fields(landed, dossier) else candidates_of(landed, dossier)
    return min(found, key=lambda row: row["procedure_id"], default=None)


def candidates_of(landed: Landed, dossier: Dossier) -> list[Row]:
    """Return the procedures that match best, alike: by code, else by name.

    Procedures of one name in several fields are distinguished by the field the file names.
    """
    row, day = dossier.newest, dossier.received_on or on(dossier.newest["submitted_at"])
    if day is None:
        return []
    field = named_field(landed, dossier)

    def order(found: Row) -> tuple[bool, ...]:
        same_name = found["procedure_name_key"] == row["procedure_name_key"]
        same_level = (found["competent_level"] == "ward") == (dossier.unit_kind == "ward")
        return not same_name, _field_code(landed, found) != field, not same_level

    for candidates in (
        landed.procedures_by_code.get(row["procedure_code"], []),
        landed.procedures_by_name.get(row["procedure_name_key"], []),
    ):
        in_force = [
            found for found in candidates if (found["valid_from"] or day) <= day and (found["valid_to"] or day) >= day
        ]
        if in_force:
            best = min(map(order, in_force))
            return [found for found in in_force if order(found) == best]
    return []


def _field_code(landed: Landed, procedure: Row) -> str:
    return procedure["field_code"] if procedure["field_code"] in landed.fields else UNKNOWN


def is_in_several_fields(landed: Landed, dossier: Dossier) -> bool:
    """Return whether procedures of several fields match alike: then none is taken, and the field is not known."""
    return len({_field_code(landed, row) for row in candidates_of(landed, dossier)}) > 1


def keys_of(landed: Landed, dossier: Dossier, procedure: Row | None) -> dict[str, str | None]:
    """Return where a dossier is: section and field by level, section and row by unit, department."""
    field_code = _field_code(landed, procedure) if procedure else _named_or_unknown(landed, dossier)
    department = department_of(landed, dossier, field_code)
    is_ward = dossier.unit_kind == "ward"
    return {
        "level_section_code": landed.section("level", is_level_of_wards(landed.question, dossier, procedure)),
        "field_code": field_code,
        "unit_section_code": landed.section("unit", is_ward),
        "row_unit_id": dossier.unit_id if is_ward else department,
        "department_unit_id": department,
        "receiving_unit_id": dossier.unit_id,
    }


def _named_or_unknown(landed: Landed, dossier: Dossier) -> str:
    return UNKNOWN if is_in_several_fields(landed, dossier) else named_field(landed, dossier) or UNKNOWN


def is_level_of_wards(question: Row, dossier: Dossier, procedure: Row | None) -> bool:
    """Return whether the ward level decides: "theo cấp", or by who received it (switch counting_unit)."""
    level = procedure["competent_level"] if procedure else None
    if question["counting_unit"] != "receiving_unit" and level in ("ward", "city", "police"):
        return level == "ward"
    return dossier.unit_kind == "ward"


def department_of(landed: Landed, dossier: Dossier, field_code: str) -> str | None:
    """Return the department that decides: none for a ward; the handling unit the file names; else the field's."""
    if dossier.unit_kind == "ward":
        return None
    if dossier.unit_kind in ("department", "vertical_agency"):
        return dossier.unit_id
    if dossier.unit_kind == UNKNOWN:
        return UNKNOWN
    name = dossier.newest["handling_unit_key"]
    handling = landed.unit_of_key.get(name) if name is not None else None
    handling_kind = landed.units[handling]["unit_kind"] if handling in landed.units else UNKNOWN
    if name is not None and handling_kind not in ("one_stop_desk", "city"):
        named = handling
    else:
        named = landed.fields[field_code]["department_unit_id"] if field_code in landed.fields else None
    named = landed.now(named)
    return named if named in landed.units else UNKNOWN


def scopes_of(landed: Landed, dossier: Dossier, department: str | None) -> frozenset[str]:
    """Return whose forms a dossier is in: the office's, its ward's or desk's own, its department's."""
    receiving = unit_scopes(landed, dossier.unit_id, ("ward", "one_stop_desk"))
    return frozenset(receiving | unit_scopes(landed, department, ("department",)))


def measures_of(question: Row, dossier: Dossier, outcome: Outcome) -> dict[str, int]:
    """Return the columns 3 to 13, and what some switches open beside them, as 0 or 1."""
    assert dossier.received_on is not None
    cell = outcome.cell
    is_new = dossier.received_on >= question["period_start"] or outcome.late == "receipt"
    channel = counted_channel(question, dossier)
    own_column = cell == "without_result" and question["returned_withdrawn_bucket"] == "own_column"
    on_time = cell == "on_time" or (cell == "without_result" and not own_column)
    is_open = cell.startswith("pending")
    no_due = is_without_due(question, dossier)
    measures = {
        "received_total": True,
        "received_online": is_new and channel == "online",
        "received_direct_postal": is_new and channel in ("direct", "postal"),
        "received_direct": is_new and channel == "direct",
        "received_postal": is_new and channel == "postal",
        "received_unknown_channel": is_new and channel == UNKNOWN,
        "received_odd_channel": is_new and dossier.newest["channel"] == UNKNOWN,
        "carried_in": not is_new,
        "resolved_total": not is_open,
        "resolved_early": cell == "early",
        "resolved_on_time": on_time,
        "resolved_overdue": cell == "overdue",
        "resolved_without_result": own_column,
        "pending_total": is_open,
        "pending_in_time": cell == "pending_in_time",
        "pending_overdue": cell == "pending_overdue",
        "without_due": no_due,
        "resolved_with_due": not is_open and not no_due,
        "resolved_in_time_with_due": (cell == "early" or on_time) and not no_due,
    }
    return {name: int(counts) for name, counts in measures.items()}


# --- beside the columns of II.06a (domain/05 5.1, 5.7 to 5.10, 5.12) -----------------------------------------------


def more_measures_of(landed: Landed, dossier: Dossier, outcome: Outcome, due_at: dt.datetime | None) -> dict[str, int]:
    """Return what is reported of a dossier beside its cell: pause, level, apology, fee, digitisation, rating."""
    assert dossier.received_on is not None
    question, cell = landed.question, outcome.cell
    is_new = dossier.received_on >= question["period_start"] or outcome.late == "receipt"
    noted = (
        _endings(question, dossier, cell, due_at)
        | _levels(question, dossier, is_new)
        | apologies(landed, dossier, cell, due_at)
        | fees(landed, dossier, is_new)
        | _remarks(question, dossier, cell, is_new)
    )
    return {name: int(amount) for name, amount in noted.items()}


# Causes of overdue dossiers in the order of their table, lettered A, B, C … (the last K: no «J» in official lists) [A].
_CAUSES = (
    "coordination", "verification", "workload", "system", "regulation", "officer", "applicant", "other", UNKNOWN,
    "unreported",
)  # fmt: skip


def cause_section(landed: Landed, cause: str | None) -> str | None:
    """Return the section of a cause of delay; what is not known has its own, unless the office names another."""
    noted = cause or "unreported"
    return landed.section_for("overdue_cause", noted) or "ABCDEFGHIK"[_CAUSES.index(noted)]


def _endings(question: Row, dossier: Dossier, cell: str, due_at: dt.datetime | None) -> dict[str, int]:
    """Paused dossiers are in column 12; their due day may have passed all the same."""
    paused = cell == "pending_in_time" and is_paused(dossier, question["until_on"])
    has_passed = open_cell(question, paused=False, due_on=on(due_at)) == "pending_overdue"
    return {
        "paused_in_time": paused and not has_passed,
        "paused_overdue": paused and has_passed,
        "suspended": paused and dossier.observed["status"] == "suspended",
        "returned": cell == "without_result" and dossier.newest["status"] == "returned",
        "withdrawn": cell == "without_result" and dossier.newest["status"] == "withdrawn",
    }


def service_level(dossier: Dossier) -> str:
    """Return full, partial or other: as its column gives it, else as the channel was written (domain/05 5.9)."""
    if dossier.remarked["service_level"] in ("full", "partial"):
        return dossier.remarked["service_level"]
    written = (dossier.newest["channel_label"] or "").casefold()
    return "full" if "toàn trình" in written else "partial" if "một phần" in written else "other"


def _levels(question: Row, dossier: Dossier, is_new: bool) -> dict[str, int]:
    is_online = is_new and counted_channel(question, dossier) == "online"
    level = service_level(dossier)
    by_level = {f"received_online_{name}": is_online and level == name for name in ("full", "partial", "other")}
    return {**by_level, "received_in_period": is_new}


def _remarks(question: Row, dossier: Dossier, cell: str, is_new: bool) -> dict[str, int]:
    """Digitised at intake and result (5.10), rated by the applicant (5.12)."""
    row = dossier.remarked
    waits = cell == "on_time" and not happened(on(closing_moment(question, dossier)), question["until_on"])
    has_result = cell in ("early", "on_time", "overdue") and not waits
    is_resolved = not cell.startswith("pending")
    is_reported = {name: row[name] in ("yes", "no") for name in ("digitised_intake", "digitised_result")}
    return {
        "intake_digitised": is_new and row["digitised_intake"] == "yes",
        "intake_reported": is_new and is_reported["digitised_intake"],
        "intake_unreported": is_new and not is_reported["digitised_intake"],
        "resolved_with_result": has_result,
        "result_reported": has_result and is_reported["digitised_result"],
        "result_unreported": has_result and not is_reported["digitised_result"],
        "result_digitised": has_result and row["digitised_result"] == "yes",
        "rated": is_resolved and row["satisfaction"] in ("satisfied", "neutral", "dissatisfied"),
        "satisfied": is_resolved and row["satisfaction"] == "satisfied",
        "neutral": is_resolved and row["satisfaction"] == "neutral",
        "dissatisfied": is_resolved and row["satisfaction"] == "dissatisfied",
    }


def counted_channel(question: Row, dossier: Dossier) -> str:
    """Return online, direct or postal; a blank cell is direct, or kept apart (null_channel), an odd word is direct."""
    channel = dossier.newest["channel"]
    if channel in ("online", "direct", "postal"):
        return channel
    return UNKNOWN if channel is None and question["null_channel"] == "unknown" else "direct"
