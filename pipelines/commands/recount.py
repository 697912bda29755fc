"""`kstt recount`: a report counted again by other code.

Here: command line. Not here: counting (recount).
Invariant: reads and prints only; exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import load

if TYPE_CHECKING:
    from pipelines.office.settings import Office

HELP = "đếm lại độc lập mọi ô của một báo cáo, nêu ô nào khác"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--as-of", default=None, help="báo cáo có số liệu đến ngày này")
    parser.add_argument("--limit", type=int, default=50, help="số ô, số bản ghi khác in ra nhiều nhất (0: tất cả)")


def disagreement(office: Office, report: Path) -> str:
    """Return how a report differs from what was received, counted again; "" where it does not."""
    from pipelines.figures.layout import load_layouts
    from pipelines.recount.recount import recount_from_bytes
    from pipelines.recount.text import recount_lines

    result = recount_from_bytes(office, report / "warehouse.duckdb", load_layouts(report / "forms.json"))
    return "" if result.agrees else "\n".join(recount_lines(result, 5))


def run(parsed: argparse.Namespace) -> int:
    """Count the newest report of the period again and print what differs."""
    from pipelines.commands.common import relative
    from pipelines.figures.layout import load_layouts
    from pipelines.recount.recount import recount_from_bytes
    from pipelines.recount.text import recount_lines
    from pipelines.warehouse.finished import damaged_sentence, newest_report
    from pipelines.warehouse.foreign import check_database
    from pipelines.warehouse.whole import report_faults

    office = load(parsed)
    report = newest_report(office, parsed.period, parsed.as_of)
    print(f"Báo cáo: {relative(report)}")
    faults = report_faults(report)
    if faults:
        print(f"✗ {damaged_sentence(report, faults)}")
    check_database(report / "warehouse.duckdb")
    result = recount_from_bytes(office, report / "warehouse.duckdb", load_layouts(report / "forms.json"))
    for line in recount_lines(result, parsed.limit):
        print(line)
    return 0 if result.agrees and not faults else 1
