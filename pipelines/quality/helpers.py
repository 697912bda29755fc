"""Helper columns: what a suite compares that is not a column of the export.

Here: adding them to a copy of one file's typed frame. Not here: which value is a fault (the suite says).
Invariant: one row in, one row out, in the same order; the helper columns never leave `quality`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import cast

import numpy as np
import pandas as pd

from pipelines.ingest.contract import MOMENT_ROLES, NUMBER_ROLES, Contract
from pipelines.ingest.day_month import coded_days
from pipelines.periods.due_dates import due_days, working_days_between
from pipelines.quality.repeats import code_repeats
from pipelines.quality.totals_in_disguise import sums_above

# Hours in one of each unit of a legal time (domain/13 hours_per_day; domain/08 8.2: legal time × 8).
_HOURS = {"hour": 1, "same_day": 8, "working_day": 8, "calendar_day": 8, "month": 240}


@dataclass(frozen=True)
class Known:
    """What the office knows when it judges a file: its reference tables and the day the export shows.

    `names` has the match keys of each table a contract's column may name (unit, field, procedure). `limits` has one
    row per version of a procedure: procedure_code and procedure_key (empty text when none), time_value (number),
    time_unit, valid_from and valid_to (days, both inside; empty when open). `calendar` has the working days that are
    decided.
    """

    observed_on: dt.date
    procedure_codes: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    days_off: set[dt.date] = field(default_factory=set)
    limits: pd.DataFrame = field(default_factory=pd.DataFrame)
    calendar: pd.DataFrame = field(default_factory=pd.DataFrame)


def with_helpers(
    rows: pd.DataFrame,
    contract: Contract,
    known: Known,
    observed_on: pd.Series | None = None,
    repeats: np.ndarray | None = None,
    needed: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return a copy of a typed frame, numbered from 0, with the helper columns of the suites.

    For every moment `<x>_at`: `<x>_until` (the last moment the cell may mean), `<x>_day_end`, `<x>_day_is_off`; for
    every column of words `<column>_or_blank`; for every lead `<name>_days` (working days); `code_repeats`,
    `days_from_code`, `days_from_limit`, `hours_over_limit`, `sums_above`; `unknown_<table>_key` for every table the
    contract's columns name. Numbers become floats, empty ones NaN.

    Args:
        rows: typed rows of one stream.
        contract: the contract of the stream.
        known: what the office knows.
        observed_on: the day each row was exported, for rows of several files; None is the day of `known`.
        repeats: `code_repeats` of each row in its own file; None takes the rows as one whole file.
        needed: the columns a suite names; the frame then has no others. None is all.
    """
    frame = rows.reset_index(drop=True)
    days = pd.Series(pd.Timestamp(known.observed_on), index=frame.index) if observed_on is None else observed_on
    makers = _makers(frame, contract, known, days, repeats)
    wanted = [name for name in makers if needed is None or name in needed]
    kept = [name for name in frame.columns if needed is None or name in needed]
    numbers = [name for name in kept if name in contract.columns and contract.columns[name].role in NUMBER_ROLES]
    plain = {name: frame[name].astype("float64") if name in numbers else frame[name] for name in kept}
    return pd.DataFrame(plain | {name: makers[name]() for name in wanted}, index=frame.index)


def _makers(
    frame: pd.DataFrame, contract: Contract, known: Known, days: pd.Series, repeats: np.ndarray | None
) -> dict[str, Callable[[], pd.Series]]:
    """Return for each helper column how it is made, so that a suite pays only for those it names."""
    days_off = pd.to_datetime(sorted(known.days_off))
    makers: dict[str, Callable[[], pd.Series]] = {
        "observed_until": lambda: _end_of_day(days.astype("datetime64[us]")),
        "code_repeats": lambda: pd.Series(code_repeats(lambda: [frame], contract)[0] if repeats is None else repeats),
        "days_from_code": lambda: _days_from_code(frame, contract),
        "days_from_limit": lambda: _days_from_limit(frame, contract, known),
        "hours_over_limit": lambda: _hours_over_limit(frame, contract, known),
        "sums_above": lambda: sums_above(frame, contract, known.names),
    }
    for name in (name for name, column in contract.columns.items() if column.role in MOMENT_ROLES):
        stem, moments = name.removesuffix("_at").removesuffix("_on"), frame[name]
        makers[f"{stem}_until"] = partial(_until, moments)
        makers[f"{stem}_day_end"] = partial(_end_of_day, moments)
        makers[f"{stem}_day_is_off"] = partial(_is_off, moments, days_off)
    for name in contract.words:
        makers[f"{name}_or_blank"] = partial(_or_blank, frame[name])
    for name, (first, last) in contract.leads.items():
        makers[f"{name}_days"] = partial(_lead, frame[first], frame[last], known.calendar)
    for table in _named_tables(contract):
        makers[f"unknown_{table}_key"] = partial(_unknown, frame, contract, table, known)
    return makers


def _is_off(moments: pd.Series, days_off: pd.DatetimeIndex) -> pd.Series:
    return moments.dt.normalize().isin(days_off)


def _or_blank(words: pd.Series) -> pd.Series:
    return _text(words).fillna("").astype(object)


def with_computed(frame: pd.DataFrame, computed: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame with a suite's own columns: name → expression over its columns, each using those before it."""
    found = frame.copy()
    for name, text in computed.items():
        found[name] = cast("pd.Series", found.eval(text))
    return found


def _end_of_day(moments: pd.Series) -> pd.Series:
    return moments.dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)


def _until(moments: pd.Series) -> pd.Series:
    """The last moment a cell may mean: at midnight it knows only its day, without seconds only its minute."""
    minute = moments.dt.floor("min")
    last_of_minute = minute + pd.Timedelta(minutes=1) - pd.Timedelta(microseconds=1)
    until = moments.where(moments != minute, last_of_minute)
    return until.where(moments != moments.dt.normalize(), _end_of_day(moments))


def _days_from_code(frame: pd.DataFrame, contract: Contract) -> pd.Series:
    """Days from the date in the code to the nearest day it may repeat; empty without."""
    if not contract.code_dates:
        return pd.Series(float("nan"), index=frame.index)
    coded = coded_days(frame[contract.key])
    gaps = {column: (frame[column].dt.normalize() - coded).dt.days.abs() for column in contract.code_dates}
    return pd.DataFrame(gaps).min(axis="columns").astype("float64")


def _days_from_limit(frame: pd.DataFrame, contract: Contract, known: Known) -> pd.Series:
    """Days from the due day by the procedure's time limit to the promised day; empty where nothing is to judge.

    The limit is the one in force on the day of receipt, by the procedure's code, else by its name; a procedure
    without a limit, or with several, is not judged, nor a record promised anew or for a day before its receipt.
    """
    promise = contract.promise
    if promise is None or known.limits.empty:
        return pd.Series(float("nan"), index=frame.index)
    is_judged = frame[list(promise.unless)].isna().all(axis="columns")
    rows = frame[is_judged & (frame[promise.due].dt.normalize() >= frame[promise.start].dt.normalize())]
    limits = _limits(rows, contract, promise.start, known.limits)
    due = due_days(rows[promise.start], limits["time_value"], limits["time_unit"], known.calendar)
    return (rows[promise.due].dt.normalize() - due).dt.days.astype("float64").reindex(frame.index)


def _lead(first: pd.Series, last: pd.Series, calendar: pd.DataFrame) -> pd.Series:
    if calendar.empty:
        return pd.Series(float("nan"), index=first.index)
    return working_days_between(first, last, calendar)


def _hours_over_limit(frame: pd.DataFrame, contract: Contract, known: Known) -> pd.Series:
    """Hours a row states above the legal time of its procedure on its day; empty where nothing is to judge."""
    stated = contract.legal_time
    if stated is None or known.limits.empty:
        return pd.Series(float("nan"), index=frame.index)
    limits = _limits(frame, contract, stated.day, known.limits)
    days = pd.to_numeric(limits["time_value"]).astype("float64").mask(limits["time_unit"] == "same_day", 1)
    return frame[stated.hours].astype("float64") - days * limits["time_unit"].map(_HOURS).astype("float64")


def _limits(rows: pd.DataFrame, contract: Contract, day: str, limits: pd.DataFrame) -> pd.DataFrame:
    """The one time limit of each row's procedure (time_value, time_unit); empty when none or several."""
    by_code, by_name = _procedure(rows, contract)
    code = by_code.where(by_code.isin(limits["procedure_code"]))
    asked = pd.DataFrame({"at": rows.index, "day": rows[day].dt.normalize()})
    found = pd.concat(
        [
            asked.assign(procedure_code=code).dropna().merge(limits, on="procedure_code"),
            asked.assign(procedure_key=by_name.mask(code.notna())).dropna().merge(limits, on="procedure_key"),
        ]
    )
    begun = found["valid_from"].isna() | (found["valid_from"] <= found["day"])
    in_force = found[begun & (found["valid_to"].isna() | (found["valid_to"] >= found["day"]))]
    different = in_force.drop_duplicates(["at", "time_value", "time_unit"])
    return different.drop_duplicates("at", keep=False).set_index("at")[["time_value", "time_unit"]].reindex(rows.index)


def _named_tables(contract: Contract) -> list[str]:
    return sorted({column.names for column in contract.columns.values() if column.names})


def _unknown(frame: pd.DataFrame, contract: Contract, table: str, known: Known) -> pd.Series:
    """The first name (or, of a procedure, the code) that is given but not in its table; empty when all are known."""
    if table == "procedure":
        return _unknown_procedure(frame, contract, known)
    keys = [f"{name}_key" for name, column in contract.columns.items() if column.names == table]
    given = [_text(frame[key]) for key in keys]
    unknown = [values.mask(values.isin(known.names.get(table, set()))) for values in given]
    return reduce(lambda first, second: first.fillna(second), unknown).astype(object)


def _procedure(frame: pd.DataFrame, contract: Contract) -> tuple[pd.Series, pd.Series]:
    """The code and the match key of the name of each row's procedure, as far as the stream has them."""
    none = pd.Series(pd.NA, index=frame.index, dtype="string")
    coded = next((name for name, column in contract.columns.items() if column.role == "procedure_code"), None)
    named = next((name for name, column in contract.columns.items() if column.names == "procedure"), None)
    return _text(frame[coded]) if coded else none, _text(frame[f"{named}_key"]) if named else none


def _unknown_procedure(frame: pd.DataFrame, contract: Contract, known: Known) -> pd.Series:
    """The code, else the name, of a procedure the catalogue has by neither; empty when known."""
    codes, names = _procedure(frame, contract)
    is_known = codes.isin(known.procedure_codes) | names.isin(known.names.get("procedure", set()))
    return codes.fillna(names).fillna("").mask(is_known).astype(object)


def _text(values: pd.Series) -> pd.Series:
    """Text with one kind of missing value, also where a whole column is blank."""
    return values.astype("string")
