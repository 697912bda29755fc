"""Any delivered file as a grid of cells.

Here: choosing the reader by the true format, opening workbooks. Not here: telling formats apart (sniff), finding the
table (headers).
Invariant: row n of the grid is row n of the sheet (record n of a text table); nothing is skipped.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree

from pipelines.ingest.archive import zip_members
from pipelines.ingest.facts import BookFacts, SheetFacts
from pipelines.ingest.html_table import html_grid
from pipelines.ingest.issued_facts import IssuedVersion, opened_version
from pipelines.ingest.large_text import large_text
from pipelines.ingest.limits import read_limited
from pipelines.ingest.mhtml import mhtml_grid
from pipelines.ingest.ods_xml import ods_facts
from pipelines.ingest.persons import without_persons
from pipelines.ingest.pieces import PIECE_ROWS
from pipelines.ingest.sheet import Grid, LazyRows, Row, Sheet
from pipelines.ingest.sheet_xml import open_package
from pipelines.ingest.sniff import Refused, broken_workbook, markup_kind, password_protected, refuse_markup, sniff
from pipelines.ingest.sync_json import json_grid, looks_like_json
from pipelines.ingest.text_table import decode, text_rows
from pipelines.ingest.xls_book import xls_grid
from pipelines.ingest.xlsb_records import xlsb_facts
from pipelines.ingest.xml_2003 import xml_2003_grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_BROKEN_PACKAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class Opened:
    """A delivered file opened: its grid, or one grid per member of a zip, with the member's name.

    `letters` are members that never were tables (a covering letter, a picture).
    """

    grids: list[tuple[str | None, Grid]]
    letters: list[str] = field(default_factory=list)
    # A version an office below issued, which is no table.
    version: IssuedVersion | None = None

    @property
    def format(self) -> str:
        """The true format of the file itself."""
        if self.version:
            return "zip"
        member, grid = self.grids[0]
        return grid.format if member is None else "zip"


def open_delivery(path: Path) -> Opened:
    """Open a delivered file by its content; of a zip every member. Persons in names of sheets and members are masked.

    Raises:
        Refused: empty, encrypted, dangerous, broken, or no table format we read; in a zip the member is named, and
            one unreadable table refuses the whole, for a delivery is read whole or not at all.
    """
    large = large_text(path)
    if large is not None:
        return _without_persons([(None, large)])
    content = read_limited(path)
    if sniff(content) != "zip":
        return _without_persons([(None, _open(content))])
    version = opened_version(content)
    if version:
        return Opened([], version=version)
    grids: list[tuple[str | None, Grid]] = []
    letters = []
    for name, member in zip_members(content):
        try:
            grids.append((name, _open(member)))
        except Refused as refusal:
            if not refusal.is_document:
                raise refusal.inside(name) from refusal
            letters.append(name)
    if not grids:
        raise Refused("Tệp nén không có bảng tính nào.", "Gửi chính tệp bảng tính, không nén.")
    return _without_persons(grids, letters)


def _without_persons(grids: list[tuple[str | None, Grid]], letters: Sequence[str] = ()) -> Opened:
    """Return what was opened with masked names; two names that become one keep the number of their place."""
    members = _masked([member for member, _ in grids])
    shown = [
        replace(
            grid,
            sheets=[
                sheet if name == sheet.name else replace(sheet, name=name)
                for sheet, name in zip(grid.sheets, _masked([sheet.name for sheet in grid.sheets]), strict=True)
            ],
            hidden_sheets=[*map(without_persons, grid.hidden_sheets)],
            charts=[*map(without_persons, grid.charts)],
            unseen=[replace(sheet, name=without_persons(sheet.name or "")) for sheet in grid.unseen],
        )
        for _, grid in grids
    ]
    return Opened([*zip(members, shown, strict=True)], [*map(without_persons, letters)])


def _masked(names: Sequence[str | None]) -> list[str | None]:
    masked = [name and without_persons(name) for name in names]
    return [
        f"{new} ({at})" if new and new != old else old
        for at, (new, old) in enumerate(zip(masked, names, strict=True), start=1)
    ]


def open_grid(path: Path) -> Grid:
    """Open a single file (no zip) by its content; raises as `open_delivery` does."""
    return _open(read_limited(path))


def _open(content: bytes) -> Grid:
    kind = sniff(content)
    if kind == "zip":
        raise Refused("Tệp nén bên trong tệp nén.", "Gửi chính tệp bảng tính, không nén.")
    if kind == "text":
        return _from_text(content)
    if kind == "xls":
        return xls_grid(content)
    package = content
    try:
        if kind == "xlsx":
            facts, package = open_package(content)
        else:
            facts = (xlsb_facts if kind == "xlsb" else ods_facts)(content)
    except _BROKEN_PACKAGE as error:
        raise broken_workbook(kind) from error
    return _workbook(package, kind, facts)


def _from_text(content: bytes) -> Grid:
    """Open what is written as text: a web page, XML, JSON or a text table."""
    text = decode(content)
    kind = markup_kind(text)
    if kind == "html":
        return html_grid(text)
    if kind == "mhtml":
        return mhtml_grid(content)
    if kind == "xml2003":
        return xml_2003_grid(content)
    refuse_markup(kind)
    if looks_like_json(text):
        return json_grid(text)
    return Grid("csv", [Sheet(None, text_rows(text), 0, 0, has_filter=False)])


def _workbook(content: bytes, kind: str, facts: BookFacts) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        visible = [item.name for item in tables if item.visible == SheetVisibleEnum.Visible]
        sheets = [_sheet(book, name, facts.sheets.get(name, SheetFacts())) for name in visible]
        unseen = [_sheet(book, item.name, SheetFacts()) for item in tables if item.name not in visible]
    except PasswordError as error:
        raise password_protected() from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken_workbook(kind) from error
    except BaseException as error:
        # On a file cut short the reader panics, and its PanicException (not importable) is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise broken_workbook(kind) from error
    hidden = [item.name for item in tables if item.name not in visible]
    charts = [item.name for item in book.sheets_metadata if item not in tables]
    return Grid(kind, sheets, hidden, facts.epoch_1904, charts, unseen)


def _sheet(book: CalamineWorkbook, name: str, facts: SheetFacts) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    noted: dict[int, dict[int, str]] = {}
    for (row, column), text in facts.cells.items():
        noted.setdefault(row, {})[column] = text
    make = partial(_rows, sheet, noted)
    rows = LazyRows(make) if sheet.total_height > PIECE_ROWS else list(make())
    width = max([(sheet.end or (0, -1))[1] + 1, *(column + 1 for _, column in facts.cells)])
    return Sheet(name, rows, facts.hidden_rows, _hidden_columns(width, facts), _merges(sheet, facts), facts.has_filter)


def _rows(sheet: CalamineSheet, noted: dict[int, dict[int, str]]) -> Iterator[Row]:
    """Give the rows of a sheet from its first row and column, with what its reader does not tell put in."""
    left: Row = [""] * (sheet.start or (0, 0))[1]
    last = max(noted, default=-1)
    number = -1
    for number, given in enumerate(sheet.iter_rows()):
        row = left + cast("Row", given) if left else cast("Row", given)
        yield _with_noted(row, noted[number]) if number in noted else row
    for beyond in range(number + 1, last + 1):
        yield _with_noted([], noted.get(beyond, {}))


def _with_noted(row: Row, cells: dict[int, str]) -> Row:
    for column, text in cells.items():
        row.extend([""] * (column + 1 - len(row)))
        row[column] = text
    return row


def _hidden_columns(width: int, facts: SheetFacts) -> int | None:
    if facts.hidden_columns is None:
        return None
    return sum(max(0, min(last, width) - first + 1) for first, last in facts.hidden_columns)


def _merges(sheet: CalamineSheet, facts: SheetFacts) -> tuple[tuple[int, int, int, int], ...]:
    if facts.merges is not None:
        return facts.merges
    return tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
