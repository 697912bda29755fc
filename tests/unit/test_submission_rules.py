"""What units owe and its state (area XI): by hand, and as `kstt status` gives it of the same office.

Here: literal sendings of two wards and a department; a tiny office whose files really arrive. Not here: reading files.
Invariant: every expected figure is counted by hand (domain/04 4.2, domain/08 8.6) beside its case.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from compiled_project import build
from office_folder import make_office, send
from record_units import Q1, UNITS, form
from test_landing_register import at
from test_recount import recounted
from warehouse_fixture import Row, Warehouse, question

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.units.returns import make_returns
from pipelines.warehouse.landed import write_landed
from pipelines.warehouse.question import Ask, resolve
from pipelines.warehouse.standing import standing
from pipelines.warehouse.status import period_status

MEASURES = (
    "submissions_owed", "sent_on_time", "sent_late", "sent_unknown", "returned", "not_sent", "declared_nil", "revisions",
    "days_late",
)  # fmt: skip


def _sending(unit: str, stream: str, moment: str, *, period: str = "2021-Q1", **noted: object) -> Row:
    """A sending whose day is known: earliest and latest are the same."""
    return {
        "delivery_id": f"{unit} {stream} {moment}", "unit_id": unit, "stream": stream, "period_id": period,
        "received_at": moment, "sent_from": moment[:10], "sent_until": moment[:10], "kind": "first", "status": "accepted", "is_standing": True, "rows_read": 5, **noted,
    }  # fmt: skip


SENDINGS = [
    # the last minute of the last day, mended in April: on time, one revision
    _sending("p01", "directives", "2021-03-11 23:59:00", is_standing=False),
    _sending("p01", "directives", "2021-04-02 08:00:00", kind="replacement"),
    # three days late, and nothing to show
    _sending("p01", "trainings", "2021-03-14 08:00:00", rows_read=0),
    # refused, and refused again
    _sending("p01", "findings", "2021-03-01 08:00:00", status="refused", is_standing=False),
    _sending("p01", "findings", "2021-03-02 08:00:00", status="refused", kind="replacement"),
    # a first file refused, a good one six days late
    _sending("p02", "directives", "2021-03-01 08:00:00", status="refused"),
    _sending("p02", "directives", "2021-03-17 08:00:00", kind="additional"),
    # seen on the 20th, and nothing says that it was not there before
    _sending("p02", "findings", "2021-03-20 08:00:00", sent_from=None),
    # seen on the 20th, not there on the 11th: not proved late; and its mended file certainly came after the day
    _sending("p02", "inspections", "2021-03-20 08:00:00", sent_from="2021-03-11", is_standing=False),
    _sending("p02", "inspections", "2021-04-02 08:00:00", kind="replacement"),
    # seen on the 20th, not there on the 13th: at least two days late
    _sending("p02", "death_cases", "2021-03-20 08:00:00", sent_from="2021-03-13", rows_read=0),
    # of another period, and not owed
    _sending("p02", "trainings", "2021-03-01 08:00:00", period="2021-Q2"),
    _sending("tp-st-tp", "trainings", "2021-03-01 08:00:00"),
]
OWED = [
    *[("p01", stream) for stream in ("directives", "trainings", "findings")],
    *[("p02", stream) for stream in ("directives", "trainings", "findings", "inspections", "death_cases")],
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    tables = {
        "unit": UNITS,
        "obligation": [{"unit_id": unit, "stream": stream} for unit, stream in OWED],
        "period": [
            {"period_id": "2021-Q1", "period_kind": "quarter", "label": "Quý I", "start_on": Q1[0], "end_on": Q1[1],
             "unit_deadline_on": "2021-03-11"},
        ],
        "sending": SENDINGS,
    }  # fmt: skip
    target = tmp_path_factory.mktemp("dbt")
    return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target).ask(
        {**question(*Q1), "period_id": "2021-Q1"}, select=["+form_submissions"]
    )


def test_a_unit_is_on_time_by_its_first_good_file_and_late_by_days_of_the_calendar(warehouse: Warehouse) -> None:
    assert form(warehouse, "form_submissions", MEASURES) == {
        "UBND Phường 1": (3, 1, 1, 0, 1, 0, 1, 2, 3),
        "UBND Phường 2": (5, 0, 2, 2, 0, 1, 1, 1, 8),
        "Tổng cộng": (8, 1, 3, 2, 1, 1, 2, 3, 11),
    }


def test_the_recount_agrees_on_every_cell(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())
    assert result.record_count == 8


# --- the same office by `kstt status` ---------------------------------------------------------------------------------

OBLIGATIONS = "unit_id,stream,valid_from,valid_to\n" + "".join(
    f"{unit},{stream},,\n" for unit in ("p01", "p02") for stream in ("case_exports", "directives", "trainings")
)


def _return(path: Path, ticks: list[str]) -> bytes:
    """Tick the nil of some sheets of an empty return."""
    book = openpyxl.load_workbook(path)
    for sheet in ticks:
        book[sheet].cell(4, 2).value = "x"
    book.save(path)
    return path.read_bytes()


def test_the_table_says_of_each_thing_owed_what_kstt_status_says(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", clock="2021-03-10T08:00:00+07:00", obligations=OBLIGATIONS)
    first, second = make_returns(load_office(root), "2021-Q1")
    # Phường 1: one sheet nil on time, one forgotten; mended after the day. Phường 2: late, one sheet still forgotten.
    send(root, first.name, _return(first, ["Tập huấn"]))
    receive_inbox(load_office(root))
    office_yaml = (root / "office.yaml").read_text(encoding="utf-8")
    (root / "office.yaml").write_text(office_yaml.replace("2021-03-10", "2021-03-20"), encoding="utf-8")
    send(root, first.name.replace(".xlsx", " (1).xlsx"), _return(first, ["Tập huấn", "Chỉ đạo điều hành"]))
    send(root, second.name, _return(second, ["Tập huấn"]), unit="p02")
    office = load_office(root)
    # A look after the deadline at which none of this lay there proves that it came late.
    (root / "inbox" / "2021-Q1").rename(tmp_path / "not-yet")
    receive_inbox(at(office, "2021-03-13T07:00:00+07:00"))
    (tmp_path / "not-yet").rename(root / "inbox" / "2021-Q1")
    receive_inbox(office)

    asked, deliveries = resolve(office, Ask("2021-Q1", as_of=dt.date(2021, 3, 14)))
    database = tmp_path / "warehouse.duckdb"
    write_landed(office, asked, standing(office, deliveries), database)
    build(database, ["+form_submissions"])
    warehouse = Warehouse.__new__(Warehouse)
    warehouse.path = database
    table = {
        str(row["thing"]): (row["reason_code"], row["received_on"])
        for row in warehouse.rows(
            "select reporting_unit_id || ' ' || stream as thing, reason_code, received_on from fct_submission_period"
        )
    }

    status = period_status(office, "2021-Q1")
    words = {"missing": {"not_sent"}, "refused": {"returned"}, "late": {"late", "late_nil"}}
    words |= {"on_time": {"on_time", "on_time_nil"}, "unknown": {"unknown", "unknown_nil"}}
    assert {f"{item.unit_id} {item.stream}" for item in status.owed} == set(table)
    for item in status.owed:
        reason = table[f"{item.unit_id} {item.stream}"][0]
        assert reason in words[item.state], item
        assert item.is_nil == str(reason).endswith("_nil")
    assert Counter(reason for reason, _ in table.values()) == {
        "not_sent": 2, "on_time_nil": 1, "late_nil": 2, "returned": 1,
    }  # fmt: skip
