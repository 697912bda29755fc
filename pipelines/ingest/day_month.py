"""Days and months a spreadsheet has exchanged, put right by the day inside the record's code.

Here: the American reading of 03/12/2021 (domain/09 9.3). Not here: reading one date (typing_rules).
Invariant: a date is exchanged only where the code of its row says so, and always with a repair and a flag.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells
from pipelines.ingest.contract import MOMENT_ROLES, Contract

FLAG = "day_month_exchanged"
FLAG_REASON = "Ngày và tháng bị bảng tính đảo chỗ, đã đổi lại theo ngày ghi trong mã."
FLAG_MEND = "Định dạng cột ngày là ngày/tháng/năm (hoặc dạng chữ) trước khi lưu, rồi kiểm tra các dòng này."
RULE = "đổi lại ngày và tháng theo ngày ghi trong mã"
# Codes that carry the day of receipt as YYMMDD (domain/09, 9.2).
_CODE_DATE = r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3}){1,3})-(\d{6})-\d{3,6}$"
_LAST_MONTH = 12


def coded_days(codes: pd.Series) -> pd.Series:
    """Return the day each code carries; empty where it carries none."""
    dates = codes.astype("string").str.extract(_CODE_DATE, expand=False)
    return pd.to_datetime(dates, format="%y%m%d", errors="coerce").astype("datetime64[us]")


def exchanged(typed: dict[str, pd.Series], cells: dict[str, Cells], contract: Contract) -> dict[str, np.ndarray]:
    """Return for each column of moments the rows whose day and month are to be exchanged.

    A day the code repeats is exchanged when it then equals the code's day and did not before. The row's other
    moments follow only if the spreadsheet made true dates of that column's days up to 12 and left the others as
    text, which is how the American reading shows.
    """
    if not contract.code_dates:
        return {}
    coded = coded_days(typed[contract.key])
    if coded.isna().all():
        return {}
    found = {name: _by_code(typed[name], coded) for name in contract.code_dates if name in cells}
    rows = np.logical_or.reduce([np.zeros(len(coded), dtype=bool), *found.values()])
    if not rows.any():
        return {}
    for name, column in contract.columns.items():
        if column.role in MOMENT_ROLES and name in cells and name not in contract.code_dates:
            found[name] = (
                rows & _is_ambiguous(typed[name]) & _is_true_date(cells[name]) & _american(typed[name], cells[name])
            )
    return {name: places for name, places in found.items() if places.any()}


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


def _american(moments: pd.Series, cells: Cells) -> bool:
    true_date = _is_true_date(cells)
    late = (moments.dt.day > _LAST_MONTH).to_numpy()
    return bool((~true_date & late).any() and not (true_date & late).any())
