"""A comparison of two versions as one self-contained page (pages/comparison.html.j2).

Here: what the template is given: changed cells by form and unit. Not here: what differs, HTML and style (pages/).
Invariant: each changed cell and each moved record is on the page once, with its id.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from pipelines.figures.comparison import ChangedCell, Comparison
from pipelines.figures.packets import BOOK_PAGE
from pipelines.render.page import write_page


def write_comparison_html(found: Comparison, path: Path) -> None:
    """Write the page."""
    own = list(found.office_cells)
    others = [cell for cell in found.cells if cell.scope_id != found.office_scope]
    write_page(
        "comparison.html.j2",
        path,
        title=found.title,
        found=found,
        heading=(*found.heading, ("Khóa", *found.keys)),
        own=_by_form(own),
        own_count=len(own),
        others=_by_scope(others),
        others_count=len(others),
        exchanged=_by_scope(found.exchanged),
        books=[_book(folder, path) for folder in found.folders],
    )


def _book(folder: str, path: Path) -> str:
    """Return where a report's evidence book is, seen from the page; empty when it has none."""
    page = Path(folder) / BOOK_PAGE
    if not folder or not page.is_file():
        return ""
    return quote(Path(os.path.relpath(page.resolve(), path.parent.resolve())).as_posix())


def _by_scope(cells: Iterable[ChangedCell]) -> list[tuple[str, list[tuple[str, list[ChangedCell]]]]]:
    ordered = sorted(cells, key=lambda cell: cell.scope_id)
    return [(name, _by_form(run)) for name, run in groupby(ordered, key=lambda cell: cell.scope_name)]


def _by_form(cells: Iterable[ChangedCell]) -> list[tuple[str, list[ChangedCell]]]:
    return [(number, list(run)) for number, run in groupby(cells, key=lambda cell: cell.form_number)]
