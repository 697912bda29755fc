"""`kstt audit-copy`: an issued version, its book and, asked for, the landed files, in one folder for an auditor.

Here: command line and what is printed. Not here: what is copied (package/audit_copy).
Invariant: the office is only read.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.commands.common import load
from pipelines.office.text import format_count

HELP = "chép một bản đã phát hành cho kiểm toán: văn bản, sổ tra cứu, bảng chứng cứ"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--version", type=int, required=True, help="số của bản, ví dụ 1")
    parser.add_argument("--to", type=Path, required=True, metavar="THƯ_MỤC", help="thư mục mới cho bản sao")
    parser.add_argument(
        "--with-landed", action="store_true", help="kèm tệp gốc của đơn vị, có thông tin cá nhân: giữ kín"
    )


def run(parsed: argparse.Namespace) -> int:
    """Copy, and say what is where."""
    from pipelines.package.audit_copy import READ_ME, audit_copy

    made = audit_copy(load(parsed), parsed.period, parsed.version, parsed.to, with_landed=parsed.with_landed)
    print(f"✓ Đã chép bản {made.issued.issue_id} vào {made.folder}: {format_count(made.files)} tệp, đã so từng mã băm.")
    if parsed.with_landed:
        print(f"  Kèm {format_count(made.landed)} tệp gốc của đơn vị, có thông tin cá nhân: giữ kín.")
    print(f"  Cách mở: {made.folder / READ_ME}")
    return 0
