"""A run killed at any moment leaves a whole report or none, and the next run gives the same bytes.

Here: twenty kills at random moments of the real job. Not here: single writes (unit tests).
Invariant: what was received before a kill is never lost.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from killed_job import run_child
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


@pytest.fixture(scope="module")
def warm() -> Iterator[BaseContext]:
    """A server of warm children: a kill falls into work, not into imports. It is no fork of this process, whose DuckDB
    threads a fork would miss: such a child may hang before its late steps."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["killed_job"])
    yield context


def _seconds(child: BaseProcess) -> float:
    started = time.monotonic()
    child.start()
    child.join()
    assert child.exitcode == 0
    return time.monotonic() - started


def test_a_job_killed_twenty_times_and_rerun_gives_the_same_bytes(tmp_path: Path, warm: BaseContext) -> None:
    calm, office = (copy_small_office(tmp_path / name) for name in ("calm", "office"))
    _seconds(warm.Process(target=run_child, args=(str(calm),)))  # dbt's first parse is paid here, once
    (parsed,) = (calm / "data").glob("dbt_target")
    (calm_report,) = (calm / "data" / "reports").glob("2021-Q1/*/*")
    expected = bytes_of(calm_report)
    shutil.copytree(parsed, office / "data" / "dbt_target")
    again = copy_small_office(tmp_path / "timed")
    shutil.copytree(parsed, again / "data" / "dbt_target")
    duration = _seconds(warm.Process(target=run_child, args=(str(again),)))

    chance = random.Random(20210312)
    whole = 0
    for kill in range(KILLS):
        child = warm.Process(target=run_child, args=(str(office),))
        child.start()
        child.join(timeout=chance.uniform(0.05, duration * 1.1))
        if child.is_alive():
            os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        finished = list((office / "data" / "reports").glob("2021-Q1/*/*"))
        assert all(bytes_of(report) == expected for report in finished)
        whole += len(finished)
        for report in finished:  # a whole report: start again from none, landing stays
            report.rename(tmp_path / f"done-{kill}-{report.name}")
    assert whole < KILLS  # most kills fell into the work
    result = run_report(office, "2021-Q1")
    assert bytes_of(result.report_dir) == expected
