"""The nearest known name, for an error that names an unknown one.

Here: one sentence. Not here: what is known.
Invariant: a name is only offered, never taken.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that offers the known name most like this one; a full stop when none is near."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; gần nhất: «{found[0]}»." if found else "."
