"""Reminder letters and mend books as messages to their units.

Here: which file goes to which unit. Not here: making them (units/letters, units/mend), sending (register).
Invariant: a person sends them, by name; a paper that has not changed is not sent twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.notices.message import Message
from pipelines.office.settings import Office
from pipelines.office.text import counted
from pipelines.periods.period import find_period
from pipelines.units.letters import make_reminders
from pipelines.units.mend import make_mend_books

_LETTER_STEM = "don-doc-"


def letter_messages(office: Office, period_id: str) -> Iterator[Message]:
    """Yield the reminder letter of each unit that still owes, as a message with its files.

    Raises:
        OfficeError: unknown period.
    """
    label = find_period(office.reference["periods"], period_id).label
    by_unit: dict[str, list[Path]] = {}
    for path in make_reminders(office, period_id):
        by_unit.setdefault(path.stem.removeprefix(_LETTER_STEM), []).append(path)
    for unit_id, files in by_unit.items():
        day = files[0].parent.name  # a letter of another day is another letter
        yield _paper("letter", f"{period_id}:{day}", unit_id, files, f"Công văn đôn đốc gửi số liệu {label}", office)


def mend_messages(office: Office, period_id: str) -> Iterator[Message]:
    """Yield the mend book of each unit with something to mend, as a message with its files.

    Raises:
        OfficeError: unknown period.
    """
    label = find_period(office.reference["periods"], period_id).label
    for book, path in make_mend_books(office, period_id):
        subject = f"Sổ trả lại {label}: {counted(book.refused)} tệp bị từ chối, {counted(book.sent_back)} lỗi phải sửa"
        content = hashlib.sha256(path.with_suffix(".html").read_bytes()).hexdigest()[:16]
        yield _paper("mend", f"{period_id}:{content}", book.unit_id, [path], subject, office)


def _paper(kind: str, what: str, unit_id: str, files: list[Path], subject: str, office: Office) -> Message:
    lines = [f"Kính gửi đơn vị: {subject.lower()}; tệp kèm theo thư này.", "", office.settings.office.name]
    return Message(f"{kind}:{what}", kind, unit_id, f"[KSTT] {subject}", "\n".join(lines), tuple(files))
