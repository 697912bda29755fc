"""Paragraphs, lines and runs of a Word document.

Here: opening a document, what every part of it is written with. Not here: its parts (docx), oxml grammar (docx_parts).
Invariant: a figure is between bookmarks named after its id, and a link into the evidence book where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Mm, Pt

from pipelines.figures.blocks import Run
from pipelines.office.errors import OfficeError
from pipelines.render.docx_parts import (
    Bookmarks,
    cell_margins,
    centre_in_height,
    empty_body,
    fix_widths,
    link_to,
    mark_size,
    missing_styles,
    set_text,
)


class DocxText:
    """A Word document to which text is added at the end."""

    def __init__(self, document: Any, book: str = "") -> None:
        self.document = document
        # Page of the evidence book beside the document; empty where there is none.
        self.book = book
        self.bookmarks = Bookmarks()
        self._looks: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def plain_table(self, widths: list[float]) -> Any:
        """Add a table of one row without borders."""
        table = self.document.add_table(rows=1, cols=len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        cell_margins(table, Mm(0.5))
        fix_widths(table, widths)
        return table

    def line(self, cell: Any, text: str, alignment: Any, size: Any, bold: bool = False, slanted: bool = False) -> Any:
        """Write one line into a cell of a table without borders; the first line takes the empty paragraph."""
        first = cell.paragraphs[0]
        paragraph = first if len(cell.paragraphs) == 1 and not first.runs else cell.add_paragraph()
        paragraph.alignment = alignment
        paragraph.paragraph_format.space_after = Pt(0)
        self.run(paragraph, Run(text, bold, slanted), size)
        return paragraph

    def cell_line(self, cell: Any, run: Run, alignment: Any, size: Any) -> None:
        """Write the one line of a form's cell.

        Cells of one look begin as copies of the first: a form has hundreds, and python-docx takes a millisecond for the
        properties of each.
        """
        look = (alignment, size, run.bold, run.slanted)
        if look not in self._looks:
            self._looks[look] = _look(cell.paragraphs[0], alignment, size, run)
        properties, written = deepcopy(self._looks[look])
        line = cell._tc.p_lst[0]
        line[:] = [properties]
        with self.bookmarks.around(cell.paragraphs[0], run.figure_id):
            line.append(written)
            set_text(written, run.text)
        self._open(cell.paragraphs[0], written, run)
        centre_in_height(cell)

    def text(
        self, text: str, alignment: Any, size: Any, bold: bool = False, slanted: bool = False, before: Any = None
    ) -> Any:
        """Add a paragraph of the body."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = alignment
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.space_before = before
        self.run(paragraph, Run(text, bold, slanted), size)
        return paragraph

    def spacer(self, size: Any) -> Any:
        """Add an empty paragraph of a given height."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = size
        return paragraph

    def runs(self, paragraph: Any, runs: Sequence[Run], bold: bool = False) -> None:
        """Write runs into a paragraph, in the letter size of its style."""
        for run in runs:
            self.run(paragraph, Run(run.text, run.bold or bold, run.slanted, run.figure_id), None)

    def run(self, paragraph: Any, run: Run, size: Any) -> None:
        """Write one run; a figure is put between bookmarks of its id, and opens its place in the book."""
        with self.bookmarks.around(paragraph, run.figure_id):
            written = paragraph.add_run()
            set_text(written._r, run.text)
        written.bold, written.italic = run.bold or None, run.slanted or None
        if size is not None:
            written.font.size = size
        self._open(paragraph, written._r, run)

    def _open(self, paragraph: Any, written: Any, run: Run) -> None:
        """Let a figure open its place in the book."""
        if self.book and run.figure_id and run.text:
            link_to(paragraph, written, self.book, run.figure_id)


def _look(paragraph: Any, alignment: Any, size: Any, run: Run) -> tuple[Any, Any]:
    """Return the properties of a paragraph and an empty run of a look."""
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1)
    mark_size(paragraph, size)
    written = paragraph.add_run()
    written.bold, written.italic = run.bold or None, run.slanted or None
    written.font.size = size
    return paragraph._p.pPr, written._r


def opened_document(base: Path) -> Any:
    """Return the office's Word file without its text.

    Raises:
        OfficeError: it cannot be opened, or lacks a style the document is written in.
    """
    try:
        document = Document(str(base))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise OfficeError(
            f"Không mở được {base.name} như một tệp Word (.docx). Lưu lại bằng Word rồi thử lại."
        ) from error
    missing = missing_styles(document)
    if missing:
        raise OfficeError(
            f"Tệp {base.name} thiếu kiểu chữ: {', '.join(missing)}. "
            "Mở tệp bằng Word, dùng thử các kiểu đó một lần rồi lưu."
        )
    empty_body(document)
    return document
