"""A run killed at any step leaves a whole report or none, and the next run gives the same bytes.

Here: kills of the real job, one in each part of its steps, the last at its last. Not here: single writes (unit tests).
Invariant: what was received before a kill is never lost.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sample_copy import copy_small_office

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing

pytestmark = pytest.mark.slow

# A step is a write, an event or a model (killed_job); the last files of a run, each about to be written.
LAST = ("bao-cao.docx", "bao-cao.pdf", "bieu-mau.xlsx", "manifest.json")
KILLS = int(os.environ.get("KSTT_KILLS", "6"))  # `make kills` has more of them


def bytes_of(report: Path) -> dict[str, bytes]:
    """Every file of a report but the database, whose pages hold no promise of order."""
    return {
        path.relative_to(report).as_posix(): path.read_bytes()
        for path in sorted(report.rglob("*"))
        if path.is_file() and path.name != "warehouse.duckdb"
    }


def test_a_job_killed_in_each_part_of_its_way_and_rerun_gives_the_same_bytes(tmp_path: Path) -> None:
    from killed_job import run_job, spread, steps_of, warm_children  # a second of imports that collecting does without

    warm = warm_children()
    calm = copy_small_office(tmp_path / "calm")
    receive_inbox(load_office(calm))
    standing(load_office(calm), register(load_office(calm)))  # files are read already, in every run
    office = shutil.copytree(calm, tmp_path / "office")
    steps = steps_of(warm, run_job, str(calm))
    (report,) = (calm / "data" / "reports").glob("2021-Q1/*/*")
    expected = bytes_of(report)

    assert steps is not None
    for step in (*spread(steps, KILLS - len(LAST)), *LAST):
        if isinstance(step, int):  # steps are counted from a first run
            shutil.rmtree(office / "data" / "dagster_home", ignore_errors=True)
        steps_of(warm, run_job, str(office), die_at=step)
        finished = list((office / "data" / "reports").glob("2021-Q1/*/*"))
        assert all(bytes_of(report) == expected for report in finished)
        if step in LAST[1:]:
            assert list((office / "data" / "build").rglob("bao-cao.docx")) and not finished
        for report in finished:  # a whole report: start again from none, landing stays
            report.rename(tmp_path / f"done-{step}")
    steps_of(warm, run_job, str(office))
    (report,) = (office / "data" / "reports").glob("2021-Q1/*/*")
    assert bytes_of(report) == expected
