"""What a file is once opened: sheets of cells, with what the format tells about them.

Here: the shapes every reader gives. Not here: opening files (grid and the reader of each format).
Invariant: row n of a sheet is row n of what the unit sees; nothing is skipped, a merged cell stands once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# First row, first column, last row, last column, from 0; the value stands in the first cell.
Merge = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One sheet (or the one table of a text file): its rows, from the first, merged cells, how many are hidden.

    The numbers of hidden rows and columns, and whether a filter is on, are None where the format does not tell.
    """

    name: str | None
    rows: list[list[object]]
    hidden_rows: int | None = None
    hidden_columns: int | None = None
    merges: tuple[Merge, ...] = ()
    has_filter: bool | None = None


@dataclass(frozen=True)
class Grid:
    """What a file holds: its true format, visible sheets, names of hidden ones and charts, its first day."""

    format: str
    sheets: list[Sheet]
    hidden_sheets: list[str] = field(default_factory=list)
    epoch_1904: bool = False
    charts: list[str] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Tell whether the file is a text table, whose cells can slip sideways."""
        return self.format == "csv"
