"""What each document prints under each figure id, read by other tools than wrote it.

Here: Word, PDF, web page, workbook → figure id → texts or value; the pages of a PDF. Not here: what they should be.
Invariant: nothing of the renderers is asked but how a bookmark is named.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pdfplumber
from lxml import etree, html
from pdfminer.pdftypes import resolve1

from pipelines.render.docx_parts import bookmark_name
from pipelines.render.xlsx import INDEX_SHEET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def word_texts(path: Path, figure_ids: list[str]) -> dict[str, set[str]]:
    """Return the texts between the bookmarks of each figure."""
    ids = {bookmark_name(figure_id): figure_id for figure_id in figure_ids}
    with zipfile.ZipFile(path) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    found: dict[str, set[str]] = defaultdict(set)
    for start in body.iter(f"{W}bookmarkStart"):
        text, node = "", start.getnext()
        while not (node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id")):
            text += "".join(part.text or "" for part in node.iter(f"{W}t"))
            node = node.getnext()
        name = start.get(f"{W}name")
        found[ids.get(name) or ids[re.sub(r"_\d+$", "", name)]].add(text)
    return dict(found)


def word_links(path: Path) -> list[tuple[str, str, str]]:
    """Return the links of a Word file to pages beside it: page, place in the page, linked text."""
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(path) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
        relations = etree.fromstring(archive.read("word/_rels/document.xml.rels"))
    pages = {item.get("Id"): item.get("Target") for item in relations if item.get("TargetMode") == "External"}
    return [
        (
            pages[link.get(relation)],
            str(link.get(f"{W}anchor")),
            "".join(part.text or "" for part in link.iter(f"{W}t")),
        )
        for link in body.iter(f"{W}hyperlink")
    ]


def pdf_pages(path: Path) -> list[str]:
    """Return the text of each page; a file is read once a process until it is written anew."""
    return list(_pages(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=16)
def _pages(path: Path, _: int) -> tuple[str, ...]:
    with pdfplumber.open(path) as pdf:
        return tuple(page.extract_text() or "" for page in pdf.pages)


def pdf_texts(path: Path) -> dict[str, set[str]]:
    """Return the texts under the links of each figure; a link within the file bears the name of the cell it leads to."""
    found: dict[str, set[str]] = defaultdict(set)
    with pdfplumber.open(path) as pdf:
        pages = {page.page_obj.pageid: page for page in pdf.pages}
        links = {number: [_Link(annotation, page) for annotation in page.annots] for number, page in pages.items()}
        for number, page in pages.items():
            middles = [((char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2, char) for char in page.chars]
            for link in links[number]:
                inside = (char["text"] for x, y, char in middles if link.holds(x, y))
                cell = link if link.name else link.cell(links)
                found[str(cell.name)].add("".join(inside).strip())
    return dict(found)


class _Link:
    """One link of a page: where it is, and the figure it names or the place of the cell it leads to."""

    def __init__(self, annotation: dict[str, Any], page: Any) -> None:
        self.left, self.right = annotation["x0"], annotation["x1"]
        self.top, self.bottom = annotation["top"], annotation["bottom"]
        uri = annotation["uri"]
        self.name = unquote(uri).partition("#")[2] if uri else None
        self.leads_to = None if uri else resolve1(annotation["data"]["Dest"])
        self.height = page.height

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom

    def cell(self, links: dict[int, list[_Link]]) -> _Link:
        """Return the figure this one leads to: from the upper left corner of its place on, the first line's first."""
        assert self.leads_to is not None
        page, _, x, y, _ = self.leads_to
        there = [link for link in links[page.objid] if link.name and link.left > x - 1]
        return min(
            (link for link in there if link.top > link.height - y - 1), key=lambda link: (round(link.top), link.left)
        )


def page_texts(path: Path) -> dict[str, set[str]]:
    """Return the texts of the elements that carry each figure's id; charts too."""
    found: dict[str, set[str]] = defaultdict(set)
    for element in html.fromstring(path.read_text(encoding="utf-8")).iter():
        if isinstance(element.tag, str) and element.get("data-figure"):
            found[element.get("data-figure")].add(element.text_content())
    return dict(found)


def workbook_values(path: Path) -> dict[str, tuple[object, str]]:
    """Return the value and the number format of the cell the index names for each figure."""
    book = openpyxl.load_workbook(path)
    found = {}
    for figure_id, sheet, cell, *_ in book[INDEX_SHEET].iter_rows(min_row=2, values_only=True):
        found[figure_id] = (book[sheet][cell].value, book[sheet][cell].number_format)
    return found
