"""The key with which an office masks codes that hold personal data.

Here: reading it, making it once. Not here: what is masked (ingest/persons).
Invariant: an office has one key for ever, for equal codes must mask alike in every file and in a report made again;
it is kept and backed up like landing, and readable by its owner alone.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from pipelines.office.files import sync
from pipelines.office.settings import Office

_BYTES = 32


def key_path(office: Office) -> Path:
    """Return where the key lies: beside landing, for whoever has both can read persons anyway."""
    return office.data / "masking.key"


def masking_key(office: Office) -> bytes:
    """Return the office's key; the first who asks makes it."""
    path = key_path(office)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make(path)
        return path.read_bytes()


def _make(path: Path) -> None:
    """Write a new key whole; where another process was first, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")  # mode 0600
    with os.fdopen(handle, "wb") as sink:
        sink.write(secrets.token_bytes(_BYTES))
        sink.flush()
        os.fsync(sink.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()
    sync(path.parent)
