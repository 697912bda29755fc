"""`kstt issue`: freeze the newest finished report of a period as a version that was sent.

Here: command line. Not here: rules and writing (package/issue).
Invariant: a person issues, by name and with a reason; nothing else ever does.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import day, load, relative
from pipelines.office.text import counted

if TYPE_CHECKING:
    from pipelines.office.settings import Office
    from pipelines.package.issue import Request

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
        "--force",
        action="append",
        default=[],
        metavar="[MÃ=]LÝ_DO",
        help="phát hành dù còn vướng mắc: lý do của từng vướng mắc, lặp lại được; in trên báo cáo",
    )
    parser.add_argument(
        "--force-file",
        type=Path,
        default=None,
        metavar="TỆP.csv",
        help="lý do của từng vướng mắc trong một bảng; chưa có tệp thì ghi ra để điền",
    )
    parser.add_argument(
        "--without-recount",
        default="",
        metavar="LÝ_DO",
        help="không đếm lại độc lập trước khi phát hành, vì lý do này (ghi vào sổ việc)",
    )
    parser.add_argument("--number", default="", help="số, ký hiệu văn thư cấp, ví dụ 47/BC-UBND (bỏ trống: để trống)")
    parser.add_argument("--date", default="", dest="signed_on", help="ngày ký, năm-tháng-ngày (bỏ trống: để trống)")
    parser.add_argument("--signer", default="", help="họ tên người ký (bỏ trống: để trống)")


def run(parsed: argparse.Namespace) -> int:
    """Issue, and say where the version lies."""
    from pipelines.figures.version import ISSUE_KINDS
    from pipelines.package.force import given_reasons
    from pipelines.package.issue import Request, issue
    from pipelines.setup.supply import lacking
    from pipelines.warehouse.act_words import person, reason

    uncounted = f" (không đếm lại: {reason(parsed.without_recount)})" if parsed.without_recount else ""
    request = Request(
        period_id=parsed.period,
        kind=parsed.kind,
        by=person(parsed.by),
        why=reason(parsed.why) + uncounted,
        as_of=parsed.as_of,
        force={**_listed(parsed.force_file), **given_reasons(parsed.force)},
        number=parsed.number.strip(),
        signed_on=day(parsed.signed_on) if parsed.signed_on else "",
        signer=parsed.signer.strip(),
    )
    office = load(parsed)
    if parsed.force_file is not None and not parsed.force_file.exists():
        return _write_list(office, request, parsed.force_file)
    issued = issue(office, request) if parsed.without_recount else issue(office, request, partial(_count_again, office))
    printed = issued.record()["printed"]
    forced = printed["forced"]
    print(f"✓ Đã phát hành {ISSUE_KINDS[issued.kind].lower()} kỳ {issued.period_id}, phiên bản {issued.version}.")
    if forced:
        for line, why in zip(printed["blockers"], printed["reasons"], strict=True):
            print(f"  Còn vướng mắc: {line} Lý do vẫn phát hành: {why}")
    elif request.force:
        print("  Không có vướng mắc nào: lý do --force không dùng đến và không in.")
    print(f"  Thư mục: {relative(issued.folder)}/")
    for line in lacking(office):
        print(f"  ! {line}")
    return 0


def _count_again(office: Office, report: Path) -> str:
    """Count a report from the received files by other code: what was written is not believed because it is there."""
    from pipelines.commands.recount import disagreement

    print("· Đếm lại độc lập từ tệp đã nhận…", flush=True)
    found = disagreement(office, report)
    if not found:
        return ""
    period = report.parts[-3]
    return (
        f"Báo cáo không khớp khi đếm lại từ tệp đã nhận, không phát hành:\n{found}\nXem đủ: kstt recount {period}. "
        f"Lập lại: kstt run {period}. Vẫn phát hành: --without-recount 'lý do'."
    )


def _listed(path: Path | None) -> dict[str, str]:
    from pipelines.package.force import listed_reasons

    return listed_reasons(path) if path is not None and path.exists() else {}


def _write_list(office: Office, request: Request, path: Path) -> int:
    from pipelines.package.force import write_list
    from pipelines.package.issue import blocking

    found = blocking(office, request)
    if not found:
        print("Không có vướng mắc nào: bỏ --force-file rồi phát hành.")
        return 0
    write_list(path, found)
    print(f"Đã ghi {counted(found)} vướng mắc vào {relative(path)}. Điền cột «Lý do» rồi chạy lại lệnh này.")
    return 1
