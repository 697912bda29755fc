"""`kstt trace`: from a printed cell to dossiers, files and rows.

Here: command line. Not here: the query (audit/trace), the words (audit/trace_text), short codes (audit/short_code).
Invariant: reads and prints only.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipelines.commands.common import load
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.audit.trace_named import Named
    from pipelines.office.settings import Office

HELP = "từ một ô in ra đến hồ sơ, tệp, dòng"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1; hoặc mã số liệu, ví dụ 2021Q1-06a-B3-c10-v2 (một mình)")
    parser.add_argument(
        "form", nargs="?", help="mã biểu, ví dụ II.06a; hoặc mã đầy đủ của số, ví dụ II.06a/tp-st/B.3/c10"
    )
    parser.add_argument("--row", help='nhãn hoặc mã dòng, ví dụ "Hộ tịch" hoặc B.2')
    parser.add_argument("--column", help="số cột in trên biểu, hoặc tên tỷ lệ của biểu")
    parser.add_argument("--unit", default=None, help="biểu của đơn vị, ví dụ p03 (mặc định: toàn thành phố)")
    parser.add_argument("--as-of", default=None, help="báo cáo có số liệu đến ngày này")
    parser.add_argument(
        "--version", type=int, default=None, help="bản đã phát hành, ví dụ 1 (mặc định: dự thảo mới nhất)"
    )
    parser.add_argument("--limit", type=int, default=200, help="số dòng in ra nhiều nhất (0: tất cả)")


def run(parsed: argparse.Namespace) -> int:
    """Print each cell the row and column represent, and what is behind it."""
    from pipelines.audit.trace_text import several_lines, trace_lines

    named = _named(parsed)
    for line in named.lines:
        print(line)
    for line in several_lines(named.cells):
        print(line)
    for cell in named.cells:
        for line in trace_lines(cell, parsed.limit):
            print(line)
    return 0


def _named(parsed: argparse.Namespace) -> Named:
    from pipelines.audit.short_code import EXAMPLE, parse_short_code
    from pipelines.audit.trace import trace
    from pipelines.audit.trace_named import Named, trace_named, trace_short

    office = load(parsed)
    asked = [name for name in ("row", "column", "unit") if getattr(parsed, name) is not None]
    if parsed.form is None:
        if asked:
            raise OfficeError(f"Mã số liệu đứng một mình, không cùng --{asked[0]}; hoặc thiếu mã biểu, ví dụ II.06a.")
        if "/" in parsed.period:
            raise OfficeError(f"Mã «{parsed.period}» có ở nhiều kỳ. Viết kèm kỳ: kstt trace 2021-Q1 {parsed.period}")
        code = parse_short_code(parsed.period)
        return trace_short(_report(office, code.period_among(_periods(office)), code.version, parsed.as_of), code)
    report = _report(office, parsed.period, parsed.version, parsed.as_of)
    if "/" in parsed.form:
        if asked:
            raise OfficeError(f"Mã đầy đủ của số đã có đơn vị, dòng và cột: bỏ --{asked[0]}.")
        return trace_named(report, parsed.form)
    if parsed.row is None or parsed.column is None:
        raise OfficeError(f"Cần cả --row và --column; hoặc chỉ một mã số liệu, ví dụ kstt trace {EXAMPLE}")
    return Named((), tuple(trace(report, parsed.form, parsed.row, parsed.column, parsed.unit)))


def _periods(office: Office) -> list[str]:
    return list(office.reference["periods"]["period_id"])


def _report(office: Office, period_id: str, version: int | None, as_of: str | None) -> Path:
    """Return the report that is meant: an issued version, or the newest draft."""
    from pipelines.warehouse.finished import latest_report
    from pipelines.warehouse.issued import find_issued

    return (
        find_issued(office, period_id, version).checked_folder() if version else latest_report(office, period_id, as_of)
    )
