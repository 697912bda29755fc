"""The typed frame of one table: every column typed by its role, once per distinct cell.

Here: typing columns, words of statuses and channels, match keys, repairs. Not here: single cells (typing_rules).
Invariant: one row in, one row out, in the same order; a cell that cannot be read leaves a problem, never a guess.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.ingest.contract import MOMENT_ROLES, WORD_ROLES, Column, Contract
from pipelines.ingest.typing_rules import (
    Reckoning,
    Typed,
    type_code,
    type_count,
    type_datetime,
    type_procedure_code,
    type_rate,
    type_text,
)
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key

# Role → how one cell is typed; words and moments need the profile too.
_TYPISTS: dict[str, Callable[[object], Typed]] = {
    "code": type_code,
    "procedure_code": type_procedure_code,
    "count": type_count,
    "money": type_count,
    "rate": type_rate,
    "text": type_text,
}
# Role → the check under which an unreadable cell sends its row back.
_CHECKS = {**dict.fromkeys(MOMENT_ROLES, "bad_date"), **dict.fromkeys(("count", "money", "rate"), "bad_number")}


class Problem(NamedTuple):
    """A cell that sends its row back: the row's position, the check, the column, the cell and why."""

    at: int
    check_id: str
    column: str
    value: str
    reason: str


def objects(values: Iterable[object]) -> pd.Series:
    """Return a column of plain Python values with None for missing, never the string type pandas would infer."""
    return pd.Series(list(values), dtype=object)


def typed_frame(
    cells: dict[str, np.ndarray],
    length: int,
    contract: Contract,
    profile: Profile,
    window: tuple[dt.date, dt.date],
    reckoning: Reckoning,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Type the cells of one table.

    Args:
        cells: contract column → its cells, None where blank.
        length: number of rows.
        contract: columns and roles of the stream.
        profile: date order and words of the source.
        window: first and last day a date may have.
        reckoning: where the workbook's serial numbers count from, and the office's time zone.

    Returns:
        The frame without its source columns, and the problems in the order of columns.
    """
    typed: dict[str, pd.Series] = {}
    repairs: dict[int, list[dict[str, str]]] = {}
    problems: list[Problem] = []
    for name, column in contract.columns.items():
        is_moment = column.role in MOMENT_ROLES
        given = cells.get(name, np.full(length, None, dtype=object))
        values, noted, wrong = _typed_column(given, _typist(column, profile, window, reckoning))
        typed[name] = objects(values).astype("datetime64[us]") if is_moment else objects(values)
        for at, original, rule in noted:
            repairs.setdefault(at, []).append({"column": name, "original": original, "rule": rule})
        check_id = _CHECKS.get(column.role, "bad_code")
        problems += [Problem(at, check_id, name, original, reason) for at, original, reason in wrong]
        if column.role in WORD_ROLES:
            typed[f"{name}_label"] = objects(_typed_column(given, type_text)[0])
    problems += _without_code(contract.key, typed[contract.key], problems)
    for name in contract.keyed:
        texts = typed[name].to_numpy(dtype=object)
        typed[f"{name}_key"] = objects(_typed_column(texts, lambda cell: Typed(match_key(str(cell))))[0])
    notes = (repairs.get(at) for at in range(length))
    typed["repairs"] = objects([json.dumps(note, ensure_ascii=False) if note else None for note in notes])
    typed["flags"] = objects([""] * length)
    return pd.DataFrame(typed), problems


def _without_code(key: str, codes: pd.Series, problems: list[Problem]) -> list[Problem]:
    broken = {problem.at for problem in problems if problem.column == key}
    blank = (int(at) for at in np.flatnonzero(codes.isna()))
    return [Problem(at, "missing_code", key, "(trống)", "Dòng không có mã") for at in blank if at not in broken]


def _typed_column(
    cells: np.ndarray, typist: Callable[[object], Typed]
) -> tuple[np.ndarray, list[tuple[int, str, str]], list[tuple[int, str, str]]]:
    """Return the typed values, the repairs and the errors (position, original cell, rule or reason)."""
    # True equals 1.0 in a hash table: a truth value is told apart by its text.
    codes, distinct = pd.factorize(pd.Series(["TRUE" if cell is True else cell for cell in cells], dtype=object))
    results = [typist(cell) for cell in distinct]
    values = np.empty(len(results) + 1, dtype=object)
    values[:-1] = [result.value for result in results]
    repaired = {at for at, result in enumerate(results) if result.repair}
    wrong = {at for at, result in enumerate(results) if result.error}
    return (
        values[codes],
        [(at, str(cells[at]), str(results[codes[at]].repair)) for at in _places(codes, repaired)],
        [(at, str(cells[at]), str(results[codes[at]].error)) for at in _places(codes, wrong)],
    )


def _places(codes: np.ndarray, wanted: set[int]) -> list[int]:
    return [int(at) for at in np.flatnonzero(np.isin(codes, list(wanted)))] if wanted else []


def _typist(
    column: Column, profile: Profile, window: tuple[dt.date, dt.date], reckoning: Reckoning
) -> Callable[[object], Typed]:
    if column.role in MOMENT_ROLES:
        month_first = profile.date_order == "month_first"
        return lambda cell: type_datetime(cell, month_first, *window, reckoning)
    if column.role in WORD_ROLES:
        own = profile.values.get(column.name, {})
        words = {**column.values, **{match_key(word): value for word, value in own.items()}}
        return lambda cell: Typed(words.get(match_key(str(type_text(cell).value)), "unknown"))
    return _TYPISTS[column.role]
