"""Which rows of a table are records (dossiers, feedback, …), and what the others are.

Here: data, blank, and furniture by kind (title, header, numbering, section, total, signature, repeated).
Not here: typing.
Invariant: every row of a sheet gets exactly one kind; a row that may be a record is data, so that it is judged.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Contract
from pipelines.ingest.headers import Table, is_blank, is_numbering, is_total

_CODE = re.compile(r"^\S*\d\S*$")
_NUMBER = re.compile(r"^(\d+(\.0)?|#\S+)$")
_ENOUGH_CELLS = 4

Cells = dict[str, list[object]]


def contract_cells(table: Table) -> Cells:
    """Return every row's cells of the contract's columns, blanks as None; nothing else is taken."""
    return {
        name: [row[index] if index < len(row) and not is_blank(row[index]) else None for row in table.sheet.rows]
        for name, index in table.columns.items()
    }


def row_kinds(table: Table, cells: Cells, contract: Contract) -> np.ndarray:
    """Return for every row of the sheet: `data`, `blank`, or the kind of furniture."""
    rows = table.sheet.rows
    last_header = table.header_rows[-1]
    kinds = np.where(_may_be_record(table, cells, contract), "data", "remark").astype(object)
    header = _filled(rows[last_header - 1])
    for number, row in enumerate(rows, start=1):
        at = number - 1
        first = next((cell for cell in row if not is_blank(cell)), None)
        if first is None:
            kinds[at] = "blank"
        elif number < table.header_rows[0]:
            kinds[at] = "title"
        elif number <= last_header or (first == header[0] and _filled(row) == header):
            kinds[at] = "header"
        elif number <= last_header + 2 and is_numbering(row):
            kinds[at] = "numbering"
        elif is_total(row):
            kinds[at] = "total"
        elif kinds[at] == "remark" and _is_lone_number(row):
            kinds[at] = "row_number"
    data = np.flatnonzero(kinds == "data")
    after = np.arange(len(rows)) > (data[-1] if len(data) else len(rows))
    kinds[(kinds == "remark") & after] = "signature"
    kinds[(kinds == "remark") & ~after] = "section"
    return kinds


def without_repeats(kinds: np.ndarray, cells: Cells, contract: Contract) -> np.ndarray:
    """Return the kinds with `repeated` for each record that says the same as one above it, in every contract column.

    For exports of one row per event. Rows of one code that differ stay records, so that they are judged; so does a
    row without a code.
    """
    data = np.flatnonzero(kinds == "data")
    said = pd.DataFrame({name: [column[at] for at in data] for name, column in cells.items()}).astype("string")
    repeated = said.duplicated() & said[contract.key].notna()
    told = kinds.copy()
    told[data[repeated.to_numpy(dtype=bool)]] = "repeated"
    return told


def _may_be_record(table: Table, cells: Cells, contract: Contract) -> np.ndarray:
    """A code and anything beside it, or two signs (words; dates with a digit), or many cells: a signature has none."""
    height = len(table.sheet.rows)
    filled = {name: np.array([cell is not None for cell in column], dtype=bool) for name, column in cells.items()}
    count = sum(filled.values(), np.zeros(height, dtype=int))
    signs = np.zeros(height, dtype=int)
    for name in contract.signs:
        if name in cells:
            is_word = name in contract.words
            signs = signs + (filled[name] if is_word else filled[name] & _has_digit(cells[name]))
    coded = filled[contract.key] & _matches(cells[contract.key], _CODE)
    return (coded & (count > 1)) | (signs > 1) | (count >= _ENOUGH_CELLS)


def _has_digit(column: list[object]) -> np.ndarray:
    return _matches(column, re.compile(r"\d|#"))


def _matches(column: list[object], pattern: re.Pattern[str]) -> np.ndarray:
    """Tell for each distinct cell once whether its text has the pattern; numbers and dates have digits."""
    codes, distinct = pd.factorize(pd.Series(column, dtype=object))
    hits = np.array([bool(pattern.search(str(cell).strip())) for cell in distinct] + [False], dtype=bool)
    return hits[codes]


def _filled(row: list[object]) -> list[object]:
    return [cell for cell in row if not is_blank(cell)]


def _is_lone_number(row: list[object]) -> bool:
    """A numbered row that was never filled in."""
    filled = _filled(row)
    return len(filled) == 1 and bool(_NUMBER.match(str(filled[0]).strip()))
