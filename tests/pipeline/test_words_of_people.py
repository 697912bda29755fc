"""Acts `accept` and `received`: written in the journal, checked by verify, made again by reproduce.

Here: an office whose figures and timeliness rest on both, issued. Not here: what each settles (test_claims,
test_sent_when). Invariant: a version is made again from the words known when it was issued, whatever is said later.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import issued_office as story
import pytest
from by_steps import rebuild_here
from office_folder import send

from pipelines.audit.verify import verify
from pipelines.ingest.landing import receive_inbox
from pipelines.office import journal
from pipelines.office.settings import load_office
from pipelines.package.reproduce import reproduce
from pipelines.warehouse.accept import accept
from pipelines.warehouse.issued import find_issued
from pipelines.warehouse.sent_when import note_received

BOTH = story.table(
    ("P1-1", "01/03/2021", "15/03/2021", "12/03/2021", story.DONE),
    ("P1-2", "02/03/2021", "16/03/2021", "12/03/2021", story.DONE),
)
ONE = story.table(("P1-2", "02/03/2021", "16/03/2021", "12/03/2021", story.DONE))
BY = "Trần Văn Ghi"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ward 1's second file lacks a dossier: accepted as gone. Ward 2's came on the 10th, seen on the 16th: noted."""
    root = tmp_path_factory.mktemp("words") / "office"
    with story.at("2021-03-16T08:00:00"):
        send(story.new_office(root), "Sổ_2021_03_15.csv", BOTH, "p01")
        send(root, "Sổ p2_2021_03_15.csv", story.WARD_2, "p02")
        receive_inbox(load_office(root))
        send(root, "Sổ_2021_03_15 (1).csv", ONE, "p01")
        receive_inbox(load_office(root))
        accept(load_office(root), "Sổ_2021_03_15 (1).csv", BY, "P1-1 nhập trùng")
        note_received(load_office(root), "Sổ p2_2021_03_15.csv", "2021-03-10", BY, "theo sổ văn bản đến")
        story.report(root)
        story.send_out(root, "final")
    return root


def known(warehouse: Path) -> list[tuple]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute("select written_code from int_dossier_known order by all").fetchall()


def timing(warehouse: Path, unit: str) -> str:
    with duckdb.connect(warehouse, read_only=True) as connection:
        query = "select timing from rpt_obligation where stream = 'case_exports' and unit_id = ?"
        ((found,),) = connection.execute(query, [unit]).fetchall()
    return str(found)


def test_both_words_are_in_the_figures_that_were_issued(office: Path) -> None:
    warehouse = office / "data" / "issued" / story.PERIOD / "v1" / "warehouse.duckdb"
    assert known(warehouse) == [("P1-2",), ("P2-1",)]
    assert (timing(warehouse, "p01"), timing(warehouse, "p02")) == ("unknown", "on_time")


def test_the_journal_has_who_why_and_what_of_both(office: Path) -> None:
    accepted, noted, issued = journal.acts(load_office(office))
    assert (accepted.act, noted.act, issued.act) == ("accept", "received", "issue")
    assert (accepted.by, accepted.why, noted.why) == (BY, "P1-1 nhập trùng", "theo sổ văn bản đến")
    ((claim,),) = [accepted.details["claims"]]
    assert (claim["kind"], len(claim["records"])) == ("records_gone", 1)
    assert (noted.details["on"], noted.details["unit_id"]) == ("2021-03-10", "p02")
    assert issued.details["version"] == 1
    assert verify(load_office(office)) == []


@pytest.mark.parametrize(
    ("act", "name", "value"), [("accept", "claims", []), ("received", "on", "2021-03-12"), ("received", "by", "Ai đó")]
)
def test_a_word_changed_afterwards_is_named_and_no_version_is_trusted(
    office: Path, tmp_path: Path, act: str, name: str, value: object
) -> None:
    root = story.copy_of(office, tmp_path / "office")
    path = journal.journal_path(load_office(root))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    (at,) = [at for at, line in enumerate(lines) if line["act"] == act]
    holder = lines[at] if name in lines[at] else lines[at]["details"]
    assert name in holder
    holder[name] = value
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    found = verify(load_office(root))
    assert any("Sổ việc journal.jsonl" in line and f"dòng {at + 1}" in line for line in found), found
    assert "sổ việc không còn tin được" in found[-1]


def test_a_version_is_made_again_with_the_words_of_then_whatever_is_said_later(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild_here(monkeypatch)
    root = story.copy_of(office, tmp_path / "office")
    with story.at("2021-03-20T08:00:00"):
        send(root, "Sổ_2021_03_15 (2).csv", BOTH, "p01")
        receive_inbox(load_office(root))
        note_received(load_office(root), "Sổ p2_2021_03_15.csv", "2021-03-15", BY, "ghi nhầm lần trước")
    loaded = load_office(root)
    assert verify(loaded) == []
    result = reproduce(loaded, find_issued(loaded, story.PERIOD, 1))
    assert (result.differences, result.causes) == ((), ())
    shutil.rmtree(root)
