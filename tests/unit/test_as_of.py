"""A quarter asked as of a day, from what had been received by a moment: dossier by dossier, never by totals.

Here: planted later files, received-by before and after a file lands, properties over random truthful histories.
Not here: real files (pipeline/test_replay). Invariant: expected cells are by hand from domain/05 5.4 and DESIGN idea 6.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from histories import exports, histories, office_tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_folder import make_office
from test_counting_rules import CELLS, TOTALS
from warehouse_fixture import LANDED, Row, Warehouse, delivery, question

from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.landed import Counted, Landed

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")

MARCH = delivery("march", "p01", "2021-03-17")
JUNE = delivery("june", "p01", "2021-06-15")


def row(code: str, export: str, **more: object) -> dict[str, object]:
    return {
        "delivery_id": export, "dossier_code": code, "procedure_code": "1.000001", "channel": "direct", "flags": "",
        "status": "in_progress", "source_file": export, "received_at": "2021-03-01 08:00",
        "due_at": "2021-03-05 17:00", **more,
    }  # fmt: skip


REQUEST, RETURN = "supplement_requested_at", "supplement_received_at"
# code → what the March and what the June export show, and its cell of Q1. All were due on 5/3 and open on 14/3.
PLANTED: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    # the June file pays A: it was waiting for payment on 14/3, so its clock was paused
    "A paid later": ({"status": "awaiting_payment"}, {}, "c12"),
    # … and gives B a new promise: on 14/3 it was late. Swapping A and B changes no total.
    "B promised anew": ({}, {"due_at": "2021-06-30 17:00"}, "c13"),
    "C re-appointed": ({}, {"new_due_at": "2021-06-30 17:00"}, "c13"),
    # a second supplement writes over the dates of the first, for which D was waiting on 14/3
    "D asked twice": (
        {"status": "awaiting_supplement", REQUEST: "2021-03-04 08:00"},
        {REQUEST: "2021-04-05 08:00", RETURN: "2021-04-09 08:00"},
        "c12",
    ),
    # a first supplement asked for long after: E was late on 14/3
    "E asked later": ({}, {"status": "awaiting_supplement", REQUEST: "2021-05-03 08:00"}, "c13"),
    # suspended only in June
    "F stopped later": ({}, {"status": "suspended"}, "c13"),
    # finished in May: open and late on 14/3
    "G finished later": (
        {}, {"status": "result_delivered", "finished_at": "2021-05-03 09:00", "delivered_at": "2021-05-03 10:00"}, "c13",
    ),
    # finished on 12/3, reported only by the June file: once happened it stays, Q1 is corrected
    "H reported late": (
        {}, {"status": "result_delivered", "finished_at": "2021-03-12 09:00", "delivered_at": "2021-03-12 10:00"}, "c10",
    ),
    "I withdrawn later": ({}, {"status": "withdrawn", "finished_at": "2021-04-01 09:00"}, "c13"),
}  # fmt: skip


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Row], list[Row]], Warehouse]:
    target = tmp_path_factory.mktemp("dbt")

    def build(deliveries: list[Row], rows: list[Row]) -> Warehouse:
        tables = {**office_tables(), "delivery": deliveries, "case_exports": rows}
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


def cells(warehouse: Warehouse, asked: Row) -> dict[str, str]:
    """The closed or open cell of each dossier, by the models."""
    warehouse.ask(asked, select=["+fct_dossier_period"])
    wanted = {measure: cell for measure, cell in CELLS.items() if cell not in {*TOTALS, "c4", "c5", "c6"}}
    return {
        str(fact["dossier_code"]): ",".join(cell for measure, cell in wanted.items() if fact[measure] == 1)
        for fact in warehouse.rows("select * from fct_dossier_period")
    }


@pytest.fixture(scope="module")
def before(make: Callable[..., Warehouse]) -> dict[str, str]:
    rows = [row(code, "march", **march) for code, (march, _, _) in PLANTED.items()]
    return cells(make([MARCH], rows), question(*Q1))


@pytest.fixture(scope="module")
def planted(make: Callable[..., Warehouse]) -> Warehouse:
    rows = [row(code, "march", **march) for code, (march, _, _) in PLANTED.items()]
    rows += [row(code, "june", **june) for code, (_, june, _) in PLANTED.items()]
    return make([MARCH, JUNE], rows)


@pytest.fixture(scope="module")
def after(planted: Warehouse) -> dict[str, str]:
    return cells(planted, question(*Q1))


@pytest.mark.parametrize("code", PLANTED)
def test_a_file_of_the_next_quarter_moves_no_dossier_of_the_last_one(after: dict[str, str], code: str) -> None:
    assert after[code] == PLANTED[code][2]


def test_before_the_next_quarters_file_lands_the_dossiers_are_where_they_are_after_it(
    before: dict[str, str], after: dict[str, str]
) -> None:
    moved = {code: (before[code], after[code]) for code in PLANTED if before[code] != after[code]}
    assert moved == {"H reported late": ("c13", "c10")}


def test_asked_after_its_last_day_a_quarter_is_that_of_its_last_day(planted: Warehouse, after: dict[str, str]) -> None:
    assert cells(planted, question(*Q1, as_of="2021-06-15")) == after


def test_the_days_between_two_exports_take_the_state_of_the_later_one(make: Callable[..., Warehouse]) -> None:
    # A was paid between the exports of 11/3 and 17/3: as of 11/3 it waits, as of 14/3 the first export since decides.
    deliveries = [delivery("before", "p01", "2021-03-11"), MARCH]
    rows = [row("A", "before", status="awaiting_payment"), row("A", "march")]
    warehouse = make(deliveries, rows)
    assert cells(warehouse, question(*Q1, as_of="2021-03-11")) == {"A": "c12"}
    assert cells(warehouse, question(*Q1)) == {"A": "c13"}


def test_a_dossier_no_later_export_shows_keeps_its_last_state(make: Callable[..., Warehouse]) -> None:
    rows = [row("A", "before", status="awaiting_payment")]
    assert cells(make([delivery("before", "p01", "2021-03-11")], rows), question(*Q1)) == {"A": "c12"}


# --- properties over random truthful histories ---------------------------------------------------------------------

UNITS = ["p01", "p02", "desk", "ca"]
LATER = ["2021-03-15", "2021-03-31", "2021-06-14", "2021-06-15", "2021-07-15"]
FEW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = st.lists(histories(), min_size=1, max_size=12, unique_by=lambda history: history.code)

_TYPES = {"date": dt.date.fromisoformat, "timestamp": dt.datetime.fromisoformat}


def _typed(value: object, kind: str) -> object:
    return _TYPES[kind](value) if kind in _TYPES and isinstance(value, str) else value


def counted(found: Sequence, days: Sequence[tuple[str, str]], asked: Row) -> dict[str, Counted]:
    """Answer a question by the recount (proved equal to the models in test_recount), without a database."""
    tables = {**office_tables(), **exports(found, days), "question": [asked]}

    def table(name: str) -> list[dict[str, object]]:
        return [
            {column: _typed(line.get(column), kind) for column, kind in LANDED[name].items()}
            for line in tables.get(name, [])
        ]

    return {dossier.record: dossier for dossier in counted_dossiers(Landed(table))}


@given(found=MANY, more=st.sets(st.tuples(st.sampled_from(UNITS), st.sampled_from(LATER)), min_size=1))
@FEW
def test_later_exports_of_truthful_systems_never_move_a_dossier_of_a_day_already_observed(
    found: list, more: set[tuple[str, str]]
) -> None:
    observed = [(unit, day) for unit in UNITS for day in ("2021-01-31", "2021-03-14")]
    first = counted(found, observed, question(*Q1))
    again = counted(found, [*observed, *sorted(more)], question(*Q1))
    assert {code: _said(dossier) for code, dossier in again.items()} == {
        code: _said(dossier) for code, dossier in first.items()
    }


def _said(dossier: Counted) -> tuple[object, ...]:
    """All that is said of a dossier but the row it is traced to: that one may be of a newer file."""
    return dossier.why, dossier.scopes, dossier.keys, dossier.measures


@given(
    found=MANY, days=st.sets(st.tuples(st.sampled_from(UNITS), st.sampled_from(["2021-01-31", "2021-03-11", *LATER])))
)
@FEW
def test_every_dossier_counts_once_on_either_side(found: list, days: set[tuple[str, str]]) -> None:
    for period in (Q1, Q2):
        for dossier in counted(found, sorted(days), question(*period)).values():
            of = dossier.measures
            assert of["received_online"] + of["received_direct_postal"] + of["carried_in"] == 1
            assert of["resolved_total"] + of["pending_total"] == 1
            assert of["resolved_total"] == of["resolved_early"] + of["resolved_on_time"] + of["resolved_overdue"]
            assert of["pending_total"] == of["pending_in_time"] + of["pending_overdue"]


@given(found=MANY)
@FEW
def test_the_next_quarter_carries_in_exactly_the_dossiers_that_were_pending(found: list) -> None:
    days = [(unit, day) for unit in UNITS for day in ("2021-03-14", "2021-06-14")]
    first, second = (counted(found, days, question(*period)) for period in (Q1, Q2))
    pending = {code for code, dossier in first.items() if dossier.measures["pending_total"]}
    assert {code for code, dossier in second.items() if dossier.measures["carried_in"]} == pending


@given(found=MANY)
@FEW
def test_an_earlier_day_never_shows_what_came_after_it(found: list) -> None:
    early = [(unit, day) for unit in UNITS for day in ("2021-01-31", "2021-03-11")]
    late = [(unit, "2021-03-14") for unit in UNITS]
    asked = question(*Q1, as_of="2021-03-11")
    first, second = counted(found, early, asked), counted(found, [*early, *late], asked)
    assert {code: _said(dossier) for code, dossier in first.items()} == {
        code: _said(dossier) for code, dossier in second.items()
    }


# --- received-by ---------------------------------------------------------------------------------------------------

SENDINGS = st.lists(
    st.tuples(
        st.integers(0, 40),  # hour of receipt
        st.sampled_from(["p01", "p02"]),
        st.sampled_from(["ho so.csv", "ho so (1).csv", "ho so bo sung.csv"]),
        st.sampled_from(["a", "b", "c"]),  # bytes
    ),
    min_size=1,
    max_size=8,
)
START = dt.datetime.fromisoformat("2021-03-15T00:00:00+07:00")


@given(sent=SENDINGS, hour=st.integers(0, 41))
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_later_sending_never_changes_the_register_of_an_earlier_moment(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[int, str, str, str]], hour: int
) -> None:
    from pipelines.office.settings import load_office
    from pipelines.warehouse.register import register

    moment = START + dt.timedelta(hours=hour)
    whole, part = (load_office(make_office(tmp_path_factory.mktemp("office"))) for _ in range(2))
    ordered = sorted(sent)
    for number, sending in enumerate(ordered, start=1):
        _receipt(whole.data, number, *sending)
        if sending[0] <= hour:
            _receipt(part.data, number, *sending)
    assert register(whole, moment) == register(part, moment)
    assert len(register(part, moment)) == sum(sending[0] <= hour for sending in ordered)


def _receipt(data: Path, number: int, hour: int, unit_id: str, file_name: str, content: str) -> None:
    received_at = START + dt.timedelta(hours=hour)
    receipt = {
        "receipt_id": f"{received_at:%Y%m%dT%H%M%S}-{unit_id}-{number:04d}",
        "received_at": received_at.isoformat(), "unit_id": unit_id, "period_id": "2021-Q1", "file_name": file_name,
        "inbox_path": f"2021-Q1/{unit_id}/{file_name}", "sha256": content * 64, "size": 1, "same_bytes_as": None,
    }  # fmt: skip
    (data / "receipts").mkdir(parents=True, exist_ok=True)
    (data / "receipts" / f"{receipt['receipt_id']}.json").write_text(json.dumps(receipt))
