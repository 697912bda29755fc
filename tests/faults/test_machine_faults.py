"""Faults of the machine, each made for real: a full disk, a folder that cannot be written, damaged files of Dagster.

Here: a disk of its own for the office (needs root), what is said, what is left, and that the next try goes through.
Not here: kills (test_killed_*), stored bytes that change (pipeline/test_stored_bytes), the clock (unit/test_landing_register).
Invariant: nothing that was received is lost, nothing half written stays, the officer reads what to do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import issued_office as story
import pytest
from issued_office import PERIOD
from killed_work import GOOD, HEAD
from office_folder import make_office, send

from pipelines.audit.verify import verify
from pipelines.cli import main
from pipelines.defs.own_files import set_aside_damaged
from pipelines.ingest.landing import receive
from pipelines.office.settings import load_office
from pipelines.warehouse.register import register
from pipelines.warehouse.typed import type_deliveries

EXPORT = (HEAD + GOOD.format(n=1)).encode("utf-8-sig")


class Disk:
    """A small disk of its own, in memory."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def remount(self, how: str) -> None:
        """Make it larger, smaller or read only."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.place)], check=True)

    def fill(self, leave: int = 0) -> None:
        """Take all room but some bytes."""
        free = os.statvfs(self.place)
        size = free.f_bavail * free.f_bsize - leave
        if size > 0:
            (self.place / "filler").write_bytes(bytes(size))

    def empty(self) -> None:
        (self.place / "filler").unlink()

    def left_behind(self) -> list[str]:
        """What writers that failed left."""
        begun = (".writing-", ".receiving-", ".typing-", ".issuing-")
        return [path.name for path in self.place.rglob("*") if path.name.startswith(begun)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("a disk of its own needs root")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def said(root: Path, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--office", str(root), *command])
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err
    return code, written.out + written.err


def large(rows: int) -> bytes:
    """A list of a unit, some megabytes."""
    lines = (f"P1-{number};1.001193;01/03/2021;05/03/2021;;{story.OPEN}" for number in range(rows))
    return (story.HEAD + "\n".join(lines)).encode("utf-8-sig")


def test_on_a_full_disk_a_file_waits_and_is_received_when_there_is_room(
    disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    root = story.new_office(disk.place / "office")
    content = large(20_000)
    send(root, "Sổ_2021_03_15.csv", content)
    send(root, "Bổ sung_2021_03_15.csv", story.WARD_1)
    (root / "data").mkdir()
    disk.fill(leave=len(content) // 2)
    code, lines = said(root, capsys, "receive")
    assert (code, "Sổ_2021_03_15.csv»: ổ đĩa đã đầy" in lines) == (0, True)
    assert disk.left_behind() == []
    disk.empty()
    assert said(root, capsys, "receive")[0] == 0
    assert {item.file_name for item in register(load_office(root))} == {"Sổ_2021_03_15.csv", "Bổ sung_2021_03_15.csv"}
    assert verify(load_office(root)) == []


def test_a_disk_that_fills_while_a_file_is_read_leaves_no_half_of_it(
    disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    root = story.new_office(disk.place / "office")
    send(root, "Sổ_2021_03_15.csv", large(20_000))
    receive(load_office(root))
    disk.fill(leave=12_288)
    with pytest.raises(OSError, match="No space left"):
        type_deliveries(load_office(root), register(load_office(root)))
    code, lines = said(root, capsys, "status", PERIOD)
    assert (code, "ổ đĩa đã đầy" in lines) == (1, True)
    assert disk.left_behind() == []
    disk.empty()
    (typed,) = type_deliveries(load_office(root), register(load_office(root)))
    assert typed.verdict["counts"]["typed"] == 20_000


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose final report is built and not issued."""
    return story.ready_to_issue(tmp_path_factory)


@pytest.mark.parametrize("leave", [0, 1_000_000, 6_000_000])
def test_a_version_on_a_full_disk_is_not_issued_and_the_next_try_is(
    ready: Path, disk: Disk, leave: int, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.remount("size=300m")
    root = story.copy_of(ready, disk.place / "office")
    disk.fill(leave)
    issue = ("issue", PERIOD, "--kind", "final", "--by", story.BY, "--why", "Theo kế hoạch")
    with story.at("2021-03-16T09:00:00"):
        code, lines = said(root, capsys, *issue)
        assert (code, "ổ đĩa đã đầy" in lines) == (1, True), lines
        disk.empty()
        code, lines = said(root, capsys, *issue)
    assert code == 0, lines
    assert verify(load_office(root)) == []
    assert disk.left_behind() == []


def test_a_report_on_a_full_disk_is_none_and_the_next_try_is_the_same(ready: Path, disk: Disk) -> None:
    disk.remount("size=300m")
    (before,) = (ready / "data" / "reports" / PERIOD).glob("*/*")
    root = story.copy_of(ready, disk.place / "office")
    shutil.rmtree(root / "data" / "reports")
    disk.fill(leave=2_000_000)
    with story.at("2021-03-16T09:00:00"):
        with pytest.raises(Exception, match=r"(?i)no space left|disk is full|could not write"):
            story.report(root)
        assert not list((root / "data" / "reports").glob("*/*/*/manifest.json"))
        disk.empty()
        again = story.bytes_of(story.report(root))
    assert {**again, "warehouse.duckdb": b""} == {**story.bytes_of(before), "warehouse.duckdb": b""}


@pytest.mark.parametrize("command", [("receive",), ("withdraw", "Sổ_2021_03_15.csv", "--reason", "x", "--by", "An")])
def test_on_a_disk_that_is_read_only_a_command_says_so(
    disk: Disk, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(disk.place / "office")
    send(root, "Sổ_2021_03_15.csv", EXPORT)
    receive(load_office(root))
    send(root, "b_2021_03_15.csv", EXPORT + b"\n")
    disk.remount("ro")
    code, lines = said(root, capsys, *command)
    assert (code, "chỉ cho đọc" in lines) == (1, True), lines


# ------------------------------------------------------------------ Dagster's own files


def dagster_file(home: Path, name: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (a text)")
        connection.executemany("insert into t values (?)", [("x" * 500,)] * 200)
        connection.commit()
    return path


def no_database(path: Path) -> None:
    path.write_bytes(b"not a database" * 500)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def scrawled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:40_960] = b"\xff" * (40_960 - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [no_database, cut, scrawled])
@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"])
def test_damaged_files_of_dagster_are_set_aside(tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    for each in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        dagster_file(tmp_path, each)
    assert set_aside_damaged(tmp_path) == []
    damage(tmp_path / name)
    folder = name.partition("/")[0]
    assert set_aside_damaged(tmp_path) == [f"{folder}.hong-1"]
    assert (tmp_path / f"{folder}.hong-1" / name.partition("/")[2]).is_file()
    assert set_aside_damaged(tmp_path) == []


def test_files_that_another_process_writes_are_no_damage(tmp_path: Path) -> None:
    path = dagster_file(tmp_path, "history/runs.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("begin exclusive")
        assert set_aside_damaged(tmp_path) == []


def test_a_command_that_asks_dagster_goes_on_with_damaged_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path / "office")
    no_database(dagster_file(root / "data" / "dagster_home", "history/runs.db"))
    code, lines = said(root, capsys, "doctor")
    assert "lỗi của phần mềm" not in lines, lines
    assert (root / "data" / "dagster_home" / "history.hong-1").is_dir()
    assert code in (0, 1)
