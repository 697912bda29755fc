"""The verdict on one file: its format, its counts, and every row, column and part that is not counted.

Here: the shape of verdict.json. Not here: deciding anything (reading, quality).
Invariant: an accepted and a refused file have the same keys; every row that is no record is named with its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.ingest import persons
from pipelines.ingest.day_month import FLAG, FLAG_MEND, FLAG_REASON
from pipelines.ingest.frame import MISSHAPEN, MISSHAPEN_MEND, MISSHAPEN_REASON, UNREAD, UNREAD_MEND, UNREAD_REASON
from pipelines.ingest.grid import Opened
from pipelines.ingest.headers import labels_of, unread_rows
from pipelines.ingest.sniff import Refused, name_note
from pipelines.ingest.source import Source
from pipelines.ingest.table_reading import Part
from pipelines.ingest.titles import said_around

_READER_FLAGS = (
    (FLAG, FLAG_REASON, FLAG_MEND),
    (UNREAD, UNREAD_REASON, UNREAD_MEND),
    (persons.FLAG, persons.FLAG_REASON, persons.FLAG_MEND),
    (MISSHAPEN, MISSHAPEN_REASON, MISSHAPEN_MEND),
)
FLAG_NAMES = tuple(flag for flag, _, _ in _READER_FLAGS)


def accepted(source: Source, opened: Opened, parts: Sequence[Part], flagged: int, flags: dict[str, int]) -> dict:
    """Return the verdict on a file that was read.

    Args:
        source: what it was read by.
        opened: the file.
        parts: its tables.
        flagged: how many of its rows carry a flag.
        flags: how many rows carry each of the reader's own flags.
    """
    first = parts[0].table
    unknown = [item for part in parts for item in part.table.unknown]
    furniture = [
        {"row": int(at) + 1, "kind": str(part.kinds[at]), "sheet": part.table.sheet.name, **_inside(part)}
        for part in parts
        for at in np.flatnonzero(~np.isin(part.kinds, ["data", "blank"]))
    ]
    return {
        **_head(source),
        "checks": _flagged(flags, source.contract.key),
        "format": opened.format,
        "name_note": name_note(source.file_name, opened.format),
        "sheet": "; ".join(name for part in parts if (name := _named(part.member, part.table.sheet.name))) or None,
        "header_rows": first.header_rows,
        "status": "accepted",
        "refused_reason": None,
        "refused_mend": None,
        "counts": {
            "rows_in": sum(len(part.kinds) for part in parts),
            "typed": sum(part.records - part.rejected for part in parts),
            "rejected": sum(part.rejected for part in parts),
            "blank": sum(int((part.kinds == "blank").sum()) for part in parts),
            "furniture": len(furniture),
            "flagged": flagged,
        },
        "furniture": furniture,
        "totals": [{**item, **_inside(part)} for part in parts for item in part.totals],
        "said": _said(source, parts),
        **_beside(opened, parts),
        "unread": _unread(opened, parts, source),
        "columns": first.headers,
        "corrections": [item for part in parts for item in part.corrections],
        "unknown_headers": [item for at, item in enumerate(unknown) if item not in unknown[:at]],
    }


def _beside(opened: Opened, parts: Sequence[Part]) -> dict[str, Any]:
    """What is beside the tables: hidden parts, other sheets, charts, other files of a zip."""
    return {
        "hidden": {
            "rows": _total([part.table.sheet.hidden_rows for part in parts]),
            "columns": _total([part.table.sheet.hidden_columns for part in parts]),
            "sheets": [_named(member, name) for member, grid in opened.grids for name in grid.hidden_sheets],
            "filters": _total([part.table.sheet.has_filter for part in parts]),
        },
        "other_sheets": [
            {"sheet": _named(member, sheet.name), "rows": len(sheet.rows)}
            for member, grid in opened.grids
            for sheet in grid.sheets
            if not any(part.table.sheet is sheet for part in parts) and len(sheet.rows)
        ],
        "charts": [_named(member, name) for member, grid in opened.grids for name in grid.charts],
        "other_files": opened.letters,
    }


def _unread(opened: Opened, parts: Sequence[Part], source: Source) -> list[dict[str, Any]]:
    """The sheets with a table of the stream that are not read: hidden, or without a column that must be there."""
    if source.profile.sheet is not None:  # of a return each sheet is a delivery of its own
        return []
    labels = labels_of(source.contract, source.profile)
    left = [
        (member, sheet, is_hidden)
        for member, grid in opened.grids
        for sheets, is_hidden in ((grid.sheets, False), (grid.unseen, True))
        for sheet in sheets
        if not any(part.table.sheet.name == sheet.name and part.member == member for part in parts)
    ]
    found = [(member, sheet, is_hidden, unread_rows(sheet, labels)) for member, sheet, is_hidden in left]
    return [
        {"sheet": _named(member, sheet.name), "rows": rows, "hidden": is_hidden}
        for member, sheet, is_hidden, rows in found
        if rows
    ]


def refused(source: Source, refusal: Refused, error: str | None = None) -> dict[str, Any]:
    """Return the verdict on a file that was refused; `error` is where an unforeseen exception came from."""
    return {
        **_head(source),
        "format": None,
        "name_note": None,
        "sheet": None,
        "header_rows": [],
        "status": "refused",
        "refused_check": refusal.check_id,
        "refused_reason": persons.without_persons(refusal.reason),
        "refused_mend": persons.without_persons(refusal.mend),
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "furniture": [],
        "totals": [],
        "said": {"units": [], "spans": []},
        "hidden": {"rows": None, "columns": None, "sheets": [], "filters": None},
        "other_sheets": [],
        "unread": [],
        "charts": [],
        "other_files": [],
        "columns": {},
        "corrections": [],
        "unknown_headers": [],
        **({"error": error} if error else {}),
    }


def of_issued(source: Source, version: dict[str, Any], rows: int, filled: Sequence[str]) -> dict[str, Any]:
    """Return the verdict on a version an office below issued, whose seal and figures held.

    Args:
        source: what it was read by.
        version: which one it is (`issued`).
        rows: how many it has.
        filled: the columns that say anything.
    """
    empty = refused(source, Refused("", ""))
    return {
        **{name: value for name, value in empty.items() if name != "refused_check"},
        "format": "zip",
        "sheet": f"{version['period_id']}/v{version['version']}",
        "status": "accepted",
        "refused_reason": None,
        "refused_mend": None,
        "counts": {**empty["counts"], "rows_in": rows, "typed": rows},
        "columns": {name: name for name in filled},
        "issued": version,
    }


def _said(source: Source, parts: Sequence[Part]) -> dict[str, Any]:
    """What the lines around the tables and the names of their sheets say of units and days."""
    rows = [
        part.table.sheet.rows[at]
        for part in parts
        for at in map(int, np.flatnonzero(np.isin(part.kinds, ["title", "signature"])))
    ]
    return said_around(rows, [name for part in parts if (name := part.table.sheet.name)], source.unit_keys)


def _flagged(flags: dict[str, int], key: str) -> list[dict[str, Any]]:
    """The entries of `verdict.checks` for what the reader itself put right or left empty, and flagged."""
    entry = {"severity": "info", "severity_reason": None, "column": key}
    return [
        {"check_id": flag, **entry, "unexpected": flags[flag], "reason": reason, "mend": mend}
        for flag, reason, mend in _READER_FLAGS
        if flags.get(flag)
    ]


def _inside(part: Part) -> dict[str, str]:
    """Name the member of a zip an entry is about."""
    return {"file": part.member} if part.member else {}


def _named(member: str | None, sheet: str | None) -> str | None:
    return " › ".join(name for name in (member, sheet) if name) or None


def _total(numbers: Sequence[int | None]) -> int | None:
    """Add what the format gives; None where it does not."""
    noted = [number for number in numbers if number is not None]
    return sum(noted) if len(noted) == len(numbers) else None


def _head(source: Source) -> dict[str, Any]:
    return {
        "file_name": source.file_name,
        "stream": source.contract.stream,
        "profile_id": source.profile.profile_id,
        "checks": [],
    }
