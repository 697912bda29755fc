"""`kstt board`: the page of what units owe, on time, late, refused or missing.

Here: command line. Not here: the page (render/board).
Invariant: writes that page only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load, relative

HELP = "bảng theo dõi đơn vị nào đã gửi, trễ, bị từ chối (trang HTML)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")


def run(parsed: argparse.Namespace) -> int:
    """Write the board and say where."""
    from pipelines.units.board import make_board

    print(f"Đã lập bảng theo dõi: {relative(make_board(load(parsed), parsed.period))}")
    return 0
