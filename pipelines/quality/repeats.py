"""Rows of one file that have the same code.

Here: which rows repeat a code, over all pieces of a file. Not here: what a repeated code means (the suites).
Invariant: the numbers do not depend on how a file was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from pipelines.ingest.contract import BOOK_YEAR, OWN_NUMBER, Contract

_LINEAGE = ("source_file", "source_sheet", "source_row", "repairs", "flags")


def code_repeats(pieces: Callable[[], Iterable[pd.DataFrame]], contract: Contract) -> list[np.ndarray]:
    """Return for each row of each piece how many rows of the file make its code ambiguous.

    Rows equal in every column say the same once: the first counts 0, later ones their place. Rows of one code that
    differ contradict each other; nobody here can say which is right: each counts all the others.

    Args:
        pieces: gives the rows of one file; asked twice when a code may repeat.
        contract: the contract of the stream.
    """
    hashes = [_hashes(_codes(piece, contract)) for piece in pieces()]
    if not hashes:
        return []
    every = pd.Series(np.concatenate(hashes))
    may_repeat = (every.duplicated(keep=False) & (every != 0)).to_numpy()
    ends = np.cumsum([len(piece) for piece in hashes])
    repeats = np.zeros(len(every), dtype="int64")
    if may_repeat.any():
        places = np.split(may_repeat, ends[:-1])
        repeats[may_repeat] = _ambiguous([piece[at] for piece, at in zip(pieces(), places, strict=True)], contract)
    return np.split(repeats, ends[:-1])


def _codes(rows: pd.DataFrame, contract: Contract) -> pd.Series:
    codes = rows[f"{contract.key}_key" if contract.key in contract.keyed else contract.key]
    for column in contract.key_beside:
        codes = codes + "\x1f" + rows[column].fillna("")
    if OWN_NUMBER in rows and BOOK_YEAR in rows:
        return _of_books(codes, rows)
    return codes + "\x1f" + rows[BOOK_YEAR].fillna("") if BOOK_YEAR in rows else codes


def _of_books(codes: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Return codes with their book: a number of a unit's own book is again in other units' books and years."""
    own = rows[OWN_NUMBER].fillna(False).astype(bool) & codes.notna()
    if not own.any():
        return codes
    years = rows[BOOK_YEAR][own].fillna("")
    units = rows["receiving_unit_key"][own].fillna("").astype(str) if "receiving_unit_key" in rows else ""
    numbers = codes[own].str.upper() + "\x1f" + years + "\x1f" + units
    return codes.where(~own, numbers.reindex(codes.index))


def _hashes(codes: pd.Series) -> np.ndarray:
    """Return a number for each code, 0 for none; equal codes have equal numbers."""
    hashes = pd.util.hash_array(codes.fillna("").to_numpy(dtype=object), categorize=False)
    return np.where(codes.isna(), np.uint64(0), hashes)


def _ambiguous(parts: Sequence[pd.DataFrame], contract: Contract) -> np.ndarray:
    group = pd.concat(parts, ignore_index=True)
    codes = _codes(group, contract)
    content = group.drop(columns=[column for column in _LINEAGE if column in group.columns])
    variant = pd.util.hash_pandas_object(content.astype("string"), index=False)
    by_code = variant.groupby(codes)
    contradicting = by_code.transform("nunique") > 1
    return by_code.cumcount().where(~contradicting, by_code.transform("size") - 1).to_numpy()
