"""A file that its profile cannot read for want of one column: what `kstt inspect` prints is a profile that reads it.

Here: the block printed, pasted over the profile. Not here: files no profile fits (test_inspect_unknown).
Invariant: the block is a whole profile; what is guessed in it is marked.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from office_folder import PROFILE, make_office, send

from pipelines.cli import main

LABELS = "labels: {status: [Tình trạng]}\nvalues: {status: {Xong xuôi: result_delivered}}\n"


def inspected(root: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["--office", str(root), "inspect", str(path)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("header", ["Vào sổ lúc", "Thời điểm nhận hs", "Cột 7"])
def test_the_block_printed_for_a_missing_column_is_a_profile_that_reads_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str
) -> None:
    root = make_office(tmp_path, profile=PROFILE + LABELS)
    rows = "".join(
        f"000.01.H51-210301-{number:04d};1.001193;0{number}/03/2021;05/03/2021;;Đang xử lý\n" for number in range(1, 5)
    )
    head = f"Mã hồ sơ;Mã TTHC;{header};Ngày hẹn trả;Ngày kết thúc;Tình trạng\n"
    path = send(root, "Sổ_2021_03_15.csv", (head + rows).encode("utf-8-sig"))
    code, printed = inspected(root, path, capsys)
    assert code == 1 and f"«{header}»" in printed
    block = textwrap.dedent(printed[printed.index("    profile_id:") :])
    assert f'received_at: ["{header}"]  # phỏng đoán, xem lại' in block
    (root / "profiles" / "so-theo-doi.yaml").write_text(block, encoding="utf-8")
    code, printed = inspected(root, path, capsys)
    assert code == 0 and "nhận 4 + trả lại 0" in printed


def test_where_no_column_may_be_the_missing_one_it_is_left_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path, profile=PROFILE)
    content = "Mã hồ sơ;Mã TTHC;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n000.01.H51-210301-0001;1.001193;05/03/2021;;Đang xử lý\n"
    path = send(root, "Sổ_2021_03_15.csv", content.encode("utf-8-sig"))
    code, printed = inspected(root, path, capsys)
    assert code == 1 and "# received_at: [tên cột trong tệp]" in printed
