"""Counting dossiers by the law: columns of II.06a, by unit, II.06b and II.08.

Here: domain/05 5.4 and 5.6, forms/*.yaml, plain and slow. Not here: what is known (evidence).
Invariant: a dossier is counted once in each form it belongs to; its cell is returned with it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from truth.world.catalogue import CITY, DESK, FIELDS, PROCEDURES, SERVICES, WARDS, Procedure, field_named
from truth.world.days import add_working
from truth.world.evidence import Known, Question
from truth.world.history import NOT_RECEIVED, PAUSED, WITHOUT_RESULT
from truth.world.systems import SYSTEM_OF

# form → scope → row → column → number of dossiers.
Cell = tuple[str, str, str, str]
Figures = Counter[Cell]
# «Chưa xác định»: what no catalogue knows.
UNKNOWN_CODE = "unknown"


@dataclass(frozen=True)
class Placed:
    """A dossier with the columns it is counted in and the rows it belongs to."""

    known: Known
    columns: tuple[str, ...]
    section: str
    field: str


def columns(known: Known, question: Question) -> tuple[str, ...]:
    """Return the columns of II.06a a dossier is counted in; none when it is not in the population."""
    newest, start, until = known.newest, question.period.start, question.until
    if newest.status in NOT_RECEIVED or newest.received is None or newest.received.date() > until:
        return ()
    closed = newest.finished.date() if newest.finished else None
    if (closed and closed < start) or known.is_deleted:
        return ()
    taken = "carried_in" if newest.received.date() < start else _channel(known)
    if closed and closed <= until:
        ending = _resolved(known, closed)
        return ("received_total", taken, "resolved_total", ending)
    due = _due(known)
    is_past = due is not None and (due < until or (due == until and question.due_day_is_overdue))
    late = is_past and not _is_paused(known, question)
    return ("received_total", taken, "pending_total", "pending_overdue" if late else "pending_in_time")


def _channel(known: Known) -> str:
    return "received_online" if known.dossier.channel == "online" else "received_direct_postal"


def _resolved(known: Known, closed: dt.date) -> str:
    due = _due(known)
    if known.newest.status in WITHOUT_RESULT or due is None or closed == due:
        return "resolved_on_time"
    return "resolved_early" if closed < due else "resolved_overdue"


def _due(known: Known) -> dt.date | None:
    """Return the promised day, else the catalogue's limit in working days, else none."""
    if known.due:
        return known.due.date()
    procedure = known.dossier.procedure
    if procedure.unit != "working_day" or procedure.limit is None or known.newest.received is None:
        return None
    return add_working(known.newest.received.date(), procedure.limit)


def _is_paused(known: Known, question: Question) -> bool:
    """Return whether the clock was paused at the end of the asked day (domain/05 5.4, *Waiting at e*)."""
    state, until = known.deciding, question.until
    if _waited_until_given_up(known, until):
        return True
    asked = state.asked.date() if state.asked else None
    if asked and asked <= until:
        if state.status == "awaiting_supplement":
            return True
        if state.returned:
            return state.returned.date() > until or state.status in ("awaiting_payment", "suspended")
        if known.newest.status in WITHOUT_RESULT:
            return True
    return state.status in PAUSED and state.status != "awaiting_supplement"


def _waited_until_given_up(known: Known, until: dt.date) -> bool:
    """Return whether a pause shown before the day was never seen to end, but by a withdrawal after the day."""
    state = known.deciding
    if (
        known.before is None
        or state.status not in WITHOUT_RESULT
        or not state.finished
        or state.finished.date() <= until
    ):
        return False
    shown_at, before = known.before
    given = state.returned if state.returned and state.returned.date() <= until else None
    waited = given is None or (before.status != "awaiting_supplement" and given <= shown_at)
    return before.status in PAUSED and waited


def place(known: Known, question: Question) -> Placed:
    """Return the columns, section and field of a dossier."""
    procedure = catalogued(known)
    by_owner = "A" if known.owner == DESK else "B"
    level = {"city": "A", "ward": "B"}.get(procedure.level if procedure else "", by_owner)
    return Placed(known, columns(known, question), level, _field(known, procedure))


def catalogued(known: Known) -> Procedure | None:
    """Return the procedure the file names: by a known code, else by name; its field decides between several."""
    dossier = known.dossier
    labels = SYSTEM_OF[known.owner].labels
    found = [item for item in PROCEDURES if item.name == dossier.procedure.name]
    if "procedure_code" in labels:
        found = [item for item in found if item.code == dossier.procedure.code] or found
    if len(found) > 1:
        found = [item for item in found if item.field == field_named(dossier.field_word)]
    return found[0] if len(found) == 1 else None


def _field(known: Known, procedure: Procedure | None) -> str:
    if procedure:
        return procedure.field
    if known.dossier.procedure.name in {item.name for item in PROCEDURES}:
        return UNKNOWN_CODE  # of several fields, none of which the file names: still several (issue 16, number 7)
    return field_named(known.dossier.field_word) or UNKNOWN_CODE


def figures(everything: Iterable[Known], question: Question) -> tuple[Figures, dict[Cell, list[Known]]]:
    """Return every figure of the dossier forms, and the dossiers behind each."""
    total: Figures = Counter()
    behind: dict[Cell, list[Known]] = defaultdict(list)
    for item in everything:
        placed = place(item, question)
        for cell in cells(placed, question):
            total[cell] += 1
            behind[cell].append(item)
    return total, behind


def unit_row(placed: Placed) -> str:
    """Return the row of the by-unit layout: a department under the desk, or a ward."""
    owner = placed.known.owner
    department = FIELDS[placed.field][1] if placed.field in FIELDS else UNKNOWN_CODE
    return f"I/{department}" if owner == DESK else f"II/{owner}"


def cells(placed: Placed, question: Question) -> list[Cell]:
    found: list[Cell] = []
    owner = placed.known.owner
    rows = ("total", placed.section, f"{placed.section}/{placed.field}")
    unit = unit_row(placed)
    for column in placed.columns:
        found += [("II.06a", scope, row, column) for scope in (CITY, owner) for row in rows]
        found += [("II.06b", CITY, row, column) for row in rows]
        found += [("II.06a-by-unit", CITY, row, column) for row in ("total", unit.partition("/")[0], unit)]
    for column in [*_electronic(placed), *_remarks(placed, question)]:
        found += [("II.08", scope, row, column) for scope in (CITY, owner) for row in ("total", placed.field)]
    return found


def _electronic(placed: Placed) -> list[str]:
    """Return the columns 7 to 10 of II.08: dossiers received in the period, by channel and level."""
    if "received_online" in placed.columns:
        level = {"partial": "dossiers_online_level3", "full": "dossiers_online_level4", "": "received_online_other"}
        return ["dossiers_total", level[placed.known.dossier.service_level]]
    return ["dossiers_total", "dossiers_direct_postal"] if "received_direct_postal" in placed.columns else []


def _remarks(placed: Placed, question: Question) -> list[str]:
    """Return the columns 11 to 14 of II.08: fees and intake of what was received in the period, results of what was done.

    What no date gives the day of is as the asked day's row shows it; a column a system does not print gives nothing.
    """
    known, is_new = placed.known, not {"received_online", "received_direct_postal"}.isdisjoint(placed.columns)
    found = []
    if is_new and _is_payable(known, question):
        found.append("payable_dossiers")
        if (
            _has_paid(known, question)
            and known.deciding.paid
            and known.dossier.pays_online
            and _prints_fees(known.owner)
        ):
            found.append("paid_online")
    if is_new and known.dossier.digitised == "yes":
        found.append("digitised_components")
    done = "resolved_total" in placed.columns and known.newest.status not in WITHOUT_RESULT
    if done and known.deciding.result_digitised == "yes":
        found.append("digitised_results")
    return found


def _prints_fees(unit: str) -> bool:
    return "fee_due" in SYSTEM_OF[unit].labels


def _has_paid(known: Known, question: Question) -> bool:
    """Return whether the fee was paid by the last counted day, as the newest row dates it."""
    paid = known.newest.paid if _prints_fees(known.newest_by) else None
    if paid is None:
        return bool(_prints_fees(known.owner) and known.deciding.paid and known.dossier.fee)
    return paid.date() <= question.until


def _is_payable(known: Known, question: Question) -> bool:
    if not _prints_fees(known.owner):
        return _has_paid(known, question)
    if known.dossier.is_exempt:
        return False
    return known.dossier.fee > 0 if known.dossier.fee is not None else _has_paid(known, question)


def services(question: Question) -> Figures:
    """Return the columns 3 to 6 of II.08: services offered on the last counted day, by field; wards and desk their own."""
    by_code = {item.code: item for item in PROCEDURES}
    total: Figures = Counter()
    for service in SERVICES:
        if (service.start or question.until) > question.until or (service.end or question.until) < question.until:
            continue
        procedure = by_code[service.code]
        scopes = [CITY, *(WARDS if procedure.level != "city" else ()), *((DESK,) if procedure.level != "ward" else ())]
        columns = ["services_total", {"partial": "services_level3", "full": "services_level4"}[service.level]]
        for scope in scopes:
            for row in ("total", procedure.field):
                for column in [*columns, *(["services_on_national_portal"] if service.on_portal else [])]:
                    total["II.08", scope, row, column] += 1
    return total
