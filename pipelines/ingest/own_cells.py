"""The cells of single rows as their unit wrote them, to be shown back to it.

Here: opening the file once more and taking the contract's columns of some rows. Not here: typing, judging.
Invariant: only columns of the contract are taken: persons, free text and unknown columns never leave landing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from pipelines.ingest.cells import is_blank
from pipelines.ingest.contract import Contract
from pipelines.ingest.grid import open_delivery
from pipelines.ingest.headers import Table, find_tables
from pipelines.ingest.nil import sheets_of
from pipelines.ingest.persons import without_persons
from pipelines.ingest.sheet import Row, rows_at
from pipelines.office.profiles import Profile
from pipelines.office.text import nfc, visible

# Sheet (None in a text table) and row, from 1.
Place = tuple[str | None, int]


def own_cells(
    path: Path, contract: Contract, profile: Profile, places: Collection[Place]
) -> dict[Place, dict[str, tuple[str, str]]]:
    """Return for each place: contract column → (the file's own header, the cell as text)."""
    found: dict[Place, dict[str, tuple[str, str]]] = {}
    if not places:
        return found
    for _, grid in open_delivery(path).grids:
        for table in find_tables(sheets_of(grid, profile), contract, profile):
            name = table.sheet.name
            for row, cells in rows_at(table.sheet.rows, {row for sheet, row in places if sheet == name}):
                found[name, row] = _row(table, cells)
    return found


def _row(table: Table, cells: Row) -> dict[str, tuple[str, str]]:
    return {
        name: (table.headers[name], _text(cells[index]) if index < len(cells) else "")
        for name, index in sorted(table.columns.items(), key=lambda item: item[1])
    }


def _text(cell: object) -> str:
    if is_blank(cell):
        return ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return visible(without_persons(" ".join(nfc(str(cell)).split())))
