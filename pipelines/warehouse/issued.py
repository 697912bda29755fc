"""Issued reports: which versions of a period were sent, and where they lie.

Here: finding versions, finishing or clearing away an issue that was killed half way. Not here: issuing (package),
checking bytes (audit/verify).
Invariant: the journal's line makes an issue. A folder is complete and on the disk before its line is written, so a
line always finds its folder, and a folder without a line was never issued.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import hash_file
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.files import sync
from pipelines.office.settings import Office
from pipelines.warehouse.build import only_run
from pipelines.warehouse.whole import check_issued

RECORD = "issue.json"
PENDING = ".issuing-"


@dataclass(frozen=True)
class Issued:
    """One issued version of a period's report, as the journal gives it."""

    period_id: str
    version: int
    kind: str
    at: dt.datetime
    by: str
    why: str
    folder: Path
    record_sha256: str

    @property
    def issue_id(self) -> str:
        """Name of the version across periods, e.g. 2021-Q1/v2."""
        return f"{self.period_id}/v{self.version}"

    def record(self) -> dict[str, Any]:
        """Return what the report was made from, by whom, when and why (issue.json).

        Raises:
            OfficeError: the record is gone or not the one that was issued.
        """
        path = self.folder / RECORD
        if not path.is_file() or hash_file(path) != self.record_sha256:
            raise OfficeError(f"Bản đã phát hành {self.issue_id} bị sửa hoặc mất {RECORD}. Xem: kstt verify")
        return json.loads(path.read_text(encoding="utf-8"))

    def checked_folder(self) -> Path:
        """Return the folder for who reads its figures: the files that hold them are those that were issued.

        Raises:
            OfficeError: one of them was changed or deleted.
        """
        check_issued(self.folder, self.record_sha256, ("manifest.json", "forms.json", "warehouse.duckdb"))
        return self.folder

    def manifest(self) -> dict[str, Any]:
        """Return the manifest of the issued report."""
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))


def issued_folder(office: Office, period_id: str, version: int) -> Path:
    """Return where a version lies."""
    return office.data / "issued" / period_id / f"v{version}"


def pending_folder(office: Office, period_id: str, version: int) -> Path:
    """Return where a version is made ready, beside its place."""
    return office.data / "issued" / period_id / f"{PENDING}v{version}"


def issued_versions(office: Office, period_id: str | None = None) -> list[Issued]:
    """Return the issued versions of a period (or of all), oldest first.

    Raises:
        OfficeError: the journal was changed.
    """
    return [
        Issued(
            period_id=act.details["period_id"],
            version=act.details["version"],
            kind=act.details["kind"],
            at=act.at,
            by=act.by,
            why=act.why,
            folder=issued_folder(office, act.details["period_id"], act.details["version"]),
            record_sha256=act.details["record_sha256"],
        )
        for act in journal.acts(office, "issue")
        if period_id in (None, act.details["period_id"])
    ]


def find_issued(office: Office, period_id: str, version: int | None = None) -> Issued:
    """Return one version of a period, the newest when none is named.

    Raises:
        OfficeError: there is no such version; the message lists those there are.
    """
    versions = issued_versions(office, period_id)
    found = [item for item in versions if version in (None, item.version)]
    if not found:
        there = ", ".join(f"v{item.version}" for item in versions) or "chưa bản nào"
        raise OfficeError(
            f"Kỳ {period_id} không có bản phát hành{f' v{version}' if version else ''}. Đang có: {there}."
        )
    return found[-1]


def settle(office: Office) -> None:
    """Finish or clear away what a killed issue left: into its place with a journal line, away without one.

    The caller holds the run lock, so that nothing under way is touched.
    """
    records = {item.record_sha256: item for item in issued_versions(office)}
    for pending in sorted((office.data / "issued").glob(f"*/{PENDING}*")):
        record = pending / RECORD
        issued = records.get(hash_file(record)) if record.is_file() else None
        if issued and not issued.folder.exists():
            pending.rename(issued.folder)
            sync(issued.folder.parent)
        else:
            remove_sealed(pending)


def settle_if_free(office: Office) -> None:
    """Settle before reading, unless a run or an issue is under way."""
    if not any((office.data / "issued").glob(f"*/{PENDING}*")):
        return
    try:
        with only_run(office):
            settle(office)
    except OfficeError:
        return  # whoever holds the lock is at work on it; a broken journal is reported to whoever reads it next


def remove_sealed(folder: Path) -> None:
    """Remove a folder whose files may be read-only already."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)
