"""Which period and unit a folder of the inbox means.

Here: ids, names and aliases folded to an id, the nearest one for a name that means none. Not here: walking the inbox.
Invariant: a name is folded only when it means exactly one unit or period; what is near is offered, never taken.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from pipelines.office.settings import Office
from pipelines.office.text import ascii_key, match_key

_PARTS = re.compile(r"[_\s]+")


@dataclass(frozen=True)
class Places:
    """The periods and units of an office, by what people call them."""

    office: Office

    def period(self, name: str) -> str | None:
        """Return the id of the period a folder names, by its id or label; None when it names none."""
        return _folded(name, self._periods)

    def unit(self, name: str) -> str | None:
        """Return the id of the unit a folder names, by its id, name, short name or alias; None when it names none."""
        return _folded(name, self._units)

    def nearest_period(self, name: str) -> str:
        """Return the end of a sentence that offers the period most like a name; of equals the nearest to today."""
        periods = self.office.reference["periods"]
        ends = dict(zip(periods["period_id"], periods["end_on"].dt.date, strict=True))
        found = _nearest(name, self._periods, lambda period_id: abs((ends[period_id] - self._today).days))
        return f"; gần nhất: {found} ({self._labels[found]})" if found else ""

    def nearest_unit(self, name: str) -> str:
        """Return the end of a sentence that offers the unit most like a name."""
        found = _nearest(name, self._units, lambda _: 0)
        return f"; gần nhất: {found} ({self._names[found]})" if found else ""

    def named_in(self, file_name: str) -> tuple[str | None, str | None]:
        """Return period and unit a file's own name holds as whole words between underscores, where it holds them."""
        words = _PARTS.split(file_name.rpartition(".")[0] or file_name)
        return _first(self.period(word) for word in words), _first(self.unit(word) for word in words)

    def unit_name(self, unit_id: str) -> str:
        """Return what people call a unit."""
        return self._names.get(unit_id, unit_id)

    @property
    def _today(self) -> dt.date:
        return self.office.clock.today()

    @cached_property
    def _labels(self) -> dict[str, str]:
        periods = self.office.reference["periods"]
        return dict(zip(periods["period_id"], periods["label"], strict=True))

    @cached_property
    def _names(self) -> dict[str, str]:
        units = self.office.reference["units"]
        return dict(zip(units["unit_id"], units["name_vi"], strict=True))

    @cached_property
    def _periods(self) -> dict[str, set[str]]:
        return _by_name((period_id, [period_id, label]) for period_id, label in self._labels.items())

    @cached_property
    def _units(self) -> dict[str, set[str]]:
        units = self.office.reference["units"]
        return _by_name(
            (row["unit_id"], [row["unit_id"], row["name_vi"], row["short_name"], *row["aliases"].split("|")])
            for row in units.to_dict("records")
        )


def _by_name(named: Iterable[tuple[str, list[str]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item_id, names in named:
        for name in names:
            if name.strip():
                found.setdefault(match_key(name), set()).add(item_id)
    return found


def _folded(name: str, known: dict[str, set[str]]) -> str | None:
    exact = [ids for ids in known.values() if name in ids]
    if exact:
        return name
    ids = known.get(match_key(name)) or set().union(
        *(ids for key, ids in known.items() if ascii_key(key) == ascii_key(name))
    )
    return next(iter(ids)) if len(ids) == 1 else None


def _nearest(name: str, known: dict[str, set[str]], distance: Callable[[str], int]) -> str | None:
    """Return the id whose name is most like this one; of equals the one least distant, then the first by id."""
    wanted = ascii_key(name)
    scored = [
        (-difflib.SequenceMatcher(None, wanted, ascii_key(key)).ratio(), distance(item_id), item_id)
        for key, ids in known.items()
        for item_id in ids
    ]
    best = min(scored, default=None)
    return best[2] if best and -best[0] >= 0.5 else None


def _first(found: Iterable[str | None]) -> str | None:
    return next((item for item in found if item), None)
