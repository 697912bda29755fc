"""Persons stay in landing: a byte search, inside zip parts and Parquet too, finds the planted markers nowhere else.

Here: every file a run writes; of tables, the rows that hold a word of the markers. Not here: which columns are personal (the contract).
Invariant: the markers are in the delivered files, else the search would prove nothing.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
from sample_copy import REPOSITORY

from pipelines.runner import RunResult

MARKERS = json.loads((REPOSITORY / "tests" / "truth" / "person_markers.json").read_text(encoding="utf-8"))
PATTERN = re.compile("|".join([*map(re.escape, MARKERS["literals"]), *MARKERS["patterns"].values()]))

# What every match holds: a literal, or the digits a number begins with.
WORDS = (*MARKERS["literals"], "0900", "099000")


def texts(path: Path) -> Iterator[str]:
    """Everything a file holds that a reader could see: bytes, zip parts, Parquet values, database tables."""
    yield path.read_bytes().decode("utf-8", errors="ignore")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", errors="ignore") for name in archive.namelist())
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield from suspects(connection, f"read_parquet('{path}')")
    if path.suffix == ".duckdb":
        with duckdb.connect(path, read_only=True) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
            ).fetchall()
            for (name,) in tables:
                yield from suspects(connection, name)


def suspects(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The rows of a table that hold one of the words, as text."""
    holds = " or ".join("contains(row_text, ?)" for _ in WORDS)
    query = f"select row_text from (select cast(t as varchar) as row_text from {table} as t) where {holds}"
    return [text for (text,) in connection.execute(query, WORDS).fetchall()]


def has_person(text: str) -> bool:
    """Tell whether a marker is in a text; the pattern, which is slow, looks only where a word of it is."""
    return any(word in text for word in WORDS) and PATTERN.search(text) is not None


def test_marked_persons_are_found_nowhere_but_in_landing(sample_office: Path, q1: RunResult, q2: RunResult) -> None:
    assert all(any(word in pattern for word in WORDS) for pattern in MARKERS["patterns"].values())
    data = sample_office / "data"
    holding = {
        path.relative_to(data).parts[0]
        for path in data.rglob("*")
        if path.is_file() and any(map(has_person, texts(path)))
    }
    assert holding == {"landing"}
