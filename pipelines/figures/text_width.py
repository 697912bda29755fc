"""How wide a line of Times is, for column widths and the lines below a letterhead.

Here: the advance widths of the Times faces. Not here: laying out (render).
Invariant: a mark above or below a letter adds nothing; the answer depends on the text alone, on no installed font.
"""

from __future__ import annotations

import unicodedata

_POINT_MM = 25.4 / 72
# Advance widths in thousandths of the letter size (Adobe's metrics of Times Bold, the wider face; Roman is no wider).
_WIDTHS = {
    **dict.fromkeys("ĐABCDEFGHIJKLMNOPQRSTUVWXYZ", 722),
    **dict.fromkeys("BELTZ", 667),
    **dict.fromkeys("FP", 611),
    **dict.fromkeys("GHKOQ", 778),
    **{"S": 556, "I": 389, "J": 500, "M": 944, "W": 1000},
    **dict.fromkeys("bdđhknpqu", 556),
    **dict.fromkeys("agovxy0123456789–\u201c\u201d«»*", 500),
    **dict.fromkeys("cerzs", 444),
    **dict.fromkeys("fjt-()/;:", 333),
    **{"i": 278, "l": 278, "m": 833, "w": 722, "%": 1000},
    **dict.fromkeys(" .,", 250),
}
_OTHER = 600
# The horn of ơ and ư is beside the letter.
_HORN, _HORN_WIDTH = "\u031b", 60


def text_mm(text: str, points: float) -> float:
    """Return the width of a line of bold Times in millimetres (plain text is at most as wide)."""
    return sum(_width(letter) for letter in unicodedata.normalize("NFD", text)) * points / 1000 * _POINT_MM


def wrapped_lines(text: str, room: float, points: float) -> int:
    """Return the number of lines of a bold text in a column `room` millimetres wide; a longer word is cut."""
    count, line = 1, ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_mm(longer, points) > room:
            count, longer = count + 1, word
        cut = int(text_mm(longer, points) // room) if room > 0 and longer == word else 0
        count, line = count + cut, longer
    return count


def _width(letter: str) -> int:
    if letter == _HORN:
        return _HORN_WIDTH
    return 0 if unicodedata.combining(letter) else _WIDTHS.get(letter, _OTHER)
