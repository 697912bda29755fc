"""Landing: every file received, byte for byte, with a receipt per sending.

Here: taking files from the inbox, receipts, keeping the settings and reference tables an answer used.
Not here: opening or judging a file (reading, quality).
Invariant: append-only; a landed file is named by its SHA-256 and never rewritten; a crash leaves a whole file or none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.ingest.file_name import name_key
from pipelines.ingest.stable import at_rest
from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.office.text import nfc

# Files of an office folder that shape its figures and documents, beside what units send.
SETTINGS = (
    "office.yaml",
    "corrections.yaml",
    "reference/*.csv",
    "profiles/*.yaml",
    "templates/**/*",
    "letterhead.docx",
)

IGNORED_PREFIXES = ("~$", ".")  # lock files of office programs, hidden files: left alone, not an error


@dataclass(frozen=True)
class Receipt:
    """One sending of one file by one unit for one period; `origin` tells the query behind a file we wrote ourselves."""

    receipt_id: str
    received_at: str
    unit_id: str
    period_id: str
    file_name: str
    inbox_path: str
    sha256: str
    size: int
    same_bytes_as: str | None
    origin: dict[str, object] | None = None

    @property
    def received_moment(self) -> dt.datetime:
        """Moment of receipt."""
        return dt.datetime.fromisoformat(self.received_at)

    @property
    def received_on(self) -> dt.date:
        """Local day of receipt."""
        return self.received_moment.date()


def landed_path(office: Office, sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return office.data / "landing" / sha256


def receipts(office: Office) -> list[Receipt]:
    """Return every receipt, oldest first (the order they were given)."""
    folder = office.data / "receipts"
    return [Receipt(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]


def receive_inbox(office: Office) -> list[Receipt]:
    """Take every new file of `inbox/<period>/<unit>/` into landing; return the new receipts.

    A file already received from the same inbox path with the same bytes is not received again. Lock files,
    hidden files, symbolic links and empty folders are left alone, files still being written until they are whole.
    An empty file is received once it stays empty: it will be refused by name, so its unit hears of it.
    """
    known = receipts(office)
    seen = {(receipt.inbox_path, receipt.sha256) for receipt in known}
    first_with = {receipt.sha256: receipt.receipt_id for receipt in reversed(known)}
    moment = office.clock.now()
    taken: list[Receipt] = []
    for path in at_rest(_inbox_files(office.inbox), office.data / "landing"):
        period_id, unit_id = path.relative_to(office.inbox).parts[:2]
        inbox_path = nfc(path.relative_to(office.inbox).as_posix())
        sha256 = keep(office, path)
        if (inbox_path, sha256) in seen:
            continue
        receipt = Receipt(
            receipt_id=_receipt_id(moment, unit_id, len(known) + len(taken) + 1),
            received_at=moment.isoformat(),
            unit_id=unit_id,
            period_id=period_id,
            file_name=nfc(path.name),
            inbox_path=inbox_path,
            sha256=sha256,
            size=landed_path(office, sha256).stat().st_size,
            same_bytes_as=first_with.get(sha256),
            origin=_origin(path),
        )
        write_atomically(
            office.data / "receipts" / f"{receipt.receipt_id}.json",
            json.dumps(asdict(receipt), ensure_ascii=False, indent=1, sort_keys=True).encode(),
        )
        first_with.setdefault(sha256, receipt.receipt_id)
        seen.add((inbox_path, sha256))
        taken.append(receipt)
    return taken


def _origin(path: Path) -> dict[str, object] | None:
    """Return what the pulling of a query wrote beside its file (pull), None for any other file."""
    beside = path.with_name(f".{path.name}.nguon.json")
    return json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else None


def keep_settings(office: Office) -> dict[str, str]:
    """Keep office.yaml, reference tables, profiles and templates in landing; return relative path → SHA-256."""
    return keep_tree(office, office.root, SETTINGS)


def keep_tree(office: Office, root: Path, patterns: Sequence[str]) -> dict[str, str]:
    """Keep the files of a folder that match the patterns; return relative path → SHA-256.

    The list itself is kept as `kept/<its SHA-256>.json`, so that every landed file is named by a receipt or a list.
    """
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    kept = {path.relative_to(root).as_posix(): keep(office, path) for path in sorted(found)}
    content = (json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    listed = office.data / "kept" / f"{hashlib.sha256(content).hexdigest()}.json"
    if not listed.exists():
        write_atomically(listed, content)
    return kept


def keep(office: Office, path: Path) -> str:
    """Copy one file into landing under its hash (when not there yet) and return the hash."""
    sha256 = hash_file(path)
    target = landed_path(office, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".receiving-")
        with os.fdopen(handle, "wb") as sink, path.open("rb") as source:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
        sha256 = hash_file(Path(temporary))  # what was copied, had the file changed since it was first hashed
        Path(temporary).replace(landed_path(office, sha256))
    return sha256


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _inbox_files(inbox: Path) -> list[Path]:
    """Files of inbox/<period>/<unit>/, at any depth, in an order that does not depend on the disk."""
    found = [
        path
        for path in inbox.glob("*/*/**/*")
        if path.is_file()
        and not any(folder.is_symlink() for folder in (path, *path.parents[: len(path.relative_to(inbox).parts) - 1]))
        and not any(part.startswith(IGNORED_PREFIXES) for part in path.relative_to(inbox).parts)
    ]
    return sorted(found, key=lambda path: _sending_order(inbox, path))


def _sending_order(inbox: Path, path: Path) -> tuple[str, str, int, str]:
    """Order of files found together: "s.xlsx" before "s (1).xlsx", so that the resent one is the newer."""
    folder = nfc(path.parent.relative_to(inbox).as_posix())
    return folder, name_key(path.name), len(path.name), nfc(path.name)


def _receipt_id(moment: dt.datetime, unit_id: str, number: int) -> str:
    return f"{moment:%Y%m%dT%H%M%S}-{unit_id}-{number:04d}"
