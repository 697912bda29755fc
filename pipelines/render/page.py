"""The frame of every page: one self-contained HTML file in Vietnamese.

Here: the file around a page's body. Not here: what any page shows or how it looks.
Invariant: nothing is fetched from anywhere; same title, style and body, same bytes.
"""

from __future__ import annotations

from html import escape
from pathlib import Path


def write_page(title: str, style: str, body: str, path: Path) -> None:
    """Write a page; its folder must exist.

    Args:
        title: plain text, escaped here.
        style: the page's CSS.
        body: HTML, already escaped by who made it.
        path: where the file goes.
    """
    page = (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")
