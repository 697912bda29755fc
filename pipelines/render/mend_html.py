"""What goes back to a unit, as one self-contained page (pages/mend.html.j2): to read on a phone, to paste in a letter.

Here: writing the page. Not here: what is in it (figures/mending), HTML and style (pages/).
Invariant: the page shows what the workbook of the unit shows.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.figures.mending import MendBook
from pipelines.render.page import write_page


def write_mend_page(book: MendBook, path: Path) -> None:
    """Write the page of one unit."""
    write_page("mend.html.j2", path, title=f"{book.unit_name} – {book.period_label}", book=book)
