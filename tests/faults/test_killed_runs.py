"""A run killed at any step leaves a whole report or none, and the next run gives the same bytes.

Here: a look at every step of the real job, kills in its parts and at its last file. Not here: single writes (unit tests).
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
from pipelines.package.provenance import PROVENANCE
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing

pytestmark = pytest.mark.slow

# A step is a write, an event or a model (killed_job). Every step of a run is looked at; killing costs a run each time.
# Files about to be written: when all is counted, and the last one of a report but its manifest.
PLACES = ("doi-chieu.json", PROVENANCE)
MORE = int(os.environ.get("KSTT_KILLS", "0"))  # kills at steps spread over the run: `make kills`


def finished(office: Path) -> list[Path]:
    return sorted((office / "data" / "reports").glob("2021-Q1/*/*"))


def sizes_of_finished(office: Path) -> frozenset[tuple[str, int]]:
    """The files of finished reports with their sizes."""
    return frozenset(
        (path.relative_to(report).as_posix(), path.stat().st_size)
        for report in finished(office)
        for path in report.rglob("*")
        if path.is_file()
    )


def bytes_of(report: Path) -> dict[str, bytes]:
    """Every file of a report but the database, whose pages hold no promise of order."""
    return {
        path.relative_to(report).as_posix(): path.read_bytes()
        for path in sorted(report.rglob("*"))
        if path.is_file() and path.name != "warehouse.duckdb"
    }


def forget_runs(office: Path) -> None:
    """Delete what runs leave beside reports: the next one goes the same steps."""
    for name in ("dagster_home", "build"):
        shutil.rmtree(office / "data" / name, ignore_errors=True)


def test_a_job_leaves_at_each_step_a_whole_report_or_none_and_killed_and_rerun_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    # Here, for a second of imports that collecting does without.
    from killed_job import run_job, seen_at_steps, spread, steps_of, warm_children

    warm = warm_children()
    calm = copy_small_office(tmp_path / "calm")
    receive_inbox(load_office(calm))
    standing(load_office(calm), register(load_office(calm)))  # files are read already, in every run
    office = shutil.copytree(calm, tmp_path / "office")
    steps, seen = seen_at_steps(warm, run_job, sizes_of_finished, str(calm))
    assert steps > 500
    assert seen == {frozenset(), sizes_of_finished(calm)}
    (report,) = finished(calm)
    expected = bytes_of(report)
    if MORE:  # an office's first run goes some hundred steps more than the later ones, which are killed here
        report.rename(tmp_path / "first")
        forget_runs(calm)
        steps = steps_of(warm, run_job, str(calm))

    for step in (*PLACES, *spread(steps, MORE)):
        assert steps_of(warm, run_job, str(office), die_at=step) is None, f"step {step} was never reached"
        assert all(bytes_of(report) == expected for report in finished(office))
        if step in PLACES:
            assert bool(list((office / "data" / "build").rglob("bao-cao.pdf"))) == (step == PROVENANCE)
            assert not finished(office)
        forget_runs(office)
        for report in finished(office):
            report.rename(tmp_path / f"done-{step}")
    steps_of(warm, run_job, str(office))
    (report,) = finished(office)
    assert bytes_of(report) == expected
