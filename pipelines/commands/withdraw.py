"""`kstt withdraw`: take a delivered file out of every later question, and back in.

Here: command line. Not here: the act (warehouse/withdraw).
Invariant: nothing is deleted; who and why are written down.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "rút một tệp đã nhận (gửi nhầm); tệp vẫn được giữ, từ nay không tính"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("file", help="mã lần gửi, tên tệp, hoặc đường dẫn trong inbox")
    parser.add_argument("--reason", required=True, help="vì sao rút")
    parser.add_argument("--by", default=None, help="người rút (mặc định: biến môi trường KSTT_USER)")
    parser.add_argument("--undo", action="store_true", help="rút nhầm: tính lại tệp đã rút")


def run(parsed: argparse.Namespace) -> int:
    """Withdraw or take back in, and say which issued versions had counted with it."""
    from pipelines.warehouse.act_words import person, reason
    from pipelines.warehouse.withdraw import restore, withdraw

    act, said = (restore, "Tính lại") if parsed.undo else (withdraw, "Đã rút")
    done = act(load(parsed), parsed.file, person(parsed.by), reason(parsed.reason))
    print(f"✓ {said} {done.receipt.shown_path} (lần gửi {done.receipt.receipt_id}). Lập lại báo cáo: kstt run")
    if done.issued_with:
        print(f"  Bản đã phát hành đã biết tệp này: {', '.join(done.issued_with)}; cần thì phát hành bản đính chính.")
    return 0
