"""Which rows of a table are records (dossiers, feedback, …), and what the others are.

Here: data, blank, and furniture by kind (title, header, numbering, section, total, signature, repeated).
Not here: typing.
Invariant: every row of a sheet gets exactly one kind; a row that may be a record is data, so that it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells, is_blank
from pipelines.ingest.codes import ANY
from pipelines.ingest.contract import Contract
from pipelines.ingest.headers import ENOUGH_HEADERS, Labels, Table, is_numbering, label, path_key
from pipelines.ingest.sheet import Merge, Row, pieces_of
from pipelines.ingest.sniff import Refused
from pipelines.ingest.total_words import is_total, label_columns

_NUMBER = re.compile(r"^(\d+(\.0)?|#\S+)$")
_DIGIT = re.compile(r"\d|#")
_ENOUGH_CELLS = 4
_COLUMNS_LOOKED_AT = 4
_LONGEST_LABEL = 60
_MIXER, _SPREADER = np.int64(1_000_003), np.int64(-7046029254386353131)


@dataclass(frozen=True)
class Stretch:
    """Some rows of a table's sheet: the number of the first (from 0), the rows, the contract's cells in them."""

    start: int
    rows: list[Row]
    cells: dict[str, Cells]


def stretches(table: Table, most: int) -> Iterator[Stretch]:
    """Give the rows of the table's sheet in stretches of at most `most` rows; no cell but the contract's is taken.

    A cell merged over several rows represents each of them.
    """
    downwards = _merged_downwards(table)
    above: dict[Merge, object] = {}
    for start, rows in pieces_of(table.sheet.rows, most):
        narrowest = min(map(len, rows))
        cells = {}
        for name, index in table.columns.items():
            if index < narrowest:
                column = list(map(itemgetter(index), rows))
            else:
                column = [row[index] if index < len(row) else None for row in rows]
            for merge in downwards.get(index, ()):
                _fill_down(column, start, merge, above)
            cells[name] = Cells.of(column)
        yield Stretch(start, rows, cells)


def _merged_downwards(table: Table) -> dict[int, list[Merge]]:
    """Return the merges below the header that are in force in one column over several rows, by column."""
    found: dict[int, list[Merge]] = {}
    for merge in table.sheet.merges:
        top, left, bottom, _ = merge
        if bottom > top >= table.header_rows[-1]:
            found.setdefault(left, []).append(merge)
    return found


def _fill_down(column: list[object], start: int, merge: Merge, above: dict[Merge, object]) -> None:
    """Put the value of a merged cell into its other rows; `above` carries it from one stretch to the next."""
    top, _, bottom, _ = merge
    if start <= top < start + len(column):
        above[merge] = column[top - start]
    if merge in above:
        for at in range(max(top + 1, start), min(bottom + 1, start + len(column))):
            column[at - start] = above[merge]


def row_kinds(table: Table, stretch: Stretch, contract: Contract) -> np.ndarray:
    """Return for every row of a stretch: `data`, `blank`, `remark`, or the kind of furniture.

    What a remark is, `settle_remarks` says when all rows are known.
    """
    rows, cells = stretch.rows, stretch.cells
    coded, may_be = _may_be_record(len(rows), cells, contract)
    kinds = np.where(may_be, "data", "remark").astype(object)
    first_header, last_header = table.header_rows[0], table.header_rows[-1]
    headers = [filled for row in table.sheet.rows[first_header - 1 : last_header] if (filled := _filled(row))]
    # A code with a letter or a mark settles it; every other row is looked at.
    settled = coded & may_be & cells[contract.key].where(_has_letters)
    settled[: max(0, last_header + 2 - stretch.start)] = False
    labels = label_columns(table, contract)
    for at in np.flatnonzero(~settled):
        number = stretch.start + int(at) + 1
        kinds[at] = _kind(rows[at], number, first_header, last_header, headers, labels) or kinds[at]
        if kinds[at] == "remark" and _is_lone_number(rows[at]):
            kinds[at] = "row_number"
    return kinds


def settle_remarks(kinds: np.ndarray) -> np.ndarray:
    """Return the kinds of all rows of a sheet with each remark a signature (below the last record) or a section."""
    data = np.flatnonzero(kinds == "data")
    after = np.arange(len(kinds)) > (data[-1] if len(data) else len(kinds))
    settled = kinds.copy()
    settled[(kinds == "remark") & after] = "signature"
    settled[(kinds == "remark") & ~after] = "section"
    return settled


def refuse_second_head(table: Table, stretch: Stretch, kinds: np.ndarray, labels: Labels) -> None:
    """Refuse a sheet on which another table is below, with its columns in another order.

    Looked for in the columns with fewest distinct cells: where two of them hold a label, the whole row is scored.

    Raises:
        Refused: the rows below such a head would be typed by the wrong columns.
    """
    plainest = sorted(stretch.cells.values(), key=lambda column: len(column.distinct))[:_COLUMNS_LOOKED_AT]
    hits = sum(
        (column.where(lambda cell: _is_label(cell, labels)).astype(int) for column in plainest), np.zeros(len(kinds))
    )
    for at in map(int, np.flatnonzero((hits > 1) & ~np.isin(kinds, ["title", "header"]))):
        keys = [path_key(label(cell)) for cell in stretch.rows[at] if isinstance(cell, str)]
        if labels.score(keys) >= ENOUGH_HEADERS:
            place = f"Trang «{table.sheet.name}» có" if table.sheet.name else "Tệp có"
            raise Refused(
                f"{place} bảng thứ hai ở dòng {stretch.start + at + 1} với tiêu đề cột khác bảng thứ nhất.",
                "Để mỗi bảng ở một trang riêng, hoặc dùng cùng một dòng tiêu đề, rồi gửi lại.",
                "two_tables_on_one_sheet",
            )


def _is_label(cell: object, labels: Labels) -> bool:
    return isinstance(cell, str) and len(cell) < _LONGEST_LABEL and labels.is_known(path_key(label(cell)))


class Repeats:
    """Which records of a table say the same as one above them, in every contract column.

    For exports of one row per event. Rows of one code that differ stay records, so that they are judged; so does a
    row without a code.
    """

    def __init__(self) -> None:
        """Begin without a row."""
        self._seen = np.empty(0, dtype="int64")

    def mark(self, kinds: np.ndarray, cells: dict[str, Cells], contract: Contract) -> np.ndarray:
        """Return the kinds of the next stretch with `repeated` for each such record."""
        data = np.flatnonzero(kinds == "data")
        said = pd.Series(_content(cells, len(kinds))[data])
        repeated = (said.duplicated() | said.isin(self._seen)).to_numpy() & cells[contract.key].filled[data]
        self._seen = np.union1d(self._seen, said)
        noted = kinds.copy()
        noted[data[repeated]] = "repeated"
        return noted


def _content(cells: dict[str, Cells], height: int) -> np.ndarray:
    """Return for every row a number that is the same where all cells are."""
    number = np.zeros(height, dtype="int64")
    for column in cells.values():
        hashes = np.array([*map(hash, map(repr, column.distinct)), 0], dtype="int64")
        number = (number * _MIXER) ^ (hashes[column.places] * _SPREADER)
    return number


def _kind(
    row: Row, number: int, first_header: int, last_header: int, headers: list[Row], labels: frozenset[int]
) -> str | None:
    filled = _filled(row)
    if not filled:
        return "blank"
    if number < first_header:
        return "title"
    if number <= last_header or filled in headers:
        return "header"
    if number <= last_header + 2 and is_numbering(row):
        return "numbering"
    return "total" if is_total(row, labels) else None


def _may_be_record(height: int, cells: dict[str, Cells], contract: Contract) -> tuple[np.ndarray, np.ndarray]:
    """A code and anything beside it, or two signs (words; dates with a digit), or many cells (all of a
    narrow table): a signature has none.
    """
    count = sum((column.filled for column in cells.values()), np.zeros(height, dtype=int))
    signs = np.zeros(height, dtype=int)
    for name in contract.signs:
        if name in cells:
            is_word = name in contract.words
            signs = signs + (cells[name].filled if is_word else cells[name].where(_has_digit))
    coded = cells[contract.key].where(lambda cell: not isinstance(cell, str) or ANY.match(cell.strip()))
    return coded, (coded & (count > 1)) | (signs > 1) | (count >= min(_ENOUGH_CELLS, max(len(cells), 2)))


def _has_digit(cell: object) -> bool:
    return not isinstance(cell, str) or bool(_DIGIT.search(cell))


def _has_letters(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip().isdigit()


def _filled(row: list[object]) -> list[object]:
    return [cell for cell in row if not is_blank(cell)]


def _is_lone_number(row: list[object]) -> bool:
    """A numbered row that was never filled in."""
    filled = _filled(row)
    return len(filled) == 1 and bool(_NUMBER.match(str(filled[0]).strip()))
