"""`kstt verify`: recompute every hash and name what differs.

Here: command line. Not here: the checks (audit/verify).
Invariant: exit code 1 on any difference.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load

HELP = "tính lại mọi mã băm: bản đã phát hành, tệp đã nhận, biên nhận, sổ việc"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", nargs="?", default=None, help="chỉ các bản của một kỳ (mặc định: tất cả)")


def run(parsed: argparse.Namespace) -> int:
    """Print one line a difference."""
    from pipelines.audit.verify import verify
    from pipelines.office.journal import acts
    from pipelines.warehouse.issued import settle_if_free

    office = load(parsed)
    settle_if_free(office)
    differences = verify(office, parsed.period)
    if not differences:
        issued = [act for act in acts(office, "issue") if parsed.period in (None, act.details["period_id"])]
        print(f"✓ Không có gì khác: {len(issued)} bản đã phát hành, sổ việc {len(acts(office))} việc.")
        return 0
    print(f"✗ Có {len(differences)} chỗ khác:")
    for line in differences:
        print(f"  - {line}")
    return 1
