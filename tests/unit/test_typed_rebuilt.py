"""Typed rows that are cut, broken or made by a reader that failed: rebuilt, or the refusal of that file alone.

Here: deliveries of a tiny office typed for real. Not here: the kept folder by itself (test_reading_pieces).
Invariant: no broken folder is used, none is an exception; no file stops another.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from office_folder import make_office, send
from test_standing_deliveries import csv

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.quality import judge as judge_module
from pipelines.warehouse.register import register
from pipelines.warehouse.typed import TypedDelivery, type_deliveries

LATE = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    loaded = load_office(make_office(tmp_path))
    send(tmp_path, "a.csv", csv("A-1", "A-2"))
    send(tmp_path, "b.csv", csv("B-1"))
    receive_inbox(loaded)
    return loaded


def typed(office: Office) -> dict[str, TypedDelivery]:
    return {item.delivery.file_name: item for item in type_deliveries(office, register(office, LATE))}


@pytest.mark.parametrize("name", ["rows.parquet", "rejects.parquet", "verdict.json"])
@pytest.mark.parametrize("content", [b"", b"PAR1 cut"])
def test_a_broken_folder_is_made_anew(office: Office, name: str, content: bytes) -> None:
    folder = typed(office)["a.csv"].folder
    (folder / name).write_bytes(content)
    again = typed(office)["a.csv"]

    assert again.verdict["status"] == "accepted"
    assert pd.read_parquet(again.folder / "rows.parquet")["dossier_code"].tolist() == ["A-1", "A-2"]


def test_a_file_that_breaks_the_reader_is_refused_and_the_others_are_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.ingest import reading

    found = reading.find_tables

    def find(*given: object) -> object:
        grid = given[0]
        if "B-1" in str([*grid.sheets[0].rows]):  # ty: ignore[unresolved-attribute]
            raise IndexError("list index out of range")
        return found(*given)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(reading, "find_tables", find)
    states = {name: item.verdict for name, item in typed(office).items()}

    assert states["a.csv"]["status"] == "accepted"
    assert states["b.csv"]["status"] == "refused" and "IndexError" in states["b.csv"]["refused_reason"]
    assert "find" in states["b.csv"]["error"]


def test_a_file_that_breaks_the_judge_is_refused_and_the_others_are_judged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    helped = judge_module.with_helpers

    def help_(rows: pd.DataFrame, *given: object) -> pd.DataFrame:
        if "B-1" in set(rows["dossier_code"]):
            raise OverflowError("too large")
        return helped(rows, *given)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(judge_module, "with_helpers", help_)
    states = {name: item.verdict for name, item in typed(office).items()}

    assert states["a.csv"]["status"] == "accepted"
    assert states["b.csv"]["status"] == "refused" and "OverflowError" in states["b.csv"]["refused_reason"]
