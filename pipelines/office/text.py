"""Text of Vietnamese offices: one normal form, one key for matching.

Here: NFC, matching keys, numbers as Vietnamese writes them. Not here: reading files, old encodings.
Invariant: what is shown keeps its marks; only a key is folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sized
from functools import lru_cache

_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_NOTES = re.compile(r"(\s*\([^()]*\)|[:*\s])+$")
# Old and new tone placement are one name: hoà = hòa, thuỷ = thủy (domain/09 9.5).
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OLD_TONE = re.compile(rf"(o[ae]|(?<!q)uy)([{_TONES}])(?=$|[^a-z\u0300-\u036f])")
# y and i at the end of a syllable are one letter: kỳ = kì, lý = lí, tỷ = tỉ, quý = quí.
_SHORT_I = re.compile(rf"(?<![a-z\u0300-\u036f])(h|k|l|m|s|t|qu)i(?=[{_TONES}]?(?:$|[^a-z\u0300-\u036f]))")


def nfc(text: str) -> str:
    """Return the text in Unicode NFC, with the Icelandic eth some fonts use for đ set right."""
    return unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")


def printable(text: str) -> str:
    """Return a text on one line: line breaks, control characters and marks nobody sees are shown as their codes."""
    return text if text.isprintable() else "".join(map(_shown, text))


def visible(text: str) -> str:
    """Return a text with control characters and marks nobody sees, or that turn the text around, shown as their codes.

    Line breaks and blanks of every width stay, and the soft hyphen, which is the letter ư of an old font (TCVN3).
    """
    if text.isprintable():
        return text
    return "".join(repr(letter)[1:-1] if _is_unseen(letter) else letter for letter in text)


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf") and letter not in "\t\n\r\u00ad"


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else repr(letter)[1:-1]


@lru_cache(maxsize=65_536)
def match_key(text: str) -> str:
    """Return the key by which headers, units and procedures are matched; never shown."""
    key = _SPACES.sub(" ", nfc(text)).strip()
    key = _NOTES.sub("", key).casefold()
    parts = unicodedata.normalize("NFD", key)
    parts = _SHORT_I.sub(r"\1y", parts)
    parts = _OLD_TONE.sub(lambda found: found[1][0] + found[2] + found[1][1], parts)
    return unicodedata.normalize("NFC", parts)


def ascii_key(text: str) -> str:
    """Return the key without marks (đ → d), for a second try that must be unique."""
    folded = unicodedata.normalize("NFD", match_key(text).replace("đ", "d"))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def keys_with_and_without_marks(names: Iterable[str]) -> set[str]:
    """Return every key that means one of some names: its own, and the one without marks where no other name has it."""
    keys = {match_key(name) for name in names}
    bare = Counter(ascii_key(key) for key in keys)
    return keys | {key for key, count in bare.items() if count == 1}


def format_count(value: int, zero_display: str = "0") -> str:
    """Return a count with dots between thousands ("1.234"); zero as the form wants it: 0, blank or -."""
    if value == 0 and zero_display != "0":
        return "" if zero_display == "blank" else zero_display
    return f"{value:,}".replace(",", ".")


def in_mb(size: int) -> str:
    """Return a size in bytes as whole megabytes, the next larger: 1.500 MB."""
    return f"{format_count(-(-size // 1024**2))} MB"


def counted(things: Sized) -> str:
    """Return how many things there are, as `format_count` writes it."""
    return format_count(len(things))


def format_decimal(value: float, digits: int = 1) -> str:
    """Return a number with a decimal comma and dots between thousands ("1.234,5")."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))
