"""Withdrawing a delivered file: an act in the journal, nothing is deleted.

Here: finding the delivery a person means, writing the act. Not here: what the register makes of it (register).
Invariant: what was issued before stands; the same question with an earlier received-by gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from pipelines.ingest.landing import Receipt, receipts
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.office.text import nfc
from pipelines.warehouse.build import only_run
from pipelines.warehouse.issued import issued_versions
from pipelines.warehouse.register import withdrawals


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawn delivery, and the issued versions that had seen it."""

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
        receipt = _named(office, name)
        journal.append(
            office,
            "withdraw",
            by,
            why,
            delivery_id=receipt.receipt_id,
            unit_id=receipt.unit_id,
            inbox_path=receipt.inbox_path,
            sha256=receipt.sha256,
        )
    seen = [item.issue_id for item in issued_versions(office) if receipt.receipt_id in item.record()["receipts"]]
    return Withdrawal(receipt, tuple(seen))


def _named(office: Office, name: str) -> Receipt:
    told = nfc(name).removeprefix("./")
    known = receipts(office)
    found = [item for item in known if told in (item.receipt_id, item.file_name)]
    found = found or [item for item in known if _ends_with(told, item.inbox_path) or _ends_with(item.inbox_path, told)]
    gone = withdrawals(office, office.clock.now())
    left = [item for item in found if item.receipt_id not in gone]
    if found and not left:
        raise OfficeError(f"«{name}» đã được rút từ {gone[found[0].receipt_id]:%H:%M ngày %d/%m/%Y}.")
    if not left:
        raise OfficeError(f"Không có tệp đã nhận nào tên «{name}». Xem tệp của từng đơn vị: kstt status <kỳ>")
    if len(left) > 1:
        lines = "\n".join(f"  - {item.receipt_id}: {item.inbox_path}" for item in left)
        raise OfficeError(f"Có {len(left)} lần gửi tên «{name}». Ghi mã lần gửi cần rút:\n{lines}")
    return left[0]


def _ends_with(path: str, end: str) -> bool:
    """Tell whether a path ends with another, by whole names."""
    parts, tail = PurePath(path).parts, PurePath(end).parts
    return len(tail) <= len(parts) and parts[len(parts) - len(tail) :] == tail
