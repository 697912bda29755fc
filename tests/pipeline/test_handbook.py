"""From nothing to an issued quarter by the handbook alone: a made-up city of three communes, 2026-Q3.

Here: the commands of docs/so-tay-can-bo.md in their order, the files of four units written by hand. Not here: Dagster:
`kstt run` goes by the steps of the job's assets.
Invariant: nothing is done that the handbook does not say; the figures are a count by hand.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import time_machine
from by_steps import report_by_steps

from pipelines import runner
from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.package.numbers import register_of_numbers
from pipelines.paths import REPOSITORY

HANDBOOK = REPOSITORY / "docs" / "so-tay-can-bo.md"
PERIOD = "2026-Q3"  # 15/06/2026–14/09/2026
HEAD = "Mã hồ sơ;Mã TTHC;Tên thủ tục hành chính;Đơn vị tiếp nhận;Chủ hồ sơ;Hình thức tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái\n"
BIRTH = "1.001193;Đăng ký khai sinh"
FILES = {
    # received early and done early; received in the period and open, due after it
    "ah": [
        f"H99.1-260701-0001;{BIRTH};UBND phường An Hòa;NGƯỜI-THỬ;Tại quầy;01/07/2026;03/07/2026;02/07/2026;Xong",
        f"H99.1-260910-0002;{BIRTH};UBND phường An Hòa;NGƯỜI-THỬ;Qua mạng;10/09/2026;17/09/2026;;Đang xử lý",
    ],
    # carried over from before the period and done late
    "tl": [f"H99.2-260601-0001;{BIRTH};UBND xã Tân Lập;NGƯỜI-THỬ;Tại quầy;01/06/2026;10/06/2026;20/06/2026;Xong"],
    # open and overdue
    "pm": [f"H99.3-260801-0001;{BIRTH};UBND xã Phú Mỹ;NGƯỜI-THỬ;Tại quầy;03/08/2026;05/08/2026;;Đang xử lý"],
    # the centre receives for the city: done on the day
    "trung-tam": [
        f"H99.0-260801-0001;{BIRTH};Trung tâm Phục vụ hành chính công;NGƯỜI-THỬ;Qua mạng;05/08/2026;06/08/2026;06/08/2026;Xong"
    ],
}
# What the officer types where the handbook says to: the words of the source, the words of the office.
MEANINGS = {"Xong": "result_delivered", "Tại quầy": "direct", "Qua mạng": "online"}


def commands() -> list[list[str]]:
    text = HANDBOOK.read_text(encoding="utf-8").partition("## Hằng quý")[0]
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line[2:]) for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def fill_words_of_the_source(profile: Path) -> None:
    """Take the # away from `values` on and write the meaning of each word for its ?, as the handbook says."""
    head, values, words = profile.read_text(encoding="utf-8").partition("#values:")
    assert values
    words = re.sub(r'(?m)^#(.*"(.*)": )\?$', lambda line: f"{line[1]}{MEANINGS[line[2]]}", words)
    profile.write_text(head + "values:" + re.sub(r"(?m)^#", "", words), encoding="utf-8")


def write_own_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(?m)^(## (?:II\.3|III|IV)\b.*)$", r"\1\n\nKhông có vấn đề phát sinh.\n", text), encoding="utf-8"
    )


def follow(command: list[str], folder: Path) -> int:
    """Do one line of the handbook, and what the handbook says to do after it by hand."""
    if command[0] == "cp":
        source, target = command[1].removesuffix("/*"), folder / command[2]
        for path in (folder / source).iterdir():
            shutil.copy(path, target / path.name)
        return 0
    code = main(command[1:])
    if "profile" in command:
        fill_words_of_the_source(folder / "don-vi" / "profiles" / "danh-sach-ho-so.yaml")
    if "words" in command:
        write_own_words(folder / "don-vi" / "words" / f"{PERIOD}.md")
    return code


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, int]]]:
    """The folder after the handbook was followed, and the code of each command."""
    folder = tmp_path_factory.mktemp("handbook")
    for unit, rows in FILES.items():
        path = folder / "nhan-ve" / unit / "Danh sach ho so_2026_09_15.csv"
        path.parent.mkdir(parents=True)
        path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")

    def by_steps(root: Path, period: str, *asked: Any, say: Any) -> runner.RunResult:
        return report_by_steps(Path(root), period)

    done: list[tuple[str, int]] = []
    with pytest.MonkeyPatch.context() as patch, time_machine.travel("2026-09-16T08:00:00+07:00"):
        patch.chdir(folder)
        patch.setattr(runner, "run_report", by_steps)
        for command in commands():
            done.append((" ".join(command[:5]), follow(command, folder)))
    return folder / "don-vi", done


def test_every_command_of_the_handbook_works(lived: tuple[Path, list[tuple[str, int]]]) -> None:
    assert len(lived[1]) == 18
    assert [command for command, code in lived[1] if code != 0] == []


def test_the_quarter_is_counted_as_by_hand(lived: tuple[Path, list[tuple[str, int]]]) -> None:
    (report,) = (lived[0] / "data" / "issued" / PERIOD).glob("v1/warehouse.duckdb")
    with duckdb.connect(report, read_only=True) as connection:
        names = "received_total, received_online, carried_in, resolved_early, resolved_on_time, resolved_overdue"
        rows = connection.execute(
            f"select {names}, pending_in_time, pending_overdue from form_ii_06a "
            "where row_kind = 'total' and scope_id = (select office_unit_id from landed.question)"
        ).fetchall()
    # received 5: four of the period and one carried over; online 2; early An Hòa, on the day the centre, late Tân Lập
    assert rows == [(5, 2, 1, 1, 1, 1, 1, 1)]


def test_the_final_is_issued_with_nothing_waved_through_and_its_number(
    lived: tuple[Path, list[tuple[str, int]]],
) -> None:
    (item,) = register_of_numbers(load_office(lived[0]))
    assert (item.issue_id, item.kind, item.number, item.signed_on) == (
        f"{PERIOD}/v1",
        "final",
        "12/BC-UBND",
        "2026-09-16",
    )
    record = (lived[0] / "data" / "issued" / PERIOD / "v1" / "issue.json").read_text(encoding="utf-8")
    assert '"forced": ""' in record
    text = "".join(
        path.read_text(encoding="utf-8", errors="ignore") for path in (lived[0] / "data" / "issued").rglob("*.html")
    )
    assert "NGƯỜI-THỬ" not in text and "UBND thành phố Bình Minh" in text.replace(
        "UBND THÀNH PHỐ BÌNH MINH", "UBND thành phố Bình Minh"
    )
