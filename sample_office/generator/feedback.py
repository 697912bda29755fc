"""What really happened to every feedback (phản ánh, kiến nghị), before any log shows anything of it.

Here: intake, refusal, transfer, answer, publication by the states and limits of domain/06. Not here: files.
Invariant: one seed gives one truth; a refusal never lies beyond the quarter of its receipt, since no log dates it, but
for the one planted (REFUSED_LATER).
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from generator.world import OFFICE, OFFICE_END, WARDS, Quarter, World, office_time

DAY = dt.timedelta(days=1)
ANSWER_DAYS, COMPLEX_DAYS = 15, 30
# Feedback of a quarter: departments by the office's system, wards by their own logs [A].
DEPARTMENT_VOLUME = {
    "tp-st-tnmt": 13, "tp-st-qldt": 11, "tp-st-tckh": 7, "tp-st-ldtbxh": 6, "tp-st-tp": 6, "tp-st-kt": 4,
    "tp-st-vhtt": 3, "tp-st-gddt": 3, "tp-st-nv": 3,
}  # fmt: skip
WARD_VOLUME = {"p01": 5, "p02": 6, "p03": 5, "p04": 4, "p06": 4, "p07": 5, "p08": 4, "p09": 4, "p10": 4}
WARD_FIELDS = ("ho-tich", "chung-thuc", "dat-dai", "bao-tro-xa-hoi", "nguoi-co-cong", "moi-truong")
ALSO_IN_SYSTEM = 0.4
BEFORE = (dt.date(2020, 11, 2), dt.date(2020, 12, 14), 0.45)
KINDS = {"regulation": 0.52, "act": 0.4, "both": 0.08}
SOURCES = {
    "system_574": 30, "national_portal": 20, "province_system": 15, "document": 12, "phone": 10, "email": 8,
    "direct": 5,
}  # fmt: skip
OTHER_BODIES = ("Sở Tài nguyên và Môi trường", "Công an tỉnh", "Bảo hiểm xã hội tỉnh", "Công ty Điện lực")
# Complaints and denunciations that stand in a log although they are no feedback: (period, unit), planted in truth.
NOT_FEEDBACK = {("2021-Q1", "tp-st-tnmt"), ("2021-Q1", "p02"), ("2021-Q2", "tp-st-qldt"), ("2021-Q2", "p06")}

# One feedback of this department, open at the end of the first quarter, was refused then: planted in truth.
REFUSED_BY, REFUSED_LATER = "tp-st-tnmt", dt.datetime.combine(dt.date(2021, 4, 5), dt.time(9))


@dataclass
class Feedback:
    """The true history of one feedback; a moment is None when the event never came."""

    feedback_code: str
    handling_unit_id: str
    about_unit_id: str
    field_code: str
    feedback_kind: str
    intake_source: str
    is_complex: bool
    is_in_system: bool
    is_in_ward_log: bool
    received_at: dt.datetime
    due_at: dt.datetime
    classified_at: dt.datetime | None = None
    info_requested_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    refused_at: dt.datetime | None = None
    transferred_at: dt.datetime | None = None
    transferred_to: str = ""
    answered_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    result_kind: str = ""
    satisfaction: str = ""
    oddity: str = ""
    person: int = 0

    def left_before(self, day: dt.date) -> bool:
        """Tell whether nothing more was to come before a day: published, transferred or refused."""
        end = self.published_at or self.transferred_at or self.refused_at
        return end is not None and end.date() < day


def simulate_feedback(world: World, seed: int) -> list[Feedback]:
    """Return every feedback that any file may show, ordered by receipt."""
    made: list[Feedback] = []
    for unit, volume in {**DEPARTMENT_VOLUME, **WARD_VOLUME}.items():
        chance = random.Random(f"{seed}-feedback-{unit}")
        for first, last, share in (BEFORE, *((q.start, q.end, 1.0) for q in world.timeline.quarters)):
            days = world.days.between(first, last)
            own = [_history(world, chance, unit, chance.choice(days)) for _ in range(round(volume * share))]
            _plant_complaint(world, own, unit, first)
            made += own
    made = [feedback for feedback in made if not feedback.left_before(world.timeline.quarters[0].start)]
    made.sort(key=lambda feedback: (feedback.received_at, feedback.handling_unit_id))
    _give_codes(made)
    if world.timeline.plants_faults:
        _refuse_later(made, world.timeline.quarters[0].end)
    return made


def _plant_complaint(world: World, own: list[Feedback], unit: str, first: dt.date) -> None:
    """The first feedback of a few units is in truth a complaint."""
    period = next((quarter.period_id for quarter in world.timeline.quarters if quarter.start == first), "")
    if world.timeline.plants_faults and (period, unit) in NOT_FEEDBACK:
        own[0].feedback_kind = "out_of_scope"
        own[0].oddity = "not_feedback"


def _refuse_later(made: list[Feedback], last: dt.date) -> None:
    """Refuse one feedback that the log of the first quarter showed open and that was answered in the second."""
    candidates = [
        feedback
        for feedback in made
        if feedback.handling_unit_id == REFUSED_BY
        and feedback.received_at.date() <= last
        and feedback.answered_at is not None
        and feedback.answered_at.date() > last
        and not feedback.oddity
    ]
    for chosen in candidates[:1]:
        chosen.answered_at = chosen.published_at = None
        chosen.result_kind = chosen.satisfaction = ""
        chosen.refused_at = REFUSED_LATER


def is_shown_once(feedback: Feedback, quarter: Quarter) -> bool:
    """Tell whether one log of one quarter alone shows it, received, answered and published inside the quarter."""
    end = feedback.published_at
    return (
        feedback.is_in_system != feedback.is_in_ward_log
        and feedback.received_at.date() >= quarter.start
        and end is not None
        and end.date() <= quarter.end
        and not feedback.oddity
    )


def _history(world: World, chance: random.Random, unit: str, day: dt.date) -> Feedback:
    received = office_time(chance, day)
    is_ward = unit in WARDS
    is_complex = chance.random() < 0.06
    fields = [code for code, department in world.departments.items() if department == unit]
    feedback = Feedback(
        feedback_code="",
        handling_unit_id=unit,
        about_unit_id=unit if chance.random() < 0.8 else "tp-st-bpmc",
        field_code=chance.choice(WARD_FIELDS if is_ward else fields),
        feedback_kind=chance.choices(list(KINDS), list(KINDS.values()))[0],
        intake_source=chance.choices(list(SOURCES), list(SOURCES.values()))[0],
        is_complex=is_complex,
        is_in_system=not is_ward or chance.random() < ALSO_IN_SYSTEM,
        is_in_ward_log=is_ward,
        received_at=received,
        due_at=dt.datetime.combine(world.days.after(day, COMPLEX_DAYS if is_complex else ANSWER_DAYS), OFFICE_END),
    )
    _process(world, chance, feedback)
    return feedback


def _process(world: World, chance: random.Random, feedback: Feedback) -> None:
    received_on = feedback.received_at.date()
    step = office_time(chance, world.days.after(received_on, chance.randint(1, 2)))
    draw = chance.random()
    quarters = world.timeline.quarters
    cut_offs = (quarters[0].start - DAY, *(quarter.end for quarter in quarters))
    if draw < 0.06 and not any(received_on <= cut_off < step.date() for cut_off in cut_offs):
        feedback.refused_at = step
        return
    feedback.classified_at = step
    if draw < 0.16:
        feedback.transferred_at = office_time(chance, world.days.after(step.date(), chance.randint(0, 1)), after=step)
        feedback.transferred_to = chance.choice(OTHER_BODIES)
        return
    if draw < 0.22:
        feedback.info_requested_at = office_time(chance, world.days.after(step.date(), chance.randint(1, 3)))
        if chance.random() < 0.3:
            return  # the sender never came back
    since = feedback.info_requested_at or step
    feedback.started_at = office_time(chance, world.days.after(since.date(), chance.randint(1, 2)))
    if chance.random() < 0.03:
        return  # nobody ever answered
    _answer(world, chance, feedback)


def _answer(world: World, chance: random.Random, feedback: Feedback) -> None:
    assert feedback.started_at is not None
    started_on = feedback.started_at.date()
    left = max(world.days.count(started_on, feedback.due_at.date()), 1)
    wait = left + chance.randint(1, 12) if chance.random() < 0.14 else chance.randint(1, left)
    feedback.answered_at = office_time(chance, world.days.after(started_on, wait))
    feedback.result_kind = chance.choice(("accepted", "explained", "explained", "not_accepted"))
    if chance.random() < 0.5:
        feedback.satisfaction = chance.choice(("satisfied", "satisfied", "neutral", "dissatisfied"))
    if chance.random() < 0.78:
        published_on = world.days.after(feedback.answered_at.date(), chance.choice((0, 1, 1, 2, 2, 6)))
        feedback.published_at = office_time(chance, published_on, after=feedback.answered_at)


def _give_codes(made: list[Feedback]) -> None:
    """Codes of the feedback system, or of the ward's own book for what the system never saw."""
    for number, feedback in enumerate(made, start=1):
        year, ward = feedback.received_at.year, feedback.handling_unit_id.upper()
        feedback.feedback_code = (
            f"PAKN-{year}-{number:05d}" if feedback.is_in_system else f"{ward}-PA-{year}-{number:03d}"
        )
        feedback.person = 700000 + number


def feedback_status(feedback: Feedback, moment: dt.datetime) -> str | None:
    """Return the canonical status at a moment; None before it came."""
    steps = (
        (feedback.published_at, "published"),
        (feedback.answered_at, "answered"),
        (feedback.transferred_at, "transferred"),
        (feedback.refused_at, "refused"),
        (feedback.started_at, "in_progress"),
        (feedback.info_requested_at, "need_more_info"),
        (feedback.classified_at, "classified"),
        (feedback.received_at, "new"),
    )
    return next((status for event, status in steps if event is not None and event <= moment), None)


def keepers(feedback: Feedback) -> list[str]:
    """Return the units whose files show a feedback."""
    ward = [feedback.handling_unit_id] if feedback.is_in_ward_log else []
    return [*([OFFICE] if feedback.is_in_system else []), *ward]


FEEDBACK_UNITS = (OFFICE, *WARDS)
