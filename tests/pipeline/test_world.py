"""Invented offices whose histories are known: every figure of the forms, asked on several days.

Here: the product's answers held against the world's own count; a what-if, a comparison, what the checks say too. Not here: the count
(tests/truth/world); many seeds (`make worlds`).
Invariant: a cell that differs is shown with the dossiers that are counted otherwise, their histories and rows.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from truth.world import checks, compare, door, door_versions
from truth.world.catalogue import CITY, NAMES
from truth.world.days import PERIODS, QUARTERS
from truth.world.evidence import Question

from pipelines.paths import EXPECTATIONS
from pipelines.quality.suite import parse_suite
from pipelines.warehouse.streams import suite_path

# About three of each shape: what is drawn twice by force, and what chance adds.
SIZE = 60
Q1, Q2 = QUARTERS[:2]
H1 = Question(PERIODS["2021-H1"], Q2.end)


@pytest.fixture(scope="module")
def models() -> list[door.Model]:
    return door.forms_alone(door.compiled().models)


def _held(world: compare.World, questions: list[Question], models: list[door.Model]) -> None:
    """Ask each question; every cell must be that of the world's own count."""
    noted: list[str] = []
    for question in questions:
        database = door.count(world.folder, question, models)
        found, own = compare.differences(world, question, database)
        assert len(own) > 300
        if found:
            noted += [f"{item.question}: {' '.join(item.cell)}: đúng {item.expected}, có {item.got}" for item in found]
            noted += compare.named_dossiers(world, question, database)
    assert not noted, "\n".join(noted)


def test_as_files_come_on_a_provisional_day_on_the_last_day_and_again(tmp_path: Path, models: list[door.Model]) -> None:
    world = compare.make(1, tmp_path / "office", SIZE)
    provisional, final, _, _, second = world.questions[:5]
    _held(world, [provisional, final, second, Question(Q1, provisional.as_of), Question(Q1, Q1.end), H1], models)


def test_a_what_if_a_comparison_and_the_versions_are_those_of_the_histories(
    tmp_path: Path, models: list[door.Model]
) -> None:
    world = compare.make(2, tmp_path / "office", SIZE)
    final, again = world.questions[4], Question(Q2, Q2.end)
    other = replace(again, due_day_is_overdue=True)  # 14/6 is a working day: promises end on it
    _held(world, [other], models)

    kept = {}
    for number, question in enumerate((final, again, other)):
        kept[question] = tmp_path / f"{number}.duckdb"
        kept[question].write_bytes(door.count(world.folder, question, models).read_bytes())
    for old, new in ((final, again), (again, other), (again, again)):
        place = tmp_path / f"{old.received_by is None}-{new.due_day_is_overdue}"
        changed, moved = door.compared(kept[old], kept[new], compare.COLUMNS, place)
        cells, dossiers = compare.changes(world, old, new)
        assert {cell: values for cell, values in changed.items() if compare.is_asked(cell)} == cells
        assert moved == dossiers
    assert compare.changes(world, again, other)[1]

    headline, late = door_versions.revised([kept[final], kept[again]], compare.COLUMNS, tmp_path / "issued")
    own = [compare.own_figures(world, question) for question in (final, again)]
    assert headline == {
        (form, column): (own[0][form, CITY, "total", column], own[1][form, CITY, "total", column])
        for form, column in headline
    }
    assert ("II.06a", "received_total") in headline
    came = {
        (NAMES[item.unit], item.name) for item in world.sent if item.received > (final.received_by or item.received)
    }
    assert late
    assert late <= came  # a copy of a file says nothing and is none of them
    said = {
        (NAMES[item.unit], item.name) for item in world.exports if item.received > (final.received_by or item.received)
    }
    assert said <= late


def test_every_check_names_the_rows_with_its_fault_and_no_other(tmp_path: Path) -> None:
    world = compare.draw(4, tmp_path / "office", SIZE)
    scores = checks.score(world, tmp_path / "dirty")
    assert not [row for score in scores.values() for row in (*score.missed, *score.wrong)]
    planted = {tuple(name.split("|")) for name, score in scores.items() if score.planted}
    streams = {stream for stream, _ in planted}
    every = {
        (stream, check.check_id) for stream in streams for check in parse_suite(suite_path(stream).read_text()).checks
    }
    # Issued facts are written by this software alone: test_province forges them.
    assert streams == {path.stem for path in EXPECTATIONS.glob("*.yaml")} - {"issued_facts", "issued_feedback"}
    assert every <= planted


def test_by_nine_months_and_by_year(tmp_path: Path, models: list[door.Model]) -> None:
    world = compare.make(3, tmp_path / "office", SIZE, quarters=4)
    periods = ("2021-9M", "2021-Y", "2021-Q4")
    _held(world, [Question(PERIODS[name], PERIODS[name].end) for name in periods], models)
