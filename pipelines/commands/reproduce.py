"""`kstt reproduce`: make an issued version again from what it kept, and compare byte for byte.

Here: command line. Not here: the work (package/reproduce).
Invariant: exit code 1 when anything differs; the issued folder is only read.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load
from pipelines.office.text import format_count

HELP = "lập lại một bản đã phát hành từ những gì nó giữ, so từng byte"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--version", type=int, default=None, help="số phiên bản (mặc định: bản mới nhất)")
    parser.add_argument(
        "--kept-software",
        default=None,
        metavar="MÃ_BĂM",
        help="chạy phần mềm mà bản đó giữ (là mã chương trình nằm trong thư mục đơn vị), chỉ khi mã băm của nó đúng là "
        "mã của bản phần mềm bạn tin; không có thì dùng phần mềm của chính bạn",
    )


def run(parsed: argparse.Namespace) -> int:
    """Make it again and say what came out."""
    from pipelines.package.reproduce import reproduce
    from pipelines.warehouse.issued import find_issued, settle_if_free

    office = load(parsed)
    settle_if_free(office)
    issued = find_issued(office, parsed.period, parsed.version)
    print(f"· Lập lại {issued.issue_id}…", flush=True)
    if parsed.kept_software:
        print("· Sẽ chạy mã chương trình mà bản đó giữ, vì bạn đã nêu mã băm của nó.", flush=True)
    result = reproduce(office, issued, release=parsed.kept_software)
    if result.is_equal:
        print(f"✓ {issued.issue_id}: {format_count(result.compared)} tệp lập lại giống hệt bản đã phát hành.")
        return 0
    print(f"✗ {issued.issue_id} lập lại không giống:")
    for line in result.differences:
        print(f"  - {line}")
    print("  Nguyên nhân thấy được:" if result.causes else "  Không thấy gì khác ở đầu vào, thiết lập, phần mềm.")
    for line in result.causes:
        print(f"  - {line}")
    return 1
