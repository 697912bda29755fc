"""Self-contained HTML pages, made from the templates beside this module (pages/*.html.j2).

Here: the template environment and writing a page. Not here: what a page shows (its own module and template).
Invariant: everything is escaped by Jinja; nothing is fetched from anywhere; equal values, equal bytes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.office.text import format_count

PAGES = Path(__file__).parent / "pages"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["format_count"] = format_count
    return environment


def write_page(template: str, path: Path, **values: Any) -> None:
    """Write a page from a template of pages/; the folder is made when it is not there.

    Args:
        template: file name of the template.
        path: where the page goes.
        values: what the template shows; texts are plain, Jinja escapes them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_environment().get_template(template).render(**values), encoding="utf-8", newline="\n")
