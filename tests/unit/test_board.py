"""What units owe and its state: on time, late, nil, refused, missing; and the page that shows it.

Here: a tiny office whose units send on given days. Not here: figures.
Invariant: a declared nil is a return, a refused file is not; nothing of a file is markup on the page.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from office_folder import make_office, send
from page_rules import broken_rules

from pipelines.ingest.landing import receive_inbox
from pipelines.office.clock import Clock
from pipelines.office.settings import Office, load_office
from pipelines.units.board import make_board
from pipelines.warehouse.status import period_status, status_lines

HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
ROW = "000.01.99.H51-210301-0001;1.001193;01/03/2021 08:00;01/03/2021;;Đang xử lý\n"
FEEDBACK = "Mã PAKN;Phân loại;Ngày tiếp nhận;Ngày trả lời;Ngày công khai;Trạng thái\n"
OBLIGATIONS = "unit_id,stream,valid_from,valid_to\np01,case_exports,,\np01,feedback_logs,,\np02,case_exports,,\n"
FEEDBACK_PROFILE = """
profile_id: pakn
stream: feedback_logs
title: Sổ phản ánh, kiến nghị
match: {files: ["pakn*.csv"]}
"""


def at(office: Office, moment: str) -> Office:
    changed = replace(office)
    changed.__dict__["clock"] = Clock(office.clock.timezone, dt.datetime.fromisoformat(moment))
    return changed


@pytest.fixture
def office(tmp_path: Path) -> Office:
    root = make_office(tmp_path, clock="2021-03-10T08:00:00+07:00", obligations=OBLIGATIONS)
    (root / "profiles" / "pakn.yaml").write_text(FEEDBACK_PROFILE, encoding="utf-8")
    return load_office(root)


def deliver(office: Office, day: str, name: str, text: str, unit: str = "p01") -> Office:
    send(office.root, name, text.encode("utf-8-sig"), unit)
    later = at(office, f"{day}T09:00:00+07:00")
    receive_inbox(later)
    return later


def looked(office: Office, day: str) -> Office:
    """The office after a look at the inbox on a day, the file not being there yet."""
    receive_inbox(at(office, f"{day}T07:00:00+07:00"))
    return office


def states(office: Office) -> dict[tuple[str, str], str]:
    return {(item.unit_id, item.stream): item.state for item in period_status(office, "2021-Q1").owed}


def test_what_nobody_sent_is_missing_and_the_days_to_the_deadline_are_reported(office: Office) -> None:
    status = period_status(office, "2021-Q1")
    assert set(states(office).values()) == {"missing"}
    assert (status.deadline, status.days_left) == (dt.date(2021, 3, 11), 1)
    assert list(status_lines(status))[-1] == "Chưa gửi đủ: 3 nội dung của 2 đơn vị."


@pytest.mark.parametrize(
    ("day", "name", "text", "stream", "state"),
    [
        ("2021-03-11", "s.csv", HEAD + ROW, "case_exports", "on_time"),
        ("2021-03-12", "s.csv", HEAD + ROW, "case_exports", "unknown"),
        ("2021-03-11", "s.csv", "không phải bảng", "case_exports", "refused"),
        ("2021-03-11", "pakn.csv", FEEDBACK, "feedback_logs", "on_time"),
    ],
)
def test_a_thing_owed_is_as_it_was_sent(
    office: Office, day: str, name: str, text: str, stream: str, state: str
) -> None:
    assert states(deliver(office, day, name, text))["p01", stream] == state


@pytest.mark.parametrize(
    ("look", "came", "state", "words"),
    [
        ("2021-03-12", "2021-03-13", "late", "gửi từ ngày 12/03/2021 trở đi, trễ hạn"),
        ("2021-03-11", "2021-03-13", "unknown", "không xác định gửi ngày nào, đã thấy ngày 13/03/2021"),
        ("2021-03-10", "2021-03-11", "on_time", "đã có ngày 11/03/2021"),
    ],
)
def test_a_look_without_the_file_after_the_deadline_proves_that_it_is_late(
    office: Office, look: str, came: str, state: str, words: str
) -> None:
    later = deliver(looked(office, look), came, "s.csv", HEAD + ROW)
    assert states(later)["p01", "case_exports"] == state
    assert any(words in line for line in status_lines(period_status(later, "2021-Q1")))


def test_mending_a_file_after_the_deadline_does_not_make_a_unit_late(office: Office) -> None:
    first = deliver(office, "2021-03-11", "s.csv", HEAD + ROW)
    second = deliver(first, "2021-03-20", "s (1).csv", HEAD + ROW + ROW.replace("0001", "0002"))
    # The mended file replaces the first one and is the one that counts; its receipt is the newest word.
    assert states(second)["p01", "case_exports"] == "on_time"


def test_the_page_gives_every_state_in_words_and_nothing_of_a_file_is_markup(office: Office) -> None:
    later = deliver(office, "2021-03-12", "<b>hồ sơ</b>.csv".replace("/", "_"), "không phải bảng", "p02")
    page = make_board(later, "2021-Q1").read_text(encoding="utf-8")
    assert "Chưa gửi" in page
    assert "Bị từ chối" in page
    assert "<b>hồ" not in page
    assert "http" not in page


def test_a_file_made_before_the_period_began_is_old_not_missing_and_the_unit_hears_what_to_do(office: Office) -> None:
    old = deliver(office, "2021-03-11", "s_2020_12_14.csv", HEAD + ROW)
    (owed, *_) = period_status(old, "2021-Q1").owed
    assert (owed.state, owed.is_answered) == ("stale", False)
    lines = "\n".join(status_lines(period_status(old, "2021-Q1")))
    assert "✗ UBND Phường 1, danh sách hồ sơ: chỉ có số liệu cũ" in lines
    assert "số liệu cũ «s_2020_12_14.csv»: Số liệu cũ: tệp lấy số liệu đến hết ngày 14/12/2020" in lines
    assert "Kết xuất lại sau ngày 14/03/2021 rồi gửi." in lines
    assert "Chưa gửi đủ: 3 nội dung của 2 đơn vị." in lines
    page = make_board(old, "2021-Q1").read_text(encoding="utf-8")
    assert "! Số liệu cũ" in page
    assert "Kết xuất lại sau ngày 14/03/2021" in page


def test_a_good_file_beside_an_old_one_answers(office: Office) -> None:
    deliver(office, "2021-03-11", "s_2020_12_14.csv", HEAD + ROW)
    assert (
        states(deliver(office, "2021-03-11", "s_2021_03_10.csv", HEAD + ROW + ROW))["p01", "case_exports"] == "on_time"
    )


def test_the_board_holds_what_every_reader_needs(office: Office) -> None:
    later = deliver(office, "2021-03-10", "s.csv", HEAD + ROW)
    assert broken_rules(make_board(later, "2021-Q1")) == []
