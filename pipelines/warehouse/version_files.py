"""The files of versions offices below issued beside each other: what is told once, what differs, what speaks.

Here: the two files of a version, which versions a question counts, the claims that matter to it. Not here: the words of
the claims (issued_claims), what a file says alone (own_claims).
Invariant: as of a day one version speaks of an office's files of a kind and period, as model int_issued_version has it;
a doubt about a version that does not speak holds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import Claim, Claims, Kind
from pipelines.warehouse.issued_claims import of_two_versions
from pipelines.warehouse.typed import TypedDelivery

# What is true of a version, and so of each of its files.
_OF_VERSION: frozenset[Kind] = frozenset({"unknown_units", "other_rules", "issued_forced"})


def beside_each_other(known: Claims, words: Acceptances, items: Sequence[TypedDelivery]) -> list[TypedDelivery]:
    """Return deliveries with what the files of versions say beside each other.

    What is true of a version is told once, of the first of its files; two files of an office that were counted up to
    one day and are of different versions are asked about.

    Args:
        known: the office's units.
        words: what people accepted.
        items: the deliveries that stand, in the order received.
    """
    told: set[tuple[str, str, str]] = set()
    files: dict[tuple[str, str, str, str], dict[str, tuple[TypedDelivery, dict[str, Any]]]] = {}
    found = []
    for item in items:
        version, delivery, claims = _version(item), item.delivery, item.claims
        if version is not None:
            place = delivery.unit_id, delivery.period_id
            of = *place, version["seal"]
            if of in told:
                claims = tuple(claim for claim in claims if claim.kind not in _OF_VERSION)
            told.add(of)
            mine = files.setdefault((*place, version["unit_id"], version["until_on"]), {})
            others = [other for stream, other in mine.items() if stream != delivery.stream]
            pairs = (of_two_versions(known, delivery, version, other.delivery, theirs) for other, theirs in others)
            claims = (*claims, *(words.settle(claim) for claim in pairs if claim))
            mine[str(delivery.stream)] = item, version
        found.append(item if claims is item.claims else replace(item, claims=claims))
    return found


def speaking(items: Iterable[TypedDelivery], until_on: dt.date) -> set[str]:
    """Return the deliveries with the versions that speak as of a day, of each unit, period, kind of file and office.

    That is the version counted up to the day, or up to the last day before it, else up to the first after; of one day
    the newest.
    """
    best: dict[tuple[object, ...], tuple[tuple[int, int, int, str], str]] = {}
    for item in items:
        version, delivery = _version(item), item.delivery
        if version is not None:
            place = delivery.unit_id, delivery.period_id, delivery.stream, version["unit_id"]
            counted_to = dt.date.fromisoformat(version["until_on"])
            is_after, day = counted_to > until_on, counted_to.toordinal()
            rank = int(is_after), day if is_after else -day, -int(version["version"]), delivery.delivery_id
            mine = rank, delivery.delivery_id
            best[place] = min(best.get(place, mine), mine)
    return {delivery_id for _, delivery_id in best.values()}


def claims_that_matter(
    items: Sequence[TypedDelivery], period_id: str, until_on: dt.date
) -> Iterator[tuple[TypedDelivery, Claim]]:
    """Yield every claim but the doubts about versions a question does not count.

    Args:
        items: the deliveries, in the order received.
        period_id: the asked period: the figures of a version are of no other.
        until_on: the last asked day.
    """
    spoken = speaking([item for item in items if item.delivery.period_id == period_id], until_on)
    seals = {version["seal"] for item in items if item.delivery.delivery_id in spoken and (version := _version(item))}
    for item in items:
        version = _version(item)
        for claim in item.claims:
            is_of_version = claim.kind in _OF_VERSION and version is not None and version["seal"] in seals
            if version is None or not claim.is_open or is_of_version or item.delivery.delivery_id in spoken:
                yield item, claim


def _version(item: TypedDelivery) -> dict[str, Any] | None:
    """Return what a counted file says of the version it is of; None of any other file."""
    return item.verdict.get("issued") if item.is_counted else None
