"""Files as offices really send them, through every step of the job: figures, coverage, run's words, mend books, issuing.

Here: the cases of ../shared/cases about whose a file is, of which period and what it no longer has, in one office.
Not here: each claim by itself (unit/test_claims). Invariant: expected values are those of the cases' README.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from by_steps import pages_alone, report_by_steps
from sample_copy import copy_office
from shared_files import shared

from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package.issue import Request, issue
from pipelines.units.board import make_board
from pipelines.units.mend import make_mend_books
from pipelines.warehouse.accept import accept
from pipelines.warehouse.status import period_status, status_lines

OLD, NEW = "Sổ theo dõi hồ sơ_2021_03_15_06_30.xlsx", "Sổ theo dõi hồ sơ_2021_03_15_06_30 (1).xlsx"
RETURN = "phieu-bao-cao_2021-Q1_p02.xlsx"


def put(root: Path, case: str, *places: str, minutes: int = 0) -> None:
    """Copy what a case has at some places of its inbox; `minutes` sets the file times apart."""
    for place in places:
        source = shared(f"cases/{case}/{place}")
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file():
                relative = path.relative_to(source.parent if source.is_file() else source)
                folder = "/".join(Path(place).parts[-2:] if source.is_dir() else Path(place).parts[-3:-1])
                target = root / "inbox" / folder / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                moment = 1_615_000_000 + 60 * minutes
                os.utime(target, (moment, moment))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample office with the cases' files alone, received in two looks."""
    root = copy_office(tmp_path_factory.mktemp("believed") / "office")
    shutil.rmtree(root / "inbox")
    with (root / "reference" / "obligations.csv").open("a", encoding="utf-8") as obligations:
        obligations.write("p07,declared_dossiers,,\n")
    put(root, "count-04-same-file-from-two-wards", "inbox/2021-Q1/p04", "inbox/2021-Q1/p05")
    put(root, "deliver-02-neighbours-return-workbook", "2021-Q1/p03", "2021-Q1/p04")
    put(root, "deliver-03-last-quarters-return-renamed", "2021-Q2/p07")
    put(root, "deliver-05-two-versions-one-run", f"2021-Q1/p02/{RETURN}", minutes=1)
    put(root, "deliver-05-two-versions-one-run", "2021-Q1/p02/phieu-bao-cao_2021-Q1_p02 ban cuoi.xlsx", minutes=9)
    put(root, "deliver-09-only-the-mended-rows-come-back", "1-first/2021-Q1/p02")
    receive_inbox(load_office(root))
    put(root, "deliver-09-only-the-mended-rows-come-back", "2-then/2021-Q1/p02", minutes=20)
    put(root, "count-02-gone-from-next-population-export", "inbox/2021-Q1/p01", "inbox/2021-Q2/p01")
    yield root


@pytest.fixture(scope="module")
def first(office: Path) -> Path:
    """The report of the first quarter."""
    with pages_alone():
        return report_by_steps(office, "2021-Q1").report_dir


def ask(report: Path, query: str) -> list[tuple]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def received(report: Path) -> dict[str, int]:
    query = "select receiving_unit_id, count(*) from int_dossier_known group by receiving_unit_id"
    return dict(ask(report, query))


def rows_of_the_replaced(report: Path) -> int:
    """Rows counted of ward 2's first export of the quarter, which two mended rows came to replace."""
    ((count,),) = ask(
        report,
        "select count(*) from stg_case_exports as row_of inner join landed.delivery as d using (delivery_id) "
        "where d.unit_id = 'p02' and d.period_id = '2021-Q1' and d.file_name not like '%(1)%'",
    )
    return int(count)


def test_a_neighbour_s_export_moves_no_figure(first: Path) -> None:
    found = received(first)
    assert (found.get("p04"), found.get("p05")) == (3, None)


def test_records_a_replacement_lacks_keep_counting(first: Path) -> None:
    assert received(first)["p02"] == 6


def test_of_two_versions_in_one_look_the_file_written_later_counts(first: Path) -> None:
    query = "select focal_count from stg_trainings where sender_unit_id = 'p02'"
    assert ask(first, query) == [(7,)]


def test_a_neighbour_s_return_is_counted_once_and_answers_nothing(first: Path) -> None:
    query = "select unit_id, sum(case when is_counted then 1 else 0 end) from rpt_delivery where stream = 'trainings' group by unit_id"
    found = dict(ask(first, query))
    assert (found["p02"], found["p03"], found["p04"]) == (1, 0, 1)
    states = dict(ask(first, "select unit_id, state from rpt_coverage where stream = 'trainings'"))
    assert (states["p03"], states["p04"]) == ("refused", "accepted")


def refused_issue(office: Path, period: str) -> str:
    with pytest.raises(OfficeError) as noted:
        issue(load_office(office), Request(period, "final", "Trần B", "thử"))
    return str(noted.value)


def test_issuing_is_held_and_says_whose_each_file_is(office: Path, first: Path) -> None:
    noted = refused_issue(office, "2021-Q1")
    assert "Tệp là số liệu của UBND Phường 4 (3 dòng), không có dòng nào của UBND Phường 5." in noted
    assert "Tệp là phiếu của UBND Phường 4, lại nằm ở thư mục của UBND Phường 3." in noted
    for code in ("210301-0001", "210302-0002", "210303-0003", "210304-0004"):
        assert f"000.02.H52-{code}" in noted


def test_status_and_mend_books_say_it_too(office: Path, first: Path) -> None:
    loaded = load_office(office)
    lines = "\n".join(status_lines(period_status(loaded, "2021-Q1")))
    assert "Tệp là số liệu của UBND Phường 4" in lines
    assert "Tệp là phiếu của UBND Phường 4" in lines
    books = {book.unit_id: book for book, _ in make_mend_books(loaded, "2021-Q1")}
    assert "Tệp là số liệu của UBND Phường 4" in books["p05"].refused[0].reason
    assert "thiếu 4 bản ghi" in books["p02"].doubts[0].reason


def test_what_was_accepted_as_gone_leaves_in_the_next_report_and_its_blocker_with_it(office: Path, first: Path) -> None:
    accept(load_office(office), NEW, "Trần B", "bốn hồ sơ nhập trùng")
    with pages_alone():
        again = report_by_steps(office, "2021-Q1")
    assert again.built
    assert (received(again.report_dir)["p02"], rows_of_the_replaced(again.report_dir)) == (2, 0)
    assert "thiếu 4 bản ghi" not in refused_issue(office, "2021-Q1")


@pytest.fixture(scope="module")
def second(office: Path) -> Path:
    """The report of the second quarter.

    An export of the 15th of March, from before it began, is all that ward 2 sends for it. It comes last: it has the
    four dossiers accepted as gone above, and rows count by their dates, whatever period their file was sent for.
    """
    put(office, "deliver-12-old-export-answers-for-new-quarter", "2021-Q2/p02")
    with pages_alone():
        return report_by_steps(office, "2021-Q2").report_dir


def test_an_old_export_and_an_old_return_answer_nothing_for_the_new_quarter(office: Path, second: Path) -> None:
    report = second
    query = "select unit_id || ':' || stream, state from rpt_coverage"
    states = dict(ask(report, query))
    assert (states["p02:case_exports"], states["p07:declared_dossiers"]) == ("stale", "refused")
    noted = refused_issue(office, "2021-Q2")
    assert "Phường 2 chỉ có số liệu cũ" in noted
    assert "Tệp là phiếu của Quý I năm 2021, không phải phiếu của Quý II năm 2021." in noted


def test_status_and_mend_books_say_what_only_the_report_found(office: Path, second: Path) -> None:
    loaded = load_office(office)
    lines = "\n".join(status_lines(period_status(loaded, "2021-Q2")))
    doubt = "1 hồ sơ đang giải quyết không còn trong danh sách đầy đủ: 000.01.99.H51-210305-0001."
    assert f"cần xác nhận «{OLD.replace('03_15', '06_15')}»: {doubt}" in lines
    assert "UBND Phường 2, danh sách hồ sơ: chỉ có số liệu cũ" in lines
    books = {book.unit_id: book for book, _ in make_mend_books(loaded, "2021-Q2")}
    assert doubt in [item.reason for item in books["p01"].doubts]
    assert doubt in make_board(loaded, "2021-Q2").read_text(encoding="utf-8")
