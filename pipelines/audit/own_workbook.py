"""A workbook of forms this software made, read back: which report it is, and whether every figure is still the same.

Here: figures of the workbook by id, the report they are held against. Not here: what is printed (commands/inspect),
reading units' files (ingest).
Invariant: the workbook is read as a unit's file would be, from its cells; the manifest is what it is compared with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from pipelines.figures.declared import MARK, UNIT_MARK
from pipelines.figures.text import NO_RATE, NOT_SENT, format_rate
from pipelines.ingest.grid import Grid, open_delivery
from pipelines.ingest.landing import hash_file
from pipelines.ingest.sniff import Refused
from pipelines.office.settings import Office
from pipelines.render.xlsx import INDEX_SHEET, KEPT_FORMS, SENT_FORMS

_CELL = re.compile(r"([A-Z]+)(\d+)")
_TOLERANCE = Decimal("0.000001")


@dataclass(frozen=True)
class Difference:
    """A figure of the workbook that is not the report's: where it is, what each side has."""

    figure_id: str
    short_code: str
    place: str
    found: object
    expected: object


@dataclass(frozen=True)
class OwnWorkbook:
    """A workbook of ours: how many figures it has, the report it is held against, and what differs.

    `report` is empty when no report of the office has these figures; `is_untouched` when the file is byte for byte
    the report's.
    """

    figure_count: int
    report: str
    is_untouched: bool
    differences: tuple[Difference, ...]


def read_own_workbook(office: Office, path: Path) -> OwnWorkbook | None:
    """Return what a workbook of ours is and what in it differs from its report; None for any other file."""
    try:
        opened = open_delivery(path)
    except Refused:
        return None
    names = [(grid, {*grid.hidden_sheets, *(sheet.name for sheet in grid.sheets)}) for _, grid in opened.grids]
    grid = next((grid for grid, sheets in names if INDEX_SHEET in sheets), None)
    if grid is None or opened.format != "xlsx":
        return None
    # The index is hidden in the workbook that is sent.
    index = CalamineWorkbook.from_path(path).get_sheet_by_name(INDEX_SHEET).to_python()
    cells = dict(_cells(grid, index))
    own_hash = hash_file(path)
    reports = list(_reports(office))
    for name, manifest in reports:
        if own_hash in (manifest["files"].get(SENT_FORMS), manifest["files"].get(KEPT_FORMS)):
            return OwnWorkbook(len(cells), name, True, tuple(_differences(cells, manifest)))
    label = _period_label(grid)
    compared = [
        (tuple(_differences(cells, manifest)), name)
        for name, manifest in reports
        if manifest["question"]["period_label"] == label and cells.keys() & manifest["figures"].keys()
    ]
    if not compared:
        return OwnWorkbook(len(cells), "", False, ())
    # The newest of those that differ least.
    differences, name = min(reversed(compared), key=lambda item: len(item[0]))
    return OwnWorkbook(len(cells), name, False, differences)


def _cells(grid: Grid, index: Sequence[Sequence[object]]) -> Iterator[tuple[str, tuple[str, object]]]:
    """Yield each figure id of the index with its place and what is there."""
    sheets = {sheet.name: sheet for sheet in grid.sheets}
    for row in index[1:]:
        figure_id, name, cell = (str(value or "") for value in row[:3])
        found = _CELL.fullmatch(cell)
        if not found or name not in sheets:
            continue
        rows, line, column = sheets[name].rows, int(found[2]) - 1, _column(found[1])
        value = rows[line][column] if line < len(rows) and column < len(rows[line]) else None
        yield figure_id, (f"{name}!{cell}", value)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _period_label(grid: Grid) -> str:
    texts = (value for sheet in grid.sheets for row in sheet.rows for value in row if isinstance(value, str))
    return next((text.partition(": ")[2] for text in texts if text.startswith("Kỳ báo cáo: ")), "")


def _reports(office: Office) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every report of the office with its manifest: drafts, units' own, issued ones; newest last of each."""
    for folder, words in (
        ("reports", "báo cáo"),
        ("bao-cao-don-vi", "báo cáo của đơn vị"),
        ("issued", "bản phát hành"),
    ):
        root = office.data / folder
        for path in sorted(root.rglob("manifest.json"), key=lambda path: (path.stat().st_mtime, path)):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            yield f"{words} {path.parent.relative_to(root).as_posix()}", manifest


def _differences(cells: dict[str, tuple[str, object]], manifest: dict[str, Any]) -> Iterator[Difference]:
    figures, codes = manifest["figures"], manifest.get("short_codes", {})
    not_sent = set(manifest.get("not_sent", ()))
    for figure_id, (place, value) in cells.items():
        if figure_id in not_sent and value == NOT_SENT:
            continue
        if figure_id not in figures or not _is_same(value, figures[figure_id]):
            yield Difference(figure_id, codes.get(figure_id, figure_id), place, value, figures.get(figure_id))


def _is_same(value: object, figure: object) -> bool:
    """Return whether a cell holds a figure: a number the same number; a percentage of nothing the dash, a cell not
    ours to fill nothing, never 0."""
    if figure is None:
        return value in (NO_RATE, None, "")
    if isinstance(value, str) and isinstance(figure, str):
        return value.rstrip(MARK + UNIT_MARK) == format_rate(Decimal(figure), sign="")
    if not isinstance(value, int | float):
        return False
    return abs(Decimal(str(value)) - Decimal(str(figure))) < _TOLERANCE
