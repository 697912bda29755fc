"""The records behind the cells of two versions: those whose amount in a cell changed, be its total the same or not.

Here: the two versions as attached databases, columns of a form, one query a column. Not here: which cells changed,
causes, words (diff). Invariant: the changes of a cell's records add up to the change of the cell.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines.figures.cells import behind
from pipelines.figures.comparison import CellRecord, Value
from pipelines.figures.layout import Fact, FormLayout, LayoutColumn, Layouts, load_layouts
from pipelines.figures.version import Issue, issue_of

_KEY_LENGTH = 8
_Row = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One side of a comparison: a finished report's folder and how people call it."""

    name: str
    folder: Path

    @cached_property
    def layouts(self) -> Layouts:
        """Layouts the report was printed with."""
        return load_layouts(self.folder / "forms.json")

    @cached_property
    def key(self) -> str:
        """First letters of the key of the answer, as in the name of its folder."""
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return str(manifest["key"])[:_KEY_LENGTH]

    @cached_property
    def issue(self) -> Issue | None:
        """What an issued version prints of itself; None of a draft."""
        record = self.folder / "issue.json"
        return issue_of(json.loads(record.read_text(encoding="utf-8"))["printed"]) if record.is_file() else None


@dataclass(frozen=True)
class Cell:
    """One changed cell before its records are known."""

    layout: FormLayout
    column: LayoutColumn
    row: _Row
    old: Value
    new: Value


class Records:
    """The fact rows of two versions, attached as `old` and `new`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rows: Callable[..., list[_Row]],
        versions: dict[str, Version],
        tables: set[tuple[str, str]],
    ) -> None:
        """Take the connection, how its rows are read, both versions, and which tables each has."""
        self.connection, self._rows, self.versions, self.tables = connection, rows, versions, tables

    def behind(self, changed: list[Cell], only_moved: bool = False) -> list[tuple[Cell, list[tuple[str, CellRecord]]]]:
        """Return each cell with the facts and records whose amount in it changed; one query a column.

        Args:
            changed: the cells.
            only_moved: look among the records of the table `moved` alone.
        """
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, cell in enumerate(changed):
            groups[cell.layout.form_id, cell.column.name].append(number)
        found: dict[int, list[tuple[str, CellRecord]]] = defaultdict(list)
        for numbers in groups.values():
            self._mark([(number, changed[number]) for number in numbers])
            first = changed[numbers[0]]
            for row in self._rows(self._records_query(first.layout, first.column, only_moved)):
                record = CellRecord(row["record"], row["name"], int(row["old_amount"]), int(row["new_amount"]))
                found[row["cell_no"]].append((row["fact"], record))
        return [(cell, found[number]) for number, cell in enumerate(changed)]

    def _mark(self, cells: list[tuple[int, Cell]]) -> None:
        """Write the places of some cells of one form into the table `changed`; a null key means any."""
        keys = cells[0][1].layout.keys
        declared = "".join(f', "{key}" varchar' for key in keys)
        self.connection.execute(f"create or replace temp table changed (cell_no bigint, scope_id varchar{declared})")
        places = [[number, cell.row["scope_id"], *(cell.row.get(key) for key in keys)] for number, cell in cells]
        parts = [list(part) for part in zip(*places, strict=True)]
        self.connection.execute(f"insert into changed select {', '.join('unnest(?)' for _ in parts)}", parts)

    def _records_query(self, layout: FormLayout, column: LayoutColumn, only_moved: bool) -> str:
        sides = []
        for side in ("old", "new"):
            for name in (column.fact, self.declared(side, layout.form_id)):
                fact = self.fact(side, name) if name else None
                if name is None or fact is None:
                    continue
                whole = f'f."{column.whole_measure}"' if column.whole else "0"
                amounts = {
                    of: (f'f."{column.measure}"' if of == side else "0", whole if of == side else "0")
                    for of in ("old", "new")
                }
                select = f"""m.cell_no, '{name}' as fact, cast(f."{fact.key}" as varchar) as record,
                    cast(f."{fact.trace["subject"]}" as varchar) as name,
                    {amounts["old"][0]} as old_amount, {amounts["new"][0]} as new_amount,
                    {amounts["old"][1]} as old_whole, {amounts["new"][1]} as new_whole"""
                query = behind(layout, fact, select, "changed", f"{side}.")
                of_fact = f"(select record from moved where fact = '{name}')"
                only = f' where cast(f."{fact.key}" as varchar) in {of_fact}' if only_moved else ""
                sides.append(query + only)
        return f"""
            select cell_no, fact, record, coalesce(max(name), record) as name,
                sum(old_amount) as old_amount, sum(new_amount) as new_amount
            from ({" union all ".join(sides)})
            group by cell_no, fact, record
            having sum(old_amount) <> sum(new_amount) or sum(old_whole) <> sum(new_whole)
            order by cell_no, fact, record
        """

    def exchanged(self, same: Iterable[Cell]) -> list[tuple[Cell, list[tuple[str, CellRecord]]]]:
        """Return the cells whose total holds though the records behind it do not, with those records."""
        changed = self._mark_moved()
        cells = [
            cell
            for cell in same
            if cell.column.whole is None
            and any((name, cell.column.measure) in changed for name in self._facts_of(cell.layout, cell.column))
        ]
        return [(cell, records) for cell, records in self.behind(cells, only_moved=True) if records]

    def _facts_of(self, layout: FormLayout, column: LayoutColumn) -> set[str]:
        declared = {self.declared(side, layout.form_id) for side in ("old", "new")}
        return {column.fact, *(name for name in declared if name)}

    def _mark_moved(self) -> set[tuple[str, str]]:
        """Write the records whose place or amounts differ into the table `moved`; return the pairs of fact and measure
        whose cells they may be in."""
        self.connection.execute("create or replace temp table moved (fact varchar, record varchar)")
        forms = [layout for version in self.versions.values() for layout in version.layouts.values()]
        found: set[tuple[str, str]] = set()
        for name in sorted({name for layout in forms for name in layout.summed}):
            fact = self.fact("old", name), self.fact("new", name)
            if fact[0] is None or fact[1] is None:
                continue  # a form of one version alone: its cells are compared with nothing
            of_fact = [layout for layout in forms if name in layout.summed]
            keys = {key for layout in of_fact for key in layout.keys}
            measures = {column.measure for layout in of_fact for column in layout.cells}
            both = self._common(name)
            places, amounts = sorted(keys & both), sorted(measures & both)
            found |= {(name, measure) for measure in amounts if self._differ(name, fact[1].key, [*places, measure])}
        return found

    def _common(self, table: str) -> set[str]:
        """Return the columns of a table both versions have."""
        query = "select column_name as name from duckdb_columns() where database_name = ? and table_name = ?"
        sides = [{row["name"] for row in self._rows(query, [side, table])} for side in ("old", "new")]
        return sides[0] & sides[1]

    def _differ(self, fact: str, key: str, names: Sequence[str]) -> bool:
        """Write the records whose row differs in some columns, where one of them is an amount, into `moved`."""
        chosen = ", ".join(f'"{name}"' for name in dict.fromkeys([key, *names]))
        amount = f'coalesce("{names[-1]}", 0) <> 0'
        rows = {side: f'select {chosen} from {side}."{fact}" where {amount}' for side in ("old", "new")}
        count = self.connection.execute(f"""
            insert into moved
            select distinct '{fact}', cast("{key}" as varchar) from (
                ({rows["old"]} except {rows["new"]}) union all ({rows["new"]} except {rows["old"]}))""").fetchone()
        return bool(count and count[0])

    def declared(self, side: str, form_id: str) -> str | None:
        """Return the fact of declared figures (estimates) a version's form sums beside its own; None without one."""
        layout = self.versions[side].layouts.get(form_id)
        return layout.declared.name if layout and layout.declared else None

    def fact(self, side: str, fact: str) -> Fact | None:
        """Return what a version's layouts say of a fact; None when it has no such fact."""
        for layout in self.versions[side].layouts.values():
            if fact in layout.summed and (side, fact) in self.tables:
                return layout.summed[fact]
        return None
