"""Reading shared out among processes: each content once, kept as one process keeps it, whatever becomes of a process.

Here: shares, two real processes, one that dies. Not here: how a file is read (test_reading…).
Invariant: what is kept is compared byte for byte with what one process keeps.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from issued_office import DONE, table
from office_folder import OFFICE, TABLES, make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.warehouse import read_apart, typed
from pipelines.warehouse.register import register
from pipelines.warehouse.typed import type_deliveries

FILES = 8


def office(root: Path, processes: int) -> Office:
    """An office that was sent eight files, one of them twice and one no table."""
    settings = OFFICE.format(clock='"2021-03-16T08:00:00+07:00"') + f"reading: {{processes: {processes}}}\n"
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
