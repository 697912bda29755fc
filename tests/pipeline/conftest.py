"""The sample office, run once per session, whichever worker asks first.

Here: the built reports of its quarters, by the real Dagster job, and of its half year, by the steps. Not here: assertions.
Invariant: the committed sample office is copied, never written to; the copy is shared, so no test writes to it either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from by_steps import report_by_steps
from made_once import made_once, shared_folder
from read_once import share_readings
from sample_copy import UNITS_OWN_REPORTS, Sample, copy_office

from pipelines.office.settings import load_office
from pipelines.runner import RunResult, run_report
from pipelines.units.board import make_board
from pipelines.units.letters import make_cover, make_reminders
from pipelines.units.reports import make_units


def _run_the_sample(office: Path) -> Sample:
    copy_office(office)
    runs = {period: run_report(office, period) for period in ("2021-Q1", "2021-Q2")}
    runs["2021-H1"] = report_by_steps(office, "2021-H1")
    written = (runs["2021-Q1"].report_dir / "manifest.json").stat().st_mtime_ns
    again = run_report(office, "2021-Q1")
    return Sample(office, runs, again, written, _with_papers_of_units(office, again))


def _with_papers_of_units(office: Path, q1: RunResult) -> Path:
    """Make what else is made of a report; return the office's data as they are now, which no later test changes.

    The files are linked, not copied: tests that write letters or a board anew write new files.
    """
    loaded = load_office(office)
    make_units(loaded, q1.report_dir, list(UNITS_OWN_REPORTS))
    make_board(loaded, "2021-Q1")
    make_cover(loaded, "2021-Q1")
    make_reminders(loaded, "2021-Q1")
    at_rest = office.with_name(f"{office.name}-at-rest")
    shutil.copytree(office / "data", at_rest, copy_function=os.link)
    return at_rest


@pytest.fixture(scope="module", autouse=True)
def _read_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same bytes are read by the same recipe once a session (tests of reading are in unit/)."""
    with pytest.MonkeyPatch.context() as patched:
        share_readings(patched.setattr, shared_folder(tmp_path_factory))
        yield


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
