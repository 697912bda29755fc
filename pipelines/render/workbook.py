"""The opening and closing of every workbook we write.

Here: a new workbook, its properties, its stable bytes, formats of numbers, heights of rows. Not here: any sheet.
Invariant: a text stays a text (no formula, no link, no number); same content and moment, same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook

from pipelines.figures.text_width import wrapped_lines
from pipelines.render.stable_zip import make_stable

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# The width of columns is reckoned in digits of the book's own font: of one that every office has.
_FONT = {"font_name": "Times New Roman", "font_size": 11}


# Excel's own measures: a column of n characters is n × 7 + 5 pixels of 1/96 inch, a row without a height 15 points.
CHARACTER_MM, CELL_FREE_MM, ROW_POINTS = 7 * 25.4 / 96, 5 * 25.4 / 96, 15.0
_LETTERS = 11


def count_format(value: int, zero_display: str = "0", after: str = "") -> str:
    """Return the number format of a count with dots between thousands, whatever the reader's machine writes itself.

    The separators of a format such as #,##0 are those of the reader's own settings; here they are letters.

    Args:
        value: the count; a format has room for two bounds, so one beyond 999.999.999, or below 0, has its own.
        zero_display: what a zero is printed as: 0, blank or a text.
        after: what is printed behind the number (the mark of a declared figure).
    """
    tail = f'"{after}"' if after else ""
    if value == 0 and zero_display != "0":
        return ";;;" if zero_display == "blank" else f'0;-0;"{zero_display}"'
    if 0 <= value < 10**9:
        return f"[>=1000000]0\\.000\\.000{tail};[>=1000]0\\.000{tail};0{tail}"
    return "0" + "\\.000" * ((len(str(abs(value))) - 1) // 3) + tail


def row_points(texts: Sequence[tuple[str, float]]) -> float:
    """Return how high a row must be so that each text, in a column so many characters wide, is whole.

    Not every program makes a row higher by itself when it opens a workbook.
    """
    return ROW_POINTS * max(
        (
            sum(wrapped_lines(line, width * CHARACTER_MM - CELL_FREE_MM, _LETTERS) for line in text.split("\n"))
            for text, width in texts
        ),
        default=1,
    )


@contextmanager
def new_workbook(path: Path, created: dt.datetime, **properties: str) -> Generator[Workbook]:
    """Open a workbook to be filled; it lies at `path` when the block ends without an error.

    Args:
        path: where the file goes; its folder must exist.
        created: the moment the document says it was made (never the wall clock).
        **properties: further document properties: title, author.
    """
    # A copy of the font each time: XlsxWriter writes into what it is given.
    with xlsxwriter.Workbook(str(path), {**_OPTIONS, "default_format_properties": dict(_FONT)}) as book:
        book.set_properties({**properties, "created": created})
        yield book
    make_stable(path)
