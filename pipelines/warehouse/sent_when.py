"""When a file was sent, as far as that can be proved (DESIGN, Claims).

Here: the earliest and the latest day a file can have come, from notes, its source and our looks; noting a day.
Not here: what a unit owes (obligations), the looks themselves (ingest/looks).
Invariant: without evidence a file is neither on time nor late; a file time never proves that a file was in time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from pipelines.ingest.receipts import Receipt, receipts
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.office.text import counted, nfc
from pipelines.periods.period import find_period

if TYPE_CHECKING:
    from pipelines.warehouse.register import Cut  # the register asks what a unit owes, which asks here

Basis = Literal["note", "register", "source", "looks"]
Timing = Literal["on_time", "late", "unknown"]

ACT = "received"
_KNOWN_FROM = {
    "note": "theo ghi nhận của văn phòng",
    "register": "theo sổ văn bản đến",
    "source": "theo giờ của nguồn",
}


@dataclass(frozen=True)
class SentDays:
    """The days between which a file came: `earliest` is None when nothing says it was not there long before."""

    earliest: dt.date | None
    latest: dt.date
    basis: Basis

    def timing(self, deadline: dt.date) -> Timing:
        """Return whether a file was on time for a deadline (its last day); unknown where the evidence does not say."""
        if self.latest <= deadline:
            return "on_time"
        return "late" if self.earliest is not None and self.earliest > deadline else "unknown"


@dataclass(frozen=True)
class Noted:
    """The day noted for one receipt."""

    receipt: Receipt
    on: dt.date


def sent_days(office: Office, cut: Cut | None = None) -> dict[str, SentDays]:
    """Return receipt id → the days between which its file came, by what was known at a cut; by all without one."""
    seen = [receipt for receipt in receipts(office) if cut is None or receipt.number <= cut.receipt_no]
    known = sorted(seen, key=lambda receipt: (receipt.order_no, receipt.number))
    noted = {
        act.details["receipt_id"]: dt.date.fromisoformat(act.details["on"])
        for act in journal.acts(office, ACT)
        if cut is None or act.n <= cut.act_no
    }
    registered = _registered(office, known)
    zone = office.clock.timezone
    return {
        receipt.receipt_id: _days(receipt, noted.get(receipt.receipt_id), registered.get(receipt.receipt_id), zone)
        for receipt in known
    }


def _days(receipt: Receipt, noted: dt.date | None, registered: dt.date | None, zone: dt.tzinfo) -> SentDays:
    """Hold the evidence of one receipt in its order: the office's own note, the source's time, our looks."""
    seen = _day(receipt.first_seen_at, receipt, zone) or receipt.received_moment.astimezone(zone).date()
    said: tuple[tuple[Basis, dt.date | None], ...] = (
        ("note", noted),
        ("register", registered),
        ("source", _day(receipt.source_time, receipt, zone)),
    )
    for basis, day in said:
        if day is not None and day <= seen:  # it cannot have come after it was seen
            return SentDays(day, day, basis)
    since = [_day(receipt.not_seen_at, receipt, zone), _day(receipt.file_time, receipt, zone)]
    earliest = max((day for day in since if day is not None), default=None)
    return SentDays(earliest, seen, "looks")


def _day(moment: str | None, receipt: Receipt, zone: dt.tzinfo) -> dt.date | None:
    """Return the local day of a moment; a moment later than the receipt is no evidence."""
    if moment is None:
        return None
    found = dt.datetime.fromisoformat(moment)
    return found.astimezone(zone).date() if found <= receipt.received_moment else None


def _registered(office: Office, known: Iterable[Receipt]) -> dict[str, dt.date]:
    """Return receipt id → day by the office's register of incoming documents (reference/incoming.csv).

    Where a unit sent a file of one name more than once, its first row is of the first sending, and so on. A day that
    cannot be is no evidence (setup/incoming names it).
    """
    days: dict[tuple[str, str, str], list[dt.date]] = {}
    for row in office.reference["incoming"].sort_values("arrived_on", kind="stable").to_dict("records"):
        day = row["arrived_on"].date()
        if not impossible_day(office, row["period_id"], day):
            days.setdefault(sent_file(row["period_id"], row["unit_id"], row["file_name"]), []).append(day)
    found: dict[str, dt.date] = {}
    for receipt in known:
        left = days.get(sent_file(receipt.period_id, receipt.unit_id, receipt.file_name))
        if left:
            found[receipt.receipt_id] = left.pop(0)
    return found


def impossible_day(office: Office, period_id: str, day: dt.date) -> str:
    """Return why a file of a period cannot have come on a day; empty where it can."""
    period = find_period(office.reference["periods"], period_id)
    if day < period.start_on:
        return f"trước ngày đầu kỳ ({period.start_on:%d/%m/%Y})"
    return "chưa đến" if day > office.clock.today() else ""


def sent_file(period_id: str, unit_id: str, file_name: str) -> tuple[str, str, str]:
    """Return what says that two sendings are of one file: its period, unit and name, whatever its case."""
    return period_id, unit_id, nfc(file_name).casefold()


def note_received(office: Office, name: str, on: str, by: str, why: str) -> Noted:
    """Note on which day a file came, as the office itself knows it (kstt received).

    Args:
        office: the office.
        name: receipt id, file name, or path in the inbox of a received file.
        on: the day, 2021-03-11 or 11/03/2021.
        by: who says so.
        why: what the day is known from.

    Raises:
        OfficeError: no received file, or more than one, is named so; the day cannot be read, is later than the day on
            which the file was already seen, or earlier than what the file tells.
    """
    receipt, day = _named(office, name), _typed_day(on)
    seen = sent_days(office)[receipt.receipt_id]
    first_seen = _day(receipt.first_seen_at, receipt, office.clock.timezone) or receipt.received_on
    if day > first_seen:
        raise OfficeError(
            f"«{receipt.shown_path}» đã có trong inbox ngày {first_seen:%d/%m/%Y}, không thể đến ngày {day:%d/%m/%Y}."
        )
    from pipelines.warehouse.earliest import earliest_day  # reads the file; the rest of this module reads receipts

    possible = earliest_day(office, receipt)
    if possible and day < possible[0]:
        raise OfficeError(
            f"«{receipt.shown_path}» không thể đến ngày {day:%d/%m/%Y}: {possible[1]}. Xem lại ngày ghi nhận, hoặc "
            "ngày ghi sai trong tệp."
        )
    before = f"{seen.earliest:%d/%m/%Y}" if seen.basis in ("note", "register") else ""
    journal.append(
        office,
        ACT,
        by,
        why,
        receipt_id=receipt.receipt_id,
        unit_id=receipt.unit_id,
        inbox_path=receipt.shown_path,
        sha256=receipt.sha256,
        on=day.isoformat(),
        before=before,
    )
    return Noted(receipt, day)


def _typed_day(text: str) -> dt.date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text.strip(), pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise OfficeError(f"«{text}» không phải ngày. Viết 2021-03-11 hoặc 11/03/2021.")


def _named(office: Office, name: str) -> Receipt:
    asked = nfc(name).removeprefix("./")
    known = receipts(office)
    found = [
        item
        for item in known
        if asked in (item.receipt_id, item.file_name, item.inbox_path, item.shown_path, PurePath(item.shown_path).name)
    ]
    tail = PurePath(asked).parts
    found = found or [item for item in known if _ends_with(PurePath(item.inbox_path).parts, tail)]
    found = found or [item for item in known if _ends_with(tail, PurePath(item.inbox_path).parts)]
    if not found:
        raise OfficeError(f"Chưa nhận tệp nào tên «{name}». Nhận tệp trong inbox trước: kstt receive")
    if len(found) > 1:
        lines = "\n".join(f"  - {item.receipt_id}: {item.shown_path}" for item in found)
        raise OfficeError(f"Có {counted(found)} lần gửi tên «{name}». Ghi mã lần gửi:\n{lines}")
    return found[0]


def _ends_with(parts: tuple[str, ...], tail: tuple[str, ...]) -> bool:
    return parts[len(parts) - len(tail) :] == tail if len(tail) <= len(parts) else False


def timing_words(days: SentDays, deadline: dt.date) -> str:
    """Return when a file came and whether in time, as an officer reads it, with what that is known from."""
    timing = days.timing(deadline)
    if days.basis != "looks":
        late = ", trễ hạn" if timing == "late" else ""
        return f"gửi ngày {days.latest:%d/%m/%Y} ({_KNOWN_FROM[days.basis]}){late}"
    if timing == "on_time":
        return f"đã có ngày {days.latest:%d/%m/%Y}"
    if timing == "late":
        return f"gửi từ ngày {days.earliest:%d/%m/%Y} trở đi, trễ hạn"
    return f"không xác định gửi ngày nào, đã thấy ngày {days.latest:%d/%m/%Y}"
