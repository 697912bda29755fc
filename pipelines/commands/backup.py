"""`kstt backup`: copy all the office keeps to another disk.

Here: command line. Not here: what is kept (package/backup).
Invariant: the office is only read.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.commands.common import load
from pipelines.office.text import format_count

HELP = "sao lưu mọi thứ phải giữ sang một thư mục ở ổ đĩa khác (chạy lại thì chỉ chép thêm)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("folder", type=Path, metavar="THƯ_MỤC", help="nơi sao lưu; chứa thông tin cá nhân như landing/")


def run(parsed: argparse.Namespace) -> int:
    """Copy, and say how much."""
    from pipelines.package.backup import back_up

    made = back_up(load(parsed), parsed.folder)
    print(
        f"✓ Đã sao lưu {format_count(made.files)} tệp ({format_count(made.new)} tệp mới) vào {made.folder}, "
        "đã so lại từng mã băm."
    )
    print("  Thư mục này có thông tin cá nhân như landing/: giữ kín, và để ở máy hoặc ổ đĩa khác.")
    return 0
