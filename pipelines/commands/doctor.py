"""`kstt doctor`: versions, locks, disk, clock, daemon, schedules, the last run, what is due next.

Here: command line and printing. Not here: looking (setup/doctor, defs/health).
Invariant: reads only; code 1 when something needs mending.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.commands.common import load

if TYPE_CHECKING:
    from pipelines.office.settings import Office
    from pipelines.setup.doctor import Finding

HELP = "khám máy và đơn vị: phiên bản, khóa, ổ đĩa, đồng hồ, lịch, lượt chạy gần nhất, sắp đến hạn gì"

# A daemon that has said nothing for this long is not at work.
_ALIVE = dt.timedelta(minutes=5)
_WELL = ("SUCCESS", "STARTED", "STARTING", "QUEUED", "NOT_STARTED")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""


def run(parsed: argparse.Namespace) -> int:
    """Print one line a finding."""
    from pipelines.setup.doctor import examine

    office = load(parsed)
    signs = set()
    for finding in [*examine(office), *_server(office), *_due(office)]:
        signs.add(finding.sign)
        print(f"{finding.sign} {finding.text}")
    if "✗" in signs:
        print("Có điều cần sửa (các dòng ✗).")
        return 1
    print("Không có gì hỏng; các dòng ! là điều cần biết." if "!" in signs else "Mọi thứ ổn.")
    return 0


def _server(office: Office) -> Iterator[Finding]:
    from pipelines.office.clock import Clock
    from pipelines.runner import health
    from pipelines.setup.doctor import Finding, is_held

    state = health(office)
    real = Clock(office.clock.timezone).now()
    is_served = is_held(office.data.resolve() / "serve.lock")
    alive = [name for name, at in state.alive.items() if real - at < _ALIVE]
    works = "SCHEDULER" in alive and "SENSOR" in alive
    served = "kstt serve đang chạy" if is_served else "kstt serve không chạy"
    daemon = "lịch đang được theo dõi" if works else "không ai theo dõi lịch; chạy kstt serve (deploy/)"
    # An office whose server was never started works by hand.
    yield Finding(works, f"Máy chủ: {served}; {daemon}.", is_choice=not state.alive and not is_served)
    off = ", ".join(sorted(state.turned_off))
    yield Finding(not off, f"Lịch: {f'đang tắt {off}; bật lại ở trang Automation' if off else 'đều bật'}.")
    for item in state.runs[:1]:
        said = "thành công" if item.status == "SUCCESS" else item.status
        yield Finding(
            item.status in _WELL, f"Lượt chạy gần nhất: kỳ {item.period_id}, {item.at:%H:%M %d/%m/%Y}, {said}."
        )
    if not state.runs:
        yield Finding(True, "Lượt chạy gần nhất: chưa có lượt nào.")


def _due(office: Office) -> Iterator[Finding]:
    from pipelines.defs.automation import next_ticks
    from pipelines.office.errors import OfficeError
    from pipelines.periods.asked import period_in_progress
    from pipelines.setup.doctor import Finding
    from pipelines.setup.supply import endings

    today = office.clock.today()
    try:
        period = period_in_progress(office.reference["periods"], "quarter", today)
        deadline = period.unit_deadline(office.settings.deadlines)
        days = (deadline - today).days
        when = f"còn {days} ngày" if days >= 0 else f"đã qua {-days} ngày"
        yield Finding(True, f"Đến hạn: {period.label}, đơn vị gửi hết ngày {deadline:%d/%m/%Y} ({when}).")
    except OfficeError as error:
        yield Finding(False, f"Đến hạn: {error}")
    for tick in next_ticks(office)[:1]:
        asked = f"kỳ {tick.period_id}" if tick.period_id else f"sẽ hỏng: {tick.problem}"
        yield Finding(not tick.problem, f"Lịch tới: {tick.at:%H:%M %d/%m/%Y} {tick.schedule}, {asked}.")
    for item in endings(office, today):
        yield Finding(False, f"Sắp hết: {item.sentence}")
