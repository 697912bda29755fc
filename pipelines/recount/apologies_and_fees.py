"""Apologies for overdue dossiers and their fees, counted again (domain/05 5.7, 5.8).

Here: the two, and what a file without such a column leaves unknown. Not here: what is overdue (dossiers).
Invariant: what no column tells is neither an apology nor the lack of one, neither a fee nor none.
"""

from __future__ import annotations

import datetime as dt

from pipelines.recount.known import Dossier
from pipelines.recount.landed import UNKNOWN, Landed, on


def apology_state(landed: Landed, dossier: Dossier, due_at: dt.datetime | None) -> str:
    """Return apologised (at the latest one day before the first promise), apologised_late or not_apologised; or
    apology_unreported, where the newest file has no column of it.

    Switches: overdue_basis_audit (which promise), apology_lead (which day); without a calendar days are plain days.
    """
    question, apology_on = landed.question, on(dossier.newest["apology_at"])
    if apology_on is None and (dossier.newest["delivery_id"], "apology_at") not in landed.columns:
        return "apology_unreported"
    if apology_on is None or apology_on > question["until_on"]:
        return "not_apologised"
    first, latest = dossier.first_due_at, due_at
    promised_on = on((latest or first) if question["overdue_basis_audit"] == "latest_due" else (first or latest))
    if promised_on is None:
        return "apologised_late"
    plain = (promised_on - apology_on).days
    worked = landed.working_days.between(apology_on, promised_on)
    by_plain_days = worked is None or question["apology_lead"] == "calendar_day"
    return "apologised" if (plain if by_plain_days else worked) >= 1 else "apologised_late"


def apologies(landed: Landed, dossier: Dossier, cell: str, due_at: dt.datetime | None) -> dict[str, int]:
    """Split what is overdue (columns 10 and 13) by its apology."""
    state = apology_state(landed, dossier, due_at)
    states = ("apologised", "apologised_late", "not_apologised", "apology_unreported")
    is_overdue = cell in ("overdue", "pending_overdue")
    row = dossier.remarked
    no_cause = row["overdue_cause"] is None and (row["delivery_id"], "overdue_cause") not in landed.columns
    whole = {"overdue_total": is_overdue, "overdue_cause_unreported": is_overdue and no_cause}
    whole |= {f"overdue_{name}": is_overdue and state == name for name in states}
    return whole | {
        f"{column}_{name}": cell == of_cell and state == name
        for column, of_cell in (("resolved_overdue", "overdue"), ("pending_overdue", "pending_overdue"))
        for name in states
    }


def fees(landed: Landed, dossier: Dossier, is_new: bool) -> dict[str, int]:
    """Fees of what was received in the period, paid by the last counted day; without amounts the day gives it."""
    question, row, paid_on = landed.question, dossier.remarked, on(dossier.newest["paid_at"])
    has_column = any(
        (row["delivery_id"], name) in landed.columns for name in ("fee_due", "fee_paid", "fee_kind", "paid_at")
    )
    due, amount, is_exempt = row["fee_due"], row["fee_paid"], row["fee_kind"] == "exempt"
    if paid_on is not None:
        has_paid = amount != 0 and (amount is None or amount > 0) and paid_on <= question["until_on"]
    else:
        has_paid = amount is not None and amount > 0
    payable = is_new and not is_exempt and (due > 0 if due is not None else has_paid)
    online = row["payment_channel"] == "online"
    collected = amount if is_new and has_paid and amount is not None else 0
    owed = 0 if is_exempt else due
    return {
        "payable": payable,
        "paid": payable and has_paid,
        "paid_online": payable and has_paid and online,
        "paid_unreported": payable and has_paid and row["payment_channel"] in (None, UNKNOWN),
        "payment_reported": payable and not (has_paid and row["payment_channel"] in (None, UNKNOWN)),
        "fee_unreported": is_new and not has_column,
        "fee_mismatch": is_new and has_paid and None not in (amount, owed) and amount != owed,
        "fee_due_amount": (due or 0) if payable else 0,
        "fee_paid_amount": collected,
        "fee_paid_online_amount": collected if online else 0,
    }
