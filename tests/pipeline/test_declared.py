"""A ward that declares II.06a in its return, through every step of the job: form, mark, trace, evidence, coverage, blocker.

Here: the sample's p02 exports, p08 declares (then does both). Not here: the rules (unit/test_declared_dossiers).
Invariant: sums are made again here from the numbers written into the workbook and the fact rows.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from by_steps import pages_alone, report_by_steps
from return_book import fill
from sample_copy import copy_small_office

from pipelines.audit.control import untraceable_cells
from pipelines.audit.trace import trace
from pipelines.audit.trace_text import trace_lines
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.blockers import blockers
from pipelines.package.model import read_model
from pipelines.recount.recount import recount
from pipelines.units.returns import make_returns

# Columns 4, 5, 6, 8, 9, 10, 12, 13 of each line: 3 = 7 + 11 is 21 = 15 + 6, and 2 = 2 + 0.
LINES = {
    ("Cấp xã", "Hộ tịch"): (7, 11, 3, 9, 4, 2, 5, 1),
    ("Cấp xã", "Chứng thực"): (0, 2, 0, 2, 0, 0, 0, 0),
}
DECLARED = "Giải quyết TTHC"
HEADS = (
    "Nhận trực tuyến (cột 4)", "Nhận trực tiếp, bưu chính (cột 5)", "Từ kỳ trước chuyển sang (cột 6)",
    "Đã giải quyết trước hạn (cột 8)", "Đã giải quyết đúng hạn (cột 9)", "Đã giải quyết quá hạn (cột 10)",
    "Đang giải quyết trong hạn (cột 12)", "Đang giải quyết quá hạn (cột 13)",
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_small_office(tmp_path_factory.mktemp("declared") / "office")
    table = root / "reference" / "obligations.csv"
    text = table.read_text(encoding="utf-8")
    assert "p08,case_exports" in text
    table.write_text(text.replace("p08,case_exports", "p08,declared_dossiers"), encoding="utf-8")
    inbox = root / "inbox" / "2021-Q1" / "p08"
    shutil.move(inbox, root / "taken out")
    paths = make_returns(load_office(root), "2021-Q1")
    (path,) = [path for path in paths if path.stem.endswith("_p08")]
    lines = [
        {"Cấp giải quyết": level, "Lĩnh vực": field, **dict(zip(HEADS, numbers, strict=True))}
        for (level, field), numbers in LINES.items()
    ]
    fill(path, DECLARED, *lines)
    inbox.mkdir(parents=True)
    shutil.copy(path, inbox / path.name)
    return root


@pytest.fixture(scope="module")
def report(office: Path) -> Path:
    return report_by_steps(office, "2021-Q1").report_dir


def test_each_cell_is_counted_plus_declared_recounted_and_traced_to_file_sheet_and_row(report: Path) -> None:
    layouts = load_layouts(report / "forms.json")
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        assert untraceable_cells(connection, layouts) == []
        (counted,) = connection.execute("select count(*) from fct_dossier_period").fetchone() or (0,)
        own = connection.execute(
            "select received_total, resolved_total, pending_total, pending_overdue from form_ii_06a "
            "where scope_id = 'p08' and row_kind = 'total'"
        ).fetchone()
    assert own == (23, 17, 6, 1)
    assert recount(report / "warehouse.duckdb", layouts).agrees
    (cell,) = trace(report, "II.06a", "total", 3)
    assert (cell.figure, len(cell.rows)) == (counted + 23, counted)
    text = "\n".join(trace_lines(cell, 1))
    assert "(khớp)" in text and "số đơn vị tự kê 23:" in text
    assert "← UBND Phường 8 · phieu-bao-cao_2021-Q1_p08.xlsx · Giải quyết TTHC · dòng 7" in text


def test_what_a_unit_declares_is_marked_unlike_an_estimate(report: Path) -> None:
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    total = "II.06a/tp-st/total/c3"
    assert (manifest["declared"][total], manifest["estimated"]) == (23, {})
    page = (report / "bao-cao.html").read_text(encoding="utf-8")
    printed = f"{manifest['figures'][total]:,}".replace(",", ".")
    assert f'data-figure="{total}">{printed}†<' in page
    assert "(†) Có số do đơn vị tự kê trong phiếu báo cáo" in page
    assert "dòng Tổng cộng: cột 3: 23;" in page and "Có số ước" not in page
    assert (report / "evidence" / "so-ke-khai-va-uoc.csv").is_file()


def test_a_unit_that_also_exports_is_counted_and_the_difference_blocks_issuing(office: Path, report: Path) -> None:
    assert not (report / "evidence" / "ke-khai-va-dem.csv").exists()
    for path in sorted((office / "taken out").rglob("*.*")):
        shutil.copy(path, office / "inbox" / "2021-Q1" / "p08" / path.name)
    with pages_alone(tables=True):
        both = report_by_steps(office, "2021-Q1").report_dir
    with duckdb.connect(both / "warehouse.duckdb", read_only=True) as connection:
        declared = connection.execute("select count(*) from fct_declared_period").fetchone()
        sides = connection.execute(
            "select sum(declared), sum(counted) from rpt_declared_against_counted where column_no = 3"
        ).fetchone()
        own = connection.execute("select count(*) from fct_dossier_period where receiving_unit_id = 'p08'").fetchone()
        loaded = load_office(office)
        noted = blockers(connection, read_model(loaded, both / "warehouse.duckdb", load_layouts(both / "forms.json")))
    assert declared == (0,)
    assert sides is not None and own is not None
    assert sides == (23, own[0])
    assert any("UBND Phường 8 vừa gửi danh sách hồ sơ vừa tự kê số liệu" in line for line in noted)
    page = (both / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "UBND Phường 8, Hộ tịch (mục B), cột 4: đơn vị kê 7" in page
    assert (both / "evidence" / "ke-khai-va-dem.csv").is_file()
