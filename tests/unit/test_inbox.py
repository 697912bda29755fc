"""Every file of the inbox is received, ignored by a named rule, or named with what to do; one file stops no other.

Here: places, folding, links, names, files that fail; the looks; receipts that are broken. Not here: reading a file.
Invariant: expected places and reasons are written by hand; whatever one file raises, the next file is received.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from office_folder import TABLES, make_office, send
from shared_files import shared
from test_landing_register import at

from pipelines.ingest import landing
from pipelines.ingest.landing import receive, receive_inbox, waiting
from pipelines.ingest.looks import last_look, looks_path
from pipelines.ingest.receipts import Receipt, read_receipts
from pipelines.ingest.reception_text import reception_lines
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.register import register
from pipelines.warehouse.withdraw import withdraw

PERIODS = (
    TABLES["periods"]
    + "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n2022-Q1,quarter,Quý I năm 2022,2021-12-15,2022-03-14\n"
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path / "office", periods=PERIODS))


def put(office: Office, relative: str, content: bytes = b"a;b\n1;2\n") -> Path:
    path = office.inbox / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def where(taken: list[Receipt]) -> list[tuple[str, str, str]]:
    return [(item.period_id, item.unit_id, item.file_name) for item in taken]


@pytest.mark.parametrize(
    ("relative", "words"),
    [
        ("s.csv", ["nằm ngay trong inbox", "inbox/<mã kỳ>/<mã đơn vị>/"]),
        ("phieu-bao-cao_2021-Q1_p02.xlsx", ["nằm ngay trong inbox", "inbox/2021-Q1/p02/"]),
        ("2021-Q1/s.csv", ["ngay trong thư mục kỳ «2021-Q1»", "inbox/2021-Q1/<mã đơn vị>/"]),
        ("2021-Q1/s_p01.csv", ["ngay trong thư mục kỳ", "inbox/2021-Q1/p01/"]),
        ("Quý I/p01/s.csv", ["«Quý I»", "gần nhất: 2021-Q1", "inbox/<mã kỳ>/p01/"]),
        ("2021_Q2/Phường 2/s.csv", ["«2021_Q2»", "gần nhất: 2021-Q2", "p02"]),
        ("2021-Q1/p8/s.csv", ["«p8»", "không phải đơn vị nào"]),
        ("2021-Q1/Phường 10/gửi lại/s.csv", ["«Phường 10»", "gần nhất: p01"]),
        ("xyz/abc/s.csv", ["«xyz»", "không phải kỳ nào"]),
    ],
)
def test_a_file_in_a_wrong_place_is_named_with_where_it_belongs(
    office: Office, relative: str, words: list[str]
) -> None:
    put(office, relative)
    put(office, "2021-Q1/p02/s.csv")
    found = receive(office)
    (item,) = found.waiting
    assert (item.inbox_path, item.kind) == (relative, "misplaced")
    assert all(word in item.sentence for word in words), item.sentence
    assert where(list(found.taken)) == [("2021-Q1", "p02", "s.csv")]
    assert any(relative in line for line in reception_lines(found))


@pytest.mark.parametrize(
    ("folder", "unit"),
    [
        ("P02", "p02"), ("Phường 2", "p02"), ("phường 2", "p02"), ("PHƯỜNG 2", "p02"), ("phuong 2", "p02"),
        ("UBND Phường 2", "p02"), ("P.1", "p01"), ("p1", "p01"), ("Phường 1", "p01"),
    ],
)  # fmt: skip
def test_a_folder_named_by_a_units_name_alias_or_in_other_case_is_the_units(
    office: Office, folder: str, unit: str
) -> None:
    put(office, f"2021-q1/{folder}/s.csv")
    (receipt,) = receive_inbox(office)
    assert (receipt.period_id, receipt.unit_id, receipt.inbox_path) == ("2021-Q1", unit, f"2021-q1/{folder}/s.csv")
    assert receive_inbox(office) == []


def test_a_name_two_units_share_is_not_folded_to_one_of_them(tmp_path: Path) -> None:
    units = TABLES["units"].replace(
        "p02,UBND Phường 2,Phường 2,ward,tp,2,,", "p02,UBND Phường 2,Phường 2,ward,tp,2,Phuòng 1,"
    )
    office = load_office(make_office(tmp_path, units=units))
    put(office, "2021-Q1/phuong 1/s.csv")
    assert [item.kind for item in receive(office).waiting] == ["misplaced"]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("~$bao cao.xlsx", "~$"), (".DS_Store", "tệp ẩn"), ("desktop.ini", "desktop.ini"), ("Thumbs.db", "Thumbs.db"),
        ("THUMBS.DB", "Thumbs.db"), (".~lock.s.ods#", "tệp ẩn"), (".s.csv.nguon.json", ".nguon.json"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["", "2021-Q1/", "2021-Q1/p01/", "2021-Q1/p01/gửi lại/"])
def test_a_file_of_a_program_is_left_alone_by_a_named_rule(office: Office, folder: str, name: str, rule: str) -> None:
    put(office, folder + name)
    found = receive(office)
    assert (found.taken, found.waiting) == ((), ())
    assert [count for shown, count in found.ignored.items() if rule in shown] == [1]


@pytest.mark.parametrize("place", ["2021-Q1/p01", "2021-Q1", "."])
def test_a_link_is_named_and_not_followed(office: Office, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "secret.csv").write_bytes(b"x")
    folder = office.inbox / place
    folder.mkdir(parents=True)
    (folder / "tep.csv").symlink_to(outside / "secret.csv")
    (folder / "thu-muc").symlink_to(outside)
    (folder / "gay").symlink_to(outside / "nothing")
    found = receive(office)
    assert found.taken == ()
    assert sorted(item.inbox_path.rpartition("/")[2] for item in found.waiting) == ["gay", "tep.csv", "thu-muc"]
    assert all("liên kết" in item.reason for item in found.waiting)


def test_the_files_of_the_case_are_received_or_named(tmp_path: Path) -> None:
    case = shared("cases/deliver-07-files-nobody-hears-of")
    office = load_office(
        make_office(tmp_path / "office", units=TABLES["units"] + "p03,UBND Phường 3,Phường 3,ward,tp,3,,,\n")
    )
    for path in sorted(case.rglob("*.xlsx")):
        put(office, path.relative_to(case).as_posix(), path.read_bytes())
    found = receive(office)
    name = "Sổ theo dõi hồ sơ_2021_03_15_06_30.xlsx"
    assert where(list(found.taken)) == [("2021-Q1", "p02", name), ("2021-Q1", "p03", name)]
    assert {item.inbox_path: item.period_id for item in found.waiting} == {
        f"2021-Q1/{name}": "2021-Q1",
        f"Quý I/p01/{name}": None,
    }


# --- one file stops no other ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [243, 244, 250, 255])
def test_a_long_name_is_received_like_any(office: Office, length: int) -> None:
    name = "s" * (length - 4) + ".csv"
    put(office, f"2021-Q1/p01/{name}")
    put(office, "2021-Q1/p02/s.csv")
    found = receive(office)
    assert sorted(item.file_name for item in found.taken) == sorted(["s.csv", name])
    assert found.waiting == ()


def test_a_name_that_is_no_unicode_is_refused_and_named(office: Office) -> None:
    put(office, "2021-Q1/p02/s.csv")
    put(office, f"2021-Q1/p01/{os.fsdecode(b's' + bytes([0xE9]) + b'.csv')}")
    found = receive(office)
    assert where(list(found.taken)) == [("2021-Q1", "p02", "s.csv")]
    (item,) = found.waiting
    assert item.inbox_path == "2021-Q1/p01/s\\xe9.csv"
    assert "UTF-8" in item.reason
    item.sentence.encode("utf-8")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "gone"), "biến mất"),
        (PermissionError(errno.EACCES, "denied"), "không có quyền đọc"),
        (OSError(errno.EIO, "disk"), "ổ đĩa"),
        (RuntimeError("anything"), "RuntimeError"),
    ],
)
def test_whatever_is_raised_for_one_file_is_that_files_reason(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    keep = landing.keep

    def failing(to: Office, path: Path) -> str:
        if path.name == "bad.csv":
            raise error
        return keep(to, path)

    monkeypatch.setattr(landing, "keep", failing)
    put(office, "2021-Q1/p01/bad.csv")
    put(office, "2021-Q1/p02/good.csv")
    found = receive(office)
    assert [item.file_name for item in found.taken] == ["good.csv"]
    assert [(item.inbox_path, item.kind) for item in found.waiting] == [("2021-Q1/p01/bad.csv", "refused")]
    assert words in found.waiting[0].reason


@pytest.mark.parametrize("note", [b"{", b"[]", b"\xff", b'{"source_time": "yesterday"}', b'{"source_time": 5}', b""])
def test_a_broken_note_of_a_source_holds_back_its_file_only(office: Office, note: bytes) -> None:
    put(office, "2021-Q1/p01/s.csv")
    put(office, "2021-Q1/p01/.s.csv.nguon.json", note)
    put(office, "2021-Q1/p02/good.csv")
    found = receive(office)
    assert [item.file_name for item in found.taken] == ["good.csv"]
    assert ".s.csv.nguon.json" in found.waiting[0].sentence


def test_an_empty_folder_named_like_a_file_is_named(office: Office) -> None:
    (office.inbox / "2021-Q1" / "p01" / "s.xlsx").mkdir(parents=True)
    put(office, "2021-Q1/p02/good.csv")
    found = receive(office)
    assert [item.file_name for item in found.taken] == ["good.csv"]
    assert [item.inbox_path for item in found.waiting] == ["2021-Q1/p01/s.xlsx"]
    assert "thư mục" in found.waiting[0].reason


def test_a_note_that_is_a_folder_is_no_note(office: Office) -> None:
    put(office, "2021-Q1/p01/s.csv")
    (office.inbox / "2021-Q1" / "p01" / ".s.csv.nguon.json").mkdir()
    assert [item.origin for item in receive_inbox(office)] == [None]


def test_two_names_that_differ_in_the_way_marks_are_typed_only_are_not_taken_in_turns(office: Office) -> None:
    put(office, "2021-Q1/p01/S\u1ed5.csv", b"1")
    put(office, "2021-Q1/p01/So\u0302\u0309.csv", b"2")
    found = receive(office)
    assert (len(found.taken), [item.kind for item in found.waiting]) == (1, ["refused"])
    assert receive_inbox(office) == []


# --- receipts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"receipt_id": "x"}', b"[" * 100_000])
def test_a_broken_receipt_is_named_and_its_file_is_received_again(office: Office, damage: bytes) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    put(office, "2021-Q1/p02/s.csv", b"2")
    first, second = receive_inbox(office)
    path = office.data / "receipts" / f"{first.receipt_id}.json"
    path.write_bytes(damage)
    good, broken = read_receipts(office)
    assert ([item.receipt_id for item in good], [item.file_name for item in broken]) == (
        [second.receipt_id],
        [path.name],
    )
    found = receive(office)
    assert [(item.inbox_path, item.number) for item in found.taken] == [("2021-Q1/p01/s.csv", 3)]
    assert any(path.name in line for line in reception_lines(found))


@pytest.mark.parametrize("kept", [0, 1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("lost", ["s.csv", "s (1).csv"])
def test_a_file_whose_receipt_broke_keeps_its_place_among_the_versions(office: Office, lost: str, kept: float) -> None:
    for name, day in (("s.csv", "10"), ("s (1).csv", "11"), ("t.csv", "12")):
        put(office, f"2021-Q1/p01/{name}", name.encode())
        receive_inbox(at(office, f"2021-03-{day}T08:00:00+07:00"))
    before = [(item.file_name, item.replaced_by is None, item.observed_at) for item in register(office)]
    (broken,) = [item for item in read_receipts(office)[0] if item.file_name == lost]
    path = office.data / "receipts" / f"{broken.receipt_id}.json"
    path.write_bytes(path.read_bytes()[: int(kept * len(path.read_bytes())) if kept != 1 else 1])
    (again,) = receive_inbox(at(office, "2021-03-20T08:00:00+07:00"))
    assert (again.file_name, again.in_place_of, again.number) == (lost, broken.receipt_id, 4)
    assert [(item.file_name, item.replaced_by is None, item.observed_at) for item in register(office)] == before
    assert receive_inbox(office) == []


def test_a_withdrawn_file_whose_receipt_broke_stays_out(office: Office) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    (receipt,) = receive_inbox(office)
    withdraw(office, "s.csv", "Trần B", "gửi nhầm")
    (office.data / "receipts" / f"{receipt.receipt_id}.json").write_bytes(b"{")
    assert receive_inbox(office) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", "1"), ("size", "1"), ("size", -1), ("sha256", "../../x"), ("unit_id", None), ("origin", "x"),
     ("received_at", "2021-99"), ("file_time", "2021-03-11T08:00:00")],
)  # fmt: skip
def test_a_receipt_with_a_field_of_a_wrong_kind_is_named(office: Office, name: str, value: object) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    put(office, "2021-Q1/p02/s.csv", b"2")
    first, second = receive_inbox(office)
    path = office.data / "receipts" / f"{first.receipt_id}.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), name: value}), encoding="utf-8")
    good, broken = read_receipts(office)
    assert ([item.receipt_id for item in good], [item.file_name for item in broken]) == (
        [second.receipt_id],
        [path.name],
    )


@pytest.mark.parametrize(
    "line",
    ['{"at": 5, "waiting": 7}', '{"at": "2021-03-01T00:00:00", "waiting": {}}', '{"at": "2021-03-01T00:00:00+07:00", '
     '"unread": [5]}', '{"at": "2021-03-01T00:00:00+07:00", "waiting": {"a": 5, "b": ["x", "y"], "c": 7}}',
     '{"at": "2021-03-01T00:00:00+07:00", "waiting": [1]}', "[" * 100_000, "null"],
)  # fmt: skip
def test_a_look_that_was_changed_by_hand_is_no_evidence_and_stops_nothing(office: Office, line: str) -> None:
    put(office, "2021-Q1/p01/s.csv")
    put(office, "s.csv")
    looks_path(office).parent.mkdir(parents=True, exist_ok=True)
    looks_path(office).write_text(line + "\n", encoding="utf-8")
    found = receive(office)
    assert [item.file_name for item in found.taken] == ["s.csv"]
    assert len(last_look(office).waiting or {}) == 1


def test_a_receipt_cut_anywhere_is_never_read_as_another(office: Office) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    (receipt,) = receive_inbox(office)
    path = office.data / "receipts" / f"{receipt.receipt_id}.json"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read_receipts(office)[0] == [], length


def test_receipts_are_in_the_order_of_their_numbers_whatever_the_clock(office: Office) -> None:
    for number, moment in enumerate(["2021-03-15", "2021-03-10", "2021-03-12"]):
        put(office, "2021-Q1/p01/s.csv", str(number).encode())
        receive_inbox(at(office, f"{moment}T08:00:00+07:00"))
    good, _ = read_receipts(office)
    assert [(item.number, item.received_at[:10]) for item in good] == [
        (1, "2021-03-15"), (2, "2021-03-10"), (3, "2021-03-12"),
    ]  # fmt: skip


def test_a_receipt_of_an_earlier_version_has_its_number_from_its_id(office: Office) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    (receipt,) = receive_inbox(office)
    path = office.data / "receipts" / f"{receipt.receipt_id}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for name in ("number", "not_seen_at", "first_seen_at", "file_time", "source_time"):
        del content[name]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_receipts(office) == ([replace(receipt, not_seen_at=None, first_seen_at=None, file_time=None)], [])


def test_the_first_bytes_sent_again_after_others_are_a_third_sending(office: Office) -> None:
    for content in (b"a", b"b", b"a"):
        put(office, "2021-Q1/p01/s.csv", content)
        receive_inbox(office)
    assert [item.sha256[:4] for item in read_receipts(office)[0]] == ["ca97", "3e23", "ca97"]  # SHA-256 of a, b, a


@pytest.mark.parametrize(("later", "newer"), [("s.csv", "s.csv"), ("s (1).csv", "s (1).csv")])
def test_two_versions_found_together_are_in_the_order_of_their_file_times(
    office: Office, later: str, newer: str
) -> None:
    for name in ("s.csv", "s (1).csv"):
        os.utime(put(office, f"2021-Q1/p01/{name}", name.encode()), (1_615_600_000, 1_615_600_000 + (name == later)))
    assert receive_inbox(office)[-1].file_name == newer


def test_a_file_whose_mark_is_known_is_not_hashed_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    receive_inbox(office)
    hashed: list[str] = []
    hash_file = landing.hash_file
    monkeypatch.setattr(landing, "hash_file", lambda path: hashed.append(path.name) or hash_file(path))
    assert receive_inbox(office) == []
    assert hashed == []
    put(office, "2021-Q1/p01/s.csv", b"2")
    assert len(receive_inbox(office)) == 1
    assert hashed


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]"])
def test_the_list_of_marks_may_be_lost_or_broken(office: Office, damage: bytes) -> None:
    put(office, "2021-Q1/p01/s.csv", b"1")
    receive_inbox(office)
    (office.data / "inbox-marks.json").write_bytes(damage)
    assert receive_inbox(office) == []


# --- looks ------------------------------------------------------------------------------------------------------------


def looked(office: Office, moment: str) -> list[Receipt]:
    return receive_inbox(at(office, f"{moment}:00+07:00"))


def test_a_receipt_keeps_the_last_look_without_the_file_and_the_first_with_it(office: Office) -> None:
    put(office, "2021-Q1/p01/a.csv", b"1")
    (first,) = looked(office, "2021-03-10T07:00")
    put(office, "2021-Q1/p01/b.csv", b"2")
    (second,) = looked(office, "2021-03-12T09:30")
    assert (first.not_seen_at, first.first_seen_at) == (None, "2021-03-10T07:00:00+07:00")
    assert (second.not_seen_at, second.first_seen_at) == ("2021-03-10T07:00:00+07:00", "2021-03-12T09:30:00+07:00")


def test_a_file_that_waited_in_a_wrong_place_was_seen_there(office: Office) -> None:
    looked(office, "2021-03-08T07:00")
    path = put(office, "Quý I/p01/a.csv")
    looked(office, "2021-03-10T07:00")
    looked(office, "2021-03-11T07:00")
    target = office.inbox / "2021-Q1/p01/a.csv"
    target.parent.mkdir(parents=True)
    path.rename(target)
    (receipt,) = looked(office, "2021-03-15T07:00")
    assert (receipt.not_seen_at, receipt.first_seen_at) == ("2021-03-08T07:00:00+07:00", "2021-03-10T07:00:00+07:00")


def test_a_look_later_than_now_is_no_evidence(office: Office) -> None:
    looked(office, "2021-06-20T07:00")
    put(office, "2021-Q1/p01/a.csv")
    (receipt,) = looked(office, "2021-03-10T07:00")
    assert receipt.not_seen_at is None


def test_a_look_torn_by_a_crash_is_passed_over(office: Office) -> None:
    looked(office, "2021-03-08T07:00")
    with looks_path(office).open("ab") as sink:
        sink.write(b'{"at":"2021-03-')
    put(office, "2021-Q1/p01/a.csv")
    (receipt,) = looked(office, "2021-03-10T07:00")
    assert receipt.not_seen_at == "2021-03-08T07:00:00+07:00"
    put(office, "2021-Q1/p01/b.csv", b"2")
    (receipt,) = looked(office, "2021-03-11T07:00")
    assert receipt.not_seen_at == "2021-03-10T07:00:00+07:00"


def test_the_file_time_is_kept_as_it_is(office: Office) -> None:
    os.utime(put(office, "2021-Q1/p01/a.csv"), (1_615_467_600, 1_615_467_600))
    (receipt,) = receive_inbox(office)
    assert receipt.file_time == "2021-03-11T20:00:00+07:00"


def test_asking_what_waits_takes_and_writes_nothing(office: Office) -> None:
    put(office, "2021-Q1/p01/a.csv")
    put(office, "b.csv")
    assert [(item.inbox_path, item.kind) for item in waiting(office).waiting] == [
        ("2021-Q1/p01/a.csv", "new"), ("b.csv", "misplaced"),
    ]  # fmt: skip
    assert not office.data.exists()
    receive_inbox(office)
    assert [item.kind for item in waiting(office).waiting] == ["misplaced"]
    send(office.root, "a.csv", b"other", unit="p01")
    assert [item.kind for item in waiting(office).waiting] == ["new", "misplaced"]


def test_a_file_time_later_than_now_decides_no_order(office: Office) -> None:
    for name, moment in (("s.csv", 4_000_000_000), ("s (1).csv", 1_615_000_000)):
        put(office, f"2021-Q1/p01/{name}", name.encode())
        os.utime(office.inbox / "2021-Q1" / "p01" / name, (moment, moment))
    assert [item.file_name for item in receive_inbox(office)] == ["s.csv", "s (1).csv"]
