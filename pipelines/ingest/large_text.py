"""A large text table, read from the disk as it is gone through.

Here: CSV and TSV too large to hold: UTF-8 or UTF-16 with quotes that pair. Not here: every other text (text_table).
Invariant: the rows are those `text_table` would give; memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from pipelines.ingest.sheet import Grid, LazyRows, Row, Sheet
from pipelines.ingest.sniff import markup_kind, sniff
from pipelines.ingest.sync_json import looks_like_json
from pipelines.ingest.text_table import MAX_CELL, SAMPLE_LINES, announced_delimiter, delimiter_of

# Smaller ones are held whole.
LARGE_TEXT = 8 * 1024 * 1024
_HEAD = 4096
_CHUNK = 1024 * 1024
_BINARY = (b"PK", b"\xd0\xcf\x11\xe0")


def large_text(path: Path) -> Grid | None:
    """Return the grid of a large plain text table; None for any other file, which is then read whole.

    Raises:
        Refused: the file is no table (a picture, a PDF, …).
    """
    if path.stat().st_size <= LARGE_TEXT:
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_BINARY) or sniff(head) != "text":
        return None
    encoding = _encoding(path, head)
    if encoding is None:
        return None
    with path.open(encoding=encoding, newline="") as text:
        lines = list(islice(text, SAMPLE_LINES))
    start = "".join(lines)
    if markup_kind(start[:_HEAD]) or looks_like_json(start):
        return None
    announced = announced_delimiter(lines[0])
    make = partial(_rows, path, encoding, announced or delimiter_of(start), is_announced=announced is not None)
    return Grid("csv", [Sheet(None, LazyRows(make), 0, 0, has_filter=False)]) if _pairs(path, make) else None


def _encoding(path: Path, head: bytes) -> str | None:
    """Return UTF-16 by its mark, UTF-8 when every byte of the file reports it; None for what needs a closer look."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if b"\x00" in chunk:
                    return None
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig"


def _pairs(path: Path, make: partial[Iterator[Row]]) -> bool:
    """Return whether the quotes of the file pair; without a quote there is nothing to look for."""
    with path.open("rb") as file:
        if not any(b'"' in chunk for chunk in iter(partial(file.read, _CHUNK), b"")):
            return True
    try:
        for _ in make():
            pass
    except csv.Error:
        return False
    return True


def _rows(path: Path, encoding: str, delimiter: str, is_announced: bool) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as text:
        if is_announced:
            yield [text.readline().rstrip("\r\n").strip('"')]
        for row in csv.reader(text, delimiter=delimiter, strict=True):
            yield [*row]
