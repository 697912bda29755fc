"""The opening and closing of every workbook we write.

Here: a new workbook, its properties, its stable bytes. Not here: any sheet.
Invariant: a text stays a text (no formula, no link, no number); same content and moment, same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook

from pipelines.render.stable_zip import make_stable

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# The width of columns is reckoned in digits of the book's own font: of one that every office has.
_FONT = {"font_name": "Times New Roman", "font_size": 11}


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
