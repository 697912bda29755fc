"""`kstt received`: note on which day a file came, as the office itself knows it.

Here: command line. Not here: what the day proves (warehouse/sent_when).
Invariant: an act of the journal, with who and why; receipts are not changed.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "ghi ngày đơn vị đã gửi một tệp (theo sổ văn bản đến, thư, phiếu gửi)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("file", help="mã lần gửi, tên tệp, hoặc đường dẫn trong inbox")
    parser.add_argument("--on", required=True, metavar="NGÀY", help="ngày gửi đến, ví dụ 2021-03-11 hoặc 11/03/2021")
    parser.add_argument("--by", default=None, help="người ghi (mặc định: biến môi trường KSTT_USER)")
    parser.add_argument("--why", default="theo sổ văn bản đến", help="biết ngày ấy từ đâu")


def run(parsed: argparse.Namespace) -> int:
    """Note the day."""
    from pipelines.warehouse.act_words import person, reason
    from pipelines.warehouse.sent_when import note_received

    done = note_received(load(parsed), parsed.file, parsed.on, person(parsed.by), reason(parsed.why))
    print(f"✓ Đã ghi: {done.receipt.shown_path} gửi đến ngày {done.on:%d/%m/%Y} (lần gửi {done.receipt.receipt_id}).")
    return 0
