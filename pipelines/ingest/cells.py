"""The cells of one column, those that repeat once.

Here: reading a column out of a table's rows. Not here: what the cells mean (typing_rules, row_kinds).
Invariant: work on cells that repeat is done once; a blank is no cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# What a person sees as an empty cell.
BLANKS = "\u00a0\u200b\ufeff \t\r\n"
_NO_LETTER = frozenset(["", *BLANKS])
_SAMPLE = 2_000
_MOSTLY = 0.9
_TRUTH = {True: "TRUE", False: "FALSE"}


def is_blank(cell: object) -> bool:
    """Return whether a cell holds nothing a reader would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip(BLANKS))


def objects(values: Iterable[object]) -> pd.Series:
    """Return a column of plain Python values with None for missing, never the string type pandas would infer."""
    given = list(values)
    return pd.Series(np.fromiter(given, dtype=object, count=len(given)), dtype=object)


def _hardly_repeats(column: list[object]) -> bool:
    sample = [cell for cell in column[:: len(column) // _SAMPLE + 1] if not is_blank(cell)]
    return len(sample) > _SAMPLE / 4 and len(set(sample)) > len(sample) * _MOSTLY


def _may_be_blank(distinct: np.ndarray) -> list[int]:
    """Return the places of cells that are None or a text whose first letter is a blank."""
    kinds = set(map(type, distinct))
    if str not in kinds and type(None) not in kinds:
        return []
    if kinds == {str} and _NO_LETTER.isdisjoint({cell[:1] for cell in distinct}):
        return []
    return [at for at, cell in enumerate(distinct) if cell is None or (isinstance(cell, str) and cell[:1] in BLANKS)]


@dataclass(frozen=True)
class Cells:
    """A column: for every row the place of its cell among the distinct ones, -1 for a blank.

    In a column that hardly repeats two places may hold equal cells.
    """

    places: np.ndarray
    distinct: np.ndarray

    @classmethod
    def of(cls, column: list[object]) -> Cells:
        """Factorize the cells of a column; a truth value becomes its word, for True equals 1.0 in a hash table.

        A column of cells that hardly repeat (codes, moments) is taken as it is: hashing would cost more than it saves.
        """
        if bool in set(map(type, column)):
            column = [_TRUTH[cell] if isinstance(cell, bool) else cell for cell in column]
        cells = np.fromiter(column, dtype=object, count=len(column))
        places, distinct = (np.arange(len(cells)), cells) if _hardly_repeats(column) else pd.factorize(cells)
        # A text may be blank only if its first letter is (the empty text counts as one).
        starts = _may_be_blank(distinct)
        blank = [at for at in starts if is_blank(distinct[at])]
        if not blank:
            return cls(places, distinct)
        is_cell = np.ones(len(distinct), dtype=bool)
        is_cell[blank] = False
        new_places = np.append(np.where(is_cell, np.cumsum(is_cell) - 1, -1), -1)
        return cls(new_places[places], distinct[is_cell])

    @classmethod
    def none(cls, length: int) -> Cells:
        """Return a column without cells."""
        return cls(np.full(length, -1), np.empty(0, dtype=object))

    @property
    def filled(self) -> np.ndarray:
        """Return for every row whether there is a cell."""
        return self.places >= 0

    def at(self, rows: np.ndarray) -> Cells:
        """Return the cells of some rows."""
        return Cells(self.places[rows], self.distinct)

    def where(self, holds: Callable[[object], object]) -> np.ndarray:
        """Return for every row whether its cell has a property, asked once per distinct cell."""
        hits = np.array([bool(holds(cell)) for cell in self.distinct] + [False], dtype=bool)
        return hits[self.places]

    def spread(self, values: Iterable[object]) -> np.ndarray:
        """Return for every row the value that represents its distinct cell, None for a blank."""
        given = list(values)
        return np.fromiter([*given, None], dtype=object, count=len(given) + 1)[self.places]
