"""Feedback (phản ánh, kiến nghị) counted again: who handles it, when it is due, its one cell of form II.05a.

Here: the rules of domain/06 (6.2 states, 6.3 deadlines, 6.4 form) and DESIGN idea 6, one function a rule.
Not here: forms, cells. Invariant: written from the domain chapter, sharing nothing with the dbt models.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pipelines.recount.issued import FEEDBACK, counted_issued_feedback, issued_rows, issuing_units
from pipelines.recount.landed import (
    UNKNOWN,
    Counted,
    Landed,
    Row,
    age,
    happened,
    has_seen,
    is_valid,
    last_of_each_delivery,
    on,
    unit_scopes,
)
from pipelines.recount.owners import set_keys

STREAM = "feedback_logs"
_OWN_FORM = ("ward", "one_stop_desk", "department")


@dataclass(frozen=True)
class Feedback:
    """One feedback as known: the newest row of the sender that speaks for it, the row of the as-of day, and the news.

    `news` are the last rows of all senders, the newest first: any of them may be the first to know of an event.
    """

    code: str
    handling_unit_id: str
    newest: Row
    observed: Row
    news: list[Row]

    def event(self, name: str) -> dt.datetime | None:
        """Return when something once happened, by the newest sender that reports it."""
        return next((row[name] for row in self.news if row[name] is not None), None)

    @property
    def received_on(self) -> dt.date | None:
        """Day of intake."""
        return on(self.newest["received_at"])


def counted_feedback(landed: Landed) -> list[Counted]:
    """Return every feedback of the population of the period with its place and measures (columns 3 to 12)."""
    found = []
    represented, issued = issuing_units(landed, FEEDBACK), issued_rows(landed, FEEDBACK)
    for feedback in known_feedback(landed):
        # What a log still shows of a unit that issued a version is in that.
        if feedback.newest["named_unit_id"] in represented or feedback.code in issued:
            continue
        outcome = outcome_of(landed.question, feedback, due_day(landed, feedback))
        if outcome is not None:
            found.append(
                Counted(
                    record=feedback.code,
                    row_id=feedback.newest["row_id"],
                    scopes=frozenset(unit_scopes(landed, feedback.handling_unit_id, _OWN_FORM)),
                    keys={
                        "field_code": field_of(landed, feedback),
                        "handling_unit_id": feedback.handling_unit_id,
                    },
                    measures=measures_of(landed.question, feedback, outcome),
                    why=outcome,
                )
            )
    return [*found, *counted_issued_feedback(landed)]


def known_feedback(landed: Landed) -> list[Feedback]:
    """Return every feedback any counted delivery shows."""
    by_code: defaultdict[str, list[Row]] = defaultdict(list)
    rows_of_all = landed.rows(STREAM)
    # A number of a log is of the book of the unit that keeps the log.
    set_keys(landed, rows_of_all, "feedback_code", lambda row: row["delivery"]["unit_id"])
    for row in rows_of_all:
        row["unit_id"] = handling_unit(landed, row)
        by_code[row["key"]].append(row)
    return [_known(landed, code, rows) for code, rows in by_code.items()]


def handling_unit(landed: Landed, row: Row) -> str:
    """Return the unit that handles a feedback: the one its row names, else the sender where the file is one unit's."""
    delivery = row["delivery"]
    sender = UNKNOWN if delivery["unit_from"] == "column" else delivery["unit_id"]
    row["named_unit_id"] = landed.unit_of_key.get(row["handling_unit_key"], sender)
    named = landed.now(row["named_unit_id"])
    return named if named in landed.units else UNKNOWN


def _known(landed: Landed, code: str, rows: list[Row]) -> Feedback:
    """The handling unit's own file speaks before anyone else's (the system's export), then the newest."""

    def order(row: Row) -> tuple[Any, ...]:
        own = row["unit_id"] != UNKNOWN and row["delivery"]["unit_id"] in (row["unit_id"], row["named_unit_id"])
        return own, *age(row)

    newest = max(rows, key=order)
    sender = newest["delivery"]["unit_id"]
    speaking = [
        row
        for row in last_of_each_delivery(rows, order)
        if row["delivery"]["unit_id"] == sender or row["status"] is not None
    ]
    # Of one file the row of its own unit speaks, then the last.
    last = {row["delivery"]["unit_id"]: row for row in sorted(rows, key=lambda row: (*age(row)[:3], *order(row)))}
    news = sorted(last.values(), key=lambda row: (age(row)[0], *order(row)), reverse=True)
    return Feedback(code, newest["unit_id"], newest, _of_the_day(landed.question["until_on"], speaking, sender), news)


def _of_the_day(until: dt.date, rows: list[Row], sender: str) -> Row:
    """Return the row that shows the day: of the first log made at its end or later, else of the last before.

    Of two logs of one moment the one of the sender that speaks for the feedback, then the one received last.
    """
    since = [row for row in rows if has_seen(row, until)]
    moments = [row["delivery"]["observed_at"] for row in since or rows]
    moment = min(moments) if since else max(moments)
    of_moment = [row for row in since or rows if row["delivery"]["observed_at"] == moment]
    return max(of_moment, key=lambda row: (row["delivery"]["unit_id"] == sender, age(row)))


def due_day(landed: Landed, feedback: Feedback) -> dt.date | None:
    """Return the day an answer is due: as the source shows it, else the limit in working days (domain/06 6.3)."""
    shown = on(feedback.observed["due_at"] or feedback.newest["due_at"])
    if shown is not None:
        return shown
    is_complex = feedback.newest["is_complex"] == "yes"
    limit = landed.question["feedback_complex_days" if is_complex else "feedback_answer_days"]
    return landed.working_days.after(feedback.received_on, limit)


def outcome_of(question: Row, feedback: Feedback, due_on: dt.date | None) -> str | None:
    """Return transferred, answered_on_time, answered_late, pending_in_time, pending_overdue; None: not counted.

    Refused feedback and what is no feedback at all are listed, not counted (domain/06 6.1, 6.2); what was refused only
    after the day was in hand on it. `answered_before` is an answer of an earlier period published in this one, where
    column 12 has such answers (switch feedback_published; domain/06 6.4 has it at most column 9).
    """
    until = question["until_on"]
    if feedback.received_on is None or feedback.received_on > until:
        return None
    kind = feedback.observed["feedback_kind"] or feedback.newest["feedback_kind"]
    if kind == "out_of_scope" or feedback.observed["status"] == "refused":
        return None
    moved_on = on(transfer(feedback))
    ended_on = moved_on if moved_on is not None else on(feedback.event("answered_at"))
    if not happened(ended_on, until):
        return "pending_overdue" if due_on is not None and due_on < until else "pending_in_time"
    assert ended_on is not None
    if ended_on < question["period_start"]:
        published_on = on(feedback.event("published_at"))
        if question["feedback_published"] != "published_in_period":
            return None
        in_period = published_on is not None and question["period_start"] <= published_on <= until
        return "answered_before" if moved_on is None and in_period else None
    if moved_on is not None:
        return "transferred"
    return "answered_late" if due_on is not None and ended_on > due_on else "answered_on_time"


def transfer(feedback: Feedback) -> dt.datetime | None:
    """Return when a feedback went to another body: only if its status says it, or nothing else of its end is known."""
    status = feedback.news[0]["status"]
    unknown_end = status in (None, UNKNOWN) and feedback.event("answered_at") is None
    return feedback.event("transferred_at") if status == "transferred" or unknown_end else None


def field_of(landed: Landed, feedback: Feedback) -> str:
    """Return the field a feedback is about: by name, the version in force on the last counted day first."""
    day = landed.question["until_on"]
    named = landed.fields_by_name.get(feedback.newest["field_name_key"], [])
    best = min(named, key=lambda row: (not is_valid(row, day), row["field_code"]), default=None)
    return best["field_code"] if best else UNKNOWN


def measures_of(question: Row, feedback: Feedback, outcome: str) -> dict[str, int]:
    """Return the columns 3 to 12 of II.05a as 0 or 1 (domain/06 6.4; switch feedback_both_kind)."""
    assert feedback.received_on is not None
    kind = feedback.observed["feedback_kind"] or feedback.newest["feedback_kind"]
    if outcome == "answered_before":
        return _published_only()
    is_new = feedback.received_on >= question["period_start"]
    is_act = kind in ("act", "both")
    # A kind nobody named counts as a regulation, the default of the intake form.
    is_regulation = kind != "act" and not (kind == "both" and question["feedback_both_kind"] != "both")
    is_resolved = outcome.startswith("answered")
    is_published = is_resolved and happened(on(feedback.event("published_at")), question["until_on"])
    measures = {
        "received_total": True,
        "about_act": is_act,
        "about_regulation": is_regulation,
        "about_both": is_act and is_regulation,
        "carried_in": not is_new,
        "received_in_period": is_new,
        "own_total": outcome != "transferred",
        "own_resolved": is_resolved,
        "own_pending": outcome.startswith("pending"),
        "transferred": outcome == "transferred",
        "results_published": is_published,
        "published_of_period": is_published,
        "published_of_before": False,
        "answered_on_time": outcome == "answered_on_time",
        "answered_late": outcome == "answered_late",
        "pending_overdue": outcome == "pending_overdue",
        "rated": is_resolved and feedback.newest["satisfaction"] in ("satisfied", "neutral", "dissatisfied"),
        "satisfied": is_resolved and feedback.newest["satisfaction"] == "satisfied",
    }
    return {name: int(counts) for name, counts in measures.items()}


def _published_only() -> dict[str, int]:
    """An answer of an earlier period published in this one is in column 12 and in no other."""
    names = (
        "received_total", "about_act", "about_regulation", "about_both", "carried_in", "received_in_period",
        "own_total", "own_resolved", "own_pending", "transferred", "published_of_period", "answered_on_time",
        "answered_late", "pending_overdue", "rated", "satisfied",
    )  # fmt: skip
    return {**dict.fromkeys(names, 0), "results_published": 1, "published_of_before": 1}
