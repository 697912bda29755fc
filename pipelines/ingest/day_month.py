"""Days and months a spreadsheet has exchanged, put right by the day inside the record's code.

Here: the American reading of 03/12/2021 (domain/09 9.3). Not here: reading one date (typing_rules).
Invariant: a date is exchanged only where the code of its row reports it, and always with a repair and a flag.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells
from pipelines.ingest.codes import DOSSIER_DAY
from pipelines.ingest.contract import MOMENT_ROLES, Contract

FLAG = "day_month_exchanged"
FLAG_REASON = "Ngày và tháng bị bảng tính đảo chỗ, đã đổi lại theo ngày ghi trong mã."
FLAG_MEND = "Định dạng cột ngày là ngày/tháng/năm (hoặc dạng chữ) trước khi lưu, rồi kiểm tra các dòng này."
RULE = "đổi lại ngày và tháng theo ngày ghi trong mã"
_LAST_MONTH = 12


class PossibleExchange(NamedTuple):
    """A moment to be exchanged if its whole column turns out American: row, column, the cell as text."""

    at: int
    column: str
    original: str


def exchange_note(column: str, original: str) -> dict[str, str]:
    """Return the entry of a row's `repairs`."""
    return {"column": column, "original": original, "rule": RULE}


def coded_days(codes: pd.Series) -> pd.Series:
    """Return the day each code carries; empty where it carries none."""
    dates = codes.astype("string").str.extract(DOSSIER_DAY, expand=False)
    return pd.to_datetime(dates, format="%y%m%d", errors="coerce").astype("datetime64[us]")


@dataclass
class Evidence:
    """How a spreadsheet wrote the days after the 12th of a column, over all its pieces: as text, as true dates."""

    as_text: bool = False
    as_date: bool = False

    @property
    def is_american(self) -> bool:
        """Return whether only days up to 12 became true dates, which is how the American reading shows."""
        return self.as_text and not self.as_date


@dataclass(frozen=True)
class Exchanged:
    """The rows of one stretch whose day and month are exchanged: `sure` by the code, `possible` if the column is so."""

    sure: dict[str, np.ndarray]
    possible: dict[str, np.ndarray]


def exchanged(
    typed: dict[str, np.ndarray], cells: dict[str, Cells], contract: Contract, evidence: dict[str, Evidence]
) -> Exchanged:
    """Return for each column of moments the rows whose day and month are to be exchanged.

    A day the code repeats is exchanged when it then equals the code's day and did not before. The row's other
    moments follow only if the spreadsheet made true dates of that column's days up to 12 and left the others as
    text, which is how the American reading shows; `evidence` gathers that by column, stretch after stretch.
    """
    if not contract.code_dates:
        return Exchanged({}, {})
    others = [
        name
        for name, column in contract.columns.items()
        if column.role in MOMENT_ROLES and name in cells and name not in contract.code_dates
    ]
    for name in others:
        _look(evidence.setdefault(name, Evidence()), typed[name], cells[name])
    said = {name: _is_ambiguous(typed[name]) for name in contract.code_dates if name in cells}
    asked = np.flatnonzero(np.logical_or.reduce([*said.values()])) if said else np.empty(0, dtype=int)
    if not len(asked):
        return Exchanged({}, {})
    coded = np.full(len(typed[contract.key]), np.datetime64("NaT"), dtype="datetime64[us]")
    coded[asked] = coded_days(pd.Series(typed[contract.key][asked])).to_numpy()
    sure = {name: _by_code(typed[name], coded, places) for name, places in said.items()}
    rows = np.logical_or.reduce([*sure.values()])
    if not rows.any():
        return Exchanged({}, {})
    possible = {name: rows & _is_ambiguous(typed[name]) & _is_true_date(cells[name]) for name in others}
    return Exchanged(
        {name: places for name, places in sure.items() if places.any()},
        {name: places for name, places in possible.items() if places.any()},
    )


def exchanged_moment(moment: dt.datetime) -> dt.datetime:
    """Return a moment with day and month exchanged."""
    return moment.replace(month=moment.day, day=moment.month)


def exchange(moments: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the moments with day and month exchanged in some rows."""
    fixed = moments.copy()
    fixed[places] = _exchanged(moments[places])
    return fixed


def _parts(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first day of each year, the month and the day of the month; all 0 or NaT where there is no moment."""
    is_none = np.isnat(moments)
    months, years = moments.astype("datetime64[M]"), moments.astype("datetime64[Y]")
    month = np.where(is_none, 0, (months - years.astype("datetime64[M]")).astype(int) + 1)
    day = np.where(is_none, 0, (moments.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int) + 1)
    return years, month, day


def _exchanged(moments: np.ndarray) -> np.ndarray:
    """Return ambiguous moments with day and month exchanged, at the same time of the day."""
    years, month, day = _parts(moments)
    turned = (years.astype("datetime64[M]") + (day - 1)).astype("datetime64[D]") + (month - 1)
    return turned.astype("datetime64[us]") + (moments - moments.astype("datetime64[D]"))


def _by_code(moments: np.ndarray, coded: np.ndarray, is_ambiguous: np.ndarray) -> np.ndarray:
    days = coded.astype("datetime64[D]")
    places = is_ambiguous & (moments.astype("datetime64[D]") != days)
    hits = np.zeros(len(moments), dtype=bool)
    hits[places] = _exchanged(moments[places]).astype("datetime64[D]") == days[places]
    return hits


def _is_ambiguous(moments: np.ndarray) -> np.ndarray:
    _, month, day = _parts(moments)
    return (day <= _LAST_MONTH) & (day != month)


def _is_true_date(cells: Cells) -> np.ndarray:
    return cells.where(lambda cell: isinstance(cell, dt.date))


def _look(evidence: Evidence, moments: np.ndarray, cells: Cells) -> None:
    true_date = _is_true_date(cells)
    late = _parts(moments)[2] > _LAST_MONTH
    evidence.as_text |= bool((~true_date & late).any())
    evidence.as_date |= bool((true_date & late).any())
