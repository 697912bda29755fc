"""How much memory reading may use.

Here: the machine's memory and the shares of it a file may take. Not here: refusing a file (limits, sniff).
Invariant: no limit of a file is a number of its own; each is a share of what this machine has.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

# A workbook is held unpacked, beside its sheets as cells.
_SHARE_OF_FILE = 16
_SHARE_UNPACKED = 8
_SHARE_OF_STRINGS = 32
_BYTES_PER_CELL = 400
_GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


@lru_cache(maxsize=1)
def memory() -> int:
    """Return the bytes of memory this process may use: the machine's, or its group's limit when that is less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = _GROUP_LIMIT.read_text(encoding="ascii").strip() if _GROUP_LIMIT.is_file() else "max"
    return min(machine, int(limit)) if limit.isdigit() else machine


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
