"""Writing that a crash or a second process cannot spoil.

Here: whole-or-nothing writes, derived files that are believed only unchanged, flushing to the disk, locks between
processes, names that stay in their folder.
Not here: what is written.
Invariant: after a return the bytes are on the disk; a lock ends with the process that holds it, however it ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Any

from filelock import FileLock

from pipelines.office.errors import OfficeError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path, ".writing-")
    try:
        with temporary.open("xb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # of a full disk, what was begun would take the last room
    sync(path.parent)


def write_derived(path: Path, content: dict[str, Any]) -> None:
    """Write what was derived and can be derived again, with the hash by which `read_derived` knows it."""
    text = _one_text(content)
    write_atomically(path, b'{"content":' + text + b',"sha256":"' + hashlib.sha256(text).hexdigest().encode() + b'"}')


def read_derived(path: Path) -> dict[str, Any] | None:
    """Return what `write_derived` wrote; None where it is missing, cut or changed: it is to be derived anew."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        content = written["content"]
        is_whole = hashlib.sha256(_one_text(content)).hexdigest() == written["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return content if is_whole and isinstance(content, dict) else None


def _one_text(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def temporary_beside(path: Path, prefix: str) -> Path:
    """Return a name nobody has beside a path.

    What is made under it has the rights of every other file of the office (its umask), which `tempfile` would narrow
    to the one account.
    """
    return path.parent / f"{prefix}{secrets.token_hex(8)}"


def inside(root: Path, name: str) -> Path:
    """Return the place of a name that was read from a file below a folder.

    Raises:
        OfficeError: it would lead out of the folder, as whoever rewrites a list of files could make it.
    """
    parts = name.replace("\\", "/").split("/")
    if {"", ".", ".."} & set(parts) or PureWindowsPath(name).drive:
        raise OfficeError(f"Đường dẫn «{name}» dẫn ra ngoài thư mục: danh sách tệp đã bị sửa, không dùng.")
    return root / name


def sync(path: Path) -> None:
    """Flush a file or a folder's list of names to the disk; Windows cannot open a folder and needs no flush of it."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold a lock file, waiting for whoever holds it (for acts of a moment, not for runs)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield
