"""What units owe and how it was sent (area XI), from the sample's ledger, its inbox and its register as planted.

Here: unit × stream of one quarter → state and days late. Not here: anything of pipelines.
Invariant: a day is known by a row of reference/incoming.csv only; without a row nobody knows whether it was in time.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

OFFICE = Path(__file__).parents[2] / "sample_office"
# Plan 2021: before the 12th of the quarter's last month.
DEADLINES = {"2021-Q1": dt.date(2021, 3, 11), "2021-Q2": dt.date(2021, 6, 11)}
# What the names of the exports of a stream begin with; every other stream is a sheet of the return.
EXPORTS = {
    "case_exports": ("Sổ theo dõi hồ sơ",),
    "feedback_logs": ("Sổ PAKN", "Danh sách PAKN"),
    "review_submissions": ("Rà soát TTHC",),
}
RETURN = ("phieu-bao-cao_",)


def expected_submissions(period: str) -> dict[tuple[str, str], tuple[str, int]]:
    """Return (unit, stream) → state (on_time, late, unknown, returned, not_sent) and calendar days late."""
    noted = {
        (row["unit_id"], row["stream"]): row["check_id"]
        for row in _rows("planted.csv")
        if row["period_id"] == period and row["check_id"] in ("not_filled_in", "missing_delivery")
    }
    states = {"not_filled_in": ("returned", 0), "missing_delivery": ("not_sent", 0)}
    return {
        (unit, stream): states[noted[unit, stream]] if (unit, stream) in noted else _sent(period, unit, stream)
        for unit, stream in ((row["unit_id"], row["stream"]) for row in _rows("reference/obligations.csv"))
    }


def _sent(period: str, unit: str, stream: str) -> tuple[str, int]:
    refused = {
        (row["unit_id"], row["file_name"])
        for row in _rows("planted.csv")
        if (row["period_id"], row["effect"], row["source_row"]) == (period, "refused", "") and row["stream"] == stream
    }
    good = [
        path.name
        for path in (OFFICE / "inbox" / period / unit).rglob("*")
        if path.name.startswith(EXPORTS.get(stream, RETURN)) and (unit, path.name) not in refused
    ]
    registered = {
        row["file_name"]: dt.date.fromisoformat(row["arrived_on"])
        for row in _rows("reference/incoming.csv")
        if (row["period_id"], row["unit_id"]) == (period, unit)
    }
    days = [registered[name] for name in good if name in registered]
    if days and min(days) <= DEADLINES[period]:
        return "on_time", 0
    if len(days) < len(good):
        return "unknown", 0
    return "late", (min(days) - DEADLINES[period]).days


def _rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
