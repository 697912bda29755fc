"""What is dear is made once, whoever asks first, and a failure is reported to all.

Here: several askers at once. Not here: the sample office (pipeline/conftest). Invariant: one folder, one making.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_once import made_once, shared_folder


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.TempPathFactory:
    """A session's folders of its own, seen from a worker."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    worker = tmp_path / "popen-gw0"
    worker.mkdir()
    return type("Factory", (), {"getbasetemp": lambda _: worker})()  # type: ignore[return-value]


def test_workers_share_the_folder_beside_their_own(factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    assert shared_folder(factory) == tmp_path / "shared"


def test_of_many_askers_one_makes_and_all_get_it(factory: pytest.TempPathFactory) -> None:
    made: list[Path] = []

    def make(folder: Path) -> dict[str, Path]:
        folder.mkdir()
        made.append(folder)
        return {"folder": folder}

    with ThreadPoolExecutor(4) as askers:
        answers = list(askers.map(lambda _: made_once(factory, "office", make), range(4)))
    assert len(made) == 1
    assert answers == [{"folder": made[0]}] * 4


def test_what_cannot_be_made_is_tried_once_and_reported_to_every_asker(factory: pytest.TempPathFactory) -> None:
    tries: list[Path] = []

    def make(folder: Path) -> None:
        tries.append(folder)
        raise ValueError("no such office")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="no such office"):
            made_once(factory, "office", make)
    assert len(tries) == 1
