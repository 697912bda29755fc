"""The sample office, run once per session through the real Dagster job.

Here: the built reports of both quarters. Not here: assertions.
Invariant: the committed sample office is copied, never written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_copy import copy_office

from pipelines.runner import RunResult, run_report


@pytest.fixture(scope="session")
def sample_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield copy_office(tmp_path_factory.mktemp("sample") / "office")


@pytest.fixture(scope="session")
def q1(sample_office: Path) -> RunResult:
    return run_report(sample_office, "2021-Q1")


@pytest.fixture(scope="session")
def q2(sample_office: Path, q1: RunResult) -> RunResult:
    return run_report(sample_office, "2021-Q2")
