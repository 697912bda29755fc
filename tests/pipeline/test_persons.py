"""Persons stay in landing: a byte search, inside zip parts and Parquet too, finds the planted markers nowhere else.

Here: every file that runs, units' reports, letters and the board write; of tables, the rows that hold a word of the markers. Not here: which columns are personal (the contract).
Invariant: the markers are in the delivered files, else the search would prove nothing.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import duckdb
from sample_copy import REPOSITORY, Sample

MARKERS = json.loads((REPOSITORY / "tests" / "truth" / "person_markers.json").read_text(encoding="utf-8"))
MARKS = "|".join([*map(re.escape, MARKERS["literals"]), *MARKERS["patterns"].values()])
# In a database's bytes a moment stands beside the next one: 18:37:03.090003|2026-… is no phone.
PATTERN = re.compile(rf"(?<!:[0-9]{{2}}\.)(?:{MARKS})")

# What every match holds: a literal, or the digits a number begins with.
WORDS = (*MARKERS["literals"], "0900", "099000")


def texts(path: Path, words: Sequence[str]) -> Iterator[str]:
    """Whatever a file holds that a reader could see, where one of the words may be in it: bytes, zip parts, rows of
    Parquet and of database tables. Text whose letters are spelt as numbers (XML) comes too."""
    sought = [*(word.encode() for word in words), b"&#"]
    for content in contents(path):
        if any(word in content for word in sought):
            yield content.decode(errors="ignore")
    if path.suffix == ".parquet":
        yield from rows_with(parquet_reader(), f"read_parquet('{path}')", words)
    if path.suffix == ".duckdb":  # a view has nothing but what its tables have
        with duckdb.connect(path, read_only=True) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
            ).fetchall()
            for (name,) in tables:
                yield from rows_with(connection, name, words)


def contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())


@cache
def parquet_reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def rows_with(connection: duckdb.DuckDBPyConnection, table: str, words: Sequence[str]) -> list[str]:
    """The rows of a table that hold one of the words, as text."""
    holds = " or ".join("contains(row_text, ?)" for _ in words)
    query = f"select row_text from (select cast(t as varchar) as row_text from {table} as t) where {holds}"
    return [text for (text,) in connection.execute(query, list(words)).fetchall()]


def test_marked_persons_are_found_nowhere_but_in_landing(sample: Sample) -> None:
    assert all(any(word in pattern for word in WORDS) for pattern in MARKERS["patterns"].values())
    data = sample.data_at_rest
    holding = {
        path.relative_to(data).parts[0]
        for path in data.rglob("*")
        if path.is_file() and any(map(PATTERN.search, texts(path, WORDS)))
    }
    assert holding == {"landing"}
