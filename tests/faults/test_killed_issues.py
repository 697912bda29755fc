"""An issue killed at any write leaves a whole version or none.

Here: kills of issuing the same report, one in each part of its steps. Not here: kills of the job (test_killed_runs).
Invariant: after a kill every version the journal reports is whole, and the next issue goes through.
"""

from __future__ import annotations

import os
from pathlib import Path

import issued_office as story
import pytest

from pipelines.audit.verify import verify
from pipelines.office import journal
from pipelines.office.settings import load_office
from pipelines.warehouse.issued import issued_versions, remove_sealed, settle_if_free

KILLS = int(os.environ.get("KSTT_KILLS", "8"))  # `make kills` has more of them


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose report is built and not issued."""
    return story.ready_to_issue(tmp_path_factory)


def _start_again(root: Path) -> None:
    """Take the version away with its journal: the next attempt is the first again. What landing kept stays."""
    remove_sealed(root / "data" / "issued")
    journal.journal_path(load_office(root)).unlink()
    journal.head_path(load_office(root)).unlink(missing_ok=True)  # a kill between the first line and its head


def test_an_issue_killed_in_each_part_of_its_way_is_whole_or_none(ready: Path, tmp_path: Path) -> None:
    from killed_job import spread, steps_of, warm_children  # a second of imports that collecting does without

    warm = warm_children()
    root = story.copy_of(ready, tmp_path / "office")
    calm = story.copy_of(ready, tmp_path / "calm")
    first = steps_of(warm, story.send_out, calm, "final")
    expected = story.bytes_of(calm / "data" / f"issued/{story.PERIOD}/v1").keys()
    _start_again(calm)
    later = steps_of(warm, story.send_out, calm, "final")  # what landing keeps of the first attempt is kept already
    issued = 0
    assert first and later
    for step in (*spread(first, KILLS // 2), *spread(later, KILLS - KILLS // 2)):
        steps_of(warm, story.send_out, root, "final", die_at=step)
        office = load_office(root)
        settle_if_free(office)
        versions = issued_versions(office)
        assert len(versions) <= 1
        assert [line for line in verify(office) if "không có biên nhận hay danh sách" not in line] == []
        if versions:
            assert story.bytes_of(versions[0].folder).keys() == expected
            issued += 1
            _start_again(root)
        else:
            assert not list((root / "data" / "issued").glob("*/*"))
    assert 0 < issued < KILLS  # some kills fell into the work, some came when it was done
    story.send_out(root, "final")
    assert verify(load_office(root)) == []


@pytest.mark.parametrize("write", range(6))
def test_an_issue_that_dies_at_each_step_is_whole_or_none(
    ready: Path, tmp_path: Path, write: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die, in turn, before: copying, the record, the seal, the journal's line, the head, the name."""
    from pipelines.package import issue as module

    root = story.copy_of(ready, tmp_path / "office")
    steps = [
        (module, "write_issued"),
        (module, "_write_record"),
        (module, "_freeze"),
        (module.journal, "append"),
        (module.journal, "write_atomically"),
        (module, "find_issued"),
    ]
    owner, name = steps[write]

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(owner, name, die)
        story.send_out(root, "final")
    office = load_office(root)
    settle_if_free(office)
    there = [item.version for item in issued_versions(office)]
    assert there == ([1] if write >= 4 else [])
    assert [line for line in verify(office) if "không có biên nhận" not in line] == []
    if not there:
        story.send_out(root, "final")
        assert verify(load_office(root)) == []
