"""`kstt what-if`: a period under another reading of the counting rules, against the office's own.

Here: command line. Not here: building (runner), comparing (audit/diff).
Invariant: the other answer is a report of its own, in its own folder; settings and other reports stay as they are.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load, office_path, switches
from pipelines.commands.diff import common_arguments, show
from pipelines.office.errors import OfficeError

HELP = "biểu sẽ khác thế nào nếu đếm theo quy tắc khác: từng ô, từng hồ sơ"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("switch", nargs="+", metavar="TÊN=GIÁ_TRỊ", help="quy tắc đếm khác")
    parser.add_argument("--as-of", default=None, help="số liệu tính đến ngày (năm-tháng-ngày)")
    parser.add_argument("--received-by", default=None, help="chỉ dùng tệp nhận đến lúc (ISO, có múi giờ)")
    common_arguments(parser)


def run(parsed: argparse.Namespace) -> int:
    """Build both answers (or find them built), compare, print."""
    from pipelines.audit.diff import Version, compare
    from pipelines.runner import run_report

    turned = switches(parsed.switch)
    question = (office_path(parsed), parsed.period, parsed.as_of, parsed.received_by)
    own = run_report(*question)
    other = run_report(*question, turned)
    if own.report_dir == other.report_dir:
        raise OfficeError(f"Đơn vị đang đếm đúng theo {', '.join(parsed.switch)}; không có gì để so.")
    found = compare(Version("quy tắc hiện dùng", own.report_dir), Version(" ".join(parsed.switch), other.report_dir))
    show(found, load(parsed), parsed)
    return 0
