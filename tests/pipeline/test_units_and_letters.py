"""Units' own reports and the letters of a period, from the sample's finished reports.

Here: a ward, a department, the reminder of the ward that sent nothing, the cover letter. Not here: words (golden).
Invariant: a unit's report counts nothing again: its figures are the rows its forms have in the city's warehouse.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pdfplumber
import pytest
from docx import Document
from sample_copy import UNITS_OWN_REPORTS

from pipelines.figures.version import Issue
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.runner import RunResult
from pipelines.units import letters
from pipelines.units.letters import make_cover, make_reminders
from pipelines.units.reports import make_units


@pytest.mark.parametrize("unit", UNITS_OWN_REPORTS)
def test_a_units_report_prints_the_totals_its_form_has_in_the_warehouse(
    sample_office: Path, q1: RunResult, unit: str
) -> None:
    (made,) = make_units(load_office(sample_office), q1.report_dir, [unit])
    figures = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))["figures"]
    with duckdb.connect(q1.report_dir / "warehouse.duckdb", read_only=True) as connection:
        query = "select received_total, resolved_total, pending_total from form_ii_06a where scope_id = ? and row_kind = 'total'"
        total = connection.execute(query, [unit]).fetchone()
    assert total == tuple(figures[f"II.06a/{unit}/total/c{column}"] for column in (3, 7, 11))
    assert {path.name for path in made.folder.iterdir()} >= {
        "bao-cao.docx",
        "bao-cao.pdf",
        "bao-cao.html",
        "bieu-mau.xlsx",
        "luu-ho-so.docx",
        "luu-ho-so.pdf",
        "luu-ho-so.html",
        "luu-ho-so.xlsx",
    }


def test_a_units_report_bears_its_own_name_and_is_made_once(sample_office: Path, q1: RunResult) -> None:
    office = load_office(sample_office)
    (made,) = make_units(office, q1.report_dir, ["p03"])
    before = (made.folder / "bao-cao.pdf").read_bytes()
    (again,) = make_units(office, q1.report_dir, ["p03"])
    assert (again.built, (again.folder / "bao-cao.pdf").read_bytes()) == (False, before)
    with pdfplumber.open(made.folder / "bao-cao.pdf") as pdf:
        first = pdf.pages[0].extract_text()
    assert "PHƯỜNG 3" in first
    assert "UBND Phường 3 báo cáo" in " ".join(first.split())


def test_an_unknown_unit_is_reported_with_the_nearest_known(sample_office: Path, q1: RunResult) -> None:
    with pytest.raises(OfficeError, match="p3"):
        make_units(load_office(sample_office), q1.report_dir, ["p3"])


def text_of(path: Path) -> list[str]:
    """Paragraphs of a letter, then the cells of its tables."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def test_only_the_ward_that_sent_nothing_is_reminded_of_each_thing_it_owes(sample_office: Path, q2: RunResult) -> None:
    made = make_reminders(load_office(sample_office), "2021-Q2")
    assert [path.name for path in made] == ["don-doc-p09.docx", "don-doc-p09.pdf"]
    text = "\n".join(text_of(made[0]))
    assert "Kính gửi: UBND Phường 9" in text
    for owed in ("Danh sách hồ sơ", "Sổ theo dõi phản ánh, kiến nghị", "Kết quả rà soát thủ tục hành chính"):
        assert owed in text
    assert "11/6/2021" in text


def test_a_forgotten_sheet_of_a_return_is_asked_for_and_nothing_else(sample_office: Path, q1: RunResult) -> None:
    made = make_reminders(load_office(sample_office), "2021-Q1")
    assert [path.name for path in made] == ["don-doc-p07.docx", "don-doc-p07.pdf"]
    text = "\n".join(text_of(made[0]))
    assert "Văn bản chỉ đạo, điều hành" in text
    assert not [owed for owed in ("Danh sách hồ sơ", "Lớp tập huấn", "Cuộc kiểm tra") if owed in text]


def test_the_cover_letter_of_a_draft_says_that_it_is_one(sample_office: Path, q1: RunResult) -> None:
    made = make_cover(load_office(sample_office), "2021-Q1")
    text = "\n".join(text_of(made[0]))
    assert "Văn phòng UBND tỉnh Sóc Trăng" in text
    assert "dự thảo" in text


def test_the_cover_letter_has_a_number_of_its_own_and_names_that_of_the_report(
    sample_office: Path, q1: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = asdict(Issue("final", 2, number="47/BC-UBND", signed_on="2021-03-16", signer="Trần Thị Phó"))
    version = SimpleNamespace(folder=q1.report_dir, record=lambda: {"printed": printed})
    monkeypatch.setattr(letters, "issued_versions", lambda _office, _period: [version])
    text = "\n".join(text_of(make_cover(load_office(sample_office), "2021-Q1")[0]))
    assert "gửi Báo cáo số 47/BC-UBND ngày 16 tháng 3 năm 2021 về tình hình" in text
    assert re.search(r"Số:\s+/UBND-VP", text)
    assert text.count("47/BC-UBND") == 1 and "Trần Thị Phó" not in text
