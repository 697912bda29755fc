"""Lay out the pages of the documents' site, as they lie in the repository, so that their links hold.

Here: which files the site has. Not here: order and look (docs/mkdocs.yml), building (make site).
Invariant: the folder is made anew; what is copied is every page and picture a link of the documents may lead to.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PAGES = ("*.md", "LICENSE", "docs/**/*.md", "docs/images/*", "deploy/**/*", "benchmarks/*.md")


def lay_out(target: Path) -> int:
    """Copy the pages into a folder; return how many."""
    shutil.rmtree(target, ignore_errors=True)
    found = sorted({path for pattern in PAGES for path in REPOSITORY.glob(pattern) if path.is_file()})
    for path in found:
        copy = target / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return len(found)


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
