"""`kstt receive`: take what lies in the inbox, in seconds, without making a report.

Here: command line. Not here: receiving (ingest/landing), sources (ingest/pull).
Invariant: every file is received or named with what to do; nothing is read, counted or written but receipts.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "nhận tệp trong inbox và từ các nguồn (vài giây, không lập báo cáo)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--no-pull", action="store_true", help="chỉ nhận tệp trong inbox, không lấy từ các nguồn")


def run(parsed: argparse.Namespace) -> int:
    """Receive, name each new file and each file that waits."""
    from pipelines.ingest.landing import receive
    from pipelines.ingest.pull import pull_sources
    from pipelines.ingest.reception_text import reception_lines
    from pipelines.warehouse.withdraw import came_back

    office = load(parsed)
    for source in [] if parsed.no_pull else pull_sources(office):
        for sentence in source.sentences:
            print(sentence)
    reception = receive(office)
    for line in reception_lines(reception):
        print(line)
    again = came_back(office, reception.taken)
    for receipt in reception.taken:
        print(f"  ✓ {receipt.shown_path} ({receipt.receipt_id}){again.get(receipt.receipt_id, '')}")
    return 0
