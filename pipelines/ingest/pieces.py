"""The rows of one file as frames of at most `PIECE_ROWS` rows: in memory while they are few, else on disk.

Here: gathering pieces and reading them again, any number of times. Not here: what a row means (reading, quality).
Invariant: what is read back is what was added, in the same order; memory holds one piece of a large file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Rows that are typed, judged and written at once; twice as many wait in memory before they go to the disk.
PIECE_ROWS = 50_000
_HELD_PIECES = 2
_TYPES = {
    "varchar": pa.string(),
    "timestamp": pa.timestamp("us"),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "double": pa.float64(),
}


class Piece(NamedTuple):
    """Some rows of a file and the rejects of the same stretch of it."""

    rows: pd.DataFrame
    rejects: pd.DataFrame


def schema_of(types: dict[str, str]) -> pa.Schema:
    """Return the Parquet schema of a frame whose columns have these DuckDB types."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in types.items()])


def to_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as an Arrow table of one schema, so that row groups of one file agree."""
    values = {name: column.to_numpy() for name, column in frame.items()}  # one after the other: a look-up costs more
    columns = [pa.array(values[field.name], field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


class Pieces:
    """The pieces of one file. A file of more than a few pieces waits in a temporary folder of its own."""

    def __init__(self, rows_schema: pa.Schema, rejects_schema: pa.Schema, room: Path | None = None) -> None:
        """Begin without pieces.

        Args:
            rows_schema: schema of the rows.
            rejects_schema: schema of the rejects.
            room: where the temporary folder may be made; None is the system's place.
        """
        self._schemas = (rows_schema, rejects_schema)
        self._room = room
        self._in_memory: list[Piece] = []
        self._folder: tempfile.TemporaryDirectory | None = None
        self._on_disk = 0
        self.row_count = 0
        # What is done to each piece when it is given: what only the whole file can show.
        self.amend: Callable[[int, Piece], Piece] = lambda _, piece: piece

    def add(self, piece: Piece) -> None:
        """Add the next piece."""
        self.row_count += len(piece.rows)
        held = sum(len(item.rows) + len(item.rejects) for item in self._in_memory)
        if not self._on_disk and held + len(piece.rows) + len(piece.rejects) <= PIECE_ROWS * _HELD_PIECES:
            self._in_memory.append(piece)
            return
        for item in [*self._in_memory, piece]:
            self._write(item)
        self._in_memory = []

    def _write(self, piece: Piece) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix=".pieces-", dir=self._room)
        for frame, schema, name in zip(piece, self._schemas, Piece._fields, strict=True):
            pq.write_table(to_table(frame, schema), self._path(self._on_disk, name), compression="lz4")
        self._on_disk += 1

    def _path(self, number: int, name: str) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / f"{number}-{name}.parquet"

    def __iter__(self) -> Iterator[Piece]:
        """Give the pieces in order; each call begins anew."""
        for number in range(self._on_disk):
            read = (to_frame(pq.read_table(self._path(number, name))) for name in Piece._fields)
            yield self.amend(number, Piece(*read))
        for number, piece in enumerate(self._in_memory):
            yield self.amend(number, piece)

    def rows(self) -> Iterator[pd.DataFrame]:
        """Give the rows of each piece."""
        return (piece.rows for piece in self)

    def close(self) -> None:
        """Delete what was written."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder, self._on_disk, self._in_memory = None, 0, []


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as the reader makes frames: texts and numbers with gaps are Python objects."""
    return pd.DataFrame({name: _column(table.column(name)) for name in table.column_names})


def _column(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_timestamp(column.type):
        return pd.Series(column.to_numpy(), dtype="datetime64[us]")
    if pa.types.is_string(column.type):
        encoded = column.combine_chunks().dictionary_encode()
        texts = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        return pd.Series(texts[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)], dtype=object)
    return column.to_pandas(integer_object_nulls=True)
