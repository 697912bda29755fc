"""What titles, totals, days and file times say of an export, against the folder it lies in.

Here: small offices, one or two files each, received and judged. Not here: rows that name units, returns (test_claims).
Invariant: every contradiction is held or asked about with both sides named; a sound file has no claim.
"""

from __future__ import annotations

import os

import pytest
from office_folder import send
from test_claims import HEAD, NAME, arrive, export, kinds, now, office, rows, states

from pipelines.ingest.codes import is_misshapen
from pipelines.ingest.contract import load_contract
from pipelines.ingest.landing import receive_inbox
from pipelines.ingest.titles import spans_in
from pipelines.ingest.typing_rules import type_key
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.accept import accept
from pipelines.warehouse.streams import contract_path

__all__ = ["office"]
Q1, Q2 = "Từ ngày 15/12/2020 đến ngày 14/03/2021", "Từ ngày 15/03/2021 đến ngày 14/06/2021"
NEW = "Sổ_2021_06_15.csv"


def titled(*titles: str, unit: str = "", finished: str = "02/03/2021", foot: str = "") -> bytes:
    table = export(*rows(unit, "01", 1, 2), finished=finished).decode("utf-8-sig")
    return ("".join(f"{line}\n" for line in titles) + table + (f"{foot}\n" if foot else "")).encode("utf-8-sig")


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("(Từ ngày 15/12/2020 đến ngày 14/03/2021)", "2020-12-15", "2021-03-14"),
        ("DANH SÁCH HỒ SƠ TỪ 15/12/2020 ĐẾN 14/03/2021", "2020-12-15", "2021-03-14"),
        ("Tu ngay 15/12/2020 den ngay 14/3/21", "2020-12-15", "2021-03-14"),
        ("15/12/2020 00:00:00 - 14/03/2021 23:59:59", "2020-12-15", "2021-03-14"),
        ("từ 15/12 đến 14/03/2021", "2020-12-15", "2021-03-14"),
        ("Số liệu tính đến hết ngày 14/03/2021", None, "2021-03-14"),
        ("Ngày kết xuất: 15/03/2021", None, "2021-03-15"),
        ("Ngày kết xuất: 15/03/2021 06:30", None, "2021-03-14"),
        ("Sóc Trăng, ngày 15 tháng 3 năm 2021", None, "2021-03-15"),
        ("Tháng 3/2021", "2021-03-01", "2021-03-31"),
    ],
)
def test_the_days_a_line_names_are_read_however_they_are_written(text: str, first: str | None, last: str) -> None:
    assert [(span.first_on, span.last_on) for span in spans_in(text)] == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "Ban hành kèm theo Thông tư số 02/2017/TT-VPCP ngày 31/10/2017",
        "(Theo Quyết định số 12, ngày 21 tháng 10 năm 2020",
        "Thông tư 01/2018/TT-VPCP ngày 23/11/2018 - Nghị định 61/2018 ngày 23/4/2018",
        "SỔ THEO DÕI HỒ SƠ",
        "Lập theo Thông tư ngày 31/10/2017",
    ],
)
def test_the_day_of_a_law_is_no_claim(text: str) -> None:
    assert [*spans_in(text)] == []


@pytest.mark.parametrize(
    "title",
    [
        Q1,
        "Quý I năm 2021",
        "Kỳ báo cáo: quý 1/2021",
        "Số liệu đến hết ngày 14/03/2021",
        "Từ ngày;15/12/2020;Đến ngày;14/03/2021",
        "Xuất lúc 06:30 ngày 15/03/2021",
        "Tháng 02/2021",
        "Kỳ: Q1/2021",
        "Năm 2020",
        "Số liệu chốt ngày 14/03/2021",
        "Ngày báo cáo: 14/03/2021",
    ],
)
def test_last_quarter_s_export_under_a_new_day_waits_by_its_title(office: Office, title: str) -> None:
    arrive(office, titled("SỔ THEO DÕI HỒ SƠ", title, finished="02/06/2021"), name=NEW, period="2021-Q2")
    assert (states(office), kinds(office)) == ([("p01", "waiting")], [("p01", "title_period")])
    (item,) = now(office)
    assert "Quý II năm 2021 (15/03/2021–14/06/2021)" in item.verdict["refused_reason"]
    accept(office, NEW, "Trần B", "tiêu đề của phần mềm sai")
    assert states(office) == [("p01", "counted")]


def test_two_lines_that_give_first_and_last_day_are_one_range(office: Office) -> None:
    arrive(office, titled("Từ ngày: 15/12/2020", "Đến ngày: 14/03/2021"), name=NEW, period="2021-Q2")
    assert "title_period" in [kind for _, kind in kinds(office)]


def test_a_day_below_the_table_is_a_claim_too(office: Office) -> None:
    foot = "Sóc Trăng, ngày 14 tháng 3 năm 2021"
    arrive(office, titled(finished="02/06/2021", foot=foot), name=NEW, period="2021-Q2")
    assert kinds(office) == [("p01", "title_period")]


@pytest.mark.parametrize(
    "title", [Q2, "Quý II năm 2021", "Từ ngày 01/01/2021 đến ngày 15/06/2021", "Năm 2021", "Lũy kế đến ngày 14/06/2021"]
)
def test_a_title_that_meets_the_period_says_nothing_against_it(office: Office, title: str) -> None:
    arrive(office, titled(title, finished="02/06/2021"), name=NEW, period="2021-Q2")
    assert states(office) == [("p01", "counted")]


def test_an_old_export_that_says_so_in_title_and_name_is_old_and_nothing_else(office: Office) -> None:
    arrive(office, titled(Q1), name="Sổ_2021_03_14.csv", period="2021-Q2")
    assert kinds(office) == [("p01", "stale")]


def test_the_period_a_file_s_name_gives_in_words_is_a_claim(office: Office) -> None:
    arrive(office, titled(finished="02/06/2021"), name="Sổ quý I năm 2021_2021_06_15.csv", period="2021-Q2")
    assert kinds(office) == [("p01", "title_period")]


@pytest.mark.parametrize("title", ["UBND PHƯỜNG 2", "SỔ THEO DÕI HỒ SƠ - UBND PHƯỜNG 2", "UBND thành phố Thử;Phường 2"])
def test_an_export_without_units_whose_title_names_another_unit_waits(office: Office, title: str) -> None:
    arrive(office, titled(title))
    assert (states(office), kinds(office)) == ([("p01", "waiting")], [("p01", "title_unit")])


@pytest.mark.parametrize(
    "title", ["UBND PHƯỜNG 1", "UBND PHƯỜNG 10", "UBND thành phố Thử", "BỘ PHẬN MỘT CỬA", "UBND XÃ CŨ"]
)
def test_a_title_of_its_own_unit_or_of_one_above_says_nothing_against_a_file(office: Office, title: str) -> None:
    arrive(office, titled(title))
    assert states(office) == [("p01", "counted")]


def test_a_name_that_names_another_unit_is_asked_about(office: Office) -> None:
    arrive(office, titled(), name="Sổ Phường 2_2021_03_15.csv")
    assert (states(office), kinds(office)) == ([("p01", "doubted")], [("p01", "title_unit")])


def test_a_title_of_another_unit_over_rows_of_its_own_is_asked_about(office: Office) -> None:
    arrive(office, titled("UBND PHƯỜNG 2", unit="UBND Phường 1"))
    assert (states(office), kinds(office)) == ([("p01", "doubted")], [("p01", "title_unit")])


# ------------------------------------------------------------------ days of rows, names nobody knows


def test_a_file_none_of_whose_rows_is_of_the_period_is_asked_about(office: Office) -> None:
    arrive(office, titled(), name=NEW, period="2021-Q2")
    assert kinds(office) == [("p01", "no_row_in_period")]
    assert "từ 01/03/2021 đến 02/03/2021" in now(office)[0].claims[0].reason


def test_a_file_all_of_whose_rows_are_later_than_the_period_is_asked_about(office: Office) -> None:
    head = HEAD + "000.01.H51-210401-0001;1.001193;;01/04/2021;03/04/2021;02/04/2021;Đã trả kết quả\n"
    arrive(office, head.encode("utf-8-sig"), name=NEW)
    assert kinds(office) == [("p01", "no_row_in_period")]


def test_rows_that_all_name_a_unit_no_table_knows_are_asked_about(office: Office) -> None:
    arrive(office, export(*rows("UBND phường nào đó", "01", 1, 2)))
    assert kinds(office) == [("p01", "unknown_units")]
    assert "«ubnd phường nào đó» (2 dòng)" in now(office)[0].claims[0].reason


# ------------------------------------------------------------------ two versions at once


def at_once(office: Office, *files: tuple[str, bytes, int]) -> None:
    """Put files into the inbox, each some seconds after a moment, and look once."""
    for name, content, seconds in files:
        path = send(office.root, name, content)
        os.utime(path, (1_615_700_000 + seconds, 1_615_700_000 + seconds))
    receive_inbox(office)


FIRST, SECOND = export(*rows("", "01", 1, 2)), export(*rows("", "01", 1, 2), finished="03/03/2021")


@pytest.mark.parametrize("again", ["Sổ_2021_03_15 (1).csv", "Sổ_2021_03_15 final.csv", "Sổ P1_2021_03_15.csv"])
def test_two_versions_of_one_time_that_differ_are_asked_about(office: Office, again: str) -> None:
    at_once(office, (NAME, FIRST, 0), (again, SECOND, 0))
    (doubt,) = [claim for item in now(office) for claim in item.claims]
    assert (doubt.kind, doubt.records) == ("order_unknown", ("000.01.H51-210301-0001", "000.01.H51-210301-0002"))
    assert NAME in doubt.reason and again in doubt.reason


def test_of_two_versions_the_one_written_later_counts_without_a_word(office: Office) -> None:
    at_once(office, ("Sổ_2021_03_15 (1).csv", FIRST, 0), (NAME, SECOND, 60))
    assert kinds(office) == []


def test_a_time_later_than_now_is_no_evidence_of_order(office: Office) -> None:
    at_once(office, (NAME, FIRST, 0), ("Sổ_2021_03_15 (1).csv", SECOND, 900_000_000))
    assert kinds(office) == [("p01", "order_unknown")]


def test_versions_of_two_looks_are_in_their_order(office: Office) -> None:
    for content in (FIRST, SECOND, FIRST):
        at_once(office, (NAME, content, 0))
    assert kinds(office) == []


def test_the_register_of_incoming_documents_settles_which_came_later(office: Office) -> None:
    (office.root / "reference" / "incoming.csv").write_text(
        "register_no,arrived_on,period_id,unit_id,file_name\n"
        f"1,2021-03-15,2021-Q1,p01,{NAME}\n2,2021-03-16,2021-Q1,p01,Sổ_2021_03_15 (1).csv\n",
        encoding="utf-8",
    )
    office = load_office(office.root)
    at_once(office, (NAME, FIRST, 0), ("Sổ_2021_03_15 (1).csv", SECOND, 0))
    assert kinds(office) == []


# ------------------------------------------------------------------ codes


@pytest.mark.parametrize(
    "written",
    [
        "000.01.H51--210301-0001", "000.01.Н51-210301-0001", "000.01.Η51-210301-0001", "000.01.H51 – 210301 – 0001",
        "000.01.H51_210301_0001", "000,01,H51-210301-0001", "OOO.O1.H5I-2I0301-0001", "000..01.H51-210301-0001.",
        "000.01.h51/210301/0001", "(000.01.H51-210301-0001)",
    ],
)  # fmt: skip
def test_a_national_code_is_one_dossier_however_it_is_written(written: str) -> None:
    national = load_contract(contract_path("case_exports")).national_code
    typed = type_key(written, national)
    assert (typed.value, bool(typed.repair)) == ("000.01.H51-210301-0001", True)


@pytest.mark.parametrize("own", ["A-7", "12/2021", "H51-1", "01/DI-210301", "1--2", "PAKN-2021-93004"])
def test_a_number_of_a_unit_s_own_book_stays_as_it_is(own: str) -> None:
    national = load_contract(contract_path("case_exports")).national_code
    assert national and (type_key(own, national).value, is_misshapen(own, national)) == (own, False)


@pytest.mark.parametrize(
    "written",
    [
        "000-03-99-H51-210120-9001",
        "000/03/99/H51/210120/9001",
        "000_03_99_h51_210120_9001",
        "000.03.99-H51.210120.9001",
        "000 03 99 H51-210120-9001",
    ],
)
def test_one_dossier_is_one_whatever_stands_between_the_parts_of_its_code(written: str) -> None:
    national = load_contract(contract_path("case_exports")).national_code
    assert type_key(written, national).value == "000.03.99.H51-210120-9001"


@pytest.mark.parametrize(
    "wrong",
    [
        *("000.01.H51-210301", "000.01.H51210301-0001", "000.01.99-210301-0001"),
        *("000-01-H51-210301", "000/01/99/210301/0001", "01/H51/210301"),
    ],
)
def test_a_code_that_is_nearly_national_is_counted_and_flagged(office: Office, wrong: str) -> None:
    arrive(office, export(*rows("", "01", 1), (wrong, "")))
    (item,) = now(office)
    flagged = {check["check_id"]: check["unexpected"] for check in item.verdict["checks"] if check["unexpected"]}
    assert (item.verdict["counts"]["typed"], flagged.get("misshapen_code")) == (2, 1)


# ------------------------------------------------------------------ totals


def test_a_total_row_that_is_not_the_number_of_its_rows_is_asked_about(office: Office) -> None:
    arrive(office, titled(foot="Tổng số: 3 hồ sơ"))
    (item,) = now(office)
    assert (item.verdict["counts"]["typed"], kinds(office)) == (2, [("p01", "total_differs")])
    assert "ghi 3, các dòng cho 2" in item.claims[0].reason
    accept(office, NAME, "Trần B", "một hồ sơ đã xóa")
    assert states(office) == [("p01", "counted")]


@pytest.mark.parametrize("foot", ["Tổng số: 2 hồ sơ", "Cấp xã - Tổng;2", "Toàn phường;2"])
def test_a_total_row_that_is_right_is_no_row_and_no_question(office: Office, foot: str) -> None:
    arrive(office, titled(foot=foot))
    (item,) = now(office)
    assert (item.verdict["counts"]["typed"], states(office)) == (2, [("p01", "counted")])
