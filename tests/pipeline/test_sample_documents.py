"""The sample's documents: each number by its id, short codes, the workbook inspected, charts and forms whole on pages.

Here: the produced files of a real run, read back. Not here: whether figures are right (other sample tests).
Invariant: the manifest is what every paper is held against.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from paper_readers import page_texts, pdf_pages, pdf_texts, word_texts, workbook_values

from pipelines.cli import main
from pipelines.figures.layout import load_layouts
from pipelines.runner import RunResult

PACKETS = ("bao-cao", "luu-ho-so")


@pytest.fixture(scope="module")
def manifest(q1: RunResult) -> dict[str, Any]:
    return json.loads((q1.report_dir / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cells(q1: RunResult, manifest: dict[str, Any]) -> dict[str, str]:
    """Return every numbered cell of every form, by id, as paper should print it."""
    forms = json.loads((q1.report_dir / "forms.json").read_text(encoding="utf-8"))
    found = {}
    for name, value in manifest["figures"].items():
        form, _, _, column = name.split("/")
        if column in {f"c{item['number']}" for item in forms[form]["columns"]}:
            found[name] = printed(value)
    assert {name.split("/")[0] for name in found} == set(forms)
    return found


def printed(value: int | str | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else value.replace(".", ",")


def test_every_cell_of_every_form_is_the_manifests_on_each_paper(
    q1: RunResult, manifest: dict[str, Any], cells: dict[str, str]
) -> None:
    folder = q1.report_dir
    # II.06b has the numbers of II.06a: printed once, with a note. The two packets have every other form between them.
    cells = {name: text for name, text in cells.items() if not name.startswith("II.06b/")}
    not_sent = set(manifest["not_sent"])
    expected = {name: {"…" if name in not_sent else text} for name, text in cells.items()}
    papers = {
        "docx": [word_texts(folder / f"{name}.docx", list(manifest["figures"])) for name in PACKETS],
        "pdf": [pdf_texts(folder / f"{name}.pdf") for name in PACKETS],
        "html": [page_texts(folder / f"{name}.html") for name in PACKETS],
    }
    for paper, packets in papers.items():
        found = {name: set().union(*(packet.get(name) or set() for packet in packets)) for name in cells}
        assert found == expected, paper
    numbers = {name: manifest["figures"][name] for name in cells}
    values = {
        name: value
        for book in ("bieu-mau.xlsx", "luu-ho-so.xlsx")
        for name, (value, _) in workbook_values(folder / book).items()
    }
    assert {name: values[name] for name in numbers} == {
        # A percentage is the text of the other papers: no number format has a comma on every machine.
        name: "…" if name in not_sent else value if isinstance(value, int) else cells[name]
        for name, value in numbers.items()
    }


def test_every_figure_has_a_short_code_of_its_own(manifest: dict[str, Any]) -> None:
    codes = manifest["short_codes"]
    assert set(codes) == set(manifest["figures"])
    assert len(set(codes.values())) == len(codes)
    assert codes["II.06a/tp-st/B.3/c10"] == "2021Q1-06a-B3-c10"


def test_a_short_code_traces_as_the_long_form_does(
    sample_office: Path, q1: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["--office", str(sample_office), "trace"]
    assert main([*start, "2021Q1-06a-B3-c10", "--limit", "0"]) == 0
    short = capsys.readouterr().out
    assert main([*start, "2021-Q1", "II.06a", "--row", "B.3", "--column", "10", "--limit", "0"]) == 0
    assert capsys.readouterr().out == short
    assert "II.06a/tp-st/B.3/c10" in short


@pytest.mark.parametrize("name", ["II.06a/tp-st/total/on_time_rate", "II.04/tp-st/total/c13", "II.04/tp-st/total/kept"])
def test_percentages_ratios_and_notes_are_traced_to_the_printed_value(
    sample_office: Path, manifest: dict[str, Any], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["--office", str(sample_office), "trace", manifest["short_codes"][name], "--limit", "1"]) == 0
    assert f"Số in: {printed(manifest['figures'][name])}" in capsys.readouterr().out


def test_a_code_of_a_version_never_issued_is_reported(
    sample_office: Path, q1: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(sample_office), "trace", "2021Q1-06a-B3-c10-v9"]) == 1
    assert "không có bản phát hành v9" in capsys.readouterr().err


def test_our_own_workbook_is_read_back_to_the_same_figures(
    sample_office: Path, q1: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(sample_office), "inspect", str(q1.report_dir / "bieu-mau.xlsx")]) == 0
    noted = capsys.readouterr().out
    assert f"báo cáo {q1.report_dir.relative_to(sample_office / 'data' / 'reports').as_posix()}" in noted
    assert "✓ Mọi số liệu bằng số trong báo cáo." in noted


def test_a_changed_number_of_our_own_workbook_is_named(
    sample_office: Path, q1: RunResult, manifest: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(q1.report_dir / "bieu-mau.xlsx", tmp_path / "sua.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sua.xlsx")
    index = {row[0]: (row[1], row[2]) for row in book["Mã số liệu"].iter_rows(min_row=2, values_only=True)}
    sheet, cell = index["II.06a/tp-st/B.3/c10"]
    book[sheet][cell].value = manifest["figures"]["II.06a/tp-st/B.3/c10"] + 1
    book.save(tmp_path / "sua.xlsx")
    assert main(["--office", str(sample_office), "inspect", str(tmp_path / "sua.xlsx")]) == 1
    noted = capsys.readouterr().out
    assert "✗ Khác báo cáo: 1 số liệu" in noted
    assert f"2021Q1-06a-B3-c10, ô {sheet}!{cell}" in noted


def test_charts_add_up_to_the_figures_they_show(manifest: dict[str, Any]) -> None:
    figures, charts = manifest["figures"], manifest["charts"]

    def total(chart: str, series: int = 0) -> int:
        return sum(point[1] for point in charts[chart]["series"][series]["points"])

    assert total("overdue_age") == figures["II.06a/tp-st/total/c13"]
    assert total("intake_calendar") == figures["II.06a/tp-st/total/c4"] + figures["II.06a/tp-st/total/c5"]
    assert total("pending_by_unit", 0) == figures["II.06a-by-unit/tp-st/total/c12"]
    assert total("pending_by_unit", 1) == figures["II.06a-by-unit/tp-st/total/c13"]


def test_no_form_leaves_its_notes_and_signature_alone_on_a_page(q1: RunResult) -> None:
    texts = [text for name in PACKETS for text in pdf_pages(q1.report_dir / f"{name}.pdf")]
    signed = [text for text in texts if "Người làm báo cáo" in text]
    # All forms but II.06b, whose numbers are those of II.06a.
    assert len(signed) == len(load_layouts(q1.report_dir / "forms.json")) - 1
    assert all("Tổng cộng" in text for text in signed)
