"""What really happened to every dossier: the truth, before any system shows anything of it.

Here: the history of each dossier from submission to delivery. Not here: exports, faults of files.
Invariant: one seed gives one truth; work is done on working days only, but for the receipts planted on days off.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass

from generator.world import (
    DESK,
    DESK_MIX,
    INTERLINKED,
    LATE,
    NO_SUSPENSION,
    ONLINE,
    SAME_DAY_CUTOFF,
    UNITS,
    VOLUME,
    WARD_MIX,
    Procedure,
    Quarter,
    World,
    office_time,
)

DAY = dt.timedelta(days=1)
# Receipts on a day off at the counter, and dossiers whose code carries another day: (period, unit), planted in truth.
DAY_OFF_RECEIPTS = {
    ("2021-Q1", "p02"): dt.date(2021, 1, 16),
    ("2021-Q1", DESK): dt.date(2021, 1, 23),
    ("2021-Q1", "p08"): dt.date(2021, 2, 27),
    ("2021-Q2", DESK): dt.date(2021, 4, 17),
    ("2021-Q2", "p01"): dt.date(2021, 4, 21),
    ("2021-Q2", "p06"): dt.date(2021, 5, 22),
}
CODE_DATE_DIFFERS = {
    ("2021-Q1", "p04"),
    ("2021-Q1", "p08"),
    ("2021-Q1", DESK),
    ("2021-Q2", "p02"),
    ("2021-Q2", "p07"),
    ("2021-Q2", DESK),
}
# Promises two working days later than the catalogue's time, given at receipt: (period, unit), planted in truth.
DUE_DIFFERS = {("2021-Q1", "p01"), ("2021-Q1", "p08"), ("2021-Q2", "p02"), ("2021-Q2", DESK)}
# One open dossier of this ward was deleted from its system then, between the two exports: planted in truth.
DELETED_BY, DELETED_AT = "p01", dt.datetime.combine(dt.date(2021, 4, 20), dt.time(10))


@dataclass
class Dossier:
    """The true history of one dossier; a moment is None when the event never came."""

    dossier_code: str
    receiving_unit_id: str
    department_unit_id: str
    procedure_id: str
    field_code: str
    level_section_code: str
    channel: str
    submitted_at: dt.datetime
    received_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    rejected_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    due_after_supplement_at: dt.datetime | None = None
    supplement_requested_at: dt.datetime | None = None
    supplement_received_at: dt.datetime | None = None
    payment_requested_at: dt.datetime | None = None
    paid_at: dt.datetime | None = None
    suspended_at: dt.datetime | None = None
    resumed_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    closing: str = ""
    delivered_at: dt.datetime | None = None
    deleted_at: dt.datetime | None = None
    is_at_desk_too: bool = False
    apology_at: dt.datetime | None = None
    overdue_cause: str = ""
    service_level: str = ""
    fee_kind: str = ""
    fee_due: int | None = None
    fee_paid: int | None = None
    fee_paid_at: dt.datetime | None = None
    payment_channel: str = ""
    digitised_intake: str = ""
    digitised_result: str = ""
    satisfaction: str = ""
    oddity: str = ""
    remark_oddity: str = ""
    person: int = 0

    def left_before(self, day: dt.date) -> bool:
        """Tell whether the system had nothing more to do with it before a day."""
        end = self.delivered_at if self.closing == "result" else self.finished_at
        return (end is not None and end.date() < day) or (
            self.rejected_at is not None and self.rejected_at.date() < day
        )


def simulate(world: World, seed: int, scale: float) -> list[Dossier]:
    """Return every dossier that any export may show, ordered by unit and submission.

    Args:
        world: calendar, procedures, units.
        seed: one seed, one truth.
        scale: 1 is about 6,000 dossiers a quarter over desk and wards.
    """
    dossiers: list[Dossier] = []
    for unit in UNITS:
        # Text as seed: the same on every machine, and a unit's history does not depend on the others.
        chance = random.Random(f"{seed}-{unit}")
        own = _received_by(unit, world, chance, scale)
        if world.timeline.plants_faults:
            own += [_day_off_receipt(world, unit, day) for (_, at), day in DAY_OFF_RECEIPTS.items() if at == unit]
        own = [dossier for dossier in own if not dossier.left_before(world.timeline.quarters[0].start)]
        own.sort(key=lambda dossier: (dossier.received_at or dossier.submitted_at, dossier.submitted_at))
        _give_codes(world, own)
        if world.timeline.plants_faults:
            _plant_code_dates(world, own, unit)
            _plant_promises(world, own, unit)
            if unit == DELETED_BY:
                _delete_one(world, own)
        dossiers += own
    for number, dossier in enumerate(dossiers, start=1):
        dossier.person = number
    return dossiers


def _received_by(unit: str, world: World, chance: random.Random, scale: float) -> list[Dossier]:
    mix = DESK_MIX if unit == DESK else WARD_MIX
    procedures = [world.procedures[name] for name in mix]
    weights = list(mix.values())
    own = []
    for first, last in (*world.timeline.history, world.timeline.aftermath):
        days = world.days.between(first, last)
        count = round(VOLUME[unit] * scale * (len(days) / 62 if (first, last) == world.timeline.aftermath else 1))
        for procedure in chance.choices(procedures, weights, k=count):
            own.append(_history(world, chance, unit, procedure, chance.choice(days)))
    return own


def _history(world: World, chance: random.Random, unit: str, procedure: Procedure, day: dt.date) -> Dossier:
    received = office_time(chance, day)
    if chance.random() < 0.85 and received.time() > dt.time(16, 30):
        received = received.replace(hour=9)
    if received.time() == SAME_DAY_CUTOFF:
        received += dt.timedelta(minutes=1)  # "after 15:00" leaves open what 15:00 itself is
    channel = _channel(chance, unit)
    dossier = _new(unit, procedure, channel, _submitted(world, chance, channel, received))
    if channel == "online" and chance.random() < 0.03:
        dossier.rejected_at = received
        return dossier
    dossier.received_at = received
    dossier.due_at = None if chance.random() < 0.012 else world.due(procedure, received)
    if unit not in (DESK, "p09") and procedure.procedure_id in INTERLINKED:
        dossier.is_at_desk_too = chance.random() < 0.05
    _process(world, chance, dossier, procedure)
    dossier.started_at = _started(world, chance, dossier)
    return dossier


def _started(world: World, chance: random.Random, dossier: Dossier) -> dt.datetime:
    """Work begins within the hour, sometimes on the next working day, and before anything else happens."""
    assert dossier.received_at is not None
    at_once = dossier.received_at + dt.timedelta(minutes=4)
    next_day = world.days.after(dossier.received_at.date(), 1)
    start = office_time(chance, next_day) if chance.random() < 0.15 else at_once
    asked = (dossier.supplement_requested_at, dossier.payment_requested_at, dossier.suspended_at, dossier.finished_at)
    return start if all(event is None or start <= event for event in asked) else at_once


def _new(unit: str, procedure: Procedure, channel: str, submitted: dt.datetime) -> Dossier:
    level = procedure.competent_level
    by_ward = level == "ward" or (level == "both" and unit != DESK)
    return Dossier(
        "",
        unit,
        procedure.department_unit_id if unit == DESK else "",
        procedure.procedure_id,
        procedure.field_code,
        "B" if by_ward else "A",
        channel,
        submitted,
    )


def _channel(chance: random.Random, unit: str) -> str:
    draw = chance.random()
    if draw < ONLINE[unit]:
        return "online"
    return "postal" if draw < ONLINE[unit] + 0.015 else "direct"


def _submitted(world: World, chance: random.Random, channel: str, received: dt.datetime) -> dt.datetime:
    """At the counter minutes before; by post a day or two; online within the last working day, any hour from 7."""
    if channel == "direct":
        return received - dt.timedelta(minutes=chance.randint(0, 15))
    if channel == "postal":
        return received - dt.timedelta(days=chance.randint(1, 2), minutes=chance.randint(0, 50))
    if chance.random() < 0.6:
        return max(received - dt.timedelta(minutes=chance.randint(2, 200)), received.replace(hour=7, minute=0))
    before = received.date() - DAY
    while chance.random() < 0.5 and not world.days.is_working(before):
        before -= DAY
    return dt.datetime.combine(before, dt.time(chance.randint(7, 21), chance.randint(0, 59)))


def _process(world: World, chance: random.Random, dossier: Dossier, procedure: Procedure) -> None:
    slow = procedure.time_unit != "same_day"
    draw = chance.random()
    if slow and draw < 0.045:
        _supplement(world, chance, dossier, procedure)
    elif slow and draw < 0.065:
        _close_without_result(world, chance, dossier)
    elif slow and draw < 0.08 and dossier.receiving_unit_id == DESK:
        _payment(world, chance, dossier)
    elif slow and draw < 0.083 and dossier.receiving_unit_id not in NO_SUSPENSION:
        _suspension(world, chance, dossier)
    elif slow and draw < 0.087:
        return  # nobody ever finished it
    else:
        _finish(world, chance, dossier, dossier.received_at)
    if dossier.closing == "result":
        _deliver(world, chance, dossier)


def _finish(world: World, chance: random.Random, dossier: Dossier, since: dt.datetime | None) -> None:
    """End of processing: before, on or after the promised day, never before `since`."""
    assert since is not None
    due = dossier.due_after_supplement_at or dossier.due_at
    limit = world.days.count(since.date(), due.date()) if due else chance.randint(1, 12)
    late = chance.random() < LATE[dossier.receiving_unit_id] * (0.2 if limit <= 1 else 1.0)
    if late:
        wait = limit + min(int(chance.expovariate(0.25)) + 1, 60)
    elif limit <= 1:
        wait = limit if chance.random() < 0.5 else 0
    else:
        wait = limit if chance.random() < 0.35 else chance.randint(1, limit)
    day = world.days.after(since.date(), wait)
    if not world.days.is_working(day):
        day = world.days.on_or_after(day)
    dossier.finished_at = office_time(chance, day, after=since + dt.timedelta(minutes=5))
    dossier.closing = "result"


def _deliver(world: World, chance: random.Random, dossier: Dossier) -> None:
    assert dossier.finished_at is not None
    draw = chance.random()
    if draw < 0.015:
        return  # the applicant never came
    wait = 0 if draw < 0.6 else 1 if draw < 0.85 else chance.randint(2, 5) if draw < 0.97 else chance.randint(10, 40)
    day = world.days.after(dossier.finished_at.date(), wait)
    dossier.delivered_at = office_time(chance, day, after=dossier.finished_at)


def _supplement(world: World, chance: random.Random, dossier: Dossier, procedure: Procedure) -> None:
    assert dossier.received_at is not None
    due = dossier.due_at
    limit = world.days.count(dossier.received_at.date(), due.date()) if due else 5
    asked_on = world.days.after(dossier.received_at.date(), chance.randint(0, max(limit - 1, 0)))
    dossier.supplement_requested_at = office_time(chance, asked_on, after=dossier.received_at + dt.timedelta(minutes=5))
    if chance.random() < 0.12:  # the applicant never came back: returned after twenty working days
        dossier.finished_at = office_time(chance, world.days.after(asked_on, 20))
        dossier.closing = "returned"
        return
    back_on = world.days.after(asked_on, chance.randint(1, 10))
    dossier.supplement_received_at = office_time(chance, back_on)
    if due:
        dossier.due_after_supplement_at = world.later_due(procedure, due, asked_on, back_on)
    _finish(world, chance, dossier, dossier.supplement_received_at)


def _close_without_result(world: World, chance: random.Random, dossier: Dossier) -> None:
    assert dossier.received_at is not None
    day = world.days.after(dossier.received_at.date(), chance.randint(1, 12))
    dossier.finished_at = office_time(chance, day)
    dossier.closing = "withdrawn" if chance.random() < 0.6 else "returned"


def _payment(world: World, chance: random.Random, dossier: Dossier) -> None:
    """The clock stands still until the money is paid; the system shows no new promise and forgets the pause."""
    assert dossier.received_at is not None
    asked_on = world.days.after(dossier.received_at.date(), 1)
    dossier.payment_requested_at = office_time(chance, asked_on)
    if chance.random() < 0.25:
        return
    dossier.paid_at = office_time(chance, world.days.after(asked_on, chance.randint(1, 15)))
    _finish(world, chance, dossier, dossier.paid_at)


def _suspension(world: World, chance: random.Random, dossier: Dossier) -> None:
    assert dossier.received_at is not None
    stopped_on = world.days.after(dossier.received_at.date(), chance.randint(1, 3))
    dossier.suspended_at = office_time(chance, stopped_on)
    if chance.random() < 0.5:
        return
    dossier.resumed_at = office_time(chance, world.days.after(stopped_on, chance.randint(5, 30)))
    _finish(world, chance, dossier, dossier.resumed_at)


def _day_off_receipt(world: World, unit: str, day: dt.date) -> Dossier:
    procedure = world.procedures["1.001612" if unit == DESK else "1.004873"]
    received = dt.datetime.combine(day, dt.time(8, 20))
    dossier = _new(unit, procedure, "direct", received - dt.timedelta(minutes=10))
    dossier.received_at = received
    dossier.started_at = received + dt.timedelta(minutes=30)
    dossier.due_at = world.due(procedure, received)
    dossier.finished_at = dt.datetime.combine(world.days.after(day, 2), dt.time(14, 0))
    dossier.delivered_at = dt.datetime.combine(world.days.after(day, 3), dt.time(9, 0))
    dossier.closing = "result"
    dossier.oddity = "received_on_day_off"
    return dossier


def _give_codes(world: World, own: list[Dossier]) -> None:
    """Give `000.NN.99.H51-YYMMDD-0001`: day of receipt, or of submission for what an export shows as not yet received.

    The agency codes of the city are unknown; second-level 99 is unreal (domain/12).
    """
    of_day: Counter[dt.date] = Counter()
    for dossier in own:
        received = dossier.received_at
        waiting = received is None or any(dossier.submitted_at <= q.export < received for q in world.timeline.quarters)
        day = dossier.submitted_at.date() if waiting or received is None else received.date()
        of_day[day] += 1
        dossier.dossier_code = code(dossier.receiving_unit_id, day, of_day[day])


def code(unit: str, day: dt.date, number: int) -> str:
    """Return a dossier code of a unit."""
    agency = "00" if unit == DESK else unit[1:]
    return f"000.{agency}.99.H51-{day:%y%m%d}-{number:04d}"


def is_quarter_only(dossier: Dossier, quarter: Quarter) -> bool:
    """Tell whether a dossier was received and delivered inside one quarter, so that one export alone shows it."""
    return (
        dossier.closing == "result"
        and dossier.received_at is not None
        and dossier.delivered_at is not None
        and dossier.received_at.date() >= quarter.start
        and dossier.delivered_at.date() <= quarter.end
        and not dossier.is_at_desk_too
        and not dossier.oddity
    )


def _plant_code_dates(world: World, own: list[Dossier], unit: str) -> None:
    for quarter in world.timeline.quarters:
        if (quarter.period_id, unit) not in CODE_DATE_DIFFERS:
            continue
        candidates = [dossier for dossier in own if is_quarter_only(dossier, quarter)]
        chosen = candidates[len(candidates) // 3]
        assert chosen.received_at is not None
        chosen.dossier_code = code(unit, chosen.received_at.date() - 20 * DAY, 8001)
        chosen.oddity = "code_date_differs"


def _plant_promises(world: World, own: list[Dossier], unit: str) -> None:
    for quarter in world.timeline.quarters:
        if (quarter.period_id, unit) not in DUE_DIFFERS:
            continue
        candidates = [
            dossier
            for dossier in own
            if is_quarter_only(dossier, quarter)
            and dossier.supplement_requested_at is None
            and dossier.due_at is not None
            and world.procedures[dossier.procedure_id].time_unit == "working_day"
        ]
        chosen = candidates[len(candidates) // 2]
        assert chosen.due_at is not None
        chosen.due_at = dt.datetime.combine(world.days.after(chosen.due_at.date(), 2), chosen.due_at.time())
        chosen.oddity = "due_differs_from_catalogue"


def _delete_one(world: World, own: list[Dossier]) -> None:
    """Delete one dossier that the first export showed open and that had nothing to wait for."""
    first_export = world.timeline.quarters[0].export
    candidates = [
        dossier
        for dossier in own
        if status_at(dossier, first_export) == status_at(dossier, DELETED_AT) == "in_progress"
        and dossier.channel == "direct"
        and dossier.due_at is not None
        and not (dossier.supplement_requested_at or dossier.is_at_desk_too or dossier.oddity)
    ]
    for chosen in candidates[:1]:
        chosen.finished_at = chosen.delivered_at = None
        chosen.closing = ""
        chosen.deleted_at = DELETED_AT


def status_at(dossier: Dossier, moment: dt.datetime) -> str | None:
    """Return the canonical status at a moment; None before the dossier exists, and when it is deleted."""
    if moment < dossier.submitted_at or _came(dossier.deleted_at, moment):
        return None
    if _came(dossier.rejected_at, moment):
        return "rejected_at_intake"
    if not _came(dossier.received_at, moment):
        return "submitted"
    if _came(dossier.finished_at, moment):
        if dossier.closing != "result":
            return dossier.closing
        return "result_delivered" if _came(dossier.delivered_at, moment) else "result_ready"
    for since, until, status in (
        (dossier.supplement_requested_at, dossier.supplement_received_at, "awaiting_supplement"),
        (dossier.payment_requested_at, dossier.paid_at, "awaiting_payment"),
        (dossier.suspended_at, dossier.resumed_at, "suspended"),
    ):
        if _came(since, moment) and not _came(until, moment):
            return status
    return "in_progress" if _came(dossier.started_at, moment) else "accepted"


def _came(event: dt.datetime | None, moment: dt.datetime) -> bool:
    return event is not None and event <= moment
