"""docs/faults.md names tests that are there.

Here: the page's names against the functions of the tests. Not here: what they show.
Invariant: a promise on the page has a test; a test that goes takes its row along.
"""

from __future__ import annotations

import re

from sample_files import REPOSITORY

PAGE = REPOSITORY / "docs" / "faults.md"


def test_every_test_the_page_names_is_there() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`(test_\w+)`", row)}
    there = {
        name
        for path in (REPOSITORY / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 30
    assert named - there == set()


def test_every_row_of_the_page_has_a_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    without = [row for row in rows if "`test_" not in row and not row.startswith("| fault |")]
    assert without == []
