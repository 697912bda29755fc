"""Reviews of procedures counted again: procedures, documents and savings of form II.04.

Here: the rules of domain/07 (7.1 plan and record, 7.3 cost) and DESIGN idea 6, one function a rule. Not here: forms,
cells. Invariant: written from the domain chapter, sharing nothing with the dbt models; in one form a procedure counts
once, and a document once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, age, on, row_of_the_day, unit_scopes

STREAM = "review_submissions"
_OWN_FORM = ("ward", "one_stop_desk", "department")
_REPORTED = ("reported", "approved", "implemented")
# Proposal of a procedure, or what happens to a document → the end of its measure's name.
_ACTIONS = {"amend": "amended", "replace": "replaced", "abolish": "abolished", "new": "new"}
_LAST = 999999


@dataclass(frozen=True)
class Review:
    """One unit's review of one procedure, as known: its newest row, and what it is in the period."""

    unit_id: str
    row: Row
    section: str
    is_reported: bool
    is_late: bool

    @property
    def procedure_code(self) -> str:
        """Code of the reviewed procedure."""
        return self.row["procedure_code"]

    @property
    def own_action(self) -> str | None:
        """What the unit decides itself to do with the procedure; None for a proposal to others, or none."""
        is_own = self.is_reported and self.row["competence"] == "own"
        return self.row["proposal_kind"] if is_own and self.row["proposal_kind"] in _ACTIONS else None


def counted_procedures(landed: Landed) -> list[Counted]:
    """Return the procedures reviewed in the period or late against the plan, once in each form."""
    return [
        Counted(
            record=f"{scope_id}:{review.procedure_code}",
            row_id=review.row["row_id"],
            scopes=frozenset((scope_id,)),
            keys={"plan_section_code": review.section, "procedure_code": review.procedure_code},
            measures=procedure_measures(review),
        )
        for scope_id, reviews in reviews_by_scope(landed).items()
        for review in first_of_each_procedure(reviews).values()
    ]


def counted_documents(landed: Landed) -> list[Counted]:
    """Return the documents own proposals change, once in each form, in the row of their first procedure by code."""
    found = []
    for scope_id, reviews in reviews_by_scope(landed).items():
        spoken = first_of_each_procedure(reviews)
        for document, review in first_of_each_document(reviews).items():
            action = document_action(review)
            total = {"own_documents_total": 1}
            found.append(
                Counted(
                    record=f"{scope_id}:{document}",
                    row_id=review.row["row_id"],
                    scopes=frozenset((scope_id,)),
                    keys={
                        "plan_section_code": spoken[review.procedure_code].section,
                        "procedure_code": review.procedure_code,
                    },
                    measures={
                        **total,
                        **{f"own_documents_{end}": int(name == action) for name, end in _ACTIONS.items()},
                    },
                )
            )
    return found


# --- what is known -------------------------------------------------------------------------------------------------


def reviews_by_scope(landed: Landed) -> dict[str, list[Review]]:
    """Return the counted reviews of each form, the one that speaks for its procedure first.

    Where several units of a scope review a procedure, what is reported comes before what is late, then the newest
    report, then the order of the units.
    """
    scopes: defaultdict[str, list[Review]] = defaultdict(list)
    for review in known_reviews(landed):
        if review.is_reported or review.is_late:
            for scope_id in unit_scopes(landed, review.unit_id, _OWN_FORM):
                scopes[scope_id].append(review)

    def order(review: Review) -> tuple[Any, ...]:
        day = on(review.row["reported_on"])
        unit = landed.units.get(review.unit_id, {})
        place = unit.get("sort_no") if unit.get("sort_no") is not None else _LAST
        return not review.is_reported, day is None, -day.toordinal() if day else 0, place, review.unit_id

    return {scope_id: sorted(reviews, key=order) for scope_id, reviews in scopes.items()}


def known_reviews(landed: Landed) -> Iterator[Review]:
    """Yield the review of every unit and procedure any counted delivery shows."""
    records: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in landed.rows(STREAM):
        records[reviewing_unit(landed, row), row["procedure_code"]].append(row)
    for (unit_id, _), rows in records.items():
        yield _known(landed, unit_id, max(rows, key=age), row_of_the_day(rows, landed.question["as_of"]))


def reviewing_unit(landed: Landed, row: Row) -> str:
    """Return the unit that reviews: the sender, or the unit the row names where a file is of many units."""
    delivery = row["delivery"]
    from_column = delivery["unit_from"] == "column"
    named = landed.now(landed.unit_of_key.get(row["reviewing_unit_key"]) if from_column else delivery["unit_id"])
    return named if named in landed.units else UNKNOWN


def _known(landed: Landed, unit_id: str, newest: Row, observed: Row) -> Review:
    question = landed.question
    start, until = question["period_start"], question["until_on"]
    # A status that shows a report, or of its end, is the as-of day's; before that the newest has the word.
    status = observed["status"] if observed["status"] in (*_REPORTED, "cancelled") else newest["status"]
    reported_on, planned_on = on(newest["reported_on"]), on(observed["planned_end_on"])
    is_reported = status in (*_REPORTED, UNKNOWN, None)
    reported_by_then = reported_on is not None and reported_on <= until and is_reported
    in_plan = newest["in_plan"] == "yes"
    return Review(
        unit_id=unit_id,
        row=newest,
        section=plan_section(landed, in_plan),
        is_reported=reported_by_then and reported_on is not None and reported_on >= start,
        is_late=in_plan
        and planned_on is not None
        and planned_on < until
        and not reported_by_then
        and observed["status"] != "cancelled",
    )


def plan_section(landed: Landed, in_plan: bool) -> str:
    """Return the section of what the yearly plan has (A), or of the rest (B), as the office names them."""
    applies_to = "in_plan" if in_plan else "outside_plan"
    return landed.section_for("review", applies_to) or ("A" if in_plan else "B")


# --- one of each ---------------------------------------------------------------------------------------------------


def first_of_each_procedure(reviews: list[Review]) -> dict[str, Review]:
    """Return procedure code → the review that speaks for it in a form."""
    first: dict[str, Review] = {}
    for review in reviews:
        first.setdefault(review.procedure_code, review)
    return first


def first_of_each_document(reviews: list[Review]) -> dict[str, Review]:
    """Return document → the first own proposal that names it, by procedure code."""
    first: dict[str, Review] = {}
    for review in sorted(reviews, key=lambda review: review.procedure_code):
        document = "".join((review.row["document_number"] or "").strip(" ").upper().split(" "))
        if document and review.own_action:
            first.setdefault(document, review)
    return first


def document_action(review: Review) -> str | None:
    """Return what happens to a document: as its row says, else what happens to its procedure."""
    action = review.row["document_action"]
    return action if action in _ACTIONS else review.own_action


# --- measures ------------------------------------------------------------------------------------------------------


def procedure_measures(review: Review) -> dict[str, int]:
    """Return the columns of II.04 a procedure counts in; saving and cost in đồng a year."""
    own, row = review.own_action, review.row
    before, after = costs_of_a_year(row)
    # Saving and cost count together: own proposals whose costs before and after are both known (domain/07 7.3).
    has_costs = own is not None and before is not None and after is not None and before > 0 and after >= 0
    cost = before if has_costs and before is not None else 0
    saving = max(cost - after, 0) if has_costs and after is not None else 0
    is_proposal = row["proposal_kind"] in _ACTIONS
    return {
        "own_procedures_total": int(own is not None),
        **{f"own_procedures_{end}": int(own == name) for name, end in _ACTIONS.items()},
        "proposed_procedures": int(review.is_reported and is_proposal and row["competence"] == "higher"),
        "saving_amount": saving,
        "cost_before_amount": cost,
        "reviewed": int(review.is_reported),
        "kept": int(review.is_reported and row["proposal_kind"] == "keep"),
        "planned_late": int(review.is_late),
        "unclear_proposals": int(
            review.is_reported
            and row["proposal_kind"] != "keep"
            and not (is_proposal and row["competence"] in ("own", "higher"))
        ),
    }


def costs_of_a_year(row: Row) -> tuple[int | None, int | None]:
    """Return the cost before and after: as stated, else by the standard cost model (domain/07 7.3).

    C = (Σ t × w + Σ d + f) × k × n; what is abolished costs nothing any more.
    """
    before, after = (_stated_or_computed(row, side) for side in ("before", "after"))
    if after is None and row["proposal_kind"] == "abolish":
        after = 0
    return before, after


def _stated_or_computed(row: Row, side: str) -> int | None:
    stated = row[f"cost_{side}"]
    if stated is not None:
        return int(stated)
    needed = [row[name] for name in (f"hours_{side}", "wage_per_hour", "times_per_year", "subjects_per_year")]
    if any(value is None for value in needed):
        return None
    hours, wage, times, subjects = (Decimal(str(value)) for value in needed)
    once = hours * wage + Decimal(str(row[f"other_cost_{side}"] or 0)) + Decimal(str(row[f"fee_{side}"] or 0))
    return int((once * times * subjects).quantize(Decimal(1), ROUND_HALF_UP))
