"""Tables wherever they are: head rows, gaps, totals, delimiters (BUGS 26-28; domain/09 9.4).

Here: small tables made in the test, and single lines. Not here: formats, text, dates.
Invariant: the rows are the same whatever is around them; a total is never a row and is checked.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from test_reading import HEAD, PROFILE, ROW, WINDOW, read, text_file, workbook

from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.reading import read_file
from pipelines.ingest.total_words import is_total
from pipelines.paths import DBT_PROJECT

REVIEW: Contract = load_contract(DBT_PROJECT / "models" / "sources" / "review_submissions.yml")
SECOND = ["2", "H51-210309-0002", "09/03/2021", "12/03/2021", "", "Đang xử lý", ""]


@pytest.mark.parametrize(
    "row",
    [
        ["", "Tổng cộng", "2"], ["TỔNG CỘNG:", "", 2.0], ["Cộng", 2.0], ["Tổng số: 15 hồ sơ"], ["", "", "Cộng chung 1.234"],
        ["Tæng céng", 2.0], ["Toång coäng", 2.0], ["TC", 3.0], ["Tổng số", "", ""],
    ],
)  # fmt: skip
def test_a_total_row_is_known_by_its_whole_label(row: list[object]) -> None:
    assert is_total(row)


@pytest.mark.parametrize(
    "row",
    [
        ["Tổng cục Thuế", 2.0],
        ["Cộng đồng dân cư", "x"],
        ["1", "Tổng hợp báo cáo"],
        ["Trong đó", 2.0],
        ["Tổng hợp hồ sơ của tháng này"],
    ],
)
def test_a_row_that_only_begins_like_a_total_is_none(row: list[object]) -> None:
    assert not is_total(row)


@pytest.mark.parametrize(
    ("total", "agrees"),
    [
        (["", "Tổng cộng", "2"], True),
        (["", "Tổng cộng", "3"], False),
        (["Tổng số: 2 hồ sơ"], True),
        (["Tổng số: 5 hồ sơ"], False),
    ],
)
@pytest.mark.parametrize("place", ["below", "above"])
def test_a_number_of_records_is_checked_above_or_below(
    tmp_path: Path, total: list[str], agrees: bool, place: str
) -> None:
    rows = [HEAD, total, ROW, SECOND] if place == "above" else [HEAD, ROW, SECOND, total]
    reading = read(text_file(tmp_path / "a.csv", rows))
    assert len(reading.rows) == 2
    (noted,) = reading.verdict["totals"]
    assert (noted["of"], noted["found"], noted["agrees"]) == ("số dòng", 2, agrees)


def test_sums_of_amounts_are_checked_and_a_difference_is_reported(tmp_path: Path) -> None:
    head = ["Mã thủ tục", "Tên thủ tục", "Thuộc kế hoạch", "Tình trạng", "Hình thức", "Thẩm quyền", "Ngày báo cáo"]
    money = next(name for name, column in REVIEW.columns.items() if column.role == "money")
    labels = {name: [name] for name in REVIEW.columns}
    names = [name for name, column in REVIEW.columns.items() if column.required] + [money]
    profile = PROFILE.model_copy(update={"stream": "review_submissions", "labels": labels})
    assert head

    def row(amount: str) -> list[str]:
        kinds = {"procedure_code": "1.001193", "date": "05/03/2021", "money": amount}
        return [kinds.get(REVIEW.columns[name].role, "x") for name in names]

    blank = [""] * (len(names) - 2)
    rows = [
        names,
        row("1.000.000"),
        row("500.000"),
        ["Cộng", *blank, "1.500.000"],
        row("250.000"),
        ["Tổng cộng", *blank, "1.700.000"],
    ]
    path = text_file(tmp_path / "a.csv", rows)
    reading = read_file(path, path.name, REVIEW, profile, WINDOW)
    assert [
        (item["row"], item["of"], item["stated"], item["found"], item["agrees"]) for item in reading.verdict["totals"]
    ] == [
        (4, money, 1_500_000, 1_500_000, True),
        (6, money, 1_700_000, 1_750_000, False),
    ]
    assert reading.verdict["counts"]["typed"] == 3


def test_subtotals_of_sections_represent_their_section(tmp_path: Path) -> None:
    rows = [
        HEAD, ["I", "Hộ tịch"], ROW, SECOND, ["", "Cộng", "2"], ["II", "Đất đai"], [*SECOND[:1], "H51-3", *SECOND[2:]],
        ["", "Cộng", "1"], ["", "Tổng cộng", "3"],
    ]  # fmt: skip
    reading = read(text_file(tmp_path / "a.csv", rows))
    assert [item["agrees"] for item in reading.verdict["totals"]] == [True, True, True]
    assert len(reading.rows) == 3


def test_an_empty_left_column_blank_gaps_and_a_repeated_head_change_nothing(tmp_path: Path) -> None:
    def moved(row: list[str]) -> list[object]:
        return ["", *row]

    rows = [["", "UBND PHƯỜNG 1"], [], moved(HEAD), moved(ROW), [], [], moved(HEAD), moved(SECOND)]
    reading = read(workbook(tmp_path / "a.xlsx", [list(row) for row in rows]))
    assert list(reading.rows["source_row"]) == [4, 8]
    assert {item["row"]: item["kind"] for item in reading.verdict["furniture"]} == {
        1: "title",
        3: "header",
        7: "header",
    }


def test_a_head_of_four_merged_rows_is_read_by_its_paths_and_its_repetition_is_furniture(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for top in (1, 6):
            for column, text in ((0, "Mã hồ sơ"), (4, "Trạng thái")):
                sheet.merge_range(top, column, top + 3, column, text)
            sheet.merge_range(top, 1, top, 3, "Thời gian")
            sheet.merge_range(top + 1, 1, top + 3, 1, "Nhận")
            sheet.merge_range(top + 1, 2, top + 1, 3, "Kết quả")
            sheet.merge_range(top + 2, 2, top + 2, 3, "Theo hẹn và thực tế")
            sheet.write_row(top + 3, 2, ["Hẹn", "Xong"])
        sheet.write_row(5, 0, ["H51-1", "08/03/2021", "11/03/2021", "10/03/2021", "Đã xử lý xong"])
        sheet.write_row(10, 0, ["H51-2", "09/03/2021", "12/03/2021", "", "Đang xử lý"])
    labels = {
        "received_at": ["Thời gian / Nhận"],
        "due_at": ["Thời gian / Kết quả / Theo hẹn và thực tế / Hẹn"],
        "finished_at": ["Thời gian / Kết quả / Theo hẹn và thực tế / Xong"],
    }
    reading = read(path, PROFILE.model_copy(update={"labels": labels}))
    assert reading.verdict["header_rows"] == [2, 3, 4, 5]
    assert list(reading.rows["due_at"]) == [dt.datetime(2021, 3, 11), dt.datetime(2021, 3, 12)]
    assert [(item["row"], item["kind"]) for item in reading.verdict["furniture"]] == [
        (row, "header") for row in (2, 3, 4, 5, 7, 8, 9, 10)
    ]


def test_a_second_table_with_its_columns_in_another_order_refuses_the_file(tmp_path: Path) -> None:
    """Read by the first head, its days of receipt would be its due dates."""
    other = [*HEAD[:2], HEAD[3], HEAD[2], *HEAD[4:]]
    rows = [HEAD, ROW, SECOND, [], ["Bảng 2"], other, [ROW[0], "H51-9", "11/03/2021", "08/03/2021", *ROW[4:]]]
    verdict = read(text_file(tmp_path / "a.csv", [list(row) for row in rows])).verdict
    assert "bảng thứ hai ở dòng 6" in verdict["refused_reason"]


def test_words_that_are_labels_too_are_no_second_head(tmp_path: Path) -> None:
    head = [*HEAD[:6], "Hình thức nộp"]
    rows = [head, *([str(n), f"H51-{n}", *ROW[2:5], "Hoàn thành", "Tiếp nhận"] for n in range(5))]
    assert len(read(text_file(tmp_path / "a.csv", rows)).rows) == 5


def test_a_cell_merged_over_rows_represents_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEAD[:6], "Lĩnh vực"])
        for number, row in enumerate([ROW, SECOND], start=1):
            sheet.write_row(number, 0, row[:6])
        sheet.merge_range(1, 6, 2, 6, "Hộ tịch")
    assert list(read(path).rows["field_name"]) == ["Hộ tịch", "Hộ tịch"]


def test_footnote_marks_line_breaks_and_colons_do_not_hide_a_header(tmp_path: Path) -> None:
    head: list[object] = [
        "STT",
        "Mã hồ sơ (1)",
        "Ngày\ntiếp  nhận",
        "Ngày hẹn trả kết quả::",
        "Ngày kết thúc xử lý *",
        "Trạng\u00a0thái",
    ]
    assert len(read(workbook(tmp_path / "a.xlsx", [head, list(ROW[:6])])).rows) == 1


@pytest.mark.parametrize("delimiter", ["^", "~", "¦", "\x1f", "#"])
def test_an_unusual_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    assert len(read(text_file(tmp_path / "a.csv", [HEAD, ROW, SECOND], delimiter=delimiter)).rows) == 2


def test_commas_inside_names_do_not_pass_for_the_delimiter(tmp_path: Path) -> None:
    head = [*HEAD[:6], "Tên thủ tục"]
    name = "Cấp, đổi, cấp lại, điều chỉnh, gia hạn, thu hồi giấy phép, xây dựng"
    rows = [head, *([str(n), f"H51-{n}", *ROW[2:6], name] for n in range(20))]
    assert set(read(text_file(tmp_path / "a.csv", rows)).rows["procedure_name"]) == {name}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_without_a_mark_are_read(tmp_path: Path, encoding: str) -> None:
    assert len(read(text_file(tmp_path / "a.csv", [HEAD, ROW], encoding, "\t")).rows) == 1
