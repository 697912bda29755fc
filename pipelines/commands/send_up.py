"""`kstt send-up`: the facts of an issued version as files for the office above.

Here: command line and what is printed. Not here: what is in the files (package/send_up).
Invariant: the office is only read.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.commands.common import load

HELP = "lập tệp hồ sơ và tệp phản ánh của bản đã phát hành để gửi cấp trên dùng cùng phần mềm"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--version", type=int, default=None, help="số của bản, ví dụ 1 (mặc định: bản mới nhất)")
    parser.add_argument(
        "--to", type=Path, default=Path(), metavar="THƯ_MỤC", help="nơi đặt tệp (mặc định: thư mục này)"
    )


def run(parsed: argparse.Namespace) -> int:
    """Write the files, and say what to do with them."""
    from pipelines.office.text import format_count
    from pipelines.package.send_up import send_up

    sent = send_up(load(parsed), parsed.period, parsed.version, parsed.to)
    for path in sent.paths:
        print(f"✓ {path}")
    for reason in sent.left_out:
        print(f"  {reason}")
    if sent.forced:
        print(
            f"  Bản này phát hành khi còn {format_count(sent.forced)} vướng mắc: tệp ghi từng vướng mắc và lý do, cấp "
            "trên phải xác nhận trước khi phát hành bản chính thức."
        )
    print("  Không có thông tin cá nhân. Gửi nguyên tệp, không đổi tên; cấp trên đối chiếu mã niêm phong in ở văn bản.")
    return 0
