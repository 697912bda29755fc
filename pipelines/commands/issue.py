"""`kstt issue`: freeze the newest finished report of a period as a version that was sent.

Here: command line. Not here: rules and writing (package/issue).
Invariant: a person issues, by name and with a reason; nothing else ever does.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import day, load, relative

HELP = "phát hành báo cáo mới nhất của một kỳ (đóng băng, ghi sổ việc)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument(
        "--kind",
        required=True,
        choices=("provisional", "final", "corrected"),
        help="provisional: bản tạm tính; final: bản chính thức; corrected: bản đính chính",
    )
    parser.add_argument("--by", default=None, help="người phát hành (mặc định: biến môi trường KSTT_USER)")
    parser.add_argument("--why", required=True, help="lý do, căn cứ phát hành; bản đính chính in lý do này")
    parser.add_argument("--as-of", default=None, help="báo cáo có số liệu đến ngày này (năm-tháng-ngày)")
    parser.add_argument(
        "--force", default=None, metavar="LÝ_DO", help="phát hành dù còn vướng mắc; lý do in trên báo cáo"
    )

    parser.add_argument("--number", default="", help="số, ký hiệu văn thư cấp, ví dụ 47/BC-UBND (bỏ trống: để trống)")
    parser.add_argument("--date", default="", dest="signed_on", help="ngày ký, năm-tháng-ngày (bỏ trống: để trống)")
    parser.add_argument("--signer", default="", help="họ tên người ký (bỏ trống: để trống)")


def run(parsed: argparse.Namespace) -> int:
    """Issue, and say where the version lies."""
    from pipelines.figures.version import ISSUE_KINDS
    from pipelines.office.journal import person, reason
    from pipelines.package.issue import Request, issue

    request = Request(
        period_id=parsed.period,
        kind=parsed.kind,
        by=person(parsed.by),
        why=reason(parsed.why),
        as_of=parsed.as_of,
        force=reason(parsed.force) if parsed.force is not None else None,
        number=parsed.number.strip(),
        signed_on=day(parsed.signed_on) if parsed.signed_on else "",
        signer=parsed.signer.strip(),
    )
    issued = issue(load(parsed), request)
    forced = issued.record()["printed"]["forced"]
    print(f"✓ Đã phát hành {ISSUE_KINDS[issued.kind].lower()} kỳ {issued.period_id}, phiên bản {issued.version}.")
    if forced:
        print(f"  Còn vướng mắc; lý do in trên báo cáo: {forced}")
    elif request.force:
        print("  Không có vướng mắc nào: lý do --force không dùng đến và không in.")
    print(f"  Thư mục: {relative(issued.folder)}/")
    return 0
