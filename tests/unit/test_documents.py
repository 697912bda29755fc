"""The documents hold together: links lead somewhere, pictures are small and shown.

Here: README and docs as files. Not here: anchors and the menu of the site (make site), what pages say (golden, shown output).
Invariant: every Markdown page of the site is read.
"""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/*.md", "benchmarks/*.md", "tests/truth/*.md")
    for path in REPOSITORY.glob(pattern)
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def links_of(page: Path) -> list[str]:
    """Where a page's links lead, what is inside code left out."""
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:|#", link)]


def test_every_link_of_a_page_leads_to_a_file() -> None:
    assert len(PAGES) > 30
    lost = [f"{page.relative_to(REPOSITORY)}: {link}" for page in PAGES for link in links_of(page)
            if not (page.parent / link).exists()]  # fmt: skip
    assert lost == []


def test_every_picture_is_shown_and_small() -> None:
    pictures = {path.resolve() for path in (REPOSITORY / "docs" / "images").iterdir()}
    shown = {(page.parent / link).resolve() for page in PAGES for link in links_of(page)}
    assert sorted(path.name for path in pictures - shown) == []
    assert {path.name: path.stat().st_size for path in pictures if path.stat().st_size > 150_000} == {}
