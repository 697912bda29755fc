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


class Names:
    """What people call things: name → the ids it may mean."""

    def __init__(self, named: Iterable[tuple[str, list[str]]]) -> None:
        self.by_key: dict[str, set[str]] = {}
        self.by_ascii: dict[str, set[str]] = {}
        self.ids: set[str] = set()
        for item_id, names in named:
            self.ids.add(item_id)
            for name in names:
                if name.strip():
                    self.by_key.setdefault(match_key(name), set()).add(item_id)
                    self.by_ascii.setdefault(ascii_key(name), set()).add(item_id)

    def folded(self, name: str) -> str | None:
        """Return the one id a name means: itself, or by the key of a name, or by that key without marks."""
        if name in self.ids:
            return name
        found = self.by_key.get(match_key(name)) or self.by_ascii.get(ascii_key(name)) or set()
        return next(iter(found)) if len(found) == 1 else None

    def nearest(self, name: str, distance: Callable[[str], int]) -> str | None:
        """Return the id whose name is most like this one; of equals the one least distant, then the first by id."""
        wanted = ascii_key(name)
        scored = [
            (-difflib.SequenceMatcher(None, wanted, key).ratio(), distance(item_id), item_id)
            for key, ids in self.by_ascii.items()
            for item_id in ids
        ]
        best = min(scored, default=None)
        return best[2] if best and -best[0] >= 0.5 else None


@dataclass(frozen=True)
class Places:
    """The periods and units of an office, by what people call them."""

    office: Office

    def period(self, name: str) -> str | None:
        """Return the id of the period a folder names, by its id or label; None when it names none."""
        return self._periods.folded(name)

    def unit(self, name: str) -> str | None:
        """Return the id of the unit a folder names, by its id, name, short name or alias; None when it names none."""
        return self._units.folded(name)

    def nearest_period(self, name: str) -> str:
        """Return the end of a sentence that offers the period most like a name; of equals the nearest to today."""
        periods = self.office.reference["periods"]
        ends = dict(zip(periods["period_id"], periods["end_on"].dt.date, strict=True))
        found = self._periods.nearest(name, lambda period_id: abs((ends[period_id] - self._today).days))
        return f"; gần nhất: {found} ({self._labels[found]})" if found else ""

    def nearest_unit(self, name: str) -> str:
        """Return the end of a sentence that offers the unit most like a name."""
        found = self._units.nearest(name, lambda _: 0)
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
    def _periods(self) -> Names:
        return Names((period_id, [period_id, label]) for period_id, label in self._labels.items())

    @cached_property
    def _units(self) -> Names:
        units = self.office.reference["units"]
        return Names(
            (row["unit_id"], [row["unit_id"], row["name_vi"], row["short_name"], *row["aliases"].split("|")])
            for row in units.to_dict("records")
        )


def _first(found: Iterable[str | None]) -> str | None:
    return next((item for item in found if item), None)
