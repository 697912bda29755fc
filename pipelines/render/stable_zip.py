"""Office documents as zips whose bytes depend on their content only.

Here: rewriting a zip with fixed times and order. Not here: what is in it.
Invariant: the same parts give the same bytes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

FIRST_PART = "[Content_Types].xml"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def make_stable(path: Path) -> None:
    """Rewrite a zip in place: parts in a fixed order, with a fixed time."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts, key=lambda name: (name != FIRST_PART, name)):
            item = zipfile.ZipInfo(name, FIXED_TIME)
            item.compress_type = zipfile.ZIP_DEFLATED
            item.external_attr = 0o600 << 16
            archive.writestr(item, parts[name])
