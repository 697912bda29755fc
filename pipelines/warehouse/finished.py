"""Finding finished reports in an office's folder.

Here: the finished reports of a period, which is the newest. Not here: what is in one (audit), its hashes (whole).
Invariant: only folders whose manifest is the one written are reports; what is read of one is what was written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.foreign import check_database
from pipelines.warehouse.whole import is_finished, report_faults


def finished_reports(office: Office, period_id: str, as_of: str | None = None) -> list[Path]:
    """Return the finished reports of a period, by as-of, then received-by, then when they were built; newest last.

    Reports by other counting rules than the office's (what-if) are before all others.
    """
    folder = office.data / "reports" / period_id
    there = [manifest.parent for manifest in folder.glob(f"{as_of or '*'}/*/manifest.json")]
    found = [report for report in there if is_finished(report)]
    return sorted(found, key=lambda report: (is_by_own_rules(office, report), *_age(report)))


def latest_report(office: Office, period_id: str, as_of: str | None = None) -> Path:
    """Return the newest finished report of a period: latest as-of, then latest received-by, then last built.

    A report by other counting rules than the office's (what-if) is taken only when there is no other.

    Raises:
        OfficeError: none was built yet, or a file of it is not the one that was written.
    """
    found = newest_report(office, period_id, as_of)
    if faults := report_faults(found):
        raise OfficeError(damaged_sentence(found, faults))
    check_database(found / "warehouse.duckdb")
    return found


def newest_report(office: Office, period_id: str, as_of: str | None = None) -> Path:
    """Return the same report, even if a file of it was changed: for who looks for what was changed.

    Raises:
        OfficeError: none was built yet.
    """
    found = finished_reports(office, period_id, as_of)
    if not found:
        raise OfficeError(
            f"Chưa có báo cáo kỳ {period_id}{f' đến ngày {as_of}' if as_of else ''}. Chạy: kstt run {period_id}"
        )
    return found[-1]


def damaged_sentence(report: Path, faults: Sequence[str]) -> str:
    """Return what an officer reads of a report that is no longer what was written."""
    *_, period_id, as_of, key = report.parts
    return (
        f"Báo cáo đã lập {period_id}/{as_of}/{key} không còn như lúc lập: {faults[0]} Không dùng báo cáo này. "
        f"Chạy kstt run {period_id} để lập lại từ tệp đã nhận."
    )


def is_by_own_rules(office: Office, report: Path) -> bool:
    """Return whether a report counted by the office's own switches."""
    own = {name: str(value).lower() for name, value in office.settings.switches.model_dump().items()}
    return all(own.get(name, value) == value for name, value in read_manifest(report)["switches"].items())


def read_manifest(report: Path) -> dict[str, Any]:
    """Return the manifest a finished report carries."""
    return json.loads((report / "manifest.json").read_text(encoding="utf-8"))


def read_summary(report: Path) -> dict[str, object]:
    """Return the summary a finished report carries."""
    return read_manifest(report)["summary"]


def _age(report: Path) -> tuple[str, int, int, str, float]:
    """As of when, then what was known: by number of receipt and act, which no clock set back disturbs."""
    question = read_manifest(report)["question"]
    known = int(question.get("receipt_no") or 0), int(question.get("act_no") or 0)
    return str(question["as_of"]), *known, str(question["received_by"]), (report / "manifest.json").stat().st_mtime
