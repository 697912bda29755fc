"""What killed writers left behind, removed by the next run.

Here: finding and removing it. Not here: issues that were begun (warehouse/issued), databases of dead runs
(warehouse/build).
Invariant: what somebody may still be writing stays: only what nobody has touched for an hour goes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.office import kept

UNTOUCHED_FOR = 3600.0
# What has an order of its own: sealed or cleared elsewhere, and Dagster's.
ELSEWHERE = frozenset({"issued", "reports", "build", "dagster_home", "dbt_target"})


def remove_leftovers(folder: Path, now: float, elsewhere: frozenset[str] = ELSEWHERE) -> None:
    """Remove half-written files and folders below a folder that were last touched an hour ago or earlier.

    Args:
        folder: an office's data/, or a backup.
        now: seconds since 1970 by the clock of the disk the folder is on, which may differ from ours.
        elsewhere: names of folders that are not looked into.
    """
    for path in _leftovers(folder, elsewhere):
        if now - _touched(path) < UNTOUCHED_FOR:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _leftovers(folder: Path, elsewhere: frozenset[str]) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            if name.startswith(kept.PASSING):
                yield Path(root, name)
        folders[:] = [name for name in folders if name not in elsewhere and not name.startswith(kept.PASSING)]


def _touched(path: Path) -> float:
    """Return when a file, or the newest of a folder's files, was last written; what goes meanwhile is its writer's."""
    try:
        inside = path.iterdir() if path.is_dir() and not path.is_symlink() else ()
        return max(item.lstat().st_mtime for item in (path, *inside))
    except FileNotFoundError:
        return float("inf")
