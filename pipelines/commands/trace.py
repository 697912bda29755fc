"""`kstt trace`: from a printed cell to dossiers, files and rows.

Here: command line. Not here: the query (audit/trace), the words (audit/trace_text).
Invariant: reads and prints only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "từ một ô in ra đến hồ sơ, tệp, dòng"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("form", help="mã biểu, ví dụ II.06a")
    parser.add_argument("--row", required=True, help='nhãn hoặc mã dòng, ví dụ "Hộ tịch" hoặc B.2')
    parser.add_argument("--column", required=True, type=int, help="số cột in trên biểu")
    parser.add_argument("--unit", default=None, help="biểu của đơn vị, ví dụ p03 (mặc định: toàn thành phố)")
    parser.add_argument("--as-of", default=None, help="báo cáo có số liệu đến ngày này")
    parser.add_argument("--limit", type=int, default=200, help="số dòng in ra nhiều nhất (0: tất cả)")


def run(parsed: argparse.Namespace) -> int:
    """Print each cell the row and column stand for, and what is behind it."""
    from pipelines.audit.trace import trace
    from pipelines.audit.trace_text import trace_lines
    from pipelines.warehouse.finished import latest_report

    report = latest_report(load(parsed), parsed.period, parsed.as_of)
    for cell in trace(report, parsed.form, parsed.row, parsed.column, parsed.unit):
        for line in trace_lines(cell, parsed.limit):
            print(line)
    return 0
