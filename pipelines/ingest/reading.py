"""Read one delivered file into typed rows, rejects and a verdict.

Here: the order of reading a file: open, find its tables, read each piece by piece. Not here: one table
(table_reading), business rules, moving files.
Invariant: rows in = typed + rejected + blank + furniture (titles, numbering, totals, signature), each with its reason.
"""

from __future__ import annotations

import datetime as dt
import gc
import traceback
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest import verdict
from pipelines.ingest.contract import Contract, check_profile
from pipelines.ingest.day_month import PossibleExchange
from pipelines.ingest.grid import Opened, open_delivery
from pipelines.ingest.headers import Table, find_tables
from pipelines.ingest.issued_facts import IssuedVersion, check_version, renamed_version, reported_columns, rows_of
from pipelines.ingest.nil import sheets_of, wrong_nil
from pipelines.ingest.pieces import PIECE_ROWS, Piece, Pieces, schema_of
from pipelines.ingest.rejects import REJECT_TYPES, no_rejects
from pipelines.ingest.row_kinds import stretches
from pipelines.ingest.sheet import Grid
from pipelines.ingest.sniff import Refused
from pipelines.ingest.source import Source, Window
from pipelines.ingest.table_reading import Part, TableReading, exchange_days
from pipelines.office.corrections import Correction
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.office.text import nfc


@dataclass(frozen=True)
class Reading:
    """One file read, held in memory: typed rows, rows that go back, and the verdict with every count."""

    rows: pd.DataFrame
    rejects: pd.DataFrame
    verdict: dict[str, Any]


@dataclass(frozen=True)
class Read:
    """One file read: its pieces, the verdict, and for each piece which of its rows the reader flagged."""

    pieces: Pieces
    verdict: dict[str, Any]
    is_flagged: list[np.ndarray] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Return whether it was read."""
        return self.verdict["status"] == "accepted"

    @classmethod
    def of(cls, reading: Reading, contract: Contract) -> Read:
        """Return a reading in memory as one piece."""
        rows = reading.rows.reset_index(drop=True)
        pieces = _pieces(contract)
        pieces.add(Piece(rows, reading.rejects))
        return cls(pieces, reading.verdict, [_is_flagged(rows)])


def joined(pieces: Iterable[Piece], verdict: dict[str, Any], contract: Contract) -> Reading:
    """Return the pieces of one file as a reading in memory."""
    every = list(pieces)
    rows = [piece.rows for piece in every if len(piece.rows)] or [empty_rows(contract)]
    rejects = [piece.rejects for piece in every if len(piece.rejects)] or [no_rejects()]
    return Reading(_joined(rows), _joined(rejects), verdict)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def read_file(
    path: Path,
    file_name: str,
    contract: Contract,
    profile: Profile,
    window: Window,
    zone: dt.tzinfo | None = None,
    corrections: Sequence[Correction] = (),
) -> Reading:
    """Read one file by its contract and profile, all of it into memory; see `read_opened`."""
    source = Source(nfc(file_name), contract, profile, window, zone, corrections)
    read = read_delivery(path, source)
    try:
        return joined(read.pieces, read.verdict, contract)
    finally:
        read.pieces.close()


def read_delivery(path: Path, source: Source, room: Path | None = None) -> Read:
    """Open a file and read it; see `read_opened`."""
    opened = try_open(path)
    return refused_file(source, *opened) if isinstance(opened, tuple) else read_opened(opened, source, room)


def try_open(path: Path) -> Opened | tuple[Refused, str | None]:
    """Return a file opened, or why it is refused and where an unforeseen exception came from."""
    try:
        with _no_collection():
            return open_delivery(path)
    except Refused as refusal:
        return refusal, None
    except Exception as error:
        return unforeseen(error)


def read_opened(opened: Opened, source: Source, room: Path | None = None) -> Read:
    """Read an opened file by its contract and profile; a file that cannot be read is refused, never an exception.

    Every visible sheet that has a whole table is read; row numbers are those of the sheet, record numbers in a
    text table (a quoted cell of several lines is one record).

    Args:
        opened: the file.
        source: what it is read by.
        room: where pieces of a large file may wait.

    Raises:
        OfficeError: the profile itself names a column or status that does not exist, or a correction does.
    """
    check_profile(source.contract, source.profile)
    pieces = _pieces(source.contract, room)
    try:
        with _no_collection():
            return _read(opened, source, pieces)
    except OfficeError:
        pieces.close()
        raise
    except Refused as refusal:
        pieces.close()
        return refused_file(source, refusal)
    except Exception as error:
        pieces.close()
        return refused_file(source, *unforeseen(error))


def unforeseen(error: Exception) -> tuple[Refused, str]:
    """Return the refusal of a file that broke the reader, and the places in the code, without the file's own words."""
    places = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    refusal = Refused(
        f"Tệp làm bộ đọc dừng giữa chừng vì lỗi không lường trước ({name}); chưa dòng nào được nhận.",
        "Mở tệp, chép vùng số liệu sang một tệp .xlsx mới rồi gửi lại; báo người quản trị phần mềm kèm tên tệp này.",
    )
    return refusal, "\n".join([name, *places])


@contextmanager
def _no_collection() -> Generator[None]:
    """Hold the collector of cyclic garbage: a table is millions of cells without a cycle, and each pass visits all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # Into the oldest generation without being visited: what is alive now goes by its reference counts.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _read(opened: Opened, source: Source, pieces: Pieces) -> Read:
    if (source.contract.fact is None) != (opened.version is None):
        raise renamed_version() if opened.version else _no_version()
    if opened.version:
        return _read_version(opened.version, source, pieces)
    grids = [(member, sheets_of(grid, source.profile)) for member, grid in opened.grids]
    tables = [(member, grid, table) for member, grid in grids for table in _tables(member, grid, source)]
    parts: list[Part] = []
    is_flagged: list[np.ndarray] = []
    flags = dict.fromkeys(verdict.FLAG_NAMES, 0)
    exchanges: dict[int, list[PossibleExchange]] = {}
    for member, grid, table in tables:
        reading = TableReading(table, member, grid, source)
        waiting: dict[int, list[PossibleExchange]] = {}
        for stretch in stretches(table, PIECE_ROWS):
            piece, possible = reading.read(stretch)
            if possible:
                waiting[len(is_flagged)] = possible
            is_flagged.append(_is_flagged(piece.rows))
            for text in piece.rows["flags"][is_flagged[-1]]:
                for flag in flags:
                    flags[flag] += flag in text
            pieces.add(piece)
        parts.append(reading.part())
        american = reading.american_columns()
        exchanges |= {at: [item for item in items if item.column in american] for at, items in waiting.items()}
    wrong = wrong_nil([part.table for part in parts], sum(part.records for part in parts), source.profile)
    if wrong:
        raise wrong
    pieces.amend = lambda number, piece: exchange_days(piece, exchanges[number]) if exchanges.get(number) else piece
    flagged = sum(int(places.sum()) for places in is_flagged)
    return Read(pieces, verdict.accepted(source, opened, parts, flagged, flags), is_flagged)


def _read_version(version: IssuedVersion, source: Source, pieces: Pieces) -> Read:
    """Read a version an office below issued, whole."""
    check_version(version, source.contract)
    for rows in rows_of(version, source):
        pieces.add(Piece(rows, no_rejects()))
    columns = reported_columns(version, source.contract)
    flagged = [np.zeros(len(rows), dtype=bool) for rows in pieces.rows()]
    return Read(pieces, verdict.of_issued(source, version.about, pieces.row_count, columns), flagged)


def _no_version() -> Refused:
    return Refused(
        "Tên tệp là của số liệu phát hành nhưng nội dung không phải.",
        "Đơn vị lập tệp bằng kstt send-up rồi gửi; nếu là tệp khác thì đặt tên khác.",
    )


def _tables(member: str | None, grid: Grid, source: Source) -> list[Table]:
    try:
        return find_tables(grid, source.contract, source.profile)
    except Refused as refusal:
        raise (refusal.inside(member) if member else refusal) from refusal


def _is_flagged(rows: pd.DataFrame) -> np.ndarray:
    return (rows["flags"] != "").to_numpy(dtype=bool)


def _pieces(contract: Contract, room: Path | None = None) -> Pieces:
    return Pieces(schema_of(contract.typed_columns), schema_of(REJECT_TYPES), room)


def refused_file(source: Source, refusal: Refused, error: str | None = None) -> Read:
    """Return what is kept of a refused file: no rows, and the verdict."""
    return Read(_pieces(source.contract), verdict.refused(source, refusal, error))


def empty_rows(contract: Contract) -> pd.DataFrame:
    """Return the typed frame of a stream with no rows."""
    return pd.DataFrame(
        {
            name: pd.Series(dtype="datetime64[us]" if kind == "timestamp" else object)
            for name, kind in contract.typed_columns.items()
        }
    )
