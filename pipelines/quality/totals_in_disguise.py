"""Rows that may be totals although their label does not say it.

Here: rows with an unknown name that add up what is right above or below them. Not here: rows whose words are those of
a total (ingest), what is done with a suspect row (the suites).
Invariant: a row whose name the office knows is never suspected.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Contract

_FEWEST_SUMMED = 2
_FEWEST_EQUAL = 2
# Above this share of its measures a row is taken for a total: one with a number or two mistyped is one still.
_MOSTLY = 0.5


def sums_above(frame: pd.DataFrame, contract: Contract, names: Mapping[str, set[str]]) -> pd.Series:
    """Return how far each row is the sum of two rows or more right above or below it: in part of its measures, or all.

    The share of its measures that add up where two or more do, 1 where more than half do; 0 otherwise, and for a known
    name.

    A row that is a sum in most of its measures is itself no part of another sum: two totals may follow each other.
    Only a stream whose records are named by a table of the office (fields, units) has such rows; a measure that is
    0 or empty gives nothing.

    Args:
        frame: typed rows, of one file after another, numbered from 0.
        contract: the contract of the stream.
        names: the match keys of the office's tables.
    """
    found = np.zeros(len(frame))
    table = contract.columns[contract.key].names
    measures = [name for name, column in contract.columns.items() if column.role == "count"]
    if table is None or not measures:
        return pd.Series(found, index=frame.index)
    keys = frame[f"{contract.key}_key"]
    suspects = np.flatnonzero((keys.notna() & ~keys.isin(names.get(table, set()))).to_numpy())
    values = frame[measures].astype("float64").fillna(0).to_numpy()
    begins = _first_rows(frame)
    for at in suspects:
        rows = np.flatnonzero((begins == begins[at]) & (found < 1))
        parts = (values[rows[rows < at]][::-1], values[rows[rows > at]])
        found[at] = max(_share_of(values[at], part) for part in parts)
    return pd.Series(found, index=frame.index)


def _share_of(row: np.ndarray, nearest: np.ndarray) -> float:
    """Return the share of a row's measures that add up the nearest two rows or more, the nearest first."""
    sums, noted = nearest.cumsum(axis=0)[_FEWEST_SUMMED - 1 :], row > 0
    equal = int(((sums == row) & noted).sum(axis=1).max()) if len(sums) else 0
    share = equal / noted.sum() if equal >= _FEWEST_EQUAL else 0.0
    return 1.0 if share > _MOSTLY else share


def _first_rows(frame: pd.DataFrame) -> np.ndarray:
    """Return for each row the place of the first row of its sheet: rows of one sheet follow each other downwards."""
    before = frame[["source_file", "source_sheet", "source_row"]].shift()
    begins = (frame["source_row"] <= before["source_row"]) | (frame["source_row"].index == 0)
    for name in ("source_file", "source_sheet"):
        begins |= frame[name].fillna("") != before[name].fillna("")
    places = np.where(begins, np.arange(len(frame)), 0)
    return np.maximum.accumulate(places) if len(frame) else places
