"""Finding the tables in a grid: header rows, columns, and rows that are no data.

Here: whole normalised labels, full header paths, numbering rows. Not here: typing cells, totals (total_words).
Invariant: a header is matched whole, never by a part; two columns for one role refuse the table.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.ingest.cells import is_blank
from pipelines.ingest.contract import Column, Contract
from pipelines.ingest.persons import without_persons
from pipelines.ingest.sheet import Grid, Row, Sheet
from pipelines.ingest.sniff import Refused
from pipelines.ingest.vietnamese import ENCODINGS, old_encoding
from pipelines.office.profiles import Profile
from pipelines.office.text import ascii_key, match_key, nfc, visible

SEARCH_ROWS = 40
MAX_DEPTH = 4
ENOUGH_HEADERS = 3
# Is in a line to add to a profile where no header of the file is like the missing one.
_ANY_HEADER = "tên cột trong tệp"
_SHOWN = 12
_LABELS_KEPT = 256
_NUMBERING = re.compile(r"^\(?\d{1,3}\)?(\.0)?$")


@dataclass(frozen=True)
class Table:
    """Where the table is: its sheet, header rows (1-based), contract column → index, other headers."""

    sheet: Sheet
    header_rows: list[int]
    columns: dict[str, int]
    headers: dict[str, str]
    unknown: list[dict[str, str | None]]


def label(cell: object) -> str:
    """Return a header cell as one line of NFC text."""
    return "" if is_blank(cell) else " ".join(nfc(str(cell)).replace("\u00a0", " ").split())


class Labels:
    """Which contract column a header means: the profile's own labels first, then the contract's."""

    def __init__(self, contract: Contract, profile: Profile) -> None:
        """Index all labels by their match key."""
        self.contract = contract
        self.own = {path_key(text): name for name, texts in profile.labels.items() for text in texts}
        self.common = {path_key(text): name for name, column in contract.columns.items() for text in column.labels}
        self.dropped_by_profile = {path_key(text) for text in profile.drop}
        self.set_aside = contract.dropped | contract.ignored | self.dropped_by_profile
        self.plain = self._plain()
        every = [*self.common, *self.own, *self.set_aside, *self.plain]
        self._leaves = frozenset(key.split(" / ")[-1] for key in every)

    def _plain(self) -> dict[str, str]:
        """Index labels without their marks, only where one meaning is left (domain/09 9.5, second try)."""
        meanings: dict[str, set[str]] = {}
        for key, name in {**self.common, **self.own, **dict.fromkeys(self.set_aside, "")}.items():
            meanings.setdefault(ascii_key(key), set()).add(name)
        return {plain: names.pop() for plain, names in meanings.items() if len(names) == 1}

    def column(self, key: str) -> str | None:
        """Return the contract column a header key represents, or None."""
        if key in self.dropped_by_profile:
            return None
        return self.own.get(key) or self.common.get(key) or self.plain.get(key) or None

    def is_known(self, key: str) -> bool:
        """Return whether a header key is a column, or a header set aside on purpose."""
        return bool(self.column(key)) or key in self.set_aside or key in self.plain

    def has_leaf(self, row: Row) -> bool:
        """Return whether a row has a cell that ends a known header; header rows without one hold none."""
        return any(isinstance(cell, str) and self._ends_known(label(cell)) for cell in row)

    def _ends_known(self, text: str) -> bool:
        last = match_key(text.split(" / ")[-1])
        return last in self._leaves

    def score(self, keys: list[str]) -> int:
        """Return how many distinct known headers a row of keys holds."""
        return len({self.column(key) or key for key in keys if key and self.is_known(key)})


# Of each contract and profile (kept beside it, so that no other takes its place in memory).
_labels: dict[tuple[int, int], tuple[Contract, Profile, Labels]] = {}


def labels_of(contract: Contract, profile: Profile) -> Labels:
    """Return the labels of a contract and a profile, indexed once for all files read by them."""
    key = id(contract), id(profile)
    if key not in _labels:
        if len(_labels) >= _LABELS_KEPT:
            _labels.clear()
        _labels[key] = contract, profile, Labels(contract, profile)
    return _labels[key][2]


def find_tables(grid: Grid, contract: Contract, profile: Profile) -> list[Table]:
    """Return the table of every visible sheet that has one, in the order of the sheets.

    Raises:
        Refused: no sheet has a whole table; the reason is that of the sheet which came nearest.
    """
    labels = labels_of(contract, profile)
    tables: list[Table] = []
    nearest: tuple[int, Refused] = (ENOUGH_HEADERS - 1, _no_header(grid, contract))
    for sheet in grid.sheets:
        head, (score, start, depth) = readable_head(sheet, labels)
        if score < ENOUGH_HEADERS:
            continue
        try:
            table = _table(head, start, depth, contract, labels, profile)
            tables.append(replace(table, sheet=sheet))
        except Refused as refusal:
            nearest = max(nearest, (score, refusal), key=lambda item: item[0])
    if not tables:
        raise nearest[1]
    return tables


def unread_rows(sheet: Sheet, labels: Labels) -> int:
    """Return how many rows a sheet nobody reads has below a head of the contract's columns; 0 where it has none."""
    _, (score, start, depth) = readable_head(sheet, labels)
    if score < ENOUGH_HEADERS:
        return 0
    return sum(1 for row in sheet.rows[start + depth :] if sum(not is_blank(cell) for cell in row) >= ENOUGH_HEADERS)


def readable_head(sheet: Sheet, labels: Labels) -> tuple[Sheet, tuple[int, int, int]]:
    """Return the sheet with its first rows as Unicode, and score, first row and depth of its header.

    Rows written in an old font are taken as such only where more labels are known then.
    """
    readings = [(sheet, _best_header(sheet, labels))]
    head = sheet.rows[: SEARCH_ROWS + MAX_DEPTH]
    encoding = old_encoding([cell for row in head for cell in row if isinstance(cell, str)])
    if encoding:
        rows: list[Row] = [
            [ENCODINGS[encoding](cell) if isinstance(cell, str) else cell for cell in row] for row in head
        ]
        restored = replace(sheet, rows=rows)
        readings.append((restored, _best_header(restored, labels)))
    return max(readings, key=lambda reading: reading[1][0])


def _best_header(sheet: Sheet, labels: Labels) -> tuple[int, int, int]:
    """Return score, first row and depth of the rows that hold the most known headers.

    A known leaf under an unknown spanner counts too: it shows where the header is, though not yet what it means.
    A tie is won by the rows with more headers known as they are, then by fewer rows.
    """
    best, place = (0, 0, 0), (0, 1)
    may_be = [labels.has_leaf(row) for row in sheet.rows[: SEARCH_ROWS + MAX_DEPTH]]
    for start in range(min(SEARCH_ROWS, len(may_be))):
        for depth in range(1, MAX_DEPTH + 1):
            if not any(may_be[start : start + depth]):
                continue
            paths = header_paths(sheet, start, depth)
            leaves = [match_key(path.split(" / ")[-1]) for path in paths if not labels.is_known(path_key(path))]
            known = labels.score([path_key(path) for path in paths])
            rank = (known + labels.score(leaves), known, -depth)
            if rank > best:
                best, place = rank, (start, depth)
    return best[0], *place


def _no_header(grid: Grid, contract: Contract) -> Refused:
    wanted = ", ".join(column.title for column in contract.columns.values() if column.required)
    reason = f"Không tìm thấy dòng tiêu đề của bảng {contract.title} (cần các cột: {wanted})"
    mend = f"Gửi lại đúng mẫu {contract.title}, giữ nguyên dòng tiêu đề."
    if grid.hidden_sheets:
        reason += f"; trang ẩn không được đọc: {', '.join(grid.hidden_sheets)}"
        mend += " Nếu bảng nằm ở trang ẩn thì bỏ ẩn trang đó."
    return Refused(reason + ".", mend, "missing_required_column")


def header_paths(sheet: Sheet, start: int, depth: int) -> list[str]:
    """Return the full path of each column over `depth` header rows, merged cells filled to the right.

    Where the format gives which cells are merged, those are filled and no others; a text table does not tell, so
    there a blank right of a label, over two leaves, belongs to the label. A label repeated downwards counts once.
    """
    rows = [[label(cell) for cell in row] for row in sheet.rows[start : start + depth]]
    width = max((len(row) for row in rows), default=0)
    merges = [merge for merge in sheet.merges if merge[2] >= start and merge[0] < start + depth]
    width = max([width, *(right + 1 for top, _, _, right in merges if start <= top < start + len(rows))])
    rows = [row + [""] * (width - len(row)) for row in rows]
    if merges:
        for top, left, _, right in merges:
            # A merge may begin above the rows there are, below them, or hold nothing.
            if start <= top < start + len(rows) and rows[top - start][left]:
                rows[top - start][left : right + 1] = [rows[top - start][left]] * (right + 1 - left)
    else:
        _fill_right(rows, width)
    parts = (
        [key for key, _ in itertools.groupby(row[column] for row in rows if row[column])] for column in range(width)
    )
    return [" / ".join(path) for path in parts]


def _fill_right(rows: list[list[str]], width: int) -> None:
    for upper, lower in itertools.pairwise(rows):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                upper[column] = upper[column - 1]


@lru_cache(maxsize=4096)
def path_key(path: str) -> str:
    """Return the match key of a header path, each of its parts folded on its own."""
    return " / ".join(match_key(part) for part in path.split(" / "))


def _table(sheet: Sheet, start: int, depth: int, contract: Contract, labels: Labels, profile: Profile) -> Table:
    paths = header_paths(sheet, start, depth)
    found: dict[str, list[int]] = {}
    for index, path in enumerate(paths):
        name = labels.column(path_key(path)) if path else None
        if name:
            found.setdefault(name, []).append(index)
    # Two columns for one extra detail («Phí», «Lệ phí»): neither is used, and the table is not refused for it.
    mapped_twice = [name for name, at in found.items() if contract.columns[name].is_lenient and len(at) > 1]
    unsure = {name: found.pop(name) for name in mapped_twice if not _own(found[name], paths, labels)}
    columns = {name: _one(name, indexes, paths, labels, profile) for name, indexes in found.items()}
    unknown = [path for path in paths if path and not labels.is_known(path_key(path))]
    unknown += [paths[index] for indexes in unsure.values() for index in indexes]
    noted = columns.keys() | profile.supplied.keys()
    missing = [column for column in contract.columns.values() if column.required and column.name not in noted]
    if missing:
        raise _missing(missing, unknown, labels, profile)
    return Table(
        sheet,
        list(range(start + 1, start + depth + 1)),
        columns,
        {name: visible(without_persons(paths[index])) for name, index in columns.items()},
        [{"header": visible(without_persons(path)), "nearest": _nearest(path, labels)} for path in unknown],
    )


def _missing(missing: list[Column], unknown: list[str], labels: Labels, profile: Profile) -> Refused:
    """Name the columns that are not there, and the line of the profile that would map the likeliest header."""
    names = ", ".join(f"«{column.title}»" for column in missing)
    likely = {column.name: _likeliest(column, unknown, labels) for column in missing}
    lines = {name: [path or _ANY_HEADER] for name, path in likely.items()}
    mend = (
        f"Kết xuất lại có đủ cột; nếu cột mang tên khác, thêm vào profiles/ ({profile.profile_id}): "
        f"labels: {json.dumps(lines, ensure_ascii=False)}"
    )
    left = [path for path in dict.fromkeys(unknown) if path not in likely.values()]
    if left and not all(likely.values()):
        mend += f" (thay «{_ANY_HEADER}» bằng một trong: {', '.join(f'«{path}»' for path in left[:_SHOWN])})"
    return Refused(f"Thiếu cột bắt buộc: {names}.", mend, "missing_required_column")


def _likeliest(column: Column, unknown: list[str], labels: Labels) -> str | None:
    for path in unknown:
        if labels.column(match_key(path.split(" / ")[-1])) == column.name:
            return path
    keys = {path_key(path): path for path in unknown}
    near = (difflib.get_close_matches(match_key(text), keys, n=1, cutoff=0.75) for text in column.labels)
    return next((keys[found[0]] for found in near if found), None)


def _one(name: str, indexes: list[int], paths: list[str], labels: Labels, profile: Profile) -> int:
    """Return the one column of a role; the profile's own label wins over a common one."""
    own = _own(indexes, paths, labels)
    chosen = own or indexes
    if len(chosen) == 1:
        return chosen[0]
    names = [paths[index] for index in chosen]
    mend = "Bỏ bớt một cột trong tệp"
    if len({path_key(path) for path in names}) > 1:
        mend += (
            f", hoặc chọn cột đúng trong profiles/ ({profile.profile_id}): "
            f"labels: {json.dumps({name: names[:1]}, ensure_ascii=False)}, "
            f"drop: {json.dumps(names[1:], ensure_ascii=False)}"
        )
    raise Refused(
        f"Hai cột cùng một nghĩa: {', '.join(f'«{path}»' for path in names)}.", mend + ".", "two_columns_for_one_role"
    )


def _own(indexes: list[int], paths: list[str], labels: Labels) -> list[int]:
    return [index for index in indexes if path_key(paths[index]) in labels.own]


def _nearest(path: str, labels: Labels) -> str | None:
    near = difflib.get_close_matches(path_key(path), [*labels.own, *labels.common], n=1, cutoff=0.75)
    return near[0] if near else None


def header_texts(table: Table) -> list[str]:
    """Return the header cells as the file has them."""
    rows = table.sheet.rows[table.header_rows[0] - 1 : table.header_rows[-1]]
    return [cell for row in rows for cell in row if isinstance(cell, str) and not is_blank(cell)]


def is_numbering(row: list[object]) -> bool:
    """Return whether a row only numbers the columns: (1) (2) (3) or 1 2 3."""
    cells = [label(cell) for cell in row if not is_blank(cell)]
    if len(cells) < 3 or not all(_NUMBERING.match(cell) for cell in cells):
        return False
    numbers = [int(float(cell.strip("()"))) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
