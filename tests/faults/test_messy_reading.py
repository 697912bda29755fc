"""The 21 published awkward files of ../shared, each as the last column of its README asks.

Here: one test a file, by what a careful reader does. Not here: files we made ourselves (tests/unit/test_reading*).
Invariant: a file is read, or refused by its true name; nothing it hides or breaks passes in silence.
"""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from shared_files import shared

from pipelines.ingest.contract import Column, Contract
from pipelines.ingest.facts import NOT_CALCULATED
from pipelines.ingest.grid import open_grid
from pipelines.ingest.headers import header_paths
from pipelines.ingest.reading import Reading, read_file
from pipelines.ingest.sheet import Sheet
from pipelines.office.profiles import Profile

PROFILE = Profile(profile_id="thu", stream="thu", title="Thử")
WINDOW = (dt.date(2000, 1, 1), dt.date(2035, 12, 31))


def messy(name: str) -> Path:
    return shared(f"realdata/messy-spreadsheets/{name}")


def sheet_of(name: str) -> Sheet:
    return open_grid(messy(name)).sheets[0]


def read(name: str, **roles: tuple[str, str]) -> Reading:
    """Read a file by a contract of its own columns: name → (label, role); the first is the key."""
    columns = {key: Column(key, role, True, (label,)) for key, (label, role) in roles.items()}
    key = next(iter(columns))
    contract = Contract("thu", "thử", "Thử", key, tuple(columns)[1:], (), columns, frozenset(), frozenset())
    path = messy(name)
    reading = read_file(path, path.name, contract, PROFILE, WINDOW)
    counts = reading.verdict["counts"]
    assert counts["rows_in"] == counts["typed"] + counts["rejected"] + counts["blank"] + counts["furniture"]
    return reading


def test_an_old_workbook_named_xlsx_is_read_and_the_mismatch_noted() -> None:
    grid = open_grid(messy("biff8-named.xlsx"))
    assert (grid.format, grid.sheets[0].rows[0]) == ("xls", ["Row Merge", "", "Not Merged", ""])
    assert grid.sheets[0].merges == ((0, 0, 0, 1), (1, 0, 3, 0), (1, 1, 3, 3))


def test_an_xlsx_named_ods_is_read_with_its_header_on_row_3_and_the_mismatch_noted() -> None:
    reading = read("xlsx-named.ods", note=("Comment", "text"), day=("Date", "date"), hours=("Sum", "rate"))
    assert reading.verdict["header_rows"] == [3]
    assert "«.ods»" in reading.verdict["name_note"] and "xlsx" in reading.verdict["name_note"]
    assert reading.rows["day"][0] == dt.datetime(2007, 5, 7)


def test_a_page_named_xls_is_read_in_its_declared_charset() -> None:
    grid = open_grid(messy("html-named.xls"))
    assert (grid.format, grid.sheets[0].rows[0][:2]) == ("html", ["default", "W .09"])


def test_dates_counted_from_1904_are_not_four_years_early() -> None:
    assert [row[0] for row in sheet_of("date-1904.xlsx").rows[:2]] == [dt.date(2021, 1, 1), dt.date(2021, 1, 2)]
    assert open_grid(messy("date-1904.xlsx")).epoch_1904


def test_of_a_binary_workbook_the_visible_sheet_is_read_the_hidden_and_the_chart_named() -> None:
    grid = open_grid(messy("binary-workbook.xlsb"))
    assert [sheet.name for sheet in grid.sheets] == ["Visible"]
    assert (grid.hidden_sheets, grid.charts) == (["Hidden", "VeryHidden"], ["Chart"])
    assert grid.sheets[0].rows[:3] == [[1, 2], [3, 4], [5, 6]]


def test_a_header_of_merged_cells_is_filled_from_the_merge() -> None:
    assert header_paths(sheet_of("merged-ranges.xlsx"), 0, 2) == ["A1", "B1", "C1", "C1", "E1", "F1", "G1", "H1"]


@pytest.mark.parametrize("name", ["hidden-and-veryhidden-sheets.xlsx", "strict-ooxml.xlsx"])
def test_hidden_sheets_are_named_and_not_read_in_strict_ooxml_too(name: str) -> None:
    grid = open_grid(messy(name))
    assert [sheet.name for sheet in grid.sheets] == ["Visible"]
    assert grid.sheets[0].rows == [list("visible"), [ord(letter) for letter in "visible"]]
    assert grid.hidden_sheets == ["Hidden", "VeryHidden"]


def test_hidden_rows_and_columns_are_counted() -> None:
    sheet = sheet_of("hidden-row-and-column.xlsx")
    assert (sheet.hidden_rows, sheet.hidden_columns) == (1, 1)


def test_a_formula_without_a_value_is_reported_not_blank() -> None:
    reading = read("formula-without-cached-value.xlsx", a=("A", "code"), b=("B", "count"), sum=("A + B", "count"))
    (reject,) = reading.rejects.to_dict("records")
    assert (reject["source_row"], reject["value"], reject["check_id"]) == (2, NOT_CALCULATED, "bad_number")
    assert "công thức chưa có giá trị" in reject["reason"]


def test_text_stored_in_the_cell_is_read() -> None:
    rows = sheet_of("inline-strings.xlsx").rows
    assert rows[0][:5] == ["NN", "Hierarchy", "", "Outline Number", "ID"]
    assert rows[1][3:6] == ["1.", "RQ11610", "requirement"]


def test_an_encrypted_workbook_is_reported_as_one() -> None:
    verdict = read("password-protected.xlsx", a=("A", "code")).verdict
    assert "mật khẩu" in verdict["refused_reason"]


def test_a_used_range_of_the_whole_sheet_costs_little_time_and_memory() -> None:
    path = messy("used-range-whole-sheet.xlsx")
    tracemalloc.start()
    started = time.process_time()
    (sheet,) = open_grid(path).sheets
    assert time.process_time() - started < 1
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert (len(sheet.rows), len(sheet.rows[0])) == (2, 11)


def test_utf16_is_known_by_its_mark() -> None:
    assert sheet_of("utf16le-bom.csv").rows == [
        ["première", "second", "troisième"],
        ["Quatrième", "cinquième", "sixième"],
    ]


def test_dates_are_the_stored_values_whatever_their_style() -> None:
    days = [row[1] for row in sheet_of("mixed-date-formats.ods").rows]
    assert days[:2] == [dt.date(2025, 1, 1), dt.date(2025, 1, 31)]
    assert days[4:6] == [dt.date(2025, 12, 31), dt.date(2025, 12, 30)]


def test_a_header_on_row_9_is_found() -> None:
    roles = {
        "key": ("Columns", "code"),
        "a": ("Column A", "count"),
        "b": ("Column B", "count"),
        "c": ("Column C", "count"),
    }
    reading = read("header-on-row-9.xlsx", **roles)
    assert reading.verdict["header_rows"] == [9]
    assert reading.rows[["a", "b", "c", "source_row"]].to_numpy().tolist() == [[1, 2, 3, 10]]
    assert [(item["row"], item["kind"]) for item in reading.verdict["furniture"]] == [(3, "title"), (9, "header")]


def test_two_equal_headers_stop_the_file() -> None:
    verdict = read("duplicate-and-blank-headers.xlsx", a=("a b", "text"), b=("c%&$", "rate")).verdict
    assert verdict["status"] == "refused"


def test_vietnamese_of_an_old_workbook_is_right_and_composed() -> None:
    texts = [str(row[0]) for row in sheet_of("vietnamese-biff8.xls").rows]
    assert texts[:2] == ["Mô tả", "BÙN SÉT"]
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)


def test_numbers_as_text_and_as_numbers_are_one_type_by_their_role() -> None:
    roles = {"x": ("number", "count"), "y": ("number as text", "count"), "notes": ("notes", "text")}
    reading = read("numbers-as-text.xlsx", **roles)
    assert list(reading.rows["x"]) == list(reading.rows["y"]) == [2**31 - 1, 2**31, 2**31 + 1, -(2**31), -(2**31) - 1]
    assert set(reading.rejects["source_row"]) == {2}
    assert all("số lưu dạng chữ" in repairs for repairs in reading.rows["repairs"])


def test_error_cells_are_distinguished_from_blanks() -> None:
    errors = ["#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#REF!", "#NUM!", "#N/A"]
    assert [row[0] for row in sheet_of("error-cells.xlsx").rows] == errors


def test_a_sep_line_is_honoured() -> None:
    assert sheet_of("sep-line.csv").rows == [["sep=;"], ["A", "1"], ["2", "3"]]


@pytest.mark.parametrize(
    "name",
    ["date-1904.xlsx", "merged-ranges.xlsx", "hidden-and-veryhidden-sheets.xlsx", "hidden-row-and-column.xlsx",
     "inline-strings.xlsx", "header-on-row-9.xlsx", "duplicate-and-blank-headers.xlsx", "numbers-as-text.xlsx"],
)  # fmt: skip
def test_a_second_reader_counts_the_same_filled_cells(name: str) -> None:
    book = openpyxl.load_workbook(messy(name), data_only=True)
    theirs = {
        sheet.title: [(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.value is not None]
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
    }
    ours = {
        sheet.name: [
            (at, column)
            for at, row in enumerate(sheet.rows, start=1)
            for column, cell in enumerate(row, start=1)
            if cell not in (None, "")
        ]
        for sheet in open_grid(messy(name)).sheets
    }
    assert ours == theirs
