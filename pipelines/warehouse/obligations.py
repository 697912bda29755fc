"""What units owe for a period, part by part, and which of their files answer it, without building anything.

Here: the obligations in force on a part's last day (reference/obligations.csv), the rule which file answers a part.
Not here: reading files (typed), how it is reported (status). A built report has the same in model rpt_obligation.
Invariant: for the same files this and rpt_obligation agree; units are in their official order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.office.profiles import ISSUED_PREFIXES
from pipelines.office.settings import Office
from pipelines.periods.period import Period, parts_of
from pipelines.warehouse.sent_when import SentDays

if TYPE_CHECKING:
    from pipelines.warehouse.register import Delivery  # the register asks which sheets a unit's return has


@dataclass(frozen=True)
class Duty:
    """One thing a unit owes for one part of a period (a quarter of a longer one)."""

    unit_id: str
    unit_name: str
    stream: str
    part: Period
    deadline: dt.date


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
    due = obligations[valid].drop_duplicates(["unit_id", "stream"])
    return due.merge(units, on="unit_id").sort_values(["sort_no", "unit_id", "stream"])


def duties(office: Office, period: Period, until_on: dt.date) -> list[Duty]:
    """Return everything owed for the parts of a period that have begun by a day, unit by unit, part by part."""
    found = [
        (row["sort_no"], Duty(row["unit_id"], row["name_vi"], row["stream"], part, deadline))
        for part in parts_of(office.reference["periods"], period, until_on)
        for deadline in [part.unit_deadline(office.settings.deadlines)]
        for row in owed(office, part).to_dict("records")
    ]
    found.sort(key=lambda item: (item[0], item[1].unit_id, item[1].stream, item[1].part.start_on))
    return [duty for _, duty in found]


def is_asked_for(parts: Iterable[Period], period: Period, sent: Iterable[Delivery]) -> bool:
    """Return whether somebody sent a file for a period or a part of it."""
    asked = {period.period_id, *(part.period_id for part in parts)}
    return any(item.period_id in asked for item in sent)


def answers(duty: Duty, period: Period, is_asked: bool, sent: Delivery) -> bool:
    """Return whether a file answers a duty: it was sent for the part or the whole period; where nobody sends files for
    a period, it observed the part. A version of a quarter is none of a longer period: its figures do not add up to it.
    """
    if (sent.unit_id, sent.stream) != (duty.unit_id, duty.stream):
        return False
    if is_asked and sent.stream in ISSUED_PREFIXES:
        return sent.period_id == period.period_id
    if is_asked:
        return sent.period_id in (duty.part.period_id, period.period_id)
    return sent.observed_on >= duty.part.start_on


def best_days(days: Iterable[SentDays]) -> SentDays | None:
    """Return the days of the first of some good files: a unit is on time by it, however often it was mended."""
    found = sorted(days, key=lambda item: item.latest)
    if not found:
        return None
    known = [item.earliest for item in found if item.earliest is not None]
    earliest = min(known) if len(known) == len(found) else None
    return SentDays(earliest, found[0].latest, found[0].basis)
