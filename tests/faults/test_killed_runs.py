"""A run killed at any step leaves a whole report or none, and the next run gives the same bytes.

Here: a look at every step of the real job, kills in its parts and at its last file; the same report by the steps alone.
Not here: single writes (unit tests).
Invariant: what was received before a kill is never lost.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import issued_office as story
import pytest
from by_steps import rebuild_here
from sample_copy import copy_small_office

from pipelines.audit.verify import verify
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.package.provenance import PROVENANCE
from pipelines.package.reproduce import reproduce
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


@dataclass(frozen=True)
class Calm:
    """A small office whose files were read, as it was before a run of the real job, and after it; the run's steps, and
    what was finished at each."""

    before: Path
    office: Path
    report: Path
    steps: int
    seen: set[frozenset[tuple[str, int]]]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    # Here, for a second of imports that collecting does without.
    from killed_job import run_job, seen_at_steps, warm_children

    folder = tmp_path_factory.mktemp("calm")
    office = copy_small_office(folder / "office")
    receive_inbox(load_office(office))
    standing(load_office(office), register(load_office(office)))  # files are read already, in every run
    before = shutil.copytree(office, folder / "before")
    steps, seen = seen_at_steps(warm_children(), run_job, sizes_of_finished, str(office))
    (report,) = finished(office)
    return Calm(before, office, report, steps, seen)


def test_the_report_of_the_real_job_is_made_again_byte_for_byte(
    calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The small sample office through Dagster, made again by the steps alone: every test by the steps rests on this."""
    rebuild_here(monkeypatch)
    root = story.copy_of(calm.office, tmp_path / "office")
    version = story.send_out(root, "final", force="Đơn vị mẫu nhỏ")
    loaded = load_office(root)
    assert reproduce(loaded, version).differences == ()
    assert verify(loaded) == []


def test_a_job_leaves_at_each_step_a_whole_report_or_none_and_killed_and_rerun_gives_the_same_bytes(
    calm: Calm, tmp_path: Path
) -> None:
    from killed_job import run_job, spread, steps_of, warm_children

    warm = warm_children()
    assert calm.steps > 500
    assert calm.seen == {frozenset(), sizes_of_finished(calm.office)}
    expected = bytes_of(calm.report)
    steps = calm.steps
    if MORE:  # an office's first run goes some hundred steps more than the later ones, which are killed here
        again = shutil.copytree(calm.office, tmp_path / "again")
        for report in finished(again):
            report.rename(tmp_path / "first")
        forget_runs(again)
        later = steps_of(warm, run_job, str(again))
        assert later
        steps = later

    office = shutil.copytree(calm.before, tmp_path / "office")
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
