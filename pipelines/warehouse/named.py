"""Which sending a person means by an id, a file name or a path in the inbox.

Here: finding it. Not here: what is done with it (withdraw, accept).
Invariant: a name that could mean two sendings means none.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePath

from pipelines.ingest.landing import Receipt, receipts
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.office.text import counted, nfc


def named(office: Office, name: str, among: Collection[str] | None = None) -> list[Receipt]:
    """Return the sendings a person may mean: of that id, that file name, or a path that ends so.

    Args:
        office: the office.
        name: as typed.
        among: only these receipt ids; all without it.
    """
    noted = nfc(name).removeprefix("./")
    known = [item for item in receipts(office) if among is None or item.receipt_id in among]
    found = [item for item in known if noted in (item.receipt_id, item.file_name, PurePath(item.shown_path).name)]
    return found or [item for item in known if _ends(noted, item.inbox_path) or _ends(item.inbox_path, noted)]


def the_one(name: str, found: list[Receipt]) -> Receipt:
    """Return the only sending found.

    Raises:
        OfficeError: none, or more than one; the message lists their ids.
    """
    if not found:
        raise OfficeError(f"Không có tệp đã nhận nào tên «{name}». Xem tệp của từng đơn vị: kstt status <kỳ>")
    if len(found) > 1:
        lines = "\n".join(f"  - {item.receipt_id}: {item.shown_path}" for item in found)
        raise OfficeError(f"Có {counted(found)} lần gửi tên «{name}». Ghi mã lần gửi:\n{lines}")
    return found[0]


def _ends(path: str, end: str) -> bool:
    """Return whether a path ends with another, by whole names."""
    parts, tail = PurePath(path).parts, PurePath(end).parts
    return len(tail) <= len(parts) and parts[len(parts) - len(tail) :] == tail
