"""`kstt diff`: two versions of a period, cell by cell, with the records that moved and what moved them.

Here: command line, which folders are meant, writing the files the officer asks for. Not here: comparing (audit/diff).
Invariant: no report is written to; files go only to a folder the officer names, outside the office's data.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import load, office_path, relative
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pipelines.audit.diff import Version
    from pipelines.figures.comparison import Comparison
    from pipelines.office.settings import Office

HELP = "so hai phiên bản của một kỳ: ô nào đổi, hồ sơ nào vào ra, do tệp hay quy tắc nào"
NOW = "nay"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    sides = "phiên bản đã phát hành (v1), thư mục một báo cáo, hoặc «nay»"
    parser.add_argument("old", nargs="?", default=NOW, help=f"bên cũ: {sides}")
    parser.add_argument("new", nargs="?", default=NOW, help=f"bên mới: {sides} (mặc định: nay)")
    parser.add_argument("--as-of-old", default=None, help="bên cũ là số liệu hiện nay, tính đến ngày này")
    parser.add_argument("--as-of-new", default=None, help="bên mới là số liệu hiện nay, tính đến ngày này")
    common_arguments(parser)


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what every comparison takes: how much is printed, where files go."""
    parser.add_argument("--to", default=None, metavar="THƯ_MỤC", help="ghi so-sanh.xlsx, .html, bang-dinh-chinh.docx")
    parser.add_argument("--limit", type=int, default=20, help="số ô, số hồ sơ mỗi ô in ra nhiều nhất (0: tất cả)")
    parser.add_argument("--all-units", action="store_true", help="in cả ô của biểu từng đơn vị")


def run(parsed: argparse.Namespace) -> int:
    """Compare, print the summary, write the files if asked."""
    from pipelines.audit.diff import compare

    office = load(parsed)
    old = _version(parsed, office, parsed.old, parsed.as_of_old)
    new = _version(parsed, office, parsed.new, parsed.as_of_new)
    show(compare(old, new), office, parsed)
    return 0


def show(found: Comparison, office: Office, parsed: argparse.Namespace) -> None:
    """Print a comparison and write it to the folder the officer named."""
    from pipelines.audit.diff_text import comparison_lines

    for line in comparison_lines(found, parsed.limit, parsed.all_units):
        print(line)
    if parsed.to:
        for path in write_files(found, Path(parsed.to), office):
            print(f"Đã ghi {relative(path)}")


def write_files(found: Comparison, folder: Path, office: Office) -> list[Path]:
    """Write workbook, page and annex into a folder; return their paths.

    Raises:
        OfficeError: the folder lies in the office's data, where finished reports are never written to.
    """
    from pipelines.render.diff_docx import write_annex
    from pipelines.render.diff_html import write_comparison_html
    from pipelines.render.diff_xlsx import write_comparison_xlsx

    if folder.resolve().is_relative_to(office.data.resolve()):
        raise OfficeError(f"Không ghi vào {folder}: trong data/ chỉ có báo cáo đã lập. Hãy chọn thư mục khác.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "so-sanh.xlsx", folder / "so-sanh.html", folder / "bang-dinh-chinh.docx"]
    for write, path in zip((write_comparison_xlsx, write_comparison_html, write_annex), paths, strict=True):
        write(found, path)
    return paths


def _version(parsed: argparse.Namespace, office: Office, name: str, as_of: str | None) -> Version:
    from pipelines.audit.diff import Version
    from pipelines.warehouse.issued import find_issued

    if name == NOW:
        return _answer_now(parsed, as_of)
    if re.fullmatch(r"v\d+", name):
        return Version(name, find_issued(office, parsed.period, int(name[1:])).checked_folder())
    folder = Path(name)
    if not (folder / "manifest.json").is_file():
        raise OfficeError(f"«{name}» không phải phiên bản (v1, v2 …) và không phải thư mục của một báo cáo đã lập.")
    return Version(relative(folder.resolve()), folder)


def _answer_now(parsed: argparse.Namespace, as_of: str | None) -> Version:
    """Return today's answer, built if it is not there yet."""
    from pipelines.audit.diff import Version
    from pipelines.figures.text import format_day
    from pipelines.runner import run_report

    result = run_report(office_path(parsed), parsed.period, as_of)
    day = f", đến ngày {format_day(dt.date.fromisoformat(as_of))}" if as_of else ""
    return Version(f"hiện nay{day}", result.report_dir)
