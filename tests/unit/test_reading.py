"""Whole files: formats by content, headers found, rows of every kind accounted for.

Here: small files made in the test. Not here: single cells (test_typing), rules (quality).
Invariant: rows in = typed + rejected + blank + furniture, for every file.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.reading import Reading, read_file
from pipelines.office.profiles import Profile
from pipelines.paths import DBT_PROJECT

CONTRACT: Contract = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
PROFILE = Profile(profile_id="thu", stream="case_exports", title="Thử")
WINDOW = (dt.date(2000, 1, 1), dt.date(2030, 12, 31))
HEAD = ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái", "Chủ hồ sơ"]
ROW = ["1", "H51-210308-0001", "08/03/2021 08:00", "11/03/2021", "10/03/2021", "Đã xử lý xong", "NGƯỜI-THỬ"]


def read(path: Path, profile: Profile = PROFILE) -> Reading:
    reading = read_file(path, path.name, CONTRACT, profile, WINDOW)
    counts = reading.verdict["counts"]
    assert counts["rows_in"] == counts["typed"] + counts["rejected"] + counts["blank"] + counts["furniture"]
    assert counts["typed"] == len(reading.rows)
    return reading


def text_file(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ";") -> Path:
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    return path


def workbook(path: Path, rows: list[list[object]], hidden: bool = False) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Hồ sơ")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if hidden:
            book.add_worksheet("Ẩn").hide()
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_text_table_is_read_in_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    reading = read(text_file(tmp_path / "a.csv", [HEAD, ROW], encoding, delimiter))
    (row,) = reading.rows.to_dict("records")
    assert (row["dossier_code"], row["status"], row["source_row"]) == ("H51-210308-0001", "result_ready", 2)
    assert row["received_at"] == dt.datetime(2021, 3, 8, 8, 0)


def test_a_sep_line_is_honoured(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", [HEAD, ROW])
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    reading = read(path)
    assert list(reading.rows["source_row"]) == [3]


def test_a_workbook_with_titles_numbering_total_and_signature_loses_nothing(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        [],
        ["DANH SÁCH HỒ SƠ"],
        list(HEAD),
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        list(ROW),
        ["Xã, phường, thị trấn"],
        ["2", "H51-210309-0002", dt.date(2021, 3, 9), "", "", "Đang xử lý", ""],
        ["", "Tổng cộng", "", "", "", "2", ""],
        [],
        ["", "", "", "", "Người lập biểu"],
    ]
    reading = read(workbook(tmp_path / "b.xlsx", rows))
    assert list(reading.rows["source_row"]) == [6, 8]
    kinds = {item["row"]: item["kind"] for item in reading.verdict["furniture"]}
    assert kinds == {1: "title", 3: "title", 4: "header", 5: "numbering", 7: "section", 9: "total", 11: "signature"}
    assert reading.verdict["counts"]["blank"] == 2


def test_merged_heads_of_two_rows_are_read_by_their_full_path(tmp_path: Path) -> None:
    profile = PROFILE.model_copy(
        update={"labels": {"received_at": ["Thời gian / Nhận"], "due_at": ["Thời gian / Hẹn"]}}
    )
    rows: list[list[object]] = [
        ["Mã hồ sơ", "Thời gian", "", "Ngày kết thúc xử lý", "Trạng thái"],
        ["", "Nhận", "Hẹn", "", ""],
        ["H51-1", "08/03/2021", "11/03/2021", "10/03/2021", "Đã xử lý xong"],
    ]
    reading = read(workbook(tmp_path / "c.xlsx", rows), profile)
    assert reading.verdict["header_rows"] == [1, 2]
    assert reading.rows["due_at"][0] == dt.datetime(2021, 3, 11)


def test_names_in_decomposed_unicode_match_and_come_out_composed(tmp_path: Path) -> None:
    head = [unicodedata.normalize("NFD", text) for text in HEAD]
    row = [*ROW[:5], unicodedata.normalize("NFD", ROW[5]), ROW[6]]
    reading = read(text_file(tmp_path / "d.csv", [head, row]))
    assert (reading.rows["status"][0], reading.rows["status_label"][0]) == ("result_ready", "Đã xử lý xong")


def test_personal_columns_never_enter_the_frame(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "e.csv", [HEAD, ROW]))
    assert "NGƯỜI-THỬ" not in reading.rows.to_csv()
    assert "NGƯỜI-THỬ" not in str(reading.verdict)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Chưa trả kết quả", "result_ready"), ("Không được tiếp nhận", "rejected_at_intake"), ("5", "awaiting_supplement"),
     ("Đã trả kết quả một phần", "unknown")],
)  # fmt: skip
def test_status_words_are_matched_whole_never_by_a_part(tmp_path: Path, word: str, status: str) -> None:
    reading = read(text_file(tmp_path / "f.csv", [HEAD, [*ROW[:5], word, ""]]))
    assert (reading.rows["status"][0], reading.rows["status_label"][0]) == (status, word)


def test_a_bad_date_sends_its_row_back_with_place_value_and_reason(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "g.csv", [HEAD, [*ROW[:3], "03/13/2021", *ROW[4:]], ROW]))
    (reject,) = reading.rejects.to_dict("records")
    assert (reject["check_id"], reject["source_row"], reject["value"]) == ("bad_date", 2, "03/13/2021")
    assert "tháng 13" in reject["reason"]
    assert len(reading.rows) == 1


def test_a_row_with_dates_but_no_code_goes_back(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "h.csv", [HEAD, ["1", "", *ROW[2:]], ROW]))
    assert list(reading.rejects["check_id"]) == ["missing_code"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rỗng"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "tiêu đề"),
        (b"<html><p>H\xe1\xbb\x93 s\xc6\xa1</p></html>", "HTML không có bảng"),
        (b"PK\x03\x04broken", "hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "bảng tính"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (b"xin chao\n1\n2\n", "tiêu đề"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_true_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    reading = read(path)
    assert reading.verdict["status"] == "refused"
    assert words in reading.verdict["refused_reason"]


def test_a_zip_that_climbs_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("../../x", "1")
    path = tmp_path / "x.xlsx"
    path.write_bytes(memory.getvalue())
    assert "đường dẫn lạ" in read(path).verdict["refused_reason"]


def test_a_missing_required_column_refuses_the_file_and_says_the_line_to_add(tmp_path: Path) -> None:
    head, row = [[cells[i] for i in (0, 1, 3, 4, 5)] for cells in (HEAD, ROW)]
    verdict = read(text_file(tmp_path / "i.csv", [head, row])).verdict
    assert "Ngày tiếp nhận" in verdict["refused_reason"]
    assert "received_at" in verdict["refused_mend"]


def test_two_columns_for_one_role_refuse_the_file(tmp_path: Path) -> None:
    verdict = read(text_file(tmp_path / "j.csv", [[*HEAD, "Ngày nhận"], [*ROW, "08/03/2021"]])).verdict
    assert "Hai cột" in verdict["refused_reason"]


def test_an_unknown_header_is_listed_with_the_nearest_known(tmp_path: Path) -> None:
    verdict = read(text_file(tmp_path / "k.csv", [[*HEAD, "Ngày hẹn trả kết qủa"], [*ROW, ""]])).verdict
    assert verdict["unknown_headers"] == [{"header": "Ngày hẹn trả kết qủa", "nearest": "ngày hẹn trả kết quả"}]


def test_hidden_sheets_are_named_not_read(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path / "l.xlsx", [list(HEAD), list(ROW)], hidden=True))
    assert reading.verdict["hidden"]["sheets"] == ["Ẩn"]
