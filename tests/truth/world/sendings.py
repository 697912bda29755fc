"""What the units send and when it is received: the exports of some quarters, at their days and hours.

Here: the schedule, the rows of each export, the office folder. Not here: counting, the product.
Invariant: an export holds what its unit's system shows at its moment, and no more.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from truth.world.catalogue import CITY, DESK, NAMES, WARDS, tables
from truth.world.days import QUARTERS, Period, at
from truth.world.history import Dossier, State, state_at
from truth.world.systems import SYSTEM_OF

DAY = dt.timedelta(days=1)
EXPORTING = (*WARDS, DESK)
_OFFICE = """office:
  name: {name}
  unit_id: {unit}
  parent_name: Tỉnh Thử
  short_name: thành phố Thử
  place: Thử
  clock: {clock}
switches: {{}}
"""


@dataclass(frozen=True)
class Shown:
    """One row of an export: the dossier, what it says of it, and whether the row is one to send back."""

    dossier: Dossier
    state: State
    is_sent_back: bool
    cells: dict[str, object] = field(hash=False, compare=False)


class Sent(Protocol):
    """A file a unit sends: for which period, made and received when."""

    @property
    def unit(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def moment(self) -> dt.datetime: ...
    @property
    def received(self) -> dt.datetime: ...
    @property
    def name(self) -> str: ...
    def file(self) -> bytes:
        """Return its bytes."""
        ...


@dataclass(frozen=True)
class Export:
    """One file of dossiers a unit sends."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    name: str
    rows: list[Shown] = field(hash=False, compare=False)

    def file(self) -> bytes:
        """Return the export as its system writes it."""
        return SYSTEM_OF[self.unit].file([row.cells for row in self.rows])

    def has(self, dossier: Dossier) -> bool:
        """Return whether the file has a row of the dossier, be it one to send back."""
        return any(row.dossier is dossier for row in self.rows)


def stages(quarter: Period) -> list[dt.datetime]:
    """Return the moments at which the office looks: on the last day units are in time (domain/04 4.2: before the 12th) and
    on the day after it, after the cut-off, late."""
    end = quarter.end
    return [at(end - DAY * 3, 17, 30), at(end - DAY * 2, 8), at(end + DAY * 2, 8), at(end + DAY * 8, 12)]


def schedule(random: Random, quarters: list[Period]) -> list[tuple[str, Period, dt.datetime]]:
    """Return who exports when: provisional exports, mornings of the cut-off day, early and late ones."""
    found: list[tuple[str, Period, dt.datetime]] = []
    for quarter in quarters:
        for unit in EXPORTING:
            provisional = random.choice(
                [None, at(quarter.end - DAY * 3, 16), at(quarter.end - DAY * 3, 19), at(quarter.end - DAY * 2, 6, 30)]
            )
            final = random.choice(
                [
                    [at(quarter.end + DAY, 6, 30)],
                    [at(quarter.end, 6, 30), at(quarter.end + DAY, 6, 30)],
                    [at(quarter.end + DAY, 14, 10)],
                    [at(quarter.end + DAY * 6, 10)],
                ]
            )
            found += [(unit, quarter, moment) for moment in [*([provisional] if provisional else []), *final]]
    return found


def received_at(moment: dt.datetime) -> dt.datetime:
    """Return when the office receives what was made at a moment: at its next look."""
    return next(stage for quarter in QUARTERS for stage in stages(quarter) if stage > moment)


def moments(random: Random, quarters: list[Period], units: Iterable[str]) -> list[tuple[str, Period, dt.datetime]]:
    """Return when units send a log or a table: mostly right after the last day, sometimes before the deadline too."""
    found: list[tuple[str, Period, dt.datetime]] = []
    for quarter in quarters:
        for unit in units:
            if random.random() < 0.4:
                found.append((unit, quarter, at(quarter.end - DAY * 3, random.choice([16, 19]))))
            found.append((unit, quarter, at(quarter.end + DAY * random.choice([1, 1, 6]), random.choice([6, 11]), 30)))
    return found


def export(unit: str, period: Period, moment: dt.datetime, dossiers: Iterable[Dossier], spelling: int) -> Export:
    """Return what a unit's system shows at a moment: all but what was closed before the period."""
    system = SYSTEM_OF[unit]
    rows = []
    for dossier in dossiers:
        if unit not in dossier.units_at(moment):
            continue
        state = state_at(dossier, moment)
        ended = state.finished or (dossier.rejected if state.status == "rejected_at_intake" else None)
        if ended and ended.date() < period.start:
            continue
        is_sent_back = dossier.is_mistyped and state.finished is not None
        rows.append(Shown(dossier, state, is_sent_back, system.row(unit, dossier, state, spelling)))
    return Export(unit, period, moment, received_at(moment), system.file_name(moment), rows)


def written_at(sent: Sent) -> dt.datetime:
    """Return when a file was written: right after it was made."""
    return sent.moment + dt.timedelta(minutes=5)


class Folder:
    """The office folder: what the world writes of itself."""

    def __init__(self, root: Path, profiles: dict[str, str], owed: Iterable[tuple[str, str]]) -> None:
        """Write reference tables and profiles (YAML by id)."""
        self.root = root
        (root / "reference").mkdir(parents=True)
        (root / "profiles").mkdir()
        for name, text in tables(owed).items():
            (root / "reference" / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, text in profiles.items():
            (root / "profiles" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def set_clock(self, moment: dt.datetime) -> None:
        """Write office.yaml with its clock at a moment."""
        text = _OFFICE.format(name=NAMES[CITY], unit=CITY, clock=f"{moment.isoformat()}+07:00")
        (self.root / "office.yaml").write_text(text, encoding="utf-8")

    def put(self, sent: Sent, content: bytes) -> Path:
        """Put the bytes of a file into the inbox."""
        path = self.root / "inbox" / sent.period.period_id / sent.unit / sent.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written = written_at(sent).replace(tzinfo=dt.timezone(dt.timedelta(hours=7)))
        os.utime(path, (written.timestamp(), written.timestamp()))
        return path
