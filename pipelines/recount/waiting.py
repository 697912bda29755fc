"""Online dossiers not taken in, counted again: waiting in time, waiting too long, refused at intake.

Here: the rule of domain/05 5.9. Not here: which row speaks, whose form (dossiers).
Invariant: written from the domain chapter, sharing nothing with the dbt models; none of these is in II.06a.
"""

from __future__ import annotations

from pipelines.recount.dossiers import (
    NOT_COUNTED,
    closing_moment,
    is_vertical,
    keys_of,
    open_cell,
    procedure_of,
    scopes_of,
)
from pipelines.recount.known import Dossier, known_dossiers
from pipelines.recount.landed import Counted, Landed, happened, on


def counted_waiting(landed: Landed) -> list[Counted]:
    """Return every online dossier sent and not taken in, or refused at intake in the period."""
    found = []
    for dossier in landed.once(known_dossiers):
        procedure = procedure_of(landed, dossier)
        state = intake_state(landed, dossier)
        hidden = is_vertical(dossier, procedure) and not landed.question["include_vertical_agencies"]
        if state is not None and not hidden:
            keys = keys_of(landed, dossier, procedure)
            found.append(
                Counted(
                    record=dossier.code,
                    row_id=dossier.newest["row_id"],
                    scopes=scopes_of(landed, dossier, keys["department_unit_id"]),
                    keys=keys,
                    measures={
                        "awaiting_intake": int(state != "rejected"),
                        "awaiting_intake_in_time": int(state == "pending_in_time"),
                        "awaiting_intake_overdue": int(state == "pending_overdue"),
                        "rejected": int(state == "rejected"),
                    },
                    why=state,
                )
            )
    return found


def intake_state(landed: Landed, dossier: Dossier) -> str | None:
    """Return pending_in_time, pending_overdue or rejected; None for what was taken in, or is not online.

    The limit is intake_limit_days working days after the day it was sent; its last day is in time.
    """
    question, sent_on = landed.question, on(dossier.newest["submitted_at"])
    if dossier.is_missing and not happened(on(closing_moment(question, dossier)), question["until_on"]):
        return None  # a population export lacks it
    if dossier.newest["channel"] != "online" or sent_on is None or not happened(sent_on, question["until_on"]):
        return None
    was_taken_in = happened(dossier.received_on, question["until_on"])
    if was_taken_in and dossier.newest["status"] not in NOT_COUNTED:
        return None
    shown = dossier.observed["status"]
    if shown == "rejected_at_intake":
        return "rejected" if sent_on >= question["period_start"] else None
    if shown != "submitted" and (dossier.received_on is None or was_taken_in):
        return None
    return open_cell(question, False, landed.working_days.after(sent_on, question["intake_limit_days"]))
