"""Trying an edit on the suite's own tests of rules: those that build the edited model or a form of it.

Here: which test files, running them with the edit in place. Not here: databases (trial), the table (__main__).
Invariant: a test that fails with the edit passes without it, for the suite is green before any edit.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from compiled_project import EDITED
from truth.mutation.edits import Edit

TESTS = Path(__file__).parents[2]
_BUILT = re.compile(r"(?<![a-z_])(?:form|rpt|fct|int|dim)_[a-z0-9_]+")


def killer(edit: Edit, touched: Iterable[str], folder: Path) -> str:
    """Return the name of the first test of tests/unit that fails with an edit; empty when none does.

    Args:
        edit: the edit.
        touched: the edited model and those that read it.
        folder: where the edit is written for the tests to take.
    """
    files = _files(edit.model, set(touched))
    if not files:
        return ""
    place = folder / "edit.json"
    place.write_text(json.dumps({"model": edit.model, "sql": edit.sql}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *files],
        cwd=TESTS.parent,
        env={**os.environ, EDITED: str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return failed[1].rpartition("/")[2] if failed else ""


def _files(model: str, touched: set[str]) -> list[str]:
    """Return the test files that name the model; where none does, those that name a form or table made of it."""
    named = {
        path: set(_BUILT.findall(path.read_text(encoding="utf-8"))) for path in sorted(TESTS.glob("unit/test_*.py"))
    }
    found = [path for path, names in named.items() if model in names]
    found = found or [path for path, names in named.items() if names & touched]
    return [str(path) for path in found]
