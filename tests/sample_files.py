"""The files of the sample office read in plain Python, for tests that prove the generator without `pipelines`.

Here: grids of .csv, .xlsx, .xls and HTML tables, rows by the names and words of a profile. Not here: assertions.
Invariant: nothing of `pipelines` is imported, so that a shared mistake cannot hide.
"""

from __future__ import annotations

import csv
import datetime as dt
import fnmatch
import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml
from python_calamine import CalamineWorkbook

REPOSITORY = Path(__file__).parents[1]
OFFICE = REPOSITORY / "sample_office"
KEYS = {"case_exports": "dossier_code", "feedback_logs": "feedback_code", "review_submissions": "procedure_code"}
FORMATS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
Grid = list[list[Any]]
# Shapes of real dossiers that move no figure (effect `shape`): what the row shows otherwise than the truth.
SHAPES = {
    "one_code_two_spellings": {"dossier_code"},
    "own_number_of_two_books": {"dossier_code"},
    "due_date_blanked": {"due_at"},
    "minute_and_second": {"submitted_at"},
    "unknown_code_known_name": {"procedure_code"},
    "field_without_marks": {"procedure_code", "procedure_name", "field_name"},
    "one_name_in_two_fields": set(),
}
# Files beside those that count, in the second quarter: none of them moves a figure.
BESIDE = ("early_export", "half_replacement", "last_quarters_file")


@dataclass
class Shown:
    """One row of a file: where it is, its cells by canonical name (dates and words read), its raw line."""

    period: str
    unit: str
    file: str
    number: int
    cells: dict[str, Any]
    raw: dict[str, Any]


def table(name: str) -> list[dict[str, str]]:
    """Read a reference table of the sample office."""
    with (OFFICE / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def planted(stream: str | None = None) -> list[dict[str, str]]:
    """Read the ledger of planted faults, of one stream or of all."""
    with (OFFICE / "planted.csv").open(encoding="utf-8", newline="") as source:
        return [row for row in csv.DictReader(source) if stream in (None, row["stream"])]


def shapes_of() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Period, unit and row of a shaped row → the code of its dossier in the truth, and the shape."""
    return {
        (r["period_id"], r["unit_id"], r["source_row"]): (r["record_code"], r["check_id"])
        for r in planted("case_exports")
        if r["effect"] == "shape"
    }


def days_off() -> set[dt.date]:
    """Return weekends and holidays from 2020 to 2021."""
    holidays = {dt.date.fromisoformat(row["date"]) for row in table("holidays")}
    span = [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(700)]
    return {day for day in span if day.weekday() >= 5 or day in holidays}


@cache
def profiles() -> tuple[dict[str, Any], ...]:
    """Read every profile of the sample office."""
    return tuple(yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted((OFFICE / "profiles").glob("*.yaml")))


def profile_of(unit: str, file: str) -> dict[str, Any]:
    """Return the one profile whose unit and file name fit."""
    name = unicodedata.normalize("NFC", file)
    fitting = [
        profile
        for profile in profiles()
        if unit in profile["match"]["units"] and any(fnmatch.fnmatchcase(name, p) for p in profile["match"]["files"])
    ]
    assert len(fitting) == 1, (unit, file)
    return fitting[0]


def rows_of(stream: str, with_beside: tuple[str, ...] = ()) -> list[Shown]:
    """Return every row of every file of a stream that counts: not refused, replaced, the same bytes again or beside.

    Args:
        stream: a stream of exports.
        with_beside: kinds of `BESIDE` that are read too.
    """
    ledger = planted(stream)
    refused = {(r["period_id"], r["unit_id"], r["file_name"]) for r in ledger if r["effect"] == "refused"}
    again = {(r["period_id"], r["unit_id"], r["file_name"]) for r in ledger if r["check_id"] == "same_bytes"}
    beside = {
        (r["period_id"], r["unit_id"], r["file_name"])
        for r in ledger
        if r["check_id"] in BESIDE and r["check_id"] not in with_beside
    }
    newer = {(r["period_id"], r["unit_id"], r["file_name"]) for r in ledger if r["check_id"] == "replacement_file"}
    replaced = {(period, unit, file.replace(" (1)", "")) for period, unit, file in newer}
    furniture = {
        (r["period_id"], r["unit_id"], r["file_name"], int(r["source_row"]))
        for r in ledger
        if r["check_id"] == "furniture"
    }
    rows = []
    for path in sorted((OFFICE / "inbox").rglob("*")):
        period, unit = path.relative_to(OFFICE / "inbox").parts[:2] if path.is_file() else ("", "")
        place = (period, unit, path.name)
        if (
            path.is_file()
            and not path.name.startswith("phieu-bao-cao_")
            and place not in refused | again | replaced | beside
            and profile_of(unit, path.name)["stream"] == stream
        ):
            rows += [row for row in read(path, period, unit) if (*place, row.number) not in furniture]
    return rows


def read(path: Path, period: str, unit: str) -> list[Shown]:
    """Read one file by its profile; every header must be known to it, personal ones as dropped."""
    profile = profile_of(unit, path.name)
    column_of = {label: name for name, labels in profile["labels"].items() for label in labels}
    lines = grid(path)
    key = profile["labels"][KEYS[profile["stream"]]][0]
    header_at = next(number for number, line in enumerate(lines) if key in line)
    headers = [str(label) for label in lines[header_at] if label]
    assert set(headers) <= {*column_of, *profile["drop"], "STT"}, "a header that no profile knows"
    rows = []
    for number, line in enumerate(lines[header_at + 1 :], start=header_at + 2):
        if any(cell not in ("", None) for cell in line):
            raw = dict(zip(headers, line, strict=False))
            rows.append(Shown(period, unit, path.name, number, _cells(raw, column_of, profile), raw))
    return rows


def _cells(raw: dict[str, Any], column_of: dict[str, str], profile: dict[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {column_of[label]: value for label, value in raw.items() if label in column_of}
    for name, value in cells.items():
        if name in profile["values"]:
            text = str(int(value)) if isinstance(value, int | float) else value
            cells[name] = profile["values"][name].get(text, "unknown" if text not in ("", None) else None)
        elif name.endswith(("_at", "_on")):
            cells[name] = moment(value)
    return cells


def moment(value: object) -> object:
    """A moment, None for an empty cell, the word itself when it is no date."""
    if not value or isinstance(value, dt.datetime):
        return value or None
    for style in FORMATS:
        try:
            return dt.datetime.strptime(str(value), style)  # noqa: DTZ007 - local time, as exports show it
        except ValueError:
            continue
    return f"not a date: {value}"


def grid(path: Path) -> Grid:
    """Return the cells of a file, whatever it is; of an HTML table the last header row holds the full paths."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        text = content.decode("utf-8-sig")
        delimiter = ";" if ";" in text.splitlines()[0] else ","
        return [list(line) for line in csv.reader(io.StringIO(text), delimiter=delimiter)]
    if content.startswith(b"<table"):
        return _html_grid(content.decode())
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return [list(line) for line in sheet.to_python(skip_empty_area=False)]


class _Table(HTMLParser):
    """Cells of one table with their spans."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str, int, int]]] = []  # tag, text, colspan, rowspan

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            spans = dict(attrs)
            self.rows[-1].append((tag, "", int(spans.get("colspan") or 1), int(spans.get("rowspan") or 1)))

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            tag, text, *spans = self.rows[-1][-1]
            self.rows[-1][-1] = (tag, (text + data).strip("\xa0"), *spans)


def _html_grid(text: str) -> Grid:
    parser = _Table()
    parser.feed(text)
    paths: dict[int, list[str]] = {}
    taken: dict[int, int] = {}  # column → rows still covered from above
    lines: Grid = []
    heads = [at for at, row in enumerate(parser.rows) if (row and row[0][0] == "th") or any(c[0] == "th" for c in row)]
    for at, row in enumerate(parser.rows):
        if at not in heads:
            lines.append([value for _, value, span, _ in row for value in (value, *[""] * (span - 1))])
            continue
        covered = {column for column, left in taken.items() if left > 0}
        taken = {column: left - 1 for column, left in taken.items()}
        column = 0
        for _, value, span, down in row:
            while column in covered:
                column += 1
            for place in range(column, column + span):
                paths.setdefault(place, []).append(value)
                taken[place] = down - 1
            column += span
        lines.append([" / ".join(paths[place]) for place in sorted(paths)] if at == heads[-1] else [])
    return lines
