"""What every page must hold for readers who do not see it, or see it on a small screen: what axe finds, without a browser.

Here: language, title, landmarks, order of headings, names of tables, regions and pictures, links within the page.
Not here: contrast and places on the screen (a browser's: see docs/document-layout.md).
Invariant: each rule that is broken is named with the element that breaks it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import html
from lxml.html import HtmlElement


def broken_rules(path: Path) -> list[str]:
    """Return what a page breaks; nothing where it holds everything."""
    page = html.document_fromstring(path.read_text(encoding="utf-8"))
    return [
        *_document(page),
        *_headings(page),
        *(fault for table in page.iter("table") for fault in _table(table)),
        *_names(page),
        *_links(page),
    ]


def _document(page: HtmlElement) -> Iterator[str]:
    if page.get("lang") != "vi":
        yield "no language"
    if not (page.findtext(".//title") or "").strip():
        yield "no title"
    if len(page.findall(".//main")) != 1:
        yield "not one main landmark"
    for outside in page.xpath("/html/body/*[not(self::main or self::header or self::nav or self::footer)]"):
        yield f"outside every landmark: <{outside.tag}>"
    if len(page.findall(".//h2")) + len(page.findall(".//h3")) > 5 and not page.xpath("//nav[@aria-label]//a"):
        yield "many headings and no contents"
    for target, count in Counter(page.xpath("//@id")).items():
        if count > 1:
            yield f"id twice: {target}"


def _headings(page: HtmlElement) -> Iterator[str]:
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels[:1] != [1]:
        yield "the first heading is no h1"
    for before, after in itertools.pairwise(levels):
        if after > before + 1:
            yield f"h{after} below h{before}"
    for heading in page.iter("h1", "h2", "h3", "h4"):
        if not heading.text_content().strip():
            yield f"empty <{heading.tag}>"


def _table(table: HtmlElement) -> Iterator[str]:
    name = (table.findtext("caption") or "").strip()
    if not name:
        yield f"a table without a caption: {table.text_content()[:60]}"
    for head in table.iter("th"):
        if not head.text_content().strip():
            yield f"{name}: an empty heading"
        if not head.get("scope") and "numbers" not in (head.getparent().get("class") or ""):
            yield f"{name}: a heading without a scope"
    for row in table.xpath("./tbody/tr"):
        # A row that continues a heading over several rows has it above.
        if row.find("th") is None and not row.xpath("preceding-sibling::tr/th[@rowspan]"):
            yield f"{name}: a row without a name"


def _names(page: HtmlElement) -> Iterator[str]:
    regions = page.xpath("//*[@role='region' or self::section or self::nav]")
    names = [item.get("aria-label") or item.get("aria-labelledby") or "" for item in regions]
    for name, count in Counter(names).items():
        if count > 1 or not name:
            yield f"{count} landmarks named «{name}»"
    for scrolled in page.xpath("//*[contains(concat(' ', @class, ' '), ' wide ')]"):
        if scrolled.get("tabindex") != "0":
            yield "a table that scrolls and no key reaches"
    for picture in page.xpath("//svg | //img"):
        holder = picture.getparent()
        if not (picture.get("aria-label") or picture.get("alt") or holder.get("aria-label")):
            yield "a picture without words"


def _links(page: HtmlElement) -> Iterator[str]:
    ids = set(page.xpath("//@id"))
    for link in page.iter("a"):
        target = link.get("href") or ""
        if target.startswith("#") and target[1:] not in ids:
            yield f"a link to nothing: {target}"
        if not link.text_content().strip():
            yield f"a link without words: {target}"
