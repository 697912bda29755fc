"""The journal of acts: one chain, append-only, a killed writer's half line never counts.

Here: every way a line can be changed, and a writer that dies. Not here: what acts mean (register, issue).
Invariant: a chain that does not hold is named line by line, and nothing is written after it.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from office_folder import make_office

from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.warehouse import act_words

Change = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path))


def write(office: Office, count: int = 4) -> None:
    for number in range(count):
        journal.append(office, "withdraw", "Nguyễn Văn A", f"lần {number}", delivery_id=f"d{number}")


def test_an_act_is_read_back_with_who_when_and_why(office: Office) -> None:
    journal.append(office, "withdraw", "Nguyễn Văn A", "gửi nhầm", delivery_id="d1")
    (act,) = journal.acts(office)
    assert (act.act, act.by, act.why, act.details) == ("withdraw", "Nguyễn Văn A", "gửi nhầm", {"delivery_id": "d1"})
    assert act.at.isoformat() == "2021-03-15T08:00:00+07:00"


def test_each_line_names_the_hash_of_the_line_before(office: Office) -> None:
    write(office)
    assert [item.details["delivery_id"] for item in journal.acts(office, "withdraw")] == ["d0", "d1", "d2", "d3"]
    assert journal.journal_faults(office) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda lines: [lines[0].replace(b"d0", b"d9"), *lines[1:]], "dòng 1 đã bị sửa"),
        (lambda lines: [*lines[:3], lines[3].replace(b"d3", b"d9")], "dòng cuối đã bị sửa"),
        (lambda lines: [lines[0], b"x" + lines[1][1:], *lines[2:]], "dòng 2 không còn là một việc"),
        (lambda lines: [lines[0], lines[1].replace(b'"n":2', b'"n": 2'), *lines[2:]], "dòng 2 không còn là một việc"),
        (lambda lines: lines[1:], "dòng 1 mang số 2"),
        (lambda lines: [lines[0], *lines[2:]], "dòng 2 mang số 3"),
        (lambda lines: lines[:3], "sau dòng 3 có dòng bị xóa"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "dòng 1 mang số 2"),
        (lambda lines: [*lines, lines[3]], "dòng 5 mang số 4"),
        (lambda lines: [], "sau dòng 0 có dòng bị xóa"),
    ],
    ids=["first", "last", "no json", "spaces", "first out", "middle out", "last out", "swapped", "doubled", "emptied"],
)
def test_a_changed_journal_is_named_and_never_written_to(office: Office, change: Change, named: str) -> None:
    write(office)
    path = journal.journal_path(office)
    spoiled = b"".join(line + b"\n" for line in change(path.read_bytes().splitlines()))
    path.write_bytes(spoiled)
    assert named in " ".join(journal.journal_faults(office))
    with pytest.raises(OfficeError, match="kstt verify"):
        journal.append(office, "withdraw", "Nguyễn Văn A", "sau khi sửa", delivery_id="d")
    assert path.read_bytes() == spoiled


@pytest.mark.parametrize("name", ["journal.jsonl", "journal.head"])
def test_a_deleted_file_of_the_journal_is_named(office: Office, name: str) -> None:
    write(office)
    (office.data / name).unlink()
    assert "journal.head" in " ".join(journal.journal_faults(office))


def test_a_last_line_cut_short_by_hand_is_no_torn_write(office: Office) -> None:
    write(office)
    path = journal.journal_path(office)
    path.write_bytes(path.read_bytes()[:-10])
    assert "sau dòng 3 có dòng bị xóa" in " ".join(journal.journal_faults(office))


@pytest.mark.parametrize("torn", [b"{", b'{"act":"withdraw","at":"2021'])
def test_a_torn_line_never_counts_and_is_set_aside_by_the_next_writer(office: Office, torn: bytes) -> None:
    write(office, 2)
    path = journal.journal_path(office)
    path.write_bytes(path.read_bytes() + torn)
    assert len(journal.acts(office)) == 2
    assert "không thành dòng" in " ".join(journal.journal_faults(office))
    write(office, 1)
    assert len(journal.acts(office)) == 3
    assert journal.journal_faults(office) == []
    assert [item.read_bytes() for item in office.data.glob("journal.torn-*")] == [torn]


def test_a_head_one_line_behind_is_a_killed_writer_and_mends_itself(office: Office) -> None:
    write(office, 2)
    head = journal.head_path(office).read_bytes()
    write(office, 1)
    journal.head_path(office).write_bytes(head)
    assert journal.journal_faults(office) == []
    write(office, 1)
    assert len(journal.acts(office)) == 4


def _write_for_ever(root: str, name: str, is_writing: Event) -> None:
    office = load_office(root)
    while True:
        is_writing.set()
        journal.append(office, "withdraw", name, "liên tục", delivery_id="d")


@pytest.mark.slow
def test_writers_killed_at_any_moment_leave_a_whole_chain(tmp_path: Path) -> None:
    root = make_office(tmp_path)
    office = load_office(root)
    chance = random.Random(20210311)
    context = get_context("fork")
    written = 0
    for _ in range(15):
        is_writing = context.Event()
        writers = [context.Process(target=_write_for_ever, args=(str(root), name, is_writing)) for name in ("A", "B")]
        for writer in writers:
            writer.start()
        is_writing.wait()
        time.sleep(chance.uniform(0.02, 0.15))
        for writer in writers:
            os.kill(writer.pid or 0, signal.SIGKILL)
            writer.join()
        found = journal.acts(office)  # raises when the chain is broken
        assert len(found) >= written
        written = len(found)
    assert written > 0
    journal.append(office, "withdraw", "C", "sau cùng", delivery_id="d")
    assert journal.journal_faults(office) == []


@pytest.mark.parametrize(
    "text", ["dân gọi 0938 417 001", "CCCD 079204881001", "hỏi an.nguyen@example.vn", "gọi 0938\u200b417001"]
)
def test_no_act_names_the_number_of_a_person_for_the_journal_is_kept_for_ever(text: str) -> None:
    for words in (act_words.person, act_words.reason):
        with pytest.raises(OfficeError, match="không ghi thông tin cá nhân"):
            words(text)


def test_an_act_is_one_line_that_a_terminal_can_show() -> None:
    assert (
        act_words.reason("sai\x1b[31m\x07 số\u202e \x9b2J47/BC-UBND\tngày 01/02/2021")
        == "sai [31m số 2J47/BC-UBND ngày 01/02/2021"
    )


def test_an_act_needs_a_name_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KSTT_USER", raising=False)
    with pytest.raises(OfficeError, match="KSTT_USER"):
        act_words.person(" ")
    with pytest.raises(OfficeError, match="Lý do"):
        act_words.reason("\n")
    monkeypatch.setenv("KSTT_USER", "Nguyễn  Văn\nA")
    assert (act_words.person(None), act_words.person("B"), act_words.reason(" vì\nsai ")) == (
        "Nguyễn Văn A",
        "B",
        "vì sai",
    )
