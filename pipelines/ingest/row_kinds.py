"""Which rows of a table are records (dossiers, feedback, …), and what the others are.

Here: data, blank, and furniture by kind (title, header, numbering, section, total, signature, repeated).
Not here: typing.
Invariant: every row of a sheet gets exactly one kind; a row that may be a record is data, so that it is judged.
"""

from __future__ import annotations

import re
from operator import itemgetter

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells, is_blank
from pipelines.ingest.contract import Contract
from pipelines.ingest.headers import ENOUGH_HEADERS, Labels, Table, is_numbering, is_total, label, path_key
from pipelines.ingest.sniff import Refused

_CODE = re.compile(r"^\S*\d\S*$")
_NUMBER = re.compile(r"^(\d+(\.0)?|#\S+)$")
_DIGIT = re.compile(r"\d|#")
_ENOUGH_CELLS = 4
_COLUMNS_LOOKED_AT = 4
_LONGEST_LABEL = 60


def contract_cells(table: Table) -> dict[str, Cells]:
    """Return every row's cells of the contract's columns; nothing else is taken.

    A cell merged over several rows stands for each of them.
    """
    columns = {}
    narrowest = min(map(len, table.sheet.rows))
    for name, index in table.columns.items():
        if index < narrowest:
            column = list(map(itemgetter(index), table.sheet.rows))
        else:
            column = [row[index] if index < len(row) else None for row in table.sheet.rows]
        for top, left, bottom, _ in table.sheet.merges:
            if left == index and bottom > top >= table.header_rows[-1]:
                column[top + 1 : bottom + 1] = [column[top]] * (min(bottom, len(column) - 1) - top)
        columns[name] = Cells.of(column)
    return columns


def row_kinds(table: Table, cells: dict[str, Cells], contract: Contract) -> np.ndarray:
    """Return for every row of the sheet: `data`, `blank`, or the kind of furniture."""
    rows = table.sheet.rows
    coded, may_be = _may_be_record(table, cells, contract)
    kinds = np.where(may_be, "data", "remark").astype(object)
    first_header, last_header = table.header_rows[0], table.header_rows[-1]
    headers = [filled for row in rows[first_header - 1 : last_header] if (filled := _filled(row))]
    # A code with a letter or a mark settles it; every other row is looked at.
    settled = coded & may_be & cells[contract.key].where(_is_told_by_its_letters)
    settled[: last_header + 2] = False
    for at in np.flatnonzero(~settled):
        kinds[at] = _kind(rows[at], int(at) + 1, first_header, last_header, headers) or kinds[at]
        if kinds[at] == "remark" and _is_lone_number(rows[at]):
            kinds[at] = "row_number"
    data = np.flatnonzero(kinds == "data")
    after = np.arange(len(rows)) > (data[-1] if len(data) else len(rows))
    kinds[(kinds == "remark") & after] = "signature"
    kinds[(kinds == "remark") & ~after] = "section"
    return kinds


def refuse_second_head(table: Table, cells: dict[str, Cells], kinds: np.ndarray, labels: Labels) -> None:
    """Refuse a sheet on which another table stands below, with its columns in another order.

    Looked for in the columns with fewest distinct cells: where two of them hold a label, the whole row is scored.

    Raises:
        Refused: the rows below such a head would be typed by the wrong columns.
    """
    plainest = sorted(cells.values(), key=lambda column: len(column.distinct))[:_COLUMNS_LOOKED_AT]
    hits = sum(
        (column.where(lambda cell: _is_label(cell, labels)).astype(int) for column in plainest), np.zeros(len(kinds))
    )
    for at in map(int, np.flatnonzero((hits > 1) & ~np.isin(kinds, ["title", "header"]))):
        keys = [path_key(label(cell)) for cell in table.sheet.rows[at] if isinstance(cell, str)]
        if labels.score(keys) >= ENOUGH_HEADERS:
            place = f"Trang «{table.sheet.name}» có" if table.sheet.name else "Tệp có"
            raise Refused(
                f"{place} bảng thứ hai ở dòng {at + 1} với tiêu đề cột khác bảng thứ nhất.",
                "Để mỗi bảng ở một trang riêng, hoặc dùng cùng một dòng tiêu đề, rồi gửi lại.",
                "two_tables_on_one_sheet",
            )


def _is_label(cell: object, labels: Labels) -> bool:
    return isinstance(cell, str) and len(cell) < _LONGEST_LABEL and labels.is_known(path_key(label(cell)))


def without_repeats(kinds: np.ndarray, cells: dict[str, Cells], contract: Contract) -> np.ndarray:
    """Return the kinds with `repeated` for each record that says the same as one above it, in every contract column.

    For exports of one row per event. Rows of one code that differ stay records, so that they are judged; so does a
    row without a code.
    """
    data = np.flatnonzero(kinds == "data")
    said = pd.DataFrame({name: _equal_places(column.at(data)) for name, column in cells.items()})
    repeated = said.duplicated().to_numpy() & cells[contract.key].filled[data]
    told = kinds.copy()
    told[data[repeated]] = "repeated"
    return told


def _equal_places(column: Cells) -> np.ndarray:
    """Return for every row a number that is the same where the cells are."""
    return pd.factorize(column.spread(column.distinct))[0]


def _kind(
    row: list[object], number: int, first_header: int, last_header: int, headers: list[list[object]]
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
    return "total" if is_total(row) else None


def _may_be_record(table: Table, cells: dict[str, Cells], contract: Contract) -> tuple[np.ndarray, np.ndarray]:
    """A code and anything beside it, or two signs (words; dates with a digit), or many cells (all of a
    narrow table): a signature has none.
    """
    height = len(table.sheet.rows)
    count = sum((column.filled for column in cells.values()), np.zeros(height, dtype=int))
    signs = np.zeros(height, dtype=int)
    for name in contract.signs:
        if name in cells:
            is_word = name in contract.words
            signs = signs + (cells[name].filled if is_word else cells[name].where(_has_digit))
    coded = cells[contract.key].where(lambda cell: not isinstance(cell, str) or _CODE.match(cell.strip()))
    return coded, (coded & (count > 1)) | (signs > 1) | (count >= min(_ENOUGH_CELLS, max(len(cells), 2)))


def _has_digit(cell: object) -> bool:
    return not isinstance(cell, str) or bool(_DIGIT.search(cell))


def _is_told_by_its_letters(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip().isdigit()


def _filled(row: list[object]) -> list[object]:
    return [cell for cell in row if not is_blank(cell)]


def _is_lone_number(row: list[object]) -> bool:
    """A numbered row that was never filled in."""
    filled = _filled(row)
    return len(filled) == 1 and bool(_NUMBER.match(str(filled[0]).strip()))
