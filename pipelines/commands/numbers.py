"""`kstt numbers`: the register of document numbers; a number the registry gives after the issue.

Here: command line and print. Not here: the register (package/numbers).
Invariant: an issued version is never changed: a number given later is written in the journal.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import day, load
from pipelines.office.text import counted, format_count

HELP = "sổ số văn bản của các bản đã phát hành; ghi số văn thư cấp sau"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("version", nargs="?", default=None, metavar="BẢN", help="ghi số cho bản này, ví dụ 2021-Q1/v2")
    parser.add_argument("--number", default="", help="số, ký hiệu văn thư cấp, ví dụ 47/BC-UBND")
    parser.add_argument("--date", default="", dest="signed_on", help="ngày ký, năm-tháng-ngày")
    parser.add_argument("--signer", default="", help="họ tên người ký")
    parser.add_argument("--by", default=None, help="người ghi sổ (mặc định: biến môi trường KSTT_USER)")


def run(parsed: argparse.Namespace) -> int:
    """Print the register, after entering a number where one is given."""
    from pipelines.figures.version import ISSUE_KINDS
    from pipelines.package.numbers import give_number, register_of_numbers
    from pipelines.warehouse.act_words import person

    office = load(parsed)
    if parsed.version is not None:
        signed_on = day(parsed.signed_on) if parsed.signed_on else ""
        give_number(office, parsed.version, parsed.number.strip(), signed_on, parsed.signer.strip(), person(parsed.by))
        print(f"✓ Đã ghi số {parsed.number.strip()} cho {parsed.version}.")
    found = register_of_numbers(office)
    for item in found:
        number = item.number or "(chưa có số)"
        signed = f", ký {item.signed_on[8:]}/{item.signed_on[5:7]}/{item.signed_on[:4]}" if item.signed_on else ""
        entered = f", ghi sau bởi {item.entered_by}" if item.entered_by else ""
        who = f", {item.signer}" if item.signer else ""
        print(f"{number}  {item.issue_id}  {ISSUE_KINDS[item.kind].lower()}{signed}{who}{entered}")
    without = sum(not item.number for item in found)
    print(f"{counted(found)} bản đã phát hành, {format_count(without)} bản chưa có số văn bản.")
    return 0
