"""Command `kstt`: run, status, trace, ui.

Here: reading the command line and printing in Vietnamese. Not here: work (rooms below), Dagster objects (defs).
Invariant: quick to start (nothing heavy imported before it is needed); an officer never sees a stack trace.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from pipelines.office.errors import OfficeError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code (0 done, 1 something to mend, 2 wrong command line)."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except OfficeError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kstt", description="Kho số liệu và báo cáo kiểm soát thủ tục hành chính.")
    parser.add_argument("--office", default=None, help="thư mục đơn vị (mặc định: KSTT_OFFICE hoặc sample_office)")
    commands = parser.add_subparsers(required=True, metavar="lệnh")

    run = commands.add_parser("run", help="nhận tệp và lập báo cáo một kỳ")
    run.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    run.add_argument("--as-of", default=None, help="số liệu tính đến ngày (năm-tháng-ngày)")
    run.add_argument("--received-by", default=None, help="chỉ dùng tệp nhận đến lúc (ISO, có múi giờ)")
    run.add_argument(
        "--switch", action="append", default=[], metavar="TÊN=GIÁ_TRỊ", help="quy tắc đếm khác, lặp lại được"
    )
    run.set_defaults(command=_run)

    status = commands.add_parser("status", help="đơn vị nào đã gửi, còn thiếu, tệp nào bị từ chối")
    status.add_argument("period")
    status.set_defaults(command=_status)

    trace = commands.add_parser("trace", help="từ một ô in ra đến hồ sơ, tệp, dòng")
    trace.add_argument("period")
    trace.add_argument("form", help="mã biểu, ví dụ II.06a")
    trace.add_argument("--row", required=True, help='nhãn hoặc mã dòng, ví dụ "Hộ tịch" hoặc B.2')
    trace.add_argument("--column", required=True, type=int, help="số cột in trên biểu")
    trace.add_argument("--unit", default=None, help="biểu của đơn vị, ví dụ p03 (mặc định: toàn thành phố)")
    trace.add_argument("--as-of", default=None)
    trace.add_argument("--limit", type=int, default=200, help="số hồ sơ in ra nhiều nhất (0: tất cả)")
    trace.set_defaults(command=_trace)

    ui = commands.add_parser("ui", help="mở giao diện Dagster trên máy này (127.0.0.1)")
    ui.add_argument("--port", type=int, default=3000)
    ui.set_defaults(command=_ui)
    return parser


def _office_path(parsed: argparse.Namespace) -> Path:
    from pipelines.paths import REPOSITORY

    return Path(parsed.office or os.environ.get("KSTT_OFFICE") or REPOSITORY / "sample_office")


def _run(parsed: argparse.Namespace) -> int:
    from pipelines.runner import run_report

    started = time.monotonic()
    switches = _switches(parsed.switch)
    result = run_report(
        _office_path(parsed),
        parsed.period,
        parsed.as_of,
        parsed.received_by,
        switches,
        say=lambda line: print(f"· {line}", flush=True),
    )
    if not result.built:
        print("✓ Không có gì thay đổi: báo cáo này đã lập, không lập lại.")
    _print_summary(result.summary)
    print(f"  Thời gian: {time.monotonic() - started:.1f} giây")
    print("  Đã lập:" if result.built else "  Đang có:")
    for path in sorted(result.report_dir.iterdir()):
        print(f"    {_relative(path)}{'/' if path.is_dir() else ''}")
    return 0


def _switches(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise OfficeError(f"«{wrong[0]}» không đúng dạng TÊN=GIÁ_TRỊ, ví dụ lateness_granularity=timestamp.")
    return dict(pair.split("=", 1) for pair in pairs)


def _print_summary(summary: dict[str, object]) -> None:
    for label, value in summary.items():
        print(f"  {label}: {value}")


def _relative(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _status(parsed: argparse.Namespace) -> int:
    from pipelines.office.settings import load_office
    from pipelines.warehouse.status import period_status

    for line in period_status(load_office(_office_path(parsed)), parsed.period):
        print(line)
    return 0


def _trace(parsed: argparse.Namespace) -> int:
    from pipelines.audit.trace import trace
    from pipelines.office.settings import load_office
    from pipelines.warehouse.finished import latest_report

    report = latest_report(load_office(_office_path(parsed)), parsed.period, parsed.as_of)
    cells = trace(report, parsed.form, parsed.row, parsed.column, parsed.unit)
    from pipelines.audit.trace_text import trace_lines

    for cell in cells:
        for line in trace_lines(cell, parsed.limit):
            print(line)
    return 0


def _ui(parsed: argparse.Namespace) -> int:
    from pipelines.office.settings import load_office
    from pipelines.runner import prepare_environment

    prepare_environment(load_office(_office_path(parsed)))
    print(f"Mở http://127.0.0.1:{parsed.port} trong trình duyệt; Ctrl+C để dừng.", flush=True)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(parsed.port),
    ]
    os.execv(sys.executable, command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
