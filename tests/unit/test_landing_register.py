"""Landing and the register of deliveries: receipts, replacements, what is visible when.

Here: DESIGN "Deliveries" and BUGS 35. Not here: reading a file's content.
Invariant: nothing received is ever lost or changed.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest
from office_folder import PROFILE, make_office, send

from pipelines.ingest.file_name import name_key
from pipelines.ingest.landing import landed_path, receipts, receive_inbox
from pipelines.office import journal
from pipelines.office.clock import Clock
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.question import Ask, resolve
from pipelines.warehouse.register import Delivery, cut_at, register

LATE = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def at(office: Office, moment: str) -> Office:
    """The same office at another moment."""
    changed = replace(office)
    changed.__dict__["clock"] = Clock(office.clock.timezone, dt.datetime.fromisoformat(moment))
    return changed


def by_name(deliveries: list[Delivery]) -> dict[str, str]:
    return {item.file_name: item.kind for item in deliveries if item.is_visible}


def test_a_received_file_is_kept_byte_for_byte_with_a_receipt(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ theo dõi hồ sơ_2021_03_15.csv", b"\xef\xbb\xbfa;b\r\n1;2\r\n")
    (receipt,) = receive_inbox(office)
    assert landed_path(office, receipt.sha256).read_bytes() == b"\xef\xbb\xbfa;b\r\n1;2\r\n"
    assert (receipt.unit_id, receipt.period_id, receipt.size) == ("p01", "2021-Q1", 13)
    assert receipt.received_at == "2021-03-15T08:00:00+07:00"


def test_receiving_again_takes_nothing_new(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "a.csv", b"1")
    assert len(receive_inbox(office)) == 1
    assert receive_inbox(office) == []


@pytest.mark.parametrize("name", ["~$baocao.xlsx", ".DS_Store"])
def test_lock_and_hidden_files_are_left_alone(tmp_path: Path, name: str) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, name, b"1")
    assert receive_inbox(office) == []


def test_a_symbolic_link_is_left_alone(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    target = send(tmp_path, "a.csv", b"1")
    (target.parent / "b.csv").symlink_to(target)
    assert [item.file_name for item in receive_inbox(office)] == ["a.csv"]


def test_the_same_bytes_under_another_name_are_noted_not_counted_twice(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "a.csv", b"1")
    send(tmp_path, "b.csv", b"1")
    first, second = receive_inbox(office)
    assert second.same_bytes_as == first.receipt_id
    assert by_name(register(office, LATE)) == {"a.csv": "first"}


def test_the_same_bytes_under_a_later_moment_say_that_nothing_had_changed_by_then(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ theo dõi hồ sơ_2021_03_12.csv", b"1")
    send(tmp_path, "Sổ theo dõi hồ sơ_2021_03_15.csv", b"1")
    send(tmp_path, "Sổ theo dõi hồ sơ_2021_03_15 bản của phường.csv", b"1")
    receive_inbox(office)
    assert [item.observed_on.day for item in register(office, LATE) if item.is_visible] == [12, 15]


@pytest.mark.parametrize(
    "resent", ["Sổ_2021_03_15 (1).xlsx", "Sổ_2021_03_15_v2.xlsx", "Sổ_2021_03_15 sửa.xlsx", "sổ_2021_03_15.xlsx"]
)
def test_a_resent_file_replaces_the_old_one_and_inherits_the_day_it_shows(tmp_path: Path, resent: str) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ_2021_03_15.xlsx", b"old")
    receive_inbox(office)
    send(tmp_path, resent, b"new")
    receive_inbox(at(office, "2021-04-01T08:00:00+07:00"))
    old, new = register(office, LATE)
    assert (old.replaced_by, new.kind, new.observed_on) == (new.delivery_id, "replacement", dt.date(2021, 3, 15))


WITH_HOUR = PROFILE.replace('(?P<d>[0-9]{2})"', '(?P<d>[0-9]{2})(_(?P<h>[0-9]{2})_(?P<min>[0-9]{2}))?"')


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        ("Sổ_2021_03_14_06_30.csv", "2021-03-14 06:30:00"),
        ("Sổ_2021_03_14.csv", "2021-03-14 23:59:59"),  # a day without an hour is its end
        ("Sổ_2021_13_45_06_30.csv", "2021-03-15 08:00:00"),  # no such day: the moment of receipt
        ("Sổ.csv", "2021-03-15 08:00:00"),
    ],
)
def test_a_file_shows_the_moment_in_its_name_else_that_of_its_receipt(tmp_path: Path, name: str, shows: str) -> None:
    office = load_office(make_office(tmp_path, profile=WITH_HOUR))
    send(tmp_path, name, b"1")
    receive_inbox(office)
    (delivery,) = register(office, LATE)
    assert str(delivery.observed_at) == shows


def test_a_replacement_that_names_no_moment_keeps_that_of_what_it_replaces(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path, profile=PROFILE.replace("from: file_name", "from: received")))
    send(tmp_path, "Sổ.csv", b"old")
    receive_inbox(office)
    send(tmp_path, "Sổ (1).csv", b"new")
    receive_inbox(at(office, "2021-04-01T08:00:00+07:00"))
    old, new = register(office, LATE)
    assert (new.kind, new.observed_at) == ("replacement", old.observed_at)


def test_a_replacement_that_names_no_moment_may_say_what_happened_until_it_was_received(tmp_path: Path) -> None:
    office = at(load_office(make_office(tmp_path)), "2021-03-12T08:00:00+07:00")
    send(tmp_path, "Sổ.csv", b"1")
    receive_inbox(office)
    send(tmp_path, "Sổ.csv", b"2")
    receive_inbox(at(office, "2021-03-22T12:00:00+07:00"))
    resent = next(item for item in register(office, LATE) if item.is_visible)
    assert (resent.observed_on, resent.says_until) == (dt.date(2021, 3, 12), dt.date(2021, 3, 22))


def test_of_two_files_found_together_the_resent_one_is_the_newer(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ_2021_03_15 (1).xlsx", b"new")
    send(tmp_path, "Sổ_2021_03_15.xlsx", b"old")
    receive_inbox(office)
    assert by_name(register(office, LATE)) == {"Sổ_2021_03_15 (1).xlsx": "replacement"}


def test_another_name_is_an_additional_file_and_both_count(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ_2021_03_15.xlsx", b"one")
    send(tmp_path, "Bổ sung_2021_03_16.xlsx", b"two")
    receive_inbox(office)
    assert sorted(by_name(register(office, LATE)).values()) == ["additional", "first"]


def test_the_register_at_an_earlier_moment_does_not_see_later_files(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ_2021_03_15.xlsx", b"old")
    receive_inbox(office)
    before = register(office, dt.datetime.fromisoformat("2021-03-20T00:00:00+07:00"))
    send(tmp_path, "Sổ_2021_03_15 (1).xlsx", b"new")
    receive_inbox(at(office, "2021-04-01T08:00:00+07:00"))
    assert register(office, dt.datetime.fromisoformat("2021-03-20T00:00:00+07:00")) == before


def test_a_file_sent_back_in_its_old_form_after_a_replacement_replaces_again(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    for number, (name, content) in enumerate([("s.xlsx", b"a"), ("s (1).xlsx", b"b"), ("s (2).xlsx", b"a")]):
        send(tmp_path, name, content)
        receive_inbox(at(office, f"2021-03-{15 + number}T08:00:00+07:00"))
    assert by_name(register(office, LATE)) == {"s (2).xlsx": "replacement"}


def test_a_withdrawn_delivery_leaves_from_that_moment(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "a.csv", b"1")
    (receipt,) = receive_inbox(office)
    later = at(office, "2021-03-18T08:00:00+07:00")
    journal.append(later, "withdraw", "Cán bộ thử", "gửi nhầm", delivery_id=receipt.receipt_id)
    assert by_name(register(office, dt.datetime.fromisoformat("2021-03-17T08:00:00+07:00"))) == {"a.csv": "first"}
    assert by_name(register(office, LATE)) == {}


def test_what_a_withdrawn_file_had_replaced_is_again(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    for name, content in (("s.csv", b"right"), ("s (1).csv", b"wrong")):
        send(tmp_path, name, content)
        (receipt,) = receive_inbox(office)
    journal.append(office, "withdraw", "Cán bộ thử", "gửi nhầm", delivery_id=receipt.receipt_id)
    assert by_name(register(office, LATE)) == {"s.csv": "first"}


def test_a_half_written_receipt_is_never_seen(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    (office.data / "receipts").mkdir(parents=True)
    (office.data / "receipts" / ".writing-abc").write_text("{", encoding="utf-8")
    assert receipts(office) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Sổ (1).xlsx", "sổ.xlsx"),
        ("Sổ_v2.XLSX", "sổ.xlsx"),
        ("Sổ bản sửa lần 2.xlsx", "sổ.xlsx"),
        ("Sổ (1) (2).csv", "sổ.csv"),
    ],
)
def test_marks_of_resending_do_not_make_another_file(name: str, key: str) -> None:
    assert name_key(name) == key


def test_a_file_no_profile_fits_is_still_received(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "ghi chú.pdf", b"%PDF")
    receive_inbox(office)
    (delivery,) = register(office, LATE)
    assert delivery.profile is None


def test_a_clock_set_back_does_not_make_the_older_file_the_newer(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "s.csv", b"older")
    receive_inbox(at(office, "2021-04-02T08:00:00+07:00"))
    send(tmp_path, "s (1).csv", b"newer")
    early = at(office, "2021-04-01T08:00:00+07:00")
    receive_inbox(early)
    assert by_name(register(early)) == {"s (1).csv": "replacement"}
    assert [item.is_visible for item in resolve(early, Ask("2021-Q1"))[1]] == [False, True]


def test_an_act_counts_by_its_place_in_the_journal(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "a.csv", b"1")
    (receipt,) = receive_inbox(office)
    before = cut_at(office)
    journal.append(office, "withdraw", "Cán bộ thử", "gửi nhầm", delivery_id=receipt.receipt_id)
    assert by_name(register(office, before)) == {"a.csv": "first"}
    assert by_name(register(office)) == {}


def test_the_same_bytes_written_anew_after_a_withdrawal_are_a_sending_and_count(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    path = send(tmp_path, "a.csv", b"1")
    os.utime(path, (1_615_000_000, 1_615_000_000))
    (receipt,) = receive_inbox(office)
    journal.append(office, "withdraw", "Cán bộ thử", "tưởng gửi nhầm", delivery_id=receipt.receipt_id)
    assert receive_inbox(office) == []  # it still lies there: a withdrawal is not undone by the next look
    os.utime(path, (1_615_000_600, 1_615_000_600))
    assert len(receive_inbox(office)) == 1
    assert by_name(register(office)) == {"a.csv": "first"}


def test_a_copy_beside_its_own_file_counts_once_and_a_file_overwritten_with_another_s_bytes_is_replaced(
    tmp_path: Path,
) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "s.csv", b"one")
    send(tmp_path, "t.csv", b"two")
    receive_inbox(office)
    send(tmp_path, "s.csv", b"two")
    receive_inbox(office)
    assert by_name(register(office)) == {"t.csv": "additional", "s.csv": "replacement"}
