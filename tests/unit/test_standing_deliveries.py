"""Which deliveries are when a replacement is refused.

Here: replacements good and bad, in chains, withdrawn. Not here: the register itself (test_landing_register).
Invariant: a unit's rows never leave because a bad file came after them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from office_folder import PROFILE, make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office import journal
from pipelines.office.settings import load_office
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing

LATE = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"


def csv(*codes: str) -> bytes:
    rows = "".join(f"{code};1.001193;01/03/2021;01/03/2021;;Đang xử lý\n" for code in codes)
    return (HEAD + rows).encode("utf-8-sig")


BAD = "không phải bảng hồ sơ".encode()


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ([csv("A")], ["s_0.csv"]),
        ([csv("A"), csv("A", "B")], ["s_0 (1).csv"]),
        ([csv("A"), BAD], ["s_0.csv"]),
        ([csv("A"), BAD, BAD + b"!"], ["s_0.csv"]),
        ([csv("A"), BAD, csv("A", "B")], ["s_0 (2).csv"]),
        ([csv("A"), csv("A", "B"), BAD], ["s_0 (1).csv"]),
        ([csv("A"), BAD, csv("B")], ["s_0.csv", "s_0 (2).csv"]),
        ([BAD], []),
    ],
    ids=[
        "one",
        "a good one replaces",
        "a bad one does not",
        "two bad ones",
        "bad then good",
        "good then bad",
        "what a good one lacks counts on",
        "only bad",
    ],
)
def test_a_refused_replacement_takes_nothing_out(tmp_path: Path, sent: list[bytes], counted: list[str]) -> None:
    office = load_office(make_office(tmp_path))
    for number, content in enumerate(sent):
        send(tmp_path, f"s_0{f' ({number})' if number else ''}.csv", content)
        receive_inbox(office)

    typed = standing(office, register(office, LATE))

    assert [item.delivery.file_name for item in typed if item.is_counted] == counted


def test_a_withdrawn_file_does_not_come_back_when_its_replacement_is_refused(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    send(tmp_path, "s.csv", csv("A"))
    (receipt,) = receive_inbox(office)
    send(tmp_path, "s (1).csv", BAD)
    receive_inbox(office)
    journal.append(office, "withdraw", "Cán bộ thử", "gửi nhầm", delivery_id=receipt.receipt_id)

    assert [item for item in standing(office, register(office, LATE)) if item.is_counted] == []


def test_a_replacement_that_keeps_last_year_s_number_does_not_have_this_year_s(tmp_path: Path) -> None:
    # Books begin anew each January (domain/05 5.6): 2/TN of 2020 and 2/TN of 2021 are two dossiers.
    office = load_office(make_office(tmp_path))
    old = "2/TN;1.001193;28/12/2020;28/12/2020;;Đang xử lý\n"
    new = "2/TN;1.001193;04/01/2021;04/01/2021;;Đang xử lý\n"
    send(tmp_path, "s.csv", (HEAD + old + new).encode("utf-8-sig"))
    receive_inbox(office)
    send(tmp_path, "s (1).csv", (HEAD + old).encode("utf-8-sig"))
    receive_inbox(office)

    before, after = standing(office, register(office, LATE))

    assert before.remaining == frozenset({"2/TN | 2021"})
    assert [claim.records for claim in after.claims] == [("2/TN | 2021",)]
    assert after.remaining is None


def test_a_number_of_one_unit_s_book_is_not_that_of_another_in_the_same_file(tmp_path: Path) -> None:
    # A system's file of several wards: 15/TN of Phường 1 and 15/TN of Phường 2 are two dossiers.
    many = PROFILE + "unit_from: column\n"
    office = load_office(make_office(tmp_path, profile=many))
    head = HEAD.replace("\n", ";Đơn vị tiếp nhận\n")
    first, second = (f"15/TN;1.001193;04/01/2021;04/01/2021;;Đang xử lý;Phường {ward}\n" for ward in (1, 2))
    send(tmp_path, "s.csv", (head + first + second).encode("utf-8-sig"))
    receive_inbox(office)
    send(tmp_path, "s (1).csv", (head + first).encode("utf-8-sig"))
    receive_inbox(office)

    before, after = standing(office, register(office, LATE))

    assert before.verdict["counts"]["typed"] == 2
    assert before.remaining == frozenset({"15/TN | 2021 | phường 2"})
    assert after.remaining is None
