"""Doubts only a question raises: does a unit's newest export reach the last asked day, do two units show a dossier.

Here: these doubts over the deliveries of one question, and table `landed.claim` with all claims, open and settled.
Not here: what a file says of itself (claims, standing), the blockers made of them (package).
Invariant: they flag; no figure depends on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from pipelines.ingest.contract import load_contract
from pipelines.office.profiles import END_OF_DAY
from pipelines.office.settings import Office
from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import Claim, Claims, is_export
from pipelines.warehouse.landed_schema import landed_schema
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.shared_records import shared_records
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.title_claims import shown_until
from pipelines.warehouse.typed import TypedDelivery

if TYPE_CHECKING:
    from pipelines.warehouse.question import Question

# A national code of a dossier: parts of the unit, the day, a number (domain/09); numbers of a unit's own book are none.
NATIONAL_CODE = r"^[0-9A-Z]+([.][0-9A-Z]+)+-[0-9]{6}-[0-9]+$"
# As of the asked day every unit is known by the export that first shows that day whole, else by its last before.
_CODES = """
    with ranked as (
        select
            delivery_id, unit_id, receipt_no,
            row_number() over (
                partition by unit_id
                order by
                    case when observed_at >= $until_end then 0 else 1 end,
                    case when observed_at >= $until_end then observed_at end,
                    observed_at desc, receipt_no desc
            ) as place
        from landed.delivery
        where stream = $stream and is_counted and is_export and unit_from = 'folder' and coverage = 'population'
            and state <> 'partly_replaced'
    )
    select distinct ranked.delivery_id, ranked.unit_id, ranked.receipt_no, row_of."{key}" as code
    from landed."{stream}" as row_of
    inner join ranked on row_of.delivery_id = ranked.delivery_id and ranked.place = 1
    where regexp_matches(row_of."{key}", $national)
"""


def claims_of(
    office: Office, question: Question, typed: list[TypedDelivery], connection: duckdb.DuckDBPyConnection
) -> list[tuple[Delivery, Claim]]:
    """Return every claim on the deliveries of a question: their own, then those the question raises.

    Args:
        office: the office.
        question: what is asked.
        typed: the deliveries that count wholly or in part, and the refused ones.
        connection: the database whose schema `landed` has the deliveries and their rows.
    """
    known, words = Claims(office), Acceptances.of(office, question.cut)
    found = [(item.delivery, claim) for item in typed for claim in item.claims]
    by_id = {item.delivery.delivery_id: item.delivery for item in typed}
    raised = [
        *_short(known, question, typed),
        *_of_codes(known, question, by_id, connection),
        *shared_records(known, by_id, question.until_on, connection),
    ]
    return [*found, *((by_id[claim.delivery_id], words.settle(claim)) for claim in raised)]


def acceptance_rows(office: Office, question: Question) -> pd.DataFrame:
    """Return table `landed.acceptance`: one row per claim accepted and record it names ("" where it names none)."""
    acts = Acceptances.of(office, question.cut).acts
    rows = {
        (delivery_id, kind, record)
        for (delivery_id, kind), given in acts.items()
        for act in given
        for item in act.details["claims"]
        if (item["delivery_id"], item["kind"]) == (delivery_id, kind)
        for record in item["records"] or [""]
    }
    return pd.DataFrame(sorted(rows), columns=list(landed_schema()["acceptance"]))


def claim_rows(found: list[tuple[Delivery, Claim]]) -> pd.DataFrame:
    """Return table `landed.claim`: one row a claim."""
    rows = [
        (
            claim.delivery_id, delivery.unit_id, delivery.period_id, delivery.stream, delivery.shown_name, claim.kind,
            claim.effect, claim.reason, claim.mend, "\n".join(claim.records), claim.accepted or None, claim.is_open,
        )
        for delivery, claim in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(landed_schema()["claim"]))


def _short(known: Claims, question: Question, typed: list[TypedDelivery]) -> Iterator[Claim]:
    """Of each unit and stream the newest export sent for the asked period, or a part of it, that ends too early."""
    newest: dict[tuple[str, str | None], tuple[Delivery, dict[str, Any]]] = {}
    for item in typed:
        delivery, period = item.delivery, known.period(item.delivery.period_id)
        within = period and question.period.start_on <= period.start_on and period.end_on <= question.period.end_on
        if within and item.answers and item.remaining is None and is_export(delivery):
            place = delivery.unit_id, delivery.stream
            mine = delivery, item.verdict.get("said") or {}
            newest[place] = max(newest.get(place, mine), mine, key=lambda found: _age(found[0]))
    for delivery, said in newest.values():
        claim = known.of_last_day(delivery, shown_until(known, delivery, said), question.until_on)
        if claim:
            yield claim


def _age(delivery: Delivery) -> tuple[dt.datetime, int]:
    return delivery.observed_at, delivery.receipt_no


def _of_codes(
    known: Claims, question: Question, by_id: dict[str, Delivery], connection: duckdb.DuckDBPyConnection
) -> Iterator[Claim]:
    for stream in streams():
        contract = load_contract(contract_path(stream))
        if contract.sender is None:
            continue
        query = _CODES.format(stream=stream, key=contract.key)
        until_end = dt.datetime.combine(question.until_on, END_OF_DAY)
        asked = {"until_end": until_end, "stream": stream, "national": NATIONAL_CODE}
        codes = connection.execute(query, asked).df()
        yield from _shared(known, by_id, codes)


def _shared(known: Claims, by_id: dict[str, Delivery], codes: pd.DataFrame) -> Iterator[Claim]:
    """Dossiers that two units show at once; the file received later is asked about."""
    pairs = codes.merge(codes, on="code", suffixes=("", "_other"))
    pairs = pairs[(pairs["unit_id"] != pairs["unit_id_other"]) & (pairs["receipt_no"] > pairs["receipt_no_other"])]
    for (delivery_id, other_id), group in pairs.sort_values("code").groupby(["delivery_id", "delivery_id_other"]):
        delivery, other = by_id[str(delivery_id)], by_id[str(other_id)]
        if not known.is_successor(delivery.unit_id, other.unit_id):
            yield known.of_shared(delivery, other, tuple(group["code"]))
