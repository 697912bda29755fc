"""The evidence book read back from its scripts, as a page reads it.

Here: figures, the groups behind them, records with their deciding rows. Not here: how pages look (the browser's test).
Invariant: nothing but the book's folder is read.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a deciding row lies: receipt, file and hash, sheet, row (0: the whole file)."""

    receipt: str
    unit: str
    file: str
    sha256: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Record:
    """One record: its fact, code, days, and each deciding row by name."""

    fact: str
    code: str
    dates: dict[str, dt.datetime | None]
    places: dict[str, Place | None]


class Book:
    """A book in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = self.read("so")
        self.forms = {form["id"]: form for form in self.read("bieu")}
        self.others = self.read("khac")
        self.facts = {fact["name"]: fact for fact in self.about["facts"]}

    def read(self, name: str) -> Any:
        text = (self.folder / "du-lieu" / f"{name}.js").read_text(encoding="utf-8")
        head, tail = f'KSTT("{name}",', ");\n"
        assert text.startswith(head)
        assert text.endswith(tail)
        return json.loads(text[len(head) : -len(tail)])

    @cached_property
    def groups(self) -> dict[str, list[Any]]:
        return {name: self.read(f"{fact['folder']}/nhom") for name, fact in self.facts.items()}

    def sides(self, figure_id: str) -> list[tuple[str, list[str]]]:
        """The measures a figure sums, by fact: one side of a count, two of a percentage."""
        form_id, _, _, column = figure_id.split("/")
        form = self.forms[form_id]
        for number, _, source, whole in form["columns"]:
            if column == f"c{number}":
                return [(item.split(".")[0], [item.split(".")[1]]) for item in (source, whole) if item]
        for name, _, source in form["notes"]:
            if column == name:
                return [(source.split(".")[0], [source.split(".")[1]])]
        return next([(fact, above), (fact, below)] for name, _, fact, above, below in form["ratios"] if name == column)

    def behind(self, figure_id: str, fact: str, measures: list[str]) -> tuple[int, list[int]]:
        """The sum of measures over a fact's groups behind a figure's row, and those groups."""
        form = self.forms[figure_id.split("/")[0]]
        row = next(item for item in form["rows"] if item[1] == figure_id.split("/")[2])
        about, total, found = self.facts[fact], 0, []
        places = [about["keys"].index(key) if key in about["keys"] else None for key in form["keys"]]
        for number, (count, keys, bits, amounts) in enumerate(self.groups[fact]):
            if any(
                want is not None and (at is None or keys[at] != want) for want, at in zip(row[4], places, strict=True)
            ):
                continue
            parts = [name for name in measures if bits[about["measures"].index(name)] == "1"]
            if parts:
                found.append(number)
                total += sum(
                    amounts[about["amounts"].index(name)] if name in about["amounts"] else count for name in parts
                )
        return total, found

    def value(self, figure_id: str) -> int | float | None:
        """A figure counted from the groups: a sum, or a percentage (None where the whole is 0)."""
        declared = self.forms[figure_id.split("/")[0]]["declared"]
        sums = [
            sum(self.behind(figure_id, name, measures)[0] for name in (fact, declared) if name)
            for fact, measures in self.sides(figure_id)
        ]
        if not sums:
            return None  # a column another authority fills
        if len(sums) == 1:
            return sums[0]
        return 100 * sums[0] / sums[1] if sums[1] else None

    def printed(self, figure_id: str) -> str:
        """The text the book shows of a figure."""
        if figure_id in self.others["figures"]:
            return str(self.others["figures"][figure_id]["text"])
        form_id, _, code, column = figure_id.split("/")
        form = self.forms[form_id]
        row = next(item for item in form["rows"] if item[1] == code)
        names = [[f"c{item[0]}" for item in form["columns"]], [item[0] for item in form["notes"]]]
        names.append([item[0] for item in form["ratios"]])
        return next(row[5 + kind][known.index(column)] for kind, known in enumerate(names) if column in known)

    def records(self, fact: str) -> list[Record]:
        """Every record of a fact, in its order."""
        about, files = self.facts[fact], self.read("tep")
        found = []
        for piece in range(-(-about["records"] // about["piece"])):
            for cells in self.read(f"{about['folder']}/{piece}"):
                first = 2 + len(about["more"])
                dates = {
                    label: when(value, is_moment)
                    for (label, is_moment), value in zip(about["dates"], cells[first:], strict=False)
                }
                rows = cells[-1] * (len(about["parts"]) if len(cells[-1]) == 1 else 1)
                places = {
                    part: Place(files[row[0] + 1][0], *files[row[0] + 1][1:4], files[0][row[1]], row[2])
                    if row
                    else None
                    for part, row in zip(about["parts"], rows, strict=True)
                }
                found.append(Record(fact, cells[0], dates, places))
        return found


def when(value: int | None, is_moment: bool) -> dt.datetime | None:
    if value is None:
        return None
    return dt.datetime(2000, 1, 1) + (dt.timedelta(minutes=value) if is_moment else dt.timedelta(days=value))
