"""What is told of a dossier beside its course: apology, cause of delay, service level, fee, digitisation, rating.

Here: drawing these for every dossier, what an export shows of them, the few that are wrong. Not here: the course itself
(simulate), words and columns of the systems (systems).
Invariant: every dossier draws from its own chance, so that its course and all else of the sample stay as they were.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

from generator.exports import Row
from generator.simulate import Dossier, is_quarter_only
from generator.world import DESK, QUARTERS, Quarter, World, office_time

DAY = dt.timedelta(days=1)
# Fee of one dossier in đồng. Seen in the national list (domain/12): copies 2.000 a page, signature 10.000, contract
# 50.000, extract 8.000, adoption 400.000 [S]; business and land [A].
FEES = {
    "2.000635": 8_000, "2.000815": 6_000, "2.000884": 10_000, "2.000992": 10_000, "2.001008": 50_000,
    "2.001263": 400_000, "1.001612": 100_000, "2.000720": 50_000,
    "dang-ky-bien-dong-do-chuyen-nhuong-thua-ke-tang-cho-quyen-su": 120_000,
    "cap-doi-giay-chung-nhan-quyen-su-dung-dat": 50_000, "dang-ky-the-chap-quyen-su-dung-dat": 80_000,
    "cap-giay-phep-xay-dung-nha-o-rieng-le": 75_000,
}  # fmt: skip
POSTPAID = {
    "dang-ky-bien-dong-do-chuyen-nhuong-thua-ke-tang-cho-quyen-su",
    "cap-doi-giay-chung-nhan-quyen-su-dung-dat",
}
CAUSES = ("coordination", "verification", "workload", "system", "regulation", "officer", "applicant", "other")
# Units whose files show all that is planted here, in both quarters.
HOSTS = (DESK, "p01", "p02")
PLANTED_EACH = 2
SHOWN = (
    "apology_at", "overdue_cause", "service_level", "fee_kind", "fee_due", "fee_paid", "paid_at", "payment_channel",
    "digitised_intake", "digitised_result", "satisfaction",
)  # fmt: skip


def add_remarks(world: World, dossiers: list[Dossier], reference: Path, seed: int) -> None:
    """Draw the remarks of every dossier, then spoil the few that a check must flag."""
    with (reference / "services.csv").open(encoding="utf-8", newline="") as source:
        levels = {row["procedure_code"]: row["service_level"] for row in csv.DictReader(source)}
    for dossier in dossiers:
        chance = random.Random(f"{seed}-remarks-{dossier.dossier_code}")
        code = world.procedures[dossier.procedure_id].code
        if dossier.channel == "online":
            dossier.service_level = levels.get(code, "partial")
        if dossier.received_at is not None:
            _fee(chance, dossier)
            _delay(world, chance, dossier)
            dossier.digitised_intake = "yes" if dossier.channel == "online" or chance.random() < 0.55 else "no"
            dossier.digitised_result = "yes" if chance.random() < 0.5 else "no"
            if chance.random() < 0.25:
                dossier.satisfaction = chance.choices(("satisfied", "neutral", "dissatisfied"), (82, 13, 5))[0]
    for quarter in QUARTERS:
        _spoil(dossiers, quarter)


def _fee(chance: random.Random, dossier: Dossier) -> None:
    amount = FEES.get(dossier.procedure_id, 0)
    dossier.fee_due = amount
    if not amount:
        return
    if chance.random() < 0.08:
        dossier.fee_kind, dossier.fee_due = "exempt", 0
        return
    dossier.fee_kind = "postpaid" if dossier.procedure_id in POSTPAID else "prepaid"
    dossier.fee_paid_at = dossier.received_at if dossier.fee_kind == "prepaid" else dossier.delivered_at
    if dossier.fee_paid_at is not None:
        dossier.fee_paid = amount
        pays_online = dossier.channel == "online" and chance.random() < 0.4
        dossier.payment_channel = "online" if pays_online else "direct"


def is_late(dossier: Dossier) -> bool:
    """Tell whether a dossier ever is overdue: its promise passes before it is done."""
    due = dossier.due_after_supplement_at or dossier.due_at
    if due is None or dossier.closing in ("withdrawn", "returned"):
        return False
    return dossier.finished_at is None or dossier.finished_at.date() > due.date()


def _delay(world: World, chance: random.Random, dossier: Dossier) -> None:
    """Most late ones have a cause, half of those without a supplement an apology one or two working days before."""
    if not is_late(dossier):
        return
    cause = chance.choice(CAUSES)
    dossier.overdue_cause = cause if chance.random() < 0.8 else ""
    apologises, lead = chance.random() < 0.5, chance.randint(1, 2)
    received, due = dossier.received_at, dossier.due_at
    assert received is not None and due is not None
    if not apologises or dossier.supplement_requested_at is not None:
        return
    if world.days.count(received.date(), due.date()) > lead:
        dossier.apology_at = office_time(chance, _working_days_before(world, due.date(), lead))


def _working_days_before(world: World, day: dt.date, count: int) -> dt.date:
    while count:
        day -= DAY
        count -= world.days.is_working(day)
    return day


def _spoil(dossiers: list[Dossier], quarter: Quarter) -> None:
    """Plant what a check must flag into dossiers one file alone shows; of the counter none, where other faults are."""
    able = [
        dossier
        for dossier in dossiers
        if dossier.receiving_unit_id in HOSTS and dossier.channel != "direct" and is_quarter_only(dossier, quarter)
    ]
    late = [dossier for dossier in able if is_late(dossier) and dossier.supplement_requested_at is None]
    for dossier in late[:PLANTED_EACH]:
        assert dossier.due_at is not None
        dossier.apology_at = dossier.due_at.replace(hour=8, minute=15)
        dossier.remark_oddity = "apology_too_late"
    paying = [dossier for dossier in able if dossier.fee_paid and not dossier.remark_oddity]
    for dossier in paying[:PLANTED_EACH]:
        dossier.fee_paid = (dossier.fee_paid or 0) + 1_000
        dossier.remark_oddity = "fee_paid_differs"
    at_desk = [dossier for dossier in paying[PLANTED_EACH:] if dossier.receiving_unit_id == DESK]
    for dossier in at_desk[:PLANTED_EACH]:
        dossier.fee_kind, dossier.fee_due = "exempt", 0
        dossier.remark_oddity = "fee_paid_though_exempt"


def shown_remarks(dossier: Dossier, moment: dt.datetime) -> dict[str, dt.datetime | str | int | None]:
    """Return what a system shows of the remarks at a moment."""
    if dossier.received_at is None or dossier.received_at > moment:
        return dict.fromkeys(SHOWN) | {"service_level": dossier.service_level or None}
    has_paid = dossier.fee_paid_at is not None and dossier.fee_paid_at <= moment
    is_done = dossier.finished_at is not None and dossier.finished_at <= moment
    is_given = dossier.delivered_at is not None and dossier.delivered_at <= moment
    due = dossier.due_after_supplement_at or dossier.due_at
    has_passed = due is not None and due.date() < moment.date()
    return {
        "apology_at": dossier.apology_at if dossier.apology_at and dossier.apology_at <= moment else None,
        "overdue_cause": dossier.overdue_cause if has_passed else None,
        "service_level": dossier.service_level or None,
        "fee_kind": dossier.fee_kind or None,
        "fee_due": dossier.fee_due,
        "fee_paid": dossier.fee_paid if has_paid else 0,
        "paid_at": dossier.fee_paid_at if has_paid else None,
        "payment_channel": dossier.payment_channel if has_paid else None,
        "digitised_intake": dossier.digitised_intake,
        "digitised_result": dossier.digitised_result if is_done and dossier.closing == "result" else None,
        "satisfaction": (dossier.satisfaction or None) if is_given else None,
    }


def add_shown(rows_of: dict[str, list[Row]], quarter: Quarter) -> None:
    """Add to every row what its system shows of the remarks at the export."""
    for rows in rows_of.values():
        for row in rows:
            assert row.dossier is not None
            row.cells |= shown_remarks(row.dossier, quarter.export)


def note_remarks(rows_of: dict[str, list[Row]]) -> None:
    """Note the spoilt remarks a file shows."""
    for rows in rows_of.values():
        for row in rows:
            if row.dossier is not None and row.dossier.remark_oddity and row.cells["received_at"] is not None:
                row.faults.append((row.dossier.remark_oddity, "info", "flagged", ""))
