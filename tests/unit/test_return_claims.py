"""Headings of returns that name a period or a unit in words the office's tables do not have.

Here: returns without their hidden identity, each heading written anew. Not here: what a heading in the table's words
does (test_claims).
Invariant: a heading that names another unit or another period is refused however it names it; its own never is.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from return_book import fill, heads
from test_claims import arrive, now, office, return_of, without_identity

from pipelines.cli import main
from pipelines.office.settings import Office, load_office
from pipelines.units.returns import make_returns
from pipelines.warehouse.delivery_states import State, state_of

__all__ = ["office"]


def headed(office: Office, *lines: str) -> Path:
    """The return of p01 for the first quarter, every sheet with these lines below its title."""
    path = return_of(office, "p01")
    without_identity(path)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet["A2"].value:
            for row, line in enumerate(lines, start=2):
                sheet.cell(row, 1).value = line
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("UBND Phường 1 – Quý IV năm 2020 (từ 15/09/2020 đến 14/12/2020)", "Quý IV năm 2020"),
        ("UBND Phường 1 – Quý IV/20", "Quý IV năm 2020"),
        ("Q4/2020 – UBND Phường 1", "Quý IV năm 2020"),
        ("UBND Phường 1, Q.IV-2020", "Quý IV năm 2020"),
        ("UBND Phường 1 – quy 4 nam 2020", "Quý IV năm 2020"),
        ("UBND Phường 1 – 3 tháng cuối năm 2020 (từ 15/09/20 đến 14/12/20)", "Quý IV năm 2020"),
        ("UBND Phường 1 – 6 tháng cuối năm 2020", "6 tháng cuối năm 2020"),
        ("UBND Phường 1 – Năm 2019", "Năm 2019"),
        ("UBND Phường 1 – 15/09/20 - 14/12/20", "15/09/20 - 14/12/20"),
        ("UBND Phường 1 – Quý I năm 2021 (từ 15/09/2020 đến 14/12/2020)", "từ 15/09/2020 đến 14/12/2020"),
        ("Phường 2 – Q1/2021", "UBND Phường 2"),
        ("Đơn vị báo cáo: Phường 2 - Kỳ báo cáo: Quý 1/2021", "UBND Phường 2"),
        ("Quý I năm 2021 – UBND Phường 2", "UBND Phường 2"),
    ],
)
def test_a_heading_of_another_period_or_unit_is_refused_however_it_names_it(
    office: Office, heading: str, named: str
) -> None:
    arrive(office, headed(office, heading).read_bytes(), "p01", "phieu-bao-cao_2021-Q1_p01.xlsx")
    found = now(office)
    assert {state_of(item) for item in found} == {State.REFUSED}
    assert named.removeprefix("từ ") in found[0].verdict["refused_reason"]


def test_a_heading_over_two_lines_is_read_whole(office: Office) -> None:
    path = headed(office, "Đơn vị: UBND Phường 1", "Kỳ báo cáo: Quý IV/20")
    arrive(office, path.read_bytes(), "p01", "phieu-bao-cao_2021-Q1_p01.xlsx")
    assert {state_of(item) for item in now(office)} == {State.REFUSED}


@pytest.mark.parametrize(
    "heading",
    [
        "UBND Phường 1 – Q1/21",
        "UBND Phường 1 – 3 tháng đầu năm 2021",
        "UBND Phường 1 – từ 15/12/20 đến 14/3/21",
        "UBND Phường 1 – tháng 02/2021",
        "UBND thành phố Thử – Phường 1 – Quý I – năm 2021",
        "Kỳ báo cáo: Quý 1/2021; Đơn vị: UBND Phường 1",
    ],
)
def test_a_heading_of_its_own_unit_and_period_is_counted(office: Office, heading: str) -> None:
    arrive(office, headed(office, heading).read_bytes(), "p01", "phieu-bao-cao_2021-Q1_p01.xlsx")
    counted = [item for item in now(office) if item.is_counted]
    assert [item.delivery.stream for item in counted] == ["trainings"]


def test_inspect_says_that_a_return_of_a_period_no_table_knows_would_be_refused(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    path = headed(office, "UBND Phường 1 – Quý IV/20")
    main(["--office", str(office.root), "inspect", str(path), "--unit", "p01", "--period", "2021-Q1"])
    printed = capsys.readouterr().out
    assert "✗ Tệp sẽ bị từ chối: Tệp là phiếu của Quý IV năm 2020, không phải phiếu của Quý I năm 2021." in printed
    assert "✓" not in printed


def returned(office: Office, period: str, unit: str, sheet: str, *records: dict[str, object]) -> None:
    """A return as an officer fills it in, without its hidden identity and without a heading; every other sheet is nil."""
    (path,) = [path for path in make_returns(office, period) if path.stem.endswith(f"_{unit}")]
    fill(path, sheet, *records)
    without_identity(path)
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        page["A2"] = None
    book.save(path)
    arrive(office, path.read_bytes(), unit, path.name, period)


@pytest.mark.parametrize(
    ("day", "found"),
    [(dt.datetime(2021, 2, 1), ["no_row_in_period"]), (dt.datetime(2021, 4, 1), [])],
)
def test_a_return_none_of_whose_days_is_in_its_period_is_asked_about(
    office: Office, day: dt.datetime, found: list[str]
) -> None:
    training: dict[str, object] = {
        "Mã lớp tập huấn": "TH-01",
        "Cơ quan tổ chức": "Đơn vị tự tổ chức",
        "Chuyên đề tập huấn": "Khác",
    }
    training |= {"Số cán bộ đầu mối tham dự": 2}
    returned(office, "2021-Q2", "p01", "Tập huấn", {**training, "Ngày tập huấn": day})
    assert [claim.kind for item in now(office) for claim in item.claims] == found


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [(40, 40, ["earlier_rows"]), (40, 41, []), (4, 4, [])],
    ids=["number for number", "one more", "numbers so small are alike by chance"],
)
def test_sums_declared_again_for_the_next_period_are_asked_about(
    office: Office, first: int, second: int, found: list[str]
) -> None:
    with (office.root / "reference" / "obligations.csv").open("a", encoding="utf-8") as duties:
        duties.write("p03,declared_dossiers,,\n")
    again = load_office(office.root)
    for period, number in (("2021-Q1", first), ("2021-Q2", second)):
        returned(again, period, "p03", "Giải quyết TTHC", sums(again, period, number))
    assert [claim.kind for item in now(again) for claim in item.claims] == found


def sums(office: Office, period: str, number: int) -> dict[str, object]:
    """So many received over the counter and handled in time; no other number is stated."""
    (path,) = [path for path in make_returns(office, period) if path.stem.endswith("_p03")]
    first, second, *others = heads(openpyxl.load_workbook(path)["Giải quyết TTHC"])
    given = {head: number for head in others if any(word in head.casefold() for word in ("trực tiếp", "đúng hạn"))}
    return {first: "Cấp xã", second: "Hộ tịch", **given}
