"""When a file was sent: the evidence in its order, and nothing where there is none (DESIGN, Claims).

Here: notes, the register of incoming documents, sources, looks, file times; what is not reminded. Not here: forms.
Invariant: the deadline is 11/03/2021; every expected timing follows from the days written beside it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from office_folder import make_office, send
from shared_files import shared
from test_landing_register import at

from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.setup.incoming import incoming_doubts
from pipelines.units.letters import make_reminders
from pipelines.warehouse.register import Cut, cut_at
from pipelines.warehouse.sent_when import note_received, sent_days, timing_words
from pipelines.warehouse.status import period_status, status_lines

DEADLINE = dt.date(2021, 3, 11)
NAME = "Sổ theo dõi hồ sơ_2021_03_05_06_30.csv"
HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
ROW = "000.01.99.H51-210301-0001;1.001193;01/03/2021 08:00;01/03/2021;;Đang xử lý\n"
INCOMING = "register_no,arrived_on,period_id,unit_id,file_name\n"


def day_of(number: int) -> str:
    return f"2021-03-{number:02d}T09:00:00+07:00"


def sent(
    root: Path,
    *,
    looks: tuple[int, ...] = (),
    seen: int = 15,
    file_day: int | None = None,
    source_day: int | None = None,
    registered: int | None = None,
) -> Office:
    """Make an office to which one file was sent, with its evidence as days of March 2021."""
    incoming = f"1,2021-03-{registered:02d},2021-Q1,p01,{NAME}\n" if registered else ""
    make_office(root)
    (root / "reference" / "incoming.csv").write_text(INCOMING + incoming, encoding="utf-8")
    office = load_office(root)
    for number in looks:
        receive_inbox(at(office, day_of(number)))
    path = send(root, NAME, (HEAD + ROW).encode("utf-8-sig"))
    if source_day:
        note = json.dumps({"source_id": "kho", "source_time": day_of(source_day)})
        path.with_name(f".{NAME}.nguon.json").write_text(note, encoding="utf-8")
    moment = dt.datetime.fromisoformat(day_of(file_day or 30)).timestamp()  # the 30th: later than any look
    os.utime(path, (moment, moment))
    later = at(office, day_of(seen))
    receive_inbox(later)
    return later


def test_looks_rewritten_once_a_file_was_received_change_nothing_said_of_it(tmp_path: Path) -> None:
    office = sent(tmp_path, looks=(10, 12), seen=13)
    before = sent_days(office)
    assert [days.timing(DEADLINE) for days in before.values()] == ["late"]
    (office.data / "looks.jsonl").write_text(f'{{"at":"{day_of(1)}"}}\n', encoding="utf-8")
    (office.data / "inbox-marks.json").unlink()
    receive_inbox(at(office, day_of(20)))
    assert sent_days(office) == before


@pytest.mark.parametrize(
    ("evidence", "timing", "days_late"),
    [
        ({}, "unknown", None),
        # first seen by the deadline, whatever its file time says
        ({"seen": 11}, "on_time", None),
        ({"seen": 10, "looks": (9,)}, "on_time", None),
        # a look after the deadline that did not see it; the deadline's own day proves nothing
        ({"seen": 15, "looks": (12,)}, "late", 1),
        ({"seen": 15, "looks": (10, 14)}, "late", 3),
        ({"seen": 15, "looks": (10, 11)}, "unknown", None),
        # a file time proves lateness, never that a file was in time, and nothing when it lies after the look
        ({"seen": 15, "file_day": 13}, "late", 2),
        ({"seen": 15, "file_day": 11}, "unknown", None),
        ({"seen": 15, "file_day": 8}, "unknown", None),
        ({"seen": 15, "file_day": 16}, "unknown", None),
        # the later of the two proofs counts
        ({"seen": 15, "looks": (12,), "file_day": 14}, "late", 3),
        # the source's time comes before our looks, both ways
        ({"seen": 15, "looks": (12,), "source_day": 10}, "on_time", None),
        ({"seen": 15, "source_day": 14}, "late", 3),
        ({"seen": 15, "source_day": 16}, "unknown", None),
        # the register comes before the source
        ({"seen": 15, "source_day": 14, "registered": 11}, "on_time", None),
        ({"seen": 15, "source_day": 10, "registered": 12}, "late", 1),
        # a day after the file was seen is no day it can have come on
        ({"seen": 15, "registered": 16}, "unknown", None),
        ({"seen": 11, "registered": 12}, "on_time", None),
    ],
)
def test_a_file_is_as_late_as_is_proved(
    tmp_path: Path, evidence: dict[str, int], timing: str, days_late: int | None
) -> None:
    office = sent(tmp_path, **evidence)  # ty: ignore[invalid-argument-type]
    (days,) = sent_days(office).values()
    assert days.timing(DEADLINE) == timing
    if days_late is not None:
        assert days.earliest is not None
        assert (days.earliest - DEADLINE).days == days_late
    (item,) = [item for item in period_status(office, "2021-Q1").owed if item.unit_id == "p01"]
    assert item.state == timing
    assert any(timing_words(days, DEADLINE) in line for line in status_lines(period_status(office, "2021-Q1")))
    assert ("trễ hạn" in timing_words(days, DEADLINE)) == (timing == "late")


def test_a_note_of_the_office_comes_before_everything_from_its_place_in_the_journal(tmp_path: Path) -> None:
    office = sent(tmp_path, looks=(12,), registered=14)
    note_received(office, NAME, "11/03/2021", "Cán bộ thử", "theo phiếu gửi")
    (days,) = sent_days(office).values()
    assert (days.timing(DEADLINE), days.basis) == ("on_time", "note")
    (days,) = sent_days(office, Cut(receipt_no=1, act_no=0)).values()
    assert (days.timing(DEADLINE), days.basis) == ("late", "register")


def test_the_newest_note_counts(tmp_path: Path) -> None:
    office = sent(tmp_path)
    for day in ("2021-03-10", "2021-03-12"):
        note_received(office, f"inbox/2021-Q1/p01/{NAME}", day, "Cán bộ thử", "theo phiếu gửi")
    (days,) = sent_days(office).values()
    assert (days.timing(DEADLINE), days.latest) == ("late", dt.date(2021, 3, 12))


def test_a_name_sent_twice_is_noted_by_its_receipt(tmp_path: Path) -> None:
    office = sent(tmp_path)
    send(tmp_path, NAME, b"other")
    receive_inbox(office)
    with pytest.raises(OfficeError, match="Có 2 lần gửi") as caught:
        note_received(office, NAME, "2021-03-10", "Cán bộ thử", "theo phiếu gửi")
    receipt_id = str(caught.value).split("  - ")[1].partition(":")[0]
    assert note_received(office, receipt_id, "2021-03-10", "Cán bộ thử", "x").receipt.receipt_id == receipt_id


def test_rows_of_one_name_are_of_its_sendings_in_their_order(tmp_path: Path) -> None:
    office = sent(tmp_path, registered=10)
    send(tmp_path, NAME, (HEAD + ROW * 2).encode())
    receive_inbox(at(office, day_of(18)))
    first, second = sent_days(office).values()
    assert (first.basis, second.basis) == ("register", "looks")


def test_the_case_of_a_file_in_time_but_read_later_is_never_called_late(tmp_path: Path) -> None:
    case = shared("cases/deliver-06-in-time-but-read-later")
    office = load_office(make_office(tmp_path / "office"))
    receive_inbox(at(office, "2021-03-10T07:00:00+07:00"))
    for path in case.rglob("*.xlsx"):
        target = send(office.root, path.name, path.read_bytes())
        moment = dt.datetime.fromisoformat("2021-03-11T20:00:00+07:00").timestamp()
        os.utime(target, (moment, moment))
    later = at(office, "2021-03-15T07:00:00+07:00")
    receive_inbox(later)
    (days,) = sent_days(later).values()
    assert days.timing(DEADLINE) == "unknown"
    assert timing_words(days, DEADLINE) == "không xác định gửi ngày nào, đã thấy ngày 15/03/2021"


# --- nobody is reminded of what waits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "waits", ["2021-Q1/p02/s.csv", "2021-Q1/Phường 2/s.csv", "Quý I/p02/s.csv", "2021-Q1/s_p02.csv", "s_p02.csv"]
)
def test_a_unit_whose_file_waits_in_the_inbox_is_not_reminded(tmp_path: Path, waits: str) -> None:
    office = load_office(make_office(tmp_path))
    path = office.inbox / waits
    path.parent.mkdir(parents=True)
    path.write_bytes(b"1")
    status = period_status(office, "2021-Q1")
    assert [item.inbox_path for item in status.waiting] == [waits]
    assert [path.name for path in make_reminders(office, "2021-Q1", status)] == ["don-doc-p01.docx", "don-doc-p01.pdf"]
    lines = list(status_lines(status))
    assert any(waits in line for line in lines)
    assert any("UBND Phường 2. Nhận trước khi đôn đốc" in line for line in lines)


def test_a_file_of_no_known_kind_is_named_with_its_unit(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "ghi chú.pdf", b"%PDF")
    receive_inbox(office)
    assert any(
        "UBND Phường 1" in line and "«ghi chú.pdf»" in line for line in status_lines(period_status(office, "2021-Q1"))
    )


def test_a_longer_period_is_answered_by_its_quarters(tmp_path: Path) -> None:
    periods = (
        "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I,2020-12-15,2021-03-14\n"
        "2021-Q2,quarter,Quý II,2021-03-15,2021-06-14\n2021-H1,six_months,6 tháng,2020-12-15,2021-06-14\n"
    )
    office = load_office(make_office(tmp_path, clock="2021-06-20T08:00:00+07:00", periods=periods))
    files = [("p01", "2021-Q1"), ("p01", "2021-Q2"), ("p02", "2021-Q1")]
    for number, (unit, period) in enumerate(files, start=2):  # no file is another's copy
        name = NAME.replace("03_05", "06_15") if period == "2021-Q2" else NAME
        send(tmp_path, name, (HEAD + ROW.replace("0001", f"000{number}")).encode("utf-8-sig"), unit, period)
    receive_inbox(office)
    found = {(item.unit_id, item.part_label): item.state for item in period_status(office, "2021-H1").owed}
    assert found == {
        ("p01", "Quý I"): "unknown", ("p01", "Quý II"): "unknown",
        ("p02", "Quý I"): "unknown", ("p02", "Quý II"): "missing",
    }  # fmt: skip
    assert list(status_lines(period_status(office, "2021-H1")))[-1] == "Chưa gửi đủ: 1 nội dung của 1 đơn vị."
    # What was sent for the whole answers every part of it.
    whole = NAME.replace("03_05", "06_15")
    send(tmp_path, whole, (HEAD + ROW.replace("0001", "0009")).encode("utf-8-sig"), "p02", "2021-H1")
    receive_inbox(office)
    assert list(status_lines(period_status(office, "2021-H1")))[-1] == "Đủ số liệu của mọi đơn vị phải gửi."


def test_what_comes_later_changes_nothing_of_what_was_known_before(tmp_path: Path) -> None:
    office = sent(tmp_path, registered=10)
    before = cut_at(office, None)
    known = sent_days(office, before)
    send(tmp_path, NAME, b"other")
    receive_inbox(at(office, day_of(20)))
    assert sent_days(office, before) == known
    assert len(sent_days(office)) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"1,2019-03-11,2021-Q1,p01,{NAME}", "cột arrived_on: «2019-03-11» trước ngày đầu kỳ (15/12/2020)"),
        (f"1,2031-03-11,2021-Q1,p01,{NAME}", "cột arrived_on: «2031-03-11» chưa đến"),
        ("1,2021-03-09,2021-Q1,p01,Tệp khác.csv", "chưa nhận tệp nào tên «Tệp khác.csv» của p01, kỳ 2021-Q1"),
        (f"1,2021-03-05,2021-Q1,p01,{NAME}\n2,2021-03-06,2021-Q1,p01,{NAME}", "mới nhận 1 lần"),
    ],
)
def test_a_row_of_the_register_that_cannot_be_is_named_and_proves_nothing(tmp_path: Path, row: str, said: str) -> None:
    office = sent(tmp_path, seen=15)
    (tmp_path / "reference" / "incoming.csv").write_text(f"{INCOMING}{row}\n", encoding="utf-8")
    office = at(load_office(tmp_path), day_of(16))
    (line,) = incoming_doubts(office)
    assert said in line and "reference/incoming.csv, dòng " in line
    (days,) = sent_days(office).values()
    assert (days.basis == "register") == ("mới nhận 1 lần" in said)


def test_a_row_of_a_file_that_came_or_waits_is_not_named(tmp_path: Path) -> None:
    office = sent(tmp_path, registered=9)
    assert list(incoming_doubts(office)) == []
    send(tmp_path, "Tệp khác.csv", (HEAD + ROW).encode("utf-8-sig"))
    rows = f"1,2021-03-09,2021-Q1,p01,{NAME}\n2,2021-03-09,2021-Q1,p01,Tệp khác.csv\n"
    (tmp_path / "reference" / "incoming.csv").write_text(INCOMING + rows, encoding="utf-8")
    assert list(incoming_doubts(at(load_office(tmp_path), day_of(16)))) == []
