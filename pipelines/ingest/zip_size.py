"""Zip packages whose parts are larger than their list says: found before anything opens them.

Here: measuring parts piece by piece, reading a part within its bound. Not here: limits on what the list says (sniff).
Invariant: no more of a part is ever held than its list says; a reader that is given the package meets no surprise.
"""

from __future__ import annotations

import copy
import zipfile
import zlib

_PIECE = 1024 * 1024
# Only these are unpacked in pieces of bounded size; office programs use no other.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def lying_part(archive: zipfile.ZipFile) -> str | None:
    """Return the first part that is larger than its list says, or packed in a way nobody can bound; None for none."""
    return next((item.filename for item in archive.infolist() if not _is_as_said(archive, item)), None)


def read_part(archive: zipfile.ZipFile, item: zipfile.ZipInfo, most: int | None = None) -> bytes:
    """Return the bytes of a part, never more than its list says or `most`; raises what `zipfile` raises."""
    with archive.open(item) as part:
        return part.read(item.file_size if most is None else min(most, item.file_size))


def _is_as_said(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bool:
    if item.flag_bits & 1:  # a password: refused by whoever opens it
        return True
    if item.compress_type not in _BOUNDED:
        return False
    if item.compress_type == zipfile.ZIP_STORED:
        return item.file_size >= item.compress_size
    probe = copy.copy(item)
    probe.file_size += 1  # one byte beyond what is said; the checksum is another's business
    del probe.CRC
    size = 0
    try:
        with archive.open(probe) as part:
            while piece := part.read(_PIECE):
                size += len(piece)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
        return True  # damaged: its reader says so
    return size <= item.file_size
