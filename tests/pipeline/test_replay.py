"""2021 replayed: the sample's files land on given days, and every question asked in between is counted twice.

Here: the register, typing, the models and the recount over real files, dossier by dossier. Not here: documents, issuing.
Invariant: an answer for a moment never changes, whatever lands later; every answer equals the recount.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from compiled_project import build, compiled
from sample_copy import REPOSITORY, copy_office
from truth.recount import PERIODS, load_truth, roll_up
from truth.recount import recount as truth_of

from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.recount.recount import recount
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

# When what lands: half of the wards and the desk on the first day, the rest on the second, resent files on the 20th.
SENDINGS = [
    ("2021-03-15T17:00:00+07:00", r"2021-Q1/(p0[1-5]|tp-st-bpmc)/[^/]+"),
    ("2021-03-16T17:00:00+07:00", r"2021-Q1/[^/]+/[^/]+"),
    ("2021-03-20T09:00:00+07:00", r"2021-Q1/.+"),
    ("2021-06-15T17:00:00+07:00", r"2021-Q2/(p0[1-5]|tp-st-bpmc)/[^/]+"),
    ("2021-06-18T17:00:00+07:00", r"2021-Q2/.+"),
]
MEASURES = (
    "received_online", "received_direct_postal", "carried_in", "resolved_early", "resolved_on_time",
    "resolved_overdue", "pending_in_time", "pending_overdue",
)  # fmt: skip


class Replay:
    """One office through the year; each question is answered by models and recount, and remembered."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dossiers: dict[str, dict[str, tuple[int, ...]]] = {}
        self.rows: dict[str, list[tuple]] = {}
        self.differences: dict[str, list[object]] = {}
        self.totals: dict[str, dict[str, int]] = {}

    def office(self) -> Office:
        return load_office(self.root)

    def land(self, moment: str, pattern: str) -> int:
        """Put the sample's files of a pattern into the inbox and receive them at a moment."""
        settings = self.root / "office.yaml"
        text = re.sub(r"(?m)^  clock: \S+", f"  clock: {moment}", settings.read_text(encoding="utf-8"))
        settings.write_text(text, encoding="utf-8")
        source = REPOSITORY / "sample_office" / "inbox"
        for path in sorted(source.rglob("*")):
            place = path.relative_to(source)
            if (
                path.is_file()
                and re.fullmatch(pattern, place.as_posix())
                and not (self.root / "inbox" / place).exists()
            ):
                (self.root / "inbox" / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, self.root / "inbox" / place)
        return len(receive_inbox(self.office()))

    def ask(self, name: str, period: str, as_of: str | None = None, received_by: str | None = None) -> None:
        """Answer a question by the models, count it again, and remember what both say."""
        office = self.office()
        begin(office, Ask.parse(period, as_of, received_by), "replay")
        database = warehouse_file(office, "replay")
        layouts = layouts_from_manifest(json.loads(compiled().manifest))
        build(database, [f"+{layout.model}" for layout in layouts.values()])
        result = recount(database, layouts)
        self.differences[name] = [*result.cells, *result.records, *result.not_recounted]
        with duckdb.connect(database, read_only=True) as connection:
            columns = ", ".join(MEASURES)
            found = connection.execute(f"select dossier_code, {columns} from fct_dossier_period").fetchall()
            self.dossiers[name] = {code: counts for code, *counts in ((row[0], *row[1:]) for row in found)}
            self.rows[name] = connection.execute("select * from fct_dossier_period order by dossier_code").fetchall()
            self.totals[name] = dict(
                connection.execute(
                    "select receiving_unit_id, sum(received_total) from fct_dossier_period group by 1"
                ).fetchall()
            )


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    root = copy_office(tmp_path_factory.mktemp("replay") / "office")
    shutil.rmtree(root / "inbox")
    played = Replay(root)
    assert played.land(*SENDINGS[0]) > 0
    played.ask("Q1 on the first day", "2021-Q1")
    played.land(*SENDINGS[1])
    played.ask("Q1 provisional", "2021-Q1", as_of="2021-03-11")
    played.land(*SENDINGS[2])
    played.ask("Q1 in March", "2021-Q1")
    played.land(*SENDINGS[3])
    played.land(*SENDINGS[4])
    played.ask("Q2", "2021-Q2")
    played.ask("Q1 in June", "2021-Q1")
    played.ask("Q1 in June as of March", "2021-Q1", received_by="2021-03-20T09:00:00+07:00")
    yield played


QUESTIONS = [
    "Q1 on the first day", "Q1 provisional", "Q1 in March", "Q2", "Q1 in June", "Q1 in June as of March",
]  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_equals_the_recount_in_every_cell_and_record(replay: Replay, name: str) -> None:
    assert replay.differences[name] == []
    assert len(replay.dossiers[name]) > 1000


def test_a_question_of_an_earlier_moment_has_its_answer_for_ever(replay: Replay) -> None:
    assert replay.rows["Q1 in June as of March"] == replay.rows["Q1 in March"]


def test_the_files_of_the_next_quarter_move_no_dossier_of_the_last_one(replay: Replay) -> None:
    """The exports of 15/3 show the end of 14/3 truly, so the June files may bring what was sent back, nothing else."""
    then, now = replay.dossiers["Q1 in March"], replay.dossiers["Q1 in June"]
    moved = {code: (then[code], now[code]) for code in then if now.get(code) != then[code]}
    assert moved == {}


def test_on_the_first_day_only_the_units_that_sent_are_counted(replay: Replay) -> None:
    assert set(replay.totals["Q1 on the first day"]) <= {"p01", "p02", "p03", "p04", "p05", "tp-st-bpmc", "unknown"}
    assert len(replay.totals["Q1 in March"]) > len(replay.totals["Q1 on the first day"])


def test_the_next_quarter_carries_in_what_was_pending_but_what_its_exports_deleted(replay: Replay) -> None:
    pending = {code for code, counts in replay.dossiers["Q1 in June"].items() if sum(counts[-2:])}
    carried = {code for code, counts in replay.dossiers["Q2"].items() if counts[MEASURES.index("carried_in")]}
    deleted = {dossier.dossier_code for dossier in load_truth() if dossier.deleted_at}
    assert deleted & pending, "the sample has one that the next export of all dossiers no longer has"
    assert carried == pending - deleted


def test_the_provisional_figures_are_those_of_the_truth_on_that_day(replay: Replay) -> None:
    start, end = PERIODS["2021-Q1"]
    cells = roll_up(truth_of(load_truth(), start, end, as_of=dt.date(2021, 3, 11)))[()]
    columns = ("c4", "c5", "c6", "c8", "c9", "c10")
    counts = list(replay.dossiers["Q1 provisional"].values())
    assert {column: sum(of[place] for of in counts) for place, column in enumerate(columns)} == {
        column: cells[column] for column in columns
    }
