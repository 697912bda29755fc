"""The sample office, run once per session, whichever worker asks first.

Here: the built reports of its quarters, by the real Dagster job, and of its half year, by the steps. Not here: assertions.
Invariant: the committed sample office is copied, never written to; the copy is shared, so no test writes to it either.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from by_steps import report_by_steps
from made_once import made_once
from sample_copy import Sample, copy_office

from pipelines.runner import RunResult, run_report


def _run_the_sample(office: Path) -> Sample:
    copy_office(office)
    runs = {period: run_report(office, period) for period in ("2021-Q1", "2021-Q2")}
    runs["2021-H1"] = report_by_steps(office, "2021-H1")
    written = (runs["2021-Q1"].report_dir / "manifest.json").stat().st_mtime_ns
    return Sample(office, runs, run_report(office, "2021-Q1"), written)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return made_once(tmp_path_factory, "sample", _run_the_sample)


@pytest.fixture(scope="session")
def sample_office(sample: Sample) -> Path:
    return sample.office


@pytest.fixture(scope="session")
def q1(sample: Sample) -> RunResult:
    return sample.runs["2021-Q1"]


@pytest.fixture(scope="session")
def q2(sample: Sample) -> RunResult:
    return sample.runs["2021-Q2"]
