"""What is reported of dossiers beside II.06a, counted from the truth: pauses, apologies, fees, digitisation, ratings, intake.

Here: plain Python over dossiers.csv.gz, default rules of domain/05 (5.1, 5.7 to 5.10, 5.12). Not here: the columns of
II.06a (recount), exports. Invariant: nothing of `pipelines` or of the generator is used.

    from truth.recount_remarks import recount_remarks
    recount_remarks(load_truth(), date(2020, 12, 15), date(2021, 3, 14))[("tp-st-bpmc", "dat-dai")]["overdue_apologised"]
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from truth.recount import Dossier, columns_of, due_of, is_paused, status_at
from truth.working_days import WORKED, worked_between

# What each system's export has (sample_office/profiles); the others show nothing of it.
_FEES = ("fee_due", "fee_paid")
_WARD_A = (
    "apology_at",
    "overdue_cause",
    "service_level",
    *_FEES,
    "payment_channel",
    "digitised_intake",
    "satisfaction",
)
_ALL = (*_WARD_A, "fee_kind", "digitised_result")
TOLD: dict[str, tuple[str, ...]] = {
    "tp-st-bpmc": _ALL,
    **dict.fromkeys(("p01", "p02", "p03", "p04", "p05"), _WARD_A),
    "p06": ("digitised_intake", "digitised_result"),
    "p07": (),
    **dict.fromkeys(("p08", "p09", "p10"), ("service_level", *_FEES)),
}
# Cause → letter of its section in the table of causes; what is not known is K.
CAUSES = {
    "coordination": "A", "verification": "B", "workload": "C", "system": "D", "regulation": "E", "officer": "F",
    "applicant": "G", "other": "H", "": "K",
}  # fmt: skip
Cells = dict[tuple[str, str, str], Counter[str]]


def recount_remarks(
    dossiers: Iterable[Dossier],
    start: dt.date,
    end: dt.date,
    last_seen: Mapping[str, dt.date] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> Cells:
    """Count a period by (receiving unit, department or ward of the row, field); arguments as in `recount`."""
    cells: Cells = defaultdict(Counter)
    for dossier in dossiers:
        seen = min(end, (last_seen or {}).get(dossier.receiving_unit_id, end))
        secret = (hidden or {}).get(dossier.dossier_code, "")
        field = "unknown" if secret == "field_code" else dossier.field_code
        row_unit = dossier.department_unit_id or dossier.receiving_unit_id
        row_unit = "unknown" if secret == "department_unit_id" else row_unit
        counted = measures_of(dossier, start, end, seen)
        if counted:
            cells[dossier.receiving_unit_id, row_unit, field].update(counted)
    return dict(cells)


def measures_of(dossier: Dossier, start: dt.date, until: dt.date, seen: dt.date) -> Counter[str]:
    """Return the measures of one dossier, of either fact."""
    columns = columns_of(dossier, start, until, seen)
    return _in_population(dossier, columns, until, seen) if columns else _waiting(dossier, start, until, seen)


def _waiting(dossier: Dossier, start: dt.date, until: dt.date, seen: dt.date) -> Counter[str]:
    """An online dossier sent and not taken in; its limit is the first working day after the day it was sent."""
    sent = dossier.submitted_at
    if dossier.channel != "online" or sent is None or sent.date() > seen or _came(dossier.received_at, seen):
        return Counter()
    if _came(dossier.rejected_at, seen):
        return Counter(rejected=1) if sent.date() >= start else Counter()
    limit = next(day for day in WORKED if day > sent.date())
    return Counter(["awaiting_intake_overdue" if limit < until else "awaiting_intake_in_time", "awaiting_intake"])


def _in_population(dossier: Dossier, columns: tuple[str, ...], until: dt.date, seen: dt.date) -> Counter[str]:
    noted = TOLD[dossier.receiving_unit_id]
    is_new = "c4" in columns or "c5" in columns
    is_closed = "c7" in columns
    counted: Counter[str] = Counter()
    _status(counted, dossier, columns, until, seen)
    _overdue(counted, dossier, columns, noted, seen)
    if is_new:
        counted["received_in_period"] += 1
        counted[f"received_{dossier.channel}"] += 1
        if dossier.channel == "online":
            level = dossier.service_level if "service_level" in noted else ""
            counted[f"received_online_{level if level in ('full', 'partial') else 'other'}"] += 1
        counted["intake_digitised"] += "digitised_intake" in noted and dossier.digitised_intake == "yes"
        told = "digitised_intake" in noted and bool(dossier.digitised_intake)
        counted["intake_reported" if told else "intake_unreported"] += 1
        _fees(counted, dossier, noted, seen)
    with_result = is_closed and dossier.closing == "result"
    counted["resolved_with_result"] += with_result
    if with_result:
        told = "digitised_result" in noted and bool(dossier.digitised_result)
        counted["result_reported" if told else "result_unreported"] += 1
    counted["result_digitised"] += with_result and "digitised_result" in noted and dossier.digitised_result == "yes"
    if is_closed and "satisfaction" in noted and dossier.satisfaction and _came(dossier.delivered_at, seen):
        counted["rated"] += 1
        counted[dossier.satisfaction] += 1
    return +counted


def _came(event: dt.datetime | None, day: dt.date) -> bool:
    return event is not None and event.date() <= day


def _status(counted: Counter[str], dossier: Dossier, columns: tuple[str, ...], until: dt.date, seen: dt.date) -> None:
    if "c7" in columns and dossier.closing in ("returned", "withdrawn"):
        counted[dossier.closing] += 1
    if "c11" in columns and is_paused(dossier, seen):
        due = due_of(dossier, seen)
        counted["paused_overdue" if due is not None and due < until else "paused_in_time"] += 1
        night = dt.datetime.combine(seen, dt.time(23, 59))
        counted["suspended"] += status_at(dossier, night) == "suspended"


def _overdue(
    counted: Counter[str], dossier: Dossier, columns: tuple[str, ...], noted: tuple[str, ...], seen: dt.date
) -> None:
    """Columns 10 and 13 by their apology (against the first promise) and by their cause."""
    if "c10" not in columns and "c13" not in columns:
        return
    # A dossier that was promised no day was never apologised for.
    assert dossier.due_at is not None or dossier.apology_at is None
    state = "not_apologised" if "apology_at" in noted else "apology_unreported"
    if "apology_at" in noted and dossier.apology_at and dossier.due_at and _came(dossier.apology_at, seen):
        lead = worked_between(dossier.apology_at.date(), dossier.due_at.date())
        state = "apologised" if lead >= 1 else "apologised_late"
    counted["overdue_total"] += 1
    counted[f"overdue_{state}"] += 1
    counted[f"cause_{CAUSES[dossier.overdue_cause if 'overdue_cause' in noted else '']}"] += 1
    counted["resolved_overdue" if "c10" in columns else "pending_overdue"] += 1


def _fees(counted: Counter[str], dossier: Dossier, noted: tuple[str, ...], seen: dt.date) -> None:
    if "fee_due" not in noted:
        counted["fee_unreported"] += 1
        return
    due, exempt = int(dossier.fee_due or 0), dossier.fee_kind == "exempt" and "fee_kind" in noted
    paid = int(dossier.fee_paid or 0) if _came(dossier.fee_paid_at, seen) else 0
    online = "payment_channel" in noted and dossier.payment_channel == "online"
    payable = due > 0 and not exempt
    counted["payable"] += payable
    counted["paid"] += payable and paid > 0
    counted["paid_online"] += payable and paid > 0 and online
    told = "payment_channel" in noted and bool(dossier.payment_channel)
    counted["paid_unreported"] += payable and paid > 0 and not told
    counted["fee_due_amount"] += due if payable else 0
    counted["fee_paid_amount"] += paid
    counted["fee_paid_online_amount"] += paid if online else 0
    counted["fee_mismatch"] += paid > 0 and paid != (0 if exempt else due)
