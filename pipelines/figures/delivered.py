"""What a report knows of its files: who has sent, what was refused, what was corrected, as frozen values.

Here: values and the sentences of coverage. Not here: reading them (coverage), the report (model).
Invariant: the sentence of the packet that is sent names no file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.figures.text import format_count, joined, text_day

# Units a plain sentence of coverage names; more are counted only.
MOST_NAMED = 6
# Units it says what they lack of.
_MOST_EXPLAINED = 3


@dataclass(frozen=True)
class RefusedFile:
    """A delivered file no row of which was counted, and why."""

    unit_name: str
    file_name: str
    reason: str


@dataclass(frozen=True)
class Partly:
    """A unit that has sent a part of what it owes: what is not known of it (empty: too much to say), its last day."""

    unit_name: str
    lacks: str
    last_day: dt.date | None = None

    @property
    def words(self) -> str:
        """What is not known of the unit, inside a sentence."""
        until = f" (số liệu sau cùng đến ngày {text_day(self.last_day)})" if self.last_day else ""
        return f"{self.unit_name} chưa có số liệu {self.lacks}{until}"


@dataclass(frozen=True)
class Coverage:
    """Whose figures are in the report, or in one form. A unit answers when every stream it owes is accepted."""

    owed: int
    accepted: int
    missing: tuple[str, ...]
    refused: tuple[RefusedFile, ...]
    rows_rejected: int
    sentence: str
    # Rows read of the counted files; a unit may have sent some quarters of a year and still owe the others.
    rows_typed: int = 0
    # The units of `missing` nothing at all was read of.
    silent: tuple[str, ...] = ()
    # The others of `missing`.
    partly: tuple[Partly, ...] = ()
    # The sentence without refused files and rows sent back.
    answers: str = ""

    @property
    def is_complete(self) -> bool:
        """Return whether every unit that owes has answered."""
        return self.accepted == self.owed

    @property
    def has_answers(self) -> bool:
        """Return whether anything was sent: a whole answer, be it nil, or rows of a part of the period."""
        return self.accepted > 0 or self.rows_typed > 0

    @property
    def plain(self) -> str:
        """Return the sentence of the sent packet: how many units, which not; no files, no rows."""
        if self.owed <= 1:
            if self.is_complete:
                return ""
            return f"Đơn vị chưa gửi {'' if self.silent else 'đủ '}số liệu của nội dung này."
        whole = f"{format_count(self.accepted)}/{format_count(self.owed)} đơn vị"
        if self.is_complete:
            return f"Số liệu của {whole}."
        if len(self.missing) > MOST_NAMED:
            return f"Số liệu của {whole}; {format_count(len(self.missing))} đơn vị chưa gửi hoặc chưa gửi đủ."
        partly = [name for name in self.missing if name not in self.explained]
        clauses = [f"chưa gửi đủ: {joined(partly)}"] if partly else []
        clauses += [item.words for item in self.partly if item.unit_name in self.explained]
        clauses += [f"chưa có số liệu của {joined(self.silent)}"] if self.silent else []
        return f"Số liệu của {whole}; {'; '.join(clauses)}."

    @property
    def explained(self) -> tuple[str, ...]:
        """The units of `missing` the plain sentence says all of: what it says, a section need not say again."""
        brief = [item.unit_name for item in self.partly if item.lacks] if len(self.missing) <= MOST_NAMED else []
        return (*self.silent, *(brief if len(brief) <= _MOST_EXPLAINED else ()))


@dataclass(frozen=True)
class CorrectionMade:
    """A cell the office itself corrected, or could not correct any more (a row of rpt_correction)."""

    record_code: str
    column_label: str
    state: str
    original: str
    right_value: str
    reason: str
    document: str
    unit_name: str


@dataclass(frozen=True)
class Delivery:
    """One file the report knows (a row of rpt_delivery)."""

    delivery_id: str
    unit_id: str
    unit_name: str
    period_id: str
    stream: str
    file_name: str
    sha256: str
    received_at: dt.datetime
    observed_on: dt.date | None
    kind: str
    status: str
    refused_reason: str
    is_counted: bool
    answers_period: bool
    rows_in: int
    rows_typed: int
    rows_rejected: int
    rows_blank: int
    rows_furniture: int
    rows_flagged: int


@dataclass(frozen=True)
class DeliveryCounts:
    """Files sent for the period, and rows of the counted ones."""

    files: int
    accepted: int
    refused: int
    rows_in: int
    rows_typed: int
    rows_rejected: int
    rows_flagged: int
