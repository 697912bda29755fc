"""The register of deliveries: which received file is first, replacement, additional, same bytes or withdrawn.

Here: deriving the register from receipts and the journal, as visible at a moment. Not here: reading files.
Invariant: the same receipts, journal and `received_by` give the same register for ever; nothing is deleted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from pipelines.ingest.landing import Receipt, name_key, receipts
from pipelines.office import journal
from pipelines.office.profiles import Profile
from pipelines.office.settings import Office
from pipelines.warehouse.returns import return_profiles


@dataclass(frozen=True)
class Delivery:
    """One landed file from one unit, with its place among that unit's other files."""

    delivery_id: str
    unit_id: str
    period_id: str
    stream: str | None
    file_name: str
    sha256: str
    received_at: str
    observed_at: dt.datetime
    profile: Profile | None
    kind: str
    replaced_by: str | None = None
    withdrawn: bool = False

    @property
    def observed_on(self) -> dt.date:
        """The day of the moment whose state the file shows."""
        return self.observed_at.date()

    @property
    def is_visible(self) -> bool:
        """Tell whether its rows may count: not replaced, not withdrawn, not a second copy of the same bytes."""
        return self.replaced_by is None and not self.withdrawn and self.kind != "same_bytes"


def register(office: Office, received_by: dt.datetime) -> list[Delivery]:
    """Return every delivery received by a moment, oldest first.

    Same unit, stream, period and name with other bytes is a replacement (the older one leaves; a name that says no
    moment inherits its `observed_at`); another name is additional; the same bytes again are only noted. A withdrawn
    file is as if it had not been sent: what it had replaced stands again.
    """
    withdrawn = set(withdrawals(office, received_by))
    deliveries: list[Delivery] = []
    for receipt in receipts(office):
        if dt.datetime.fromisoformat(receipt.received_at) <= received_by:
            for delivery in _new_deliveries(office, receipt):
                _add(deliveries, delivery, withdrawn)
    return deliveries


def _new_deliveries(office: Office, receipt: Receipt) -> list[Delivery]:
    """A file is one delivery; a unit's return workbook is one for each of its sheets."""
    sheets = return_profiles(office, receipt.unit_id, receipt.period_id, receipt.file_name)
    if not sheets:
        return [_new_delivery(receipt, receipt.receipt_id, office.profile_for(receipt.unit_id, receipt.file_name))]
    return [_new_delivery(receipt, f"{receipt.receipt_id}:{profile.stream}", profile) for profile in sheets]


def _new_delivery(receipt: Receipt, delivery_id: str, profile: Profile | None) -> Delivery:
    named = profile.named_moment(receipt.file_name) if profile else None
    return Delivery(
        delivery_id=delivery_id,
        unit_id=receipt.unit_id,
        period_id=receipt.period_id,
        stream=profile.stream if profile else None,
        file_name=receipt.file_name,
        sha256=receipt.sha256,
        received_at=receipt.received_at,
        observed_at=named or receipt.received_moment.replace(tzinfo=None),
        profile=profile,
        kind="first",
    )


def _add(deliveries: list[Delivery], new: Delivery, withdrawn: set[str]) -> None:
    place = (new.unit_id, new.period_id, new.stream)
    siblings = [old for old in deliveries if (old.unit_id, old.period_id, old.stream) == place]
    same_name = [old for old in siblings if name_key(old.file_name) == name_key(new.file_name) and old.is_visible]
    if {new.delivery_id, new.delivery_id.partition(":")[0]} & withdrawn:
        new = replace(new, withdrawn=True)
    elif any(old.sha256 == new.sha256 and old.is_visible for old in siblings):
        new = replace(new, kind="same_bytes")
    elif same_name:
        old = same_name[-1]
        deliveries[deliveries.index(old)] = replace(old, replaced_by=new.delivery_id)
        names_its_own = new.profile is not None and new.profile.named_moment(new.file_name) is not None
        new = replace(new, kind="replacement", observed_at=new.observed_at if names_its_own else old.observed_at)
    elif siblings:
        new = replace(new, kind="additional")
    deliveries.append(new)


def withdrawals(office: Office, received_by: dt.datetime) -> dict[str, dt.datetime]:
    """Return the deliveries taken out by `kstt withdraw` up to a moment (journal of acts), each with its moment."""
    taken = [act for act in journal.acts(office, "withdraw") if act.at <= received_by]
    return {act.details["delivery_id"]: act.at for act in taken}
