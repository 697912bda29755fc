"""`kstt letters`: the cover letter of a period's report, reminder letters to units that still owe.

Here: command line, noting in the journal that reminders went out. Not here: the letters (package/letters).
Invariant: writes letters only; sends nothing; an act is in the journal only when a person says who sent them.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipelines.commands.common import load, relative
from pipelines.office.text import counted

if TYPE_CHECKING:
    from pipelines.warehouse.status import PeriodStatus

HELP = "công văn gửi báo cáo (cover), công văn đôn đốc đơn vị chưa gửi đủ (remind)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("kind", choices=("cover", "remind"), help="cover: gửi báo cáo; remind: đôn đốc")
    parser.add_argument("--sent-by", default=None, metavar="NGƯỜI", help="ghi sổ việc: ai gửi đôn đốc (chỉ với remind)")


def run(parsed: argparse.Namespace) -> int:
    """Write the letters and say where they are."""
    from pipelines.ingest.reception_text import waiting_lines
    from pipelines.office import journal
    from pipelines.units.letters import make_cover, make_reminders
    from pipelines.warehouse.act_words import person as acting
    from pipelines.warehouse.status import period_status

    office = load(parsed)
    if parsed.kind == "cover":
        made = make_cover(office, parsed.period)
    else:
        status = period_status(office, parsed.period)
        made = make_reminders(office, parsed.period, status)
        for line in waiting_lines(status.waiting):
            print(line)
        if not made:
            print(_none_made(status))
            return 0
        if parsed.sent_by is not None:
            units = sorted({path.stem.removeprefix("don-doc-") for path in made})
            person = acting(parsed.sent_by)
            journal.append(office, "remind", person, "đôn đốc đơn vị chưa gửi đủ", period_id=parsed.period, units=units)
    print(f"Đã lập {counted(made)} tệp công văn:")
    for path in made:
        print(f"  {relative(path)}")
    return 0


def _none_made(status: PeriodStatus) -> str:
    held = sorted({item.unit_name for item in status.owed if not item.is_answered})
    if held:
        return f"Không lập công văn đôn đốc: tệp của {', '.join(held)} đang chờ trong inbox. Nhận trước: kstt receive"
    return "Mọi đơn vị đã gửi đủ: không có công văn đôn đốc nào."
