"""planted.csv in the making: one line per planted fault, whatever the stream.

Here: the columns of the ledger and how a line is noted. Not here: planting.
Invariant: fault ids count up in the order of noting, so one seed gives one ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from generator.files import Sheet
from generator.world import Quarter

LEDGER = (
    "fault_id",
    "stream",
    "period_id",
    "unit_id",
    "file_name",
    "source_row",
    "check_id",
    "severity",
    "effect",
    "record_code",
    "note",
)
Fault = tuple[str, str, str, str]  # check_id, severity, effect, note


class Planted(Protocol):
    """A row that knows what was planted in it."""

    faults: list[Fault]

    @property
    def record_code(self) -> str:
        """Return the code the row shows, or an empty text."""


@dataclass
class Ledger:
    """Every planted fault so far."""

    lines: list[dict[str, str]] = field(default_factory=list)

    def add(
        self,
        stream: str,
        quarter: Quarter,
        unit: str,
        file: str,
        check: Fault,
        row: int | None = None,
        code: str = "",
    ) -> None:
        """Note one planted fault."""
        check_id, severity, effect, note = check
        values = (stream, quarter.period_id, unit, file, "" if row is None else str(row), check_id, severity, effect)
        line = (f"F{len(self.lines) + 1:03d}", *values, code, note)
        self.lines.append(dict(zip(LEDGER, line, strict=True)))

    def add_rows(
        self, stream: str, quarter: Quarter, unit: str, file: str, rows: Sequence[Planted], first_row: int
    ) -> None:
        """Note what was planted in the rows of one file, the first of which stands in row `first_row`."""
        for number, row in enumerate(rows, start=first_row):
            for fault in row.faults:
                self.add(stream, quarter, unit, file, fault, number, row.record_code)

    def add_tail(self, stream: str, quarter: Quarter, unit: str, file: str, sheet: Sheet) -> None:
        """Note the lines below a table: no records."""
        for number, line in enumerate(sheet.tail, start=sheet.below_row):
            if any(line):
                kind = "total" if line[0].startswith("Tổng cộng") else "signature"
                self.add(stream, quarter, unit, file, ("furniture", "none", "none", kind), number)
