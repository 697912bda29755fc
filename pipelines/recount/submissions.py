"""What units owe and its state, counted again (area XI; domain/04 4.2).

Here: things owed × sendings, the first good file against the deadline. Not here: records, forms, cells.
Invariant: written from the domain chapters, sharing nothing with the dbt models or with `kstt status`.
"""

from __future__ import annotations

import datetime as dt

from pipelines.recount.landed import Counted, Landed, Row, is_valid, unit_scopes

_OWN_FORM = ("ward", "one_stop_desk", "department")


def counted_submissions(landed: Landed) -> list[Counted]:
    """Return one record per unit, stream and part of the period it is owed for."""
    found = []
    for part in _parts(landed):
        owed = {
            (row["unit_id"], row["stream"])
            for row in landed.table("obligation")
            if row["unit_id"] in landed.units and is_valid(row, part["end_on"])
        }
        for unit_id, stream in sorted(owed):
            sent = _sent(landed, part, unit_id, stream)
            found.append(
                Counted(
                    record=f"submission:{part['period_id']}:{unit_id}:{stream}",
                    row_id=None,
                    scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
                    keys={"reporting_unit_id": unit_id},
                    measures=_measures(sent, part["unit_deadline_on"]),
                )
            )
    return found


def has_answered(landed: Landed, unit_id: str, stream: str) -> bool:
    """Tell whether a unit has answered every part of the period, or had rows read of any: a nil is an answer too."""
    sent = [_good(_sent(landed, part, unit_id, stream)) for part in _parts(landed)]
    return all(sent) or any(row["rows_read"] for of_part in sent for row in of_part)


def _good(sent: list[Row]) -> list[Row]:
    return [row for row in sent if row["status"] == "accepted" and row["is_standing"]]


def _sent(landed: Landed, part: Row, unit_id: str, stream: str) -> list[Row]:
    """Return the sendings that answer a part of the period."""
    sendings = landed.table("sending")
    whole = landed.question["period_id"]
    # Where nobody sent a file for the period or a part of it, the files that observed the part answer it.
    is_asked_for = any(row["period_id"] in {whole, *(item["period_id"] for item in _parts(landed))} for row in sendings)
    return [
        row
        for row in sendings
        if (row["unit_id"], row["stream"]) == (unit_id, stream)
        and (
            row["period_id"] in (part["period_id"], whole)
            or (not is_asked_for and row["observed_on"] is not None and row["observed_on"] >= part["start_on"])
        )
    ]


def _parts(landed: Landed) -> list[Row]:
    """Return the quarters a longer period is made of as far as they have begun; a quarter is its own part."""
    question = landed.question
    periods = landed.table("period")
    quarters = [
        row
        for row in periods
        if row["period_kind"] == "quarter"
        and question["period_kind"] != "quarter"
        and row["start_on"] <= question["until_on"]
        and row["end_on"] >= question["period_start"]
    ]
    own = [row for row in periods if row["period_id"] == question["period_id"]]
    unlisted = {
        "period_id": question["period_id"],
        "start_on": question["period_start"],
        "end_on": question["period_end"],
        "unit_deadline_on": None,
    }
    return quarters or own or [unlisted]


def _measures(sent: list[Row], deadline: dt.date | None) -> dict[str, int]:
    good = [row for row in sent if row["status"] == "accepted"]
    in_force = [row for row in good if row["is_standing"]]
    proved_in_time = deadline is None or any(row["sent_until"] <= deadline for row in good)
    proved_late = deadline is not None and all(row["sent_from"] and row["sent_from"] > deadline for row in good)
    is_late = bool(in_force) and proved_late and not proved_in_time
    days = (min(row["sent_from"] for row in good) - deadline).days if is_late and deadline else 0
    return {
        "submissions_owed": 1,
        "sent_on_time": int(bool(in_force) and proved_in_time),
        "sent_late": int(is_late),
        "sent_unknown": int(bool(in_force) and not proved_in_time and not is_late),
        "returned": int(not in_force and any(row["is_standing"] for row in sent)),
        "not_sent": int(not any(row["is_standing"] for row in sent)),
        "declared_nil": int(bool(in_force) and not any(row["rows_read"] for row in in_force)),
        "revisions": sum(row["kind"] == "replacement" for row in sent),
        "days_late": days,
    }
