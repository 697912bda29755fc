"""`kstt words`: make the file in which the office writes its own words of a report.

Here: command line. Not here: the file (package/words_file), reading it (office/words).
Invariant: a file that is there is never written again.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load, relative

HELP = "tạo tệp để cán bộ viết lời của đơn vị trong báo cáo một kỳ"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--unit", default="", help="báo cáo riêng của đơn vị này (mã đơn vị)")


def run(parsed: argparse.Namespace) -> int:
    """Make the file and say where it is and what comes next."""
    from pipelines.package.words_file import make_words_file

    office = load(parsed)
    path, made = make_words_file(office, parsed.period, parsed.unit)
    print(f"✓ Đã tạo tệp: {relative(path)}" if made else f"Tệp đã có, không ghi lại: {relative(path)}")
    print(f"  Viết dưới từng mục rồi lập lại báo cáo: kstt run {parsed.period}")
    return 0
