"""The cells of one column, each distinct one once.

Here: reading a column out of a table's rows. Not here: what the cells mean (typing_rules, row_kinds).
Invariant: work on cells is done once per distinct cell; a blank is no cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# What a person sees as an empty cell.
BLANKS = "\u00a0\u200b\ufeff \t\r\n"
_TRUTH = {True: "TRUE", False: "FALSE"}


def is_blank(cell: object) -> bool:
    """Tell whether a cell holds nothing a reader would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip(BLANKS))


def objects(values: Iterable[object]) -> pd.Series:
    """Return a column of plain Python values with None for missing, never the string type pandas would infer."""
    given = list(values)
    return pd.Series(np.fromiter(given, dtype=object, count=len(given)), dtype=object)


@dataclass(frozen=True)
class Cells:
    """A column: for every row the place of its cell among the distinct ones, -1 for a blank."""

    places: np.ndarray
    distinct: np.ndarray

    @classmethod
    def of(cls, column: list[object]) -> Cells:
        """Factorize the cells of a column; a truth value becomes its word, for True equals 1.0 in a hash table."""
        values = np.empty(len(column), dtype=object)
        values[:] = (
            [_TRUTH[cell] if isinstance(cell, bool) else cell for cell in column]
            if bool in set(map(type, column))
            else column
        )
        places, distinct = pd.factorize(values)
        blank = [
            at for at, cell in enumerate(distinct) if isinstance(cell, str) and cell[:1] in BLANKS and is_blank(cell)
        ]
        if blank:
            places = np.where(np.isin(places, blank), -1, places)
        return cls(places, distinct)

    @classmethod
    def none(cls, length: int) -> Cells:
        """Return a column without cells."""
        return cls(np.full(length, -1), np.empty(0, dtype=object))

    @property
    def filled(self) -> np.ndarray:
        """Tell for every row whether there is a cell."""
        return self.places >= 0

    def at(self, rows: np.ndarray) -> Cells:
        """Return the cells of some rows."""
        return Cells(self.places[rows], self.distinct)

    def where(self, holds: Callable[[object], object]) -> np.ndarray:
        """Tell for every row whether its cell has a property, asked once per distinct cell."""
        hits = np.array([bool(holds(cell)) for cell in self.distinct] + [False], dtype=bool)
        return hits[self.places]

    def spread(self, values: Iterable[object]) -> np.ndarray:
        """Return for every row the value that stands for its distinct cell, None for a blank."""
        given = list(values)
        return np.fromiter([*given, None], dtype=object, count=len(given) + 1)[self.places]
