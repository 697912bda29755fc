"""The board of a period in its place: data/bang-theo-doi/<period>.html.

Here: status and newest reports put together. Not here: the page (render/board), the reckoning (warehouse/status).
Invariant: reads only; the board is no report and may be written again at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.figures.charts import Chart, merge_periods
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.render.board import Headline, write_board
from pipelines.warehouse.finished import finished_reports, latest_report, read_manifest, read_summary
from pipelines.warehouse.status import period_status

# Earlier periods a chart over periods shows at most.
_MOST_PERIODS = 7


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
        report = latest_report(office, period_id)
    except OfficeError:  # no report of this period yet: the board prints that
        return None
    lines = {label: str(text) for label, text in read_summary(report).items()}
    return Headline(lines.pop("Kỳ báo cáo", period_id), lines, tuple(_charts(office, report, period_id)))


def _charts(office: Office, report: Path, period_id: str) -> Iterator[Chart]:
    """Yield the charts of a report; one over periods has a line for each earlier period that has a report too."""
    for name, plain in read_manifest(report).get("charts", {}).items():
        chart = Chart.read(name, plain)
        if chart.kind == "periods":
            earlier = (manifest["charts"].get(name) for manifest in _manifests_before(office, period_id))
            chart = merge_periods([*(Chart.read(name, other) for other in earlier if other), chart])
        yield chart


def _manifests_before(office: Office, period_id: str) -> list[dict[str, Any]]:
    """Return the manifests of the newest reports of earlier periods of the same kind, oldest first."""
    periods = office.reference["periods"]
    this = periods[periods["period_id"] == period_id].iloc[0]
    same = periods[(periods["period_kind"] == this["period_kind"]) & (periods["end_on"] < this["start_on"])]
    found = [finished_reports(office, earlier) for earlier in same.sort_values("end_on")["period_id"]]
    manifests = [read_manifest(reports[-1]) for reports in found if reports]
    return [manifest for manifest in manifests if "charts" in manifest][-_MOST_PERIODS:]


def _period_before(office: Office, period_id: str) -> str | None:
    """Return the period of the same kind that ends the day before this one starts."""
    periods = office.reference["periods"]
    this = periods[periods["period_id"] == period_id].iloc[0]
    day_before = this["start_on"] - pd.Timedelta(days=1)
    found = periods[(periods["period_kind"] == this["period_kind"]) & (periods["end_on"] == day_before)]
    return None if found.empty else str(found["period_id"].iloc[0])
