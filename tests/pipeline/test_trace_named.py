"""`kstt trace` by printed ids and short codes: every column of every form, ratios, notes, parts of a longer period.

Here: what is named, its sum against the page, where its rows are. Not here: the book's own sums (test_book), changes
against an issued period (test_issued_and_estimated).
Invariant: printed numbers come from the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import pytest
from paper_readers import page_texts
from sample_copy import Sample

from pipelines.audit.short_code import parse_short_code
from pipelines.audit.trace_named import trace_named, trace_short
from pipelines.audit.trace_text import trace_lines
from pipelines.cli import main
from pipelines.office.errors import OfficeError
from pipelines.runner import RunResult


@pytest.fixture(scope="module")
def manifest(q1: RunResult) -> dict[str, Any]:
    return json.loads((q1.report_dir / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _opened_once(q1: RunResult) -> Iterator[None]:
    """While one reader has the warehouse open, opening it again costs nothing; a trace opens it a few times."""
    with duckdb.connect(q1.report_dir / "warehouse.duckdb", read_only=True):
        yield


def chosen(report: Path, not_sent: set[str]) -> dict[str, str]:
    """A printed figure of every column, note and ratio of every form: the first, second, third … row by turns."""
    printed: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in ("bao-cao.html", "luu-ho-so.html"):
        for figure, texts in page_texts(report / name).items():
            for text in sorted(texts - {"", "…", "–"}):
                if figure not in not_sent:
                    form, _, _, column = figure.split("/")
                    printed.setdefault((form, column), []).append((figure, text))
    turn = cycle(range(12))
    return dict(found[next(turn) % len(found)] for found in printed.values())


def test_a_figure_of_every_column_traces_to_rows_that_sum_to_what_is_printed(
    q1: RunResult, sample_office: Path, manifest: dict[str, Any]
) -> None:
    landing = sample_office / "data" / "landing"
    figures = chosen(q1.report_dir, set(manifest["not_sent"]))
    assert len(figures) > 200
    for name, text in figures.items():
        (cell,) = trace_named(q1.report_dir, name).cells
        number = text.rstrip("%*†").replace(".", "").replace(",", ".")
        assert float(cell.traced_sum or 0) == pytest.approx(float(number), abs=0.0051), name
        lines = list(trace_lines(cell, 3))
        assert f"; mã số: {name}" in lines[1]
        assert not any(re.search(r"\bnan\b|None|NaT", line) for line in lines), lines
        for sha256 in re.findall(r"landing/([0-9a-f]{64})", "\n".join(lines)):
            assert (landing / sha256).is_file()
        assert len(cell.rows) == 0 or cell.places["record"].nunique() == len(cell.rows), name


def test_short_codes_name_what_ids_name(q1: RunResult, manifest: dict[str, Any]) -> None:
    for name in ("II.06a/tp-st/B.3/c10", "II.04/tp-st/total/c13", "II.05a/tp-st/total/rated", "I/tp-st/1/c10"):
        (cell,) = trace_short(q1.report_dir, parse_short_code(manifest["short_codes"][name])).cells
        assert cell.figure_id == name


def test_a_pending_dossier_cites_the_row_that_proves_it_pending(q1: RunResult) -> None:
    (cell,) = trace_named(q1.report_dir, "II.06a/tp-st/total/c11").cells
    as_of = cell.places[cell.places["part"] == "tính đến ngày"]
    assert len(as_of) == 391
    # Asked to 14/03: shown by the exports of 15/03, 06:30, which show the day before.
    assert set(as_of["file_name"].str.extract(r"(2021_\d\d_\d\d)")[0]) == {"2021_03_15"}


def test_a_row_of_a_reference_table_is_a_line_of_it(q1: RunResult, sample_office: Path) -> None:
    (cell,) = trace_named(q1.report_dir, "II.08/tp-st/total/c3").cells
    table = (sample_office / "reference" / "services.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(cell.places) == 56
    for place in cell.places.to_dict("records"):
        assert table[int(place["row_no"]) - 1].startswith(str(place["record"]))


def test_the_unit_that_sent_the_file_is_named_not_the_records_own(q1: RunResult) -> None:
    """A feedback handled by a ward is in the office's log too: the line names the sender of each file."""
    (cell,) = trace_named(q1.report_dir, "II.05a/tp-st/total/c3").cells
    for place in cell.places.to_dict("records"):
        assert str(place["sender"]) in str(place["delivery_id"])


def test_a_number_of_a_part_of_the_period_is_traced_to_its_dossiers(sample: Sample) -> None:
    report = sample.runs["2021-H1"].report_dir
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    name = next(name for name in figures if name.startswith("period-parts/") and name.endswith("resolved_overdue"))
    lines = trace_named(report, name).lines
    assert f"Số in: {figures[name]}" in lines[1]
    assert sum("←" in line for line in lines) == figures[name] > 0


@pytest.mark.parametrize("chart_id", ["intake_calendar", "overdue_age", "on_time_by_unit"])
def test_every_point_of_a_chart_is_traced_to_as_many_dossiers_as_it_shows(
    q1: RunResult, manifest: dict[str, Any], chart_id: str
) -> None:
    """A point that is a cell is that cell; another names its dossiers, each with its file and row."""
    points = [point for item in manifest["charts"][chart_id]["series"] for point in item["points"]]
    assert len(points) >= 5
    for label, value, text, figure, *_ in points:
        found = trace_named(q1.report_dir, f"{chart_id}/{label}")
        assert text in found.lines[1]
        if figure:
            assert figure in {cell.figure_id for cell in found.cells}
        else:
            assert sum(" · dòng " in line for line in found.lines) == value, label


def test_a_point_a_chart_does_not_have_is_reported_with_the_nearest(q1: RunResult) -> None:
    with pytest.raises(OfficeError, match="6–10 ngày làm việc"):
        trace_named(q1.report_dir, "overdue_age/6-10 ngày làm việc")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["II.06a/tp-st/B.3/c10"], "Viết kèm kỳ"),
        (["2021-Q1", "II.06a/tp-st/B.33/c10"], "không có dòng"),
        (["2021-Q1", "II.6a/tp-st/B.3/c10"], "II.06a/tp-st/B.3/c10"),
        (["2021-Q1", "II.06a/tp-st/B.3/c10", "--row", "B.3"], "bỏ --row"),
    ],
)
def test_what_cannot_be_traced_is_reported_with_what_to_write(
    sample_office: Path, q1: RunResult, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(sample_office), "trace", *words]) == 1
    assert told in capsys.readouterr().err


def test_an_id_no_report_has_is_an_error(q1: RunResult) -> None:
    with pytest.raises(OfficeError, match="không có mã số liệu"):
        trace_named(q1.report_dir, "gì đó")
