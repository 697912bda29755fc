"""The map changes inside a quarter: Phường 9 joins Phường 1 (2024-09-01), two levels and new wards (2025-07-01).

Here: an office of a dozen hand-written dossiers through every step of the job, both quarters held against the issued final
before. Not here: the rules on plain rows (unit/test_unit_successors).
Invariant: every expected figure is counted by hand in the comments below, from the files of tests/offices.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from by_steps import pages_alone, report_by_steps
from issued_office import forced

from pipelines.audit.control import untraceable_cells
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.issue import Request, issue
from pipelines.recount.recount import recount
from pipelines.units.reports import make_units

OFFICE = Path(__file__).parents[1] / "offices" / "map-2024-2025"
COLUMNS = (
    "received_total", "received_online", "received_direct_postal", "carried_in", "resolved_total", "resolved_early",
    "resolved_on_time", "resolved_overdue", "pending_total", "pending_in_time", "pending_overdue",
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("map") / "office"
    shutil.copytree(OFFICE, root, ignore=shutil.ignore_patterns("data"))
    return root


def after_final(office: Path, before: str, period: str) -> Path:
    """Build a quarter, the one before it issued as final."""
    with pages_alone():
        report_by_steps(office, before)
    loaded = load_office(office)
    issue(loaded, forced(loaded, Request(before, "final", "Người thử", "gửi quý trước"), "đơn vị mẫu nhỏ"))
    with pages_alone(tables=True):
        return report_by_steps(office, period).report_dir


@pytest.fixture(scope="module")
def merger(office: Path) -> Path:
    return after_final(office, "2024-Q2", "2024-Q3")


@pytest.fixture(scope="module")
def two_levels(office: Path) -> Path:
    return after_final(office, "2025-Q2", "2025-Q3")


def rows(report: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def total(report: Path, scope: str) -> tuple[int, ...]:
    query = f"select {', '.join(COLUMNS)} from form_ii_06a where scope_id = '{scope}' and row_kind = 'total'"
    (row,) = rows(report, query)
    return row


# --- 2024-Q3, 15/6 to 14/9/2024 ------------------------------------------------------------------------------------
# P9 before the merger: B1 carried in, done 20/6, due 10/6 (late); B2 carried in, done 10/9 by P1, due 30/6 (late);
# B3 received 1/8 directly, done on its due day 5/8; B4 received 28/8 online, due 12/9, open on 14/9 (late).
# P1: A1 carried in, done 18/6, due 20/6 (early); A3 received 5/9 directly, due 20/9, open.
# Desk: C1 carried in, done 20/6, due 25/6 (early).


def test_what_a_merged_ward_received_counts_for_the_ward_it_joined(merger: Path) -> None:
    # 3 = 7: 4 = B4, 5 = B3, A3, 6 = A1, B1, B2, C1; 7 = 5: 8 = A1, C1, 9 = B3, 10 = B1, B2; 11 = 2: 12 = A3, 13 = B4.
    assert total(merger, "tp-st") == (7, 1, 2, 4, 5, 2, 1, 2, 2, 1, 1)
    assert total(merger, "p01") == (6, 1, 2, 3, 4, 1, 1, 2, 2, 1, 1)


def test_a_ward_that_is_no_more_has_no_form_and_no_row(merger: Path) -> None:
    assert rows(merger, "select * from form_ii_06a where scope_id = 'p09'") == []
    by_unit = rows(merger, "select row_unit_id, received_total from form_ii_06a_by_unit where row_kind = 'row'")
    assert dict(by_unit) == {"tp-st-tp": 1, "p01": 6, "p05": 0}


def test_the_annex_shows_the_bridge(merger: Path) -> None:
    bridge = rows(
        merger,
        "select unit_id, original_unit_id, received_total, carried_in, resolved_total, pending_total "
        "from rpt_unit_bridge order by original_unit_id",
    )
    # P1 itself A1, A3; from P9 B1, B2, B3, B4.
    assert bridge == [("p01", "p01", 2, 1, 1, 1), ("p01", "p09", 4, 2, 3, 1)]
    page = (merger / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "UBND Phường 1 gồm UBND Phường 9 (từ ngày 01/9/2024): cột 3 4; cột 6 2; cột 7 3; cột 11 1." in page
    assert (merger / "evidence" / "cau-noi-don-vi.csv").is_file()


def test_the_carry_over_across_the_merger_is_explained_dossier_by_dossier(merger: Path) -> None:
    # Column 6 is 4, column 11 of the final before was 4: the same dossiers, of which B1 and B2 changed their ward.
    assert rows(merger, "select dossier_code, side, reason_code from rpt_carry_over order by 1") == [
        ("B1", "moved", "unit_reassigned"),
        ("B2", "moved", "unit_reassigned"),
    ]


def test_the_merged_wards_own_report_rests_on_the_files_of_both(office: Path, merger: Path) -> None:
    (made,) = make_units(load_office(office), merger, ["p01"])
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {item["unit_id"] for item in manifest["deliveries"]} == {"p01", "p09"}
    assert manifest["figures"]["II.06a/p01/total/c3"] == 6
    # The bridge between the units of before and of now is of the packet that is kept.
    assert "Phường 9" in (made.folder / "luu-ho-so.html").read_text(encoding="utf-8")


# --- 2025-Q3, 15/6 to 14/9/2025 ------------------------------------------------------------------------------------
# P1 until 30/6: D1 carried in, done 27/6, due 30/6 (early); D2 received 20/6 directly, done on its due day 5/7 by Phú
# Lợi. Phú Lợi: G1 received 10/7 online, of a procedure of the district until 30/6 and of the ward since, done 18/7, due
# 20/7 (early). Phường Sóc Trăng: E1 of P5 carried in, done 1/7, due 12/6 (late). Centre: F1 of the desk carried in, of
# the district level when it was received, done 9/7, due 10/7 (early).


def test_the_office_of_the_end_reports_the_units_of_the_end(two_levels: Path) -> None:
    # 3 = 5: 4 = G1, 5 = D2, 6 = D1, E1, F1; 7 = 5: 8 = D1, F1, G1, 9 = D2, 10 = E1.
    assert total(two_levels, "tp-ct") == (5, 1, 1, 3, 5, 3, 1, 1, 0, 0, 0)
    assert total(two_levels, "phu-loi") == (3, 1, 1, 1, 3, 2, 1, 0, 0, 0, 0)
    assert total(two_levels, "soc-trang") == (1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0)
    by_unit = rows(two_levels, "select row_unit_id, received_total from form_ii_06a_by_unit where row_kind = 'row'")
    assert dict(by_unit) == {"so-tp": 1, "phu-loi": 3, "soc-trang": 1}
    page = (two_levels / "bao-cao.html").read_text(encoding="utf-8")
    assert "Đơn vị báo cáo: UBND thành phố Cần Thơ" in page
    assert "Đơn vị nhận báo cáo: Văn phòng Chính phủ" in page


def test_levels_and_their_headings_are_those_in_force(two_levels: Path, merger: Path) -> None:
    query = (
        "select row_code, label, received_total from form_ii_06a_by_unit where row_kind = 'section' union all "
        "select row_code, label, received_total from form_ii_06a where row_kind = 'section' and scope_id = "
        "(select office_unit_id from landed.question) order by row_code"
    )
    assert rows(two_levels, query) == [
        ("A", "TTHC thuộc thẩm quyền giải quyết của cấp tỉnh", 1),  # F1: of the district level when it was received
        ("B", "TTHC thuộc thẩm quyền giải quyết của cấp xã", 4),  # G1 too: of the ward since 1/7
        ("I", "Trung tâm Phục vụ hành chính công", 1),
        ("II", "UBND phường", 4),
    ]
    assert [label for _, label, _ in rows(merger, query)][::2] == [
        "TTHC thuộc thẩm quyền giải quyết của cấp huyện",
        "Bộ phận Một cửa thành phố",
    ]


def test_no_document_of_two_levels_speaks_of_a_district(two_levels: Path) -> None:
    for name in ("bao-cao.html", "luu-ho-so.html"):
        assert "cấp huyện" not in (two_levels / name).read_text(encoding="utf-8").lower(), name


def test_every_unit_of_the_old_map_is_bridged_to_the_new_one(two_levels: Path) -> None:
    bridge = rows(
        two_levels,
        "select unit_id, original_unit_id, received_total, carried_in, resolved_total, pending_total "
        "from rpt_unit_bridge order by unit_id, original_unit_id",
    )
    assert bridge == [
        ("phu-loi", "p01", 2, 1, 2, 0),
        ("phu-loi", "phu-loi", 1, 0, 1, 0),
        ("soc-trang", "p05", 1, 1, 1, 0),
        ("tt-ct", "bpmc", 1, 1, 1, 0),
    ]


def test_the_carry_over_across_the_two_levels_is_explained_dossier_by_dossier(two_levels: Path) -> None:
    assert rows(two_levels, "select dossier_code, side, reason_code from rpt_carry_over order by 1") == [
        ("D1", "moved", "unit_reassigned"),
        ("E1", "moved", "unit_reassigned"),
        ("F1", "moved", "unit_reassigned"),
    ]
    (pending,) = rows(two_levels, "select count(*) from landed.prior_dossier where is_pending")
    assert pending == (3,)


@pytest.mark.parametrize("quarter", ["merger", "two_levels"])
def test_every_cell_is_traced_and_counted_again(quarter: str, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(quarter)
    layouts = load_layouts(report / "forms.json")
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        assert untraceable_cells(connection, layouts) == []
    result = recount(report / "warehouse.duckdb", layouts)
    assert result.agrees, result
