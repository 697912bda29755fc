"""Which characters the embedded fonts can print, and what represents the others.

Here: the character tables of the font files, the mark for what no font has. Not here: where the fonts lie
(typst_compile), Typst's grammar (typst_text).
Invariant: no character of the office's or a unit's text can stop a document; what is replaced is counted.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

# Replaces a character no embedded font has; the second font has it.
MARK = "□"
_TABLE_ENTRY = struct.Struct(">4s3I")
_SEGMENTS, _GROUPS = 4, 12
# Unseen by a reader, and needing no glyph: format characters, controls, variation selectors.
_UNSEEN = ("Cf", "Cc")
_KEPT_CONTROLS = "\n\t"
_SELECTORS = range(0xFE00, 0xFE10)


class Printable(NamedTuple):
    """A text every character of which can be printed, and how many were replaced by `MARK`."""

    text: str
    replaced: int


def printable(text: str, fonts: tuple[Path, ...]) -> Printable:
    """Return the text with unseen characters taken out and those no font has replaced.

    Args:
        text: any text, lone surrogates of a broken file name too.
        fonts: the font files.
    """
    if text.isascii() and text.isprintable():
        return Printable(text, 0)
    known = frozenset().union(*(characters_of(path) for path in fonts))
    fates = {letter: fate for letter in set(text) if (fate := _fate(letter, known)) != letter}
    replaced = sum(text.count(letter) for letter, fate in fates.items() if fate == MARK)
    return Printable(text.translate(str.maketrans(fates)), replaced)


def _fate(letter: str, known: frozenset[int]) -> str:
    if letter in _KEPT_CONTROLS or (ord(letter) in known and unicodedata.category(letter) not in _UNSEEN):
        return letter
    if unicodedata.category(letter) in _UNSEEN or ord(letter) in _SELECTORS:
        return ""
    return MARK


@lru_cache(maxsize=16)
def characters_of(font: Path) -> frozenset[int]:
    """Return the code points a font file (OpenType or TrueType) has a glyph for.

    Raises:
        ValueError: the file has no Unicode character table of a format that is read.
    """
    data = font.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {tag: start for tag, _, start, _ in (_TABLE_ENTRY.unpack_from(data, 12 + 16 * at) for at in range(count))}
    if b"cmap" not in tables:
        raise ValueError(f"{font.name} has no character table")
    cmap = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    starts = {cmap + struct.unpack_from(">HHI", data, cmap + 4 + 8 * at)[2] for at in range(count)}
    found: set[int] = set()
    for start in starts:
        (form,) = struct.unpack_from(">H", data, start)
        if form == _SEGMENTS:
            found |= _in_segments(data, start)
        elif form == _GROUPS:
            found |= _in_groups(data, start)
    if not found:
        raise ValueError(f"{font.name} has no Unicode character table")
    return frozenset(found)


def _in_groups(data: bytes, start: int) -> set[int]:
    (count,) = struct.unpack_from(">I", data, start + 12)
    groups = (struct.unpack_from(">3I", data, start + 16 + 12 * at) for at in range(count))
    return {code for first, last, glyph in groups for code in range(first, last + 1) if glyph + code - first}


def _in_segments(data: bytes, start: int) -> set[int]:
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count = doubled // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{count}H", data, start + place)
        for place in (14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled)
    )
    found = set()
    for at in range(count):
        for code in range(starts[at], min(ends[at], 0xFFFE) + 1):
            glyph = code
            if offsets[at]:
                place = start + 16 + 3 * doubled + 2 * at + offsets[at] + 2 * (code - starts[at])
                (glyph,) = struct.unpack_from(">H", data, place)
                if not glyph:
                    continue
            if (glyph + deltas[at]) & 0xFFFF:
                found.add(code)
    return found
