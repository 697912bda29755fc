"""A run killed at any moment leaves a whole report or none, and the next run gives the same bytes.

Here: twenty kills at random moments of the real job. Not here: single writes (unit tests).
Invariant: what was received before a kill is never lost.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import pytest
from sample_copy import copy_small_office

from pipelines.runner import run_report

KILLS = 20


def bytes_of(report: Path) -> dict[str, str]:
    """Hash of every file of a report but the database, whose pages hold no promise of order."""
    return {
        path.relative_to(report).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(report.rglob("*"))
        if path.is_file() and path.name != "warehouse.duckdb"
    }


def _child(office: str) -> None:
    os.setsid()
    run_report(office, "2021-Q1")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    office = copy_small_office(tmp_path_factory.mktemp("calm") / "office")
    run_report(office, "2021-Q1")  # imports and dbt's first parse are paid here, once
    again = copy_small_office(tmp_path_factory.mktemp("calm2") / "office")
    started = time.monotonic()
    report = run_report(again, "2021-Q1").report_dir
    return bytes_of(report), time.monotonic() - started


def test_a_job_killed_twenty_times_and_rerun_gives_the_same_bytes(
    tmp_path: Path, undisturbed: tuple[dict[str, str], float]
) -> None:
    expected, duration = undisturbed
    office = copy_small_office(tmp_path / "office")
    chance = random.Random(20210312)
    context = get_context("fork")  # the child starts warm: the kill falls into work, not into imports
    for _ in range(KILLS):
        child = context.Process(target=_child, args=(str(office),))
        child.start()
        child.join(timeout=chance.uniform(0.05, duration * 0.9))
        if child.is_alive():
            os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        finished = list((office / "data" / "reports").glob("2021-Q1/*/*"))
        assert all(bytes_of(report) == expected for report in finished)
        for report in finished:  # a whole report: start again from none, landing stays
            report.rename(tmp_path / f"done-{_}-{report.name}")
    result = run_report(office, "2021-Q1")
    assert bytes_of(result.report_dir) == expected
