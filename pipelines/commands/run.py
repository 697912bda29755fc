"""`kstt run`: receive what is new and build the report of a period.

Here: command line and summary. Not here: the job (runner).
Invariant: prints where the files are; prints a line when nothing had to be built.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from pipelines.commands.common import load, office_path, print_lines, relative, switches
from pipelines.office.errors import OfficeError
from pipelines.office.text import counted, format_count, format_decimal

HELP = "nhận tệp và lập báo cáo một kỳ"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", nargs="?", default=None, help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument(
        "--from", dest="first", default=None, metavar="NGÀY", help="đột xuất: từ ngày (năm-tháng-ngày), thay cho mã kỳ"
    )
    parser.add_argument("--to", dest="last", default=None, metavar="NGÀY", help="đột xuất: đến hết ngày")
    parser.add_argument("--as-of", default=None, help="số liệu tính đến ngày (năm-tháng-ngày)")
    parser.add_argument("--received-by", default=None, help="chỉ dùng tệp nhận đến lúc (ISO, có múi giờ)")
    parser.add_argument(
        "--switch", action="append", default=[], metavar="TÊN=GIÁ_TRỊ", help="quy tắc đếm khác, lặp lại được"
    )
    parser.add_argument(
        "--engine",
        default=None,
        metavar="TÊN",
        help="tính bằng duckdb hoặc spark, thay cho office.yaml; số liệu như nhau",
    )
    parser.add_argument(
        "--units", default=None, metavar="ĐƠN_VỊ", help="lập thêm báo cáo riêng: all, hoặc mã đơn vị cách nhau dấu phẩy"
    )


def run(parsed: argparse.Namespace) -> int:
    """Run the job, or say that this very report is there."""
    from pipelines.runner import run_report
    from pipelines.warehouse.reported_claims import claim_lines, refused_lines

    started = time.monotonic()
    result = run_report(
        office_path(parsed),
        _period(parsed),
        parsed.as_of,
        parsed.received_by,
        switches(parsed.switch),
        parsed.engine,
        say=lambda line: print(f"· {line}", flush=True),
    )
    if not result.built:
        print("✓ Không có gì thay đổi: báo cáo này đã lập, không lập lại.")
    print_lines(result.summary)
    for line in [*claim_lines(result.report_dir), *refused_lines(result.report_dir)]:
        print(f"  ! {line}")
    print(f"  Thời gian: {format_decimal(time.monotonic() - started)} giây")
    print("  Đã lập:" if result.built else "  Đang có:")
    for path in sorted(result.report_dir.iterdir()):
        print(f"    {relative(path)}{'/' if path.is_dir() else ''}")
    if parsed.units:
        _make_units(parsed, result.report_dir)
    return 0


def _period(parsed: argparse.Namespace) -> str:
    """Return the period asked: the one named, or any range of days.

    Raises:
        OfficeError: neither, both, or half a range is given.
    """
    from pipelines.periods.calendar import parse_day
    from pipelines.periods.period import range_id

    days = [text for text in (parsed.first, parsed.last) if text]
    if parsed.period and not days:
        return str(parsed.period)
    if parsed.period or len(days) != 2:
        raise OfficeError("Cần mã kỳ (ví dụ 2021-Q1), hoặc cả --from và --to; không cùng lúc cả hai.")
    return range_id(*map(parse_day, days))


def _make_units(parsed: argparse.Namespace, report: Path) -> None:
    from pipelines.units.reports import make_units

    started = time.monotonic()
    chosen = None if parsed.units == "all" else parsed.units.split(",")
    made = make_units(load(parsed), report, chosen, say=lambda line: print(f"· {line}", flush=True))
    new = sum(item.built for item in made)
    print(
        f"  Báo cáo của {counted(made)} đơn vị ({format_count(new)} lập mới, "
        f"{format_decimal(time.monotonic() - started)} giây):"
    )
    for item in made:
        print(f"    {relative(item.folder)}/  {item.unit_name}")
