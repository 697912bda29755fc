"""`kstt units`: every unit's own report of a period, beside the office's.

Here: command line. Not here: the office's report (run), the units' (units/reports).
Invariant: the same as `kstt run` with --units; a report that is there is left as it is.
"""

from __future__ import annotations

import argparse

from pipelines.commands import run as run_command

HELP = "báo cáo riêng của từng phường, phòng ban, bộ phận một cửa"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument(
        "units", nargs="?", default="all", help="mã đơn vị cách nhau dấu phẩy (mặc định: all, mọi đơn vị)"
    )
    parser.add_argument("--as-of", default=None, help="số liệu tính đến ngày (năm-tháng-ngày)")
    parser.add_argument("--received-by", default=None, help="chỉ dùng tệp nhận đến lúc (ISO, có múi giờ)")
    parser.set_defaults(switch=[], first=None, last=None, engine=None)


def run(parsed: argparse.Namespace) -> int:
    """Build the office's report if it is not there, then the units'."""
    return run_command.run(parsed)
