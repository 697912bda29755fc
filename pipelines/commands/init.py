"""`kstt init`: a new office folder, from answers or flags, and from exports where there are any.

Here: command line, asking, what is printed. Not here: the files (setup/new_office), what exports say (setup/drafts).
Invariant: writes into an empty or new folder only; what it wrote passes `kstt check`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.office.errors import OfficeError
from pipelines.office.text import counted, format_count

if TYPE_CHECKING:
    from pipelines.setup.drafts import Drafted
    from pipelines.setup.starter import Structure, Unit

HELP = "tạo thư mục đơn vị mới: thiết lập, danh mục, kỳ, ngày nghỉ, inbox; --from: soạn từ tệp kết xuất có sẵn"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("folder", type=Path, metavar="THƯ_MỤC", help="thư mục mới")
    parser.add_argument("--name", default=None, help="tên đơn vị tổng hợp, ví dụ «UBND thành phố A» (không ghi: hỏi)")
    parser.add_argument("--unit-id", default=None, metavar="MÃ", help="mã đơn vị tổng hợp (mặc định: theo tên)")
    parser.add_argument(
        "--structure",
        choices=("two-tier", "before"),
        default=None,
        help="two-tier: hai cấp, từ 01/7/2025; before: còn cấp huyện (mặc định: theo kỳ đầu tiên)",
    )
    parser.add_argument(
        "--level",
        choices=("city", "commune", "department"),
        default="city",
        help="city: tỉnh, thành phố có phường, xã và cơ quan; commune: một phường, xã; department: một sở, phòng, "
        "tự nhận hồ sơ và lập báo cáo của mình",
    )
    parser.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar="[MÃ=]TÊN",
        help="một phường, xã hay cơ quan: «Phường 1» hoặc p1=«Phường 1»; lặp lại được",
    )
    parser.add_argument("--units-file", type=Path, default=None, metavar="TỆP", help="mỗi dòng một đơn vị như --unit")
    parser.add_argument("--first-period", default=None, metavar="KỲ", help="kỳ báo cáo đầu tiên, ví dụ 2026-Q3")
    parser.add_argument("--parent", default="", help="cơ quan cấp trên, in ở đầu văn bản")
    parser.add_argument("--place", default="", help="địa danh in trước ngày tháng")
    parser.add_argument(
        "--owes",
        choices=("plan", "core"),
        default="plan",
        help="plan: đơn vị gửi đủ các nội dung của kế hoạch; core: chỉ danh sách hồ sơ",
    )
    parser.add_argument(
        "--from",
        dest="sources",
        nargs="+",
        type=Path,
        default=[],
        metavar="TỆP",
        help="soạn đơn vị, lĩnh vực, thủ tục, hồ sơ nguồn từ tệp kết xuất và danh mục quốc gia",
    )


def run(parsed: argparse.Namespace) -> int:
    """Write the folder, check it, and say what is left to do."""
    from pipelines.setup.check import check_office
    from pipelines.setup.drafts import draft_office
    from pipelines.setup.new_office import NewOffice, write_office
    from pipelines.setup.starter import plain_name, slug

    name = parsed.name or _asked("Tên đơn vị tổng hợp (ví dụ UBND thành phố A)", "--name")
    first = parsed.first_period or _asked("Kỳ báo cáo đầu tiên (ví dụ 2026-Q3)", "--first-period")
    structure: Structure = _structure(parsed.structure, first)
    units = _units(parsed)
    drafted = draft_office(parsed.sources, structure, units)
    new = NewOffice(
        name=" ".join(name.split()),
        unit_id=parsed.unit_id or slug(plain_name(name)),
        structure=structure,
        first_period=first,
        units=(*units, *drafted.units),
        parent_name=parsed.parent,
        place=parsed.place,
        owes=parsed.owes,
        level=parsed.level,
        fields=tuple(drafted.fields),
        procedures=tuple(drafted.procedures) if parsed.sources else None,
        profiles=drafted.profiles,
    )
    if new.level == "city" and not any(unit.kind == "ward" for unit in new.units):
        raise OfficeError(
            'Chưa có phường, xã nào. Thêm --unit "Phường A" cho từng đơn vị, hoặc --units-file, --from. '
            "Một phường, xã hay sở, phòng tự lập báo cáo của mình: --level commune, --level department."
        )
    written = write_office(parsed.folder, new)
    standard = len(new.all_units) - len(new.units) - 1
    print(f"✓ Đã tạo {parsed.folder} ({new.name}, từ kỳ {first}):")
    print(
        f"  {counted(new.all_units)} đơn vị: đơn vị tổng hợp, {format_count(standard)} cơ quan có sẵn theo cơ cấu "
        f"(sửa ở reference/units.csv), {counted(new.units)} đơn vị nêu tên."
    )
    for path in written:
        print(f"  {path}")
    _print_drafted(drafted)
    checked = check_office(parsed.folder.resolve())
    for fault in checked.faults:
        print(f"✗ {fault}")
    print(f"Tiếp theo: đọc {parsed.folder}/README.md; kiểm tra bất cứ lúc nào: kstt --office {parsed.folder} check")
    return 1 if checked.faults else 0


def _print_drafted(drafted: Drafted) -> None:
    for line in drafted.files:
        print(f"· {line}")
    if drafted.files:
        print(
            f"  Soạn từ tệp: {counted(drafted.units)} đơn vị, {counted(drafted.fields)} lĩnh vực mới, "
            f"{counted(drafted.profiles)} hồ sơ nguồn."
        )
    if drafted.notes:
        print(f"! {counted(drafted.notes)} điều chưa khớp, cần xem lại:")
        for note in drafted.notes:
            print(f"  {note}")


def _asked(question: str, flag: str) -> str:
    """Return what a person types.

    Raises:
        OfficeError: nobody is there to ask, or the answer is empty.
    """
    answer = input(f"{question}: ").strip() if sys.stdin.isatty() else ""
    if not answer:
        raise OfficeError(f"Thiếu {flag}. Ví dụ: kstt init thu-muc --name «UBND thành phố A» --first-period 2026-Q3 …")
    return answer


def _structure(given: str | None, first: str) -> Structure:
    if given is not None:
        return "two_tier" if given == "two-tier" else "before"
    return "before" if first[:7] < "2025-Q3" and first[5:] not in ("9M", "Y") else "two_tier"


def _units(parsed: argparse.Namespace) -> list[Unit]:
    from pipelines.setup.starter import unit_named

    lines = list(parsed.unit)
    if parsed.units_file is not None:
        if not parsed.units_file.is_file():
            raise OfficeError(f"Không có tệp {parsed.units_file}.")
        lines += [line for line in parsed.units_file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    if not lines and not parsed.sources and sys.stdin.isatty():
        while line := input("Phường, xã hay cơ quan (Enter để thôi): ").strip():
            lines.append(line)
    return [unit_named(line) for line in lines]
