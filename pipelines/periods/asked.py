"""Which period a day asks for: the one in progress, the one that has just closed, the one whose report is due.

Here: choosing a row of `reference/periods.csv` by kind and day. Not here: schedules (defs), what is in a period.
Invariant: a period is asked only within its days; where periods.csv has none for a day, the sentence reports it.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Deadlines
from pipelines.periods.period import Period, find_period

KIND_LABELS = {"quarter": "quý", "six_months": "6 tháng", "nine_months": "9 tháng", "year": "năm"}

# A closed period is asked for until the next quarter closes: its report goes with that quarter's work at the latest.
_ASKED_AFTER_CLOSING = pd.DateOffset(months=3)


def kinds(periods: pd.DataFrame) -> tuple[str, ...]:
    """Return the kinds of recurring periods that periods.csv declares, in the order of `KIND_LABELS`."""
    declared = set(periods["period_kind"])
    return tuple(kind for kind in KIND_LABELS if kind in declared)


def period_in_progress(periods: pd.DataFrame, kind: str, today: dt.date) -> Period:
    """Return the period of a kind that holds `today`.

    Raises:
        OfficeError: periods.csv has none.
    """
    day = pd.Timestamp(today)
    found = periods[(periods["period_kind"] == kind) & (periods["start_on"] <= day) & (periods["end_on"] >= day)]
    if found.empty:
        raise OfficeError(
            f"reference/periods.csv không có kỳ {KIND_LABELS[kind]} nào chứa ngày {today:%d/%m/%Y}: "
            "không lập báo cáo nào. Hãy thêm các kỳ còn thiếu rồi nạp lại (Reload)."
        )
    return find_period(periods, str(found["period_id"].iloc[0]))


def period_just_closed(periods: pd.DataFrame, kind: str, today: dt.date) -> Period:
    """Return the newest period of a kind that ended before `today`, no more than three months ago.

    Raises:
        OfficeError: periods.csv has none: it ends too early, or begins too late.
    """
    closed = periods[(periods["period_kind"] == kind) & (periods["end_on"] < pd.Timestamp(today))]
    newest = _newest(periods, closed)
    if newest is None or pd.Timestamp(today) > pd.Timestamp(newest.end_on) + _ASKED_AFTER_CLOSING:
        last = f"; kỳ đã khép gần nhất là {newest.period_id}, hết ngày {newest.end_on:%d/%m/%Y}" if newest else ""
        raise OfficeError(
            f"reference/periods.csv không có kỳ {KIND_LABELS[kind]} nào vừa khép trước ngày {today:%d/%m/%Y}{last}: "
            "không lập báo cáo nào. Hãy thêm các kỳ còn thiếu rồi nạp lại (Reload)."
        )
    return newest


def period_due(periods: pd.DataFrame, kind: str, today: dt.date, rule: Deadlines) -> Period | None:
    """Return the newest period of a kind whose deadline (before the 12th of its last month) is past; None for none."""
    of_kind = periods[periods["period_kind"] == kind]
    past = [find_period(periods, str(name)).unit_deadline(rule) < today for name in of_kind["period_id"]]
    return _newest(periods, of_kind[past])


def _newest(periods: pd.DataFrame, found: pd.DataFrame) -> Period | None:
    if found.empty:
        return None
    return find_period(periods, str(found.sort_values("end_on")["period_id"].iloc[-1]))
