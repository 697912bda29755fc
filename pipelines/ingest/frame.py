"""The typed frame of one table: every column typed by its role, once per distinct cell.

Here: typing columns, words of statuses and channels, match keys, repairs. Not here: single cells (typing_rules).
Invariant: one row in, one row out, in the same order; a cell that cannot be read leaves a problem, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np

from pipelines.ingest import persons
from pipelines.ingest.cells import Cells, objects
from pipelines.ingest.codes import is_misshapen
from pipelines.ingest.contract import BOOK_YEAR, MOMENT_ROLES, NUMBER_ROLES, OWN_NUMBER, WORD_ROLES, Column, Contract
from pipelines.ingest.day_month import FLAG, Evidence, PossibleExchange, exchange, exchange_note, exchanged
from pipelines.ingest.persons import without_persons
from pipelines.ingest.source import Source, Window
from pipelines.ingest.typing_rules import (
    Reckoning,
    Typed,
    sure_moments,
    type_code,
    type_count,
    type_datetime,
    type_key,
    type_money,
    type_procedure_code,
    type_rate,
    type_text,
)
from pipelines.ingest.vietnamese import restore
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key, visible

# Role → how one cell is typed; words and moments need the profile too.
_TYPISTS: dict[str, Callable[[object], Typed]] = {
    "code": type_code,
    "procedure_code": type_procedure_code,
    "count": type_count,
    "money": type_money,
    "rate": type_rate,
    "text": type_text,
}
_MAY_NAME_PERSONS = ("code", "procedure_code", "text")
_Repairs = dict[int, list[dict[str, str]]]
# Role → the check under which an unreadable cell sends its row back.
_CHECKS = {**dict.fromkeys(MOMENT_ROLES, "bad_date"), **dict.fromkeys(("count", "money", "rate"), "bad_number")}
# Flag of a row with an unreadable cell in a lenient column, and what the officer is reported.
UNREAD = "unread_cell"
UNREAD_REASON = "Ô không đọc được ở một cột không bắt buộc; coi như để trống, hồ sơ vẫn được tính."
UNREAD_MEND = "Ghi lại ô đó (số tiền bằng số, ngày dạng ngày/tháng/năm) rồi gửi lại tệp."


# Flag of a row whose code looks like a national one and is none.
MISSHAPEN = "misshapen_code"
MISSHAPEN_REASON = (
    "Mã hồ sơ gần giống mã quốc gia nhưng sai dạng; đang tính như số của sổ riêng của đơn vị, có thể là một hồ sơ khác "
    "viết sai mã."
)
MISSHAPEN_MEND = "Ghi đúng mã, dạng 000.00.04.H51-200221-0001, rồi gửi lại tệp."


class Problem(NamedTuple):
    """A cell that sends its row back: the row's position, the check, the column, the cell and why."""

    at: int
    check_id: str
    column: str
    value: str
    reason: str


class TypedCells(NamedTuple):
    """The typed columns without those of the source, the problems by column, the exchanges of days still undecided."""

    columns: dict[str, np.ndarray]
    problems: list[Problem]
    possible: list[PossibleExchange]


@dataclass(frozen=True)
class _Typed:
    """A typed column: its values, and by the place of a distinct cell what was repaired and what is wrong.

    `distinct` are the values of the distinct cells (none for moments).
    """

    values: np.ndarray
    distinct: Sequence[object] = ()
    repairs: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


def typed_frame(
    cells: dict[str, Cells],
    length: int,
    source: Source,
    reckoning: Reckoning,
    headers: Sequence[str],
    evidence: dict[str, Evidence],
) -> TypedCells:
    """Type the cells of one stretch of a table.

    Args:
        cells: contract column → its cells.
        length: number of rows.
        source: columns and roles of the stream, date order and words of the source, the window of its dates.
        reckoning: where the workbook's serial numbers count from, and the office's time zone.
        headers: the header cells as the file has them, evidence of an old font.
        evidence: how the table's columns of moments were written so far; added to.
    """
    contract = source.contract
    typed: dict[str, np.ndarray] = {}
    repairs: _Repairs = {}
    problems: list[Problem] = []
    names_keys: dict[str, np.ndarray] = {}
    unread: set[int] = set()
    masked: set[int] = set()
    for name, column in contract.columns.items():
        given = cells.get(name) or Cells.none(length)
        texts, changed = _unicode(given, column, headers)
        result = _typed_column(texts, column, source, reckoning)
        if column.role in _MAY_NAME_PERSONS:
            result, hidden = _without_persons(result, texts, column, source)
            masked |= hidden
        typed[name] = result.values
        for at, original, rule in _noted(given, _both(changed, result.repairs)):
            repairs.setdefault(at, []).append({"column": name, "original": original, "rule": rule})
        check_id = _CHECKS.get(column.role, "bad_code")
        for at, original, why in _noted(given, result.errors):
            if column.is_lenient:
                repairs.setdefault(at, []).append({"column": name, "original": original, "rule": f"để trống: {why}"})
                unread.add(at)
            else:
                problems.append(Problem(at, check_id, name, original, why))
        if column.names:
            keys = (None if text is None else match_key(str(text)) for text in result.distinct)
            names_keys[f"{name}_key"] = texts.spread(keys)
        if column.role in WORD_ROLES:
            labels, hidden = _without_persons(_labels(texts), texts, column, source)
            typed[f"{name}_label"] = labels.values
            masked |= hidden
    days = exchanged(typed, cells, contract, evidence)
    flags = _exchange_sure(days.sure, typed, cells, repairs)
    misshapen = _misshapen(typed[contract.key], contract, source.profile)
    for flag, places in ((UNREAD, sorted(unread)), (persons.FLAG, sorted(masked)), (MISSHAPEN, misshapen)):
        flags[places] = _objects([";".join(filter(None, (flags[at], flag))) for at in places])
    problems += _without_code(contract.key, typed[contract.key], problems)
    typed |= names_keys
    typed |= _of_books(typed, contract, source.profile)
    notes = (repairs.get(at) for at in range(length))
    typed["repairs"] = _objects([json.dumps(note, ensure_ascii=False) if note else None for note in notes])
    typed["flags"] = flags
    possible = [
        PossibleExchange(at, name, _cell(cells[name], at))
        for name, places in days.possible.items()
        for at in map(int, np.flatnonzero(places))
    ]
    return TypedCells(typed, problems, possible)


def _exchange_sure(
    sure: dict[str, np.ndarray], typed: dict[str, np.ndarray], cells: dict[str, Cells], repairs: _Repairs
) -> np.ndarray:
    """Put exchanged days and months right; return the flags of all rows."""
    length = len(next(iter(typed.values())))
    flags = np.full(length, "", dtype=object)
    for name, places in sure.items():
        typed[name] = exchange(typed[name], places)
        flags[places] = FLAG
        for at in map(int, np.flatnonzero(places)):
            repairs.setdefault(at, []).append(exchange_note(name, _cell(cells[name], at)))
    return flags


def _cell(cells: Cells, at: int) -> str:
    return str(cells.distinct[cells.places[at]])


def _of_books(typed: dict[str, np.ndarray], contract: Contract, profile: Profile) -> dict[str, np.ndarray]:
    """Return what the stream needs to know of books: whose number a code is, and of which year's."""
    found: dict[str, np.ndarray] = {}
    if contract.national_code:
        found[OWN_NUMBER] = _own_numbers(typed[contract.key], contract.national_code, profile)
    if contract.book_dates:
        found[BOOK_YEAR] = _book_years([typed[name] for name in contract.book_dates], found.get(OWN_NUMBER))
    return found


def _misshapen(codes: np.ndarray, contract: Contract, profile: Profile) -> list[int]:
    """Return the rows whose code looks like a national one and is none."""
    if contract.national_code is None or profile.codes_are_unique:
        return []
    wrong = {code for code in {*codes} - {None} if is_misshapen(str(code), contract.national_code)}
    return [at for at, code in enumerate(codes) if code in wrong] if wrong else []


def _own_numbers(codes: np.ndarray, national: re.Pattern[str], profile: Profile) -> np.ndarray:
    """Return which codes are numbers of their unit's own book: none of a system whose codes are unique."""
    own = {code for code in {*codes} - {None, ""} if not national.fullmatch(code)}
    is_own = [code in own for code in codes] if own and not profile.codes_are_unique else [False] * len(codes)
    return np.array(is_own, dtype=bool)


def _book_years(days: list[np.ndarray], is_own: np.ndarray | None) -> np.ndarray:
    """Return the year of the first known day of each row whose code is a number of a book; of all without `is_own`."""
    years = np.full(len(days[0]), None, dtype=object)
    for moments in reversed(days):
        is_known = ~np.isnat(moments) if is_own is None else ~np.isnat(moments) & is_own
        if is_known.any():
            years[is_known] = moments[is_known].astype("datetime64[Y]").astype(str).astype(object)
    return years


def _objects(values: Sequence[object]) -> np.ndarray:
    return np.fromiter(values, dtype=object, count=len(values))


def _unicode(given: Cells, column: Column, headers: Sequence[str]) -> tuple[Cells, dict[int, str]]:
    """Return the cells with what an old font wrote in Unicode, and the rule by place for those changed."""
    if column.role in (*NUMBER_ROLES, *MOMENT_ROLES):
        return given, {}
    restored = restore(given.distinct, headers)
    return (Cells(given.places, objects(restored.texts).to_numpy()), restored.rules) if restored.rules else (given, {})


def _both(first: dict[int, str], second: dict[int, str]) -> dict[int, str]:
    return {at: "; ".join(rules[at] for rules in (first, second) if at in rules) for at in {**first, **second}}


def _typed_column(given: Cells, column: Column, source: Source, reckoning: Reckoning) -> _Typed:
    """Type a column once per distinct cell; true dates and the plainest spellings of dates all at once."""
    if column.role in MOMENT_ROLES:
        return _moments(given, source.profile.date_order == "month_first", source.window, reckoning)
    typist = _typist(column, source.profile)
    if column.name == source.contract.key and column.role == "code":
        typist = partial(type_key, national=source.contract.national_code)
    results = [*map(typist, given.distinct)]
    repairs = {at: item.repair for at, item in enumerate(results) if item.repair}
    errors = {at: item.error for at, item in enumerate(results) if item.error}
    values = [item.value for item in results]
    return _Typed(given.spread(values), values, repairs, errors)


def _moments(given: Cells, month_first: bool, window: Window, reckoning: Reckoning) -> _Typed:
    values = sure_moments(given.distinct, month_first, window)
    looked_at = map(int, np.flatnonzero(np.isnat(values)))
    results = {at: type_datetime(given.distinct[at], month_first, *window, reckoning) for at in looked_at}
    for at, item in results.items():
        if isinstance(item.value, datetime):
            values[at] = np.datetime64(item.value, "us")
    repairs = {at: item.repair for at, item in results.items() if item.repair}
    errors = {at: item.error for at, item in results.items() if item.error}
    return _Typed(np.append(values, np.datetime64("NaT"))[given.places], (), repairs, errors)


def _without_code(key: str, codes: np.ndarray, problems: list[Problem]) -> list[Problem]:
    broken = {problem.at for problem in problems if problem.column == key}
    blank = [at for at, code in enumerate(codes) if code is None]
    return [Problem(at, "missing_code", key, "(trống)", "Dòng không có mã") for at in blank if at not in broken]


def _noted(given: Cells, noted: dict[int, str]) -> list[tuple[int, str, str]]:
    """Return the rows whose cell has a repair or an error: position, original cell, what is reported."""
    if not noted:
        return []
    rows = np.flatnonzero(np.isin(given.places, list(noted)))
    return [
        (int(at), visible(without_persons(str(given.distinct[given.places[at]]))), noted[int(given.places[at])])
        for at in rows
    ]


def _labels(texts: Cells) -> _Typed:
    """The words of a closed list as the file spells them."""
    values = [type_text(cell).value for cell in texts.distinct]
    return _Typed(texts.spread(values), values)


def _without_persons(typed: _Typed, given: Cells, column: Column, source: Source) -> tuple[_Typed, set[int]]:
    """Return a column with personal data masked, and the rows that held some; the column of units keeps its names."""
    if column.role == "code":
        national = source.contract.national_code
        hide = partial(_masked_code, national=national, key=source.masking_key)
        pairs = zip(typed.distinct, given.distinct, strict=True)
        distinct = [hide(value, written) if isinstance(value, str) else value for value, written in pairs]
    else:
        hide = partial(without_persons, names=column.names != "unit")
        distinct = [hide(value) if isinstance(value, str) else value for value in typed.distinct]
    changed = [at for at, (new, old) in enumerate(zip(distinct, typed.distinct, strict=True)) if new != old]
    if not changed:
        return typed, set()
    repairs = _both(typed.repairs, dict.fromkeys(changed, persons.RULE))
    rows = {int(at) for at in np.flatnonzero(np.isin(given.places, changed))}
    return replace(typed, values=given.spread(distinct), distinct=distinct, repairs=repairs), rows


def _masked_code(code: str, written: object, national: re.Pattern[str] | None, key: bytes) -> str:
    written = written if isinstance(written, str) else ""
    # A national code is read without its blanks: a number of a person after one would be its last digits.
    apart = [part for part in written.split()[1:] if persons.numbers_of_persons(part)]
    if national is not None and national.fullmatch(code) and not apart:
        return code
    return persons.masked_code(code, key, written)


def _typist(column: Column, profile: Profile) -> Callable[[object], Typed]:
    if column.role in WORD_ROLES:
        own = profile.values.get(column.name, {})
        words = {**column.values, **{match_key(word): value for word, value in own.items()}}
        return lambda cell: Typed(words.get(match_key(str(type_text(cell).value)), "unknown"))
    return _TYPISTS[column.role]
