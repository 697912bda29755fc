"""What a format knows beside the values its reader gives: errors, missing results, shown digits, hidden parts.

Here: the shapes, and how a number is shown by its number format. Not here: any one format
(sheet_xml, ods_xml, xlsb_records).
Invariant: what a person sees as an error, a code with leading zeros or a percentage never arrives as something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.ingest.sheet import Merge

NOT_CALCULATED = "#CHƯA_TÍNH!"
ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
PERCENT_IDS = (9, 10)  # number formats every workbook has: 0% and 0.00%
_ZEROS = re.compile(r"^0{2,}$")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')

Cells = dict[tuple[int, int], str]


@dataclass(frozen=True)
class SheetFacts:
    """One sheet: cells (0-based row, column) whose text the reader cannot give, and what is hidden or merged.

    `hidden_columns` are spans of column numbers from 1. `merges` is None where the reader itself gives them.
    """

    cells: Cells = field(default_factory=dict)
    hidden_rows: int | None = None
    hidden_columns: list[tuple[int, int]] | None = None
    has_filter: bool | None = None
    merges: tuple[Merge, ...] | None = None


@dataclass(frozen=True)
class BookFacts:
    """One workbook: whether its dates count from 1904, and the facts of its sheets by name."""

    epoch_1904: bool
    sheets: dict[str, SheetFacts]


def special_format(code: str) -> str | None:
    """Return the number format if it changes what a number means to a person: leading zeros or a percentage."""
    plain = _QUOTED.sub("", code)
    return code if _ZEROS.match(code) else "%" if "%" in plain else None


def shown(number: float, form: str) -> str | None:
    """Return a number as its special format shows it: 123 by 000000 is "000123", 0.35 by 0% is "35%"."""
    if form == "%":
        return f"{number * 100:.12g}%"
    return str(int(number)).zfill(len(form)) if number >= 0 and float(number).is_integer() else None
