"""Files that are empty, junk, oddly named, saved in another format, or noted on an impossible day.

Here: what status and the commands say of each. Not here: whose a file is (test_claims, test_doubts_of_files).
Invariant: every sentence is one line, says the true reason, and says it once.
"""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest
import xlwt
from office_folder import send
from test_claims import NAME, arrive, export, kinds, now, office, return_of, rows, states

from pipelines.cli import main
from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.own_returns import sheet_names
from pipelines.warehouse.sent_when import note_received
from pipelines.warehouse.status import period_status, status_lines

__all__ = ["office"]


def said(office: Office, period: str = "2021-Q1") -> list[str]:
    return [*status_lines(period_status(office, period))]


# ------------------------------------------------------------------ empty and junk


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rong.dat", b"", "Tệp rỗng, không có dữ liệu."),
        ("rong.txt", b"  \r\n \n", "Tệp rỗng, không có dữ liệu."),
        ("bom.txt", b"\xef\xbb\xbf", "Tệp rỗng"),
        ("rac.dat", bytes(range(128, 256)) * 20, "Không đọc được chữ của tệp"),
        ("hong.zip", b"PK\x03\x04" + b"x" * 200, "Tệp hỏng: không mở được gói bên trong."),
        ("cong van.pdf", b"%PDF-1.7 ...", "Tệp là PDF, không phải bảng số liệu."),
        ("thu.txt", "Kính gửi văn phòng\n".encode(), "Tệp không có bảng số liệu nào"),
    ],
)
def test_a_file_no_profile_takes_says_what_is_wrong_with_the_file_itself(
    office: Office, name: str, content: bytes, reason: str
) -> None:
    path = send(office.root, name, content)
    os.utime(path, (1_615_000_000, 1_615_000_000))  # an empty file is received once it stays empty
    receive_inbox(office)
    (line,) = [line for line in said(office) if name in line]
    assert reason in line and "hồ sơ nguồn" not in line


def test_a_whole_table_no_profile_takes_is_called_so(office: Office) -> None:
    arrive(office, b"a;b\n1;2\n", name="bang.txt")
    assert any("Không hồ sơ nguồn nào (profiles/) nhận tệp «bang.txt»" in line for line in said(office))


# ------------------------------------------------------------------ words of status


def test_a_file_that_waits_for_a_word_is_not_called_refused(office: Office) -> None:
    content = export(*rows("", "01", 1, 2))
    arrive(office, content, "p01")
    arrive(office, content, "p02")
    lines = [line for line in said(office) if "Phường 2" in line or "chờ xác nhận" in line]
    assert any("Phường 2, danh sách hồ sơ: đã gửi, tệp chờ xác nhận nên chưa tính" in line for line in lines)
    assert any(line.strip().startswith(f"chờ xác nhận, chưa tính «{NAME}»: Chờ xác nhận") for line in lines)
    assert not any("từ chối" in line for line in lines)


def test_what_is_said_of_a_return_is_said_once(office: Office) -> None:
    arrive(office, return_of(office, "p02").read_bytes(), "p01", "BC.xlsx")
    assert sum("phiếu của UBND Phường 2" in line for line in said(office)) == 1


@pytest.mark.parametrize("name", ["Sổ\n2.dat", "Sổ\r\n2.dat", "Sổ\t2.dat", "Sổ\x1b[31m2.dat", "Sổ\u202etad.2.dat"])
def test_a_control_character_in_a_name_is_shown_as_its_code(
    office: Office, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arrive(office, b"a;b\n1;2\n", name=name)
    assert main(["--office", str(office.root), "status", "2021-Q1"]) == 0
    printed = capsys.readouterr().out
    assert name not in printed and repr(name)[1:-1] in printed
    assert all(line.isprintable() for line in printed.splitlines())
    shown = repr(name)[1:-1]
    assert main(["--office", str(office.root), "withdraw", shown, "--reason", "nhầm", "--by", "Trần B"]) == 0


# ------------------------------------------------------------------ the day a file came


@pytest.mark.parametrize("day", ["2021-02-01", "22/02/2021"])
def test_a_file_cannot_have_come_before_what_it_tells_had_happened(office: Office, day: str) -> None:
    arrive(office, export(*rows("", "01", 1)), name="Sổ.csv")
    with pytest.raises(OfficeError, match="trong tệp đã có việc của ngày 02/03/2021"):
        note_received(office, "Sổ.csv", day, "Trần B", "sổ văn bản đến")
    note_received(office, "Sổ.csv", "2021-03-01", "Trần B", "sổ văn bản đến")


def test_a_file_without_a_day_cannot_have_come_before_its_period(office: Office) -> None:
    arrive(office, b"a;b\n1;2\n", name="bang.csv")
    with pytest.raises(OfficeError, match="Quý I năm 2021 bắt đầu ngày 15/12/2020"):
        note_received(office, "bang.csv", "2020-01-01", "Trần B", "sổ văn bản đến")


def test_a_return_cannot_have_come_before_its_period(office: Office) -> None:
    arrive(office, return_of(office, "p01", "2021-Q2").read_bytes(), "p01", "BC.xlsx", "2021-Q2")
    with pytest.raises(OfficeError, match="Quý II năm 2021 bắt đầu ngày 15/03/2021"):
        note_received(office, "BC.xlsx", "2021-03-10", "Trần B", "sổ văn bản đến")


# ------------------------------------------------------------------ returns in other formats, of other units' rows


def as_xls(path: Path) -> bytes:
    """The workbook as Excel 97 saves it: cells and sheet names, no properties."""
    book, old = openpyxl.load_workbook(path), xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for sheet in book.worksheets:
        page = old.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    style = [day] if cell.is_date else []
                    page.write(cell.row - 1, cell.column - 1, cell.value, *style)
    target = path.with_suffix(".xls")
    old.save(target)
    return target.read_bytes()


@pytest.mark.parametrize("suffix", ["xls", "xlsm"])
def test_a_return_saved_in_another_format_is_known_by_its_sheets(office: Office, suffix: str) -> None:
    path = return_of(office, "p01")
    arrive(office, as_xls(path) if suffix == "xls" else path.read_bytes(), "p01", f"BC quy 1.{suffix}")
    assert [item.delivery.stream for item in now(office) if item.is_counted] == ["trainings"]


def test_rows_of_a_return_that_name_another_unit_are_held_against_its_folder(office: Office) -> None:
    path = return_of(office, "p01")
    book = openpyxl.load_workbook(path)
    sheet = book["Tập huấn"]
    assert "Tập huấn" in sheet_names()
    column = next(cell.column for cell in sheet[6] if cell.value is None or "Đơn vị báo cáo" in str(cell.value))
    sheet.cell(6, column).value = "Đơn vị báo cáo"
    sheet.cell(7, column).value = "UBND Phường 2"
    book.save(path)
    arrive(office, path.read_bytes(), "p01", "BC.xlsx")
    assert (states(office), kinds(office)) == ([("p01", "refused")], [("p01", "other_unit")])
