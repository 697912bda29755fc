"""Hold `kstt status` against the coverage of a built report.

Here: both as the same plain values. Not here: expected values. Invariant: a difference names unit, stream and quarter.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb

from pipelines.office.settings import load_office
from pipelines.warehouse.status import period_status

Answers = dict[tuple[str, str], Counter[tuple[str, str]]]
_STATES = {
    "on_time": ("accepted", "on_time"),
    "late": ("accepted", "late"),
    "unknown": ("accepted", "unknown"),
    "refused": ("refused", ""),
    "missing": ("missing", ""),
}


def by_status(office: Path, period: str) -> Answers:
    """Return unit, stream → how often each state, one a quarter, as `kstt status` has it."""
    found: Answers = {}
    for item in period_status(load_office(office), period).owed:
        found.setdefault((item.unit_id, item.stream), Counter()).update([_STATES[item.state]])
    return found


def by_report(report: Path) -> Answers:
    """Return the same as the built report has it."""
    found: Answers = {}
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        query = "select unit_id, stream, state, coalesce(timing, '') from rpt_obligation"
        for unit_id, stream, state, timing in connection.execute(query).fetchall():
            found.setdefault((unit_id, stream), Counter()).update([(state, timing)])
    return found
