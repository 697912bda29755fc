"""The sample's register of incoming documents: made from its files, on days that can be believed.

Here: the committed table against the generator, its days. Not here: what follows from it (test_sample_records).
Invariant: nothing of `pipelines` is used; nobody sends a file before it was made or on a day off.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

OFFICE = Path(__file__).parents[2] / "sample_office"
DEADLINES = {"2021-Q1": dt.date(2021, 3, 11), "2021-Q2": dt.date(2021, 6, 11)}
Line = dict[str, str]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    with (OFFICE / "reference" / "incoming.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_the_committed_register_is_the_one_the_generator_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(OFFICE))
    from generator.incoming import register
    from generator.world import SAMPLE

    assert register(OFFICE / "inbox", SAMPLE) == (OFFICE / "reference" / "incoming.csv").read_bytes()


def test_every_line_names_a_file_of_the_inbox(lines: list[Line]) -> None:
    for line in lines:
        assert list((OFFICE / "inbox" / line["period_id"] / line["unit_id"]).rglob(line["file_name"])), line


def test_documents_come_on_working_days_and_exports_not_before_they_were_made(lines: list[Line]) -> None:
    for line in lines:
        day = dt.date.fromisoformat(line["arrived_on"])
        assert day.weekday() < 5, line
        if "_2021_" in line["file_name"]:
            made = line["file_name"].partition("_2021_")[2][:5].split("_")
            assert day >= dt.date(2021, int(made[0]), int(made[1])), line


@pytest.mark.parametrize(("period", "late", "unregistered"), [
    ("2021-Q1", {"p05", "tp-st-dt"}, {"p10"}), ("2021-Q2", {"p04", "tp-st-yt"}, {"tp-st-ttr"}),
])  # fmt: skip
def test_most_returns_come_in_time_some_late_and_some_are_in_no_register(
    lines: list[Line], period: str, late: set[str], unregistered: set[str]
) -> None:
    days = {
        line["unit_id"]: dt.date.fromisoformat(line["arrived_on"])
        for line in lines
        if line["period_id"] == period and line["file_name"].startswith("phieu-bao-cao_")
    }
    senders = {path.parent.name for path in (OFFICE / "inbox" / period).glob("*/phieu-bao-cao_*")}
    assert senders - set(days) == unregistered
    assert {unit for unit, day in days.items() if day > DEADLINES[period]} == late
