"""The total rows of a table, checked against the rows they represent.

Here: what a total row states, and what the rows give. Not here: which row is a total (row_kinds).
Invariant: a total is never counted as a row; one that differs is reported, whichever of the two is wrong.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from pipelines.ingest.cells import Cells, is_blank
from pipelines.ingest.contract import Contract
from pipelines.ingest.headers import Table, label
from pipelines.ingest.row_kinds import Stretch
from pipelines.ingest.sheet import Row
from pipelines.ingest.typing_rules import type_count

_SUMMED_ROLES = ("count", "money")
# A row is the sum of others where so many columns say so, of so many rows at least.
_FEWEST_COLUMNS, _FEWEST_PARTS = 2, 2
_STATED = re.compile(r"(\d[\d.,]*)\s*(?:[^\W\d]+\s*){0,2}$")


class Totals:
    """The numbers of a table's total rows, gathered stretch by stretch and checked when all rows are known."""

    def __init__(self, table: Table, contract: Contract) -> None:
        """Begin with no rows."""
        self._table = table
        self._summed = [name for name in table.columns if contract.columns[name].role in _SUMMED_ROLES]
        self._values: dict[str, list[np.ndarray]] = {name: [] for name in self._summed}
        # Where records are named by a table (fields, units), a row may be a total though its words do not say it.
        self._may_be_disguised = contract.columns[contract.key].names is not None
        self._stated: list[tuple[int, str | None, int]] = []

    def add(self, stretch: Stretch, kinds: np.ndarray) -> None:
        """Take the next rows, with their kinds."""
        for name in self._summed:
            self._values[name].append(_numbers(stretch.cells[name]))
        for at in map(int, np.flatnonzero(kinds == "total")):
            row = stretch.start + at
            self._stated += [(row, *said) for said in _stated(self._table, stretch.rows[at], self._summed)]

    def check(self, kinds: np.ndarray) -> list[dict[str, Any]]:
        """Return for every number a total row states: its row, what it counts, the number, what the rows give.

        A number under a column of counts or amounts is compared with that column's sum, any other lone number with
        the number of records. The rows it represents are all, or those since the total or section before it; a row that
        is in every column the sum of two rows or more right above it is a part of none.

        Args:
            kinds: the kinds of all rows of the sheet.
        """
        if not self._stated:
            return []
        values = {name: np.concatenate(parts) for name, parts in self._values.items()}
        sums = self._sums_above(values, np.flatnonzero(kinds == "data"))
        checked = []
        for at, name, stated in self._stated:
            ones = values[name] if name else np.ones(len(kinds))
            scopes = _scopes(kinds, at)
            given = [_sum(ones, np.setdiff1d(rows, sums)) for rows in scopes] if len(sums) else []
            given += [_sum(ones, rows) for rows in scopes]
            found = next((number for number in given if number == stated), given[0])
            checked.append(
                {
                    "row": at + 1,
                    "sheet": self._table.sheet.name,
                    "of": self._table.headers[name] if name else "số dòng",
                    "stated": stated,
                    "found": found,
                    "agrees": found == stated,
                }
            )
        return checked

    def _sums_above(self, values: dict[str, np.ndarray], data: np.ndarray) -> np.ndarray:
        """Return the records that are in every column that is not 0 the sum of two records or more right above them."""
        if not self._may_be_disguised or len(values) < _FEWEST_COLUMNS:
            return np.empty(0, dtype=int)
        table = np.nan_to_num(np.column_stack([column[data] for column in values.values()]))
        found = []
        for at in range(_FEWEST_PARTS, len(data)):
            above = table[[row for row in range(at) if row not in found]][::-1].cumsum(axis=0)[_FEWEST_PARTS - 1 :]
            noted = table[at] != 0
            if noted.sum() >= _FEWEST_COLUMNS and ((above == table[at])[:, noted]).all(axis=1).any():
                found.append(at)
        return data[found]


def _numbers(cells: Cells) -> np.ndarray:
    """Return the column as numbers; a cell that is none has no value, so that no sum over it is right."""
    typed = [type_count(cell) for cell in cells.distinct]
    values = [float("nan") if item.error else float(str(item.value or 0)) for item in typed]
    return np.array([*values, 0.0])[cells.places]


def _stated(table: Table, row: Row, summed: list[str]) -> list[tuple[str | None, int]]:
    by_column = [(name, row[table.columns[name]]) for name in summed if table.columns[name] < len(row)]
    sums = [(name, type_count(cell).value) for name, cell in by_column if not is_blank(cell)]
    known = [(name, value) for name, value in sums if isinstance(value, int)]
    if known:
        return [*known]
    given = [cell for cell in row if not is_blank(cell)]
    others = [type_count(cell).value for cell in given] + [_in_label(cell) for cell in given if isinstance(cell, str)]
    numbers = {value for value in others if isinstance(value, int)}
    return [(None, numbers.pop())] if len(numbers) == 1 else []


def _in_label(text: str) -> int | None:
    found = _STATED.search(label(text))
    value = type_count(found[1]).value if found else None
    return value if isinstance(value, int) else None


def _scopes(kinds: np.ndarray, at: int) -> list[np.ndarray]:
    """Return the rows a total may represent: all, those since the mark before it, those up to the mark after it."""
    data = np.flatnonzero(kinds == "data")
    marks = np.flatnonzero(np.isin(kinds, ["total", "section", "header"]))
    before = max(marks[marks < at], default=-1)
    after = min(marks[marks > at], default=len(kinds))
    above_total = max((mark for mark in marks[marks < at] if kinds[mark] == "total"), default=-1)
    return [
        data,
        data[(data > before) & (data < at)],
        data[(data > above_total) & (data < at)],
        data[(data > at) & (data < after)],
    ]


def _sum(values: np.ndarray, rows: np.ndarray) -> int | None:
    total = float(values[rows].sum())
    return None if np.isnan(total) else int(total)
