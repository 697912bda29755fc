"""Half year, nine months and year against their quarters, dossier by dossier (domain/forms/II.06a.yaml year rules).

Here: one year of hand-made dossiers asked seven times. Not here: the sample office (tests/pipeline).
Invariant: which quarter a dossier is in, and where, is decided by hand.
"""

from __future__ import annotations

from collections import Counter

import pytest
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

PERIODS = {
    "Q1": ("2020-12-15", "2021-03-14"),
    "Q2": ("2021-03-15", "2021-06-14"),
    "Q3": ("2021-06-15", "2021-09-14"),
    "Q4": ("2021-09-15", "2021-12-14"),
    "H1": ("2020-12-15", "2021-06-14"),
    "9M": ("2020-12-15", "2021-09-14"),
    "Y": ("2020-12-15", "2021-12-14"),
}
QUARTERS = {"H1": ["Q1", "Q2"], "9M": ["Q1", "Q2", "Q3"], "Y": ["Q1", "Q2", "Q3", "Q4"]}
# Column → measure. Summed over the quarters; of the first quarter; of the last quarter.
SUMMED = {
    "c4": "received_online", "c5": "received_direct_postal",
    "c7": "resolved_total", "c8": "resolved_early", "c9": "resolved_on_time", "c10": "resolved_overdue",
}  # fmt: skip
FIRST = {"c6": "carried_in"}
LAST = {"c11": "pending_total", "c12": "pending_in_time", "c13": "pending_overdue"}

# code: received, due, finished, channel.
DOSSIERS = {
    "before, never done": ("2020-12-01", "2021-02-01", None, "direct"),
    "before, done first day": ("2020-12-14", "2020-12-20", "2020-12-15", "direct"),
    "before, done in the fourth": ("2020-11-20", "2020-12-20", "2021-10-01", "postal"),
    "first to first": ("2020-12-15", "2021-01-10", "2021-01-10", "online"),
    "first to second": ("2021-03-14", "2021-03-20", "2021-03-15", "online"),
    "first to third, late": ("2021-01-05", "2021-02-05", "2021-06-15", "direct"),
    "second, pending at each end": ("2021-06-14", "2022-01-10", None, "postal"),
    "second to second, late": ("2021-04-01", "2021-04-10", "2021-04-11", "direct"),
    "third to fourth, last day": ("2021-09-14", "2021-12-20", "2021-12-14", "online"),
    "fourth, overdue at the end": ("2021-12-01", "2021-12-10", "2021-12-15", "online"),
    "after": ("2021-12-15", "2021-12-20", None, "direct"),
}


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Period → measure → the dossiers that count in it."""
    rows: list[Row] = [
        {
            "delivery_id": "year", "dossier_code": code, "channel": channel, "status": "in_progress", "flags": "",
            "received_at": f"{received} 08:00:00", "due_at": f"{due} 17:00:00",
            "finished_at": finished and f"{finished} 10:00:00", "source_file": "year.csv", "source_row": number,
        }
        for number, (code, (received, due, finished, channel)) in enumerate(DOSSIERS.items(), start=2)
    ]  # fmt: skip
    tables = {
        "unit": [{"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 1}],
        "section": SECTIONS, "calendar": calendar("2020-11-30", "2022-03-31"),
        "delivery": [delivery("year", "p01", "2022-01-05")], "case_exports": rows,
    }  # fmt: skip
    warehouse = Warehouse(tmp_path_factory.mktemp("year"), tables, tmp_path_factory.mktemp("dbt"))
    found = {}
    for period, (start, end) in PERIODS.items():
        facts = warehouse.ask(question(start, end), select=["+fct_dossier_period"]).rows(
            "select * from fct_dossier_period"
        )
        found[period] = {
            measure: {str(fact["dossier_code"]) for fact in facts if fact[measure] == 1}
            for measure in {**SUMMED, **FIRST, **LAST}.values()
        }
    return found


@pytest.mark.parametrize("longer", QUARTERS)
def test_received_and_resolved_of_a_longer_period_are_those_of_its_quarters(
    counted: dict[str, dict[str, set[str]]], longer: str
) -> None:
    for measure in SUMMED.values():
        quarters = Counter(code for quarter in QUARTERS[longer] for code in counted[quarter][measure])
        # Counted once in one quarter: so the sum of the quarters is the figure of the longer period.
        assert quarters == Counter(counted[longer][measure]), measure


@pytest.mark.parametrize("longer", QUARTERS)
def test_carried_in_is_the_first_quarters_and_pending_the_last_ones(
    counted: dict[str, dict[str, set[str]]], longer: str
) -> None:
    for measure in FIRST.values():
        assert counted[longer][measure] == counted[QUARTERS[longer][0]][measure]
    for measure in LAST.values():
        assert counted[longer][measure] == counted[QUARTERS[longer][-1]][measure]


@pytest.mark.parametrize(("before", "after"), [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4"), ("H1", "Q3"), ("9M", "Q4")])
def test_what_one_period_leaves_pending_the_next_carries_in(
    counted: dict[str, dict[str, set[str]]], before: str, after: str
) -> None:
    assert counted[before]["pending_total"] == counted[after]["carried_in"]


def test_a_dossier_over_two_quarters_is_one_dossier_of_the_half_year(
    counted: dict[str, dict[str, set[str]]],
) -> None:
    code = "first to second"
    assert code in counted["Q1"]["received_online"] and code in counted["Q1"]["pending_in_time"]
    assert code in counted["Q2"]["carried_in"] and code in counted["Q2"]["resolved_early"]
    # Received and resolved in the half year: neither carried in nor pending there.
    assert code in counted["H1"]["received_online"] and code in counted["H1"]["resolved_early"]
    assert code not in counted["H1"]["carried_in"] | counted["H1"]["pending_total"]


def test_the_year_is_as_counted_by_hand(counted: dict[str, dict[str, set[str]]]) -> None:
    assert counted["Y"] == {
        "received_online": {
            "first to first", "first to second", "third to fourth, last day", "fourth, overdue at the end"},
        "received_direct_postal": {
            "first to third, late", "second, pending at each end", "second to second, late"},
        "carried_in": {"before, never done", "before, done first day", "before, done in the fourth"},
        "resolved_total": {
            "before, done first day", "before, done in the fourth", "first to first", "first to second",
            "first to third, late", "second to second, late", "third to fourth, last day"},
        "resolved_early": {"before, done first day", "first to second", "third to fourth, last day"},
        "resolved_on_time": {"first to first"},
        "resolved_overdue": {"before, done in the fourth", "first to third, late", "second to second, late"},
        "pending_total": {"before, never done", "second, pending at each end", "fourth, overdue at the end"},
        "pending_in_time": {"second, pending at each end"},
        "pending_overdue": {"before, never done", "fourth, overdue at the end"},
    }  # fmt: skip
