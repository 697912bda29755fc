"""What really happened of all that units record by hand: documents, officers, checks, communication, deaths.

Here: the true records of areas I, VIII, IX and X of the plan, unit by unit. Not here: sheets (record_sheets).
Invariant: one seed gives one truth, whatever else is simulated; a record is known by its code within its unit; every
number is invented and no person stands behind one.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from generator.world import WARDS, Quarter, World

DEPARTMENTS = (
    "tp-st-vp", "tp-st-nv", "tp-st-tp", "tp-st-tckh", "tp-st-ldtbxh", "tp-st-tnmt", "tp-st-qldt", "tp-st-kt",
    "tp-st-vhtt", "tp-st-gddt", "tp-st-yt", "tp-st-ttr", "tp-st-dt",
)  # fmt: skip
UNITS = (*DEPARTMENTS, *WARDS)
# Who issued a plan of the year late, and who issued none: (unit, kind).
LATE_PLANS = {("p03", "control_plan"): dt.date(2021, 2, 5), ("tp-st-yt", "review_plan"): dt.date(2021, 1, 31)}
LATE_PLANS |= {("tp-st-dt", "control_plan"): dt.date(2021, 3, 29)}
NO_PLAN = {("p10", "review_plan"), ("tp-st-dt", "review_plan"), ("tp-st-ttr", "review_plan")}
# Who named its focal officers anew in 2021.
NEW_OFFICERS = {"tp-st-vhtt": dt.date(2021, 2, 10), "p05": dt.date(2021, 5, 5)}
CHECKS = "tp-st-nv"  # leads the combined check (domain/08 8.3)
COMBINED = ("tp-st-tp", "tp-st-tnmt", "tp-st-ldtbxh", "p01", "p03", "p06", "p07", "p10")
OWN_CHECKS = ("tp-st-tp", "tp-st-ldtbxh", *WARDS)
# The sample's departments that owe these [A]; the fewer sheets, the smaller the sample.
TELLING = ("tp-st-vp", "tp-st-nv", "tp-st-tp", "tp-st-vhtt", *WARDS)
TRAINED = ("tp-st-vp", "tp-st-nv", "tp-st-tp", "tp-st-ldtbxh", *WARDS)
CATEGORIES = ("posting", "intake", "late", "apology", "fee", "register", "digitisation", "feedback")
REQUESTS = ("linked_two", "linked_two", "linked_survivor", "linked_funeral", "linked_funeral", "not_linked")
DAY = dt.timedelta(days=1)


@dataclass
class Directive:
    """One document of a unit."""

    unit_id: str
    document_number: str
    directive_kind: str
    issued_on: dt.date
    plan_year: str = ""
    oddity: str = ""


@dataclass
class FocalDecision:
    """One decision on focal officers."""

    unit_id: str
    decision_number: str
    decided_on: dt.date
    officer_count: int
    ended_on: dt.date | None = None
    oddity: str = ""


@dataclass
class Inspection:
    """One check of one unit."""

    unit_id: str
    inspection_code: str
    inspection_kind: str
    plan_number: str
    plan_on: dt.date
    checked_unit_id: str
    planned_on: dt.date
    done_on: dt.date | None = None
    conclusion_number: str = ""
    conclusion_on: dt.date | None = None
    oddity: str = ""


@dataclass
class Finding:
    """One thing a check found wrong."""

    unit_id: str
    finding_code: str
    inspection_code: str
    category: str
    found_on: dt.date
    deadline_on: dt.date
    closed_on: dt.date | None = None
    oddity: str = ""


@dataclass
class Communication:
    """One activity of communication."""

    unit_id: str
    communication_code: str
    channel: str
    topic: str
    communicated_on: dt.date
    item_count: int | None
    reach: int | None
    oddity: str = ""


@dataclass
class Training:
    """One training and those of one unit who took part."""

    unit_id: str
    training_code: str
    organiser: str
    topic: str
    trained_on: dt.date
    focal_count: int
    one_stop_count: int
    other_count: int
    oddity: str = ""


@dataclass
class DeathCase:
    """One registered death and what was asked for with it."""

    unit_id: str
    case_code: str
    registered_on: dt.date
    requested: str
    due_on: dt.date | None = None
    residence_on: dt.date | None = None
    benefit_partner: str = ""
    benefit_on: dt.date | None = None
    oddity: str = ""


def directives(world: World, seed: int) -> list[Directive]:
    """Return the documents, by unit: the two plans of the year, and now and then a letter or another."""
    made = []
    for unit in UNITS:
        chance = random.Random(f"{seed}-directive-{unit}")
        number = chance.randint(3, 20)
        plan_days = world.days.between(dt.date(2021, 1, 8), dt.date(2021, 1, 29))
        for kind in ("control_plan", "review_plan"):
            day = LATE_PLANS.get((unit, kind)) or chance.choice(plan_days)
            number += chance.randint(1, 9)
            if (unit, kind) not in NO_PLAN:
                made.append(Directive(unit, f"{number}/KH-UBND", kind, day, "2021"))
        for quarter in world.timeline.quarters:
            for _ in range(chance.choice((0, 0, 1, 1, 2))):
                number += chance.randint(5, 40)
                day = chance.choice(_days(world, quarter))
                kind, symbol = chance.choice((("letter", "CV-UBND"), ("letter", "CV-UBND"), ("other", "QĐ-UBND")))
                made.append(Directive(unit, f"{number}/{symbol}", kind, day))
    made.append(Directive("p02", "901/TT-UBND", "unknown", dt.date(2021, 2, 24), "", "unknown_directive_kind"))
    made.append(Directive("p06", "902/TT-UBND", "unknown", dt.date(2021, 5, 19), "", "unknown_directive_kind"))
    return made


def focal_officers(world: World, seed: int) -> list[FocalDecision]:
    """Return the decisions on focal officers: one in force in every unit, two replaced in 2021."""
    made = []
    for unit in UNITS:
        chance = random.Random(f"{seed}-officers-{unit}")
        day = chance.choice(world.days.between(dt.date(2020, 2, 3), dt.date(2020, 10, 30)))
        renewed = NEW_OFFICERS.get(unit)
        number = chance.randint(10, 90)
        made.append(FocalDecision(unit, f"{number}/QĐ", day, chance.randint(1, 3), renewed - DAY if renewed else None))
        if renewed:
            made.append(FocalDecision(unit, f"{number + 100}/QĐ", renewed, chance.randint(1, 3)))
    return made


def inspections(world: World, seed: int) -> list[Inspection]:
    """Return the checks: the combined one of Phòng Nội vụ in eight units, an own one of wards and two departments."""
    made = []
    chance = random.Random(f"{seed}-inspection-{CHECKS}")
    for number, unit in enumerate(COMBINED, start=1):
        planned = world.days.on_or_after(dt.date(2021, 2, 22) + 13 * (number - 1) * DAY)
        check = Inspection(
            CHECKS, f"KT{number:02d}/2021", "combined", "15/KH-UBND", dt.date(2021, 1, 22), unit, planned
        )
        made.append(_made(world, chance, check, is_done=unit != "p10"))
    for unit in OWN_CHECKS:
        chance = random.Random(f"{seed}-inspection-{unit}")
        planned = world.days.on_or_after(dt.date(2021, 2, 15) + chance.randint(0, 100) * DAY)
        plan_on = chance.choice(world.days.between(dt.date(2021, 1, 11), dt.date(2021, 1, 29)))
        number = f"{chance.randint(20, 40)}/KH-TKT"
        check = Inspection(unit, "TKT01/2021", "own", number, plan_on, unit, planned)
        made.append(_made(world, chance, check, is_done=chance.random() < 0.8))
    made.append(Inspection("p04", "TKT02/2021", "unknown", "", dt.date(2021, 1, 25), "p04", dt.date(2021, 3, 4),
                           dt.date(2021, 3, 4), "", None, "unknown_inspection_kind"))  # fmt: skip
    made.append(Inspection("p08", "TKT02/2021", "unknown", "", dt.date(2021, 1, 25), "p08", dt.date(2021, 6, 3),
                           dt.date(2021, 6, 3), "", None, "unknown_inspection_kind"))  # fmt: skip
    return made


def _made(world: World, chance: random.Random, check: Inspection, *, is_done: bool) -> Inspection:
    """Most checks are made on their day or before, some one to three weeks later; half have a conclusion."""
    if is_done:
        late = chance.random() < 0.3
        check.done_on = world.days.on_or_after(check.planned_on + (chance.randint(5, 20) if late else 0) * DAY)
        if not late and chance.random() < 0.3:
            check.done_on = world.days.on_or_after(check.planned_on - 7 * DAY)
        if chance.random() < 0.7:
            check.conclusion_on = world.days.after(check.done_on, chance.randint(2, 10))
            check.conclusion_number = f"{chance.randint(100, 400)}/TB"
    return check


def findings(seed: int, checks: list[Inspection]) -> list[Finding]:
    """Return what the checks found: up to two things each, mended in time, late or not yet."""
    made = []
    for check in checks:
        chance = random.Random(f"{seed}-finding-{check.unit_id}-{check.inspection_code}")
        for number in range(1, chance.choice((0, 1, 1, 2)) + 1 if check.done_on else 1):
            assert check.done_on is not None
            deadline = check.done_on + chance.choice((15, 20, 30)) * DAY
            mended = chance.choice((-9, -4, 0, 6, None))
            closed = None if mended is None else deadline + mended * DAY
            code = f"{check.inspection_code.partition('/')[0]}-{number}"
            made.append(
                Finding(
                    check.unit_id,
                    code,
                    check.inspection_code,
                    chance.choice(CATEGORIES),
                    check.done_on,
                    deadline,
                    closed,
                )
            )
    return made


def communications(world: World, seed: int) -> list[Communication]:
    """Return the activities: up to three a unit and quarter, the loudspeaker in wards only."""
    made = []
    for unit in TELLING:
        chance = random.Random(f"{seed}-communication-{unit}")
        channels = ["portal", "briefing", "law_day", "social_network", "other"]
        channels += ["loudspeaker"] * 3 if unit in WARDS else []
        number = 0
        for quarter in world.timeline.quarters:
            for _ in range(chance.choice((0, 0, 1, 2, 3))):
                number += 1
                topic = chance.choice(("online_service", "online_service", "postal", "feedback", "other"))
                count, reach = chance.choice((None, 1, 2, 4, 12)), chance.choice((None, None, 40, 120, 350))
                day = chance.choice(_days(world, quarter))
                made.append(
                    Communication(unit, f"TT{number:02d}/2021", chance.choice(channels), topic, day, count, reach)
                )
    made.append(Communication("p01", "TT51/2021", "unknown", "postal", dt.date(2021, 2, 3), 2, None,
                              "unknown_communication_channel"))  # fmt: skip
    made.append(Communication("tp-st-vhtt", "TT52/2021", "portal", "unknown", dt.date(2021, 4, 6), 3, 500,
                              "unknown_topic"))  # fmt: skip
    return made


def trainings(world: World, seed: int) -> list[Training]:
    """Return the trainings: one of the city each quarter that most units went to, and a few of their own."""
    made = []
    for unit in TRAINED:
        chance = random.Random(f"{seed}-training-{unit}")
        for number, day in enumerate((dt.date(2021, 1, 20), dt.date(2021, 4, 22)), start=1):
            if chance.random() < 0.7:
                others = chance.choice((0, 0, 1, 3))
                made.append(Training(unit, f"TH{number:02d}/TP", "city", ("control", "electronic")[number - 1], day,
                                     chance.randint(1, 2), chance.choice((0, 1, 2)), others))  # fmt: skip
        if chance.random() < 0.2:
            day = chance.choice(_days(world, chance.choice(world.timeline.quarters)))
            made.append(
                Training(unit, "TH01/ĐV", "own", "one_stop", day, 1, chance.randint(1, 4), chance.randint(0, 9))
            )
    return made


def death_cases(world: World, seed: int) -> list[DeathCase]:
    """Return the deaths each ward registered since before the first quarter, with the steps of what was linked."""
    made = []
    for unit in WARDS:
        chance = random.Random(f"{seed}-death-{unit}")
        days = world.days.between(dt.date(2020, 11, 23), dt.date(2021, 6, 16))
        for number, day in enumerate(sorted(chance.sample(days, chance.randint(9, 16))), start=1):
            case = DeathCase(unit, f"{number:02d}/{day.year}-KT", day, chance.choice(REQUESTS))
            made.append(case if case.requested == "not_linked" else _linked(world, chance, case))
    made.append(DeathCase("p09", "91/2021-KT", dt.date(2021, 2, 2), "unknown", oddity="unknown_request"))
    made.append(DeathCase("p03", "92/2021-KT", dt.date(2021, 4, 7), "unknown", oddity="unknown_request"))
    return made


def _linked(world: World, chance: random.Random, case: DeathCase) -> DeathCase:
    """The residence takes days, a benefit two to five weeks; one in five cases runs late, a few never end."""
    has_benefit = case.requested != "linked_two"
    case.due_on = world.days.after(case.registered_on, 25 if has_benefit else 5)
    slow = chance.random() < 0.2
    case.residence_on = world.days.after(case.registered_on, chance.randint(7, 12) if slow else chance.randint(2, 5))
    if has_benefit:
        case.benefit_on = world.days.after(
            case.registered_on, chance.randint(26, 40) if slow else chance.randint(12, 25)
        )
        if case.requested == "linked_funeral":
            case.benefit_partner = chance.choice(("", "labour", "social_insurance"))
        if chance.random() < 0.1:
            case.benefit_on = None
    return case


def _days(world: World, quarter: Quarter) -> list[dt.date]:
    return world.days.between(quarter.start, quarter.end)
