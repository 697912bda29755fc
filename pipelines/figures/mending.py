"""What goes back to one unit for a period: refused files, rows sent back or flagged, what was mended since.

Here: the values two papers print. Not here: collecting them (package/mend), paper (render).
Invariant: nothing of a person is among them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pipelines.figures.text import text_day

# What the office writes into its own settings: a unit has none, it asks the office.
_OWN_SETTINGS = re.compile(r"(?P<or>[,;] (?:hoặc )?)[^,;]*profiles/.*$", re.DOTALL)
_IN_FOLDER = " (profiles/)"


def words_for_unit(text: str) -> str:
    """Return a reason, or what to do, without what only the office can do: a unit is told to ask the office."""
    return _OWN_SETTINGS.sub(lambda found: f"{found['or']}báo cho đơn vị tổng hợp.", text.replace(_IN_FOLDER, ""))


@dataclass(frozen=True)
class RefusedFile:
    """A file none of whose rows count, or one that waits for a word: why, and what to do."""

    stream_title: str
    file_name: str
    received_at: dt.datetime
    reason: str
    mend: str


@dataclass(frozen=True)
class Fault:
    """One fault of one row: sent back (it does not count until mended) or flagged (it counts).

    `cells` are the row's own, each with the file's header; `at` is the header of the cell at fault.
    """

    stream_title: str
    file_name: str
    sheet: str
    row: int
    record_code: str
    is_sent_back: bool
    check_id: str
    at: str
    value: str
    reason: str
    mend: str
    cells: tuple[tuple[str, str], ...]
    # How many rows of the file have it: more than one where the whole file lacks a column.
    rows: int = 1


@dataclass(frozen=True)
class NotListed:
    """What one check flags in so many rows of a file that only the first are listed: how many more there are."""

    stream_title: str
    file_name: str
    check_id: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Mended:
    """A fault of an earlier sending that the newest one no longer has."""

    stream_title: str
    record_code: str
    reason: str
    was_in: str


@dataclass(frozen=True)
class MendBook:
    """All that goes back to one unit."""

    unit_id: str
    unit_name: str
    period_label: str
    deadline: dt.date
    is_past: bool
    refused: tuple[RefusedFile, ...]
    faults: tuple[Fault, ...]
    mended: tuple[Mended, ...]
    # Files that wait for somebody's word: the unit must say whether they are right.
    doubts: tuple[RefusedFile, ...] = ()
    not_listed: tuple[NotListed, ...] = ()

    @property
    def ask(self) -> str:
        """What the unit is asked, and by when; a day that has passed asks nothing any more."""
        day = text_day(self.deadline)
        when = f"ngay (hạn gửi số liệu hết ngày {day} đã qua)" if self.is_past else f"chậm nhất hết ngày {day}"
        return f"Sửa tại nguồn rồi gửi lại cả tệp{' ' if self.is_past else ', '}{when}."

    @property
    def sent_back(self) -> tuple[Fault, ...]:
        """Rows that do not count until they are mended."""
        return tuple(fault for fault in self.faults if fault.is_sent_back)

    @property
    def flagged(self) -> tuple[Fault, ...]:
        """Rows that count but should be looked at."""
        return tuple(fault for fault in self.faults if not fault.is_sent_back)

    @property
    def flagged_count(self) -> int:
        """How many flags of rows there are, those not listed too."""
        return sum(fault.rows for fault in self.flagged) + sum(item.rows for item in self.not_listed)

    @property
    def summary(self) -> tuple[tuple[str, int], ...]:
        """Label and number of each kind, and what to do."""
        return (
            ("Tệp bị từ chối", len(self.refused)),
            ("Tệp cần xác nhận", len(self.doubts)),
            ("Lỗi của dòng trả lại (chưa được tính)", sum(fault.rows for fault in self.sent_back)),
            ("Dòng có cảnh báo (đã được tính, cần xem lại)", self.flagged_count),
            *((f"  không liệt kê hết: «{item.file_name}», {item.reason}", item.rows) for item in self.not_listed),
            ("Lỗi lần trước nay đã sửa", len(self.mended)),
        )
