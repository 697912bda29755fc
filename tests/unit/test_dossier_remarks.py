"""What is reported of dossiers beside the columns of II.06a: pauses, levels, apologies, fees, digitisation, ratings, intake.

Here: hand-made dossiers under the default and the other switches, and the recount on random fees, causes and ratings.
Not here: the thirteen columns (test_counting_rules), row checks (test_row_checks).
Invariant: the measures of every hand-made dossier are counted by hand from domain/05 (5.1, 5.7 to 5.10, 5.12).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from histories import exports, histories, office_tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from warehouse_fixture import Row, Warehouse, calendar, columns_of, delivery, question

from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.landed import Counted, Landed
from pipelines.recount.waiting import counted_waiting

Q1 = ("2020-12-15", "2021-03-14")  # Sunday 14/3; Thursday 11/3 and Friday 12/3 are working days
FACTS = ["fct_dossier_period", "fct_dossier_waiting_period"]
# Measures that tell nothing new here: the columns of II.06a and what every closed dossier has.
PLAIN = {
    "received_total", "received_direct_postal", "received_direct", "received_postal", "received_online", "carried_in",
    "resolved_total", "resolved_early", "resolved_on_time", "pending_total", "pending_in_time", "resolved_with_result",
    # What every closed dossier with a promised day has: test_what_is_resolved_with_a_promised_day.
    "resolved_with_due", "resolved_in_time_with_due",
    # Sums of two measures that are reported here.
    "received_in_period", "overdue_total", "overdue_apologised", "overdue_apologised_late", "overdue_not_apologised",
    "overdue_apology_unreported",
    # The payable without those paid in a way nobody told of: the rate is over these.
    "payment_reported",
    # test_what_nobody_told_of_digitisation_is_a_number_of_its_own.
    "intake_reported", "intake_unreported", "result_reported", "result_unreported",
}  # fmt: skip

NEW = {"channel": "direct", "status": "in_progress", "received_at": "2021-02-01 08:00", "due_at": "2021-04-01 17:00"}
ONLINE = {**NEW, "channel": "online"}
DONE = {**NEW, "status": "result_ready", "finished_at": "2021-02-10 10:00", "due_at": "2021-02-10 17:00"}
LATE = {**DONE, "due_at": "2021-02-08 17:00"}  # a Monday: the last day for an apology is Friday 5/2
OPEN_LATE = {**NEW, "due_at": "2021-03-10 17:00"}
PAUSED = {**NEW, "status": "awaiting_payment"}
SENT = {"channel": "online", "status": "submitted"}

# Dossier → its cells, and the measures counted by hand.
CASES: dict[str, tuple[dict[str, object], str]] = {
    "paused in time": (PAUSED, "paused_in_time"),
    "paused, due on the cut-off day": ({**PAUSED, "due_at": "2021-03-14 17:00"}, "paused_in_time"),
    "paused too long": ({**PAUSED, "due_at": "2021-03-13 17:00"}, "paused_overdue"),
    "suspended": ({**NEW, "status": "suspended"}, "paused_in_time suspended"),
    "suspended too long": ({**PAUSED, "status": "suspended", "due_at": "2021-03-01"}, "paused_overdue suspended"),
    "returned": ({**DONE, "status": "returned"}, "returned"),
    "withdrawn": ({**DONE, "status": "withdrawn"}, "withdrawn"),
    # No day was promised and the catalogue has no limit: columns 9 and 12, and its number is in the text (domain/05 5.4).
    "done, no day promised": ({**DONE, "due_at": None}, "without_due"),
    "open, no day promised": ({**NEW, "due_at": None}, "without_due"),
    # A word nobody mapped is in column 5 and in the note of it.
    "channel in an unknown word": ({**NEW, "channel": "unknown"}, "received_odd_channel"),
    "level given as full": ({**ONLINE, "service_level": "full"}, "received_online_full"),
    "level given as partial": ({**ONLINE, "service_level": "partial"}, "received_online_partial"),
    "level of information": ({**ONLINE, "service_level": "information"}, "received_online_other"),
    "level unknown": (ONLINE, "received_online_other"),
    "level in the channel": ({**ONLINE, "channel_label": "Trực tuyến toàn trình"}, "received_online_full"),
    "partial in the channel": ({**ONLINE, "channel_label": "Tiếp nhận trực tuyến một phần"}, "received_online_partial"),
    "level of a direct one": ({**NEW, "service_level": "full"}, ""),
    "level of an older one": ({**ONLINE, "received_at": "2020-12-14 08:00", "service_level": "full"}, ""),
    "late, no apology": (LATE, "resolved_overdue resolved_overdue_not_apologised"),
    "late, apology on the Friday before": (
        {**LATE, "apology_at": "2021-02-05 16:59"},
        "resolved_overdue resolved_overdue_apologised",
    ),
    "late, apology on the Sunday before": (
        {**LATE, "apology_at": "2021-02-07 09:00"},
        "resolved_overdue resolved_overdue_apologised",
    ),
    "late, apology on the due day": (
        {**LATE, "apology_at": "2021-02-08 08:00"},
        "resolved_overdue resolved_overdue_apologised_late",
    ),
    # Promised for a Saturday: Friday leaves no working day between.
    "late, apology the day before a Saturday": (
        {**LATE, "due_at": "2021-02-06 11:00", "apology_at": "2021-02-05 08:00"},
        "resolved_overdue resolved_overdue_apologised_late",
    ),
    # In time for the new promise (25/2), not for the first one.
    "late, apology before the second promise": (
        {**LATE, "new_due_at": "2021-02-25", "finished_at": "2021-02-26 10:00", "apology_at": "2021-02-09 08:00"},
        "resolved_overdue resolved_overdue_apologised_late",
    ),
    "open late, no apology": (OPEN_LATE, "pending_overdue pending_overdue_not_apologised"),
    "open late, apology in time": (
        {**OPEN_LATE, "apology_at": "2021-03-09 08:00"},
        "pending_overdue pending_overdue_apologised",
    ),
    "open late, apology too late": (
        {**OPEN_LATE, "apology_at": "2021-03-12 08:00"},
        "pending_overdue pending_overdue_apologised_late",
    ),
    "open late, apology after the last day": (
        {**OPEN_LATE, "apology_at": "2021-03-15 08:00"},
        "pending_overdue pending_overdue_not_apologised",
    ),
    "in time, apology all the same": ({**DONE, "apology_at": "2021-02-01 08:00"}, ""),
    # Files without a column of apologies, of fees: not known, which is not "none".
    "late, no column of apologies": (
        {**LATE, "delivery_id": "e"},
        "resolved_overdue resolved_overdue_apology_unreported overdue_cause_unreported fee_unreported",
    ),
    "open late, no column of apologies": (
        {**OPEN_LATE, "delivery_id": "e"},
        "pending_overdue pending_overdue_apology_unreported overdue_cause_unreported fee_unreported",
    ),
    "older, no column of fees": ({**NEW, "delivery_id": "e", "received_at": "2020-12-01"}, ""),
    "fee not paid": ({**NEW, "fee_due": 8000, "fee_paid": 0}, "payable fee_due_amount=8000"),
    "fee paid at the desk": (
        {**NEW, "fee_due": 8000, "fee_paid": 8000, "payment_channel": "direct"},
        "payable paid fee_due_amount=8000 fee_paid_amount=8000",
    ),
    "fee paid online": (
        {**NEW, "fee_due": 8000, "fee_paid": 8000, "payment_channel": "online", "paid_at": "2021-03-14 23:00"},
        "payable paid paid_online fee_due_amount=8000 fee_paid_amount=8000 fee_paid_online_amount=8000",
    ),
    "fee paid after the last day": (
        {**NEW, "fee_due": 8000, "fee_paid": 8000, "payment_channel": "online", "paid_at": "2021-03-15 07:00"},
        "payable fee_due_amount=8000",
    ),
    "fee paid, amount unknown": (
        {**NEW, "fee_due": 8000, "paid_at": "2021-02-03 09:00"},
        "payable paid paid_unreported fee_due_amount=8000",
    ),
    "fee paid, amount due unknown": ({**NEW, "fee_paid": 5000}, "payable paid paid_unreported fee_paid_amount=5000"),
    "too much paid": (
        {**NEW, "fee_due": 8000, "fee_paid": 9000},
        "payable paid paid_unreported fee_mismatch fee_due_amount=8000 fee_paid_amount=9000",
    ),
    "exempt": ({**NEW, "fee_kind": "exempt", "fee_due": 8000, "fee_paid": 0}, ""),
    "exempt and paid": ({**NEW, "fee_kind": "exempt", "fee_paid": 8000}, "fee_mismatch fee_paid_amount=8000"),
    "no fee": ({**NEW, "fee_due": 0}, ""),
    "fee of an older one": ({**NEW, "received_at": "2020-12-14 08:00", "fee_due": 8000, "fee_paid": 8000}, ""),
    "digitised": ({**DONE, "digitised_intake": "yes", "digitised_result": "yes"}, "intake_digitised result_digitised"),
    "digitised before its end": ({**NEW, "digitised_intake": "yes", "digitised_result": "yes"}, "intake_digitised"),
    "not digitised": ({**DONE, "digitised_intake": "no", "digitised_result": "unknown"}, ""),
    "older, result digitised": (
        {**DONE, "received_at": "2020-12-01", "digitised_intake": "yes", "digitised_result": "yes"},
        "result_digitised",
    ),
    "returned and digitised": ({**DONE, "status": "returned", "digitised_result": "yes"}, "returned"),
    "rated satisfied": ({**DONE, "satisfaction": "satisfied"}, "rated satisfied"),
    "rated neutral": ({**DONE, "satisfaction": "neutral"}, "rated neutral"),
    "rated dissatisfied": ({**DONE, "satisfaction": "dissatisfied"}, "rated dissatisfied"),
    "rated in an unknown word": ({**DONE, "satisfaction": "unknown"}, ""),
    "rated before its end": ({**NEW, "satisfaction": "satisfied"}, ""),
    # Thursday 11/3: to be taken in by Friday, which has passed on Sunday.
    "sent on Thursday": ({**SENT, "submitted_at": "2021-03-11 16:00"}, "awaiting_intake awaiting_intake_overdue"),
    "sent on Friday": ({**SENT, "submitted_at": "2021-03-12 08:00"}, "awaiting_intake awaiting_intake_in_time"),
    "sent on Saturday": ({**SENT, "submitted_at": "2021-03-13 08:00"}, "awaiting_intake awaiting_intake_in_time"),
    "sent long ago": ({**SENT, "submitted_at": "2020-11-30 08:00"}, "awaiting_intake awaiting_intake_overdue"),
    "refused at intake": (
        {**SENT, "submitted_at": "2021-03-01 08:00", "status": "rejected_at_intake"},
        "rejected",
    ),
    "taken in after the last day": (
        {**ONLINE, "submitted_at": "2021-03-12 08:00", "received_at": "2021-03-15 08:00"},
        "awaiting_intake awaiting_intake_in_time",
    ),
}  # fmt: skip
# Dossiers of no figure of either fact.
NOWHERE = {
    "sent after the last day": {**SENT, "submitted_at": "2021-03-15 06:00"},
    "refused before the period": {**SENT, "submitted_at": "2020-12-14 08:00", "status": "rejected_at_intake"},
    "waiting at the desk": {**SENT, "submitted_at": "2021-03-12 08:00", "channel": "direct"},
    "sent on a day nobody knows": SENT,
}
# Switch → the dossiers that move, with their measures under it.
MOVED: dict[str, dict[str, str]] = {
    "apology_lead=calendar_day": {
        "late, apology the day before a Saturday": "resolved_overdue resolved_overdue_apologised",
    },
    "overdue_basis_audit=latest_due": {
        "late, apology before the second promise": "resolved_overdue resolved_overdue_apologised",
    },
    "intake_limit_days=2": {
        "sent on Thursday": "awaiting_intake awaiting_intake_in_time",
    },
    "due_on_cutoff_day=overdue": {"paused, due on the cut-off day": "paused_overdue"},
}
DELIVERIES = [delivery("d", "p01", "2021-03-15"), delivery("e", "p02", "2021-03-15")]
UNREPORTED = {"apology_at", "overdue_cause", "fee_due", "fee_paid", "fee_kind", "paid_at"}
ROWS = {**{name: cells for name, (cells, _) in CASES.items()}, **NOWHERE}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Warehouse:
    rows: list[Row] = [
        {"delivery_id": "d", "dossier_code": name, "procedure_code": "1.000001", "flags": "", "source_row": at, **cells}
        for at, (name, cells) in enumerate(ROWS.items(), start=2)
    ]
    tables = {
        **office_tables(),
        "calendar": calendar("2020-11-01", "2022-03-31", ["2021-01-01"]),
        "delivery": DELIVERIES,
        "delivery_column": [*columns_of(DELIVERIES[0]), *columns_of(DELIVERIES[1], without=UNREPORTED)],
        "case_exports": rows,
    }
    return Warehouse(tmp_path_factory.mktemp("remarks"), tables, target)


def noted(measures: Mapping[str, object]) -> str:
    """The measures a dossier has beside the plain ones: names of what is 1, amounts with their size."""
    parts = [
        f"{name}={amount}" if name.endswith("_amount") else name
        for name, amount in measures.items()
        if name not in PLAIN and amount
    ]
    return " ".join(parts)


def names_of(measures: str) -> set[str]:
    return set(measures.split())


def measures_in(warehouse: Warehouse) -> dict[str, dict[str, object]]:
    """Every dossier of both facts with its measures."""
    found: dict[str, dict[str, object]] = {}
    for fact, counted in zip(FACTS, recounts(warehouse), strict=True):
        measures = next(iter(counted.values())).measures if counted else {}
        for row in warehouse.rows(f"select * from {fact}"):
            assert row["dossier_code"] not in found
            found[str(row["dossier_code"])] = {name: row[name] for name in measures}
    return found


def recounts(warehouse: Warehouse) -> list[dict[str, Counted]]:
    with duckdb.connect(warehouse.path, read_only=True) as connection:
        landed = Landed.of(connection)
        return [{item.record: item for item in count(landed)} for count in (counted_dossiers, counted_waiting)]


def test_the_measures_of_every_dossier_are_those_counted_by_hand(warehouse: Warehouse) -> None:
    warehouse.ask(question(*Q1), tests=True)
    found = {name: names_of(noted(measures)) for name, measures in measures_in(warehouse).items()}
    assert found == {name: names_of(expected) for name, (_, expected) in CASES.items()}


def test_what_is_resolved_with_a_promised_day(warehouse: Warehouse) -> None:
    """Closed and a day was promised; in time unless it is one of the late ones."""
    warehouse.ask(question(*Q1), select=[f"+{fact}" for fact in FACTS])
    promised = {name for name, (cells, _) in CASES.items() if cells.get("finished_at") and cells.get("due_at")}
    late = {name for name, (_, expected) in CASES.items() if "resolved_overdue" in names_of(expected)}
    found = measures_in(warehouse)
    assert {name for name, measures in found.items() if measures.get("resolved_with_due")} == promised
    assert {name for name, measures in found.items() if measures.get("resolved_in_time_with_due")} == promised - late


def test_what_nobody_told_of_digitisation_is_a_number_of_its_own(warehouse: Warehouse) -> None:
    """Told is yes or no; of the dossiers received in the period, and of those closed with a result."""
    warehouse.ask(question(*Q1), select=["+fct_dossier_period"])
    names = ("intake_reported", "intake_unreported", "result_reported", "result_unreported")
    told = {
        name: tuple(measures[n] for n in names if n in measures) for name, measures in measures_in(warehouse).items()
    }
    assert {name: told[name] for name in told if "digitised" in name} == {
        "digitised": (1, 0, 1, 0),
        "digitised before its end": (1, 0, 0, 0),
        "not digitised": (1, 0, 0, 1),
        "older, result digitised": (0, 0, 1, 0),
        "returned and digitised": (0, 1, 0, 0),
    }
    assert told["late, no apology"] == (0, 1, 0, 1)


@pytest.mark.parametrize("switch", MOVED)
def test_a_switch_moves_these_dossiers_and_no_other(warehouse: Warehouse, switch: str) -> None:
    name, _, value = switch.partition("=")
    asked = question(*Q1, **{name: int(value) if value.isdigit() else value})
    warehouse.ask(asked, select=[f"+{fact}" for fact in FACTS])
    found = {name: names_of(noted(measures)) for name, measures in measures_in(warehouse).items()}
    ignored = {"open late"} if name == "due_on_cutoff_day" else set()
    expected = {name: names_of(measures) for name, (_, measures) in CASES.items()}
    expected |= {name: names_of(measures) for name, measures in MOVED[switch].items()}
    assert {name: cells for name, cells in found.items() if name not in ignored} == expected


def test_the_recount_finds_the_same_by_itself(warehouse: Warehouse) -> None:
    warehouse.ask(question(*Q1), select=["stg_question"])
    found = {name: names_of(noted(item.measures)) for counted in recounts(warehouse) for name, item in counted.items()}
    assert found == {name: names_of(expected) for name, (_, expected) in CASES.items()}


# --- random fees, causes and ratings -------------------------------------------------------------------------------

WORDS = {
    "service_level": ["full", "partial", "information", "unknown", None],
    "channel_label": ["Trực tuyến toàn trình", "Trực tuyến một phần", "Trực tuyến", None],
    "fee_kind": ["prepaid", "exempt", "unknown", None],
    "fee_due": [0, 8000, None],
    "fee_paid": [0, 8000, 9000, None],
    "payment_channel": ["online", "direct", None],
    "digitised_intake": ["yes", "no", None],
    "digitised_result": ["yes", "no", None],
    "satisfaction": ["satisfied", "neutral", "dissatisfied", "unknown", None],
    "overdue_cause": ["coordination", "unknown", None],
    "status": ["submitted", "rejected_at_intake", "suspended", None, None, None, None],
}
DAYS = [
    None,
    "2021-01-08 09:00",
    "2021-02-26 09:00",
    "2021-03-11 09:00",
    "2021-03-12 16:00",
    "2021-03-13",
    "2021-04-02",
]


def with_remarks(rows: list[Row], seed: int) -> list[Row]:
    """Rows with random fees, causes and ratings, some of them sent and not taken in."""
    chance = random.Random(seed)
    found: list[Row] = []
    for row in rows:
        remarks = {name: chance.choice(values) for name, values in WORDS.items()}
        moments = {name: chance.choice(DAYS) for name in ("paid_at", "apology_at", "new_due_at", "submitted_at")}
        status = remarks.pop("status") or row["status"]
        found.append({**row, **remarks, **moments, "status": status})
        if status == "submitted" and chance.random() < 0.5:
            found[-1] = {**found[-1], "received_at": None, "channel": "online"}
    return found


@given(
    all_histories=st.lists(histories(), min_size=80, max_size=80, unique_by=lambda history: history.code),
    seed=st.integers(0, 1000),
)
@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_recount_and_models_agree_on_random_remarks(
    tmp_path_factory: pytest.TempPathFactory, target: Path, all_histories: list, seed: int
) -> None:
    sent = [(unit, day) for unit in ("p01", "desk", "ca") for day in ("2021-01-31", "2021-03-12", "2021-03-17")]
    # A drawn list may be all of one unit; what is asked here needs several.
    chance = random.Random(seed)
    mixed = [
        replace(item, units=chance.choice([("p01",), ("desk",), ("p01", "desk"), ("ca",)]),
                channel=chance.choice(["online", "direct", "postal", None]))
        for item in all_histories
    ]  # fmt: skip
    shown = exports(mixed, sent)
    unreported = [
        told for row in shown["delivery"] for told in columns_of(row, UNREPORTED if chance.random() < 0.5 else ())
    ]
    remarks = with_remarks(shown["case_exports"], seed)
    tables = {**office_tables(), **shown, "case_exports": remarks, "delivery_column": unreported}
    warehouse = Warehouse(tmp_path_factory.mktemp("random"), tables, target)
    for asked in (
        question(*Q1),
        question(
            *Q1, as_of="2021-03-11", apology_lead="calendar_day", overdue_basis_audit="latest_due",
            intake_limit_days=2, include_vertical_agencies=True, awaiting_supplement_bucket="resolved_on_time",
        ),
    ):  # fmt: skip
        warehouse.ask(asked, select=[f"+{fact}" for fact in FACTS])
        counted = {name: item for part in recounts(warehouse) for name, item in part.items()}
        assert measures_in(warehouse) == {name: item.measures for name, item in counted.items()}
