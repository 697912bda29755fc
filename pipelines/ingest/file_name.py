"""What a file's name says when the marks of resending are taken off it.

Here: the name by which two sendings are the same file. Not here: what a replacement means (warehouse/register).
Invariant: only marks at the very beginning or end of a name are taken off; a name is never emptied.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipelines.office.text import match_key

# What people and programs add to the name of a file they send again, written without accents. "bổ sung" is no such
# mark: a supplement is another file.
_AGAIN = (
    r"\d+",  # (1)
    r"(v|ver|version)\.?\d+",
    r"(ban )?(da |chinh |hieu )?(sua|dinh chinh|dieu chinh|cap nhat)( (lai|doi|chua|loi))?( lan \d+)?",
    r"(gui|nop|lam) lai( lan \d+)?",
    r"(ban (cuoi|moi|chinh)|(ban )?(cuoi cung|moi nhat|chinh thuc)|final|updated|fixed)( ?\d+)?",
    r"(ban )?(da (ky|dau)|co (chu ky|dau)|(da )?(ky so|dong dau))(,?( va)? (da )?dong dau)?|signed",
    r"(copy|ban sao|sao chep)( \(?\d+\)?)?",
)
# Without accents «đầu kỳ», «cuối kỳ» read like «dấu», «ký»: neither word is a mark by itself.
_WORDS = "|".join(f"(?:{mark})" for mark in _AGAIN).replace(" ", "[ _.-]")
# A bare number is a mark only in brackets: "sổ 2" and "sổ 3" are two books.
_BARE = "|".join(f"(?:{mark})" for mark in _AGAIN[1:]).replace(" ", "[ _.-]")
_BEHIND = re.compile(rf"(?:\s*[_.–-]*\s*[(\[](?:{_WORDS})[)\]]|[\s_.–-]+(?:{_BARE}))$")
_BEFORE = re.compile(r"^(?:(?:copy( \(\d+\))? of|ban sao( \(\d+\))?( cua)?|sao chep cua)\s*[_–-]?\s*)(?=.)")


@lru_cache(maxsize=65_536)
def name_key(file_name: str) -> str:
    """Return the name by which two sendings are the same file: marks of resending and case do not count."""
    stem, _, extension = match_key(file_name).rpartition(".")
    key = stem or extension
    folded = _without_accents(key)
    before = _BEFORE.match(folded)
    if before:
        key, folded = key[before.end() :], folded[before.end() :]
    while (behind := _BEHIND.search(folded)) and behind.start() > 0:
        key, folded = key[: behind.start()], folded[: behind.start()]
    return f"{key}.{extension}" if stem else key


def sent_as(file_name: str) -> str:
    """Return the key of a name without its extension: a book saved in another format is the same book."""
    stem, _, extension = name_key(file_name).rpartition(".")
    return stem or extension


def _without_accents(text: str) -> str:
    """The text with the base letter of each letter, letter by letter, so that places in both are the same."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.replace("đ", "d"))
