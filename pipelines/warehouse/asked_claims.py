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
from pipelines.office.profiles import END_OF_DAY, ISSUED_PREFIXES, issued_profiles
from pipelines.office.settings import Office
from pipelines.office.text import counted
from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import Claim, Claims, is_export, listed
from pipelines.warehouse.landed_schema import landed_schema
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.shared_records import shared_records
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.title_claims import shown_until
from pipelines.warehouse.typed import TypedDelivery
from pipelines.warehouse.version_files import claims_that_matter

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
# A version an office below issued shows the records of its period.
_ISSUED_CODES = """
    select distinct delivery.delivery_id, delivery.unit_id, delivery.receipt_no, row_of."{key}" as code
    from landed.delivery as delivery
    inner join landed."{stream}" as row_of on delivery.delivery_id = row_of.delivery_id
    where delivery.stream = $stream and delivery.is_counted and delivery.period_id = $period
        and not row_of.is_own_number
"""
# A log without a sender's column shows what its unit knows of each feedback: in the newest of its files that has it.
_LOG_CODES = """
    select delivery.delivery_id, delivery.unit_id, delivery.receipt_no, row_of."{key}" as code
    from landed.delivery as delivery
    inner join landed."{stream}" as row_of on delivery.delivery_id = row_of.delivery_id
    where delivery.stream = $stream and delivery.is_counted and not row_of.is_own_number
    qualify row_number() over (
        partition by delivery.unit_id, row_of."{key}" order by delivery.observed_at desc, delivery.receipt_no desc
    ) = 1
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
    own = claims_that_matter(typed, question.period.period_id, question.until_on)
    found = [(item.delivery, claim) for item, claim in own]
    by_id = {item.delivery.delivery_id: item.delivery for item in typed}
    raised = [
        *_short(known, question, typed),
        *_beyond(known, question, typed),
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
    """Of each unit and stream the newest export sent for the asked period, or a part of it, that ends too early.

    A version of a part is not counted: that its unit has sent none of the period is said by the coverage.
    """
    newest: dict[tuple[str, str | None], tuple[Delivery, dict[str, Any]]] = {}
    for item in typed:
        delivery, period = item.delivery, known.period(item.delivery.period_id)
        within = period and question.period.start_on <= period.start_on and period.end_on <= question.period.end_on
        if delivery.stream in ISSUED_PREFIXES:
            within = delivery.period_id == question.period.period_id
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


def _beyond(known: Claims, question: Question, typed: list[TypedDelivery]) -> Iterator[Claim]:
    """Of each office below whose versions were all counted up to a later day than the asked one, the first of them."""
    first: dict[tuple[str, str | None, str], tuple[dt.date, Delivery]] = {}
    for item in typed:
        version = item.verdict.get("issued")
        if version and item.is_counted and item.delivery.period_id == question.period.period_id:
            office = item.delivery.unit_id, item.delivery.stream, version["unit_id"]
            mine = dt.date.fromisoformat(version["until_on"]), item.delivery
            first[office] = min(first.get(office, mine), mine, key=lambda found: found[0])
    for until_on, delivery in first.values():
        if until_on > question.until_on:
            reason = (
                f"Bản phát hành tính đến hết ngày {until_on:%d/%m/%Y}, sau ngày được hỏi "
                f"({question.until_on:%d/%m/%Y}): số của những ngày sau cũng nằm trong đó."
            )
            yield known.doubt(delivery, "day_passed", "flags", reason)


def _of_codes(
    known: Claims, question: Question, by_id: dict[str, Delivery], connection: duckdb.DuckDBPyConnection
) -> Iterator[Claim]:
    """Records of one code that two units show now: in their files, or in the version their office issued."""
    sent = {delivery.stream for delivery in by_id.values()}
    contracts = [load_contract(contract_path(stream)) for stream in streams() if stream in sent]
    issued: dict[str, pd.DataFrame] = {}
    for contract in (contract for contract in contracts if contract.fact):
        query = _ISSUED_CODES.format(stream=contract.stream, key=contract.key)
        asked = {"stream": contract.stream, "period": question.period.period_id}
        issued[contract.key] = connection.execute(query, asked).df()
        yield from _shared(known, by_id, issued[contract.key])
    until_end = dt.datetime.combine(question.until_on, END_OF_DAY)
    for contract in (contract for contract in contracts if not contract.fact):
        versions = issued.get(contract.key)
        if contract.sender is not None:
            query = _CODES.format(stream=contract.stream, key=contract.key)
            asked = {"until_end": until_end, "stream": contract.stream, "national": NATIONAL_CODE}
            codes = connection.execute(query, asked).df()
            yield from _shared(known, by_id, codes)
        elif versions is not None and len(versions) and contract.national_code:
            query = _LOG_CODES.format(stream=contract.stream, key=contract.key)
            codes = connection.execute(query, {"stream": contract.stream}).df()
        else:
            continue
        if versions is not None:
            both = [codes, versions[versions["code"].isin(codes["code"])]]
            yield from _shared(known, by_id, pd.concat(both), across=True)


def _shared(known: Claims, by_id: dict[str, Delivery], codes: pd.DataFrame, across: bool = False) -> Iterator[Claim]:
    """Dossiers that two units show at once; the file received later is asked about.

    Args:
        known: the office's units.
        by_id: the deliveries of the question.
        codes: which delivery shows which code.
        across: only pairs of an export and an issued version.
    """
    pairs = codes.merge(codes, on="code", suffixes=("", "_other"))
    pairs = pairs[(pairs["unit_id"] != pairs["unit_id_other"]) & (pairs["receipt_no"] > pairs["receipt_no_other"])]
    for (delivery_id, other_id), group in pairs.sort_values("code").groupby(["delivery_id", "delivery_id_other"]):
        delivery, other = by_id[str(delivery_id)], by_id[str(other_id)]
        is_same_stream = delivery.stream == other.stream
        if known.is_successor(delivery.unit_id, other.unit_id) or (across and is_same_stream):
            continue
        yield _of_shared(known, delivery, other, tuple(group["code"]))


def _of_shared(known: Claims, delivery: Delivery, other: Delivery, records: tuple[str, ...]) -> Claim:
    """Say which dossiers another unit shows as well, and by what they are counted."""
    issued = [item for item in (delivery, other) if item.profile in issued_profiles()]
    if issued:
        by = "theo bản mới hơn" if len(issued) > 1 else f"theo bản phát hành của {known.name(issued[0].unit_id)}"
        how = f"cùng có trong «{other.shown_name}» của {known.name(other.unit_id)}, tính một lần, {by}"
    else:
        how = (
            f"cùng có trong tệp mới nhất của {known.name(other.unit_id)} («{other.shown_name}»), chưa rõ đang thuộc "
            "đơn vị nào"
        )
    noun = load_contract(contract_path(str(issued[0].stream))).noun if issued else "hồ sơ"
    reason = f"{counted(records)} {noun} {how}: {listed(records)}."
    return known.doubt(delivery, "shared_codes", "flags", reason, records)
