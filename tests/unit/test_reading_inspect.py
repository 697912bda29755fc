"""`kstt inspect`: what an officer is reported of a file before it is received.

Here: the command on a tiny office. Not here: reading itself.
Invariant: nothing is received; no personal cell is printed; the exit code says whether the file would be accepted.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from office_folder import make_office, send

from pipelines.cli import main
from pipelines.ingest.landing import receipts, receive_inbox
from pipelines.office.settings import load_office

HEAD = [
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái",
    "Chủ hồ sơ",
]
CODE = "000.00.04.H51-2103{}-0001"
NAME = "Sổ theo dõi hồ sơ_2021_03_12.csv"


def row(day: str, due: str = "12/03/2021", status: str = "Đang xử lý") -> list[str]:
    return ["1", CODE.format(day), "Đăng ký khai sinh", f"{day}/03/2021 08:00", due, "", status, "NGƯỜI-THỬ"]


def table(*rows: list[str], head: list[str] = HEAD) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head, *rows])
    return text.getvalue().encode("utf-8-sig")


def inspect(capsys: pytest.CaptureFixture[str], office: Path, *arguments: str) -> tuple[int, str]:
    code = main(["--office", str(office), "inspect", *arguments])
    return code, capsys.readouterr().out


def test_it_gives_format_columns_date_styles_and_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = make_office(tmp_path / "office")
    path = send(office, NAME, table(row("08"), row("09", due="2021-03-12"), ["", "Tổng cộng", "3", "", "", "", "", ""]))
    code, noted = inspect(capsys, office, str(path))

    assert code == 0
    assert "Định dạng: csv" in noted
    assert "B  «Mã hồ sơ» → dossier_code (code, bắt buộc), 2 ô" in noted
    assert "«Ngày hẹn trả» → due_at (datetime, bắt buộc), 2 ô — dd/MM/yyyy: 1; yyyy-MM-dd: 1" in noted
    assert "«Chủ hồ sơ» → không đọc (dữ liệu cá nhân)" in noted
    assert "Dòng tổng 4, số dòng: ghi 3, các dòng cho 2" in noted
    assert "NGƯỜI-THỬ" not in noted
    assert receipts(load_office(office)) == []


def test_an_unknown_header_and_a_wrong_name_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = make_office(tmp_path / "office")
    path = send(office, NAME.replace(".csv", ".xlsx"), table([*row("08"), "x"], head=[*HEAD, "Ngày hẹn trả kết qủa"]))
    _, noted = inspect(capsys, office, str(path))
    assert "«Ngày hẹn trả kết qủa» → CHƯA BIẾT, gần nhất: «ngày hẹn trả kết quả»" in noted
    assert "đuôi «.xlsx» nhưng nội dung là csv" in noted


def test_a_file_that_would_be_refused_says_why_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = make_office(tmp_path / "office")
    path = send(office, NAME, table(row("08"), head=[*HEAD[:3], "Ngày vào sổ", *HEAD[4:]]))
    code, noted = inspect(capsys, office, str(path))
    assert code == 1
    assert "✗ Tệp sẽ bị từ chối: Thiếu cột bắt buộc: «Ngày tiếp nhận»" in noted and "received_at" in noted


def test_a_file_no_profile_takes_is_reported_with_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = make_office(tmp_path / "office")
    path = tmp_path / "khac.dat"
    path.write_bytes(table(row("08")))
    code, noted = inspect(capsys, office, str(path), "--unit", "p01")
    assert code == 1
    assert "Không hồ sơ nguồn nào" in noted and "so-theo-doi" in noted


def test_a_unit_that_does_not_exist_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = make_office(tmp_path / "office")
    path = send(office, NAME, table(row("08")))
    assert main(["--office", str(office), "inspect", str(path), "--unit", "p99"]) == 1
    assert "Không có đơn vị «p99»" in capsys.readouterr().err


def test_effect_gives_new_changed_and_gone_records_and_receives_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path / "office")
    send(root, NAME, table(row("08"), row("09"), row("10")))
    office = load_office(root)
    receive_inbox(office)
    newer = tmp_path / NAME
    newer.write_bytes(table(row("08"), row("09", due="15/03/2021"), row("11")))
    code, noted = inspect(capsys, root, str(newer), "--unit", "p01", "--effect")

    assert code == 0
    assert f"Tác động với p01: thay tệp «{NAME}»" in noted
    assert f"mới: 1 {CODE.format('11')}" in noted
    assert f"đổi: 1 {CODE.format('09')}" in noted and "due_at: 1" in noted
    assert f"mất: 1 {CODE.format('10')}" in noted
    assert "giữ nguyên: 1" in noted
    assert len(receipts(office)) == 1


def test_effect_of_the_same_bytes_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_office(tmp_path / "office")
    path = send(root, NAME, table(row("08")))
    receive_inbox(load_office(root))
    assert "đã gửi đúng tệp này" in inspect(capsys, root, str(path), "--effect")[1]


def test_effect_of_a_refused_file_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_office(tmp_path / "office")
    path = send(root, NAME, table(row("08", status="Đã xử lý xong")))
    path.write_bytes(b"\x89PNG")
    code, noted = inspect(capsys, root, str(path), "--effect")
    assert code == 1 and "ảnh PNG" in noted
