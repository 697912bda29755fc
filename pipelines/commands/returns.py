"""`kstt returns make`: the workbooks units fill in and send back through the inbox.

Here: command line. Not here: the workbooks (package/returns).
Invariant: writes those workbooks only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load, relative
from pipelines.office.text import counted

HELP = "phiếu báo cáo để đơn vị điền và gửi lại"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("act", choices=["make"], help="make: lập phiếu cho mọi đơn vị còn việc phải báo cáo bằng phiếu")
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q2")


def run(parsed: argparse.Namespace) -> int:
    """Make the workbooks and say where they are."""
    from pipelines.units.returns import make_returns

    made = make_returns(load(parsed), parsed.period)
    print(f"Đã lập {counted(made)} phiếu báo cáo:")
    for path in made:
        print(f"  {relative(path)}")
    print("Gửi cho đơn vị; khi nhận lại, đặt vào inbox/<kỳ>/<đơn vị>/ như mọi tệp khác.")
    return 0
