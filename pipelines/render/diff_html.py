"""A comparison of two versions as one self-contained page (pages/comparison.html.j2).

Here: what the template is given: changed cells by form and unit. Not here: what differs, HTML and style (pages/).
Invariant: each changed cell and each moved record is on the page once, with its id.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pipelines.figures.comparison import ChangedCell, Comparison
from pipelines.render.page import write_page


def write_comparison_html(found: Comparison, path: Path) -> None:
    """Write the page."""
    own = list(found.office_cells)
    others = sorted(
        (cell for cell in found.cells if cell.scope_id != found.office_scope), key=lambda cell: cell.scope_id
    )
    write_page(
        "comparison.html.j2",
        path,
        title=found.title,
        found=found,
        heading=(*found.heading, ("Khóa", *found.keys)),
        own=_by_form(own),
        own_count=len(own),
        others=[(name, _by_form(cells)) for name, cells in groupby(others, key=lambda cell: cell.scope_name)],
        others_count=len(others),
    )


def _by_form(cells: Iterable[ChangedCell]) -> list[tuple[str, list[ChangedCell]]]:
    return [(number, list(run)) for number, run in groupby(cells, key=lambda cell: cell.form_number)]
