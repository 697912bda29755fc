"""`kstt inspect` of a file no profile fits: what it holds, and a profile that works when pasted.

Here: the command on a tiny office, the block pasted and the file read by it. Not here: files with a profile
(test_reading_inspect).
Invariant: nothing personal is printed; a pasted block is a valid profile.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from office_folder import make_office

from pipelines.cli import main
from pipelines.ingest.contract import load_contract
from pipelines.ingest.guess import profile_text
from pipelines.ingest.reading import read_file
from pipelines.office.profiles import load_profiles
from pipelines.paths import DBT_PROJECT

CONTRACT = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
WINDOW = (dt.date(2000, 1, 1), dt.date(2031, 1, 1))
NAME = "Kết xuất_2021-03-15 [mới].xlsx"


def foreign(path: Path) -> Path:
    """A workbook of a system nobody knows: two header rows, unknown words, hidden parts, days from 1904."""
    options = {"date_1904": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Dữ liệu")
        sheet.merge_range(0, 0, 0, 6, "BẢNG KẾT XUẤT")
        sheet.merge_range(1, 2, 1, 4, "Thời gian")
        sheet.write_row(1, 0, ["Mã hồ sơ", "Chủ hồ sơ"])
        sheet.write_row(1, 5, ["Tình hình xử lý", "Ghi chú nội bộ"])
        sheet.write_row(2, 2, ["Ngày vào sổ", "Ngày hẹn trả", "Ngày kết thúc xử lý"])
        for number in range(1, 7):
            day = dt.datetime(2021, 3, number)
            status = ["Đang xử lý", "Đã trả kết quả", "Chờ ký số"][number % 3]
            done = day if number % 3 == 1 else ""
            sheet.write_row(
                2 + number, 0, [f"H51.04-21030{number}-000{number}", "NGƯỜI-THỬ", day, day, done, status, "x"]
            )
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.set_column(6, 6, None, None, {"hidden": True})
        book.add_worksheet("Nháp").hide()
    return path


def strict_office(folder: Path) -> Path:
    """An office whose one profile takes only its own names."""
    office = make_office(folder)
    for path in (office / "profiles").glob("*.yaml"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("match:")]
        path.write_text("\n".join([*lines, 'match: {files: ["Sổ theo dõi*"]}', ""]), encoding="utf-8")
    return office


def printed_of(office: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["--office", str(office), "inspect", str(path), "--unit", "p01"])
    return code, capsys.readouterr().out


def test_an_officer_sees_headers_hidden_parts_dates_epoch_and_unknown_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = strict_office(tmp_path / "office")
    code, noted = printed_of(office, foreign(tmp_path / NAME), capsys)

    assert code == 1
    assert "«Thời gian / Ngày vào sổ»" in noted
    assert "1 dòng ẩn" in noted and "1 cột ẩn" in noted and "Trang ẩn, không đọc: «Nháp»" in noted
    assert "Ngày tính từ năm 1904" in noted and "ngày của bảng tính: 6" in noted
    assert "Từ chưa biết ở cột status: «Chờ ký số»" in noted
    assert "NGƯỜI-THỬ" not in noted


def test_the_block_pasted_as_a_profile_reads_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = strict_office(tmp_path / "office")
    path = foreign(tmp_path / NAME)
    _, noted = printed_of(office, path, capsys)
    block = noted.split("profiles/*.yaml:\n")[1]
    (office / "profiles" / "zz-moi.yaml").write_text(block, encoding="utf-8")
    profile = next(item for item in load_profiles(office / "profiles") if item.fits("p01", NAME))
    reading = read_file(path, NAME, CONTRACT, profile, WINDOW)

    assert reading.verdict["status"] == "accepted", reading.verdict["refused_reason"]
    assert len(reading.rows) == 6
    assert reading.rows["received_at"].dt.day.tolist() == [1, 2, 3, 4, 5, 6]
    assert profile.match.units == ["p01"]
    assert profile.fits("p01", "Kết xuất_2021-06-15 [mới].xlsx")
    moment = profile.named_moment(NAME)
    assert moment is not None and moment.date() == dt.date(2021, 3, 15)
    _, again = printed_of(office, path, capsys)
    assert "✗ Không hồ sơ nguồn" not in again, again


def test_a_column_that_nothing_is_like_is_named_and_the_block_is_still_a_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = strict_office(tmp_path / "office")
    path = tmp_path / "a.csv"
    path.write_text("Mã hồ sơ;Ngày hẹn trả;Trạng thái\nH51-1;01/03/2021;Lạ\n", encoding="utf-8")
    _, noted = printed_of(office, path, capsys)

    assert "Chưa thấy cột bắt buộc «Ngày tiếp nhận» (received_at)" in noted
    (office / "profiles" / "zz-moi.yaml").write_text(noted.split("profiles/*.yaml:\n")[1], encoding="utf-8")
    assert any(item.fits("p01", "a.csv") for item in load_profiles(office / "profiles"))


def test_a_table_nobody_knows_is_reported_with_its_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = strict_office(tmp_path / "office")
    path = tmp_path / "b.csv"
    path.write_text("Cột một;Cột hai\n1;2\n", encoding="utf-8")
    code, noted = printed_of(office, path, capsys)

    assert code == 1 and "2 dòng × 2 cột" in noted and "Không bảng nào của phần mềm" in noted


def test_a_list_of_long_texts_is_no_list_of_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = strict_office(tmp_path / "office")
    path = tmp_path / "c.csv"
    lines = [f"H51-{n};0{n}/03/2021;05/03/2021;;nhờ Nguyễn Văn {'A' * 60} gọi lại lần {n}" for n in range(1, 6)]
    head = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái"
    path.write_text("\n".join([head, *lines]), encoding="utf-8")
    _, noted = printed_of(office, path, capsys)

    assert "5 nội dung khác nhau" in noted and "Nguyễn" not in noted


def test_month_first_dates_are_seen() -> None:
    from pipelines.ingest.grid import Opened
    from pipelines.ingest.guess import guess
    from pipelines.ingest.sheet import Grid, Sheet

    head = ["Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái"]
    rows: list[list[object]] = [[*head], ["H51-1", "03/15/2021", "03/18/2021", "", "Đang xử lý"]]
    found = guess(Opened([(None, Grid("csv", [Sheet(None, rows)]))]), [CONTRACT])

    assert found is not None and found.is_month_first
    assert "date_order: month_first" in profile_text(found, "a.csv", None, {})


def test_a_column_of_national_codes_is_that_of_the_dossiers_whatever_its_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """«Mã số» is also what a column of procedures is called; «Xong» holds days a spreadsheet wrote with names."""
    path = tmp_path / "Theo dõi một cửa.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 1, 0, 2, "Thông tin hồ sơ")
        sheet.merge_range(0, 3, 0, 5, "Thời gian")
        sheet.write_row(1, 1, ["Mã số", "Thủ tục", "Nhận", "Hẹn", "Xong", "Tình trạng"])
        for day in range(1, 6):
            code = f"000.01.99.H51-21010{day}-0001"
            sheet.write_row(
                1 + day, 0, [day, code, "Khai sinh", f"0{day}/01/2021", "15/01/2021", f"0{day}-Jan-2021", "Đã xong"]
            )
    _, noted = printed_of(strict_office(tmp_path / "office"), path, capsys)
    assert '  dossier_code: ["Mã số"]' in noted
    assert '  finished_at: ["Xong"]' in noted
