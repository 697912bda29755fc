"""The journal: what people did (issue, withdraw, …), by whom, when and why, as one hash chain.

Here: appending an act, reading and checking the chain. Not here: what an act means (warehouse, package).
Invariant: append-only; each line names the hash of the line before, so a line changed, taken out or moved is found.

One act a line in `journal.jsonl`, canonical JSON: n, act, at, by, why, details, previous (SHA-256 of the line before).
`journal.head` names the newest line, so that a cut at the end is found too. The line is written before the head: a
writer killed between leaves the head one line behind, a writer killed in the line leaves bytes without an end of line,
which were never an act; the next writer sets them aside.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.office.errors import OfficeError
from pipelines.office.files import locked, sync, write_atomically
from pipelines.office.settings import Office
from pipelines.office.text import counted

NO_LINE = "0" * 64  # what the first line names as the line before
_KEYS = {"n", "act", "at", "by", "why", "details", "previous"}


@dataclass(frozen=True)
class Act:
    """One act of a person."""

    act: str
    at: dt.datetime
    by: str
    why: str
    details: Mapping[str, Any]
    # SHA-256 of the act's line: what the next line names, and what an issued report can be held against.
    sha256: str
    # Its place in the journal, from 1: the order of acts, whatever the clock said.
    n: int = 0


def journal_path(office: Office) -> Path:
    """Return where the journal of an office lies."""
    return office.data / "journal.jsonl"


def head_path(office: Office) -> Path:
    """Return the file that names the journal's newest line."""
    return office.data / "journal.head"


def acts(office: Office, *kinds: str) -> list[Act]:
    """Return every act, oldest first, or those of some kinds.

    Raises:
        OfficeError: the chain is broken; nothing may rest on a journal that was changed.
    """
    head, (lines, _) = _read_head(office), _read_lines(journal_path(office))
    faults = list(_chain_faults(lines, head))
    if faults:
        raise OfficeError(f"Sổ việc journal.jsonl đã bị sửa: {faults[0]} Xem đầy đủ: kstt verify")
    return [item for item in map(_act, lines) if not kinds or item.act in kinds]


def taken_out(office: Office, last: int | None = None) -> dict[str, Act]:
    """Return what is withdrawn and not taken back in, each id with the act that took it out; `last` is an act's number.

    Raises:
        OfficeError: the journal was changed.
    """
    out: dict[str, Act] = {}
    for act in acts(office, "withdraw", "restore"):
        if last is None or act.n <= last:
            out.pop(act.details["delivery_id"], None)
            if act.act == "withdraw":
                out[act.details["delivery_id"]] = act
    return out


def journal_faults(office: Office) -> list[str]:
    """Return what is wrong with the journal, one sentence a fault; empty when the chain holds."""
    head, (lines, torn) = _read_head(office), _read_lines(journal_path(office))
    faults = list(_chain_faults(lines, head))
    if torn:
        faults.append(
            f"sau dòng {len(lines)} có {counted(torn)} byte không thành dòng: lượt ghi bị ngắt giữa chừng "
            "hoặc có người thêm vào; không được tính là việc đã làm, lần ghi sau sẽ gạt sang tệp riêng."
        )
    return faults


def append(office: Office, act: str, by: str, why: str, **details: object) -> Act:
    """Write one act at the end of the journal; it is on the disk when this returns.

    The moment is the office clock's, but never before the act before it.

    Raises:
        OfficeError: the journal was changed, so nothing is added to it.
    """
    path = journal_path(office)
    with locked(office.data / "journal.lock"):
        before = acts(office)
        _set_aside_torn(path)
        content = {
            "n": len(before) + 1,
            "act": act,
            "at": max([office.clock.now(), *(item.at for item in before[-1:])]).isoformat(),
            "by": by,
            "why": why,
            "details": details,
            "previous": before[-1].sha256 if before else NO_LINE,
        }
        line = canonical(content)
        with path.open("ab") as sink:
            sink.write(line + b"\n")
            sink.flush()
            os.fsync(sink.fileno())
        sync(path.parent)
        write_atomically(head_path(office), f"{_hash(line)}\n".encode())
        return _act(line)


def excerpt(office: Office, lines: int) -> tuple[bytes, bytes]:
    """Return the first lines of the journal and the head that belongs to them, as file contents."""
    kept = _read_lines(journal_path(office))[0][:lines]
    head = f"{_hash(kept[-1])}\n".encode() if kept else b""
    return b"".join(line + b"\n" for line in kept), head


def canonical(content: object) -> bytes:
    """Return the one JSON text of a value: keys in order, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read_head(office: Office) -> str:
    path = head_path(office)
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def _read_lines(path: Path) -> tuple[list[bytes], bytes]:
    """Return the whole lines, and what is after the last end of line."""
    *lines, torn = (path.read_bytes() if path.is_file() else b"").split(b"\n")
    return lines, torn


def _chain_faults(lines: list[bytes], head: str) -> Iterator[str]:
    previous = NO_LINE
    for number, line in enumerate(lines, start=1):
        content = _parsed(line)
        if content is None:
            yield f"dòng {number} không còn là một việc đọc được."
        elif content["n"] != number:
            yield f"dòng {number} mang số {content['n']}: có dòng bị xóa, thêm hoặc đổi chỗ."
        elif content["previous"] != previous:
            yield f"dòng {number} không nối với dòng {number - 1}: dòng {number - 1} đã bị sửa."
        previous = _hash(line)
    # The head is read before the lines and written after them: it may be behind, never ahead.
    if not head and len(lines) > 1:
        yield "thiếu tệp journal.head (dấu của dòng cuối)."
    elif head and head not in {_hash(line) for line in lines}:
        yield f"dòng cuối không khớp journal.head: sau dòng {len(lines)} có dòng bị xóa, hoặc dòng cuối đã bị sửa."


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    is_act = isinstance(content, dict) and set(content) == _KEYS and canonical(content) == line
    return content if is_act else None


def _act(line: bytes) -> Act:
    content = json.loads(line)
    return Act(
        act=content["act"],
        at=dt.datetime.fromisoformat(content["at"]),
        by=content["by"],
        why=content["why"],
        details=content["details"],
        sha256=_hash(line),
        n=content["n"],
    )


def _set_aside_torn(path: Path) -> None:
    """Take bytes of a killed writer off the end, keeping them in a file of their own."""
    lines, torn = _read_lines(path)
    if torn:
        write_atomically(path.with_name(f"journal.torn-{_hash(torn)[:8]}"), torn)
        with path.open("r+b") as sink:
            sink.truncate(sum(len(line) + 1 for line in lines))
            os.fsync(sink.fileno())


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
