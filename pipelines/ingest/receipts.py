"""Receipts: one small file for every sending, and the moments known of it.

Here: the fields of a receipt, reading all of them. Not here: writing one (landing), what its moments prove (warehouse).
Invariant: a receipt that cannot be read is named and stops no other; the order is that of the receipt numbers.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.ingest.persons import without_persons
from pipelines.office.settings import Office
from pipelines.office.text import printable

_NUMBER = re.compile(r"-(\d+)$")
_LONGEST = 65_536
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Receipt:
    """One sending of one file by one unit for one period.

    `number` orders the sendings of an office. `origin` describes the source a file was fetched from. Four moments (ISO,
    with offset) say what is known of when it came: the last look at the inbox that did not see it, the first that did,
    the time the file system gives the file, and the time its source gives it; each may be unknown. `look_no` is the
    same for all that one look received: the number of its first receipt, 0 where it is not known. `in_place_of` is the
    id of a receipt that can no longer be read: the file was received with that one.
    """

    receipt_id: str
    received_at: str
    unit_id: str
    period_id: str
    file_name: str
    inbox_path: str
    sha256: str
    size: int
    same_bytes_as: str | None
    origin: dict[str, object] | None = None
    number: int = 0
    not_seen_at: str | None = None
    first_seen_at: str | None = None
    file_time: str | None = None
    source_time: str | None = None
    look_no: int = 0
    in_place_of: str | None = None

    @property
    def order_no(self) -> int:
        """Its place among the sendings: its number, or that of the broken receipt it was written in place of."""
        return number_of(self.in_place_of) if self.in_place_of else self.number

    @property
    def shown_path(self) -> str:
        """Its path in the inbox as it may be shown outside landing: without persons."""
        return printable(without_persons(self.inbox_path))

    @property
    def received_moment(self) -> dt.datetime:
        """Moment of receipt."""
        return dt.datetime.fromisoformat(self.received_at)

    @property
    def received_on(self) -> dt.date:
        """Local day of receipt."""
        return self.received_moment.date()


@dataclass(frozen=True)
class BrokenReceipt:
    """A file among the receipts that is none, and why; `text` is what is left of it."""

    file_name: str
    reason: str
    text: str = field(default="", repr=False)

    @property
    def receipt_id(self) -> str:
        """The id it was written with."""
        return self.file_name.removesuffix(".json")

    @property
    def unit_id(self) -> str:
        """The unit in its id."""
        return self.receipt_id.partition("-")[2].rpartition("-")[0]

    @property
    def moment(self) -> dt.datetime | None:
        """The local moment in its id; None where it has none."""
        try:
            return dt.datetime.strptime(self.receipt_id.partition("-")[0], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        except ValueError:
            return None

    def may_be_of(self, inbox_path: str) -> bool:
        """Return whether what is left of it does not name another file."""
        path = json.dumps(inbox_path, ensure_ascii=False)
        return '"inbox_path": "' not in self.text or f'"inbox_path": {path}'.startswith(self._named_path())

    def _named_path(self) -> str:
        """The path as far as it was written, with its key."""
        start = self.text.index('"inbox_path": "')
        return self.text[start:].partition("\n")[0].rstrip(",\ufffd")


def receipts(office: Office) -> list[Receipt]:
    """Return every readable receipt, in the order of their numbers."""
    return read_receipts(office)[0]


def read_receipts(office: Office) -> tuple[list[Receipt], list[BrokenReceipt]]:
    """Return every readable receipt in the order of their numbers, and the files that are no receipt."""
    good: list[Receipt] = []
    broken: list[BrokenReceipt] = []
    for path in receipt_paths(office):
        found = read_receipt(path)
        if isinstance(found, Receipt):
            good.append(found)
        else:
            broken.append(found)
    return sorted(good, key=lambda receipt: (receipt.number, receipt.receipt_id)), broken


def replaced_receipt(broken: Iterable[BrokenReceipt], unit_id: str, inbox_path: str) -> BrokenReceipt | None:
    """Return the broken receipt a unit's file was received with: the first that does not name another file."""
    found = (item for item in broken if item.unit_id == unit_id and item.may_be_of(inbox_path))
    return min(found, key=lambda item: number_of(item.receipt_id), default=None)


def receipt_paths(office: Office) -> list[Path]:
    """Return the files of the folder of receipts; what a killed writer left has another ending."""
    return sorted((office.data / "receipts").glob("*.json"))


def next_number(office: Office) -> int:
    """Return the number of the next receipt: one after the greatest, a broken receipt's included."""
    return max((number_of(path.stem) for path in receipt_paths(office)), default=0) + 1


def number_of(receipt_id: str) -> int:
    """Return the number at the end of a receipt's id; 0 when there is none."""
    found = _NUMBER.search(receipt_id)
    return int(found[1]) if found else 0


def read_receipt(path: Path) -> Receipt | BrokenReceipt:
    """Read one receipt, or say why it is none. A file that has not changed since is not read again by this process."""
    try:
        found = path.stat()
    except OSError as error:
        return _not_opened(path, error)
    return _read_once(path, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))


@lru_cache(maxsize=50_000)
def _read_once(path: Path, _signature: tuple[int, ...]) -> Receipt | BrokenReceipt:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        receipt = _receipt(content)
    except OSError as error:
        return _not_opened(path, error)
    except (ValueError, TypeError, KeyError, RecursionError):
        return BrokenReceipt(path.name, "bị cắt cụt hoặc bị sửa, không còn đọc được", _left_of(path))
    if receipt.receipt_id != path.stem:
        return BrokenReceipt(path.name, f"mang mã «{receipt.receipt_id}», không khớp tên tệp", _left_of(path))
    return receipt


def _not_opened(path: Path, error: OSError) -> BrokenReceipt:
    return BrokenReceipt(path.name, f"không mở được ({error.strerror})")


def _left_of(path: Path) -> str:
    try:
        return path.read_bytes()[:_LONGEST].decode("utf-8", "replace")
    except OSError:
        return ""


def _receipt(content: Any) -> Receipt:
    if not isinstance(content, dict):
        raise TypeError("a receipt is an object of named fields")
    known = {item.name for item in fields(Receipt)}
    present: dict[str, Any] = {name: value for name, value in content.items() if name in known}
    receipt = Receipt(**present)
    numbers = (receipt.size, receipt.number or 0, receipt.look_no)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise TypeError("size and number of a receipt are whole numbers")
    if not isinstance(receipt.origin, dict | None) or not _SHA256.fullmatch(receipt.sha256):
        raise TypeError("a receipt names its file by a SHA-256, and its source by named fields")
    if not receipt.number:  # receipts of earlier versions have it in their id only
        receipt = replace(receipt, number=number_of(receipt.receipt_id))
    if not isinstance(receipt.in_place_of, str | None):
        raise TypeError("a receipt names the one it was written in place of by its id")
    texts = (receipt.unit_id, receipt.period_id, receipt.file_name, receipt.inbox_path, receipt.sha256)
    if not all(isinstance(text, str) and text for text in texts) or receipt.received_moment.tzinfo is None:
        raise ValueError("a field of the receipt is empty")
    for moment in (receipt.not_seen_at, receipt.first_seen_at, receipt.file_time, receipt.source_time):
        if moment is not None and dt.datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError("a moment of the receipt has no offset")
    return receipt
