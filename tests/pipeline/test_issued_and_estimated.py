"""A small office through every step of the job: an estimated provisional report, a final issued, the next quarter against it.

Here: what the run leaves on paper, in manifest, trace and evidence. Not here: the rules (unit tests), issuing itself.
Invariant: sums are made again here from the printed rows and the fact rows, never taken from the same place.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest
from book_data import Book
from by_steps import pages_alone, report_by_steps
from issued_office import forced
from sample_copy import REPOSITORY, copy_small_office

from pipelines.audit.control import untraceable_cells
from pipelines.audit.trace import trace
from pipelines.audit.trace_named import trace_named
from pipelines.audit.trace_text import trace_lines
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.issue import Request, issue


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_small_office(tmp_path_factory.mktemp("issued") / "office")


@pytest.fixture(scope="module")
def estimated(office: Path) -> Path:
    return report_by_steps(office, "2021-Q1", as_of="2021-03-05", switches={"estimate_method": "run_rate"}).report_dir


@pytest.fixture(scope="module")
def after_issue(office: Path, estimated: Path) -> Path:
    """The second quarter, asked when the first was issued as final."""
    with pages_alone():  # issuing lays its documents out
        first = report_by_steps(office, "2021-Q1")
    assert first.built
    loaded = load_office(office)
    issue(loaded, forced(loaded, Request("2021-Q1", "final", "Người thử", "gửi quý I"), "đơn vị mẫu nhỏ"))
    for unit in ("p02", "p08"):
        sent = REPOSITORY / "sample_office" / "inbox" / "2021-Q2" / unit
        shutil.copytree(sent, office / "inbox" / "2021-Q2" / unit)
    return report_by_steps(office, "2021-Q2").report_dir


def manifest(report: Path) -> dict:
    return json.loads((report / "manifest.json").read_text(encoding="utf-8"))


def test_each_estimated_cell_is_counted_plus_declared_and_traced_to_both(estimated: Path) -> None:
    layouts = load_layouts(estimated / "forms.json")
    with duckdb.connect(estimated / "warehouse.duckdb", read_only=True) as connection:
        assert untraceable_cells(connection, layouts) == []
        (counted,) = connection.execute("select sum(received_total) from fct_dossier_period").fetchone() or (0,)
        (declared,) = connection.execute("select sum(received_total) from fct_declared_period").fetchone() or (0,)
    assert declared > 0
    (cell,) = trace(estimated, "II.06a", "total", 3)
    assert (cell.figure, len(cell.rows), int(cell.declared["measure"].sum())) == (counted + declared, counted, declared)
    text = "\n".join(trace_lines(cell, 1))
    assert "(khớp)" in text
    assert f"và số ước {declared}:" in text
    assert "từ 06/03/2021, đến 14/03/2021" in text


def test_a_declared_row_taken_away_is_found_by_the_control(estimated: Path, tmp_path: Path) -> None:
    shutil.copy(estimated / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("delete from fct_declared_period where declared_id = (select min(declared_id) from "
                           "fct_declared_period)")  # fmt: skip
        assert untraceable_cells(connection, load_layouts(estimated / "forms.json"))


def test_estimated_cells_are_marked_on_every_paper_and_reported_in_the_manifest(estimated: Path) -> None:
    noted = manifest(estimated)
    total = "II.06a/tp-st/total/c3"
    assert noted["estimated"][total] > 0
    assert "II.06a/tp-st/total/c6" not in noted["estimated"]
    printed = f"{noted['figures'][total]:,}".replace(",", ".") + "*"
    page = (estimated / "bao-cao.html").read_text(encoding="utf-8")
    assert f'data-figure="{total}">{printed}<' in page
    assert re.search(rf"\(\*\) Có số ước [^<]*dòng Tổng cộng: cột 3: {noted['estimated'][total]};", page)
    sheet = openpyxl.load_workbook(estimated / "bieu-mau.xlsx")["II.06a"]
    marked = [cell.value for row in sheet.iter_rows() for cell in row if cell.number_format.endswith('"*"')]
    assert noted["figures"][total] in marked
    assert (estimated / "evidence" / "so-ke-khai-va-uoc.csv").is_file()


def test_the_next_quarter_is_held_against_the_issued_final_dossier_by_dossier(after_issue: Path) -> None:
    assert manifest(after_issue)["estimated"] == {}
    assert not (after_issue / "evidence" / "so-ke-khai-va-uoc.csv").exists()
    with duckdb.connect(after_issue / "warehouse.duckdb", read_only=True) as connection:
        asked = connection.execute("select prior_issue, prior_issued_since from landed.question").fetchone()
        pending = {code for (code,) in connection.execute(
            "select dossier_code from landed.prior_dossier where is_pending").fetchall()}  # fmt: skip
        carried = {code for (code,) in connection.execute(
            "select dossier_code from fct_dossier_period where carried_in = 1").fetchall()}  # fmt: skip
        breaks = connection.execute("select * from rpt_carry_over").fetchall()
    assert asked is not None
    assert (asked[0], asked[1].isoformat()) == ("2021-Q1/v1", "2020-12-15")
    assert pending == carried and pending
    assert breaks == []
    page = (after_issue / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "khớp từng hồ sơ với số đang giải quyết trong bản chính thức 2021-Q1/v1" in page


def test_the_first_quarter_has_no_prior_final_and_says_nothing(estimated: Path) -> None:
    page = (estimated / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "trong bản chính thức" not in page


def test_every_change_against_the_issued_quarter_opens_in_book_and_trace(after_issue: Path) -> None:
    figures = manifest(after_issue)["figures"]
    changes = [name for name in figures if re.search(r"_(increase|decrease|before)_prev", name)]
    book = Book(after_issue / "so-tra-cuu")
    assert len(changes) > 10
    assert set(changes) <= set(book.others["figures"])
    for name in changes:
        found = book.others["figures"][name]
        assert (found["kind"], found["issue"], found["now"]) == ("change", "2021-Q1/v1", book.printed(found["base"]))
    name = next(item for item in changes if item.startswith("II.06a/tp-st/total/c3_") and item.endswith("crease_prev"))
    named = trace_named(after_issue, name)
    assert "kstt trace 2021-Q1 II.06a/tp-st/total/c3 --version 1" in named.lines[-1]
    assert [cell.figure_id for cell in named.cells] == ["II.06a/tp-st/total/c3"]


def test_the_declared_part_of_an_estimated_figure_is_in_its_book(estimated: Path) -> None:
    book = Book(estimated / "so-tra-cuu")
    figures = manifest(estimated)
    marked = [name for name in figures["estimated"] if re.search(r"^II\.06a/.*/c\d+$", name)]
    assert marked
    assert {name: book.value(name) for name in marked} == {name: figures["figures"][name] for name in marked}
