"""What killed writers left: gone an hour later, never before, and never anything else.

Here: the next run of an office, the next backup. Not here: kills themselves (faults/test_killed_commands).
Invariant: every kept and every derived file of the office stays.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from office_folder import make_office, send
from test_standing_deliveries import csv

from pipelines.audit.verify import verify
from pipelines.ingest import stable
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.package.backup import back_up
from pipelines.warehouse.build import only_run
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing

PLACES = (
    "landing/.receiving-0a",
    "receipts/.writing-0b",
    ".writing-0c",
    "typed/.writing-0d",
    "typed/case_exports/.typing-0e",
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    loaded = load_office(make_office(tmp_path / "office"))
    send(tmp_path / "office", "a.csv", csv("A-1", "A-2"))
    receive_inbox(loaded)
    standing(loaded, register(loaded))
    return loaded


def leave(path: Path, hours: float) -> None:
    """Leave a half-written file, or folder with one file, that many hours ago."""
    if path.name.startswith(".typing-"):
        path.mkdir(parents=True)
        leave(path / "rows.parquet", hours)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PAR1")
    then = path.stat().st_mtime - 3600 * hours
    os.utime(path, (then, then))


def files_of(office: Office) -> set[str]:
    return {path.relative_to(office.data).as_posix() for path in office.data.rglob("*")} - {"run.lock", "run.pid"}


def test_what_a_killed_writer_left_is_gone_at_the_next_run_an_hour_later(office: Office) -> None:
    before = files_of(office)
    for place in PLACES:
        leave(office.data / place, hours=1.1)
    assert len(files_of(office)) == len(before) + len(PLACES) + 1
    with only_run(office):
        assert files_of(office) == before


def test_what_somebody_may_still_be_writing_stays(office: Office) -> None:
    for place in PLACES:
        leave(office.data / place, hours=0.9)
    leave(office.data / "typed" / "case_exports" / ".typing-0f", hours=2)
    (office.data / "typed" / "case_exports" / ".typing-0f" / "rejects.parquet").write_bytes(b"PAR1")
    before = files_of(office)
    with only_run(office):
        assert files_of(office) == before


def test_what_lies_in_a_sealed_folder_is_left_to_verify(office: Office) -> None:
    leave(office.data / "issued" / "2021-Q1" / "v1" / ".writing-0a", hours=5)
    with only_run(office):
        assert (office.data / "issued" / "2021-Q1" / "v1" / ".writing-0a").is_file()


def test_a_look_killed_while_it_asks_the_disk_for_the_time_leaves_nothing_that_verify_names(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(tmp_path / "office", "b.csv", csv("B-1"))
    with monkeypatch.context() as patched:
        patched.setattr(stable.Path, "unlink", lambda *_, **__: None)  # as if it had been killed just before
        stable.being_written({}, office.data / "landing")
    assert len(list((office.data / "landing").glob(".*"))) == 1
    assert verify(office) == []


def test_the_next_backup_takes_away_what_a_killed_one_left(office: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(office, copy)
    before = {path.relative_to(copy) for path in copy.rglob("*")}
    leave(copy / "data" / "landing" / ".writing-0a", hours=0)
    back_up(office, copy)
    assert {path.relative_to(copy) for path in copy.rglob("*")} == before
