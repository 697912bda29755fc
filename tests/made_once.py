"""Things dear to make, made once a test session and shared by its workers.

Here: one folder beside the workers' own folders, one lock a thing. Not here: what is made.
Invariant: what is shared is only read, or written by whoever holds its lock; a failure is reported to every asker.
"""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this session see."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """Return what `make(folder)` returned to the first of all workers that asked for `name`.

    The folder does not exist yet when `make` is called; what is returned must be picklable.

    Raises:
        RuntimeError: it could not be made, now or when it was first asked for; the text says why.
    """
    place = shared_folder(factory)
    result = place / f"{name}.pickle"
    with FileLock(place / f"{name}.lock"):
        if not result.exists():
            try:
                outcome: tuple[bool, object] = (True, make(place / name))
            except Exception:
                outcome = (False, traceback.format_exc())
            result.write_bytes(pickle.dumps(outcome))
    is_made, content = pickle.loads(result.read_bytes())
    if not is_made:
        raise RuntimeError(f"{name} could not be made:\n{content}")
    return content
