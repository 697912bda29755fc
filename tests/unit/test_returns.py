"""The units' return workbook: made, filled in as an officer would, sent back, read.

Here: what is in it, nil and its two faults, open records of the period before. Not here: counting.
Invariant: what our own workbook asks for is what our reader takes; an empty sheet without its tick is no return.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from office_folder import make_office, send
from return_book import HEAD_ROW, fill, heads

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.units.returns import make_returns
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.status import period_status, state_words

OBLIGATIONS = (
    "unit_id,stream,valid_from,valid_to\np01,case_exports,,\np01,feedback_logs,,\np01,review_submissions,,\n"
    "p02,case_exports,,\n"
)
PERIODS = (
    "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n"
    "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
)
FEEDBACK = "Phản ánh, kiến nghị"
REVIEW = "Rà soát TTHC"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(
        make_office(tmp_path, clock="2021-06-10T08:00:00+07:00", obligations=OBLIGATIONS, periods=PERIODS)
    )


def made(office: Office, period: str = "2021-Q1") -> Path:
    (path,) = make_returns(office, period)
    return path


def send_back(office: Office, path: Path, period: str = "2021-Q1") -> dict[str, object]:
    """Send a workbook through the inbox; give stream → the typed delivery."""
    send(office.root, path.name, path.read_bytes(), "p01", period)
    receive_inbox(office)
    typed = standing(office, register(office, office.clock.now()))
    return {item.delivery.stream: item for item in typed if item.delivery.period_id == period}


FEEDBACK_ROW = {
    "Mã PAKN": "000123",
    "Loại nội dung": "Hành vi hành chính",
    "Ngày tiếp nhận": dt.datetime(2021, 3, 1, 8, 0),
    "Trạng thái": "Đang xử lý",
}


def test_a_unit_gets_a_sheet_for_each_thing_it_owes_that_no_system_exports(office: Office) -> None:
    book = openpyxl.load_workbook(made(office))
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert visible == [FEEDBACK, REVIEW]


def test_numbers_are_written_with_dots_and_no_loose_comma_whatever_the_machine(office: Office) -> None:
    formats = {
        cell.number_format
        for page in openpyxl.load_workbook(made(office)).worksheets
        for row in page.iter_rows()
        for cell in row
    }
    # What a machine writes itself, «#,##0.##», shows 5 as «5,» where the comma is the decimal sign.
    assert [shape for shape in formats if "0" in shape] == ["[>=1000000]0\\.000\\.000;[>=1000]0\\.000;0"]


def test_a_filled_sheet_is_read_with_its_codes_as_text_and_its_words_understood(office: Office) -> None:
    path = fill(made(office), FEEDBACK, FEEDBACK_ROW)
    typed = send_back(office, fill(path, REVIEW, nil=True))
    verdict = typed["feedback_logs"].verdict
    assert (verdict["status"], verdict["counts"]["typed"], verdict["unknown_headers"]) == ("accepted", 1, [])
    import pandas as pd

    row = pd.read_parquet(typed["feedback_logs"].folder / "rows.parquet").iloc[0]
    assert (row["feedback_code"], row["feedback_kind"], row["status"]) == ("000123", "act", "in_progress")


def test_a_declared_nil_is_a_return_and_an_untouched_sheet_is_none(office: Office) -> None:
    typed = send_back(office, fill(made(office), FEEDBACK, nil=True))
    assert typed["feedback_logs"].verdict["status"] == "accepted"
    assert typed["review_submissions"].verdict["refused_check"] == "not_filled_in"
    owed = {item.stream: item for item in period_status(office, "2021-Q1").owed if item.unit_id == "p01"}
    assert owed["review_submissions"].state == "refused"
    # Answered by its nil; nothing says on which day it was sent.
    assert owed["feedback_logs"].state == "unknown"
    assert state_words(owed["feedback_logs"]).startswith("không phát sinh, ")


def test_a_nil_with_rows_is_asked_back(office: Office) -> None:
    typed = send_back(office, fill(made(office), FEEDBACK, FEEDBACK_ROW, nil=True))
    assert typed["feedback_logs"].verdict["refused_check"] == "nil_with_rows"


def test_a_sheet_taken_out_is_named(office: Office) -> None:
    path = fill(made(office), FEEDBACK, nil=True)
    book = openpyxl.load_workbook(path)
    del book[REVIEW]
    book.save(path)
    typed = send_back(office, path)
    assert REVIEW in typed["review_submissions"].verdict["refused_reason"]


def test_what_the_last_period_left_open_is_in_the_next_return(office: Office) -> None:
    done = {
        **FEEDBACK_ROW,
        "Mã PAKN": "000124",
        "Trạng thái": "Đã xử lý, đã trả lời",
        "Ngày trả lời": dt.datetime(2021, 3, 2),
    }
    path = fill(made(office), FEEDBACK, FEEDBACK_ROW, done)
    send_back(office, fill(path, REVIEW, nil=True))

    book = openpyxl.load_workbook(made(office, "2021-Q2"))
    page = book[FEEDBACK]
    columns = heads(page)
    codes = [page.cell(row, columns["Mã PAKN"]).value for row in range(HEAD_ROW + 1, HEAD_ROW + 4)]
    assert codes == ["000123", None, None]
    assert page.cell(HEAD_ROW + 1, columns["Trạng thái"]).value == "Đang xử lý"


def test_a_mended_return_replaces_the_first_one_sheet_by_sheet(office: Office) -> None:
    first = fill(made(office), FEEDBACK, FEEDBACK_ROW)
    send_back(office, fill(first, REVIEW, nil=True))
    second = fill(
        first.rename(first.with_name(first.stem + " (1).xlsx")), FEEDBACK, {**FEEDBACK_ROW, "Mã PAKN": "000125"}
    )
    typed = send_back(office, second)
    assert typed["feedback_logs"].verdict["counts"]["typed"] == 2


def test_the_same_office_gives_the_same_bytes_and_no_formula(office: Office) -> None:
    path = made(office)
    before = path.read_bytes()
    assert made(office).read_bytes() == before
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


DECLARED = "Giải quyết TTHC"
DECLARED_ROW = {
    "Cấp giải quyết": "Cấp xã",
    "Lĩnh vực": "Hộ tịch",
    "Nhận trực tuyến (cột 4)": 3,
    "Nhận trực tiếp, bưu chính (cột 5)": 5,
    "Từ kỳ trước chuyển sang (cột 6)": 2,
    "Đã giải quyết trước hạn (cột 8)": 6,
    "Đã giải quyết đúng hạn (cột 9)": 1,
    "Đã giải quyết quá hạn (cột 10)": 1,
    "Đang giải quyết trong hạn (cột 12)": 1,
    "Đang giải quyết quá hạn (cột 13)": 1,
}


def test_a_unit_without_an_export_declares_its_form_in_its_return(tmp_path: Path) -> None:
    owed = "unit_id,stream,valid_from,valid_to\np01,declared_dossiers,,\np02,case_exports,,\n"
    office = load_office(make_office(tmp_path, clock="2021-06-10T08:00:00+07:00", obligations=owed, periods=PERIODS))
    path = made(office)
    assert [sheet.title for sheet in openpyxl.load_workbook(path).worksheets if sheet.sheet_state == "visible"] == [
        DECLARED
    ]
    typed = send_back(office, fill(path, DECLARED, DECLARED_ROW))["declared_dossiers"]
    counts = typed.verdict["counts"]
    assert (typed.verdict["status"], counts["typed"], counts["rejected"], counts["flagged"]) == ("accepted", 1, 0, 0)
    import pandas as pd

    row = pd.read_parquet(typed.folder / "rows.parquet").iloc[0]
    assert (row["level"], row["field_name"], row["source_sheet"], row["source_row"]) == ("ward", "Hộ tịch", DECLARED, 7)
    assert [row[name] for name in ("received_online", "carried_in", "pending_overdue")] == [3, 2, 1]


def test_what_a_unit_sends_in_a_form_of_its_own_is_not_asked_of_it_twice(office: Office) -> None:
    profile = """
profile_id: so-pakn
stream: feedback_logs
title: Sổ PAKN của Phường 1
match: {units: [p01], files: ["Sổ PAKN*"]}
"""
    (office.root / "profiles" / "so-pakn.yaml").write_text(profile, encoding="utf-8")
    book = openpyxl.load_workbook(made(load_office(office.root)))
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] == [REVIEW]


def test_a_record_without_its_last_day_is_in_the_next_return(tmp_path: Path) -> None:
    owed = "unit_id,stream,valid_from,valid_to\np01,inspections,,\n"
    root = make_office(tmp_path, clock="2021-06-10T08:00:00+07:00", obligations=owed, periods=PERIODS)
    office = load_office(root)
    planned = {"Hình thức kiểm tra": "Tự kiểm tra", "Ngày kiểm tra theo kế hoạch": dt.datetime(2021, 3, 1)}
    done = {"Mã cuộc kiểm tra": "KT01", **planned, "Ngày kiểm tra": dt.datetime(2021, 3, 1)}
    send_back(office, fill(made(office), "Kiểm tra", done, {"Mã cuộc kiểm tra": "KT02", **planned}))

    page = openpyxl.load_workbook(made(office, "2021-Q2"))["Kiểm tra"]
    columns = heads(page)
    assert [page.cell(HEAD_ROW + line, columns["Mã cuộc kiểm tra"]).value for line in (1, 2)] == ["KT02", None]
    assert page.cell(HEAD_ROW + 1, columns["Ngày kiểm tra theo kế hoạch"]).value == dt.datetime(2021, 3, 1)
