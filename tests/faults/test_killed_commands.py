"""Receiving, a pull, mend books and returns killed at random steps: done again, they come to what a calm one comes to.

Here: kills by `kill -9` of children, at steps drawn by chance from a fixed seed. Not here: runs (test_killed_runs), issues
(test_killed_issues).
Invariant: after the next try no file is half, none is received twice, `verify` finds nothing.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from killed_work import WORKS, comes_to, new_office

from pipelines.audit.verify import verify
from pipelines.office.settings import load_office

pytestmark = pytest.mark.slow
KILLS = max(2, int(os.environ.get("KSTT_KILLS", "6")) // 3)  # `make kills` has more of them


@pytest.mark.parametrize("name", WORKS)
def test_work_killed_at_random_steps_and_done_again_gives_what_a_calm_run_gives(tmp_path: Path, name: str) -> None:
    from killed_job import steps_of, warm_children  # a second of imports that collecting does without

    warm, work = warm_children(), WORKS[name]
    untouched = new_office(tmp_path / "new", tmp_path / "far")
    calm = shutil.copytree(untouched, tmp_path / "calm")
    steps = steps_of(warm, work, str(calm))
    expected = comes_to(calm)
    assert steps is not None and steps > 5
    assert len(expected) > 2 or expected["landing"]
    chance = random.Random(name)
    for number in range(KILLS):
        office = shutil.copytree(untouched, tmp_path / f"office-{number}")
        # A step is counted by the paths of the office: those of the copies are as long.
        assert steps_of(warm, work, str(office), die_at=chance.randint(1, steps - 1)) is None
        work(str(office))
        assert comes_to(office) == expected
        assert verify(load_office(office)) == []
