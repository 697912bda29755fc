"""Files in the inbox that are not there yet, or not to be taken (BUGS 35, 38).

Here: growing, empty, half downloaded, locked and linked files. Not here: receipts of whole files (test_landing_register).
Invariant: what is left alone is taken by a later run, whole; nothing is taken twice.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from office_folder import make_office, send

from pipelines.ingest import stable
from pipelines.ingest.landing import landed_path, receive_inbox
from pipelines.office.settings import load_office


def test_a_file_still_growing_is_left_alone_and_taken_whole_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stable, "BETWEEN_LOOKS", 0.3)
    office = load_office(make_office(tmp_path / "office"))
    path = send(office.root, "lon.csv", b"x" * 1000)
    stop = threading.Event()

    def write_on() -> None:
        while not stop.is_set():
            with path.open("ab") as sink:
                sink.write(b"y" * 1000)
            time.sleep(0.02)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert receive_inbox(office) == []
    finally:
        stop.set()
        writer.join()
    (receipt,) = receive_inbox(office)
    assert landed_path(office, receipt.sha256).read_bytes() == path.read_bytes()
    assert receipt.size == path.stat().st_size


def test_an_empty_file_is_left_alone_while_it_may_be_the_start_of_a_copy(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path / "office"))
    path = send(office.root, "rong.csv", b"")
    assert receive_inbox(office) == []
    a_minute_ago = path.stat().st_mtime - 60
    os.utime(path, (a_minute_ago, a_minute_ago))
    assert [receipt.size for receipt in receive_inbox(office)] == [0]


@pytest.mark.parametrize("name", ["~$so.xlsx", ".so.xlsx", "so.xlsx.part", "so.xlsx.crdownload", "so.xlsx.tmp"])
def test_lock_files_and_unfinished_downloads_are_left_alone(tmp_path: Path, name: str) -> None:
    office = load_office(make_office(tmp_path / "office"))
    send(office.root, name, b"x")
    assert receive_inbox(office) == []


def test_a_linked_folder_is_left_alone_as_a_linked_file_is(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path / "office"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.csv").write_bytes(b"x")
    sent = send(office.root, "b.csv", b"y")
    (sent.parent / "c.csv").symlink_to(elsewhere / "a.csv")
    (sent.parent.parent / "p02").symlink_to(elsewhere, target_is_directory=True)
    assert [receipt.file_name for receipt in receive_inbox(office)] == ["b.csv"]
