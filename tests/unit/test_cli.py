"""The command line tells what is wrong in a sentence, never with a stack trace.

Here: wrong words on the command line. Not here: a whole run (pipeline tests).
Invariant: exit code 1 and one Vietnamese message for what the officer can mend.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from office_folder import make_office

from pipelines.cli import main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "2021-Q9"], "Không có kỳ báo cáo «2021-Q9»"),
        (["run", "2021-Q1", "--as-of", "11/03/2021"], "không phải ngày"),
        (["run", "2021-Q1", "--as-of", "2020-01-01"], "bắt đầu ngày 15/12/2020"),
        (["run", "2021-Q1", "--received-by", "2021-03-11T08:00:00"], "thiếu múi giờ"),
        (["run", "2021-Q1", "--switch", "closing_event"], "TÊN=GIÁ_TRỊ"),
        (["run", "2021-Q1", "--switch", "colour=red"], "Không có công tắc colour"),
        (["run", "2021-Q1", "--switch", "closing_event=yesterday"], "không nhận giá trị «yesterday»"),
        (["trace", "2021-Q1", "II.06a", "--row", "Hộ tịch", "--column", "10"], "Chưa có báo cáo kỳ 2021-Q1"),
    ],
)
def test_a_wrong_word_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["--office", str(make_office(tmp_path)), *words]) == 1
    assert message in capsys.readouterr().err


def test_a_folder_that_is_no_office_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(tmp_path / "nowhere"), "status", "2021-Q1"]) == 1
    assert "Không có thư mục đơn vị" in capsys.readouterr().err


def test_status_names_each_unit_that_has_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(make_office(tmp_path)), "status", "2021-Q1"]) == 0
    printed = capsys.readouterr().out
    assert "UBND Phường 1, danh sách hồ sơ: chưa gửi" in printed
    assert "Còn thiếu 2 tệp của 2 đơn vị" in printed
