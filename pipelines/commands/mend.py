"""`kstt mend`: what goes back to each unit of a period.

Here: command line. Not here: the books (package/mend).
Invariant: writes those books only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load, relative
from pipelines.office.text import counted, format_count

HELP = "sổ trả lại từng đơn vị: tệp bị từ chối, dòng sai, cách sửa"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")


def run(parsed: argparse.Namespace) -> int:
    """Make the books and say what is in each."""
    from pipelines.units.mend import make_mend_books

    made = make_mend_books(load(parsed), parsed.period)
    for book, path in made:
        print(
            f"  {book.unit_name}: {counted(book.refused)} tệp bị từ chối, {counted(book.sent_back)} lỗi phải sửa, "
            f"{format_count(book.flagged_count)} cảnh báo, {counted(book.mended)} đã sửa → {relative(path)}"
        )
    print(f"Đã lập {counted(made)} sổ trả lại." if made else "Không có gì phải trả lại.")
    return 0
