"""Finding finished reports in an office's folder.

Here: which report of a period is the newest. Not here: what is in it (audit).
Invariant: only folders with a manifest are reports; a build folder is never taken for one.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office


def latest_report(office: Office, period_id: str, as_of: str | None = None) -> Path:
    """Return the newest finished report of a period: latest as-of, then latest received-by, then last built.

    A report by other counting rules than the office's (what-if) is taken only when there is no other.

    Raises:
        OfficeError: none was built yet.
    """
    folder = office.data / "reports" / period_id
    found = [manifest.parent for manifest in folder.glob(f"{as_of or '*'}/*/manifest.json")]
    if not found:
        raise OfficeError(
            f"Chưa có báo cáo kỳ {period_id}{f' đến ngày {as_of}' if as_of else ''}. Chạy: kstt run {period_id}"
        )
    own = {name: str(value).lower() for name, value in office.settings.switches.model_dump().items()}
    return max(found, key=lambda report: _age(report, own))


def read_summary(report: Path) -> dict[str, object]:
    """Return the summary a finished report carries."""
    return json.loads((report / "manifest.json").read_text(encoding="utf-8"))["summary"]


def _age(report: Path, own: dict[str, str]) -> tuple[bool, str, str, float]:
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    question = manifest["question"]
    by_own_rules = all(own.get(name, value) == value for name, value in manifest["switches"].items())
    return by_own_rules, str(question["as_of"]), str(question["received_by"]), (report / "manifest.json").stat().st_mtime
