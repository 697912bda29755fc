"""`kstt inspect` of the product's own return under any name: whose it is, of which period, each sheet.

Here: the command on a tiny office. Not here: how a return is known (test_claims).
Invariant: the name of the file decides nothing; nothing is received.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
from office_folder import make_office
from return_book import fill

from pipelines.cli import main
from pipelines.ingest.landing import receipts, receive_inbox
from pipelines.office.settings import load_office
from pipelines.units.returns import make_returns

OBLIGATIONS = "unit_id,stream,valid_from,valid_to\np01,trainings,,\np01,directives,,\np02,trainings,,\n"
PERIODS = (
    "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n"
    "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
)
RENAMED = "BC PHUONG 1 quy 1 (da ky).xlsx"
TRAINING = {
    "Mã lớp tập huấn": "TH-01",
    "Cơ quan tổ chức": "UBND thành phố Thử",
    "Chuyên đề tập huấn": "Nghiệp vụ kiểm soát thủ tục hành chính",
    "Ngày tập huấn": dt.datetime(2021, 3, 2),
    "Số cán bộ đầu mối tham dự": 5,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_office(tmp_path / "office", obligations=OBLIGATIONS, periods=PERIODS)


def renamed(root: Path, folder: Path, hidden: bool = True) -> Path:
    """Ward 1's return, its training filled in and its directives ticked as nil, under a name of the ward's own."""
    made = next(path for path in make_returns(load_office(root), "2021-Q1") if path.stem.endswith("p01"))
    fill(made, "Tập huấn", TRAINING)
    fill(made, "Chỉ đạo điều hành", nil=True)
    if not hidden:
        book = openpyxl.load_workbook(made)
        for name in [item.name for item in book.custom_doc_props.props]:
            del book.custom_doc_props[name]
        book.save(made)
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.copy(made, folder / RENAMED)


def inspect(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> tuple[int, str]:
    code = main(["--office", str(root), "inspect", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("hidden", "by"), [(True, "dấu ẩn trong tệp"), (False, "tên trang và tiêu đề; tệp không còn dấu ẩn")]
)
def test_a_renamed_return_is_known_by_its_sheets_and_identity_wherever_it_lies(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], hidden: bool, by: str
) -> None:
    path = renamed(root, tmp_path, hidden)
    code, noted = inspect(capsys, root, str(path))
    assert code == 0
    days = "" if hidden else " (từ 15/12/2020 đến 14/03/2021)"  # the heading says them
    assert f"lập: UBND Phường 1, Quý I năm 2021{days} (nhận ra theo {by})." in noted
    assert "Trang «Tập huấn»:\n  Dòng:" in noted
    assert "= nhận 1 + trả lại 0 +" in noted
    assert "Trang «Chỉ đạo điều hành»:\n  Dòng:" in noted
    assert receipts(load_office(root)) == []


def test_a_sheet_that_would_be_refused_is_named_with_what_to_do(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = renamed(root, tmp_path)
    fill(path, "Tập huấn", nil=True)
    code, noted = inspect(capsys, root, str(path))
    assert code == 1
    assert "Đánh dấu «Không phát sinh trong kỳ» nhưng có 1 dòng." in noted


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("2021-Q1/p02", "Tệp là phiếu của UBND Phường 1, lại nằm ở thư mục của UBND Phường 2."),
        ("2021-Q2/p01", "Tệp là phiếu của Quý I năm 2021, không phải phiếu của Quý II năm 2021."),
    ],
)
def test_a_return_in_another_folder_would_be_refused_and_the_run_says_the_same(
    root: Path, capsys: pytest.CaptureFixture[str], place: str, reason: str
) -> None:
    path = renamed(root, root / "inbox" / place)
    code, noted = inspect(capsys, root, str(path))
    assert (code, reason in noted) == (1, True)


def test_its_effect_is_against_the_unit_s_return_of_any_name(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = renamed(root, root / "inbox" / "2021-Q1" / "p01")
    receive_inbox(load_office(root))
    second = shutil.copy(path, tmp_path / "Báo cáo khác hẳn tên.xlsx")
    fill(second, "Tập huấn", {**TRAINING, "Mã lớp tập huấn": "TH-02"})
    _, noted = inspect(capsys, root, "--effect", str(second))
    assert f"Tác động với p01, kỳ 2021-Q1: thay tệp «{RENAMED}»" in noted
    assert "mới: 1 TH-02" in noted
