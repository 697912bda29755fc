"""An office that is itself a commune, and one that is a department: from `kstt init` to a report.

Here: the folder, the figures of one file by a count by hand, whose report it is. Not here: a city (test_handbook).
Invariant: nothing is written by hand but the file the office's own system exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import time_machine
from by_steps import report_by_steps

from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.package.model import reporting_units
from pipelines.setup.check import check_office

PERIOD = "2026-Q3"  # 15/06/2026–14/09/2026
FILE = "Danh sach ho so_2026_09_15.csv"
HEAD = "Mã hồ sơ;Mã TTHC;Tên thủ tục hành chính;Đơn vị tiếp nhận;Hình thức tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái"


@dataclass(frozen=True)
class Level:
    """One kind of office: what it is called, and what its file calls the place that received."""

    level: str
    name: str
    unit_id: str
    received_at: tuple[str, str]
    section: str
    signature: str


LEVELS = {
    "commune": Level(
        "commune",
        "UBND xã Tân Lập",
        "xa-tan-lap",
        ("UBND xã Tân Lập", "Trung tâm Phục vụ hành chính công xã Tân Lập"),
        "B",
        "CHỦ TỊCH",
    ),
    "department": Level(
        "department", "Sở Tư pháp", "so-tu-phap", ("Sở Tư pháp", "Bộ phận Một cửa Sở Tư pháp"), "A", "THỦ TRƯỞNG ĐƠN VỊ"
    ),
}
# Procedure: birth registered (of communes), and a certificate of the department's own field.
PROCEDURES = {"commune": "1.001193;Đăng ký khai sinh", "department": "2.000488;Cấp Phiếu lý lịch tư pháp"}


def rows_of(level: Level) -> list[str]:
    procedure, (own, desk) = PROCEDURES[level.level], level.received_at
    return [
        f"H99-260701-0001;{procedure};{own};Trực tiếp;01/07/2026;03/07/2026;02/07/2026;Đã trả kết quả",
        f"H99-260702-0002;{procedure};{desk};Trực tuyến;02/07/2026;03/07/2026;06/07/2026;Đã trả kết quả",
        f"H99-260601-0003;{procedure};{own};Trực tiếp;01/06/2026;20/07/2026;20/07/2026;Đã trả kết quả",
        f"H99-260910-0004;{procedure};{desk};Trực tuyến;10/09/2026;17/09/2026;;Đang xử lý",
    ]


@pytest.fixture(scope="module", params=list(LEVELS))
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Level, Path]]:
    """The office's folder after its first quarter."""
    level = LEVELS[request.param]
    root = tmp_path_factory.mktemp(level.level) / "don-vi"
    asked = ["--name", level.name, "--level", level.level, "--first-period", PERIOD, "--owes", "core"]
    assert main(["init", str(root), *asked, "--parent", "UBND tỉnh Bình Minh"]) == 0
    path = root / "inbox" / PERIOD / level.unit_id / FILE
    path.write_text("\n".join([HEAD, *rows_of(level)]) + "\n", encoding="utf-8")
    assert main(["--office", str(root), "profile", str(path), "--write"]) == 0
    with time_machine.travel("2026-09-16T08:00:00+07:00"):
        assert main(["--office", str(root), "receive"]) == 0
        report_by_steps(root, PERIOD)
        yield level, root


def report_of(root: Path) -> Path:
    (found,) = (root / "data" / "reports" / PERIOD).glob("*/*/warehouse.duckdb")
    return found.parent


def test_the_new_folder_is_right_and_has_one_sender(lived: tuple[Level, Path]) -> None:
    level, root = lived
    assert check_office(root).faults == ()
    office = load_office(root)
    assert list(office.reference["obligations"]["unit_id"]) == [level.unit_id]
    assert [path.name for path in (root / "inbox" / PERIOD).iterdir()] == [level.unit_id]
    assert level.signature in office.settings.office.signature[-1]


def test_its_own_dossiers_are_counted_in_its_section_as_by_hand(lived: tuple[Level, Path]) -> None:
    level, root = lived
    names = (
        "received_total, received_online, received_direct_postal, carried_in, resolved_early, resolved_on_time, "
        "resolved_overdue, pending_total"
    )
    with duckdb.connect(report_of(root) / "warehouse.duckdb", read_only=True) as connection:
        rows = dict(
            (code, figures)
            for code, *figures in connection.execute(
                f"select row_code, {names} from form_ii_06a where scope_id = ?", [level.unit_id]
            ).fetchall()
        )
        (unknown,) = connection.execute(
            "select count(*) from fct_dossier_period where receiving_unit_id <> ?", [level.unit_id]
        ).fetchone() or (None,)
    # Four: early, late by one working day, carried in and done on its day, open and in time.
    assert rows["total"] == [4, 2, 1, 1, 1, 1, 1, 1]
    assert rows[level.section] == rows["total"]
    assert unknown == 0


def test_the_report_is_its_own_and_nobody_else_has_one(lived: tuple[Level, Path]) -> None:
    level, root = lived
    report = report_of(root)
    assert reporting_units(report / "warehouse.duckdb") == []
    page = (report / "bao-cao.html").read_text(encoding="utf-8")
    assert level.name.upper() in page or level.name in page
    assert f'data-figure="II.06a/{level.unit_id}/total/c3"' in page
    assert level.signature in page
    assert (report / "so-tra-cuu" / "index.html").is_file()
