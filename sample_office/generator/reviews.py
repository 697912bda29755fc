"""What really came of every reviewed procedure of the plan year 2021, before any unit reports anything of it.

Here: who reviews what, in or outside the plan, when it is reported, what is proposed, what it costs (domain/07).
Not here: files. Invariant: one seed gives one truth; units on one procedure propose the same; a document belongs to one
decision, so that it counts once wherever it is named.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from generator.world import OFFICE, WARDS, World

WAGE = 30_000
PLAN_ENDS = (dt.date(2021, 3, 31), dt.date(2021, 4, 30), dt.date(2021, 5, 31), dt.date(2021, 6, 30))
# First and last day of the reports of each quarter; the third span lies after the last file.
REPORTED = (
    (dt.date(2021, 1, 18), dt.date(2021, 3, 12)),
    (dt.date(2021, 3, 16), dt.date(2021, 6, 11)),
    (dt.date(2021, 6, 16), dt.date(2021, 6, 29)),
)
AMENDED_BY_PROVINCE = "UBND tỉnh Sóc Trăng"


@dataclass(frozen=True)
class Proposal:
    """What is proposed for one procedure, by whoever reviews it."""

    procedure_id: str
    kind: str
    competence: str = "own"
    proposed_to: str = ""
    document_number: str = ""
    document_action: str = ""
    in_plan: str = "yes"


@dataclass
class Review:
    """The true history of one procedure at one reviewing unit; money in đồng, costs of a year."""

    reviewing_unit_id: str
    procedure_code: str
    procedure_name: str
    field_code: str
    in_plan: str
    planned_end_on: dt.date | None
    started_on: dt.date
    reported_on: dt.date | None
    approved_on: dt.date | None
    cancelled_on: dt.date | None
    proposal_kind: str
    competence: str
    proposed_to: str
    document_number: str
    document_action: str
    states_amounts: bool
    hours_before: Decimal | None = None
    other_cost_before: int | None = None
    fee_before: int | None = None
    hours_after: Decimal | None = None
    other_cost_after: int | None = None
    fee_after: int | None = None
    wage_per_hour: int | None = None
    times_per_year: int | None = None
    subjects_per_year: int | None = None
    cost_before: int | None = None
    cost_after: int | None = None
    saving_percent: Decimal | None = None
    oddity: str = ""
    person: int = 0


def _own(procedure: str, kind: str, document: str = "", action: str = "", in_plan: str = "yes") -> Proposal:
    return Proposal(procedure, kind, "own", "", document, action, in_plan)


def _higher(procedure: str, kind: str, to: str, document: str, in_plan: str = "yes") -> Proposal:
    action = "abolish" if kind == "abolish" else "amend"
    return Proposal(procedure, kind, "higher", to, document, action, in_plan)


# Documents of the city are invented numbers; two decisions (1520, 2210) change two procedures each.
PROPOSALS = {
    proposal.procedure_id: proposal
    for proposal in (
        _own("2.000528", "amend", "1520/QĐ-UBND", "amend"),
        _own("2.000748", "amend", "1520/QĐ-UBND", "amend"),
        _higher("2.000806", "amend", "Bộ Tư pháp", "04/2020/TT-BTP"),
        _own("2.000992", "abolish", "310/QĐ-UBND", "abolish"),
        Proposal("2.001008", "keep"),
        _own("1.000893", "amend", "77/QĐ-UBND", "amend", in_plan="no"),
        _own("1.001612", "amend", "2210/QĐ-UBND", "replace"),
        _own("2.000720", "replace", "2210/QĐ-UBND", "replace"),
        _higher("1.001570", "amend", "Bộ Kế hoạch và Đầu tư", "02/2019/TT-BKHĐT"),
        _own("1.001266", "abolish", "2211/QĐ-UBND", "abolish"),
        Proposal("1.005280", "keep"),
        _own("1.004982", "amend", "96/QĐ-UBND", "amend", in_plan="no"),
        _own("1.001776", "amend", "415/QĐ-UBND", "amend"),
        _higher("1.001731", "amend", AMENDED_BY_PROVINCE, "23/2018/QĐ-UBND"),
        _own("1.001699", "replace", "416/QĐ-UBND", "new"),
        Proposal("1.001653", "keep"),
        _own("2.002307", "abolish", "88/QĐ-UBND", "abolish", in_plan="no"),
        _own("cap-doi-giay-chung-nhan-quyen-su-dung-dat", "amend", "505/QĐ-UBND", "amend"),
        _higher("tach-thua-hoac-hop-thua-dat", "amend", AMENDED_BY_PROVINCE, "02/2020/QĐ-UBND"),
        _own("cap-lai-giay-chung-nhan-do-bi-mat", "new", "506/QĐ-UBND", "new"),
        _own("xac-nhan-dang-ky-ke-hoach-bao-ve-moi-truong", "abolish", "507/QĐ-UBND", "abolish", in_plan="no"),
        _own("2.001827", "amend", "640/QĐ-UBND", "amend", in_plan="no"),
        _own("1.001029", "abolish", "641/QĐ-UBND", "abolish", in_plan="no"),
        _own("2.000815", "amend", "118/QĐ-UBND", "amend"),
        _higher("1.004873", "amend", "Bộ Tư pháp", "15/2015/TT-BTP"),
        _own("1.001193", "amend", "119/QĐ-UBND", "amend"),
        _own("2.000884", "abolish", "120/QĐ-UBND", "abolish"),
        Proposal("1.000894", "keep"),
        _own("2.000635", "replace", "121/QĐ-UBND", "replace", in_plan="no"),
        _higher("2.000908", "abolish", AMENDED_BY_PROVINCE, "31/2017/QĐ-UBND", in_plan="no"),
        _own("1.004859", "amend", "122/QĐ-UBND", "amend"),
        _own("2.002308", "amend", "123/QĐ-UBND", "amend", in_plan="no"),
    )
}
# Unit → procedures, with the span of REPORTED; None: planned, never reported within the sample.
WORK: dict[str, tuple[tuple[str, int | None], ...]] = {
    "tp-st-tp": (("2.000528", 0), ("2.000748", 0), ("2.000806", 1), ("2.000992", 1), ("2.001008", 0), ("1.000893", 1)),
    "tp-st-tckh": (
        ("1.001612", 0),
        ("2.000720", 1),
        ("1.001570", 0),
        ("1.001266", 1),
        ("1.005280", 2),
        ("1.004982", 1),
    ),
    "tp-st-ldtbxh": (("1.001776", 1), ("1.001731", 0), ("1.001699", 1), ("1.001653", None), ("2.002307", 0)),
    "tp-st-tnmt": (
        ("cap-doi-giay-chung-nhan-quyen-su-dung-dat", 0),
        ("tach-thua-hoac-hop-thua-dat", 1),
        ("cap-lai-giay-chung-nhan-do-bi-mat", 1),
        ("xac-nhan-dang-ky-ke-hoach-bao-ve-moi-truong", 0),
    ),
    OFFICE: (("2.001827", 0), ("1.001029", 1)),
    "p01": (("2.000815", 0), ("1.004873", 1), ("1.000894", 2)),
    "p02": (("2.000815", 0), ("1.001193", 1)),
    "p03": (("2.000884", 0), ("1.004873", 1), ("2.002308", 1)),
    "p04": (("1.004859", 1), ("2.000635", 0)),
    "p05": (("1.001193", 1), ("1.000894", 0)),
    "p06": (("2.000884", 1), ("2.000908", 0)),
    "p07": (("1.004859", 0), ("1.000894", None)),
    "p08": (("2.000635", 1), ("1.004873", 0)),
    "p09": (("2.000815", 1), ("2.000908", 0)),
    "p10": (("1.001193", 0), ("2.002308", 1)),
}
REVIEW_UNITS = ("tp-st-tp", "tp-st-tckh", "tp-st-ldtbxh", "tp-st-tnmt", OFFICE, *WARDS)
# Local codes for procedures the catalogue knows by name only.
LOCAL_CODES = {
    "cap-doi-giay-chung-nhan-quyen-su-dung-dat": "T-STG-000101-TT",
    "tach-thua-hoac-hop-thua-dat": "T-STG-000102-TT",
    "cap-lai-giay-chung-nhan-do-bi-mat": "T-STG-000103-TT",
    "xac-nhan-dang-ky-ke-hoach-bao-ve-moi-truong": "T-STG-000104-TT",
}
# What a unit tells so that nobody can count it otherwise: check → (unit, procedure, span). Planted in truth: the unit
# itself knows no better. `_TOLD` below has what it leaves out.
TOLD_BADLY = {
    "missing_cost_after": ("p05", "1.004884", 0),
    "cost_rises": ("tp-st-tp", "2.000522", 1),
    "unknown_procedure": ("tp-st-ldtbxh", "1.999902", 1),
    "unknown_unit": ("p04", "1.004772", 1),
    "unknown_field": ("p08", "2.000913", 0),
    "reported_after_plan": ("tp-st-tckh", "2.000575", 0),
    "proposal_without_addressee": ("p10", "1.004746", 1),
    "unknown_status": ("p01", "2.001035", 0),
    "unknown_in_plan": ("p02", "2.001016", 1),
    "unknown_proposal_kind": ("p03", "1.000656", 0),
    "unknown_competence": ("p06", "1.001022", 1),
    "unknown_document_action": ("tp-st-tp", "2.000513", 0),
}
_NOTED: dict[str, dict[str, str]] = {
    "unknown_in_plan": {"in_plan": "unknown"},
    "unknown_proposal_kind": {"proposal_kind": "unknown"},
    "unknown_competence": {"competence": "unknown"},
    "unknown_document_action": {"document_action": "unknown"},
    "proposal_without_addressee": {"competence": "higher", "proposed_to": ""},
}


def simulate_reviews(world: World, seed: int) -> list[Review]:
    """Return every reviewed procedure, by unit."""
    made = []
    for unit in REVIEW_UNITS:
        chance = random.Random(f"{seed}-review-{unit}")
        for procedure_id, span in WORK[unit]:
            made.append(_review(world, chance, unit, PROPOSALS[procedure_id], span))
        for check_id, (host, procedure_id, span) in TOLD_BADLY.items():
            if host == unit and world.timeline.plants_faults:
                number = list(TOLD_BADLY).index(check_id) + 1
                proposal = _own(procedure_id, "amend", f"70{number:02d}/QĐ-UBND", "amend", in_plan="no")
                made.append(_with_fault(_review(world, chance, unit, proposal, span), check_id))
    for number, review in enumerate(made, start=1):
        review.person = number
    return made


def _with_fault(review: Review, check_id: str) -> Review:
    review = replace(review, oddity=check_id, states_amounts=True, **_NOTED.get(check_id, {}))
    if check_id == "missing_cost_after":
        return replace(_stated(review, 40_000_000, 30_000_000), cost_after=None, saving_percent=None)
    if check_id == "cost_rises":
        return replace(_stated(review, 20_000_000, 22_000_000), saving_percent=None)
    if check_id == "reported_after_plan":
        return replace(review, in_plan="yes", planned_end_on=dt.date(2020, 6, 30))
    return review


def _review(world: World, chance: random.Random, unit: str, proposal: Proposal, span: int | None) -> Review:
    procedure = world.procedures.get(proposal.procedure_id)
    reported = chance.choice(world.days.between(*REPORTED[span])) if span is not None else None
    started = world.days.on_or_after(dt.date(2021, 1, 11) + dt.timedelta(days=chance.randint(0, 4)))
    ends = [day for day in PLAN_ENDS if reported is None or day >= reported or chance.random() < 0.2]
    planned_end = chance.choice(ends) if reported is not None else PLAN_ENDS[-1]
    approved = world.days.after(reported, chance.randint(5, 25)) if reported and chance.random() < 0.4 else None
    review = Review(
        reviewing_unit_id=unit,
        procedure_code=LOCAL_CODES.get(proposal.procedure_id, proposal.procedure_id),
        procedure_name=procedure.name if procedure else "Thủ tục giả lập chưa có trong danh mục",
        field_code=procedure.field_code if procedure else "bao-tro-xa-hoi",
        in_plan=proposal.in_plan,
        planned_end_on=planned_end if proposal.in_plan == "yes" else None,
        started_on=started,
        reported_on=reported,
        approved_on=approved,
        cancelled_on=None,
        proposal_kind=proposal.kind,
        competence=proposal.competence,
        proposed_to=proposal.proposed_to,
        document_number=proposal.document_number,
        document_action=proposal.document_action,
        states_amounts=chance.random() < 0.5,
    )
    return review if proposal.kind == "keep" else _with_costs(chance, review)


def _with_costs(chance: random.Random, review: Review) -> Review:
    """Costs by parts; half of the units state only what comes out (domain/07 7.3)."""
    is_abolished = review.proposal_kind == "abolish"
    hours = Decimal(chance.randint(8, 40)) / 2
    parts = {
        "hours_before": hours,
        "other_cost_before": 1000 * chance.randint(10, 80),
        "fee_before": 1000 * chance.choice((0, 0, 8, 15, 50)),
        "hours_after": Decimal(0) if is_abolished else hours - Decimal(chance.randint(2, int(hours))) / 2,
        "other_cost_after": 0 if is_abolished else 1000 * chance.randint(5, 10),
        "wage_per_hour": WAGE,
        "times_per_year": 1,
        "subjects_per_year": chance.randint(40, 900),
    }
    parts["fee_after"] = 0 if is_abolished else parts["fee_before"]
    if (review.reviewing_unit_id, review.procedure_code) == ("p01", "2.000815"):  # the worked case: 35,00 %
        parts |= {"hours_before": Decimal(6), "hours_after": Decimal(4), "other_cost_before": 20_000}
        parts |= {"other_cost_after": 10_000, "fee_before": 0, "fee_after": 0, "subjects_per_year": 500}
    review = replace(review, **parts)
    return _stated(review, _year(review, "before"), _year(review, "after"))


def _year(review: Review, when: str) -> int:
    hours, other, fee = (getattr(review, f"{part}_{when}") for part in ("hours", "other_cost", "fee"))
    assert review.wage_per_hour and review.times_per_year and review.subjects_per_year
    return int((hours * review.wage_per_hour + other + fee) * review.times_per_year * review.subjects_per_year)


def _stated(review: Review, before: int, after: int) -> Review:
    percent = (Decimal(before - after) * 100 / before).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return replace(review, cost_before=before, cost_after=after, saving_percent=percent)


def review_status(review: Review, moment: dt.datetime) -> str:
    """Return the canonical status on a day's morning."""
    steps = (
        (review.approved_on, "approved"),
        (review.reported_on, "reported"),
        (review.started_on, "in_review"),
    )
    return next((status for day, status in steps if day is not None and day < moment.date()), "planned")
