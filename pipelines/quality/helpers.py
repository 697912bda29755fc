"""Helper columns: what a suite compares that is not a column of the export.

Here: adding them to a copy of one file's typed frame. Not here: which value is a fault (the suite says).
Invariant: one row in, one row out, in the same order; the helper columns never leave `quality`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

# Dossier codes that carry the day of receipt as YYMMDD (domain/09, 9.2).
_CODE_DATE = r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3}){1,3})-(\d{6})-\d{3,6}$"
_LINEAGE = ("source_file", "source_sheet", "source_row", "repairs", "flags")


@dataclass(frozen=True)
class Known:
    """What the office knows when it judges a file: its reference tables and the day the export shows."""

    observed_on: dt.date
    procedure_codes: set[str] = field(default_factory=set)
    procedure_keys: set[str] = field(default_factory=set)
    unit_keys: set[str] = field(default_factory=set)
    days_off: set[dt.date] = field(default_factory=set)


def with_helpers(rows: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Return a copy of a typed frame, numbered from 0, with the helper columns of the suites."""
    frame = rows.reset_index(drop=True)
    received = frame["received_at"]
    return frame.assign(
        received_until=_until(received),
        finished_until=_until(frame["finished_at"]),
        delivered_until=_until(frame["delivered_at"]),
        due_until=_end_of_day(frame["due_at"]),
        code_repeats=_code_repeats(frame),
        days_from_code=_days_from_code(frame),
        received_day_is_off=received.dt.normalize().isin(pd.to_datetime(sorted(known.days_off))),
        unknown_procedure_key=_unknown_procedure(frame, known),
        unknown_unit_key=_unknown_unit(frame, known.unit_keys),
        status_or_blank=_text(frame["status"]).fillna("").astype(object),
    )


def end_of(day: dt.date) -> dt.datetime:
    """Return the last moment of a day."""
    return dt.datetime.combine(day, dt.time.max)


def _end_of_day(moments: pd.Series) -> pd.Series:
    return moments.dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)


def _until(moments: pd.Series) -> pd.Series:
    """A cell at midnight knows only its day, so it may mean any moment of that day."""
    return moments.where(moments != moments.dt.normalize(), _end_of_day(moments))


def _code_repeats(frame: pd.DataFrame) -> pd.Series:
    """Count, for each row, the rows of the file that make its code ambiguous.

    Rows equal in every column say the same once: the first counts 0, later ones their place. Rows of one
    code that differ contradict each other; nobody here can say which is right: each counts all the others.
    """
    codes = frame["dossier_code"]
    repeated = codes.notna() & codes.duplicated(keep=False)
    repeats = pd.Series(0, index=frame.index, dtype="int64")
    if not repeated.any():
        return repeats
    group = frame[repeated]
    content = group.drop(columns=[column for column in _LINEAGE if column in group.columns])
    variant = pd.util.hash_pandas_object(content.astype("string"), index=False)
    by_code = variant.groupby(group["dossier_code"])
    contradicting = by_code.transform("nunique") > 1
    repeats[repeated] = by_code.cumcount().where(~contradicting, by_code.transform("size") - 1)
    return repeats


def _days_from_code(frame: pd.DataFrame) -> pd.Series:
    """Days from the date in the dossier code to the nearer of receipt and submission; empty without."""
    dates = _text(frame["dossier_code"]).str.extract(_CODE_DATE, expand=False)
    coded = pd.to_datetime(dates, format="%y%m%d", errors="coerce").astype("datetime64[us]")
    gaps = {column: (frame[column].dt.normalize() - coded).dt.days.abs() for column in ("received_at", "submitted_at")}
    return pd.DataFrame(gaps).min(axis="columns").astype("float64")


def _unknown_procedure(frame: pd.DataFrame, known: Known) -> pd.Series:
    """The code, else the name, of a procedure the catalogue has by neither; empty when known."""
    codes = _text(frame["procedure_code"])
    by_code = codes.isin(known.procedure_codes)
    by_name = frame["procedure_name_key"].isin(known.procedure_keys)
    named = codes.fillna(_text(frame["procedure_name_key"])).fillna("")
    return named.mask(by_code | by_name).astype(object)


def _unknown_unit(frame: pd.DataFrame, unit_keys: set[str]) -> pd.Series:
    """The key of a receiving, else handling, unit that is given but not in the table of units."""
    receiving, handling = (_text(frame[column]) for column in ("receiving_unit_key", "handling_unit_key"))
    return receiving.mask(receiving.isin(unit_keys)).fillna(handling.mask(handling.isin(unit_keys))).astype(object)


def _text(values: pd.Series) -> pd.Series:
    """Text with one kind of missing value, also where a whole column is blank."""
    return values.astype("string")
