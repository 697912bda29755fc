"""`kstt templates`: are the office's words right, and what may they call.

Here: command line. Not here: trying templates (package/template_check), the list of names (figures/template_names).
Invariant: reads and prints only.
"""

from __future__ import annotations

import argparse

from pipelines.commands.common import load
from pipelines.office.text import counted, format_count

HELP = "kiểm tra mẫu lời văn (check), danh mục tên mẫu gọi được (names)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("act", choices=("check", "names"), help="check: kiểm tra mọi mẫu; names: danh mục tên gọi")


def run(parsed: argparse.Namespace) -> int:
    """Print the problems found, or the dictionary."""
    from pipelines.units.template_check import check_templates, names_page, read_layouts

    office = load(parsed)
    layouts = read_layouts(office)
    if parsed.act == "names":
        print(names_page(office, layouts), end="")
        return 0
    tried, problems = check_templates(office, layouts)
    for problem in problems:
        print(f"✗ {problem}")
    print(f"{'✗' if problems else '✓'} Đã kiểm tra {format_count(tried)} mẫu, {counted(problems)} lỗi.")
    return 1 if problems else 0
