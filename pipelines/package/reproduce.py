"""Making an issued report again, from what its issue kept, and comparing byte for byte.

Here: an office of kept files in a temporary folder, running the kept software, naming causes of a difference.
Not here: building a report (rebuild), hashes of what lies there (audit/verify).
Invariant: neither the issued folder nor the office's own folders are written; landing is linked, not copied.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.verify import issue_faults
from pipelines.ingest.landing import hash_file, landed_path
from pipelines.office import journal
from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.office.software import versions
from pipelines.package.issue import SOFTWARE
from pipelines.warehouse.issued import RECORD, Issued, issued_versions

DATABASE = "warehouse.duckdb"  # compared table by table: its pages hold no promise of order
_QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
}


@dataclass(frozen=True)
class Reproduction:
    """What came of making a version again: files that differ, and what could be the cause."""

    issued: Issued
    compared: int
    differences: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Tell whether every file came out the same."""
        return not self.differences


def reproduce(office: Office, issued: Issued, software: Path | None = None) -> Reproduction:
    """Make a version again and compare it.

    Args:
        office: the office that issued it.
        issued: the version.
        software: a clone to make it with instead of the software the issue kept (what would today's make of it?).

    Raises:
        OfficeError: the issue's own record was changed, so nobody can say what it was made from.
    """
    record = issued.record()
    faults = issue_faults(office, issued)
    for earlier in issued_versions(office):
        if earlier.issue_id in (record["ask"].get("prior_issue"), record["ask"].get("year_ago_issue")):
            faults += issue_faults(office, earlier)
    if any(not _is_of_issued_files(fault, record) for fault in faults):
        return Reproduction(issued, 0, ("không lập lại được vì thiếu đầu vào nguyên vẹn.",), tuple(faults))
    with tempfile.TemporaryDirectory(prefix="kstt-lap-lai-") as temporary:
        folder = Path(temporary)
        _lay_out_office(office, record, folder / "office")
        if software is None:
            _restore(office, record["software"], folder / "software")
        failure = _run(software or folder / "software", folder, record)
        if failure:
            differences = [f"lượt lập lại không xong: {failure}"]
        else:
            differences = list(_differences(issued.folder, folder / "again"))
    causes = [*faults, *_causes(record, software)] if differences else []
    return Reproduction(issued, len(record["files"]), tuple(differences), tuple(causes))


def _is_of_issued_files(fault: str, record: dict[str, Any]) -> bool:
    return any(f"tệp {name} đã bị" in fault for name in record["files"]) or "tệp lạ" in fault


def _lay_out_office(office: Office, record: dict[str, Any], root: Path) -> None:
    """Make the office as it was for this issue: kept settings, the receipts and acts of then, landing linked."""
    _restore(office, record["settings"], root)
    data = root / "data"
    for folder in ("landing", "receipts", "issued"):
        (data / folder).mkdir(parents=True)
    for receipt_id, hashes in record["receipts"].items():
        shutil.copy(office.data / "receipts" / f"{receipt_id}.json", data / "receipts")
        target = data / "landing" / hashes["landed"]
        if not target.is_symlink():
            target.symlink_to(landed_path(office, hashes["landed"]).resolve())
    lines, head = journal.excerpt(office, record["journal"]["lines"])
    write_atomically(data / journal.journal_path(office).name, lines)
    if head:
        write_atomically(data / journal.head_path(office).name, head)
    # Finals of earlier periods: the carry-over was held against them.
    known = {act.details.get("record_sha256") for act in journal.acts(office)[: record["journal"]["lines"]]}
    for earlier in issued_versions(office):
        if earlier.record_sha256 in known:
            place = data / "issued" / earlier.period_id
            place.mkdir(exist_ok=True)
            (place / earlier.folder.name).symlink_to(earlier.folder.resolve())


def _restore(office: Office, kept: dict[str, str], root: Path) -> None:
    """Write kept files back to their places below a folder."""
    for path, sha256 in kept.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(landed_path(office, sha256), target)


def _run(software: Path, folder: Path, record: dict[str, Any]) -> str:
    """Run the software's own rebuild in a process of its own; return why it failed, or nothing."""
    note = folder / RECORD
    note.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    # KSTT_DATA and KSTT_OFFICE would lead back to the office itself.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KSTT_", "DAGSTER_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.package.rebuild", str(folder / "office"), str(note), str(folder / "again")],
        cwd=software,
        env={**own, **_QUIET, "PYTHONPATH": str(software), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stderr.strip().splitlines()
    return (lines[-1] if lines else f"mã lỗi {done.returncode}") if done.returncode else ""


def _differences(issued: Path, again: Path) -> Iterator[str]:
    sent, made = (
        {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {RECORD}
        for folder in (issued, again)
    )
    for name in sorted(sent | made):
        if name not in made:
            yield f"{name}: lập lại không có tệp này."
        elif name not in sent:
            yield f"{name}: bản đã phát hành không có tệp này."
        elif name == DATABASE:
            yield from _tables_that_differ(issued / name, again / name)
        elif hash_file(issued / name) != hash_file(again / name):
            yield f"{name}: khác nội dung từng byte."


def _tables_that_differ(issued: Path, again: Path) -> Iterator[str]:
    """Compare two databases table by table, as bags of rows."""
    listing = "select schema_name || '.\"' || {kind}_name || '\"' from duckdb_{kind}s() where database_name = '{name}'"
    internal = " and not internal"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{issued}' as issued (read_only)")
        connection.execute(f"attach '{again}' as again (read_only)")
        names = {
            database: {
                row[0]
                for kind in ("table", "view")
                for row in connection.execute(listing.format(kind=kind, name=database) + internal).fetchall()
            }
            for database in ("issued", "again")
        }
        for table in sorted(names["issued"] ^ names["again"]):
            yield f"{DATABASE}: bảng {table} chỉ có ở một bên."
        for table in sorted(names["issued"] & names["again"]):
            found = connection.execute(
                f"select count(*) from ((from issued.{table} except all from again.{table}) union all "
                f"(from again.{table} except all from issued.{table}))"
            ).fetchall()
            if found[0][0]:
                yield f"{DATABASE}: bảng {table} khác {found[0][0]} dòng."


def _causes(record: dict[str, Any], software: Path | None) -> Iterator[str]:
    """Return what is not as it was when the version was issued."""
    now = {**versions(), "python": platform.python_version()}
    for name in sorted({*record["versions"], *now}):
        then = record["versions"].get(name, "không có")
        if then != now.get(name):
            yield f"phiên bản gói {name} khác: khi phát hành {then}, bây giờ {now.get(name, 'không có')}."
    if software is not None:
        yield from _changed_software(record["software"], software)


def _changed_software(kept: dict[str, str], software: Path) -> Iterator[str]:
    now = {
        path.relative_to(software).as_posix(): hash_file(path)
        for pattern in SOFTWARE
        for path in software.glob(pattern)
        if path.is_file()
    }
    for path in sorted({*kept, *now}):
        if kept.get(path) != now.get(path):
            yield f"phần mềm khác bản đã dùng: {path}."
