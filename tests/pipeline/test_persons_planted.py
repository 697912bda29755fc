"""Persons typed where none belong: sixty planted places, and none is found outside landing.

Here: codes, statuses, names of procedures, fields, units, files, sheets and headers, through the real job and what is
made beside it. Not here: personal columns (test_persons), single shapes (unit/test_person_masks).
Invariant: every planted text is in a landed file or a receipt, else the search would prove nothing.
"""

from __future__ import annotations

import csv
import html
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb
import openpyxl
import pytest
from sample_copy import copy_office
from test_persons import texts

from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.runner import run_report
from pipelines.units.board import make_board
from pipelines.units.mend import make_mend_books

# What is of landing's class: files as they came, and the lists of what came.
KEPT_IN_LANDING = ("landing", "receipts", "looks.jsonl", "inbox-marks.json", "masking.key")
EXPORT = "Sổ theo dõi hồ sơ_2021_03_15_06_30"
NEVER_MET = 24


@dataclass
class Planted:
    """Texts planted so far, each with a mark that is nowhere else."""

    marks: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def name(self) -> str:
        letters = [
            "Zằng",
            "Quỵch",
            "Xoẹng",
            "Phuỵnh",
            "Zuyền",
            "Khoặm",
            "Ngoẹt",
            "Thoẵng",
            "Zoong",
            "Xuỵt",
            "Choạp",
            "Gioẳn",
        ]
        number = next(self.numbers)
        last = f"{letters[number % 12]}{'abcdefgh'[number // 12]}"
        self.marks.append(last)
        return f"Nguyễn Văn {last}"

    def phone(self) -> str:
        return self._mark(f"0938417{next(self.numbers):03}")

    def identity(self) -> str:
        return self._mark(f"079204881{next(self.numbers):03}")

    def old_identity(self) -> str:
        return self._mark(f"366417{next(self.numbers):03}")

    def mail(self) -> str:
        return self._mark(f"nguoi{next(self.numbers):03}@thu.example.vn")

    def _mark(self, text: str) -> str:
        self.marks.append(text)
        return text


def plant_in_export(path: Path, planted: Planted) -> None:
    """Personal data in the columns of a ward's export that are read."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[4]}
    kinds = [planted.name, planted.phone, planted.identity, planted.old_identity, planted.mail]
    row = iter(range(NEVER_MET, NEVER_MET + 60))
    for make in kinds:
        for head in (
            "Tên TTHC",
            "Tình trạng hồ sơ",
            "Kênh tiếp nhận",
            "Lý do quá hạn",
            "Mã thủ tục",
            "Đơn vị tiếp nhận",
        ):
            cell = sheet.cell(next(row), heads[head])
            cell.value = f"{cell.value} {make()}"
    for make in kinds[1:]:
        sheet.cell(next(row), heads["Số hồ sơ"]).value = make()
    sheet.cell(next(row), heads["Số hồ sơ"]).value = f"{planted.identity()} - {planted.name()}"
    for head in ("Ngày nhận hồ sơ", "Ngày hẹn trả", "Phí phải nộp", "Ngày có kết quả"):
        sheet.cell(next(row), heads[head]).value = f"hỏi {planted.name()} {planted.phone()}"
    for head in ("Phí phải nộp", "Số tiền đã thu"):
        sheet.cell(next(row), heads[head]).value = f"6000 {planted.phone()}"
    sheet.cell(4, heads["Ghi chú"]).value = f"Ghi chú của {planted.name()}"
    sheet.title = f"{planted.name()} {planted.phone()}"
    book.create_sheet(f"tạm {planted.name()}").append(["a", "b"])
    book.create_sheet(f"ẩn {planted.name()}").sheet_state = "hidden"
    book.save(path)
    path.rename(path.with_name(f"Sổ theo dõi hồ sơ {planted.name()} {planted.phone()}_2021_03_15_06_30.xlsx"))


def plant_in_reviews(path: Path, planted: Planted) -> None:
    """Personal data in a text table."""
    lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    for head in ("Thủ tục rà soát", "Lĩnh vực", "Đề nghị", "Ai quyết định", "Văn bản phải sửa", "Làm tới đâu"):
        lines[2][lines[0].index(head)] += f" {planted.name()}, {planted.phone()}"
    with path.open("w", encoding="utf-8-sig", newline="") as sink:
        csv.writer(sink, delimiter=";").writerows(lines)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, planted: Planted) -> Path:
    """Two wards' files with persons where none belong, run, and all that is made beside a report."""
    root = copy_office(tmp_path_factory.mktemp("persons") / "office")
    for unit in (root / "inbox").glob("*/*"):
        if (unit.parent.name, unit.name) not in (("2021-Q1", "p01"), ("2021-Q1", "p02")):
            shutil.rmtree(unit)
    ward = root / "inbox" / "2021-Q1" / "p02"
    plant_in_export(ward / f"{EXPORT}.xlsx", planted)
    plant_in_reviews(ward / "Rà soát TTHC_2021_03_15_06_30.csv", planted)
    with zipfile.ZipFile(ward / f"gửi lại {planted.name()}.zip", "w") as package:
        package.writestr(f"{planted.name()}/{planted.name()} {planted.phone()}.docx", b"PK")
    returned = openpyxl.load_workbook(ward / "phieu-bao-cao_2021-Q1_p02.xlsx")
    for sheet in returned.worksheets[:-1]:
        sheet["C2"] = planted.name()
    returned.save(ward / "phieu-bao-cao_2021-Q1_p02.xlsx")
    (ward / f"Biên bản {planted.name()} {planted.phone()}.bin").write_bytes(b"\x00\x01")
    (root / "inbox" / f"{planted.name()} {planted.phone()}.xlsx").write_bytes(b"PK")
    run_report(root, "2021-Q1")
    settings = load_office(root)
    make_mend_books(settings, "2021-Q1")
    make_board(settings, "2021-Q1")
    return root


def found_in(text: str, planted: Planted) -> set[str]:
    text = html.unescape(text) if "&#" in text else text  # as some writers of XML spell what is not ASCII
    return {mark for mark in planted.marks if mark in text}


def test_sixty_planted_places_are_in_landing_and_nowhere_else(office: Path, planted: Planted) -> None:
    data = office / "data"
    assert len(planted.marks) >= 60
    outside = {
        (path.relative_to(data).as_posix(), mark)
        for path in sorted(data.rglob("*"))
        if path.is_file() and path.relative_to(data).parts[0] not in KEPT_IN_LANDING
        for text in (str(path.relative_to(data)), *texts(path, planted.marks))
        for mark in found_in(text, planted)
    }
    assert outside == set()


def test_every_planted_text_came_with_a_file(office: Path, planted: Planted) -> None:
    data = office / "data"
    came = {
        mark
        for part in KEPT_IN_LANDING
        for path in ([data / part] if (data / part).is_file() else (data / part).rglob("*"))
        if path.is_file()
        for text in texts(path, planted.marks)
        for mark in found_in(text, planted)
    }
    assert came == set(planted.marks)


@pytest.mark.parametrize("command", ["status 2021-Q1", "inspect", "received"])
def test_no_command_shows_a_person(
    office: Path, planted: Planted, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    export = next((office / "inbox" / "2021-Q1" / "p02").glob("Sổ theo dõi*"))
    of_file = {"inspect": [str(export), "--unit", "p02"], "received": ["Biên bản", "--on", "2021-03-09", "--by", "Lan"]}
    main(["--office", str(office), *command.split(), *of_file.get(command, [])])
    written = capsys.readouterr()
    assert found_in((written.out + written.err).replace(export.name, ""), planted) == set()


def test_rows_with_a_masked_cell_are_counted_and_flagged(office: Path) -> None:
    (report,) = (path.parent for path in (office / "data" / "reports").rglob("warehouse.duckdb"))
    query = (
        "select count(*), count(distinct dossier_code), sum(case when dossier_code like 'CHE-%' then 1 else 0 end) "
        "from landed.case_exports where flags like '%person_masked%' and delivery_id in "
        "(select delivery_id from landed.delivery where unit_id = 'p02')"
    )
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        ((rows, codes, masked),) = connection.execute(query).fetchall()
    # 6 columns of 5 kinds, 5 codes; the first row has a fault of its own and goes back. Cells that should be dates
    # send their rows back too, an amount that cannot be read is left empty.
    assert (rows, codes, masked) == (34, 34, 5)


def test_no_honest_code_of_another_ward_is_masked(office: Path) -> None:
    (report,) = (path.parent for path in (office / "data" / "reports").rglob("warehouse.duckdb"))
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        streams = connection.execute(
            "select table_name from information_schema.columns where table_schema = 'landed' and column_name = 'flags'"
        ).fetchall()
        for (stream,) in streams:
            query = f"select count(*) from landed.{stream} where flags like '%person_masked%' and delivery_id like '%-p01-%'"
            assert connection.execute(query).fetchall() == [(0,)], stream
    assert re.search("person_masked", query)
