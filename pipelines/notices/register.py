"""The register of messages: each is sent once, whatever happens in between.

Here: telling messages by their ways, one file of the register for each, the journal's line. Not here: which messages
there are (collect), how one goes (ways).
Invariant: a way is noted as begun before it is tried; one whose end is not known is never tried again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.notices.message import Message
from pipelines.notices.ways import SomeRefused, ways_of
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.files import locked, write_atomically
from pipelines.office.settings import Office

# A way that has failed this often is tried no more; the doctor names it.
MOST_TRIES = 30
_AUTOMATIC = "kstt notify"
SENT, BEGUN, UNKNOWN, FAILED = "sent", "begun", "unknown", "failed"


@dataclass(frozen=True)
class Told:
    """What became of one message: the ways it went now, and those that failed with the reason."""

    message: Message
    sent: tuple[str, ...]
    failed: dict[str, str]


def register_folder(office: Office) -> Path:
    """Return where the register of an office lies."""
    return office.data / "notices"


def entries(office: Office) -> list[dict[str, Any]]:
    """Return every message of the register, the oldest first."""
    found = [_read(path) for path in register_folder(office).glob("*.json")]
    return sorted(found, key=lambda entry: (entry["at"], entry["key"], entry["audience"]))


def is_reported(office: Office, message_digest: str) -> bool:
    """Return whether a message has gone all its ways, or may not be tried again."""
    path = register_folder(office) / f"{message_digest}.json"
    return path.is_file() and not _open_ways(_read(path))


def tell(office: Office, messages: Iterable[Message], by: str = _AUTOMATIC) -> list[Told]:
    """Send every message that has not been sent; return those that were tried now.

    Args:
        office: the office.
        messages: what there is to tell; a message told before is passed over.
        by: who sends, for the journal.
    """
    told: list[Told] = []
    with locked(office.data / "notices.lock"):
        for message in messages:
            if is_reported(office, message.digest):
                continue
            if message.prepare is not None:
                message.prepare()
            told.append(_tell(office, message.masked(), by))
    return told


def _tell(office: Office, message: Message, by: str) -> Told:
    path = register_folder(office) / f"{message.digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = _read(path) if path.is_file() else _new(message, office.clock.now())
    ways = ways_of(office, message)
    if not entry["ways"]:
        entry["ways"] = {name: {"state": "new", "tries": 0} for name in ways}
    done: list[str] = []
    failed: dict[str, str] = {}
    for name in _open_ways(entry):
        note: dict[str, Any] = entry["ways"][name]
        if note["state"] == BEGUN:  # a sender died in it: it may have gone
            note["state"] = UNKNOWN
            failed[name] = "lượt gửi trước bị ngắt giữa chừng, không rõ đã đến chưa; không gửi lại"
        elif name in ways:
            note |= {"state": BEGUN, "tries": int(note["tries"]) + 1}
            _write(path, entry)
            try:
                ways[name](message)
                note |= {"state": SENT, "why": ""}
                done.append(name)
            except SomeRefused as refused:
                note |= {"state": SENT, "why": f"máy chủ không nhận địa chỉ {refused}"}
                done.append(name)
            except (OSError, smtplib.SMTPException, OfficeError, ValueError) as error:
                failed[name] = f"{type(error).__name__}: {error}"[:300]
                note |= {"state": FAILED, "why": failed[name]}
        _write(path, entry)
    _write(path, entry)
    if done or not ways:
        journal.append(
            office,
            "notify",
            by,
            message.subject,
            key=message.key,
            kind=message.kind,
            audience=message.audience,
            ways=sorted(done),
            body_sha256=entry["body_sha256"],
            files={file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in message.files},
        )
    return Told(message, tuple(done), failed)


def _open_ways(entry: dict[str, Any]) -> list[str]:
    """Return the ways that are still to be tried."""
    return [
        name
        for name, note in entry["ways"].items()
        if note["state"] in ("new", BEGUN) or (note["state"] == FAILED and note["tries"] < MOST_TRIES)
    ]


def _new(message: Message, at: dt.datetime) -> dict[str, Any]:
    return {
        "key": message.key,
        "kind": message.kind,
        "audience": message.audience,
        "at": at.isoformat(),
        "subject": message.subject,
        "body": message.body,
        "body_sha256": hashlib.sha256(message.body.encode()).hexdigest(),
        "files": [path.name for path in message.files],
        "ways": {},
    }


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, entry: dict[str, Any]) -> None:
    write_atomically(path, (json.dumps(entry, ensure_ascii=False, indent=1) + "\n").encode())
