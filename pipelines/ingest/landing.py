"""Landing: every file received, byte for byte, with a receipt per sending.

Here: taking files from the inbox, writing receipts, keeping the settings and reference tables an answer used.
Not here: what lies in the inbox (inbox), reading receipts (receipts), opening or judging a file (reading, quality).
Invariant: append-only; a landed file is named by its SHA-256 and never rewritten, unless its bytes are not those of its
name any more; a crash leaves a whole file or none.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.ingest.file_name import name_key
from pipelines.ingest.inbox import ORIGIN_SUFFIX, InboxFile, Kind, Mark, Waiting, look, reason_of
from pipelines.ingest.looks import Sighting, last_look, note_look
from pipelines.ingest.receipts import BrokenReceipt, Receipt, next_number, read_receipts, replaced_receipt
from pipelines.ingest.receipts import receipts as receipts  # the folder of receipts is this room's, whoever reads it
from pipelines.ingest.stable import being_written
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.files import locked, temporary_beside, write_atomically
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
    "words/*.md",
)
# Files of one unit written within this time of each other are ordered by name: copying an office gives such times.
_SAME_TIME_NS = 1_000_000_000
_WRITING = {True: "đang được ghi", False: "rỗng (0 byte), có thể đang được ghi"}


@dataclass(frozen=True)
class Reception:
    """What one look at the inbox came to: what was received, what waits and why, what was left alone by which rule."""

    taken: tuple[Receipt, ...]
    waiting: tuple[Waiting, ...]
    ignored: Counter[str]
    broken: tuple[BrokenReceipt, ...] = ()
    # Files whose kept bytes were damaged or lost and were taken from the inbox again.
    healed: tuple[str, ...] = ()


def landed_path(office: Office, sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return office.data / "landing" / sha256


def receive_inbox(office: Office) -> list[Receipt]:
    """Take every new file of `inbox/<period>/<unit>/` into landing; return the new receipts."""
    return list(receive(office).taken)


def receive(office: Office) -> Reception:
    """Look at the inbox once: take what is new into landing, name what waits.

    A file whose bytes are those of the newest receipt of its path is not received again, unless that sending was
    withdrawn and the file written anew since. Files still being written are
    left until they are whole. An empty file is received once it stays empty: it will be refused by name, so its unit
    hears of it. Whatever is raised for one file is that file's reason to wait.
    """
    with locked(office.data / "receiving.lock"):
        return _receive(office)


def waiting(office: Office) -> Reception:
    """Return what the next look would take and what waits, without taking anything."""
    inbox = look(office)
    known = _Known(office)
    new = [_new(item) for item in inbox.files if not known.has(item)]
    waits = sorted((*inbox.waiting, *new), key=lambda item: item.inbox_path)
    return Reception((), tuple(waits), inbox.ignored, tuple(known.broken))


def _receive(office: Office) -> Reception:
    inbox, before, known, now = look(office), last_look(office), _Known(office), office.clock.now()
    written = being_written({item.path: item.mark for item in inbox.files}, office.data / "landing")
    taken: list[Receipt] = []
    waits = list(inbox.waiting)
    for item in _in_order(inbox.files, now):
        if item.path in written:
            waits.append(_waits(item, "writing", _WRITING[item.mark.size > 0], "Lần nhận sau sẽ lấy."))
            continue
        try:
            receipt = _take(office, item, known, before.sighting(item, now), now)
        except OfficeError as error:
            waits.append(_waits(item, "refused", str(error), "Sửa rồi nhận lại: kstt receive."))
        except OSError as error:
            waits.append(_waits(item, "refused", reason_of(error), "Kiểm tra tệp rồi nhận lại: kstt receive."))
        # One file never stops another, whatever is wrong with it; its reason is kept and shown.
        except Exception as error:
            waits.append(_waits(item, "refused", f"không nhận được ({type(error).__name__})", "Gửi lại tệp."))
        else:
            taken += [receipt] if receipt else []
    waits.sort(key=lambda item: item.inbox_path)
    note_look(office, before, now, replace(inbox, waiting=tuple(waits)))
    known.save()
    return Reception(tuple(taken), tuple(waits), inbox.ignored, tuple(known.broken), tuple(known.healed))


class _Known:
    """What was received before: the newest receipt of each path, and the marks of files that were hashed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.receipts, self.broken = read_receipts(office)
        self.number = self.look_no = next_number(office)
        self.newest = {receipt.inbox_path: receipt for receipt in self.receipts}
        self.withdrawn = set(journal.taken_out(office))
        replaced = {receipt.in_place_of for receipt in self.receipts}
        self.unreplaced = [item for item in self.broken if item.receipt_id not in replaced]
        self.first_with = {receipt.sha256: receipt.receipt_id for receipt in reversed(self.receipts)}
        self.marks = _read_marks(office)
        self.is_changed = False
        self.healed: list[str] = []

    def has(self, item: InboxFile) -> bool:
        """Return whether a file is the one its path was last received with; it is hashed only where its mark is new."""
        newest = self.newest.get(item.inbox_path)
        if newest is None or newest.size != item.mark.size:
            return False
        mark = self.marks.get(item.inbox_path)
        if mark == [*astuple(item.mark), newest.sha256]:
            return True
        if newest.receipt_id in self.withdrawn:
            # Written anew since, its unit sends it again. An office copied or restored from a backup keeps the time a
            # file was written, but not that of its entry: what was withdrawn stays withdrawn there.
            if mark is not None:
                return mark[:2] == [item.mark.size, item.mark.mtime_ns]
            return _file_time(item.mark, newest.received_moment) == newest.file_time
        try:
            return hash_file(item.path) == newest.sha256
        except OSError:  # whoever takes it names the reason
            return False

    def heal(self, item: InboxFile) -> None:
        """Keep a file once more whose kept bytes are lost, cut or, where it was put into the inbox anew, changed."""
        newest = self.newest[item.inbox_path]
        landed = landed_path(self.office, newest.sha256)
        is_new = self.marks.get(item.inbox_path) != [*astuple(item.mark), newest.sha256]
        is_there = landed.is_file() and landed.stat().st_size == newest.size
        if is_there and not (is_new and hash_file(landed) != newest.sha256):
            return
        if hash_file(item.path) == newest.sha256:
            keep(self.office, item.path)
            self.healed.append(item.inbox_path)

    def lost_receipt(self, item: InboxFile, sha256: str) -> BrokenReceipt | None:
        """Return the broken receipt a file that was landed before came with; None where a good one names its bytes."""
        is_named = sha256 in self.first_with
        return None if is_named else replaced_receipt(self.unreplaced, item.unit_id, item.inbox_path)

    def remember(self, item: InboxFile, sha256: str) -> None:
        """Remember the mark a file had when it was hashed."""
        mark = [*astuple(item.mark), sha256]
        self.is_changed |= self.marks.get(item.inbox_path) != mark
        self.marks[item.inbox_path] = mark

    def save(self) -> None:
        """Write the marks; they only save hashing and may be deleted at any time."""
        if self.is_changed:
            write_atomically(_marks_path(self.office), json.dumps(self.marks, ensure_ascii=False).encode())


def _marks_path(office: Office) -> Path:
    return office.data / "inbox-marks.json"


def _read_marks(office: Office) -> dict[str, list[Any]]:
    try:
        content = json.loads(_marks_path(office).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # not there yet, or cut short: every file is hashed once more
        return {}
    return content if isinstance(content, dict) else {}


def _take(office: Office, item: InboxFile, known: _Known, seen: Sighting, now: dt.datetime) -> Receipt | None:
    """Keep one file and write its receipt; None when its path was last received with these bytes."""
    if known.has(item):
        known.heal(item)
        known.remember(item, known.newest[item.inbox_path].sha256)
        return None
    origin = _origin(item.path)
    was_landed = known.unreplaced and landed_path(office, hash_file(item.path)).is_file()
    sha256 = keep(office, item.path)
    known.remember(item, sha256)
    newest = known.newest.get(item.inbox_path)
    if newest and newest.sha256 == sha256 and newest.receipt_id not in known.withdrawn:
        return None
    lost = known.lost_receipt(item, sha256) if was_landed else None
    if lost and lost.receipt_id in known.withdrawn:
        return None
    if lost and lost.moment:  # its id says that it was there then
        seen = Sighting(None, min(lost.moment.replace(tzinfo=now.tzinfo), now).isoformat())
    receipt = Receipt(
        receipt_id=_receipt_id(now, item.unit_id, known.number),
        received_at=now.isoformat(),
        unit_id=item.unit_id,
        period_id=item.period_id,
        file_name=nfc(item.path.name),
        inbox_path=item.inbox_path,
        sha256=sha256,
        size=landed_path(office, sha256).stat().st_size,
        same_bytes_as=known.first_with.get(sha256),
        origin=origin,
        number=known.number,
        not_seen_at=seen.not_seen_at,
        first_seen_at=seen.first_seen_at,
        file_time=_file_time(item.mark, now),
        source_time=_source_time(origin),
        look_no=known.look_no,
        in_place_of=lost.receipt_id if lost else None,
    )
    write_atomically(
        office.data / "receipts" / f"{receipt.receipt_id}.json",
        json.dumps(asdict(receipt), ensure_ascii=False, indent=1, sort_keys=True).encode(),
    )
    known.number += 1
    known.unreplaced = [broken for broken in known.unreplaced if broken is not lost]
    known.newest[item.inbox_path] = receipt
    known.first_with.setdefault(sha256, receipt.receipt_id)
    return receipt


def _file_time(mark: Mark, now: dt.datetime) -> str | None:
    """Return when the file system says a file was last written, in the zone of `now`, whole seconds."""
    try:
        return dt.datetime.fromtimestamp(mark.mtime_ns // 1_000_000_000, now.tzinfo).isoformat()
    except (OverflowError, ValueError, OSError):  # a time no calendar has
        return None


def _source_time(origin: dict[str, object] | None) -> str | None:
    moment = (origin or {}).get("source_time")
    return moment if isinstance(moment, str) else None


def _origin(path: Path) -> dict[str, object] | None:
    """Return what the pulling of a source wrote beside its file (pull), None for any other file.

    Raises:
        OfficeError: that note is broken, so that nobody knows where the file is from.
    """
    beside = path.with_name(f".{path.name}{ORIGIN_SUFFIX}")
    try:
        origin = json.loads(beside.read_text(encoding="utf-8"))
        moment = origin.get("source_time") if isinstance(origin, dict) else None
        is_good = isinstance(origin, dict) and (moment is None or dt.datetime.fromisoformat(moment).tzinfo is not None)
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # no note fits beside a name as long as this
            return None
        raise
    except (ValueError, TypeError):
        is_good = False
    if not is_good:
        raise OfficeError(f"ghi chú nguồn «{beside.name}» bị hỏng, không rõ tệp lấy từ đâu; xóa ghi chú đó đi")
    return origin


def _new(item: InboxFile) -> Waiting:
    reason = "chờ nhận" if item.mark.size else "chờ nhận; tệp rỗng (0 byte)"
    return _waits(item, "new", reason, "Nhận ngay: kstt receive.")


def _waits(item: InboxFile, kind: Kind, reason: str, mend: str) -> Waiting:
    return Waiting(item.inbox_path, kind, reason, mend, item.period_id, item.unit_id, item.mark)


def _in_order(files: Iterable[InboxFile], now: dt.datetime) -> Iterator[InboxFile]:
    """Yield the files found together in the order they were sent: a unit's by file time, those of one time by name.

    A time later than now is no evidence: then the unit's files are ordered by name.
    """
    latest = now.timestamp() * 1_000_000_000
    by_unit: dict[tuple[str, str], list[InboxFile]] = {}
    for item in files:
        by_unit.setdefault((item.period_id, item.unit_id), []).append(item)
    for _, found in sorted(by_unit.items()):
        if any(item.mark.mtime_ns > latest for item in found):
            yield from sorted(found, key=_name_order)
            continue
        together: list[InboxFile] = []
        for item in sorted(found, key=lambda item: item.mark.mtime_ns):
            if together and item.mark.mtime_ns - together[-1].mark.mtime_ns >= _SAME_TIME_NS:
                yield from sorted(together, key=_name_order)
                together = []
            together.append(item)
        yield from sorted(together, key=_name_order)


def _name_order(item: InboxFile) -> tuple[str, str, int, str]:
    """Order by name: "s.xlsx" before "s (1).xlsx", so that the resent one is the newer."""
    folder, _, name = item.inbox_path.rpartition("/")
    return folder, name_key(name), len(name), name


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
    """Copy one file into landing under its hash (when not there yet, or damaged) and return the hash."""
    sha256 = hash_file(path)
    target = landed_path(office, sha256)
    if not target.exists() or hash_file(target) != sha256:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(target, ".receiving-")
        try:
            with temporary.open("xb") as sink, path.open("rb") as source:
                shutil.copyfileobj(source, sink)
                sink.flush()
                os.fsync(sink.fileno())
            sha256 = hash_file(temporary)  # what was copied, had the file changed since it was first hashed
            temporary.replace(landed_path(office, sha256))
        finally:
            temporary.unlink(missing_ok=True)  # of a full disk, what was begun would take the last room
    return sha256


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _receipt_id(moment: dt.datetime, unit_id: str, number: int) -> str:
    return f"{moment:%Y%m%dT%H%M%S}-{unit_id}-{number:04d}"
