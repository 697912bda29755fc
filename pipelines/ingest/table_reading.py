"""Read one table stretch by stretch: row kinds, corrections, typing, rejects.

Here: the order of steps on one stretch, and what is only known when all of them are read. Not here: files (reading),
single steps (row_kinds, frame, totals).
Invariant: the result does not depend on how the rows were cut into stretches.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells, is_blank
from pipelines.ingest.contract import Contract
from pipelines.ingest.corrections import Corrected, correct
from pipelines.ingest.day_month import Evidence, PossibleExchange, exchange_note, exchanged_moment
from pipelines.ingest.frame import typed_frame
from pipelines.ingest.headers import Table, header_texts, labels_of
from pipelines.ingest.pieces import Piece
from pipelines.ingest.rejects import reader_rejects
from pipelines.ingest.row_kinds import Repeats, Stretch, refuse_second_head, row_kinds, settle_remarks
from pipelines.ingest.sheet import Grid
from pipelines.ingest.source import Source
from pipelines.ingest.totals import Totals
from pipelines.ingest.typing_rules import SERIAL_ZERO, SERIAL_ZERO_1904, Reckoning
from pipelines.office.profiles import Profile

# Flag of a row whose correction no longer fits what the source says.
OUTDATED = "correction_outdated"


@dataclass(frozen=True)
class Part:
    """One sheet read: the kind of each of its rows, how many were sent back, its corrections and totals."""

    table: Table
    member: str | None
    kinds: np.ndarray
    rejected: int
    corrections: list[dict[str, object]]
    totals: list[dict[str, Any]]

    @property
    def records(self) -> int:
        """How many rows are records, those sent back among them."""
        return int((self.kinds == "data").sum())


class TableReading:
    """One table being read; give it every stretch in order, then ask for the part."""

    def __init__(self, table: Table, member: str | None, grid: Grid, source: Source) -> None:
        """Begin with no rows.

        Args:
            table: where the table is.
            member: the member of a zip it is in; None in a file of its own.
            grid: the opened file or member.
            source: what it is read by.
        """
        self.table, self._member, self._grid, self._source = table, member, grid, source
        self._labels = labels_of(source.contract, source.profile)
        self._totals = Totals(table, source.contract)
        self._repeats = Repeats() if source.profile.rows_are == "events" else None
        self._evidence: dict[str, Evidence] = {}
        self._kinds: list[np.ndarray] = []
        self._outcomes: list[dict[str, object]] = []
        self._rejected = 0

    def read(self, stretch: Stretch) -> tuple[Piece, list[PossibleExchange]]:
        """Return the typed rows and rejects of the next stretch, and exchanges of days that are not decided yet.

        Raises:
            Refused: another table begins in the stretch.
        """
        source, contract = self._source, self._source.contract
        kinds = row_kinds(self.table, stretch, contract)
        refuse_second_head(self.table, stretch, kinds, self._labels)
        self._totals.add(stretch, kinds)
        if self._repeats is not None:
            kinds = self._repeats.mark(kinds, stretch.cells, contract)
        self._kinds.append(kinds)
        data = np.flatnonzero(kinds == "data")
        cells = {name: column.at(data) for name, column in stretch.cells.items()}
        cells = {**_supplied(cells, len(data), source.profile), **cells}
        cells, corrected = _corrected(cells, source)
        reckoning = Reckoning(SERIAL_ZERO_1904 if self._grid.epoch_1904 else SERIAL_ZERO, source.zone)
        typed = typed_frame(cells, len(data), source, reckoning, header_texts(self.table), self._evidence)
        rows = _with_source(typed.columns, self._file_name, self.table.sheet.name, stretch.start + data + 1, contract)
        _note_corrections(rows, corrected)
        self._outcomes += [self._outcome(item, stretch.start + int(data[item.at]) + 1) for item in corrected]
        shifted = _shifted(self.table, stretch, data) if self._grid.is_text else set()
        rejects = reader_rejects(typed.problems, shifted, rows, self.table, contract.key)
        bad = sorted({problem.at for problem in typed.problems} | shifted)
        self._rejected += len(bad)
        return Piece(rows.drop(index=bad).reset_index(drop=True) if bad else rows, rejects), _kept(typed.possible, bad)

    @property
    def _file_name(self) -> str:
        return f"{self._source.file_name}/{self._member}" if self._member else self._source.file_name

    def part(self) -> Part:
        """Return what is known when all stretches were read."""
        kinds = settle_remarks(np.concatenate([np.empty(0, dtype=object), *self._kinds]))
        return Part(self.table, self._member, kinds, self._rejected, self._outcomes, self._totals.check(kinds))

    def american_columns(self) -> frozenset[str]:
        """Return the columns of moments whose days and months a spreadsheet exchanged."""
        return frozenset(name for name, evidence in self._evidence.items() if evidence.is_american)

    def _outcome(self, item: Corrected, row: int) -> dict[str, object]:
        """The entry of `verdict.corrections`."""
        said = item.correction
        return {
            "record": said.record,
            "column": said.column,
            "expect": None if said.expect is None else str(said.expect),
            "state": item.state,
            "original": item.original,
            "sheet": self.table.sheet.name,
            "row": row,
        }


def exchange_days(piece: Piece, possible: list[PossibleExchange]) -> Piece:
    """Return a piece with days and months exchanged in some cells; their rows are flagged already."""
    rows = piece.rows.copy()
    for at, column, original in possible:
        moment = rows.at[at, column]
        assert isinstance(moment, dt.datetime)
        rows.at[at, column] = exchanged_moment(moment)
        rows.at[at, "repairs"] = _added(rows.at[at, "repairs"], exchange_note(column, original))
    return Piece(rows, piece.rejects)


def _kept(possible: list[PossibleExchange], bad: list[int]) -> list[PossibleExchange]:
    """Return the exchanges of the rows that stay, by their new places."""
    gone = set(bad)
    stay = [item for item in possible if item.at not in gone]
    return [item._replace(at=item.at - int(np.searchsorted(bad, item.at))) for item in stay]


def _with_source(
    columns: dict[str, np.ndarray], file_name: str, sheet: str | None, numbers: np.ndarray, contract: Contract
) -> pd.DataFrame:
    """Return the typed columns and those of the source as one frame, in the order of the contract."""
    source = {
        "source_file": np.full(len(numbers), file_name, dtype=object),
        "source_sheet": np.full(len(numbers), sheet, dtype=object),
        "source_row": numbers.astype("int64"),
    }
    every, index = {**columns, **source}, pd.RangeIndex(len(numbers))
    # Each with its own type: pandas would make a text type of a column of texts.
    types = {name: every[name].dtype for name in contract.typed_columns}
    named = {name: pd.Series(every[name], index=index, dtype=kind, copy=False) for name, kind in types.items()}
    return pd.DataFrame(named, index=index, copy=False)


def _corrected(cells: dict[str, Cells], source: Source) -> tuple[dict[str, Cells], list[Corrected]]:
    """Return the cells with the office's corrections put in, and what became of each."""
    if not source.corrections:
        return cells, []
    raw = {name: column.spread(column.distinct) for name, column in cells.items()}
    corrected = correct(raw, source.contract, source.corrections)
    return {name: Cells.of(list(column)) for name, column in raw.items()}, corrected


def _note_corrections(rows: pd.DataFrame, corrected: list[Corrected]) -> None:
    """Tell in `repairs` what was corrected; a correction whose guard failed flags its row."""
    for item in corrected:
        if item.state == "applied":
            rows.at[item.at, "repairs"] = _added(rows.at[item.at, "repairs"], item.note())
        else:
            flags = rows.at[item.at, "flags"]
            rows.at[item.at, "flags"] = f"{flags};{OUTDATED}" if flags else OUTDATED


def _added(repairs: object, note: dict[str, str]) -> str:
    before = json.loads(str(repairs)) if repairs else []
    return json.dumps([*before, note], ensure_ascii=False)


def _supplied(cells: dict[str, Cells], length: int, profile: Profile) -> dict[str, Cells]:
    """The cells of columns the source does not print, known by its profile; a column the file has is never replaced."""
    noted: dict[str, Cells] = {}
    for name, rule in profile.supplied.items():
        column = np.full(length, rule.always or rule.blank, dtype=object)
        if rule.from_ in cells:
            column[cells[rule.from_].filled] = rule.filled
        noted[name] = Cells.of(list(column))
    return noted


def _shifted(table: Table, stretch: Stretch, data: np.ndarray) -> set[int]:
    """Rows of a text table with more filled cells than headers: a delimiter inside a cell moved what follows."""
    header = table.sheet.rows[table.header_rows[0] - 1 : table.header_rows[-1]]
    width = max(len(row) for row in header)
    longer = ((at, stretch.rows[row][width:]) for at, row in enumerate(data) if len(stretch.rows[row]) > width)
    return {at for at, extra in longer if not all(is_blank(cell) for cell in extra)}
