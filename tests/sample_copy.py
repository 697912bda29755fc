"""Copies of the sample office for tests that write.

Here: whole and small copies. Not here: the built reports (pipeline/conftest).
Invariant: the committed office is only read.
"""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
IGNORED = shutil.ignore_patterns("data", "__pycache__", "generate.py")


def copy_office(target: Path) -> Path:
    """Copy the sample office without what a run made."""
    shutil.copytree(REPOSITORY / "sample_office", target, ignore=IGNORED)
    return target


def copy_small_office(target: Path) -> Path:
    """Copy the sample office with two wards' files of one quarter: the same job, in seconds."""
    copy_office(target)
    for unit in (target / "inbox").glob("*/*"):
        if unit.name not in ("p02", "p08") or unit.parent.name != "2021-Q1":
            shutil.rmtree(unit)
    return target
