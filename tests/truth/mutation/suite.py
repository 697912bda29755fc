"""Trying an edit on the suite's own tests of rules: those that build the edited model or a form of it.

Here: which test files, running them with the edit in place. Not here: databases (trial), the table (__main__).
Invariant: a test that fails with the edit passes without it, for the suite is green before any edit.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections import Counter
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from compiled_project import EDITED
from truth.mutation.edits import Edit

TESTS = Path(__file__).parents[2]
# Files tried for one edit: those that say most of its model.
MOST = 3
# Hold what dbt itself builds against the compiled SQL: with an edit in it they fail whatever it is.
_OF_THE_PROJECT = ("test_compiled_project.py",)
_BUILT = re.compile(r"(?<![a-z_])(?:form|rpt|fct|int|dim)_[a-z0-9_]+")
# Tried on compiled SQL before (unit_tests), where it takes no seconds.
_TRIED = "unit/test_counting_rules.py::test_the_unit_tests_of_the_dbt_project_pass"
# What every test imports: a server has it ready, and a trial is a fork of it.
_READY = ["pytest", "pandas", "great_expectations", "compiled_project", "warehouse_fixture"]


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
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_READY)
    here, there = context.Pipe(duplex=False)
    trial = context.Process(target=_run, args=(files, str(place), there))
    trial.start()
    there.close()
    try:
        failed = here.recv()
    except EOFError:
        failed = "(the tests died)"
    trial.join()
    return str(failed)


class _First:
    """Remembers the first test that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the outcome of a test."""
        if report.failed and not self.name:
            self.name = report.nodeid.rpartition("/")[2]


def _run(files: list[str], edit: str, answer: Connection) -> None:
    os.environ[EDITED] = edit
    os.chdir(TESTS.parent)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    first = _First()
    quiet = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--deselect", f"tests/{_TRIED}"]
    pytest.main([*quiet, *files], plugins=[first])
    answer.send(first.name)


def _files(model: str, touched: set[str]) -> list[str]:
    """Return the test files that name the model most; where none does, those that name a form or table made of it."""
    named = {
        path: Counter(_BUILT.findall(path.read_text(encoding="utf-8")))
        for path in sorted(TESTS.glob("unit/test_*.py"))
        if path.name not in _OF_THE_PROJECT
    }
    found = [path for path, names in named.items() if names[model]]
    found = found or [path for path, names in named.items() if names.keys() & touched]
    found.sort(key=lambda path: -sum(named[path][name] for name in {model, *touched}))
    return [str(path) for path in found[:MOST]]
