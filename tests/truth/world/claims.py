"""Files that must not move a figure: resends, half a replacement, a neighbour's file, last quarter's file, A, B, A.

Here: what goes wrong when files are sent (DESIGN, *Claims*). Not here: what is right, which is the count without them.
Invariant: each world has every shape once; none of them says anything that is both new and true.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from random import Random

from truth.world.days import Period
from truth.world.sendings import Export, received_at
from truth.world.systems import SYSTEM_OF

HOUR = dt.timedelta(hours=1)
# Wards of one system, whose exports name the receiving unit.
NEIGHBOURS = ("p01", "p02")


@dataclass(frozen=True)
class Extra:
    """A file beside those that say something."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    name: str
    content: bytes = field(hash=False, compare=False, repr=False)
    shape: str = ""

    def file(self) -> bytes:
        """Return its bytes."""
        return self.content


def draw(random: Random, exports: list[Export]) -> list[Extra]:
    """Return one or two files of each shape, each about another unit's files."""
    found: list[Extra] = []
    for shape in SHAPES:
        taken = {item.unit for item in found if item.shape != "neighbour's file"}
        found += SHAPES[shape](random, [item for item in exports if item.unit not in taken])
    return found


def _again(name: str) -> str:
    path = PurePath(name)
    return f"{path.stem} (1){path.suffix}"


def _of_first_quarter(random: Random, exports: list[Export]) -> Export:
    """Return an export of the first quarter in which a file has more than one row."""
    long_enough = [item for item in exports if len(item.rows) > 1]
    first = min(item.period.start for item in long_enough)
    return random.choice([item for item in long_enough if item.period.start == first])


def _later(sent: Export) -> dt.datetime:
    return received_at(sent.received + HOUR)


def _same_bytes(random: Random, exports: list[Export]) -> list[Extra]:
    sent = _of_first_quarter(random, exports)
    when = _later(sent)
    return [
        Extra(sent.unit, sent.period, sent.moment, when, _again(sent.name), sent.file(), "same bytes, another name")
    ]


def _half(random: Random, exports: list[Export]) -> list[Extra]:
    sent = _of_first_quarter(random, exports)
    cells = [row.cells for row in sent.rows[: len(sent.rows) // 2]]
    content = SYSTEM_OF[sent.unit].file(cells)
    return [Extra(sent.unit, sent.period, sent.moment, _later(sent), _again(sent.name), content, "half a replacement")]


def _neighbour(random: Random, exports: list[Export]) -> list[Extra]:
    sent = random.choice([item for item in exports if item.unit in NEIGHBOURS] or exports)
    if sent.unit not in NEIGHBOURS:
        return []
    other = NEIGHBOURS[sent.unit == NEIGHBOURS[0]]
    name = f"{PurePath(sent.name).stem} Phường{PurePath(sent.name).suffix}"
    return [Extra(other, sent.period, sent.moment, sent.received, name, sent.file(), "neighbour's file")]


def _last_quarter(random: Random, exports: list[Export]) -> list[Extra]:
    sent = _of_first_quarter(random, exports)
    later = next((item.period for item in exports if item.period.start > sent.period.start), None)
    if later is None:
        return []
    when = received_at(dt.datetime.combine(later.start, dt.time(9)) + HOUR * 24 * 20)
    return [Extra(sent.unit, later, sent.moment, when, sent.name, sent.file(), "last quarter's file")]


def _there_and_back(random: Random, exports: list[Export]) -> list[Extra]:
    """The same name three times: as it was, with every open dossier finished by mistake, as it was."""
    sent = _of_first_quarter(random, exports)
    system = SYSTEM_OF[sent.unit]
    wrong = [
        {**row.cells, "status": system.status["result_ready"], "finished_at": system.moment(sent.moment - HOUR)}
        if row.state.is_open
        else row.cells
        for row in sent.rows
    ]
    when = _later(sent)
    return [
        Extra(sent.unit, sent.period, sent.moment + HOUR, when - HOUR, sent.name, system.file(wrong), "A, B, A"),
        Extra(sent.unit, sent.period, sent.moment + HOUR * 2, when, sent.name, sent.file(), "A, B, A"),
    ]


SHAPES: dict[str, Callable[[Random, list[Export]], list[Extra]]] = {
    "neighbour's file": _neighbour,
    "same bytes, another name": _same_bytes,
    "half a replacement": _half,
    "last quarter's file": _last_quarter,
    "A, B, A": _there_and_back,
}
