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

    from pipelines.audit.short_code import ShortCode
    from pipelines.audit.trace import TracedCell
    from pipelines.office.settings import Office

HELP = "từ một ô in ra đến hồ sơ, tệp, dòng"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1; hoặc mã số liệu, ví dụ 2021Q1-06a-B3-c10-v2 (một mình)")
    parser.add_argument("form", nargs="?", help="mã biểu, ví dụ II.06a")
    parser.add_argument("--row", help='nhãn hoặc mã dòng, ví dụ "Hộ tịch" hoặc B.2')
    parser.add_argument("--column", help="số cột in trên biểu, hoặc tên tỷ lệ của biểu")
    parser.add_argument("--unit", default=None, help="biểu của đơn vị, ví dụ p03 (mặc định: toàn thành phố)")
    parser.add_argument("--as-of", default=None, help="báo cáo có số liệu đến ngày này")
    parser.add_argument("--limit", type=int, default=200, help="số dòng in ra nhiều nhất (0: tất cả)")


def run(parsed: argparse.Namespace) -> int:
    """Print each cell the row and column represent, and what is behind it."""
    from pipelines.audit.trace_text import trace_lines

    for cell in _cells(parsed):
        for line in trace_lines(cell, parsed.limit):
            print(line)
    return 0


def _cells(parsed: argparse.Namespace) -> list[TracedCell]:
    from pipelines.audit.short_code import EXAMPLE, parse_short_code
    from pipelines.audit.trace import trace, trace_code
    from pipelines.warehouse.finished import latest_report

    office = load(parsed)
    if parsed.form is None:
        others = [name for name in ("row", "column", "unit") if getattr(parsed, name) is not None]
        if others:
            raise OfficeError(f"Mã số liệu đứng một mình, không cùng --{others[0]}; hoặc thiếu mã biểu, ví dụ II.06a.")
        code = parse_short_code(parsed.period)
        return trace_code(_report(office, code, parsed.as_of), code)
    if parsed.row is None or parsed.column is None:
        raise OfficeError(f"Cần cả --row và --column; hoặc chỉ một mã số liệu, ví dụ kstt trace {EXAMPLE}")
    report = latest_report(office, parsed.period, parsed.as_of)
    return trace(report, parsed.form, parsed.row, parsed.column, parsed.unit)


def _report(office: Office, code: ShortCode, as_of: str | None) -> Path:
    """Return the report a code speaks of: an issued version, or the newest draft."""
    from pipelines.periods.period import range_of
    from pipelines.warehouse.finished import latest_report
    from pipelines.warehouse.issued import find_issued

    asked = range_of(code.period)
    known = office.reference["periods"]["period_id"]
    period_id = asked.period_id if asked is not None else code.period_among(known)
    return (
        find_issued(office, period_id, code.version).folder if code.version else latest_report(office, period_id, as_of)
    )
