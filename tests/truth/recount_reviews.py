"""An independent recount of form II.04 from the truth: plain Python, rules of domain/07 and forms/II.04.

Here: reading reviews.csv.gz, columns 3–14 by procedure and section. Not here: submissions.
Invariant: nothing of `pipelines` or of the generator is used; a figure of the product is proved by counting again.

    from truth.recount_reviews import load_reviews, recount_reviews        (tests/ is on the path of pytest)
    recount_reviews(load_reviews(), "2021-Q1")[("A", "2.000815")]["c13"]
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from truth.recount import LAST_SEEN, PERIODS

HERE = Path(__file__).resolve().parent
COLUMNS = tuple(f"c{number}" for number in range(3, 15))
DOCUMENTS = {"amend": "c4", "replace": "c5", "abolish": "c6", "new": "c7"}
PROCEDURES = {"amend": "c9", "replace": "c10", "abolish": "c11", "new": "c12"}
# The order in which units of the office are in its table, for two reports of one day.
ORDER = ("tp-st-vp", "tp-st-tp", "tp-st-tckh", "tp-st-ldtbxh", "tp-st-tnmt", *(f"p{n:02d}" for n in range(1, 11)))
Cells = dict[str, int | Decimal | None]


@dataclass(frozen=True)
class Review:
    """One row of reviews.csv.gz, as far as form II.04 needs it (see README.md)."""

    reviewing_unit_id: str
    procedure_code: str
    in_plan: str
    reported_on: dt.date | None
    proposal_kind: str
    competence: str
    document_number: str
    document_action: str
    cost_before: int | None
    cost_after: int | None

    @property
    def is_own(self) -> bool:
        """Return whether the proposal may be decided by the city and changes something."""
        return self.competence == "own" and self.proposal_kind in PROCEDURES


def load_reviews(path: Path = HERE / "reviews.csv.gz") -> list[Review]:
    """Read the truth."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
        return [_review(row) for row in csv.DictReader(source)]


def _review(row: dict[str, str]) -> Review:
    return Review(
        row["reviewing_unit_id"],
        row["procedure_code"],
        row["in_plan"],
        dt.date.fromisoformat(row["reported_on"]) if row["reported_on"] else None,
        row["proposal_kind"],
        row["competence"],
        row["document_number"],
        row["document_action"],
        int(row["cost_before"]) if row["cost_before"] else None,
        int(row["cost_after"]) if row["cost_after"] else None,
    )


def reported_in(reviews: Iterable[Review], period_id: str, units: Collection[str] = ORDER) -> dict[str, Review]:
    """Return procedure → the one report that counts: the newest of the period, then the order of the units."""
    start, end = PERIODS[period_id]
    counted: dict[str, Review] = {}
    for review in sorted(reviews, key=lambda review: ORDER.index(review.reviewing_unit_id)):
        last = min(end, LAST_SEEN[period_id].get(review.reviewing_unit_id, end))
        if review.reviewing_unit_id not in units or review.reported_on is None:
            continue
        if start <= review.reported_on <= last:
            other = counted.get(review.procedure_code)
            if other is None or other.reported_on is None or review.reported_on > other.reported_on:
                counted[review.procedure_code] = review
    return counted


def every_report_in(reviews: Iterable[Review], period_id: str, units: Collection[str] = ORDER) -> list[Review]:
    """Return all reports of the period, those of a second unit on one procedure too."""
    start, end = PERIODS[period_id]
    return [
        review
        for review in reviews
        if review.reviewing_unit_id in units
        and review.reported_on is not None
        and start <= review.reported_on <= min(end, LAST_SEEN[period_id].get(review.reviewing_unit_id, end))
    ]


def recount_reviews(
    reviews: Iterable[Review], period_id: str, units: Collection[str] = ORDER
) -> dict[tuple[str, str], Cells]:
    """Count columns 3 to 14 by (section, procedure code); ("", "") is the total of the form.

    A document counts once in a form, beside the first of its procedures by code.

    Args:
        reviews: the truth.
        period_id: a period of `truth.recount.PERIODS`.
        units: the units of one form; all of the city by default.
    """
    reviews = list(reviews)
    counted = reported_in(reviews, period_id, units)
    documents: dict[str, Review] = {}
    for review in sorted(every_report_in(reviews, period_id, units), key=lambda review: review.procedure_code):
        if review.is_own and review.document_number:
            documents.setdefault(review.document_number, review)
    lines = {(_section(review), code): _line([review], documents, {code}) for code, review in counted.items()}
    return {**lines, ("", ""): _line(list(counted.values()), documents, set(counted))}


def _section(review: Review) -> str:
    return "A" if review.in_plan == "yes" else "B"


def _line(reviews: list[Review], documents: dict[str, Review], codes: set[str]) -> Cells:
    cells: Cells = dict.fromkeys(COLUMNS, 0)

    def add(column: str) -> None:
        cells[column] = int(cells[column] or 0) + 1

    for document in (document for document in documents.values() if document.procedure_code in codes):
        known = document.document_action if document.document_action in DOCUMENTS else document.proposal_kind
        add("c3")
        add(DOCUMENTS[known])
    saved = whole = 0
    for review in reviews:
        if review.is_own:
            add("c8")
            add(PROCEDURES[review.proposal_kind])
            if review.cost_before and review.cost_after is not None:
                whole += review.cost_before
                saved += max(review.cost_before - review.cost_after, 0)
        elif review.competence == "higher" and review.proposal_kind in PROCEDURES:
            add("c14")
    percent = Decimal(saved * 100) / whole if whole else None
    cells["c13"] = None if percent is None else percent.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return cells


def main(period_id: str) -> None:
    """Print the recount of a period."""
    print("\t".join(("", *COLUMNS)))
    for (section, code), cells in sorted(recount_reviews(load_reviews(), period_id).items()):
        print("\t".join((f"{section} {code}".strip() or "total", *(str(cells[column]) for column in COLUMNS))))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2021-Q1")
