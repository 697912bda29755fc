"""Recall and precision of the checks on a world: what they say of every row against what its history and its fault say.

Here: an office of dirty files, the two sets held against each other. Not here: faults (dirt), judging.
Invariant: every row of the files is looked at, planted or not; a check is named with its stream.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from truth.world import compare, dirt, door
from truth.world.dirt_of_records import DIRTY_ALONE
from truth.world.sendings import Folder


@dataclass
class Score:
    """What a check should say and says, in rows."""

    planted: int = 0
    by_history: int = 0
    missed: list[dirt.Said] = field(default_factory=list)
    wrong: list[dirt.Said] = field(default_factory=list)


def score(world: compare.World, root: Path) -> dict[str, Score]:
    """Return the score of every check that says or should say something of the world's dirty files; `root` is an empty folder."""
    files = dirt.draw(Random(f"{world.seed} dirt"), world.exports, world.logs, world.tables)
    folder = Folder(root, compare.profiles(), [*compare.owed(), *((dirt.WARD, stream) for stream in DIRTY_ALONE)])
    for item in files:
        folder.put(item, item.file())
    folder.set_clock(max(item.received for item in files))
    door.receive(folder)
    planted = frozenset().union(*(item.planted for item in files))
    natural = frozenset().union(*(item.by_history for item in files)) - planted
    return _scores(planted, natural, door.said(folder))


def _scores(planted: Iterable[dirt.Said], natural: Iterable[dirt.Said], found: set[dirt.Said]) -> dict[str, Score]:
    scores: dict[str, Score] = defaultdict(Score)
    for said in sorted(planted):
        scores[_name(said)].planted += 1
    for said in sorted(natural):
        scores[_name(said)].by_history += 1
    expected = {*planted, *natural}
    for said in sorted(expected - found):
        scores[_name(said)].missed.append(said)
    for said in sorted(found - expected):
        scores[_name(said)].wrong.append(said)
    return dict(sorted(scores.items()))


def noted(scores: dict[str, Score]) -> dict[str, list[int]]:
    """Return of each check: rows planted, rows by history, rows missed, rows wrongly named."""
    return {name: [item.planted, item.by_history, len(item.missed), len(item.wrong)] for name, item in scores.items()}


def _name(said: dirt.Said) -> str:
    return f"{said[1]}|{said[3]}"
