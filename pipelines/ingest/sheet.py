"""What a file is once opened: sheets of cells, with what the format gives about them.

Here: the shapes every reader gives, rows in pieces. Not here: opening files (grid and the reader of each format).
Invariant: row n of a sheet is row n of what the unit sees; nothing is skipped, a merged cell is once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import overload

# First row, first column, last row, last column, from 0; the value is in the first cell.
Merge = tuple[int, int, int, int]
Row = list[object]
# Rows of a lazy sheet that are kept at hand: more than a header is ever looked for in.
_HEAD = 200


class LazyRows(Sequence[Row]):
    """The rows of a large sheet, made anew each time they are gone through; only the first are kept."""

    def __init__(self, make: Callable[[], Iterator[Row]]) -> None:
        """Keep how the rows are made."""
        self._make = make
        self._head: list[Row] | None = None
        self._count: int | None = None

    def __iter__(self) -> Iterator[Row]:
        """Go through all rows, from the first."""
        return self._make()

    def __len__(self) -> int:
        """Count the rows, once."""
        if self._count is None:
            self._count = sum(1 for _ in self._make())
        return self._count

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        """Return a row, or rows; the first are at hand, others are looked up by going through the sheet."""
        if isinstance(place, int):
            return self[place : place + 1][0] if place >= 0 else self[len(self) + place]
        start, stop = place.start or 0, place.stop
        if stop is not None and start >= 0 and 0 <= stop <= _HEAD:
            if self._head is None:
                self._head = list(islice(self._make(), _HEAD))
            return self._head[place]
        if start < 0 or stop is None or stop < 0:
            start, stop, _ = place.indices(len(self))
        return list(islice(self._make(), start, stop, place.step))


def rows_at(rows: Sequence[Row], numbers: Collection[int]) -> Iterator[tuple[int, Row]]:
    """Give the rows of some numbers (from 1) with their numbers, going through the sheet once."""
    last = max(numbers, default=0)
    for number, row in enumerate(islice(rows, last), start=1):
        if number in numbers:
            yield number, row


def pieces_of(rows: Sequence[Row], most: int) -> Iterator[tuple[int, list[Row]]]:
    """Give the rows in pieces of at most `most` rows, each with the number of its first row (from 0)."""
    start = 0
    given = iter(rows)
    while piece := list(islice(given, most)):
        yield start, piece
        start += len(piece)


@dataclass(frozen=True)
class Sheet:
    """One sheet (or the one table of a text file): its rows, from the first, merged cells, how many are hidden.

    The numbers of hidden rows and columns, and whether a filter is on, are None where the format does not tell.
    """

    name: str | None
    rows: Sequence[Row]
    hidden_rows: int | None = None
    hidden_columns: int | None = None
    merges: tuple[Merge, ...] = ()
    has_filter: bool | None = None


@dataclass(frozen=True)
class Grid:
    """What a file holds: its true format, visible sheets, names of hidden ones and charts, its first day.

    `unseen` are the hidden sheets themselves, where the format gives their cells: nobody reads them, but a table on
    one of them is reported.
    """

    format: str
    sheets: list[Sheet]
    hidden_sheets: list[str] = field(default_factory=list)
    epoch_1904: bool = False
    charts: list[str] = field(default_factory=list)
    unseen: list[Sheet] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Return whether the file is a text table, whose cells can slip sideways."""
        return self.format == "csv"
