"""Withdrawing a delivered file, and taking it back in: acts in the journal, nothing is deleted.

Here: finding the delivery a person means, writing the act. Not here: what the register makes of it (register).
Invariant: what was issued before stays; the same question with an earlier received-by gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.ingest.landing import Receipt
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.build import only_run
from pipelines.warehouse.issued import issued_versions
from pipelines.warehouse.named import named, the_one
from pipelines.warehouse.register import withdrawals


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawn delivery, or one taken back in, and the issued versions that had seen it."""

    receipt: Receipt
    issued_with: tuple[str, ...]


def withdraw(office: Office, name: str, by: str, why: str) -> Withdrawal:
    """Take one delivery out of every question asked from now on.

    Args:
        office: the office.
        name: the delivery's id, its file name, or its path in the inbox.
        by: who withdraws.
        why: the reason an auditor will read.

    Raises:
        OfficeError: no delivery, or more than one, is named so, or a run is under way.
    """
    with only_run(office):
        found, gone = named(office, name), withdrawals(office)
        left = [item for item in found if item.receipt_id not in gone]
        if found and not left:
            raise OfficeError(f"«{name}» đã được rút từ {gone[found[0].receipt_id].at:%H:%M ngày %d/%m/%Y}.")
        return _act(office, "withdraw", the_one(name, left), by, why)


def restore(office: Office, name: str, by: str, why: str) -> Withdrawal:
    """Take a withdrawn delivery back in, as if it had never been out; arguments are those of `withdraw`.

    Raises:
        OfficeError: no withdrawn delivery, or more than one, is named so, or a run is under way.
    """
    with only_run(office):
        found = named(office, name, withdrawals(office))
        if not found and named(office, name):
            raise OfficeError(
                f"«{name}» không phải tệp đã rút: đang được tính hoặc đã được thay. Xem: kstt status <kỳ>"
            )
        return _act(office, "restore", the_one(name, found), by, why)


def came_back(office: Office, taken: Iterable[Receipt]) -> dict[str, str]:
    """Return receipt id → a remark on each new sending whose bytes its unit sent before and somebody took out."""
    out = {
        (
            act.details["unit_id"],
            act.details["sha256"],
        ): f": đúng từng byte tệp đã rút ngày {act.at:%d/%m/%Y} ({act.why})"
        for act in withdrawals(office).values()
    }
    found = {receipt.receipt_id: out.get((receipt.unit_id, receipt.sha256), "") for receipt in taken}
    return {name: f"{remark}, nay lại được tính" for name, remark in found.items() if remark}


def _act(office: Office, act: str, receipt: Receipt, by: str, why: str) -> Withdrawal:
    journal.append(
        office,
        act,
        by,
        why,
        delivery_id=receipt.receipt_id,
        unit_id=receipt.unit_id,
        inbox_path=receipt.shown_path,
        sha256=receipt.sha256,
    )
    seen = [item.issue_id for item in issued_versions(office) if receipt.receipt_id in item.record()["receipts"]]
    return Withdrawal(receipt, tuple(seen))
