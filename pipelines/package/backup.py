"""Copies of all an office keeps, and bringing an office back from one.

Here: what is kept, copying it to a folder of its own, holding the copy against its list. Not here: what the files mean
(audit/verify looks at that on both sides).
Invariant: what can be made again is not copied; a backup never loses what an earlier one of its folder had; nothing is
written into an office that already has something.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.audit.verify import verify
from pipelines.ingest.landing import hash_file
from pipelines.office import journal, kept
from pipelines.office.errors import OfficeError
from pipelines.office.files import inside, locked, temporary_beside, write_atomically
from pipelines.office.leftovers import remove_leftovers
from pipelines.office.settings import Office, load_office
from pipelines.office.text import counted
from pipelines.warehouse.build import only_run

LIST = "sao-luu.json"
_SHOWN = 5


@dataclass(frozen=True)
class Backup:
    """What a copy holds: how many files, how many of them are new in it, and when it was made."""

    folder: Path
    files: int
    new: int
    made_at: dt.datetime


def back_up(office: Office, folder: Path) -> Backup:
    """Copy all an office keeps to a folder outside it; the folder may hold an earlier backup of the same office.

    No run and no receiving goes on meanwhile. The office is verified first, so that a damaged one never replaces a good
    copy; a copied file is hashed again.

    Raises:
        OfficeError: the office does not verify; the folder lies in the office, holds something else, or the journal in
            it is no beginning of the office's; a copied file differs.
    """
    target = folder.resolve()
    if target.is_relative_to(office.root.resolve()):
        raise OfficeError(f"«{folder}» nằm trong thư mục đơn vị. Chọn một thư mục ở ổ đĩa khác để sao lưu.")
    with only_run(office), locked(office.data / "receiving.lock"):
        faults = verify(office)
        if faults:
            raise OfficeError(
                f"Không sao lưu: kiểm tra có {counted(faults)} chỗ khác, ví dụ: {faults[0]} Xem: kstt verify."
            )
        _check_earlier(office, target)
        remove_leftovers(target, math.inf, frozenset())  # of a killed backup; no other one goes on
        sources = dict(_kept_files(office))
        new = [name for name, path in sources.items() if _copy(path, target / name)]
    made = office.clock.now()
    hashes = {name: hash_file(target / name) for name in sorted(sources)}
    changed = [name for name, path in sources.items() if hashes[name] != hash_file(path)]
    if changed:
        raise OfficeError(f"Bản sao lưu khác bản gốc: {', '.join(changed[:_SHOWN])}. Kiểm tra ổ đĩa rồi sao lưu lại.")
    content = {"office": office.settings.office.name, "made_at": made.isoformat(), "files": hashes}
    write_atomically(target / LIST, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return Backup(folder, len(sources), len(new), made)


def restore_office(folder: Path, root: Path) -> Backup:
    """Bring an office back from a backup into a new folder, and verify it.

    Raises:
        OfficeError: no whole backup there; a file of it is missing or differs; the target holds something.
    """
    made_at, hashes = _list_of(folder)
    if root.exists() and any(root.iterdir()):
        raise OfficeError(f"«{root}» không trống. Khôi phục vào một thư mục mới, rồi đổi tên.")
    broken = [name for name, sha256 in hashes.items() if _hash(inside(folder, name)) != sha256]
    if broken:
        raise OfficeError(
            f"Bản sao lưu thiếu hoặc đã đổi {counted(broken)} tệp: {', '.join(broken[:_SHOWN])}. "
            "Không khôi phục từ bản này."
        )
    for name in hashes:
        place = inside(root, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, place)
    faults = verify(load_office(root))
    if faults:
        raise OfficeError(f"Đã chép vào «{root}» nhưng kiểm tra có {counted(faults)} chỗ khác, ví dụ: {faults[0]}")
    return Backup(folder, len(hashes), len(hashes), made_at)


def _kept_files(office: Office) -> Iterator[tuple[str, Path]]:
    """Yield what is kept, by its path in the backup: the office folder without `data/`, and what of that is kept."""
    data = office.data.resolve()
    for path in sorted(office.root.rglob("*")):
        name = path.relative_to(office.root)
        if path.is_file() and name.parts[0] != "data" and "__pycache__" not in name.parts:
            yield name.as_posix(), path
    single = [office.data / name for name in kept.FILES]
    in_folders = [path for folder in kept.FOLDERS for path in sorted((office.data / folder).rglob("*"))]
    for path in [*single, *in_folders]:
        if path.is_file() and not path.name.startswith(kept.PASSING):
            yield f"data/{path.resolve().relative_to(data).as_posix()}", path


def _copy(source: Path, target: Path) -> bool:
    """Copy one file whole, with its times; tell whether the target had it not yet. A landed file never changes."""
    if target.is_file() and source.parent.name == "landing" and target.stat().st_size == source.stat().st_size:
        return False
    was_there = target.is_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target, ".writing-")
    try:
        shutil.copy2(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return not was_there


def _check_earlier(office: Office, target: Path) -> None:
    """Refuse a folder that holds something else, or another history of the office than this one goes on from."""
    if not target.exists() or not any(target.iterdir()):
        return
    if not (target / LIST).is_file():
        raise OfficeError(f"«{target}» không trống và không phải bản sao lưu. Chọn thư mục khác.")
    copied = target / "data" / "journal.jsonl"
    now = journal.journal_path(office)
    earlier = copied.read_bytes() if copied.is_file() else b""
    if not (now.read_bytes() if now.is_file() else b"").startswith(earlier):
        raise OfficeError(
            f"Sổ việc trong bản sao lưu «{target}» không phải phần đầu của sổ việc hiện nay: một trong hai đã bị "
            "sửa hoặc là của đơn vị khác. Giữ bản sao lưu đó lại, sao lưu sang thư mục mới và tìm nguyên nhân."
        )


def _list_of(folder: Path) -> tuple[dt.datetime, dict[str, str]]:
    try:
        content = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return dt.datetime.fromisoformat(content["made_at"]), dict(content["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OfficeError(f"«{folder}» không phải bản sao lưu đủ: không đọc được {LIST}.") from error


def _hash(path: Path) -> str | None:
    return hash_file(path) if path.is_file() else None
