"""Two invented offices whose histories are known: every figure of the forms, asked on several days.

Here: the product's answers held against the world's own count. Not here: the count (tests/truth/world).
Invariant: a cell that differs is told with the dossiers that are counted otherwise, their histories and rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from truth.world import compare, door
from truth.world.evidence import Question

SEEDS = (1, 2)
SIZE = 90


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[door.Model]:
    return door.compiled(tmp_path_factory.mktemp("dbt")).models


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[compare.World]:
    yield compare.make(request.param, tmp_path_factory.mktemp("world") / "office", SIZE)


def test_every_figure_is_that_of_the_histories(world: compare.World, models: list[door.Model]) -> None:
    told: list[str] = []
    for question in _asked(world):
        database = door.count(world.folder, question, models)
        found, own = compare.differences(world, question, database)
        assert len(own) > 100
        if found:
            told += [f"{item.question}: {' '.join(item.cell)}: đúng {item.expected}, có {item.got}" for item in found]
            told += compare.told_dossiers(world, question, database)
    assert not told, "\n".join(told)


def _asked(world: compare.World) -> list[Question]:
    """On a provisional day, on the last day, again after later files, and the half-year."""
    early, _, late, *_, again, half_year = world.questions
    return [early, late, world.questions[4], again, half_year]
