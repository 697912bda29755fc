"""Rows of a landed file as texts, read from its bytes in plain Python.

Here: sheets → row number → the cells joined, folded so that a repaired code is found in what the unit wrote.
Not here: what the cells mean. Invariant: nothing of `pipelines` is imported.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

from python_calamine import CalamineWorkbook
from sample_files import _html_grid

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_BLANKS = re.compile(r"[\s\u200b-\u200d\ufeff]+")


def folded(text: str) -> str:
    """A text without case, kinds of dashes and blanks."""
    return _BLANKS.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", text))).upper()


def landed_row_texts(path: Path) -> dict[str, dict[int, str]]:
    """Return the rows of every sheet of a landed file; a file without sheets has one, named by nothing."""
    content = path.read_bytes()
    if content.startswith((b"PK", b"\xd0\xcf")):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    elif content.lstrip().startswith(b"<"):
        grids = {"": _html_grid(content.decode("utf-8-sig"))}
    else:
        text = content.decode("utf-8-sig")
        grids = {"": list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))}
    return {
        name: {number: folded(" ".join(map(str, row))) for number, row in enumerate(grid, start=1)}
        for name, grid in grids.items()
    }
