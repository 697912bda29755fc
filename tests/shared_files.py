"""Files of `../shared` that tests may read where it is there.

Here: finding one, or skipping the test with the reason. Not here: copies of them.
Invariant: no test fails because ../shared is missing; none reads it without saying so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("KSTT_SHARED") or Path(__file__).parents[2] / "shared")


def shared(relative: str) -> Path:
    """Return a file of ../shared, or skip the test when it is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"../shared/{relative} is not on this machine")
    return path
