"""`kstt serve`: the office at work with nobody there: page, schedules, receiving, news; kept up.

Here: one server an office, starting it again when it ends or the settings change. Not here: schedules (defs).
Invariant: listens on 127.0.0.1; one server an office; a reload never cuts off a run at hand.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import time
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

from pipelines.commands.common import load
from pipelines.commands.ui import start
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pipelines.office.settings import Office

HELP = "để máy tự làm: nhận tệp vài phút một lần, lập báo cáo theo lịch, báo tin; giữ cho luôn chạy"

_LOOK_SECONDS = 30.0
# Seconds before the first, second … start after an end nobody asked for; then always the last.
_PAUSES = (5.0, 15.0, 60.0, 300.0)
# A server that has been up this long is well: the next end begins with the first pause again.
_WELL_SECONDS = 900.0
_STOP_SECONDS = 60.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--port", type=int, default=3000, help="cổng (mặc định 3000)")


def run(parsed: argparse.Namespace) -> int:
    """Keep the server of the office up until somebody stops it."""
    from filelock import FileLock, Timeout

    office = load(parsed)
    office.data.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _stop)
    try:
        with FileLock(office.data.resolve() / "serve.lock", timeout=0):
            for line in schedule_lines(office):
                print(line, flush=True)
            print(f"Trang: http://127.0.0.1:{parsed.port}. Ctrl+C để dừng.", flush=True)
            _keep_up(office, parsed.port)
    except KeyboardInterrupt:
        print("Đã dừng. Lượt chạy dở dang không được tính; chạy lại kstt serve để làm tiếp.", flush=True)
    except Timeout as error:
        raise OfficeError("kstt serve của đơn vị này đang chạy rồi; mỗi đơn vị chỉ một. Xem: kstt doctor") from error
    return 0


def schedule_lines(office: Office) -> Iterator[str]:
    """Yield what will run when, and what is turned off."""
    from pipelines.defs.automation import next_ticks
    from pipelines.runner import health

    off = health(office).turned_off
    yield f"{office.settings.office.name}: nhận tệp 5 phút một lần; các lần lập báo cáo sắp tới:"
    for tick in next_ticks(office):
        asked = f"kỳ {tick.period_id}" if tick.period_id else f"SẼ HỎNG: {tick.problem}"
        state = " (ĐANG TẮT)" if tick.schedule in off else ""
        yield f"  {tick.at:%d/%m/%Y %H:%M} {tick.schedule}{state}: {asked}"
    if off:
        yield f"! Đang tắt: {', '.join(sorted(off))}. Bật lại ở trang Automation của giao diện."


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise KeyboardInterrupt


def _keep_up(office: Office, port: int) -> None:
    failures = 0
    while True:
        began, known = time.monotonic(), office.reference_hash
        server = start(office, port)
        try:
            office, is_reload = _watched(server, office, known)
        finally:
            _end(server)
        if is_reload:
            print("Thiết lập hoặc danh mục đã đổi: nạp lại.", flush=True)
            continue
        failures = 0 if time.monotonic() - began > _WELL_SECONDS else failures + 1
        pause = _PAUSES[min(max(failures, 1), len(_PAUSES)) - 1]
        print(f"! Máy chủ dừng (mã {server.returncode}); chạy lại sau {pause:.0f} giây.", flush=True)
        time.sleep(pause)


def _watched(server: subprocess.Popen[bytes], office: Office, known: str) -> tuple[Office, bool]:
    """Wait until the server ends, or the settings have changed, are right and no run is at hand."""
    while True:
        try:
            server.wait(_LOOK_SECONDS)
            return office, False
        except subprocess.TimeoutExpired:
            changed = changed_office(office, known)
            if changed is not None:
                return changed, True


def changed_office(office: Office, known: str) -> Office | None:
    """Return the office as it is now, if it is another, whole, and nobody is at work on it; None otherwise."""
    from pipelines.office.settings import load_office
    from pipelines.warehouse.build import only_run

    try:
        now = load_office(office.root)
        if now.reference_hash == known:
            return None
        with only_run(now):
            return now
    except (OfficeError, OSError):  # half written, or a run is under way: looked at again
        return None


def _end(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
