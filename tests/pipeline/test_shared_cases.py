"""Every case of ../shared/cases through receiving, reading, judging and the models: the figures its README asks for.

Here: one small office a case, the files of the case alone, questions and their right values. Not here: documents,
issuing (test_believed). Invariant: expected values are those of the cases' README.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from compiled_project import build, compiled
from sample_copy import REPOSITORY
from shared_files import shared

from pipelines.ingest.landing import keep_settings, receive
from pipelines.office.settings import load_office
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

# Columns 3 to 13 of II.06a over all units, from its fact: what the forms print of these dossiers.
COLUMNS = "received_total, received_online, received_direct_postal, carried_in, resolved_total, resolved_early, resolved_on_time, resolved_overdue, pending_total, pending_in_time, pending_overdue"
NUMBERS = range(3, 14)


@dataclass(frozen=True)
class Asked:
    """A period asked of a case: a query over its warehouse, and the rows that are right."""

    period: str
    query: str
    right: list[tuple]


def cells(period: str, code: str | None = None, **right: int) -> Asked:
    """Ask columns of II.06a (c3=1), of one dossier or of all of them."""
    names = dict(zip((f"c{number}" for number in NUMBERS), COLUMNS.split(", "), strict=True))
    columns = ", ".join(f"coalesce(sum({names[column]}), 0)" for column in right)
    where = f" where dossier_code = '{code}'" if code else ""
    return Asked(period, f"select {columns} from fct_dossier_period{where}", [tuple(right.values())])


# Each unit's dossiers; a unit with none is not there.
RECEIVED = "select receiving_unit_id, sum(received_total) from fct_dossier_period where received_total > 0 group by all order by all"
REFUSED = "select unit_id, refused_reason from landed.delivery where status = 'refused' order by all"
PEOPLE = "select sender_unit_id, focal_count, one_stop_count, other_count from stg_trainings order by all"
DECLARED = (
    "select sum(c3) from (select sum(received_total) as c3 from fct_declared_period union all select 0) where c3 > 0"
)


@dataclass(frozen=True)
class Case:
    """Where the case's inbox lies inside it, what is changed before, and what is asked."""

    name: str
    asked: tuple[Asked, ...]
    inbox: str = ""
    office: str = "sample_office"
    prepare: Callable[[Path], None] = lambda _: None


def owes_declared(root: Path) -> None:
    with (root / "reference" / "obligations.csv").open("a", encoding="utf-8") as obligations:
        obligations.write("p07,declared_dossiers,,\n")


def sent(case: str, name: str, place: str) -> Callable[[Path], None]:
    """Put one file of a case at a place of the inbox."""

    def put(root: Path) -> None:
        (root / "inbox" / place).mkdir(parents=True)
        shutil.copy(shared(f"cases/{case}/{name}"), root / "inbox" / place / name)

    return put


def second_return_later(root: Path) -> None:
    for name, moment in (
        ("phieu-bao-cao_2021-Q1_p02", 1_615_300_000),
        ("phieu-bao-cao_2021-Q1_p02 ban cuoi", 1_615_310_000),
    ):
        os.utime(root / "inbox" / "2021-Q1" / "p02" / f"{name}.xlsx", (moment, moment))


CASES = (
    Case("count-01-withdrawn-while-waiting", (cells("2021-Q1", c12=1, c13=0),), "inbox"),
    Case(
        "count-02-gone-from-next-population-export",
        (
            cells("2021-Q2", "000.01.99.H51-210305-0001", c3=0, c6=0, c11=0, c13=0),
            Asked("2021-Q2", "select dossier_code, kind from rpt_dossier_gone", [("000.01.99.H51-210305-0001", "deleted_dossier")]),
            cells("2021-Q3", c6=0, c11=0, c13=0),
        ),
        "inbox",
    ),
    Case(
        "count-03-ward-to-city-desk",
        (
            cells("2021-Q2", "000.01.99.H51-210308-0002", c3=1, c6=1, c7=1, c8=1, c13=0),
            Asked(
                "2021-Q2",
                "select receiving_unit_id, competent_level from int_dossier_known inner join int_dossier_placed "
                "using (dossier_code) where dossier_code like '%210308-0002'",
                [("tp-st-bpmc", "city")],
            ),
            cells("2021-Q3", "000.01.99.H51-210308-0002", c3=0, c6=0, c11=0),
        ),
        "inbox",
    ),
    Case("count-04-same-file-from-two-wards", (Asked("2021-Q1", RECEIVED, [("p04", 3)]),), "inbox"),
    Case("count-07-morning-export-on-the-cutoff-day", (cells("2021-Q2", c12=2, c13=0),), "inbox"),
    Case("count-10-minute-against-second", (cells("2021-Q1", c3=1, c13=0),), "inbox"),
    Case("deliver-01-one-dossier-three-spellings", (cells("2021-Q1", c3=1, c7=1),)),
    Case(
        "deliver-02-neighbours-return-workbook",
        (
            Asked("2021-Q1", PEOPLE, [("p04", 1, 2, 3)]),
            Asked(
                "2021-Q1",
                f"select distinct * from ({REFUSED})",
                [("p03", "Tệp là phiếu của UBND Phường 4, lại nằm ở thư mục của UBND Phường 3.")],
            ),
        ),
    ),
    Case(
        "deliver-03-last-quarters-return-renamed",
        (
            Asked("2021-Q2", DECLARED, [(None,)]),
            Asked(
                "2021-Q2",
                f"select distinct * from ({REFUSED})",
                [("p07", "Tệp là phiếu của Quý I năm 2021, không phải phiếu của Quý II năm 2021.")],
            ),
        ),
        prepare=owes_declared,
    ),
    Case("deliver-04-total-word-in-second-column", (Asked("2021-Q1", DECLARED, [(15,)]),), prepare=owes_declared),
    Case(
        "deliver-05-two-versions-one-run",
        (Asked("2021-Q1", "select focal_count from stg_trainings", [(7,)]),),
        prepare=second_return_later,
    ),
    Case(
        "deliver-09-only-the-mended-rows-come-back",
        (
            Asked("2021-Q1", RECEIVED, [("p02", 6)]),
            Asked("2021-Q1", "select kind, holds_final from rpt_claim where is_open", [("records_gone", True)]),
        ),
        "1-first then 2-then",
    ),
    Case(
        "deliver-12-old-export-answers-for-new-quarter",
        (
            Asked("2021-Q2", "select state from rpt_coverage where unit_id = 'p02' and stream = 'case_exports'", [("stale",)]),
            Asked("2021-Q1", "select state from rpt_coverage where unit_id = 'p02' and stream = 'case_exports'", [("accepted",)]),
        ),
    ),
    Case(
        "read-03-no-due-date",
        (
            # A limit of five working days from the 15th of March: both are overdue, never in time by a blank cell.
            cells("2024-Q2", "B1", c7=1, c8=0, c9=0, c10=1),
            cells("2024-Q2", "B2", c11=1, c12=0, c13=1),
        ),
        office="tests/offices/map-2024-2025",
        prepare=sent("read-03-no-due-date", "hs_2024_06_14.csv", "2024-Q2/p01"),
    ),
    Case(
        "read-05-same-name-two-fields",
        (
            Asked(
                "2011-X",
                "select right(dossier_code, 1), field_code from int_dossier_placed order by all",
                [("1", "noise-residential"), ("2", "noise-commercial")],
            ),
        ),
        office="",
        prepare=sent("read-05-same-name-two-fields", "mini.csv", "2011-X/nyc"),
    ),
)  # fmt: skip


def office_of(case: Case, root: Path) -> Path:
    """The office with the files of the case alone, received as they came."""
    source = shared(f"cases/{case.name}")
    office = REPOSITORY / case.office if case.office else source
    shutil.copytree(office, root, ignore=shutil.ignore_patterns("data", "inbox", "generat*"))
    for look in case.inbox.split(" then "):
        for path in sorted((source / look).glob("*")):
            if path.is_dir() and re.fullmatch(r"20\d\d-Q\d", path.name):
                shutil.copytree(path, root / "inbox" / path.name, dirs_exist_ok=True)
        case.prepare(root)
        receive(load_office(root))
    return root


def answers(root: Path, period: str, queries: list[str], before: str = "") -> list[list[tuple]]:
    """Ask one period of the models the queries name, as a run does; `before` is run on what a run lands."""
    office = load_office(root)
    keep_settings(office)
    begin(office, Ask.parse(period, None, None), "case")
    database = warehouse_file(office, "case")
    with duckdb.connect(database) as connection:
        connection.execute(before)
    build(database, [f"+{name}" for name in compiled().models if any(name in query for query in queries)])
    with duckdb.connect(database, read_only=True) as connection:
        return [connection.execute(query).fetchall() for query in queries]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_case_comes_out_right(case: Case, tmp_path: Path) -> None:
    root = office_of(case, tmp_path / "office")
    for period in dict.fromkeys(asked.period for asked in case.asked):
        asked = [item for item in case.asked if item.period == period]
        found = answers(root, period, [item.query for item in asked])
        assert [(item.query, rows) for item, rows in zip(asked, found, strict=True)] == [
            (item.query, item.right) for item in asked
        ]


def test_a_feedback_refused_a_quarter_later_stays_in_the_first_and_leaves_the_second_with_a_named_reason(
    tmp_path: Path,
) -> None:
    root = office_of(Case("count-08-feedback-refused-next-quarter", (), "inbox"), tmp_path / "office")
    form = "select coalesce(sum(received_total), 0), coalesce(sum({}), 0) from fct_feedback_period"
    known = "select feedback_code, handling_unit_id, field_code from int_feedback_known"
    first, ((code, unit, field),) = answers(root, "2021-Q1", [form.format("own_pending"), known])
    # The final of the first quarter, as it was issued: the one feedback was pending.
    issued = (
        "insert into landed.prior_feedback (feedback_code, handling_unit_id, field_code, received_at, fate, is_pending) "
        f"values ('{code}', '{unit}', '{field}', '2021-03-01', 'open', true); "
        "update landed.question set prior_issue = '2021-Q1/v1'"
    )
    breaks = "select feedback_code, side, reason_code from rpt_feedback_carry_over"
    second, found = answers(root, "2021-Q2", [form.format("carried_in"), breaks], issued)
    assert (first, second) == ([(1, 1)], [(0, 0)])
    assert found == [(code, "left", "refused_later")]
