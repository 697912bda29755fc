"""`make test T=…`: what is asked for is what pytest is given, and a file that is not there is named at once.

Here: a file, a test of it, a word, an option. Not here: what pytest makes of them.
Invariant: nothing is run (`make -n` only shows it).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def shown(asked: str, target: str = "test") -> str:
    """Return what make would run."""
    command = ["make", "--no-print-directory", "--dry-run", target, f"T={asked}"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("target", ["test", "quick"])
@pytest.mark.parametrize(
    "asked", ["tests/unit/test_missing.py", "tests/unit/test_missing.py::test_it", "tests/missing/"]
)
def test_a_file_that_is_not_there_is_named_before_anything_is_collected(asked: str, target: str) -> None:
    lines = shown(asked, target).splitlines()
    (number,) = (number for number, line in enumerate(lines) if f"there is no {asked.partition('::')[0]}" in line)
    assert "exit 2" in lines[number]
    assert not any("pytest" in line for line in lines[:number])


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("tests/unit/test_text.py", " tests/unit/test_text.py"),
        ("tests/unit/test_text.py::test_it[a/b]", " tests/unit/test_text.py::test_it[a/b]"),
        ("tests/unit", " tests/unit"),
        ("--lf", " --lf"),
        ("overdue", ' -k "overdue"'),
    ],
)
def test_what_is_there_a_word_and_an_option_are_given_to_pytest(asked: str, given: str) -> None:
    run = shown(asked)
    assert "there is no" not in run
    assert run.rstrip().endswith(given)
