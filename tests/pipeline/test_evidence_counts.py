"""The evidence tables of the sample: every printed cell counted again from them, by what is printed alone.

Here: sums of the CSV files against the pages, their description, how cells are written. Not here: how one table is made
(unit/test_evidence_tables).
Invariant: numbers come from the printed pages, never from the warehouse.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from printed_forms import PrintedCell, printed_cells

from pipelines.runner import RunResult

_PLACES = re.compile(r" \[(?P<places>[^\]]+)\]$")
OFFICE = "UBND thành phố Sóc Trăng"


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


class Tables:
    """The tables of facts with the place each of their columns is printed in."""

    def __init__(self, folder: Path) -> None:
        layouts = json.loads((folder.parent / "forms.json").read_text(encoding="utf-8"))
        self.sheets = {form_id: layout["tab"] for form_id, layout in layouts.items()}
        self.frames = {path.stem: read(path) for path in sorted(folder.glob("*.csv"))}
        self.columns: dict[str, list[tuple[str, str]]] = {}
        self.sums: dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, ...], int]] = {}
        for name, frame in self.frames.items():
            for heading in frame.columns:
                if found := _PLACES.search(heading):
                    for place in found["places"].split("; "):
                        self.columns.setdefault(place, []).append((name, heading))

    def sum_of(self, cell: PrintedCell, side: str = "") -> int:
        """Filter by section and row as printed, add up the column of the form."""
        sheet = self.sheets[cell.form_id]
        by = [f"{sheet}: mục"] * bool(cell.section) + [f"{sheet}: dòng"] * (cell.kind == "row")
        wanted = (cell.section,) * bool(cell.section) + (cell.row,) * (cell.kind == "row")
        return sum(
            self._sums(name, heading, tuple(by) if cell.kind != "total" else ()).get(
                wanted if cell.kind != "total" else (), 0
            )
            for name, heading in self.columns[f"{self.name_of(cell)}{side}"]
        )

    def _sums(self, name: str, heading: str, by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
        """The sums of a column by section and row, of the rows that stand in the office's forms."""
        if (name, heading, by) not in self.sums:
            frame = self.frames[name]
            own = frame[frame["Thuộc biểu của"].str.split("; ").map(lambda names: OFFICE in names)]
            keys = zip(*(own[column] for column in by), strict=True) if by else [()] * len(own)
            found: dict[tuple[str, ...], int] = {}
            for key, number in zip(keys, own[heading].astype(int), strict=True):
                found[key] = found.get(key, 0) + number
            self.sums[name, heading, by] = found
        return self.sums[name, heading, by]

    def name_of(self, cell: PrintedCell) -> str:
        """A cell's column as headings name it."""
        return f"{self.sheets[cell.form_id]} cột {cell.column.removeprefix('c')}"

    def value_of(self, cell: PrintedCell) -> float | None:
        """What the cell should print: a sum, or a percentage with two decimals (None where the whole is 0)."""
        if f"{self.name_of(cell)} mẫu số" not in self.columns:
            return self.sum_of(cell)
        whole = self.sum_of(cell, " mẫu số")
        return round(100 * self.sum_of(cell, " tử số") / whole + 1e-9, 2) if whole else None


@pytest.fixture(scope="module")
def evidence(q1: RunResult) -> Path:
    return q1.report_dir / "evidence"


def test_every_printed_cell_is_the_sum_of_the_tables_by_what_is_printed_alone(q1: RunResult, evidence: Path) -> None:
    tables = Tables(evidence)
    # A form prints a cell its superior fills as nothing, and what was not sent as “…”.
    cells = [cell for cell in printed_cells(q1.report_dir) if cell.text not in ("", "…")]
    wrong = [(cell, found) for cell in cells if (found := tables.value_of(cell)) != cell.number]
    assert len(cells) > 3000
    assert wrong == []


def test_the_rows_sent_back_of_the_period_are_as_many_as_the_report_says(q1: RunResult, evidence: Path) -> None:
    rows = read(evidence / "dong-tra-lai.csv")
    assert str(Counter(rows["Thuộc kỳ"])["2021-Q1"]) == q1.summary["Dòng trả lại đơn vị"]


def test_a_pending_dossier_names_the_row_that_shows_it_on_the_asked_day(evidence: Path) -> None:
    rows = read(evidence / "ho-so.csv")
    pending = rows[rows[next(name for name in rows if "II.06a cột 11" in name)] == "1"]
    # Counted to 14/03: the export made next after that day shows it, the one of 15/06 cannot.
    assert len(pending) == 391
    assert set(pending["Tệp (tính đến ngày)"].str.contains("2021_03_15")) == {True}
    assert (pending["Tệp (mới nhất)"] != pending["Tệp (tính đến ngày)"]).sum() > 300


def test_the_description_names_every_file_and_column_as_it_is(evidence: Path) -> None:
    package = json.loads((evidence / "datapackage.json").read_text(encoding="utf-8"))
    assert {item["path"] for item in package["resources"]} == {path.name for path in evidence.glob("*.csv")}
    known = {item["name"] for item in package["resources"]}
    for item in package["resources"]:
        content = (evidence / item["path"]).read_bytes()
        frame = read(evidence / item["path"])
        assert [field["name"] for field in item["schema"]["fields"]] == list(frame.columns)
        assert (item["bytes"], item["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        assert item["rows"] == len(frame)
        if keys := item["schema"].get("primaryKey"):
            assert not frame.duplicated(keys).any(), item["path"]
        for foreign in item["schema"].get("foreignKeys", []):
            assert foreign["reference"]["resource"] in known
            other = read(evidence / f"{foreign['reference']['resource']}.csv")
            assert set(frame[foreign["fields"][0]]) - {""} <= set(other[foreign["reference"]["fields"][0]])
    assert all(f"| {path.name} |" in (evidence / "DOC-HIEU.md").read_text() for path in evidence.glob("*.csv"))


def test_dates_are_written_one_way_and_no_cell_begins_like_a_formula(evidence: Path) -> None:
    for path in evidence.glob("*.csv"):
        for name, column in read(path).items():
            filled = column[column != ""]
            dated = filled[filled.str.match(r"\d{4}-\d{2}-\d{2}($|[ T])")]
            assert len({len(text) for text in dated}) <= 1, (path.name, name)
            assert not filled.str.match(r"\s*[=+@]|-\D").any(), (path.name, name)
            assert not filled.isin(["nan", "NaN", "None", "NaT"]).any(), (path.name, name)


def test_csv_and_parquet_hold_the_same_rows_under_vietnamese_headings(evidence: Path) -> None:
    for path in evidence.glob("*.csv"):
        frame = read(path)
        parquet = duckdb.sql(f"select * from '{path.with_suffix('.parquet')}'")
        assert parquet.columns == list(frame.columns)
        assert len(parquet) == len(frame)
        assert not any(re.fullmatch(r"[a-z_]+", name) for name in frame.columns)


def test_no_code_of_ours_is_left_without_a_word(evidence: Path) -> None:
    for path in evidence.glob("*.csv"):
        frame = read(path)
        for name in ("Vì sao", "Kết quả", "Lần gửi", "Dùng thế nào", "Kết quả đọc", "Đúng hạn", "Kênh", "Cột"):
            if name in frame:
                assert not frame[name].str.fullmatch(r"[a-z]+(_[a-z]+)+|[a-z]{3,}").any(), (path.name, name)
