"""What goes back to units: refused files, rows sent back or flagged with their own cells, what was mended since.

Here: a tiny office, files with known faults, the written workbook and page. Not here: which value is a fault (suites).
Invariant: no person and no formula in any of it; what a unit mended is reported as mended, what it did not stays.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from office_folder import make_office, send
from page_rules import broken_rules

from pipelines.figures.mending import MendBook, words_for_unit
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.units.mend import make_mend_books

HEAD = "Mã hồ sơ;Mã TTHC;Chủ hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái;Hình thức nộp;Trích yếu\n"
GOOD = "A1;1.001193;NGƯỜI-THỬ-1;01/03/2021 08:00;01/03/2021;;Đang xử lý;Trực tiếp;bí mật\n"
BAD_DATE = "A2;1.001193;NGƯỜI-THỬ-2;31/02/2021 08:00;01/03/2021;;Đang xử lý;Trực tiếp;bí mật\n"
BACKWARDS = "=A3;1.001193;NGƯỜI-THỬ-3;05/03/2021 08:00;08/03/2021;01/03/2021;Đã xử lý xong;Trực tiếp;bí mật\n"
FLAGGED = "A4;1.999999;NGƯỜI-THỬ-4;01/03/2021 08:00;01/03/2021;;Đang xử lý;Chim bồ câu;bí mật\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path))


def deliver(office: Office, name: str, *rows: str, unit: str = "p01") -> None:
    send(office.root, name, (HEAD + "".join(rows)).encode("utf-8-sig"), unit)
    receive_inbox(office)


def book_of(office: Office, unit: str = "p01") -> tuple[MendBook, Path]:
    return next((book, path) for book, path in make_mend_books(office, "2021-Q1") if book.unit_id == unit)


def test_rows_sent_back_and_flagged_are_with_their_place_reason_and_own_cells(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", GOOD, BAD_DATE, BACKWARDS, FLAGGED)
    book, _ = book_of(office)
    assert [(f.row, f.check_id, f.at) for f in book.sent_back] == [
        (3, "bad_date", "Ngày tiếp nhận"),
        (4, "received_after_finished", "Ngày kết thúc"),
    ]
    assert {(f.row, f.check_id) for f in book.flagged} >= {(5, "unknown_channel"), (5, "unknown_procedure")}
    (first, _) = book.sent_back
    assert dict(first.cells)["Ngày tiếp nhận"] == "31/02/2021 08:00"
    assert dict(first.cells)["Mã hồ sơ"] == "A2"
    assert first.reason
    assert first.mend


@pytest.mark.parametrize(
    ("is_past", "sentence"),
    [
        (False, "Sửa tại nguồn rồi gửi lại cả tệp, chậm nhất hết ngày 11/3/2021."),
        (True, "Sửa tại nguồn rồi gửi lại cả tệp ngay (hạn gửi số liệu hết ngày 11/3/2021 đã qua)."),
    ],
)
def test_a_day_that_has_passed_is_not_asked_for(office: Office, is_past: bool, sentence: str) -> None:
    deliver(office, "s_2021_03_15.csv", GOOD, BAD_DATE)
    book, path = book_of(office)
    assert book.is_past
    assert "đã qua" in path.with_suffix(".html").read_text(encoding="utf-8")
    assert replace(book, deadline=dt.date(2021, 3, 11), is_past=is_past).ask == sentence


def test_of_what_is_flagged_in_very_many_rows_the_first_are_listed_and_the_others_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.units.mend._FLAGS_LISTED", 2)
    lines = [FLAGGED.replace("A4", f"A{number}") for number in range(4, 9)]
    deliver(office, "s_2021_03_15.csv", GOOD, *lines, BAD_DATE, BACKWARDS)
    book, _ = book_of(office)
    assert [f.row for f in book.flagged if f.check_id == "unknown_channel"] == [3, 4]
    assert {item.check_id: item.rows for item in book.not_listed}["unknown_channel"] == 3
    assert len(book.sent_back) == 2, "every row sent back is listed"
    assert book.flagged_count == len(book.flagged) + sum(item.rows for item in book.not_listed)


def test_more_than_a_thousand_flags_are_a_number_in_the_workbook_and_on_the_page(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", *(FLAGGED.replace("A4", f"A{number}") for number in range(1100)))
    _, path = book_of(office)
    label = "Dòng có cảnh báo (đã được tính, cần xem lại)"
    cells = {row[0]: row[1] for row in openpyxl.load_workbook(path)["Tóm tắt"].iter_rows(values_only=True)}
    # An unknown procedure and an unknown channel: two flags a row.
    assert cells[label] == 2200
    assert f"{label}: <b>2.200</b>" in path.with_suffix(".html").read_text(encoding="utf-8")


def test_a_flag_beyond_those_listed_is_not_called_mended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.units.mend._FLAGS_LISTED", 2)
    lines = [FLAGGED.replace("A4", f"A{number}") for number in range(4, 9)]
    deliver(office, "s_2021_03_15.csv", *lines)
    deliver(office, "s_2021_03_15.csv", *reversed(lines), GOOD)
    book, _ = book_of(office)
    assert not [item for item in book.mended if item.record_code in {"A4", "A5"}]


def test_what_nobody_sees_in_a_cell_is_shown_as_its_code(office: Office) -> None:
    turned = BAD_DATE.replace("31/02/2021", "31/02\u202e/2021").replace("Trực tiếp", "Trực\x1b[31m\x07 tiếp\u200b")
    deliver(office, "s_2021_03_15.csv", GOOD, turned)
    book, path = book_of(office)
    (fault,) = book.sent_back
    assert "«31/02\\u202e/2021 08:00»" in fault.reason
    cells = dict(fault.cells)
    assert (cells["Ngày tiếp nhận"], cells["Hình thức nộp"]) == (
        "31/02\\u202e/2021 08:00",
        "Trực\\x1b[31m\\x07 tiếp\\u200b",
    )
    texts = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    for text in (*texts, path.with_suffix(".html").read_text(encoding="utf-8")):
        assert not set(text) & set("\u202e\u200b\x1b\x07"), text


def test_no_person_and_no_free_text_is_in_workbook_or_page(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE, BACKWARDS, FLAGGED)
    _, path = book_of(office)
    texts = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    for secret in ("NGƯỜI-THỬ", "bí mật"):
        assert not any(secret in text for text in texts)
        assert secret not in page


def test_what_a_unit_wrote_is_text_and_never_a_formula(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BACKWARDS)
    _, path = book_of(office)
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == "=A3" for cell in cells)


def test_the_cell_at_fault_is_marked(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", GOOD, BAD_DATE)
    _, path = book_of(office)
    page = openpyxl.load_workbook(path)["Dòng trả lại"]
    marked = [cell.value for cell in page[2] if cell.border.left.style == "medium"]
    assert marked == ["31/02/2021 08:00"]
    assert '<dd class="wrong">31/02/2021 08:00' in path.with_suffix(".html").read_text(encoding="utf-8")


def test_a_refused_file_is_reported_with_what_to_do(office: Office) -> None:
    send(office.root, "s_2021_03_15.csv", "không phải bảng".encode())
    receive_inbox(office)
    book, _ = book_of(office)
    (file,) = book.refused
    assert file.file_name == "s_2021_03_15.csv"
    assert file.reason
    assert file.mend
    assert book.faults == ()


def test_a_file_refused_because_no_row_is_good_gives_the_fault_of_each_row(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE)
    book, _ = book_of(office)
    assert len(book.refused) == 1
    assert [fault.check_id for fault in book.sent_back] == ["bad_date"]


def test_after_the_unit_sends_again_the_book_gives_what_was_mended_and_what_remains(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE, BACKWARDS)
    deliver(office, "s_2021_03_15 (1).csv", BAD_DATE.replace("31/02", "26/02"), BACKWARDS)
    book, _ = book_of(office)
    assert [f.record_code for f in book.sent_back] == ["=A3"]
    assert [(item.record_code, item.was_in) for item in book.mended] == [("A2", "s_2021_03_15.csv")]


def test_a_unit_without_faults_gets_nothing_and_the_others_are_not_mixed(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", GOOD)
    deliver(office, "s_2021_03_15.csv", BAD_DATE, unit="p02")
    assert [book.unit_id for book, _ in make_mend_books(office, "2021-Q1")] == ["p02"]


def test_the_same_faults_give_the_same_bytes(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE, FLAGGED)
    _, path = book_of(office)
    before = path.read_bytes()
    assert book_of(office)[1].read_bytes() == before


def test_a_column_the_whole_file_lacks_is_one_line_with_the_number_of_its_rows(office: Office) -> None:
    head = HEAD.replace(";Hình thức nộp", "")
    rows = [f"C{n};1.001193;NGƯỜI-THỬ;0{n}/03/2021 08:00;09/03/2021;;Đang xử lý;bí mật\n" for n in range(1, 5)]
    send(office.root, "s_2021_03_15.csv", (head + "".join(rows)).encode("utf-8-sig"), "p01")
    receive_inbox(office)
    book, path = book_of(office)
    (line,) = [fault for fault in book.flagged if fault.check_id == "missing_channel"]
    assert (line.rows, line.row, line.cells) == (4, 2, ())
    assert line.reason == f"Tệp không có cột «{line.at}»; 4 dòng, từ dòng 2. Kênh tiếp nhận để trống."
    others = sum(fault is not line for fault in book.flagged)
    assert ("Dòng có cảnh báo (đã được tính, cần xem lại)", 4 + others) in book.summary
    assert path.with_suffix(".html").read_text(encoding="utf-8").count("Tệp không có cột") == 1


def test_a_unit_is_told_nothing_of_the_offices_own_settings(office: Office) -> None:
    send(
        office.root, "s_2021_03_15.csv", (HEAD.replace("Ngày tiếp nhận", "Lúc nhận") + GOOD).encode("utf-8-sig"), "p01"
    )
    receive_inbox(office)
    book, path = book_of(office)
    (file,) = book.refused
    assert file.reason == "Thiếu cột bắt buộc: «Ngày tiếp nhận»."
    assert file.mend == "Kết xuất lại có đủ cột; nếu cột mang tên khác, báo cho đơn vị tổng hợp."
    assert "profiles" not in path.with_suffix(".html").read_text(encoding="utf-8")
    assert words_for_unit(
        "Bỏ bớt một cột trong tệp, hoặc chọn cột đúng trong profiles/ (x): labels: {}, drop: []."
    ) == ("Bỏ bớt một cột trong tệp, hoặc báo cho đơn vị tổng hợp.")


def test_the_sheet_of_faults_prints_where_why_and_the_row_on_one_page_width(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", GOOD, BAD_DATE)
    _, path = book_of(office)
    sheet = openpyxl.load_workbook(path)["Dòng trả lại"]
    assert sheet.print_area == "'Dòng trả lại'!$A$1:$I$2"
    assert [cell.value for cell in sheet[1]][:9] == [
        "Tệp", "Trang", "Dòng", "Mã", "Ô sai", "Giá trị", "Lý do", "Cách sửa", "Các ô của dòng",
    ]  # fmt: skip
    assert "Ngày tiếp nhận: 31/02/2021 08:00" in str(sheet["I2"].value)
    assert (sheet.page_setup.fitToWidth or 1) == 1


def test_the_page_of_a_unit_holds_what_every_reader_needs(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE, BACKWARDS, FLAGGED)
    _, path = book_of(office)
    assert broken_rules(path.with_suffix(".html")) == []


def test_every_printed_row_of_a_mend_book_is_as_high_as_its_longest_cell(office: Office) -> None:
    deliver(office, "s_2021_03_15.csv", BAD_DATE, BACKWARDS, FLAGGED)
    _, path = book_of(office)
    widths = (24, 12, 7, 22, 16, 16, 36, 36, 50)
    book = openpyxl.load_workbook(path)
    tall = 0
    for name in ("Dòng trả lại", "Dòng cần xem"):
        for number, row in enumerate(book[name].iter_rows(min_row=2, max_col=len(widths), values_only=True), start=2):
            # A column is measured in digits; letters are about as wide.
            lines = int(max(len(str(value or "")) / width for value, width in zip(row, widths, strict=True)))
            assert (book[name].row_dimensions[number].height or 15) >= 15 * lines, (name, number)
            tall += lines > 1
    assert tall
