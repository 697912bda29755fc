"""Whether an office's machine and folders are in order: versions, locks, disk, clock, journal, messages.

Here: what can be seen without Dagster, each as one line. Not here: the daemon and its schedules (defs/health), faults
of the settings (check).
Invariant: reads only; each line that is not well says what to do.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.ingest.receipts import receipts
from pipelines.notices.register import FAILED, MOST_TRIES, UNKNOWN, entries
from pipelines.office.clock import Clock
from pipelines.office.errors import OfficeError
from pipelines.office.journal import journal_faults
from pipelines.office.settings import Office
from pipelines.office.software import versions
from pipelines.office.text import counted, format_decimal

_LITTLE_ROOM = 2 * 1024**3
_OLDEST_PYTHON = (3, 11)
_SHOWN = ("duckdb", "dbt-core", "great-expectations", "pandas", "python-docx", "typst")


@dataclass(frozen=True)
class Finding:
    """One line: whether it is well, and what is so; `is_choice`: not so by a fault, but as somebody has it for now."""

    is_well: bool
    text: str
    is_choice: bool = False

    @property
    def sign(self) -> str:
        """Return the mark before the line."""
        return "✓" if self.is_well else "!" if self.is_choice else "✗"


def examine(office: Office) -> Iterator[Finding]:
    """Yield what is so of the machine and the office's folders."""
    yield _software()
    yield from _clock(office)
    yield _disk(office.data)
    yield _lock(office, "run.lock", "lượt chạy", "run.pid")
    yield from _journal(office)
    yield from _messages(office)


def _software() -> Finding:
    known = versions()
    shown = ", ".join(f"{name} {known[name]}" for name in _SHOWN)
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return Finding(sys.version_info[:2] >= _OLDEST_PYTHON, f"Phần mềm: {system}; {shown}")


def _clock(office: Office) -> Iterator[Finding]:
    now = office.clock.now()
    zone = office.settings.office.timezone
    if office.settings.office.clock is not None:
        yield Finding(
            False,
            f"Đồng hồ: office.yaml ghim ở {now:%H:%M %d/%m/%Y}; đơn vị thật phải là clock: null, kẻo hạn sai.",
            is_choice=True,
        )
        return
    real = Clock(office.clock.timezone).now()
    yield Finding(True, f"Đồng hồ: {real:%H:%M:%S %d/%m/%Y}, múi giờ {zone} (máy: UTC{time.strftime('%z')})")
    ahead = [item for item in receipts(office) if item.received_moment > real + dt.timedelta(minutes=5)]
    if ahead:
        yield Finding(
            False,
            f"Đồng hồ: {counted(ahead)} tệp có giờ nhận sau giờ hiện nay; "
            "đồng hồ máy bị chỉnh lùi. Bật đồng bộ giờ (NTP).",
        )


def _disk(data: Path) -> Finding:
    there = next(folder for folder in [data, *data.parents] if folder.exists())
    room = shutil.disk_usage(there)
    free, total = format_decimal(room.free / 1024**3), format_decimal(room.total / 1024**3, 0)
    text = f"Ổ đĩa: còn {free} GB trong {total} GB ({there})"
    return Finding(room.free > _LITTLE_ROOM, text + ("" if room.free > _LITTLE_ROOM else "; cần trống ít nhất 2 GB."))


def is_held(path: Path) -> bool:
    """Return whether some process holds a lock file now."""
    if not path.is_file():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True


def _lock(office: Office, name: str, what: str, holder: str) -> Finding:
    if not is_held(office.data.resolve() / name):
        return Finding(True, f"Khóa: không có {what} nào đang giữ.")
    path = office.data / holder
    process = path.read_text(encoding="utf-8").strip() if path.is_file() else "?"
    return Finding(True, f"Khóa: đang có {what} (tiến trình {process}); lệnh khác phải đợi.")


def _journal(office: Office) -> Iterator[Finding]:
    faults = journal_faults(office)
    yield Finding(not faults, f"Sổ việc: {f'bị sửa: {faults[0]} Xem: kstt verify' if faults else 'còn nguyên chuỗi'}")
    if not os.access(office.data if office.data.exists() else office.root, os.W_OK):
        yield Finding(False, f"Quyền: tài khoản này không ghi được vào {office.data}.")


def _messages(office: Office) -> Iterator[Finding]:
    try:
        told = entries(office)
    except (OSError, ValueError, OfficeError) as error:
        yield Finding(False, f"Báo tin: sổ tin không đọc được ({error}).")
        return
    lost = [
        (entry, name, note)
        for entry in told
        for name, note in entry["ways"].items()
        if note["state"] in (FAILED, UNKNOWN)
    ]
    yield Finding(not lost, f"Báo tin: {counted(told)} tin trong sổ, {counted(lost)} lần gửi chưa xong.")
    for entry, name, note in lost[-5:]:
        more = " (thôi không thử nữa)" if note["tries"] >= MOST_TRIES or note["state"] == UNKNOWN else ""
        yield Finding(False, f"  {name} → {entry['audience']}: {entry['subject']}: {note.get('why', '')}{more}")
    notify = office.settings.notify
    if not notify.officer and not notify.webhook_env and not notify.folder:
        text = "Báo tin: office.yaml chưa khai notify, khi máy chạy một mình không ai được báo."
        yield Finding(False, text, is_choice=True)
