"""A file is read in pieces: what comes out does not depend on where it was cut, and little is held at once.

Here: piece sizes, rows merged or repeated over a cut, totals, large text from the disk, the kept folder.
Not here: single cells (test_typing), whole formats (test_reading_formats).
Invariant: any piece size gives the same rows, rejects and verdict.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from test_quality import CONTRACT, KNOWN, SUITE, profile_of

from pipelines.ingest import pieces as pieces_module
from pipelines.ingest import reading as reading_module
from pipelines.ingest.grid import open_delivery
from pipelines.ingest.reading import Reading, joined, read_delivery, read_file
from pipelines.ingest.sheet import LazyRows, pieces_of, rows_at
from pipelines.ingest.source import Source
from pipelines.office.profiles import Profile
from pipelines.quality import judge as judge_module
from pipelines.quality.judge import Case, judge_all
from pipelines.warehouse.typed_cache import keep, kept_verdict

HEAD = ["Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Đơn vị tiếp nhận", "Hình thức tiếp nhận", "Ngày nộp hồ sơ"]
HEAD += ["Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả kết quả", "Trạng thái"]
WINDOW = (dt.date(2000, 1, 1), dt.date(2031, 1, 1))


def line(number: int, **changes: object) -> list[object]:
    """A dossier that is good but for the given cells."""
    cells = dict(zip(HEAD, [
        f"000.00.04.H51-210301-{number:04}", "1.001193", "Đăng ký khai sinh", "Phường 1", "Trực tiếp", "01/03/2021",
        "01/03/2021", "03/03/2021", "02/03/2021", "02/03/2021", "Đã trả kết quả",
    ], strict=True))  # fmt: skip
    return list({**cells, **changes}.values())


ROWS = [
    ["DANH SÁCH HỒ SƠ"],
    HEAD,
    line(1),
    line(2, **{"Ngày tiếp nhận": "31/02/2021"}),
    [],
    line(3, **{"Ngày kết thúc xử lý": "28/02/2021"}),
    line(1),
    line(4, **{"Hình thức tiếp nhận": ""}),
    ["Tổng số: 7 hồ sơ"],
    line(5),
    line(4, **{"Ngày hẹn trả": "04/03/2021"}),
    ["Người lập biểu"],
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "so.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS)
    return path


def judged(path: Path, profile: Profile) -> Reading:
    """The file read and judged, in pieces."""
    read = read_delivery(path, Source(path.name, CONTRACT, profile, WINDOW), path.parent)
    assert read.is_accepted, read.verdict
    (found,) = judge_all([Case(read, profile, KNOWN.observed_on)], CONTRACT, SUITE, KNOWN)
    noted = joined(found.pieces(), found.verdict, CONTRACT)
    read.pieces.close()
    return noted


def cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in (pieces_module, reading_module, judge_module):
        monkeypatch.setattr(module, "PIECE_ROWS", size)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 4])
def test_a_file_cut_into_pieces_gives_the_rows_rejects_and_verdict_of_the_whole(
    table: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = judged(table, profile_of())
    cut(monkeypatch, size)
    parts = judged(table, profile_of())

    pd.testing.assert_frame_equal(parts.rows, whole.rows)
    pd.testing.assert_frame_equal(parts.rejects, whole.rejects)
    assert parts.verdict == whole.verdict
    # By hand: 7 records; one impossible day, one result before receipt, one repeat, two that contradict each other.
    assert whole.verdict["counts"] == {
        "rows_in": 12, "typed": 2, "rejected": 5, "blank": 1, "furniture": 4, "flagged": 0,
    }  # fmt: skip
    assert [(total["row"], total["stated"], total["found"]) for total in whole.verdict["totals"]] == [(9, 7, 7)]


def test_no_piece_stays_behind_on_the_disk(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(monkeypatch, 2)
    judged(table, profile_of())

    assert [path.name for path in table.parent.iterdir()] == ["so.csv"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_cell_merged_over_a_cut_represents_all_its_rows(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "so.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, *(line(number) for number in range(1, 6))]):
            sheet.write_row(number, 0, row)
        sheet.merge_range(2, 3, 4, 3, "Phường 7")
    cut(monkeypatch, size)
    rows = read_file(path, path.name, CONTRACT, profile_of(), WINDOW).rows

    assert rows["receiving_unit"].tolist() == ["Phường 1", "Phường 7", "Phường 7", "Phường 7", "Phường 1"]


@pytest.mark.parametrize("size", [1, 3])
def test_days_exchanged_by_a_spreadsheet_are_known_from_the_whole_column(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "so.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        turned = {"Ngày tiếp nhận": dt.datetime(2021, 1, 3), "Ngày hẹn trả": dt.datetime(2021, 5, 3)}
        for number, row in enumerate([HEAD, line(1, **turned), line(2, **{"Ngày hẹn trả": "15/03/2021"})]):
            sheet.write_row(number, 0, row)
    cut(monkeypatch, size)
    row = read_file(path, path.name, CONTRACT, profile_of(), WINDOW).rows.iloc[0]

    assert (f"{row['received_at']:%d/%m/%Y}", f"{row['due_at']:%d/%m/%Y}") == ("01/03/2021", "05/03/2021")
    assert [note["column"] for note in json.loads(row["repairs"])] == ["received_at", "due_at"]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_events_repeated_over_a_cut_are_one_record(table: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(profile_id="thu", stream="case_exports", title="Nguồn thử", rows_are="events")
    cut(monkeypatch, size)
    verdict = read_file(table, table.name, CONTRACT, profile, WINDOW).verdict

    assert [item["row"] for item in verdict["furniture"] if item["kind"] == "repeated"] == [7]


def test_a_row_check_raised_to_critical_refuses_a_file_of_many_pieces(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, 2)
    noted = judged(table, profile_of(missing_channel="critical"))

    assert noted.verdict["status"] == "refused"
    assert len(noted.rows) == 6  # as read: 7 records, one with an impossible day


# ---- large text tables


@pytest.mark.parametrize(
    ("content", "is_lazy"),
    [
        (b"a;b\n1;2\n3;4\n", True),
        ("a;b\n1;2\n".encode("utf-8-sig"), True),
        ("a;b\n1;2\n".encode("utf-16"), True),
        (b"sep=;\na;b\n1;2\n", True),
        (b'a;b\n"1;\n1";2\n', True),
        (b'a;b\n"1;2\n', False),  # a quote left open: the reader of small tables says where
        ("a;b\nhồ sơ;2\n".encode("cp1258", errors="ignore"), False),
        (b"<html><table><tr><td>a</td></tr></table></html>", False),
        (b'[{"a": 1}]', False),
    ],
)
def test_a_large_text_table_has_the_rows_of_a_small_one(
    tmp_path: Path, content: bytes, is_lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(content)

    def rows() -> object:
        try:
            ((_, grid),) = open_delivery(path).grids
        except Exception as error:
            return str(error)
        (sheet,) = grid.sheets
        assert isinstance(sheet.rows, LazyRows) == (expected and is_lazy)
        return [list(row) for row in sheet.rows]

    expected = False
    small = rows()
    monkeypatch.setattr("pipelines.ingest.large_text.LARGE_TEXT", 0)
    expected = True
    assert rows() == small


def test_rows_of_a_large_sheet_are_taken_in_one_pass() -> None:
    passes = []

    def rows() -> Iterator[list[object]]:
        passes.append(1)
        return iter([[number] for number in range(1, 10_001)])

    found = dict(rows_at(LazyRows(rows), {9_000, 3, 700, 20_000}))
    assert found == {3: [3], 700: [700], 9_000: [9_000]}
    assert len(passes) == 1
    assert dict(rows_at([["a"], ["b"]], set())) == {}


def test_lazy_rows_are_looked_up_like_a_list() -> None:
    given = [[number] for number in range(500)]
    rows = LazyRows(lambda: iter(given))

    assert rows[:44] == given[:44] and rows[3] == given[3] and rows[450] == given[450] and rows[-1] == given[-1]
    assert rows[480:] == given[480:] and rows[495:600] == given[495:600] and len(rows) == 500
    assert [start for start, _ in pieces_of(rows, 200)] == [0, 200, 400]


# ---- what is kept


@pytest.fixture
def folder(table: Path) -> Path:
    noted = judged(table, profile_of())
    place = table.parent / "kept"
    keep(place, [pieces_module.Piece(noted.rows, noted.rejects)], {**noted.verdict, "recipe": "r"}, CONTRACT)
    return place


def test_what_is_kept_is_read_back_with_count_and_hash(folder: Path) -> None:
    verdict = kept_verdict(folder, "r")

    assert verdict is not None and verdict["kept"]["rows"]["count"] == 2
    assert len(pd.read_parquet(folder / "rows.parquet")) == 2
    assert len(pd.read_parquet(folder / "rejects.parquet")) == verdict["kept"]["rejects"]["count"]
    assert kept_verdict(folder, "other") is None


@pytest.mark.parametrize("name", ["rows.parquet", "rejects.parquet", "verdict.json"])
@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "changed", "not a file"])
def test_a_harmed_folder_is_as_good_as_none(folder: Path, name: str, harm: str) -> None:
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if harm == "not a file":
        path.mkdir()
    elif harm != "gone":
        middle = len(content) // 2
        harmed = {"empty": b"", "cut": content[:middle]}
        path.write_bytes(harmed.get(harm, content[:middle] + b"x" + content[middle + 1 :]))

    assert kept_verdict(folder, "r") is None


@pytest.mark.parametrize("content", [b"[]", b"null", b'{"recipe": "r"}', b"\xff\xfe", b"[" * 100_000])
def test_a_verdict_that_is_none_is_as_good_as_none(folder: Path, content: bytes) -> None:
    (folder / "verdict.json").write_bytes(content)

    assert kept_verdict(folder, "r") is None
