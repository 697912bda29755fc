"""Awkward files: what a desk really sends, and what must not be lost or guessed (BUGS 5, 14, 21-37; domain/09 9.4).

Here: files made in the test, and the published awkward ones of ../shared. Not here: plain files (test_reading).
Invariant: rows in = typed + rejected + blank + furniture; a file that cannot be read is refused, never an exception.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from test_reading import HEAD, PROFILE, ROW, read, text_file, workbook

from pipelines.ingest.grid import open_grid
from pipelines.ingest.sniff import Refused

SHARED = Path(os.environ.get("KSTT_SHARED", Path(__file__).parents[2].parent / "shared"))
MESSY = SHARED / "realdata" / "messy-spreadsheets"
needs_messy = pytest.mark.skipif(not MESSY.is_dir(), reason="the published awkward files (../shared) are not here")


def test_an_error_cell_in_a_date_column_is_never_a_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write_row(0, 0, HEAD)
        for row in (1, 2):
            sheet.write_row(row, 0, ROW)
        sheet.write_formula(2, 4, "=A1/0", None, "#DIV/0!")
    reading = read(path)

    (reject,) = reading.rejects.to_dict("records")
    assert (reject["source_row"], reject["column_name"], reject["value"]) == (3, "finished_at", "#DIV/0!")
    assert "Trang «Hồ sơ», dòng 3" in reject["reason"]
    assert len(reading.rows) == 1


def test_a_formula_without_a_stored_value_sends_its_row_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append([*ROW[:4], "=D2-1", *ROW[5:]])
    sheet.append(ROW)
    book.save(tmp_path / "b.xlsx")
    reading = read(tmp_path / "b.xlsx")

    (reject,) = reading.rejects.to_dict("records")
    assert (reject["source_row"], reject["check_id"]) == (2, "bad_date")
    assert "mở bằng Excel rồi lưu lại" in reject["reason"]


def test_a_number_shown_with_leading_zeros_is_read_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        padded = book.add_format({"num_format": "000000"})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write_number(1, 1, 123, padded)
        sheet.write_row(2, 0, ROW)
        sheet.write_number(2, 1, 123)
    reading = read(path)

    assert list(reading.rows["dossier_code"]) == ["000123", "123"]
    assert reading.rows["repairs"][0] is None
    assert json.loads(reading.rows["repairs"][1])[0]["column"] == "dossier_code"


def test_serial_numbers_follow_the_epoch_of_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(HEAD)
    book.active.append([*ROW[:2], 42798, *ROW[3:]])  # 05/03/2021 counted from 1904
    book.save(tmp_path / "d.xlsx")
    assert read(tmp_path / "d.xlsx").rows["received_at"][0] == dt.datetime(2021, 3, 5)


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "e.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, ROW, ROW]):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(6, 16_383, None, None, {"hidden": True})
    reading = read(path)
    assert len(reading.rows) == 2
    assert reading.verdict["hidden"] == {"rows": 1, "columns": 1, "sheets": [], "filters": 0}


def test_a_cell_very_far_away_refuses_the_file_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write(1_048_575, 16_383, "x")
    started = time.monotonic()
    verdict = read(path).verdict
    assert "rất xa" in verdict["refused_reason"]
    assert time.monotonic() - started < 5


def test_a_sheet_styled_to_its_last_row_holds_only_its_filled_rows(tmp_path: Path) -> None:
    path = tmp_path / "g.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        grey = book.add_format({"bg_color": "#EEEEEE"})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        for row in range(2, 20_000):
            sheet.write_blank(row, 0, None, grey)
        sheet.write_blank(1_048_575, 40, None, grey)  # xlsxwriter walks every column of every row: no farther
    assert read(path).verdict["counts"]["rows_in"] == 2


def test_every_visible_sheet_with_a_table_is_read_and_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, code in (("Tháng 1", "H51-1"), ("Tháng 2", "H51-2")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD)
            sheet.write_row(1, 0, [ROW[0], code, *ROW[2:]])
        book.add_worksheet("Danh mục").write_row(0, 0, ["Mã số", "Tên thủ tục", "Lĩnh vực"])
    reading = read(path)

    places = reading.rows[["source_sheet", "source_row", "dossier_code"]].to_numpy().tolist()
    assert places == [["Tháng 1", 2, "H51-1"], ["Tháng 2", 2, "H51-2"]]
    assert reading.verdict["sheet"] == "Tháng 1; Tháng 2"
    assert reading.verdict["other_sheets"] == [{"sheet": "Danh mục", "rows": 1}]


def test_a_table_on_a_hidden_sheet_is_refused_by_the_name_of_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "i.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Bìa").write(0, 0, "Báo cáo")
        sheet = book.add_worksheet("Số liệu")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.hide()
    verdict = read(path).verdict
    assert "Số liệu" in verdict["refused_reason"] and "bỏ ẩn" in verdict["refused_mend"]


def test_a_signature_block_under_the_table_is_no_dossier(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        list(HEAD),
        list(ROW),
        ["", "", "", "", "Sóc Trăng, ngày 15 tháng 3 năm 2021"],
        ["", "Người lập biểu", "", "", "", "KT. TRƯỞNG PHÒNG"],
        ["", "(Ký, ghi rõ họ tên)", "", "", "", "PHÓ TRƯỞNG PHÒNG"],
    ]
    reading = read(workbook(tmp_path / "j.xlsx", rows))
    assert [item["kind"] for item in reading.verdict["furniture"]] == ["header", "signature", "signature", "signature"]
    assert reading.rejects.empty


def test_a_row_with_a_code_and_little_else_is_a_dossier_to_be_judged(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "k.csv", [HEAD, ROW, ["2", "H51-210309-0002", "", "", "", "Đang xử lý", ""]]))
    assert list(reading.rows["source_row"]) == [2, 3]


def test_numbered_rows_that_were_never_filled_in_are_furniture(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "l.csv", [HEAD, ROW, ["2", *[""] * 6], ["3", *[""] * 6]]))
    assert [item["kind"] for item in reading.verdict["furniture"]] == ["header", "row_number", "row_number"]


def test_a_row_slipped_sideways_goes_back_and_shows_none_of_its_cells(tmp_path: Path) -> None:
    slipped = ["1", "Nguyễn Văn Thử", *ROW[1:]]
    reading = read(text_file(tmp_path / "m.csv", [HEAD, slipped, ROW]))

    (reject,) = reading.rejects.to_dict("records")
    assert (reject["source_row"], reject["check_id"]) == (2, "shifted_row")
    assert "lệch cột" in reject["reason"]
    assert "Thử" not in reading.rejects.to_csv()


def test_a_quote_left_open_refuses_the_file_instead_of_swallowing_rows(tmp_path: Path) -> None:
    rows = [HEAD, ROW, [*ROW[:6], '"Công ty'], *[ROW] * 5, [*ROW[:6], '"An; Bình"']]
    verdict = read(text_file(tmp_path / "n.csv", rows)).verdict
    assert "Dấu nháy kép không khép đúng, trong bản ghi bắt đầu ở dòng 3" in verdict["refused_reason"]


def test_a_table_written_without_quoting_keeps_all_rows_whatever_quotes_it_holds(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "o.csv", [HEAD, [*ROW[:6], '"Hoa" Mai'], ROW, ROW]))
    assert list(reading.rows["source_row"]) == [2, 3, 4]


def test_a_quoted_cell_of_several_lines_is_one_record(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "p.csv", [HEAD, [*ROW[:6], '"hai\r\ndòng; một ""ô"""'], ROW]))
    assert list(reading.rows["source_row"]) == [2, 3]


def test_windows_1258_is_read_and_composed(tmp_path: Path) -> None:
    head = ["MaHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "TrangThaiHoSo"]
    path = tmp_path / "q.csv"
    text = (
        ";".join(head) + "\r\n" + "H51-1;08/03/2021;11/03/2021;;Đang xư\u0309 lý"
    )  # the code page keeps the hook apart
    path.write_bytes(text.replace("lý", "ly\u0301").encode("cp1258"))
    reading = read(path)
    assert (reading.rows["status_label"][0], reading.rows["status"][0]) == ("Đang xử lý", "in_progress")


@pytest.mark.parametrize("cut", [1, 2])
def test_utf8_cut_inside_a_letter_is_reported_as_damaged(tmp_path: Path, cut: int) -> None:
    path = text_file(tmp_path / "r.csv", [HEAD, [*ROW[:6], "ế"]])
    path.write_bytes(path.read_bytes()[:-cut])
    assert "bị cắt ở dòng 2" in read(path).verdict["refused_reason"]


def test_utf16_of_an_odd_length_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path / "s.csv", [HEAD, ROW], "utf-16")
    path.write_bytes(path.read_bytes() + b"x")
    assert "bảng mã utf-16" in read(path).verdict["refused_reason"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "bảng tính XML 2003"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "MHTML"),
        (b"\xef\xbb\xbf\r\n<html xmlns:x='excel'>", "HTML không có bảng"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "ảnh PNG"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "Word"),
    ],
)
def test_what_only_carries_a_spreadsheets_name_is_known_by_its_true_kind(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    assert words in read(path).verdict["refused_reason"]


def test_a_leaf_under_a_spanner_is_not_guessed_but_the_line_to_add_is_given(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Mã hồ sơ", "Thời gian", "", "Ngày kết thúc xử lý", "Trạng thái"],
        ["", "Ngày tiếp nhận", "Ngày hẹn trả", "", ""],
        ["H51-1", "08/03/2021", "11/03/2021", "10/03/2021", "Đã xử lý xong"],
    ]
    verdict = read(workbook(tmp_path / "u.xlsx", rows)).verdict
    assert verdict["status"] == "refused"
    assert '"received_at": ["Thời gian / Ngày tiếp nhận"]' in verdict["refused_mend"]
    labels = json.loads(verdict["refused_mend"].split("labels: ")[1])
    reading = read(tmp_path / "u.xlsx", PROFILE.model_copy(update={"labels": labels}))
    assert reading.rows["due_at"][0] == dt.datetime(2021, 3, 11)


def test_headers_without_marks_are_known_when_one_meaning_is_left(tmp_path: Path) -> None:
    head = ["STT", "Ma ho so", "Ngay tiep nhan", "Ngay hen tra", "Ngay ket thuc xu ly", "Trang thai", "Chu ho so"]
    reading = read(text_file(tmp_path / "v.csv", [head, ROW]))
    assert len(reading.rows) == 1
    assert reading.verdict["unknown_headers"] == []


def test_two_columns_for_one_role_are_settled_by_the_line_the_refusal_gives(tmp_path: Path) -> None:
    path = text_file(tmp_path / "w.csv", [[*HEAD, "Ngày nhận"], [*ROW, "09/03/2021"]])
    mend = read(path).verdict["refused_mend"]
    assert '"received_at": ["Ngày tiếp nhận"]' in mend and 'drop: ["Ngày nhận"]' in mend
    profile = PROFILE.model_copy(update={"labels": {"received_at": ["Ngày tiếp nhận"]}, "drop": ["Ngày nhận"]})
    assert read(path, profile).rows["received_at"][0] == dt.datetime(2021, 3, 8, 8, 0)


def test_a_file_cut_or_damaged_anywhere_is_refused_or_read_never_an_exception(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "x.xlsx", [list(HEAD), list(ROW)]).read_bytes()
    chance = random.Random(20210315)
    path = tmp_path / "damaged"
    for _ in range(60):
        damaged = bytearray(whole[: chance.randrange(1, len(whole))] if chance.random() < 0.5 else whole)
        for _ in range(chance.randrange(20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(bytes(damaged))
        assert read(path).verdict["status"] in ("accepted", "refused")


def test_a_workbook_whose_inner_list_is_damaged_is_refused(tmp_path: Path) -> None:
    workbook(tmp_path / "y.xlsx", [list(HEAD), list(ROW)])
    with zipfile.ZipFile(tmp_path / "y.xlsx") as old, zipfile.ZipFile(tmp_path / "z.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<workbook" if name == "xl/workbook.xml" else old.read(name))
    assert "tệp hỏng" in read(tmp_path / "z.xlsx").verdict["refused_reason"]


@needs_messy
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("biff8-named.xlsx", "xls"),
        ("xlsx-named.ods", "xlsx"),
        ("html-named.xls", "html"),
        ("binary-workbook.xlsb", "xlsb"),
        ("password-protected.xlsx", "mật khẩu"),
        ("strict-ooxml.xlsx", "xlsx"),
        ("mixed-date-formats.ods", "ods"),
        ("vietnamese-biff8.xls", "xls"),
        ("sep-line.csv", "csv"),
        ("utf16le-bom.csv", "csv"),
    ],
)
def test_a_published_awkward_file_is_known_by_its_content(name: str, expected: str) -> None:
    try:
        noted = open_grid(MESSY / name).format
    except Refused as refusal:
        noted = refusal.reason
    assert expected in noted


@needs_messy
def test_error_cells_and_missing_results_of_published_files_are_seen() -> None:
    (errors, *_) = open_grid(MESSY / "error-cells.xlsx").sheets
    assert [row[0] for row in errors.rows] == ["#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#REF!", "#NUM!", "#N/A"]
    (sums,) = open_grid(MESSY / "formula-without-cached-value.xlsx").sheets
    assert sums.rows[1] == [1.0, 2.0, "#CHƯA_TÍNH!"]
    (hidden,) = open_grid(MESSY / "hidden-row-and-column.xlsx").sheets
    assert (hidden.hidden_rows, hidden.hidden_columns) == (1, 1)
    assert open_grid(MESSY / "date-1904.xlsx").epoch_1904


@needs_messy
@pytest.mark.parametrize("name", ["vietnamese-biff8.xls", "binary-workbook.xlsb", "mixed-date-formats.ods"])
def test_a_published_file_half_copied_is_refused(name: str, tmp_path: Path) -> None:
    whole = (MESSY / name).read_bytes()
    for part in (0.1, 0.4, 0.7, 0.95):
        path = tmp_path / f"{part}"
        path.write_bytes(whole[: int(len(whole) * part)])
        assert read(path).verdict["status"] == "refused"
