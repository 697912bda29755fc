"""`kstt accept`: a person's word that what a delivered file claims is right.

Here: command line. Not here: the act (warehouse/accept).
Invariant: what is accepted is printed, record by record; who and why are written down.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "xác nhận điều còn ngờ của một tệp (bản thay thiếu bản ghi, hai đơn vị cùng gửi…), để được phát hành"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("file", metavar="MÃ|TỆP", help="mã lần gửi, tên tệp, hoặc đường dẫn trong inbox")
    parser.add_argument("--reason", required=True, help="vì sao chấp nhận")
    parser.add_argument("--by", default=None, help="người chấp nhận (mặc định: biến môi trường KSTT_USER)")


def run(parsed: argparse.Namespace) -> int:
    """Accept, and say what was accepted."""
    from pipelines.warehouse.accept import accept, still_shown
    from pipelines.warehouse.act_words import person, reason
    from pipelines.warehouse.claims import listed

    office = load(parsed)
    receipt, claims = accept(office, parsed.file, person(parsed.by), reason(parsed.reason))
    print(f"✓ Đã ghi sổ: chấp nhận {receipt.shown_path} (lần gửi {receipt.receipt_id}). Lập lại báo cáo: kstt run")
    for claim in claims:
        print(f"  {claim.reason}")
        for record in claim.records:
            print(f"    - {record}")
    for delivery, records in still_shown(office, claims):
        place = f"{delivery.period_id}/{delivery.unit_id}/{delivery.shown_name}"
        print(f"  ! Vẫn được tính theo tệp {place}: {listed(records)}.")
        print(f"    Tệp ấy cũng sai thì rút: kstt withdraw {delivery.receipt_id} --reason … --by …")
    return 0
