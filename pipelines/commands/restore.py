"""`kstt restore`: bring an office back from a backup.

Here: command line. Not here: copying and verifying (package/backup).
Invariant: only an empty or new folder is written to.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.office.text import format_count

HELP = "khôi phục đơn vị từ bản sao lưu vào một thư mục mới, rồi kiểm tra"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("folder", type=Path, metavar="BẢN_SAO_LƯU", help="thư mục mà kstt backup đã ghi")
    parser.add_argument("--to", type=Path, required=True, metavar="THƯ_MỤC", help="thư mục mới của đơn vị")


def run(parsed: argparse.Namespace) -> int:
    """Restore, and say what to do next."""
    from pipelines.package.backup import restore_office

    made = restore_office(parsed.folder, parsed.to)
    print(
        f"✓ Đã khôi phục {format_count(made.files)} tệp (sao lưu lúc {made.made_at:%H:%M %d/%m/%Y}) vào {parsed.to}; "
        "kiểm tra khớp."
    )
    print(f"  Lập lại báo cáo khi cần: kstt --office {parsed.to} run <kỳ>")
    return 0
