"""A file looked at before it is sent or received: its tables, what each header means, how its dates are written.

Here: what reading decided, column by column. Not here: the sentences printed (commands/inspect), judging (quality).
Invariant: it decides nothing of its own: tables and columns are those `read_file` finds; no personal cell is shown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.ingest.cells import Cells
from pipelines.ingest.contract import MOMENT_ROLES, Contract
from pipelines.ingest.grid import Opened, open_delivery
from pipelines.ingest.headers import Labels, Table, find_tables, header_paths, path_key
from pipelines.ingest.nil import sheets_of
from pipelines.ingest.persons import without_persons
from pipelines.ingest.row_kinds import row_kinds, stretches
from pipelines.ingest.sheet import Sheet
from pipelines.ingest.sniff import Refused
from pipelines.office.profiles import Profile

_WORDS_OF_TIME = re.compile(r"\b(ngày|tháng|năm|giờ|phút|AM|PM|SA|CH|T|Z|h)\b", re.IGNORECASE)
_STYLES = {
    "00/00/0000": "dd/MM/yyyy",
    "0000-00-00": "yyyy-MM-dd",
    "00-00-0000": "dd-MM-yyyy",
    "00.00.0000": "dd.MM.yyyy",
}


@dataclass(frozen=True)
class HeaderSeen:
    """One column: its letter, its header path, the contract's column it becomes, or why it becomes none.

    `fate` is typed, personal, not_needed, dropped_by_profile or unknown; `styles` are the ways its dates are written.
    """

    letter: str
    path: str
    fate: str
    column: str | None = None
    role: str | None = None
    required: bool = False
    nearest: str | None = None
    filled: int = 0
    styles: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetSeen:
    """One visible sheet: where it is, the sheet, the header rows and columns of its table (none: no table)."""

    member: str | None
    sheet: Sheet
    header_rows: list[int]
    headers: list[HeaderSeen]


@dataclass(frozen=True)
class Inspection:
    """A file opened, its visible sheets in order, and the refusal when its table is not whole."""

    opened: Opened
    sheets: list[SheetSeen]
    refusal: Refused | None


def inspect_file(path: Path, contract: Contract, profile: Profile) -> Inspection:
    """Open a file and tell what its sheets and columns are to the reader.

    Raises:
        Refused: the file cannot be opened at all.
    """
    opened = open_delivery(path)
    seen: list[SheetSeen] = []
    refusal = None
    for member, grid in opened.grids:
        try:
            tables = find_tables(sheets_of(grid, profile), contract, profile)
        except Refused as reason:
            tables, refusal = [], refusal or (reason.inside(member) if member else reason)
        for sheet in grid.sheets:
            table = next((table for table in tables if table.sheet is sheet), None)
            rows, headers = (table.header_rows, _headers(table, contract, profile)) if table else ([], [])
            seen.append(SheetSeen(member, sheet, rows, headers))
    return Inspection(opened, seen, refusal)


def _headers(table: Table, contract: Contract, profile: Profile) -> list[HeaderSeen]:
    labels = Labels(contract, profile)
    (whole,) = [*stretches(table, max(len(table.sheet.rows), 1))]
    cells = whole.cells
    data = np.flatnonzero(row_kinds(table, whole, contract) == "data")
    nearest = {item["header"]: item["nearest"] for item in table.unknown}
    names = {index: name for name, index in table.columns.items()}
    first, last = table.header_rows[0], table.header_rows[-1]
    paths = {**dict(enumerate(header_paths(table.sheet, first - 1, last - first + 1))), **_typed_paths(table)}
    seen = []
    for index, given_path in sorted(paths.items()):
        path = without_persons(given_path)
        if index in names:
            column = contract.columns[names[index]]
            given = cells[column.name].at(data)
            filled = int(given.filled.sum())
            styles = _styles(given) if column.role in MOMENT_ROLES else {}
            seen.append(
                HeaderSeen(
                    _letter(index), path, "typed", column.name, column.role, column.required, None, filled, styles
                )
            )
        elif path:
            seen.append(
                HeaderSeen(_letter(index), path, _fate(given_path, labels, contract), nearest=nearest.get(path))
            )
    return seen


def _typed_paths(table: Table) -> dict[int, str]:
    return {index: table.headers[name] for name, index in table.columns.items()}


def _fate(path: str, labels: Labels, contract: Contract) -> str:
    key = path_key(path)
    if key in labels.dropped_by_profile:
        return "dropped_by_profile"
    if key in contract.dropped:
        return "personal"
    return "not_needed" if labels.is_known(key) else "unknown"


def _styles(given: Cells) -> dict[str, int]:
    styles = given.spread(map(_style, given.distinct))
    return dict(Counter(style for style in styles if style is not None).most_common())


def _style(cell: object) -> str:
    """Return how a date is written, digits as 0; a text with other words is not shown, it may name a person."""
    if isinstance(cell, dt.date):
        return "ngày của bảng tính"
    if isinstance(cell, int | float):
        return "số sê-ri"
    text = re.sub(r"\d", "0", " ".join(str(cell).split()))
    if any(letter.isalpha() for letter in _WORDS_OF_TIME.sub("", text)):
        return "chữ khác"
    for mask, style in _STYLES.items():
        text = text.replace(mask, style)
    return text.replace("00:00:00", "HH:mm:ss").replace("00:00", "HH:mm")


def _letter(index: int) -> str:
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
