"""`kstt inspect`: what a file is, what each of its columns becomes, what is wrong with it, and what it would change.

Here: command line and what is printed. Not here: looking (ingest/inspection), comparing (warehouse/effect).
Invariant: receives nothing, prints no personal cell; exit code 1 when the file would be refused.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands.common import load
from pipelines.figures.text import format_count
from pipelines.office.errors import OfficeError
from pipelines.office.text import counted, printable

if TYPE_CHECKING:
    from pipelines.audit.own_workbook import OwnWorkbook
    from pipelines.ingest.inspection import HeaderSeen, Inspection, SheetSeen
    from pipelines.ingest.reading import Reading
    from pipelines.office.profiles import Profile
    from pipelines.office.settings import Office
    from pipelines.warehouse.effect import Effect

HELP = "xem một tệp trước khi nhận: định dạng, bảng, cột, ngày, phần ẩn, lỗi; --effect: sẽ thay đổi gì"

_PROBLEMS_SHOWN = 20
_FATES = {
    "personal": "không đọc (dữ liệu cá nhân)",
    "not_needed": "không dùng",
    "dropped_by_profile": "bỏ theo hồ sơ nguồn",
    "unknown": "CHƯA BIẾT",
}
_KINDS = {
    "title": "tiêu đề", "header": "tiêu đề cột", "numbering": "đánh số cột", "section": "dòng nhóm",
    "total": "dòng tổng", "signature": "chữ ký, ghi chú",
    "row_number": "dòng chỉ có số thứ tự", "repeated": "dòng lặp lại",
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("file", type=Path, metavar="TỆP", help="tệp cần xem")
    parser.add_argument(
        "--unit", default=None, help="đơn vị gửi, ví dụ p03 (mặc định: theo thư mục inbox/<kỳ>/<đơn vị>)"
    )
    parser.add_argument("--period", default=None, help="kỳ báo cáo (mặc định: theo thư mục)")
    parser.add_argument("--effect", action="store_true", help="so với tệp của đơn vị đang dùng trong báo cáo nháp")


def run(parsed: argparse.Namespace) -> int:
    """Print what the file is; return 1 when it would be refused."""
    from pipelines.audit.own_workbook import read_own_workbook

    office = load(parsed)
    path: Path = parsed.file
    if not path.is_file():
        raise OfficeError(f"Không có tệp {path}.")
    own = read_own_workbook(office, path)
    if own is not None:
        print("\n".join(_own_lines(path, own)))
        return 1 if own.differences or not own.report else 0
    is_good = True
    for line in _found(office, path, *place_of_file(office, path, parsed.period, parsed.unit), parsed.effect):
        is_good = is_good and not line.lstrip().startswith("✗")
        print(line)
    return 0 if is_good else 1


def _found(office: Office, path: Path, period_id: str | None, unit_id: str | None, effect: bool) -> Iterator[str]:
    """Yield what a file is: a return of ours whatever its name, else what its profile makes of it."""
    from pipelines.commands.inspect_return import return_lines, seen_return

    seen = seen_return(office, path, period_id, unit_id)
    if seen is None:
        yield from _lines(office, path, period_id, unit_id, profile_of_file(office, path, unit_id), effect)
        return

    def sheet_lines(unit: str, period: str, profile: Profile) -> Iterator[str]:
        return judged_lines(office, path, period, unit, profile, effect)

    yield f"Tệp: {printable(path.name)} ({format_count(path.stat().st_size)} byte)"
    yield from return_lines(office, path, seen, sheet_lines)


def _own_lines(path: Path, own: OwnWorkbook) -> Iterator[str]:
    """Yield what a workbook of our own forms is, and each figure that is not its report's."""
    yield f"Tệp: {printable(path.name)} ({format_count(path.stat().st_size)} byte): bộ biểu mẫu do phần mềm này lập"
    yield f"Số liệu có mã: {format_count(own.figure_count)}"
    if not own.report:
        yield "✗ Không báo cáo nào của đơn vị có các số liệu này."
        return
    yield f"Là {own.report}" + ("" if own.is_untouched else "; tệp đã được ghi lại bằng phần mềm khác")
    if not own.differences:
        yield "✓ Mọi số liệu bằng số trong báo cáo."
        return
    yield f"✗ Khác báo cáo: {format_count(len(own.differences))} số liệu"
    for item in own.differences[:_PROBLEMS_SHOWN]:
        yield f"  ! {item.short_code}, ô {item.place}: tệp ghi {_shown(item.found)}, báo cáo có {_shown(item.expected)}"
    if len(own.differences) > _PROBLEMS_SHOWN:
        yield f"  … còn {format_count(len(own.differences) - _PROBLEMS_SHOWN)} số liệu nữa"


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(trống)"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return format_count(value) if isinstance(value, int) else str(value).replace(".", ",")


def place_of_file(office: Office, path: Path, period: str | None, unit: str | None) -> tuple[str | None, str | None]:
    """Return period and unit: as asked, else as the place in the inbox says."""
    inside = path.resolve().relative_to(office.inbox).parts if path.resolve().is_relative_to(office.inbox) else ()
    named_period, named_unit = (inside[0], inside[1]) if len(inside) > 2 else (None, None)
    unit = unit or named_unit
    known = set(office.reference["units"]["unit_id"])
    if unit is not None and unit not in known:
        raise OfficeError(f"Không có đơn vị «{unit}». Cho phép: {', '.join(sorted(known))}.")
    return period or named_period, unit


def profile_of_file(office: Office, path: Path, unit_id: str | None) -> Profile | None:
    """Return the profile that would read the file; without a unit only if one profile alone takes such a name."""
    from pipelines.office.profiles import issued_profiles
    from pipelines.office.text import nfc

    name = nfc(path.name)
    if unit_id is not None:
        return office.profile_for(unit_id, name)
    known = (*issued_profiles(), *office.profiles)
    fitting = [item for item in known if any(item.fits(unit, name) for unit in (*item.match.units, ""))]
    return fitting[0] if len(fitting) == 1 else None


def _lines(
    office: Office, path: Path, period_id: str | None, unit_id: str | None, profile: Profile | None, effect: bool
) -> Iterator[str]:
    from pipelines.commands.inspect_unknown import missing_lines
    from pipelines.ingest.contract import load_contract
    from pipelines.ingest.inspection import inspect_file
    from pipelines.ingest.sniff import Refused
    from pipelines.warehouse.streams import contract_path

    yield f"Tệp: {printable(path.name)} ({format_count(path.stat().st_size)} byte)"
    if profile is None:
        yield from _without_profile(office, path, unit_id)
        return
    contract = load_contract(contract_path(profile.stream))
    yield f"Hồ sơ nguồn: {profile.profile_id} — {profile.title} (bảng {contract.title})"
    if contract.fact:  # a version an office below issued has no sheets to show
        yield from judged_lines(office, path, period_id, unit_id, profile, effect)
        return
    try:
        seen = inspect_file(path, contract, profile)
    except Refused as refusal:
        yield from _refused(refusal.reason, refusal.mend)
        return
    yield from _format_lines(path, seen)
    yield from _every_sheet(seen)
    if seen.refusal is not None:
        yield from _refused(seen.refusal.reason, seen.refusal.mend)
        if seen.refusal.check_id == "missing_required_column":
            yield from missing_lines(path, seen.opened, contract, profile)
        return
    yield from judged_lines(office, path, period_id, unit_id, profile, effect)


def _without_profile(office: Office, path: Path, unit_id: str | None) -> Iterator[str]:
    from pipelines.commands.inspect_unknown import unknown_lines
    from pipelines.ingest.sniff import Refused

    try:
        yield from unknown_lines(office, path, unit_id, _format_lines, _every_sheet)
    except Refused as refusal:
        yield from _refused(refusal.reason, refusal.mend)


def _every_sheet(seen: Inspection) -> Iterator[str]:
    for sheet in seen.sheets:
        yield from _sheet_lines(sheet)


def _refused(reason: str, mend: str) -> Iterator[str]:
    yield f"✗ Tệp sẽ bị từ chối: {reason}"
    yield f"  Cách sửa: {mend}"


def _format_lines(path: Path, seen: Inspection) -> Iterator[str]:
    from pipelines.ingest.sniff import name_note

    yield f"Định dạng: {seen.opened.format}"
    note = name_note(path.name, seen.opened.format)
    if note:
        yield f"  ! {note}"
    for member, grid in seen.opened.grids:
        if grid.epoch_1904:
            yield f"  ! Ngày tính từ năm 1904{f' ({member})' if member else ''}."
        if grid.hidden_sheets:
            yield f"  ! Trang ẩn, không đọc: {', '.join(_name(member, name) for name in grid.hidden_sheets)}"
        if grid.charts:
            yield f"  ! Trang biểu đồ, không đọc: {', '.join(_name(member, name) for name in grid.charts)}"
    if seen.opened.letters:
        yield f"  ! Không phải bảng, không đọc: {', '.join(seen.opened.letters)}"


def _sheet_lines(seen: SheetSeen) -> Iterator[str]:
    sheet = seen.sheet
    width = max(map(len, sheet.rows), default=0)
    hidden = [
        f"{count} {what} ẩn" for count, what in ((sheet.hidden_rows, "dòng"), (sheet.hidden_columns, "cột")) if count
    ]
    hidden += ["đang lọc"] if sheet.has_filter else []
    hidden += [f"{counted(sheet.merges)} ô gộp"] if sheet.merges else []
    noted = f"; {', '.join(hidden)}" if hidden else ""
    yield f"Trang {_name(seen.member, sheet.name)}: {format_count(len(sheet.rows))} dòng × {width} cột{noted}"
    if not seen.header_rows:
        yield "  không có bảng cần đọc"
        return
    yield f"  tiêu đề cột ở dòng {', '.join(map(str, seen.header_rows))}"
    for header in seen.headers:
        yield f"  {header.letter:>3}  «{header.path}» → {_meaning(header)}"


def _meaning(header: HeaderSeen) -> str:
    if header.fate != "typed":
        near = f", gần nhất: «{header.nearest}»" if header.nearest else ""
        return _FATES[header.fate] + near
    required = ", bắt buộc" if header.required else ""
    styles = "; ".join(f"{style}: {format_count(count)}" for style, count in header.styles.items())
    return f"{header.column} ({header.role}{required}), {format_count(header.filled)} ô" + (
        f" — {styles}" if styles else ""
    )


def judged_lines(
    office: Office, path: Path, period_id: str | None, unit_id: str | None, profile: Profile, with_effect: bool
) -> Iterator[str]:
    """Yield what reading and judging a file by a profile comes to, and what the file would change where asked."""
    from pipelines.warehouse.effect import effect

    unit = unit_id or next((unit for unit in profile.match.units if unit != "*"), office.settings.office.unit_id)
    result = effect(office, path, unit, period_id, profile)
    yield from _reading_lines(result.reading)
    if with_effect and unit_id is None:
        yield "✗ --effect cần --unit: phải biết so với tệp của đơn vị nào."
    elif with_effect:
        yield from _effect_lines(result, unit, period_id)


def _reading_lines(reading: Reading) -> Iterator[str]:
    from pipelines.warehouse.issued_claims import forced_words

    verdict = reading.verdict
    if verdict["status"] == "refused":
        yield from _refused(verdict["refused_reason"], verdict["refused_mend"])
        return
    if version := verdict.get("issued"):
        issue_id = f"{version['period_id']}/v{version['version']}"
        until_on = dt.date.fromisoformat(version["until_on"])
        yield f"Bản phát hành: {printable(version['office_name'])}, {issue_id}, số đến hết ngày {until_on:%d/%m/%Y}"
        yield f"Mã niêm phong: {version['seal']}; so với mã in ở trang cuối văn bản của đơn vị"
        for pair in version["forced"]:
            yield f"  ! Phát hành khi còn vướng mắc: {printable(forced_words(*pair))}"
    counts = {name: format_count(number) for name, number in verdict["counts"].items()}
    yield (
        f"Dòng: {counts['rows_in']} = nhận {counts['typed']} + trả lại {counts['rejected']} + trống {counts['blank']} "
        f"+ không phải số liệu {counts['furniture']}; gắn cờ {counts['flagged']}"
    )
    kinds = Counter(item["kind"] for item in verdict["furniture"])
    if kinds:
        yield "  không phải số liệu: " + ", ".join(f"{_KINDS.get(kind, kind)} {count}" for kind, count in kinds.items())
    for total in verdict["totals"]:
        yield _total_line(total)
    yield from _repair_lines(reading)
    for check in verdict["checks"]:
        if check["unexpected"]:
            yield f"  ! {check['reason'].rstrip('.')}: {format_count(check['unexpected'])} dòng"
    rejects = reading.rejects
    for row in rejects.head(_PROBLEMS_SHOWN).to_dict("records"):
        yield f"  ! Trả lại dòng {row['source_row']}: {row['reason']}"
    if len(rejects) > _PROBLEMS_SHOWN:
        yield f"  … còn {format_count(len(rejects) - _PROBLEMS_SHOWN)} lỗi nữa"
    yield "✓ Tệp đọc được."


def _total_line(total: dict[str, Any]) -> str:
    found = "không cộng được" if total["found"] is None else format_count(total["found"])
    if total["agrees"]:
        return f"  dòng tổng {total['row']}, {total['of']}: {format_count(total['stated'])}, khớp"
    return f"  ! Dòng tổng {total['row']}, {total['of']}: ghi {format_count(total['stated'])}, các dòng cho {found}"


def _repair_lines(reading: Reading) -> Iterator[str]:
    import json

    notes = [note for text in reading.rows["repairs"].dropna() for note in json.loads(text)]
    for (column, rule), count in Counter((note["column"], note["rule"]) for note in notes).most_common():
        yield f"  sửa khi đọc, cột {column}: {rule} ({format_count(count)} ô)"


def _effect_lines(result: Effect, unit_id: str, period_id: str | None) -> Iterator[str]:
    if result.reading.verdict["status"] == "refused":
        yield "Tác động: không có; tệp bị từ chối thì số liệu đang dùng giữ nguyên."
        return
    if result.is_known:
        yield f"Tác động: không có; {unit_id} đã gửi đúng tệp này."
        return
    way = f"thay tệp «{result.replaces}»" if result.replaces else "thêm vào các tệp đang dùng"
    yield f"Tác động với {unit_id}{f', kỳ {period_id}' if period_id else ''}: {way}"
    yield f"  mới: {format_count(len(result.new))} {result.shown(result.new)}".rstrip()
    yield f"  đổi: {format_count(len(result.changed))} {result.shown(result.changed)}".rstrip()
    for column, count in result.changed_columns.items():
        yield f"    {column}: {format_count(count)}"
    if result.gone is None:
        yield "  mất: không xét (tệp không phải toàn bộ hồ sơ)"
    else:
        yield f"  mất: {format_count(len(result.gone))} {result.shown(result.gone)}".rstrip()
    yield f"  giữ nguyên: {format_count(result.same)}"


def _name(member: str | None, sheet: str | None) -> str:
    named = " › ".join(part for part in (member, sheet) if part)
    return f"«{named}»" if named else "(duy nhất)"
