"""The board of a period in its place: data/bang-theo-doi/<period>.html.

Here: status and newest reports put together. Not here: the page (render/board), the reckoning (warehouse/status).
Invariant: reads only; the board is no report and may be written again at any time.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.render.board import Headline, write_board
from pipelines.warehouse.finished import latest_report, read_summary
from pipelines.warehouse.status import period_status


def make_board(office: Office, period_id: str) -> Path:
    """Write the board of a period; return its path.

    Raises:
        OfficeError: unknown period.
    """
    status = period_status(office, period_id)
    path = office.data / "bang-theo-doi" / f"{period_id}.html"
    before = _period_before(office, period_id)
    write_board(
        office.settings.office.name,
        status,
        _headline(office, period_id),
        _headline(office, before) if before else None,
        path,
    )
    return path


def _headline(office: Office, period_id: str) -> Headline | None:
    try:
        summary = read_summary(latest_report(office, period_id))
    except OfficeError:  # no report of this period yet: the board says so
        return None
    lines = {label: str(text) for label, text in summary.items()}
    return Headline(lines.pop("Kỳ báo cáo", period_id), lines)


def _period_before(office: Office, period_id: str) -> str | None:
    """Return the period of the same kind that ends the day before this one starts."""
    periods = office.reference["periods"]
    this = periods[periods["period_id"] == period_id].iloc[0]
    day_before = this["start_on"] - pd.Timedelta(days=1)
    found = periods[(periods["period_kind"] == this["period_kind"]) & (periods["end_on"] == day_before)]
    return None if found.empty else str(found["period_id"].iloc[0])
