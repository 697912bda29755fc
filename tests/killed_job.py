"""The job as a child process of the tests that kill it.

Here: what a child does; importing this module imports all the job needs, so that a child forked from a server that has
it is warm. Not here: kills, assertions. Invariant: nothing is opened or started by the import alone.
"""

from __future__ import annotations

import importlib
import os

from pipelines.runner import run_report

for _heavy in ("dagster", "dagster_dbt", "dbt.cli.main", "great_expectations", "duckdb", "pandas", "typst", "docx"):
    importlib.import_module(_heavy)


def run_child(office: str) -> None:
    """Run the quarter's job in a process group of its own."""
    os.setsid()
    run_report(office, "2021-Q1")
