"""`kstt versions`: the versions of a period side by side.

Here: command line and print. Not here: the table (audit/versions).
Invariant: reads and prints only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load
from pipelines.office.text import counted

HELP = "các bản đã phát hành của một kỳ: tạm tính → chính thức → đính chính"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")


def run(parsed: argparse.Namespace) -> int:
    """Print one paragraph a version."""
    from pipelines.audit.versions import revisions
    from pipelines.warehouse.issued import issued_versions, settle_if_free

    office = load(parsed)
    settle_if_free(office)
    table = revisions(issued_versions(office, parsed.period))
    if not table:
        print(f"Kỳ {parsed.period} chưa phát hành bản nào. Phát hành: kstt issue {parsed.period} --kind …")
    for item in table:
        issued = item.issued
        print(f"v{issued.version} · {item.title} · phát hành {issued.at:%H:%M %d/%m/%Y} · {issued.by}: {issued.why}")
        print(f"  số liệu đến ngày {item.as_of}; tệp nhận đến {item.received_by}")
        if item.forced:
            print(f"  phát hành khi còn vướng mắc: {item.forced}")
        for change in item.changes:
            print(f"  {change.label}: {change.text}")
        if item.share:
            print(f"  tệp nhận sau bản trước: {counted(item.late)}")
            for unit, name in item.late:
                print(f"    {unit}: {name}")
            print(f"  phần thay đổi do gửi muộn: {item.share}")
    return 0
