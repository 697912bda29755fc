"""Making an issued report again, from what its issue kept, and comparing byte for byte.

Here: running the rebuild with the auditor's own software (or kept software of a release the auditor names), naming
causes of a difference. Not here: the office of kept files (kept_office), building a report (rebuild), hashes (verify).
Invariant: nothing that lies in the office's folder is run unless the auditor names its hash; nothing of it is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.verify import issue_faults
from pipelines.ingest.landing import hash_file
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.office.software import versions
from pipelines.office.sql import sql_text
from pipelines.package.issue import SOFTWARE
from pipelines.package.kept_office import lay_out_office, restore
from pipelines.paths import REPOSITORY
from pipelines.warehouse.foreign import check_database
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
        """Return whether every file came out the same."""
        return not self.differences


def software_release(record: dict[str, Any]) -> str:
    """Return the hash of the software a version kept: the name of a release, which its makers publish elsewhere."""
    return hashlib.sha256(json.dumps(record["software"], sort_keys=True).encode()).hexdigest()


def reproduce(office: Office, issued: Issued, software: Path = REPOSITORY, release: str | None = None) -> Reproduction:
    """Make a version again and compare it.

    Args:
        office: the office that issued it.
        issued: the version.
        software: the auditor's own clone, which makes it; nothing of the office's folder is run.
        release: hash of a release the auditor trusts: then the software the version kept is run instead, which is code
            that lies in the office's folder.

    Raises:
        OfficeError: the issue's own record was changed, so nobody can say what it was made from; or the kept software
            is not the release named; or its database does more than hold tables.
    """
    record = issued.record()
    if release is not None and release != software_release(record):
        raise OfficeError(
            f"Phần mềm mà {issued.issue_id} giữ có mã {software_release(record)}, không phải mã đã nêu. "
            "Không chạy. Dùng bản phần mềm của chính bạn: bỏ --kept-software."
        )
    faults = issue_faults(office, issued)
    for earlier in issued_versions(office):
        if earlier.issue_id in (record["ask"].get("prior_issue"), record["ask"].get("year_ago_issue")):
            faults += issue_faults(office, earlier)
    if any(not _is_of_issued_files(fault, record) for fault in faults):
        return Reproduction(issued, 0, ("không lập lại được vì thiếu đầu vào nguyên vẹn.",), tuple(faults))
    if (issued.folder / DATABASE).is_file():
        check_database(issued.folder / DATABASE)
    with tempfile.TemporaryDirectory(prefix="kstt-lap-lai-") as temporary:
        folder = Path(temporary)
        lay_out_office(office, record, folder / "office")
        if release is not None:
            restore(office, record["software"], folder / "software")
        failure = _run(folder / "software" if release else software, folder, record)
        if failure:
            differences = [f"lượt lập lại không xong: {failure}"]
        else:
            differences = list(_differences(issued.folder, folder / "again"))
    causes = [*faults, *_causes(record, None if release else software)] if differences else []
    return Reproduction(issued, len(record["files"]), tuple(differences), tuple(causes))


def _is_of_issued_files(fault: str, record: dict[str, Any]) -> bool:
    return any(f"tệp {name} đã bị" in fault for name in record["files"]) or "tệp lạ" in fault


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
    """Compare two databases table by table, as bags of rows. A view of the same text is as equal as its tables are."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {sql_text(issued)} as issued (read_only)")
        connection.execute(f"attach {sql_text(again)} as again (read_only)")
        then, now = (_relations(connection, database) for database in ("issued", "again"))
        for table in sorted(then.keys() ^ now.keys()):
            yield f"{DATABASE}: bảng {table} chỉ có ở một bên."
        for table in sorted(then.keys() & now.keys()):
            if then[table] is not None and then[table] == now[table]:
                continue
            if _columns(connection, f"issued.{table}") != _columns(connection, f"again.{table}"):
                yield f"{DATABASE}: bảng {table} khác cột."  # of other software
            elif rows := _rows_that_differ(connection, table):
                yield f"{DATABASE}: bảng {table} khác {rows} dòng."


def _relations(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str | None]:
    """Return every table and view by its quoted name, a view with its text."""
    query = """
        select schema_name || '."' || table_name || '"', null from duckdb_tables()
        where database_name = $database and not internal
        union all
        select schema_name || '."' || view_name || '"', sql from duckdb_views()
        where database_name = $database and not internal"""
    return dict(connection.execute(query, {"database": database}).fetchall())


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, ...]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {table}").fetchall()]


def _rows_that_differ(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many rows either side has alone. Bags of one size are equal if one has nothing the other lacks."""

    def count(rows: str) -> int:
        return connection.execute(f"select count(*) from ({rows})").fetchall()[0][0]

    alone = count(f"from issued.{table} except all from again.{table}")
    if count(f"from issued.{table}") == count(f"from again.{table}"):
        return 2 * alone
    return alone + count(f"from again.{table} except all from issued.{table}")


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
