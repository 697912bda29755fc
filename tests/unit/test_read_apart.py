"""Reading shared out: each content once, kept as one process keeps it, whatever becomes of a process or a task.

Here: shares, two real processes, tasks of Spark, of both one that dies. Not here: how a file is read (test_reading…).
Invariant: what is kept is compared byte for byte with what one process keeps.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from issued_office import DONE, table
from office_folder import OFFICE, TABLES, make_office, send
from truth import connect

from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.warehouse import read_apart, read_on_spark, typed
from pipelines.warehouse.register import register
from pipelines.warehouse.typed import type_deliveries

FILES = 8


def office(root: Path, processes: int, sections: str = "") -> Office:
    """An office that was sent eight files, one of them twice and one no table."""
    reading = sections or f"reading: {{processes: {processes}}}\n"
    settings = OFFICE.format(clock='"2021-03-16T08:00:00+07:00"') + reading
    statuses = TABLES["statuses"] + "9,Đã trả kết quả,result_delivered,resolved\n"
    made = load_office(make_office(root, office=settings, statuses=statuses))
    for number in range(FILES):
        row = (f"A-{number}", "01/03/2021", "05/03/2021", "04/03/2021", DONE)
        send(root, f"Sổ {number}_2021_03_15.csv", table(*[row] * (1 + 100 * (number == 0))))
    send(root, "Sổ 0_2021_03_15.csv", (root / "inbox/2021-Q1/p01/Sổ 0_2021_03_15.csv").read_bytes(), "p02")
    send(root, "Sổ hỏng_2021_03_15.csv", b"\x00\x01")
    receive_inbox(made)
    return made


def kept(made: Office) -> dict[str, bytes]:
    """Every file of the typed folders."""
    typed = made.data / "typed"
    return {path.relative_to(typed).as_posix(): path.read_bytes() for path in typed.rglob("*.*") if path.is_file()}


def folders(made: Office) -> list[str]:
    """The typed folders."""
    return sorted({name.rpartition("/")[0] for name in kept(made)} - {""})


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few files be many enough for processes."""
    monkeypatch.setattr(read_apart, "_CONTENTS", 2)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = office(tmp_path_factory.mktemp("alone"), 1)
    type_deliveries(made, register(made))
    return kept(made)


@pytest.mark.usefixtures("many")
def test_each_content_is_in_one_share_and_the_largest_has_a_share_of_its_own(tmp_path: Path) -> None:
    made = office(tmp_path, 3)
    deliveries = register(made)
    parts = read_apart.shares(made, deliveries)
    assert sorted(item.delivery_id for part in parts for item in part) == sorted(
        item.delivery_id for item in deliveries
    )
    contents = [{item.sha256 for item in part} for part in parts]
    assert len(contents) == 3
    assert sum(map(len, contents)) == len(set().union(*contents)) == FILES + 1
    largest = max(deliveries, key=lambda item: (made.data / "landing" / item.sha256).stat().st_size).sha256
    assert {len(part) for part in contents if largest in part} == {min(map(len, contents))}


def test_few_files_are_read_by_the_asking_process_whatever_is_set(tmp_path: Path) -> None:
    made = office(tmp_path, 8)
    assert len(read_apart.shares(made, register(made))) == 1


@pytest.mark.usefixtures("many")
def test_two_processes_keep_what_one_keeps_byte_for_byte_and_once(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office(tmp_path, 2)
    found = type_deliveries(made, register(made))
    assert sorted({item.verdict["status"] for item in found}) == ["accepted", "refused"]
    assert kept(made) == alone
    monkeypatch.setattr(typed, "read_apart", _die)
    assert type_deliveries(made, register(made)) == found


def _die(*_: object) -> None:
    os._exit(1)


@pytest.mark.usefixtures("many")
def test_what_a_process_that_died_left_is_read_by_the_asking_process(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office(tmp_path, 2)
    monkeypatch.setattr(read_apart, "_read", _die)
    type_deliveries(made, register(made))
    assert kept(made) == alone


def test_what_is_kept_is_not_read_again_by_whoever_begins_a_share_anew(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office(tmp_path, 1)
    deliveries = [item for item in register(made) if item.profile]
    first = typed.type_deliveries(made, deliveries)
    lost = {first[0].folder, first[3].folder}
    for folder in lost:
        shutil.rmtree(folder)
    written: list[Path] = []
    keep = typed.keep
    monkeypatch.setattr(typed, "keep", lambda folder, *rest: (written.append(folder), keep(folder, *rest)))
    typed.read_here(made, deliveries)
    assert set(written) == lost
    assert kept(made) == alone


LOCAL = "reading: {by: spark}\nwarehouse: {memory: 1g}\n"
needs_spark = pytest.mark.skipif(bool(connect.lacks()), reason=connect.lacks())


@needs_spark
@pytest.mark.usefixtures("many")
def test_tasks_of_spark_keep_what_one_process_keeps_byte_for_byte(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office(tmp_path, 1, LOCAL)
    assert len(read_apart.shares(made, register(made))) == (FILES + 1) // 2
    # Nothing is left for the process that asks.
    monkeypatch.setattr(typed._Typing, "make", _die)
    found = type_deliveries(made, register(made))
    assert sorted({item.verdict["status"] for item in found}) == ["accepted", "refused"]
    assert kept(made) == alone


@needs_spark
@pytest.mark.usefixtures("many")
def test_tasks_on_a_server_keep_the_same_and_a_wrong_office_stops_the_run(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect.server(tmp_path / "server", "1g") as remote:
        made = office(tmp_path / "office", 1, f"reading: {{by: spark}}\nwarehouse: {{remote: '{remote}'}}\n")
        shutil.copytree(made.data, tmp_path / "elsewhere")
        with pytest.MonkeyPatch.context() as elsewhere:  # this process has another folder than the server's
            elsewhere.setenv("KSTT_DATA", str(tmp_path / "elsewhere"))
            with pytest.raises(OfficeError, match=r"không thấy thư mục .*elsewhere"):
                type_deliveries(made, register(made))
            assert not folders(made)
        monkeypatch.setattr(typed._Typing, "make", _die)
        type_deliveries(made, register(made))
    assert kept(made) == alone


@needs_spark
@pytest.mark.usefixtures("many")
def test_what_a_task_that_died_left_is_read_by_the_asking_process(
    tmp_path: Path, alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:  # in here, so that the task gets this very function
        os._exit(1)

    made = office(tmp_path, 1, LOCAL)
    monkeypatch.setattr(read_on_spark, "_read_shares", die)
    type_deliveries(made, register(made))
    assert kept(made) == alone


@needs_spark
@pytest.mark.usefixtures("many")
def test_a_spark_that_begins_slow_tasks_twice_is_refused(tmp_path: Path) -> None:
    section = LOCAL.replace("1g", "1g, options: {spark.speculation: 'true'}")
    made = office(tmp_path, 1, section)
    with pytest.raises(OfficeError, match=r"spark\.speculation"):
        type_deliveries(made, register(made))
    assert not folders(made)


def test_tasks_of_spark_and_a_number_of_processes_are_not_both_set(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="bỏ processes"):
        office(tmp_path, 1, "reading: {by: spark, processes: 2}\n")
