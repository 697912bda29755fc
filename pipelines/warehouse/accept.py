"""Accepting what a delivered file claims, by a person's word: an act in the journal.

Here: which open claims the file has now, writing the act that names each. Not here: what the act settles (acceptance).
Invariant: an act names the claims and the records it was given for; what comes up later needs its own word.
"""

from __future__ import annotations

from pipelines.ingest.landing import Receipt
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.build import only_run
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.named import named, the_one
from pipelines.warehouse.records import Records
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.reported_claims import reported_claims
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import TypedDelivery


def accept(office: Office, name: str, by: str, why: str) -> tuple[Receipt, list[Claim]]:
    """Accept every open claim on one sending; return the sending and the claims.

    Args:
        office: the office.
        name: the sending's id, its file name, or its path in the inbox.
        by: who accepts.
        why: the reason an auditor will read.

    Raises:
        OfficeError: no sending, or more than one, is named so; it claims nothing that a word can settle; or a run is
            under way.
    """
    with only_run(office):
        claims = open_by_receipt(office)
        found = named(office, name, claims)
        if not found:
            receipt = the_one(name, named(office, name))
            raise OfficeError(_nothing_to_accept(office, receipt))
        receipt = the_one(name, found)
        accepted = claims[receipt.receipt_id]
        journal.append(
            office,
            "accept",
            by,
            why,
            delivery_id=receipt.receipt_id,
            unit_id=receipt.unit_id,
            inbox_path=receipt.shown_path,
            sha256=receipt.sha256,
            claims=[
                {"delivery_id": claim.delivery_id, "kind": claim.kind, "records": list(claim.records)}
                for claim in accepted
            ],
        )
    return receipt, accepted


def still_shown(office: Office, accepted: list[Claim]) -> list[tuple[Delivery, tuple[str, ...]]]:
    """Return the files that count and still show records accepted as gone, each with those it shows.

    Rows count by their dates, whatever period their file was sent for: such a file keeps the records in the figures.
    """
    gone = {record for claim in accepted if claim.kind == "records_gone" for record in claim.records}
    if not gone:
        return []
    known = register(office)
    lacking = {claim.delivery_id for claim in accepted}
    streams = {item.stream for item in known if item.delivery_id in lacking}
    shown = [
        (item.delivery, tuple(sorted(gone & _records(item))))
        for item in standing(office, known)
        if item.is_counted and item.delivery.stream in streams and item.delivery.delivery_id not in lacking
    ]
    return [(delivery, records) for delivery, records in shown if records]


def _records(item: TypedDelivery) -> set[str]:
    """The records a counted file has in the figures."""
    found = set(Records().codes(str(item.delivery.stream), item.folder))
    return found if item.remaining is None else found & item.remaining


def open_by_receipt(office: Office) -> dict[str, list[Claim]]:
    """Return the claims a person's word would settle, by sending: of the files themselves, and of built reports."""
    found: dict[str, list[Claim]] = {}
    of_files = [claim for item in standing(office, register(office)) for claim in item.claims]
    for claim in [*of_files, *reported_claims(office)]:
        if claim.is_open and claim.can_be_accepted:
            known = found.setdefault(claim.delivery_id.partition(":")[0], [])
            if claim not in known:
                known.append(claim)
    return found


def _nothing_to_accept(office: Office, receipt: Receipt) -> str:
    refused = [
        claim
        for item in standing(office, register(office))
        if item.delivery.receipt_id == receipt.receipt_id
        for claim in item.claims
        if not claim.can_be_accepted
    ]
    if refused:
        return f"«{receipt.shown_path}» không chấp nhận được: {refused[0].reason} {refused[0].mend}"
    return f"«{receipt.shown_path}» không có gì chờ xác nhận."
