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
    typed: dict[str, pd.Series], cells: dict[str, Cells], contract: Contract, evidence: dict[str, Evidence]
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
    coded = coded_days(typed[contract.key])
    if coded.isna().all():
        return Exchanged({}, {})
    sure = {name: _by_code(typed[name], coded) for name in contract.code_dates if name in cells}
    rows = np.logical_or.reduce([np.zeros(len(coded), dtype=bool), *sure.values()])
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


def exchange(moments: pd.Series, places: np.ndarray) -> pd.Series:
    """Return the moments with day and month exchanged in some rows."""
    fixed = moments.copy()
    fixed.loc[places] = _exchanged(moments[places])
    return fixed


def _exchanged(moments: pd.Series) -> pd.Series:
    turned = pd.DataFrame({"year": moments.dt.year, "month": moments.dt.day, "day": moments.dt.month})
    return pd.to_datetime(turned).astype("datetime64[us]") + (moments - moments.dt.normalize())


def _by_code(moments: pd.Series, coded: pd.Series) -> np.ndarray:
    places = _is_ambiguous(moments) & (moments.dt.normalize() != coded).to_numpy()
    hits = np.zeros(len(moments), dtype=bool)
    hits[places] = (_exchanged(moments[places]).dt.normalize() == coded[places]).to_numpy()
    return hits


def _is_ambiguous(moments: pd.Series) -> np.ndarray:
    return ((moments.dt.day <= _LAST_MONTH) & (moments.dt.day != moments.dt.month)).to_numpy()


def _is_true_date(cells: Cells) -> np.ndarray:
    return cells.where(lambda cell: isinstance(cell, dt.date))


def _look(evidence: Evidence, moments: pd.Series, cells: Cells) -> None:
    true_date = _is_true_date(cells)
    late = (moments.dt.day > _LAST_MONTH).to_numpy()
    evidence.as_text |= bool((~true_date & late).any())
    evidence.as_date |= bool((true_date & late).any())
