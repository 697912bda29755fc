"""How much memory reading may use, and giving back what is no longer used.

Here: the machine's memory and the shares of it a file may take. Not here: refusing a file (limits, sniff).
Invariant: no limit of a file is a number of its own; each is a share of what this machine has.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

# A workbook is held unpacked, beside its sheets as cells.
_SHARE_OF_FILE = 16
_SHARE_UNPACKED = 8
_SHARE_OF_STRINGS = 32
_BYTES_PER_CELL = 400
# The control groups of Linux, and which of them this process is in.
_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")

# What an engine may use for the smallest warehouse; beside it more than the size of a file it reads, or many times that
# of the landed tables it builds from. Above it DuckDB goes on on the disk, but not with all it holds: 574,191 dossiers
# were not built with 8 bytes for one of theirs, nor read with 1.
_ENGINE = 300_000_000
_BUILT_FROM_A_BYTE = 14
_READ_FROM_A_BYTE = 1.5
# Objects made before the collector looks for garbage: what a run imports and parses are millions that stay.
_OBJECTS_BETWEEN_COLLECTIONS = 1_000_000

T = TypeVar("T")


@lru_cache(maxsize=1)
def memory() -> int:
    """Return the bytes of memory this process may use: the machine's, or the least its groups may when that is less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *group_limits(_OWN_GROUPS, _GROUPS)])


def group_limits(own: Path, groups: Path) -> list[int]:
    """Return the limits of the groups a process is in, and of those above them: each of them binds it.

    Args:
        own: the system's list of the groups of the process, a line `number:controllers:path` each; may be missing.
        groups: where the groups are mounted: one tree, or one a controller (the older way). In a container a path may
            name a folder that is not there; the tree's own root is then the container's group.
    """
    limits = []
    for line in own.read_text(encoding="utf-8").splitlines() if own.is_file() else ():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, name = (groups / "memory", "memory.limit_in_bytes") if controllers else (groups, "memory.max")
        steps = [step for step in path.split("/") if step not in ("", "..")]
        for depth in range(len(steps) + 1):
            file = root.joinpath(*steps[:depth], name)
            limit = file.read_text(encoding="ascii").strip() if file.is_file() else "max"
            limits += [int(limit)] if limit.isdigit() else []
    return limits


def max_file() -> int:
    """Return how many bytes a file held whole may have."""
    return memory() // _SHARE_OF_FILE


def max_unpacked() -> int:
    """Return how many bytes the parts of a workbook may have together, unpacked."""
    return memory() // _SHARE_UNPACKED


def max_shared_strings() -> int:
    """Return how many bytes the shared strings of a workbook may have, unpacked."""
    return memory() // _SHARE_OF_STRINGS


def max_cells() -> int:
    """Return how many cells a sheet may span, its empty ones too."""
    return memory() // _BYTES_PER_CELL


def reading_engine(database: Path, work: Callable[[int], T]) -> T:
    """Do work that reads a built warehouse, given the bytes its engine may use; return what the work returns.

    It begins with what such a warehouse usually needs. Where that is too little it is done once more, with all the
    engine may have: the work must begin anew each time.
    """
    import duckdb

    usual, most = _ENGINE + int(_READ_FROM_A_BYTE * database.stat().st_size), engine_at_most()
    try:
        return work(min(usual, most))
    except duckdb.OutOfMemoryException:
        if usual >= most:
            raise
    return work(most)


def engine_at_most() -> int:
    """Return how many bytes an engine may use whatever it builds or reads: the rest is this process's own."""
    return memory() // 2


def engine_that_builds(database: Path) -> int:
    """Return how many bytes the engine may use to build a warehouse whose landed tables are written."""
    landed = database.stat().st_size if database.is_file() else 0
    return min(_ENGINE + _BUILT_FROM_A_BYTE * landed, engine_at_most())


def collect_seldom() -> None:
    """Let the collector of cyclic garbage look seldom; call it before anything heavy is imported.

    It visits what is alive: modules, what dbt parsed, events. In a run of 28 s it did so for 2 s and found 500 objects.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 50)


def collect_less() -> None:
    """Keep the collector from ever visiting what is loaded now; call it when a run has loaded what it needs.

    Nor does it walk what is left as the process ends: a run's objects cost it up to 3 s then, for nothing.
    """
    collect_seldom()
    gc.freeze()
    atexit.unregister(gc.freeze)  # of the run before, in a process of many
    atexit.register(gc.freeze)


def give_back(are_many: bool = False) -> None:
    """Return to the system the memory that frames and Arrow have freed, which the C library would keep for later.

    Args:
        are_many: the frames were large: those in a cycle are looked for, too, which the collector does seldom
            (`collect_less`); a hundred files of 100,000 rows held 16 GB.
    """
    if are_many:
        gc.collect()
    if "pyarrow" in sys.modules:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    """Return glibc's malloc_trim; None where the C library has none (Windows, macOS, musl)."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
