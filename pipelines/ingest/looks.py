"""The looks at the inbox: when each was, and what lay there that was not received.

Here: one appended line a look, the two moments a look gives a file. Not here: what they prove (warehouse/sent_when).
Invariant: append-only; a look that could not list a folder says nothing about the files below it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.inbox import Inbox, InboxFile, Waiting
from pipelines.office.files import sync
from pipelines.office.settings import Office

_WAITING = b'"waiting":'


@dataclass(frozen=True)
class Sighting:
    """The last look that did not see a file, and the first that did; None where there was none."""

    not_seen_at: str | None
    first_seen_at: str


@dataclass(frozen=True)
class LastLook:
    """What the looks before this one say."""

    at: str | None = None
    unread: tuple[str, ...] = ()
    waiting: Mapping[str, Sighting] | None = None

    def sighting(self, item: InboxFile | Waiting, now: dt.datetime) -> Sighting:
        """Return when a file that is seen now was first seen: now, or when it waited at earlier looks.

        A moment later than now is no evidence: the clock was set back since.
        """
        earlier = (self.waiting or {}).get(_by_path(item)) or (self.waiting or {}).get(_by_mark(item))
        if earlier and dt.datetime.fromisoformat(earlier.first_seen_at) <= now:
            return earlier
        is_blind = any(item.inbox_path.startswith((f"{folder}/", folder)) for folder in self.unread)
        is_before = self.at is not None and dt.datetime.fromisoformat(self.at) <= now
        return Sighting(self.at if is_before and not is_blind else None, now.isoformat())


def looks_path(office: Office) -> Path:
    """Return where the looks of an office are noted."""
    return office.data / "looks.jsonl"


def last_look(office: Office) -> LastLook:
    """Return the newest look and the files that waited then; a line that was torn by a crash is passed over."""
    path = looks_path(office)
    content = path.read_bytes() if path.is_file() else b""
    lines = content[: content.rfind(b"\n") + 1]
    newest = _parsed(lines[lines.rfind(b"\n", 0, -1) + 1 :])
    if newest is None:
        return LastLook()
    at = lines.rfind(_WAITING)
    with_waiting = _parsed(lines[lines.rfind(b"\n", 0, at) + 1 : lines.find(b"\n", at)]) if at >= 0 else None
    return LastLook(newest["at"], tuple(newest.get("unread", ())), _sightings(with_waiting or {}))


def note_look(office: Office, before: LastLook, now: dt.datetime, inbox: Inbox) -> None:
    """Append this look; the files that wait are written only when they are others than at the look before."""
    waiting: dict[str, tuple[str | None, str]] = {}
    for item in inbox.waiting:
        seen = before.sighting(item, now)
        waiting[_by_path(item) if item.kind == "writing" else _by_mark(item)] = (seen.not_seen_at, seen.first_seen_at)
    line: dict[str, Any] = {"at": now.isoformat()}
    if inbox.unread:
        line["unread"] = list(inbox.unread)
    if waiting != {name: (seen.not_seen_at, seen.first_seen_at) for name, seen in (before.waiting or {}).items()}:
        line["waiting"] = waiting
    path = looks_path(office)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as sink:
        if sink.tell() and not _ends_whole(path):
            sink.write(b"\n")  # what a killed writer left becomes a line of its own, read by nobody
        sink.write(json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        sink.flush()
    sync(path)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as source:
        source.seek(-1, 2)
        return source.read(1) == b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return a line's content; None for one that is no look: torn, or changed by hand."""
    try:
        content = json.loads(line)
        is_look = _is_moment(content["at"]) and all(isinstance(folder, str) for folder in content.get("unread", ()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return content if is_look else None


def _sightings(line: dict[str, Any]) -> dict[str, Sighting]:
    """Return the files that waited; what a line says wrongly of one is no evidence about it."""
    waiting = line.get("waiting")
    found: dict[str, Sighting] = {}
    for name, moments in (waiting if isinstance(waiting, dict) else {}).items():
        is_pair = isinstance(moments, list) and len(moments) == 2
        if is_pair and _is_moment(moments[1]) and (moments[0] is None or _is_moment(moments[0])):
            found[name] = Sighting(*moments)
    return found


def _is_moment(text: object) -> bool:
    """Return whether a text is a moment with its offset."""
    try:
        return dt.datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def _by_path(item: InboxFile | Waiting) -> str:
    """A file being written is known by its place: its size and time change."""
    return f"/{item.inbox_path}"


def _by_mark(item: InboxFile | Waiting) -> str:
    """A file in a wrong place is known by name, size and time: it is to be moved."""
    name = item.inbox_path.rpartition("/")[2]
    return f"{name}|{item.mark.size}|{item.mark.mtime_ns}" if item.mark else f"/{item.inbox_path}"
