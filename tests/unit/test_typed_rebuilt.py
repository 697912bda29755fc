"""Typed rows that are cut, broken or made by a reader that failed: rebuilt, or the refusal of that file alone.

Here: deliveries of a tiny office typed for real. Not here: the kept folder by itself (test_reading_pieces).
Invariant: no broken folder is used, none is an exception; no file stops another.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from office_folder import make_office, send
from test_standing_deliveries import csv

from pipelines.ingest.landing import landed_path, receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.quality import judge as judge_module
from pipelines.warehouse.own_returns import own_returns
from pipelines.warehouse.register import register
from pipelines.warehouse.said import Said
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import TypedDelivery, rejects_of, type_deliveries

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


def test_many_files_say_how_far_the_reading_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.warehouse.typed._SAID_EVERY", 1)
    said: list[str] = []
    type_deliveries(office, register(office, LATE), said.append)
    assert said[-2:] == ["Đã đọc 1 trên 2 tệp", "Đã đọc 2 trên 2 tệp"]


def damaged(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(csv("A-7", "A-8", "A-9"))


@pytest.mark.parametrize(("damage", "word"), [(damaged, "đã bị sửa"), (Path.unlink, "đã mất")])
def test_kept_bytes_that_are_not_those_received_are_named_never_counted_and_count_again_once_restored(
    office: Office, damage: Callable[[Path], None], word: str
) -> None:
    landed = landed_path(office, typed(office)["a.csv"].delivery.sha256)
    whole = landed.read_bytes()
    shutil.rmtree(office.data / "typed")
    damage(landed)
    found = typed(office)
    assert {name: item.verdict["status"] for name, item in found.items()} == {"a.csv": "refused", "b.csv": "accepted"}
    assert word in found["a.csv"].verdict["refused_reason"]
    assert landed.name in found["a.csv"].verdict["refused_mend"]
    assert rejects_of(found["a.csv"]).empty
    landed.write_bytes(whole)
    assert typed(office)["a.csv"].verdict["counts"]["typed"] == 2


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "content", [b"", DEEP, b"[]", b"\xff", b"5", b'{"content": {}}', b'{"content": 5, "sha256": ""}']
)
def test_a_broken_index_of_what_files_say_is_made_anew(office: Office, content: bytes) -> None:
    standing(office, register(office))
    path = office.data / "typed" / "said.json"
    path.write_bytes(content)
    assert Said.of(office).files == {}


def test_an_index_of_what_files_say_that_somebody_rewrote_is_made_anew(office: Office) -> None:
    standing(office, register(office))
    path = office.data / "typed" / "said.json"
    before = Said.of(office).files
    assert all(facts.first_on == "2021-03-01" for facts in before.values())
    path.write_text(path.read_text().replace("2021-03-01", "2020-01-01"))
    assert Said.of(office).files == {}


@pytest.mark.parametrize("entry", [b"5", b"[]", b'{"unit_id": "p01"}', DEEP,
                                   b'{"headings":[["UBND Ph\xc6\xb0\xe1\xbb\x9dng 9","Q"]],"period_id":"2020-Q4","unit_id":"p09"}'])  # fmt: skip
def test_a_broken_or_rewritten_index_of_returns_is_made_anew(office: Office, entry: bytes) -> None:
    hashes = {item.sha256 for item in register(office)}
    path = office.data / "typed" / "own-returns.json"
    assert b":null" in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"null", entry))
    assert own_returns(office, hashes) == {}
