"""Where the measures of facts are printed: by form, column, note and ratio.

Here: the facts behind a report's forms, which of their measures are printed, and where. Not here: the facts behind one
cell (figures/cells), sums (control). Invariant: forms.json alone says it; no form and no fact is known by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.figures.cells import split_source
from pipelines.figures.layout import Fact, FormLayout, Layouts, Ratio

# Sides of a percentage.
PARTS, WHOLE = "tử số", "mẫu số"


@dataclass(frozen=True)
class Place:
    """One place where a measure is printed: a column or note of a form, or a side of a percentage."""

    # What the form is called on its sheet.
    form: str
    # c<number>, or the name of a ratio or note.
    column: str
    head: tuple[str, ...]
    side: str = ""
    # A percentage beside the columns of the form.
    is_ratio: bool = False

    @property
    def number(self) -> int | None:
        """Number of the column; None for a ratio or note."""
        number = self.column.removeprefix("c")
        return int(number) if number.isdecimal() else None

    @property
    def text(self) -> str:
        """How tables name the place: «II.06a cột 10», «II.04 cột 13 tử số», «II.06a ghi chú»."""
        if self.number:
            return " ".join(part for part in (self.form, f"cột {self.number}", self.side) if part)
        return f"{self.form} {self.head[0] if self.is_ratio else 'ghi chú'}"


@dataclass(frozen=True)
class PrintedFact:
    """A fact whose rows some form sums: its measures in the order they are printed, with their places."""

    fact: Fact
    # Ids of the forms that sum it, in the order of the layouts.
    forms: tuple[str, ...]
    measures: Mapping[str, tuple[Place, ...]]
    is_declared: bool = False

    @property
    def trace(self) -> Mapping[str, Any]:
        """How a row of it is shown (its yml, meta `trace`)."""
        return self.fact.trace


def printed_facts(connection: duckdb.DuckDBPyConnection, layouts: Layouts) -> list[PrintedFact]:
    """Return every fact that the forms of a report sum, by name, with the measures they print."""
    known = fact_columns(connection)
    forms: dict[str, list[str]] = {}
    facts: dict[str, Fact] = {}
    places: dict[str, dict[str, list[Place]]] = {}
    declared: set[str] = set()
    for form_id, layout in layouts.items():
        beside = layout.declared
        for fact in layout.summed.values():
            facts.setdefault(fact.name, fact)
            forms.setdefault(fact.name, []).append(form_id)
        for name, measure, place in _places(layout, {name: known[name] for name in layout.facts}):
            for fact_name in (name, *([beside.name] if beside else [])):
                if measure in known[fact_name]:
                    places.setdefault(fact_name, {}).setdefault(measure, []).append(place)
        declared |= {beside.name} if beside else set()
    return [
        PrintedFact(
            facts[name],
            tuple(forms[name]),
            {measure: tuple(found) for measure, found in places.get(name, {}).items()},
            name in declared,
        )
        for name in sorted(facts)
    ]


def measures_of_ratio(layout: FormLayout, ratio: Ratio, known: Mapping[str, set[str]]) -> tuple[str, dict]:
    """Return the fact of a ratio and its measures by side; the fact is empty where none has them all."""
    by_name = {column.name: column.measure for column in layout.cells}
    sides = {
        side: [by_name.get(part, part) for part in named]
        for side, named in ((PARTS, ratio.parts), (WHOLE, ratio.whole))
    }
    wanted = {measure for measures in sides.values() for measure in measures}
    return next((fact for fact in layout.facts if wanted <= known[fact]), ""), sides


def _places(layout: FormLayout, known: Mapping[str, set[str]]) -> Iterator[tuple[str, str, Place]]:
    """Yield fact, measure and place of everything a form prints."""
    form = layout.tab
    for column in layout.figures:
        for source, side in ((column.source, PARTS if column.whole else ""), (column.whole, WHOLE)):
            if source:
                yield *split_source(source), Place(form, column.code, column.head, side)
    for note in layout.notes:
        yield note.fact, note.measure, Place(form, note.name, note.head)
    for ratio in layout.ratios:
        fact, sides = measures_of_ratio(layout, ratio, known)
        for side, measures in sides.items():
            head = (f"{side} của «{ratio.label or ratio.name}»",)
            for measure in measures if fact else ():
                yield fact, measure, Place(form, ratio.name, head, side, is_ratio=True)


def fact_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return the columns of every fact of a warehouse, by its name."""
    found: dict[str, set[str]] = {}
    query = "select table_name, column_name from duckdb_columns() where table_name like 'fct_%'"
    for table, column in connection.execute(query).fetchall():
        found.setdefault(str(table), set()).add(str(column))
    return found
