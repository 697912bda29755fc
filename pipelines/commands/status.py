"""`kstt status`: which unit has sent, what is missing, which file was refused.

Here: command line. Not here: the reckoning (warehouse/status).
Invariant: reads and prints only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "đơn vị nào đã gửi, chưa gửi đủ, tệp nào bị từ chối"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")


def run(parsed: argparse.Namespace) -> int:
    """Print one line a unit and thing owed."""
    from pipelines.warehouse.status import period_status, status_lines

    for line in status_lines(period_status(load(parsed), parsed.period)):
        print(line)
    return 0
