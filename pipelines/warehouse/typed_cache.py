"""The folder in which the typed rows of one delivery are kept: rows.parquet, rejects.parquet, verdict.json.

Here: writing it in one move, reading it back only when it is whole. Not here: what is in it (typed, ingest, quality).
Invariant: a folder that is cut, broken or changed is as good as none; it is never used and never an exception.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.contract import Contract
from pipelines.office.files import temporary_beside

if TYPE_CHECKING:
    from pipelines.ingest.pieces import Piece

_TABLES = ("rows", "rejects")
_VERDICT = "verdict.json"
_KEPT = "kept"
# The seal ends verdict.json: the hash of all before it.
_SEAL = b',\n "seal": "'
_END = b'"\n}'
_SMALL = 1 << 20
# Size and time of each of the three files.
_Signature = tuple[tuple[int, int], ...]


def kept_verdict(folder: Path, made_by: str) -> dict[str, Any] | None:
    """Return the verdict of a folder whose files are those that were written; None where it must be made anew.

    Args:
        folder: where the delivery is kept.
        made_by: the recipe it must have been made by.
    """
    try:
        signature = tuple(_stat(f"{folder}/{name}") for name in _NAMES)
    except OSError:
        return None
    verdict = _whole(str(folder), signature)
    return verdict if verdict is not None and verdict.get("recipe") == made_by else None


def _parquet(table: str) -> str:
    return f"{table}.parquet"


_NAMES = (*map(_parquet, _TABLES), _VERDICT)


def _stat(path: str) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 (a text: a run asks for tens of thousands of them)
    return found.st_size, found.st_mtime_ns


@lru_cache(maxsize=100_000)
def _whole(folder: str, _signature: _Signature) -> dict[str, Any] | None:
    """Read and check a folder; done once for files of one size and time (`_signature`)."""
    try:
        content = _bytes(f"{folder}/{_VERDICT}")
        head, _, seal = content.rpartition(_SEAL)
        if seal != _seal(head):
            return None
        verdict = json.loads(content)
        for table in _TABLES:
            if _hash(f"{folder}/{_parquet(table)}") != verdict[_KEPT][table]["sha256"]:
                return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return verdict


def _seal(head: bytes) -> bytes:
    return hashlib.sha256(head).hexdigest().encode() + _END


def _bytes(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.readall()


def _hash(path: str) -> str:
    """Return the SHA-256 of a file; most are small and read in one go."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        digest = hashlib.sha256()
        while content := file.read(_SMALL):
            digest.update(content)
        return digest.hexdigest()


def keep(folder: Path, pieces: Iterable[Piece], verdict: dict[str, Any], contract: Contract) -> None:
    """Write a folder anew; its old content, if any, goes at the moment the new one is whole.

    Args:
        folder: where to.
        pieces: the rows and rejects; each piece becomes a row group.
        verdict: what is known of the file; count and hash of both tables are added.
        contract: for the columns of the rows.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(folder, ".typing-")
    temporary.mkdir()
    try:
        counts = _write(temporary, pieces, contract)
        tables = {
            table: {"count": counts[table], "sha256": _hash(f"{temporary}/{_parquet(table)}")} for table in _TABLES
        }
        kept = json.loads(json.dumps({**verdict, _KEPT: tables}, ensure_ascii=False, default=str))
        head = json.dumps(kept, ensure_ascii=False, indent=1).encode().removesuffix(b"\n}")
        (temporary / _VERDICT).write_bytes(head + _SEAL + _seal(head))
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)  # noqa: PTH105 (one move, so that a folder is whole or absent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(folder: Path, pieces: Iterable[Piece], contract: Contract) -> dict[str, int]:
    import pyarrow.parquet as pq

    from pipelines.ingest.pieces import schema_of, to_table
    from pipelines.ingest.rejects import REJECT_TYPES

    schemas = {"rows": schema_of(contract.typed_columns), "rejects": schema_of(REJECT_TYPES)}
    counts = dict.fromkeys(_TABLES, 0)
    writers = {table: pq.ParquetWriter(folder / _parquet(table), schemas[table]) for table in _TABLES}
    try:
        for piece in pieces:
            for table, frame in zip(_TABLES, piece, strict=True):
                if len(frame):
                    writers[table].write_table(to_table(frame, schemas[table]))
                    counts[table] += len(frame)
    finally:
        for writer in writers.values():
            writer.close()
    return counts
