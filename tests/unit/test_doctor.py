"""`kstt doctor` names what is not in order on the machine and in the office's folders.

Here: tiny offices with one thing spoiled each. Not here: the settings' faults (test_check_office).
Invariant: each spoiled thing is one ✗ line that says what to do, what somebody chose one ! line; the doctor writes nothing an office keeps.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock
from office_folder import TABLES, make_office, send

from pipelines.cli import main
from pipelines.ingest.landing import receive_inbox
from pipelines.office import journal
from pipelines.office.settings import Office, load_office
from pipelines.setup import doctor

PERIODS = "period_id,period_kind,label,start_on,end_on\n2026-Y,quarter,Cả đời,2020-01-01,2099-12-14\n"


def lines(office: Office) -> dict[str, list[str]]:
    """The findings by mark."""
    found: dict[str, list[str]] = {"✓": [], "!": [], "✗": []}
    for item in doctor.examine(office):
        found[item.sign].append(item.text)
    return found


def real_office(root: Path, more: str = "notify: {officer: [a@b.example]}\n") -> Office:
    make_office(root, clock="2021-03-15T08:00:00+07:00", periods=PERIODS)
    text = (root / "office.yaml").read_text(encoding="utf-8").replace('"2021-03-15T08:00:00+07:00"', "null")
    (root / "office.yaml").write_text(text + more, encoding="utf-8")
    return load_office(root)


def test_an_office_in_order_has_no_fault(tmp_path: Path) -> None:
    found = lines(real_office(tmp_path / "office"))
    assert (found["✗"], found["!"]) == ([], [])
    assert any("duckdb" in line for line in found["✓"]) and any("Asia/Ho_Chi_Minh" in line for line in found["✓"])


def test_a_pinned_clock_and_nobody_to_tell_are_named(tmp_path: Path) -> None:
    """So by somebody's choice: told, and no fault."""
    told = lines(load_office(make_office(tmp_path / "office")))
    found = told["!"]
    assert told["✗"] == []
    assert any("ghim ở 08:00 15/03/2021" in line for line in found)
    assert any("chưa khai notify" in line for line in found)


def test_files_received_later_than_now_tell_of_a_clock_set_back(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", clock="2098-03-15T08:00:00+07:00")
    send(root, "so_2021_03_10.csv", b"a")
    receive_inbox(load_office(root))
    text = (root / "office.yaml").read_text(encoding="utf-8").replace('"2098-03-15T08:00:00+07:00"', "null")
    (root / "office.yaml").write_text(text, encoding="utf-8")
    assert any("1 tệp có giờ nhận sau giờ hiện nay" in line for line in lines(load_office(root))["✗"])


def test_a_run_at_hand_a_changed_journal_and_a_full_disk_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = real_office(tmp_path / "office")
    for number in (1, 2):
        journal.append(office, "remind", "A", f"lần {number}")
    path = journal.journal_path(office)
    path.write_text(path.read_text(encoding="utf-8").replace("lần 1", "lần 9"), encoding="utf-8")
    (office.data / "run.pid").write_text("4711", encoding="utf-8")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: doctor.shutil._ntuple_diskusage(10**10, 10**10, 10**6))
    with FileLock(office.data / "run.lock"):
        found = lines(office)
    assert any("tiến trình 4711" in line for line in found["✓"])
    assert any("Sổ việc: bị sửa" in line and "kstt verify" in line for line in found["✗"])
    assert any("cần trống ít nhất 2 GB" in line for line in found["✗"])


def test_messages_that_could_not_be_sent_are_named(tmp_path: Path) -> None:
    office = real_office(tmp_path / "office")
    entry = {"key": "k", "kind": "ending", "audience": "officer", "at": "2026-01-01T00:00:00+07:00", "subject": "Tin"}
    entry["ways"] = {"mail": {"state": "failed", "tries": 3, "why": "OSError: đứt mạng"}}
    (office.data / "notices").mkdir(parents=True)
    (office.data / "notices" / "a.json").write_text(json.dumps(entry), encoding="utf-8")
    found = lines(office)["✗"]
    assert any("1 lần gửi chưa xong" in line for line in found)
    assert any("mail → officer: Tin: OSError: đứt mạng" in line for line in found)


def test_the_command_says_who_watches_the_schedules_and_what_is_due(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path / "office", clock="2021-03-01T08:00:00+07:00", periods=TABLES["periods"])
    assert main(["--office", str(root), "doctor"]) == 1
    said = capsys.readouterr().out
    assert "! Máy chủ: kstt serve không chạy; không ai theo dõi lịch" in said
    assert "✓ Đến hạn: Quý I năm 2021, đơn vị gửi hết ngày 11/03/2021 (còn 10 ngày)." in said
    assert "✓ Lịch tới: 07:00 10/03/2021 truoc_han_nop, kỳ 2021-Q1." in said
    assert "✗ Sắp hết: reference/periods.csv" in said
    assert "Lượt chạy gần nhất: chưa có lượt nào" in said
