"""Persons stay in landing: a byte search, inside zip parts and Parquet too, finds the planted markers nowhere else.

Here: every file that runs, units' reports, letters and the board write; of tables, the different texts of each column. Not here: which columns are personal (the contract).
Invariant: the markers are in the delivered files, else the search would prove nothing.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sample_copy import REPOSITORY, Sample

MARKERS = json.loads((REPOSITORY / "tests" / "truth" / "person_markers.json").read_text(encoding="utf-8"))
MARKS = "|".join([*map(re.escape, MARKERS["literals"]), *MARKERS["patterns"].values()])
# In a database's bytes a moment stands beside the next one: 18:37:03.090003|2026-… is no phone.
PATTERN = re.compile(rf"(?<!:[0-9]{{2}}\.)(?:{MARKS})")

# What every match holds: a literal, or the digits a number begins with.
WORDS = (*MARKERS["literals"], "0900", "099000")


def texts(path: Path, words: Sequence[str]) -> Iterator[str]:
    """Whatever a file holds that a reader could see, where one of the words may be in it: bytes, zip parts, texts of
    Parquet and of database tables. Text whose letters are spelt as numbers (XML) comes too."""
    sought = [*(word.encode() for word in words), b"&#"]
    for content in contents(path):
        if any(word in content for word in sought):
            yield content.decode(errors="ignore")
    if path.suffix == ".parquet":
        yield from texts_of(pq.read_table(path), words)
    if path.suffix == ".duckdb":  # a view has nothing but what its tables have
        with duckdb.connect(path, read_only=True) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
            ).fetchall()
            for (name,) in tables:
                yield from texts_of(connection.table(name).to_arrow_table(), words)


def contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())


def texts_of(table: pa.Table, words: Sequence[str]) -> Iterator[str]:
    """The different texts of each column of a table that holds one of the words; a number or a moment names nobody."""
    for column in table.columns:
        if pa.types.is_nested(column.type):
            found = map(str, column.to_pylist())
        elif pa.types.is_primitive(column.type):
            continue
        else:
            found = pc.call_function("unique", [column.cast(pa.large_string())]).drop_null().to_pylist()
        text = "\n".join(found)
        if any(word in text for word in words):
            yield text


@pytest.mark.parametrize("as_type", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_a_person_in_one_cell_of_a_table_is_found(as_type: pa.DataType) -> None:
    column = pa.array(["không", None, "gọi 0900123456"] * 3).cast(as_type)
    assert list(texts_of(pa.table({"n": range(9), "t": column}), WORDS)) == ["không\ngọi 0900123456"]
    assert list(texts_of(pa.table({"list": pa.array([[{"a": "0900123456"}]])}), WORDS)) == ["[{'a': '0900123456'}]"]
    assert not list(texts_of(pa.table({"n": [900123456, 2], "t": ["không", "có"]}), WORDS))


def test_marked_persons_are_found_nowhere_but_in_landing(sample: Sample) -> None:
    assert all(any(word in pattern for word in WORDS) for pattern in MARKERS["patterns"].values())
    data = sample.data_at_rest
    holding = {
        path.relative_to(data).parts[0]
        for path in data.rglob("*")
        if path.is_file() and any(map(PATTERN.search, texts(path, WORDS)))
    }
    assert holding == {"landing"}
