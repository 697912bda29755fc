"""`kstt profile`: a profile drafted from a strange file, tried on it.

Here: command line and what is printed. Not here: the draft (setup/draft), the sentences about a file (inspect).
Invariant: writes only when asked to, never over a profile that is there; where one reads the file already, the draft
begins with what the officer wrote in it; no personal cell is printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import load, relative
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pipelines.office.profiles import Profile
    from pipelines.office.settings import Office
    from pipelines.setup.draft import Draft

HELP = "soạn hồ sơ nguồn (profiles/*.yaml) từ một tệp lạ và đọc thử tệp đó"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("file", type=Path, metavar="TỆP", help="tệp kết xuất của một hệ thống lạ")
    parser.add_argument("--unit", default=None, metavar="ĐƠN_VỊ", help="chỉ dùng cho tệp của đơn vị này")
    parser.add_argument("--write", action="store_true", help="ghi vào profiles/ của đơn vị (không ghi đè)")


def run(parsed: argparse.Namespace) -> int:
    """Print the draft and what it makes of the file; return 1 when the file would be refused."""
    from pipelines.commands.inspect import judged_lines
    from pipelines.commands.inspect_unknown import header_lines, word_lines
    from pipelines.ingest.sniff import Refused
    from pipelines.setup.draft import draft

    office = load(parsed)
    path: Path = parsed.file
    if not path.is_file():
        raise OfficeError(f"Không có tệp {path}.")
    _known_unit(office, parsed.unit)
    known = _own_profile(office, path, parsed.unit)
    try:
        drafted = draft(path, parsed.unit, known)
    except Refused as refusal:
        raise OfficeError(f"Không mở được {path.name}: {refusal.reason} {refusal.mend}") from refusal
    if drafted is None:
        raise OfficeError(_why_none(path))
    contract = drafted.found.contract
    if known is None:
        print(f"# Có vẻ là bảng {contract.title} ({contract.stream}); tên cột: docs/reference.md")
    else:
        print(f"# Hồ sơ nguồn «{known.profile_id}» của đơn vị, thêm những gì tệp này có mà hồ sơ chưa nói đến:")
    print(drafted.text, end="")
    for line in header_lines(drafted.found) if drafted.found.missing else ():
        print(line)
    for line in word_lines(drafted.words):
        print(line)
    print(f"Đọc thử {path.name} bằng hồ sơ này:")
    is_refused = drafted.seen.refusal is not None
    for line in judged_lines(office, path, None, parsed.unit, drafted.profile, False):
        is_refused = is_refused or line.startswith("✗")
        print(f"  {line}")
    if known is not None:
        print(_to_do(known, drafted))
    elif parsed.write:
        print(f"✓ Đã ghi {relative(_written(office, drafted))}. Điền các từ chưa biết, rồi: kstt check")
    return 1 if is_refused else 0


def _why_none(path: Path) -> str:
    from pipelines.office.profiles import issued_profile

    if issued_profile(path.name):
        return f"{path.name} là số liệu phát hành của cấp dưới: phần mềm tự đọc, không cần hồ sơ nguồn."
    return f"Không bảng nào của phần mềm có từ hai tiêu đề cột của {path.name}; không soạn được."


def _own_profile(office: Office, path: Path, unit_id: str | None) -> Profile | None:
    """Return the profile somebody wrote for such files: one that takes any name was written for none."""
    from pipelines.commands.inspect import place_of_file, profile_of_file

    _, unit = place_of_file(office, path, None, unit_id)
    found = profile_of_file(office, path, unit)
    return None if found is None or found.takes_any_name(unit or "", path.name) else found


def _to_do(known: Profile, drafted: Draft) -> str:
    """Return what is left to do of a profile that is there."""
    if not (drafted.words or drafted.found.guessed or drafted.found.missing):
        return f"✓ Hồ sơ nguồn «{known.profile_id}» không thiếu cột hay từ nào của tệp này."
    return (
        f"! Chép những dòng có dấu # và «phỏng đoán» ở trên vào tệp của hồ sơ nguồn «{known.profile_id}», "
        "rồi: kstt check"
    )


def _known_unit(office: Office, unit_id: str | None) -> None:
    from pipelines.office.nearest import nearest

    known = set(office.reference["units"]["unit_id"])
    if unit_id is not None and unit_id not in known:
        raise OfficeError(f"Không có đơn vị «{unit_id}» trong reference/units.csv{nearest(unit_id, known)}")


def _written(office: Office, drafted: Draft) -> Path:
    target = office.root / "profiles" / f"{drafted.profile.profile_id}.yaml"
    if target.exists() or any(item.profile_id == drafted.profile.profile_id for item in office.profiles):
        raise OfficeError(f"Đã có hồ sơ nguồn «{drafted.profile.profile_id}»; sửa tệp đó, kstt profile không ghi đè.")
    target.parent.mkdir(exist_ok=True)
    target.write_text(drafted.text, encoding="utf-8", newline="\n")
    return target
