"""Which files of a folder have come to rest, and which are still being written.

Here: the look twice at files changed just now. Not here: taking them (landing).
Invariant: a file that grows between two looks, is empty since a moment, or bears the name of an unfinished download is
left alone; the next run takes it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

UNFINISHED = (".part", ".partial", ".crdownload", ".filepart", ".tmp", ".download")
_JUST_NOW = 2.0
_EMPTY_FOR = 10.0
_BETWEEN_LOOKS = 0.3


def at_rest(paths: Iterable[Path], beside: Path) -> list[Path]:
    """Return the files nobody writes to, in the order given.

    Only files changed within the last two seconds are looked at twice. "Now" is the time the file system itself gives
    a file made in the folder `beside`: the clock of a share may differ from ours, and the office's may be pinned.
    """
    done = [path for path in paths if not path.name.casefold().endswith(UNFINISHED)]
    first = {path: mark for path in done if (mark := _mark(path)) is not None}
    now = _file_system_now(beside)
    recent = {path for path, (_, changed) in first.items() if now - changed < _JUST_NOW * 1e9}
    if recent:
        time.sleep(_BETWEEN_LOOKS)
    growing = {path for path in recent if _mark(path) != first[path]}
    started = {path for path, (size, changed) in first.items() if size == 0 and now - changed < _EMPTY_FOR * 1e9}
    return [path for path in first if path not in growing | started]


def _mark(path: Path) -> tuple[int, int] | None:
    """Return size and time of change (ns); None for a file that has gone."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return None
    return told.st_size, told.st_mtime_ns


def _file_system_now(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".now-")
    os.close(handle)
    try:
        return Path(name).stat().st_mtime_ns
    finally:
        Path(name).unlink()
