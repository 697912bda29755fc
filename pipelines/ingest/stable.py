"""Which files have come to rest, and which are still being written.

Here: the look twice at files changed just now. Not here: taking them (landing), names of unfinished downloads (inbox).
Invariant: a file that grows between two looks or is empty since a moment is left alone; the next look takes it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pipelines.ingest.inbox import Mark

_JUST_NOW = 2.0
_EMPTY_FOR = 10.0
BETWEEN_LOOKS = 0.3


def being_written(marks: Mapping[Path, Mark], beside: Path) -> set[Path]:
    """Return the files somebody writes to; a file that has gone meanwhile is none of them.

    Only files changed within the last two seconds are looked at twice. "Now" is the time the file system itself gives
    a file made in the folder `beside`: the clock of a share may differ from ours, and the office's may be pinned.
    """
    now = _file_system_now(beside)
    recent = {path for path, mark in marks.items() if now - mark.mtime_ns < _JUST_NOW * 1e9}
    if recent:
        time.sleep(BETWEEN_LOOKS)
    growing = {path for path in recent if _has_changed(path, marks[path])}
    started = {path for path, mark in marks.items() if mark.size == 0 and now - mark.mtime_ns < _EMPTY_FOR * 1e9}
    return growing | started


def _has_changed(path: Path, before: Mark) -> bool:
    try:
        now = Mark.of(path)
    except OSError:  # gone, or no longer readable: whoever takes it reports it
        return False
    return (now.size, now.mtime_ns) != (before.size, before.mtime_ns)


def _file_system_now(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".writing-")
    os.close(handle)
    try:
        return Path(name).stat().st_mtime_ns
    finally:
        Path(name).unlink()
