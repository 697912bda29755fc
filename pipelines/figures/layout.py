"""Layouts of official forms as values, read from and written as forms.json.

Here: what a form, its columns, facts, ratios and charts are; merged heads. Not here: the dbt manifest
(manifest_layouts), rows and figures (rows), paper (render).
Invariant: outside this module and manifest_layouts a layout is a FormLayout, never an entry of forms.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

CHART_KINDS = ("bars", "stacked", "periods")


@dataclass(frozen=True)
class Fact:
    """A fact table whose rows the cells of a form sum: its key, its scope bridge, how a row is shown (its yml)."""

    name: str
    key: str
    scope: str
    trace: Mapping[str, Any]
    # Name of its folder of evidence.
    evidence: str
    # Of the streams of the form, those this fact rests on.
    streams: tuple[str, ...] = ()
    # Measures that are known of a unit that has not sent: what it owes.
    duties: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LayoutColumn:
    """One numbered column: its place, its head path from the top, and the fact measure it sums (None in the stub).

    A percentage is the sum of `source` over the sum of `whole`. A column that is not the office's to fill (the
    province writes it) has no `source` and no figures: it prints empty, which is not 0.
    """

    name: str
    number: int
    head: tuple[str, ...]
    source: str | None = None
    whole: str | None = None
    # A note that is no line below the form: words alone tell it.
    is_printed: bool = True
    # For a zero to be a count (yml): one of some columns of files or notes; asked while a note of `unreported` is not
    # zero.
    needs: frozenset[str] = frozenset()
    unreported: frozenset[str] = frozenset()

    @property
    def fact(self) -> str:
        """Name of the fact whose rows are summed."""
        return (self.source or "").partition(".")[0]

    @property
    def measure(self) -> str:
        """Name of the summed fact column."""
        return (self.source or "").rpartition(".")[2]

    @property
    def whole_measure(self) -> str:
        """Name of the fact column a percentage divides by; empty for a sum."""
        return (self.whole or "").rpartition(".")[2]

    @property
    def measures(self) -> tuple[str, ...]:
        """The fact columns it sums: one, or both sides of a percentage."""
        return tuple(name for name in (self.measure, self.whole_measure) if name)

    @property
    def code(self) -> str:
        """How a cell's id names it: c10, or the name of a note."""
        return f"c{self.number}" if self.number else self.name

    @property
    def heading(self) -> str:
        """Its head in one line."""
        return " / ".join(self.head)


@dataclass(frozen=True)
class Ratio:
    """A percentage every row of a form has beside its columns: sum of `parts` over sum of `whole` (columns of the form,
    or measures of its fact); `label` is how words call it, empty where the layout gives none.
    """

    name: str
    parts: tuple[str, ...]
    whole: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class ChartLayout:
    """A chart of a form's figures: kind bars, stacked (a line a row of the form) or periods (the total over periods);
    `values` are names of columns, or of one ratio.
    """

    chart_id: str
    kind: str
    title: str
    values: tuple[str, ...]
    # Printed in the packet that is sent.
    is_sent: bool = False
    # Which rows of the form are its lines: row or section.
    rows: str = "row"


@dataclass(frozen=True)
class FormLayout:
    """The layout of one form."""

    form_id: str
    model: str
    number: str
    title: str
    unit_of_measure: str
    zero_display: str
    stub: tuple[LayoutColumn, ...]
    # Those another authority fills too, which have no source; `figures` are those with one.
    columns: tuple[LayoutColumn, ...]
    notes: tuple[LayoutColumn, ...]
    ratios: tuple[Ratio, ...]
    # Label → text with the names of columns and ratios, of the line that says the form in a sentence.
    headline: tuple[tuple[str, str], ...]
    streams: tuple[str, ...]
    charts: tuple[ChartLayout, ...] = ()
    # Label → column or ratio of the total row, for the table that compares periods.
    compare: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    # What the form is prescribed by.
    source: str = ""
    # Whose it is made for: `all` units and the office, or the `office` alone.
    scopes: str = "all"
    # A form of the circular: sent unless the office says otherwise; name of its sheet; place among the kept; name
    # in short codes.
    is_sent: bool = False
    tab: str = ""
    kept_order: int = 0
    short: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    # A second fact summed in the same cells: figures no record is behind (estimates).
    declared: Fact | None = None
    # What forms.json holds of it: written again as it was read.
    entry: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> FormLayout:
        """Return the layout of one entry of forms.json; what older ones lack has its default."""
        streams = tuple(entry["streams"])
        declared = entry.get("declared")
        numbered = sorted([*entry["columns"], *entry.get("unfilled", [])], key=lambda item: item["number"])
        return cls(
            form_id=entry["form_id"],
            model=entry["model"],
            number=entry["number"],
            title=entry["title"],
            unit_of_measure=entry["unit_of_measure"],
            zero_display=str(entry.get("zero_display", "0")),
            stub=tuple(_column(item) for item in entry["stub"]),
            columns=tuple(_column(item) for item in numbered),
            notes=tuple(_note(item) for item in entry.get("notes", [])),
            ratios=tuple(
                Ratio(name, tuple(item["parts"]), tuple(item["whole"]), item.get("label") or "")
                for name, item in entry["ratios"].items()
            ),
            headline=tuple(entry["headline"].items()),
            streams=streams,
            charts=tuple(_chart(chart_id, item) for chart_id, item in entry.get("charts", {}).items()),
            compare=tuple(entry.get("compare", {}).items()),
            keys=tuple(entry.get("keys", ())),
            source=entry.get("source") or "",
            scopes=entry.get("scopes", "all"),
            is_sent=bool(entry.get("is_sent")),
            tab=str(entry.get("tab") or entry["form_id"]),
            kept_order=int(entry.get("kept_order", 0)),
            short=entry.get("short") or re.sub("[^0-9a-z]", "", entry["form_id"].lower()),
            facts={name: _fact(name, item, streams) for name, item in entry.get("facts", {}).items()},
            declared=_fact(declared["fact"], declared, streams) if declared else None,
            entry=entry,
        )

    @property
    def figures(self) -> tuple[LayoutColumn, ...]:
        """The columns the office fills, by number."""
        return tuple(column for column in self.columns if column.source)

    @property
    def cells(self) -> tuple[LayoutColumn, ...]:
        """What a row sums: the columns the office fills and the notes."""
        return (*self.figures, *self.notes)

    @property
    def summed(self) -> Mapping[str, Fact]:
        """The facts its cells sum, by name; the declared one too."""
        return {**self.facts, **({self.declared.name: self.declared} if self.declared else {})}

    @property
    def duties(self) -> frozenset[str]:
        """Sources (fact.measure) that are known of a unit that has not sent: what it owes."""
        return frozenset(f"{fact.name}.{measure}" for fact in self.facts.values() for measure in fact.duties)

    def ratio(self, name: str) -> Ratio | None:
        """Return a ratio of the form by its name; None where it has none of that name."""
        return next((item for item in self.ratios if item.name == name), None)


Layouts = Mapping[str, FormLayout]
"""Layouts by form id."""


@dataclass(frozen=True)
class HeadCell:
    """One cell of a form's head: its text, its top left place and how many rows and columns it spans."""

    text: str
    row: int
    column: int
    row_span: int
    column_span: int


def head_cells(columns: tuple[LayoutColumn, ...]) -> tuple[HeadCell, ...]:
    """Return the head's cells from left to right, top to bottom; equal neighbouring heads become a spanner."""
    depth = max(len(column.head) for column in columns)
    cells = list(_cells(list(enumerate(columns)), 0, depth))
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _cells(columns: list[tuple[int, LayoutColumn]], level: int, depth: int) -> Iterator[HeadCell]:
    for text, run in groupby(columns, key=lambda item: item[1].head[level]):
        members = list(run)
        below = [item for item in members if len(item[1].head) > level + 1]
        span = 1 if below else depth - level
        yield HeadCell(text, level, members[0][0], span, len(members))
        if below:
            yield from _cells(below, level + 1, depth)


def load_layouts(path: Path) -> dict[str, FormLayout]:
    """Return the layouts a report was printed with (its forms.json)."""
    return layouts_of(json.loads(path.read_text(encoding="utf-8")))


def layouts_of(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, FormLayout]:
    """Return the layouts of the content of forms.json."""
    return {form_id: FormLayout.of(entry) for form_id, entry in entries.items()}


def entries_of(layouts: Layouts) -> dict[str, Mapping[str, Any]]:
    """Return the content of forms.json."""
    return {form_id: layout.entry for form_id, layout in layouts.items()}


def _fact(name: str, item: Mapping[str, Any], streams: tuple[str, ...]) -> Fact:
    behind = tuple(item.get("streams", streams))
    return Fact(
        name, item["key"], item["scope"], item["trace"], item["evidence"], behind, frozenset(item.get("duties", ()))
    )


def _chart(chart_id: str, item: Mapping[str, Any]) -> ChartLayout:
    values, rows = tuple(item["values"]), item.get("rows", "row")
    return ChartLayout(chart_id, item["kind"], item["title"], values, bool(item.get("sent")), rows)


def _column(item: Mapping[str, Any]) -> LayoutColumn:
    needs, unreported = (frozenset(item.get(name, ())) for name in ("needs", "unreported"))
    place = (item["name"], item["number"], tuple(item["head"]), item.get("from"), item.get("of"))
    return LayoutColumn(*place, needs=needs, unreported=unreported)


def _note(item: Mapping[str, Any]) -> LayoutColumn:
    return LayoutColumn(item["name"], 0, (item["label"],), item["from"], None, item.get("is_printed", True))
