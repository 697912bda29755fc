"""Withdrawing: which file a name means, and what the journal keeps of it.

Here: names, refusals, a question asked before and after. Not here: the register (test_landing_register).
Invariant: nothing is deleted; a name that could mean two sendings withdraws none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from office_folder import make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office import journal
from pipelines.office.clock import Clock
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.question import Ask, resolve
from pipelines.warehouse.withdraw import withdraw


def at(office: Office, moment: str) -> Office:
    moved = replace(office)
    moved.__dict__["clock"] = Clock(office.clock.timezone, dt.datetime.fromisoformat(moment))
    return moved


@pytest.fixture
def office(tmp_path: Path) -> Office:
    loaded = load_office(make_office(tmp_path))
    send(tmp_path, "Sổ_2021_03_15.csv", b"1", "p01")
    send(tmp_path, "Sổ_2021_03_15.csv", b"2", "p02")
    send(tmp_path, "Khác_2021_03_15.csv", b"3", "p02")
    receive_inbox(loaded)
    return at(loaded, "2021-03-18T08:00:00+07:00")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Khác_2021_03_15.csv", "2021-Q1/p02/Khác_2021_03_15.csv"),
        ("p01/Sổ_2021_03_15.csv", "2021-Q1/p01/Sổ_2021_03_15.csv"),
        ("sample/inbox/2021-Q1/p02/Sổ_2021_03_15.csv", "2021-Q1/p02/Sổ_2021_03_15.csv"),
        ("20210315T080000-p01-0001", "2021-Q1/p01/Sổ_2021_03_15.csv"),
    ],
)
def test_a_file_is_named_by_its_sending_its_name_or_its_path(office: Office, name: str, found: str) -> None:
    done = withdraw(office, name, "Trần B", "gửi nhầm")
    assert done.receipt.inbox_path == found
    (act,) = journal.acts(office, "withdraw")
    assert (act.by, act.why, act.details["inbox_path"]) == ("Trần B", "gửi nhầm", found)
    assert (office.data / "landing" / done.receipt.sha256).is_file()


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("Sổ_2021_03_15.csv", "Có 2 lần gửi"),
        ("03_15.csv", "Không có tệp đã nhận"),
        ("khong-co.csv", "Không có tệp đã nhận"),
    ],
)
def test_a_name_that_means_no_file_or_two_withdraws_none(office: Office, name: str, noted: str) -> None:
    with pytest.raises(OfficeError, match=noted):
        withdraw(office, name, "Trần B", "gửi nhầm")
    assert journal.acts(office) == []


def test_the_default_question_sees_the_withdrawal_and_an_earlier_moment_does_not(office: Office) -> None:
    before, visible = resolve(office, Ask("2021-Q1"))
    assert sum(item.is_visible for item in visible) == 3
    withdraw(office, "Khác_2021_03_15.csv", "Trần B", "gửi nhầm")
    after, left = resolve(office, Ask("2021-Q1"))
    assert sum(item.is_visible for item in left) == 2
    assert after.received_by > before.received_by
    for received_by, count in ((before.received_by, 3), (after.received_by, 2)):
        again = resolve(office, Ask("2021-Q1", received_by=received_by))[1]
        assert sum(item.is_visible for item in again) == count
