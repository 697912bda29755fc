"""The forms of a report as they are printed, read back from its web pages.

Here: section, row, column and figure of every cell, by what stands on the page. Not here: what a figure should be.
Invariant: nothing but the pages is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html

PAGES = ("bao-cao.html", "luu-ho-so.html")


@dataclass(frozen=True)
class PrintedCell:
    """One cell of a form: the section and row it stands in (number, then label), its column and text."""

    figure_id: str
    form_id: str
    kind: str
    section: str
    row: str
    column: str
    text: str

    @property
    def number(self) -> float | None:
        """The printed number without its marks; None for a dash or a cell that is not filled."""
        plain = self.text.replace(".", "").replace(",", ".").rstrip("*†%")
        return float(plain) if plain.lstrip("-").replace(".", "", 1).isdigit() else None


def printed_cells(report: Path) -> Iterator[PrintedCell]:
    """Yield every cell of every form of both packets."""
    for name in PAGES:
        page = html.document_fromstring((report / name).read_text(encoding="utf-8"))
        for table in page.xpath("//section[@class='form']//table"):
            yield from _of_table(table)


def _of_table(table: html.HtmlElement) -> Iterator[PrintedCell]:
    numbers = [cell.text_content().strip() for cell in table.xpath(".//tr[@class='numbers']/th")]
    section = ""
    for row in table.xpath("./tbody/tr"):
        label = " ".join(cell.text_content() for cell in (*row.xpath("./td[@class='no']"), *row.xpath("./th"))).strip()
        kind = row.get("class")
        section = label if kind == "section" else section
        for number, cell in zip(numbers[2:], row.xpath("./td[@id]"), strict=True):
            figure = cell.get("id")
            form_id = figure.split("/")[0]
            yield PrintedCell(
                figure, form_id, kind, section, label, f"c{number.strip('()')}", cell.text_content().strip()
            )
