"""`kstt check`: everything wrong in the office folder at once, what will run out, what nothing ever used.

Here: command line and printing. Not here: looking (setup/check, supply, unused, unread).
Invariant: writes nothing of its own; code 1 only for faults, for what runs out later stops nothing today.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.commands.common import office_path
from pipelines.office.text import counted, format_count

if TYPE_CHECKING:
    from pipelines.office.settings import Office

HELP = "kiểm tra thư mục đơn vị: mọi chỗ sai cùng lúc, những gì sắp hết, những gì chưa dùng đến"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--templates", action="store_true", help="thử cả các mẫu văn bản (lâu hơn vài giây)")


def run(parsed: argparse.Namespace) -> int:
    """Print the faults, then what the officer should know."""
    from pipelines.setup.check import check_office

    root = office_path(parsed).resolve()
    checked = check_office(root)
    faults = [*checked.faults]
    if parsed.templates and checked.office is not None:
        from pipelines.units.template_check import check_templates, read_layouts

        faults += check_templates(checked.office, read_layouts(checked.office))[1]
    print(f"Thư mục đơn vị: {root}")
    for line in _lines(faults, checked.office):
        print(line)
    return 1 if faults else 0


def _lines(faults: list[str], office: Office | None) -> Iterator[str]:
    from pipelines.ingest.landing import waiting
    from pipelines.ingest.reception_text import waiting_lines
    from pipelines.setup.incoming import incoming_doubts
    from pipelines.setup.supply import endings, lacking
    from pipelines.setup.unread import unread
    from pipelines.setup.unused import unused

    if faults:
        yield f"✗ {counted(faults)} chỗ sai, phải sửa:"
        yield from (f"  {fault}" for fault in faults)
    else:
        yield "✓ Thiết lập, danh mục, hồ sơ nguồn: không có chỗ sai."
    if office is None:
        yield "  Sửa xong, chạy lại kstt check để xem tiếp những gì sắp hết và chưa dùng đến."
        return
    ending = endings(office, office.clock.today())
    if ending:
        yield f"! {counted(ending)} điều sắp hết hoặc còn thiếu:"
        yield from (f"  {item.sentence}" for item in ending)
    yield from (f"! {line}" for line in lacking(office))
    yield from (f"! {line}" for line in incoming_doubts(office))
    never = list(unused(office))
    if never:
        yield f"· Chưa tệp nào dùng đến ({counted(never)}):"
        yield from (f"  {line}" for line in never)
    strange = list(unread(office))
    if strange:
        yield f"! {counted(strange)} tệp chờ nhận có chỗ không được đọc:"
        yield from (f"  {line}" for line in strange)
    held = waiting(office).waiting
    yield from waiting_lines([item for item in held if item.kind != "new"])
    if new := sum(item.kind == "new" for item in held):
        yield f"· {format_count(new)} tệp trong inbox chờ nhận: kstt receive"
