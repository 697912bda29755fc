"""What a return workbook of ours says of itself: whose it is and of which period, whatever its name.

Here: the hidden properties, headings and filled sheets of a return. Not here: whether it lies in the right folder
(warehouse/claims), reading its rows (reading).
Invariant: a file is a return by what is in it; a file that cannot be opened says nothing here, its reader refuses it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from pipelines.ingest.cells import is_blank
from pipelines.ingest.grid import open_grid
from pipelines.ingest.persons import without_persons
from pipelines.ingest.sheet import Row
from pipelines.ingest.sniff import Refused
from pipelines.ingest.zip_size import read_part
from pipelines.office.text import match_key, nfc
from pipelines.periods.named import split_heading

UNIT_PROPERTY, PERIOD_PROPERTY, FORM_PROPERTY = "kstt_unit", "kstt_period", "kstt_form"
LISTS_SHEET = "Danh mục"
TITLE = "PHIẾU BÁO CÁO"
# In how many rows from the top the title is looked for, and its heading below it; what stands below the heading.
_TITLED_WITHIN, _HEADING_LINES = 4, 2
_TITLE_KEY = match_key(TITLE)
# A head has so many cells at least; a row filled in has at least so many (a lone cell is a remark).
_HEAD_CELLS, _ROW_CELLS = 3, 2
_BELOW_HEADING = (match_key("Gửi chậm nhất"), match_key("Không phát sinh"))

# Custom properties of a package: docProps/custom.xml (Excel), meta.xml (OpenDocument).
_PROPERTY = re.compile(r'<(?:\w+:)?(?:property|user-defined)\b[^>]*\bname="(kstt_\w+)"[^>]*>(.*?)</', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SHEET = re.compile(r'<(?:\w+:)?(?:sheet\b[^>]*?\bname|table\b[^>]*?\btable:name)="([^"]*)"')
_PROPERTY_PARTS = ("docProps/custom.xml", "meta.xml")
_SHEET_PARTS = ("xl/workbook.xml", "content.xml")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
# More of a part is not looked at: a return of ours is small.
_MOST = 16 * 1024 * 1024
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class OwnReturn:
    """What a return says: the hidden unit and period, and each heading's unit and period as printed.

    `is_hidden` gives whether the hidden properties were there (a return made before they existed has none). `filled`
    are the names of visible sheets of returns with at least one row filled in, whoever owes them; `others` those of
    visible sheets that are of no return and hold a table.
    """

    unit_id: str
    period_id: str
    headings: tuple[tuple[str, str], ...]
    filled: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Return whether the workbook carries its hidden identity."""
        return bool(self.unit_id)


def read_own_return(path: Path, sheet_names: Collection[str]) -> OwnReturn | None:
    """Return what a return workbook says of itself; None for any other file.

    A workbook is a return by its hidden properties; without them by a sheet of a return's name with the title of a
    return above it, or by its sheet of lists beside only such sheets.

    Args:
        path: the landed file.
        sheet_names: the names the sheets of returns have (those of the contracts).
    """
    with path.open("rb") as source:
        head = source.read(4)
    if head.startswith(b"PK"):
        parts = _parts(path)
        properties, names = _properties(parts), _sheet_names(parts)
    elif head == _OLD_WORKBOOK:
        properties, names = {}, None
    else:
        return None
    known = {match_key(name) for name in sheet_names}
    found = None if names is None else [name for name in names if match_key(name) in known]
    if UNIT_PROPERTY not in properties and found == []:
        return None
    seen = _seen(path, known)
    only_ours = bool(names) and {match_key(name) for name in names or []} <= known | {match_key(LISTS_SHEET)}
    has_lists = any(match_key(name) == match_key(LISTS_SHEET) for name in names or [])
    if UNIT_PROPERTY not in properties and not seen.is_titled and not (only_ours and has_lists):
        return None
    unit_id, period_id = (without_persons(properties.get(name, "")) for name in (UNIT_PROPERTY, PERIOD_PROPERTY))
    return OwnReturn(unit_id, period_id, seen.headings, seen.filled, seen.others)


def _parts(path: Path) -> dict[str, str]:
    """The parts of a package that name its properties and sheets, as text; empty for a package that is broken."""
    try:
        with zipfile.ZipFile(path) as package:
            wanted = [item for item in package.infolist() if item.filename in (*_PROPERTY_PARTS, *_SHEET_PARTS)]
            return {item.filename: read_part(package, item, _MOST).decode("utf-8", "replace") for item in wanted}
    except _BROKEN:
        return {}


def _properties(parts: dict[str, str]) -> dict[str, str]:
    texts = [parts[name] for name in _PROPERTY_PARTS if name in parts]
    return {name: unescape(_TAG.sub("", value)).strip() for text in texts for name, value in _PROPERTY.findall(text)}


def _sheet_names(parts: dict[str, str]) -> list[str]:
    texts = [parts[name] for name in _SHEET_PARTS if name in parts]
    return [nfc(unescape(name)) for text in texts for name in _SHEET.findall(text)]


def _line(row: list[object]) -> str:
    return " ".join(" – ".join(nfc(str(cell)) for cell in row if str(cell or "").strip()).split())


@dataclass(frozen=True)
class _Seen:
    """What the visible sheets of a workbook show; `is_titled` is whether any has the title of a return."""

    headings: tuple[tuple[str, str], ...] = ()
    is_titled: bool = False
    filled: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def _seen(path: Path, known: set[str]) -> _Seen:
    """Return the headings of the sheets of a return, which of them are filled in, and what other tables there are."""
    try:
        grid = open_grid(path)
    except Refused:
        return _Seen()
    named = [(sheet.name or "", sheet.rows) for sheet in grid.sheets]
    ours = [(name, rows) for name, rows in named if match_key(name) in known]
    headings: list[tuple[str, str]] = []
    is_titled = False
    for _, rows in ours:
        lines = [_line(row) for row in rows[: _TITLED_WITHIN + _HEADING_LINES]]
        titled = _titled_at(lines)
        is_titled = is_titled or titled is not None
        headings += _headings(lines[titled + 1 :]) if titled is not None else []
    return _Seen(
        tuple(dict.fromkeys(headings)),
        is_titled,
        tuple(name for name, rows in ours if _has_rows(rows, _ROW_CELLS)),
        tuple(
            without_persons(name)
            for name, rows in named
            if match_key(name) not in known | {match_key(LISTS_SHEET)} and _has_rows(rows, _HEAD_CELLS)
        ),
    )


def _titled_at(lines: list[str]) -> int | None:
    """Return the place of the title of a return among the first lines of a sheet; None without one."""
    return next((at for at, line in enumerate(lines[:_TITLED_WITHIN]) if match_key(line).startswith(_TITLE_KEY)), None)


def _headings(below: list[str]) -> list[tuple[str, str]]:
    """Return unit and period of each line of the heading below a title.

    «UBND Phường 4 – Quý I năm 2021 (từ 15/12/2020 đến 14/03/2021)», on one line or two.
    """
    found = []
    for line in below[:_HEADING_LINES]:
        if match_key(line).startswith(_BELOW_HEADING):
            break
        if line:
            unit, period = split_heading(line)
            found.append((without_persons(unit, names=False), without_persons(period)))
    return found


def _has_rows(rows: Sequence[Row], least: int) -> bool:
    """Return whether below the first row of several cells, which is the head, a row has at least so many."""
    filled = (sum(not is_blank(cell) for cell in row) for row in rows)
    return any(count >= _HEAD_CELLS for count in filled) and any(count >= least for count in filled)
