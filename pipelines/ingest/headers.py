"""Finding the table in a grid: header rows, columns, and rows that are no data.

Here: whole normalised labels, full header paths, furniture. Not here: typing cells.
Invariant: a header is matched whole, never by a part; two columns for one role refuse the file.
"""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass

from pipelines.ingest.contract import Contract
from pipelines.ingest.grid import Refused, Sheet
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key, nfc

SEARCH_ROWS = 40
MAX_DEPTH = 3
TOTAL_LABELS = frozenset(
    map(match_key, ["Tổng cộng", "Cộng", "Tổng số", "Tổng", "TC", "Tổng toàn thành phố", "Cộng chung"])
)
_NUMBERING = re.compile(r"^\(?\d{1,3}\)?(\.0)?$")


@dataclass(frozen=True)
class Table:
    """Where the table stands: its sheet, header rows (1-based), contract column → index, other headers."""

    sheet: Sheet
    header_rows: list[int]
    columns: dict[str, int]
    headers: dict[str, str]
    unknown: list[dict[str, str | None]]


def is_blank(cell: object) -> bool:
    """Tell whether a cell holds nothing a reader would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\u00a0\u200b\ufeff \t\r\n"))


def label(cell: object) -> str:
    """Return a header cell as one line of NFC text."""
    return "" if is_blank(cell) else " ".join(nfc(str(cell)).replace("\u00a0", " ").split())


class Labels:
    """Which contract column a header means: the profile's own labels first, then the contract's."""

    def __init__(self, contract: Contract, profile: Profile) -> None:
        """Index all labels by their match key."""
        self.own = {match_key(text): name for name, texts in profile.labels.items() for text in texts}
        self.common = {match_key(text): name for name, column in contract.columns.items() for text in column.labels}
        self.set_aside = contract.dropped | contract.ignored | {match_key(text) for text in profile.drop}
        self.dropped_by_profile = {match_key(text) for text in profile.drop}

    def column(self, key: str) -> str | None:
        """Return the contract column a header key stands for, or None."""
        if key in self.dropped_by_profile:
            return None
        return self.own.get(key) or self.common.get(key)

    def score(self, keys: list[str]) -> int:
        """Return how many distinct known headers a row of keys holds."""
        return len({self.column(key) or key for key in keys if key and (self.column(key) or key in self.set_aside)})


def find_table(sheets: list[Sheet], contract: Contract, profile: Profile) -> Table:
    """Return the table with the most known headers.

    Raises:
        Refused: no header row, a required column missing, or two columns for one role.
    """
    labels = Labels(contract, profile)
    best: tuple[int, int, Sheet, int, int] | None = None
    for sheet in sheets:
        for start in range(min(SEARCH_ROWS, len(sheet.rows))):
            for depth in range(1, MAX_DEPTH + 1):
                keys = [match_key(path) for path in header_paths(sheet, start, depth)]
                candidate = (labels.score(keys), -depth, sheet, start, depth)
                if best is None or candidate[:2] > best[:2]:
                    best = candidate
    if best is None or best[0] < 3:
        raise Refused(
            "Không tìm thấy dòng tiêu đề của bảng hồ sơ (mã hồ sơ, ngày tiếp nhận, ngày hẹn trả…).",
            "Kết xuất lại đúng mẫu danh sách hồ sơ, giữ nguyên dòng tiêu đề.",
            "missing_required_column",
        )
    _, _, sheet, start, depth = best
    return _table(sheet, start, depth, contract, labels, profile)


def header_paths(sheet: Sheet, start: int, depth: int) -> list[str]:
    """Return the full path of each column over `depth` header rows, merged cells filled to the right."""
    rows = [[label(cell) for cell in row] for row in sheet.rows[start : start + depth]]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    for upper, lower in itertools.pairwise(rows):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1]:
                upper[column] = upper[column - 1]
    return [" / ".join(part for part in (row[column] for row in rows) if part) for column in range(width)]


def _table(sheet: Sheet, start: int, depth: int, contract: Contract, labels: Labels, profile: Profile) -> Table:
    paths = header_paths(sheet, start, depth)
    found: dict[str, list[int]] = {}
    for index, path in enumerate(paths):
        name = labels.column(match_key(path)) if path else None
        if name:
            found.setdefault(name, []).append(index)
    columns = {name: _one(name, indexes, paths, labels, profile) for name, indexes in found.items()}
    missing = [column for column in contract.columns.values() if column.required and column.name not in columns]
    if missing:
        names = ", ".join(f"«{column.labels[0]}»" for column in missing)
        raise Refused(
            f"Thiếu cột bắt buộc: {names}.",
            f"Kết xuất lại có đủ cột; nếu cột mang tên khác, thêm vào profiles/ ({profile.profile_id}): "
            f"labels: {{{missing[0].name}: [tên cột]}}.",
            "missing_required_column",
        )
    unknown = [
        {"header": path, "nearest": _nearest(path, labels)}
        for index, path in enumerate(paths)
        if path and index not in columns.values() and match_key(path) not in labels.set_aside
    ]
    return Table(
        sheet, list(range(start + 1, start + depth + 1)), columns, {n: paths[i] for n, i in columns.items()}, unknown
    )


def _one(name: str, indexes: list[int], paths: list[str], labels: Labels, profile: Profile) -> int:
    """Return the one column of a role; the profile's own label wins over a common one."""
    own = [index for index in indexes if match_key(paths[index]) in labels.own]
    chosen = own or indexes
    if len(chosen) > 1:
        names = ", ".join(f"«{paths[index]}»" for index in chosen)
        raise Refused(
            f"Hai cột cùng một nghĩa: {names}.",
            f"Bỏ bớt một cột, hoặc thêm vào profiles/ ({profile.profile_id}): "
            f"labels: {{{name}: [{paths[chosen[0]]}]}}.",
            "two_columns_for_one_role",
        )
    return chosen[0]


def _nearest(path: str, labels: Labels) -> str | None:
    near = difflib.get_close_matches(match_key(path), [*labels.own, *labels.common], n=1, cutoff=0.75)
    return near[0] if near else None


def is_numbering(row: list[object]) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3) or 1 2 3."""
    cells = [label(cell) for cell in row if not is_blank(cell)]
    if len(cells) < 3 or not all(_NUMBERING.match(cell) for cell in cells):
        return False
    numbers = [int(float(cell.strip("()"))) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def is_total(row: list[object]) -> bool:
    """Tell whether a row is a total: its first text is a whole total label."""
    texts = [label(cell) for cell in row if isinstance(cell, str) and not is_blank(cell)]
    return bool(texts) and match_key(texts[0].rstrip(" :0123456789")) in TOTAL_LABELS
