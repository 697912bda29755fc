"""The words of a total row: «Tổng cộng», «- Cộng:», «Cộng theo lĩnh vực», «Cấp xã | Cộng | 19».

Here: which row is a total by its words. Not here: what its numbers are held against (totals).
Invariant: a total is known by whole words; a field called «Công chứng», «Công thương» or «Cộng đồng» is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipelines.ingest.cells import is_blank
from pipelines.ingest.contract import WORD_ROLES, Contract
from pipelines.ingest.headers import Table, label
from pipelines.ingest.sheet import Row
from pipelines.ingest.vietnamese import ENCODINGS
from pipelines.office.text import match_key, nfc

_ABBREVIATION = "tc"
_TOTALS = frozenset(
    map(
        match_key,
        [
            *("Tổng cộng", "Cộng", "Tổng số", "Tổng", "Cộng chung", "Cộng dồn"),
            *("Tổng hồ sơ", "Tổng cộng hồ sơ", "Cộng hồ sơ", "Tổng chung", "Tổng TTHC", "Cộng TTHC", "Cộng tổng"),
            # Carried from page to page, or from the year's beginning: sums all the same.
            *("Mang sang", "Cộng mang sang", "Chuyển trang sau", "Cộng chuyển trang sau", "Lũy kế", "Lũy kế chung"),
            # As typed without marks, with a wrong mark, short, in English, as a sign.
            *("Tong cong", "Tong so", "Tông cộng", "Tổng công", "Tổng sô", "T.số", "T.cộng", "T. số", "T. cộng"),
            *("Total", "Grand total", "Subtotal", "Sum", "Σ", "∑"),
        ],
    )
)
# What begins with these is a total whatever follows: no field, unit or person is called so.
_ALWAYS = tuple(match_key(word) + " " for word in ("Tổng cộng", "Tổng số", "Cộng số", "Lũy kế từ", "Lũy kế đến"))
# What may follow the shorter words: a scope, a level, a number. «Cộng đồng», «Tổng hợp» go on otherwise.
_SCOPES = [
    *("theo", "toàn", "chung", "các", "cấp", "phần", "mục", "nhóm", "loại", "lĩnh vực"),
    *("đơn vị", "phường", "xã", "quận", "huyện", "tỉnh", "thành phố", "trang", "kỳ", "quý", "tháng", "năm"),
    *("lũy kế", "cột", "dòng", "cả", "trong", "của", "hai", "ba", "dồn đến", "dồn từ", "hồ sơ"),
]
_WHOLES = [
    *("phòng", "ban", "văn phòng", "đơn vị", "cơ quan", "ngành", "trung tâm", "sở", "chi nhánh", "cấp", "khối"),
    *("phường", "xã", "thị trấn", "quận", "huyện", "thị xã", "thành phố", "tỉnh"),
    *("kỳ", "quý", "tháng", "năm", "lĩnh vực", "thủ tục", "hồ sơ", "TTHC", "địa bàn"),
]
_FOLLOWED = re.compile(
    r"(?:tổng cộng|tổng số|tổng|cộng chung|cộng)\s+(?:"
    + "|".join(re.escape(match_key(scope)) for scope in _SCOPES)
    + r"|[ivx]+|[a-d]|\d+)(?![^\W_])"
)
# «Cấp huyện - Tổng», «Lĩnh vực đất đai: cộng», «Cấp xã (tổng số)»: what it is a total of goes before the word.
_ENDS = re.compile(
    r"[^\W\d_].*(?:\s[-–—]\s*|[:|,(\[]\s*)(?:tổng(?:\s+(?:cộng|số|chung|hồ sơ))?|cộng)\s*[)\]]?\s*[:.=]?\s*$"
)
# «Toàn phòng», «Cả đơn vị», «Tất cả các lĩnh vực»: the whole of what the rows are parts of.
_WHOLE_OF = re.compile(
    r"(?:chung\s+)?(?:toàn(?:\s+bộ)?|tất cả|cả)\s+(?:các\s+)?(?:"
    + "|".join(map(match_key, _WHOLES))
    + r")(?![^\W_])(?!\s+(?:hội|về|với|cho|để)(?![^\W_]))"
)
_ALL = frozenset(map(match_key, ["Toàn bộ", "Tất cả", "Chung toàn bộ"]))
_BULLET = re.compile(r"^[^\w]*(?:(?:[ivx]+|[a-z]|\d+)\s*[.)/]\s*)?[^\w]*", re.IGNORECASE)
# "Tổng số: 15 hồ sơ", "Cộng 1.234", "Cộng (1+2) =".
_STATED = re.compile(r"\s*[:=]?\s*[\d.,]+(?:\s+[^\W\d]+){0,2}\s*$|[\s:=.]+$")
_SPACED = re.compile(r"^(?:[^\W\d_]\s+)+[^\W\d_]$")
# A text without any of these is no total: most cells are reported so at once.
_MAY_BE = re.compile(r"[nNảẢấẤ\u0301\u0309]|[Ll][uũ][yỹ]|[Ss]um|[Tt]otal|[Tt]\.|[Σ∑]|[Tt]ổ")
_LONGEST = 80


def label_columns(table: Table, contract: Contract) -> frozenset[int]:
    """Return the columns that say what a row is about: its key, and names and words from closed lists."""
    return frozenset(
        index
        for name, index in table.columns.items()
        if name == contract.key or contract.columns[name].names or contract.columns[name].role in WORD_ROLES
    )


def is_total(row: Row, labels: Iterable[int] = ()) -> bool:
    """Return whether a row is a total: its first text, or the cell of a label column, is a total's words.

    Args:
        row: the cells.
        labels: places of the columns that say what a row is about.
    """
    first = next((cell for cell in row if isinstance(cell, str) and not is_blank(cell)), None)
    if first is None:
        return False
    if is_total_label(first, may_be_short=True):
        return True
    cells = (row[at] for at in labels if at < len(row))
    return any(isinstance(cell, str) and is_total_label(cell) for cell in cells)


@lru_cache(maxsize=8192)
def is_total_label(text: str, may_be_short: bool = False) -> bool:
    """Return whether a text is the words of a total, perhaps with a bullet, a scope and its number.

    Args:
        text: the cell.
        may_be_short: take «TC» for «Tổng cộng» too; in a column of names it may be a name.
    """
    if len(text) > _LONGEST or not (may_be_short or _MAY_BE.search(text)):
        return False
    return any(_says_total(spelled, may_be_short) for spelled in _spellings(text))


def _says_total(text: str, may_be_short: bool) -> bool:
    bare = _BULLET.sub("", label(text), count=1)
    if _SPACED.match(bare):
        return match_key(bare).replace(" ", "") in {word.replace(" ", "") for word in _TOTALS}
    if match_key(label(text)) in _TOTALS:  # as written: «T.số» begins like a bullet
        return True
    key, whole = match_key(_STATED.sub("", bare)), match_key(bare)
    is_whole = key in _TOTALS or key in _ALL or (may_be_short and key == _ABBREVIATION)
    is_of_all = bool(_FOLLOWED.match(whole)) or bool(_WHOLE_OF.match(whole)) or bool(_ENDS.match(nfc(bare).casefold()))
    return is_whole or whole.startswith(_ALWAYS) or is_of_all


def _spellings(text: str) -> Iterable[str]:
    """The text, and what it says where an old font wrote it."""
    yield text
    if not text.isascii():
        yield from (old(text) for old in ENCODINGS.values())
