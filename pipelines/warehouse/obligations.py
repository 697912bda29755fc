"""What units owe for a period.

Here: the obligations in force on its last day (reference/obligations.csv). Not here: what has arrived (status).
Invariant: units stand in their official order.
"""

from __future__ import annotations

import pandas as pd

from pipelines.office.settings import Office
from pipelines.periods.period import Period


def owed(office: Office, period: Period) -> pd.DataFrame:
    """Return what is owed in a period: unit_id, name_vi, stream; units in their official order."""
    known: dict[str, pd.DataFrame] = office.__dict__.setdefault("_owed", {})  # the register asks unit by unit
    if period.period_id not in known:
        known[period.period_id] = _found(office, period)
    return known[period.period_id].copy()


def _found(office: Office, period: Period) -> pd.DataFrame:
    obligations = office.reference["obligations"]
    end = pd.Timestamp(period.end_on)
    valid = obligations["valid_from"].isna() | (obligations["valid_from"] <= end)
    valid &= obligations["valid_to"].isna() | (obligations["valid_to"] >= end)
    units = office.reference["units"][["unit_id", "name_vi", "sort_no"]].drop_duplicates("unit_id")
    return obligations[valid].merge(units, on="unit_id").sort_values(["sort_no", "unit_id", "stream"])
