"""Names of rows in the structure of a PDF, for readers aloud.

Here: the first cells of a table's rows made heads of their rows. Not here: the table itself (pdf).
Invariant: only what a cell is called changes; nothing that is drawn does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf


def name_rows(document: pikepdf.Pdf) -> None:
    """Make the cells that name a row its heads: number and label of a form's row, the first cell of a table of words.

    Typst calls only the cells of a table's head so. A form has several rows of heads, a table of words one.
    """
    from pikepdf import Dictionary, Name

    for table in _below(document.Root.get("/StructTreeRoot"), "/Table"):
        heads = sum(1 for part in _children(table) if part.get("/S") == "/THead" for _ in _below(part, "/TR"))
        for body in (part for part in _children(table) if part.get("/S") == "/TBody"):
            for row in _below(body, "/TR"):
                cells = [cell for cell in _children(row) if cell.get("/S") == "/TD"]
                named = 1 if heads == 1 else 2
                if len(cells) > named:
                    for cell in cells[:named]:
                        cell.S = Name.TH
                        cell.A = Dictionary(O=Name.Table, Scope=Name.Row)


def _below(thing: pikepdf.Object | None, kind: str) -> Iterator[pikepdf.Dictionary]:
    """Yield the elements of a kind below an element; those of a kind are not searched again."""
    for part in _children(thing):
        if part.get("/S") == kind:
            yield part
        else:
            yield from _below(part, kind)


def _children(thing: pikepdf.Object | None) -> Iterator[pikepdf.Dictionary]:
    """Yield the elements right below an element; pieces of the page's content are none."""
    from pikepdf import Array, Dictionary

    kids = thing.get("/K") if isinstance(thing, Dictionary) else None
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
