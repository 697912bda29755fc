"""One look at the inbox: every file in it, and what is to be done with it.

Here: walking `inbox/<period>/<unit>/…`, rules by which a file is ignored, files that lie in a wrong place.
Not here: taking files (landing), opening them (reading), what was seen at earlier looks (looks).
Invariant: every file is receivable, ignored by a named rule, or listed with a reason; what one entry raises is its own.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.ingest.persons import without_persons
from pipelines.ingest.places import Places
from pipelines.office.settings import Office
from pipelines.office.text import nfc, printable

Kind = Literal["new", "writing", "misplaced", "refused"]

ORIGIN_SUFFIX = ".nguon.json"
# Names of downloads and copies that are not complete yet.
UNFINISHED = (".part", ".partial", ".crdownload", ".filepart", ".tmp", ".download")
# Files that programs leave beside the ones people send, by their exact name.
_SYSTEM_NAMES = {
    "desktop.ini": "tệp của Windows (desktop.ini)",
    "thumbs.db": "ảnh thu nhỏ của Windows (Thumbs.db)",
    "ehthumbs.db": "ảnh thu nhỏ của Windows (ehthumbs.db)",
    "icon\r": "biểu tượng thư mục của macOS (Icon)",
    "__macosx": "thư mục phụ của macOS (__MACOSX)",
    "$recycle.bin": "thùng rác của Windows ($RECYCLE.BIN)",
    "system volume information": "thư mục hệ thống của Windows (System Volume Information)",
}
_TABLES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".ods", ".docx", ".pdf", ".zip")
_ERRORS = {
    errno.ENOENT: "tệp biến mất trong lúc nhận",
    errno.EACCES: "không có quyền đọc",
    errno.EPERM: "không có quyền đọc",
    errno.ENAMETOOLONG: "đường dẫn dài quá mức hệ điều hành cho phép",
    errno.EIO: "ổ đĩa không đọc được tệp",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "tài khoản đã dùng hết phần ổ đĩa được cấp",
    errno.EROFS: "ổ đĩa hoặc thư mục chỉ cho đọc, không ghi được",
    errno.ELOOP: "liên kết chạy vòng",
    errno.EISDIR: "là thư mục, không phải tệp",
}
_TRY_AGAIN = "Kiểm tra tệp và quyền đọc, rồi nhận lại: kstt receive."


@dataclass(frozen=True)
class Mark:
    """What changes when somebody writes a file: its size, time of change and time of change of its entry (ns)."""

    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, path: Path) -> Mark:
        """Return the mark of a file as it is now."""
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True)
class InboxFile:
    """A file that may be received: where it lies, for which period, from which unit."""

    path: Path
    inbox_path: str
    period_id: str
    unit_id: str
    mark: Mark


@dataclass(frozen=True)
class Waiting:
    """A file of the inbox that is not received: why, and what to do; period and unit where they are known."""

    inbox_path: str
    kind: Kind
    reason: str
    mend: str
    period_id: str | None = None
    unit_id: str | None = None
    mark: Mark | None = None

    @property
    def sentence(self) -> str:
        """Return file, reason and mend as one line."""
        return without_persons(printable(f"«{self.inbox_path}»: {self.reason}. {self.mend}"))


@dataclass(frozen=True)
class Inbox:
    """All that lies in the inbox at one moment; `ignored` counts entries by the rule that ignores them."""

    files: tuple[InboxFile, ...]
    waiting: tuple[Waiting, ...]
    ignored: Counter[str]
    # Folders that could not be listed: of what lies below them nothing is known.
    unread: tuple[str, ...]


def look(office: Office) -> Inbox:
    """Return everything that lies in the inbox, in an order that does not depend on the disk."""
    files: dict[str, InboxFile] = {}
    waiting: list[Waiting] = []
    ignored: Counter[str] = Counter()
    unread: list[str] = []
    places = Places(office)
    for path, found in _entries(office.inbox):
        shown = shown_path(office, path)
        if isinstance(found, str):
            ignored[found] += 1
            continue
        if isinstance(found, OSError):
            if path.is_dir() or path == office.inbox:
                unread.append(shown)
            waiting.append(Waiting(shown, "refused", reason_of(found), _TRY_AGAIN, *_known(office, places, path)))
            continue
        placed = _placed(office, places, path, found)
        if isinstance(placed, InboxFile) and placed.inbox_path in files:
            placed = Waiting(
                shown,
                "refused",
                "cùng thư mục có một tệp khác mang đúng tên này (chỉ khác cách gõ dấu)",
                "Đổi tên một trong hai tệp.",
                placed.period_id,
                placed.unit_id,
            )
        if isinstance(placed, InboxFile):
            files[placed.inbox_path] = placed
        else:
            waiting.append(placed)
    waiting.sort(key=lambda item: item.inbox_path)
    return Inbox(tuple(files.values()), tuple(waiting), ignored, tuple(unread))


def shown_path(office: Office, path: Path) -> str:
    """Return a path below the inbox as text that can always be printed: bytes that are no UTF-8 stay visible."""
    relative = path.relative_to(office.inbox).as_posix() if path != office.inbox else "inbox"
    text = os.fsencode(relative).decode("utf-8", "backslashreplace")
    return printable(nfc(text))


def reason_of(error: OSError) -> str:
    """Return what a failure of the file system means, in Vietnamese."""
    return _ERRORS.get(error.errno or 0, f"hệ điều hành báo lỗi: {error.strerror or type(error).__name__}")


def ignored_by(name: str) -> str | None:
    """Return the rule by which an entry of this name is left alone; None when it is not."""
    folded = name.casefold()
    if folded in _SYSTEM_NAMES:
        return _SYSTEM_NAMES[folded]
    if name.startswith("~$"):
        return "tệp khóa tạm của Office (~$…)"
    if name.startswith(".") and folded.endswith(ORIGIN_SUFFIX):
        return f"ghi chú về nguồn của tệp đã lấy ({ORIGIN_SUFFIX})"
    return "tệp ẩn (tên bắt đầu bằng dấu chấm)" if name.startswith(".") else None


def _entries(inbox: Path) -> Iterator[tuple[Path, os.stat_result | OSError | str]]:
    """Yield every file, link and empty folder that looks like a file with its state, its error, or its rule."""
    todo = [inbox] if inbox.exists() else []
    while todo:
        folder = todo.pop()
        try:
            names = sorted(entry.name for entry in os.scandir(folder))
        except OSError as error:
            yield folder, error
            continue
        if not names and folder.suffix.casefold() in _TABLES:
            yield folder, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        for name in names:
            path = folder / name
            rule = ignored_by(name)
            if rule:
                yield path, rule
                continue
            try:
                state = path.lstat()
            except OSError as error:
                yield path, error
                continue
            if stat.S_ISDIR(state.st_mode):
                todo.append(path)
            else:
                yield path, state


def _placed(office: Office, places: Places, path: Path, state: os.stat_result) -> InboxFile | Waiting:
    """Return what one file is: receivable, or why it is not."""
    shown, name = shown_path(office, path), path.name
    period_id, unit_id = _known(office, places, path)

    def waits(kind: Kind, reason: str, mend: str) -> Waiting:
        mark = Mark(state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        return Waiting(shown, kind, reason, mend, period_id, unit_id, mark)

    if not _is_utf8(path.relative_to(office.inbox)):
        return waits("refused", "tên tệp hoặc thư mục không phải chữ Unicode (UTF-8)", "Đổi tên rồi để lại vào inbox.")
    if stat.S_ISLNK(state.st_mode):
        return waits("misplaced", "là liên kết (shortcut, symlink), không phải tệp", "Chép chính tệp ấy vào đây.")
    if not stat.S_ISREG(state.st_mode):
        return waits("misplaced", "không phải tệp thường", "Lấy nó ra khỏi inbox.")
    wrong = _wrong_place(places, path.relative_to(office.inbox).parts, period_id, unit_id)
    if wrong:
        return waits("misplaced", *wrong)
    if name.casefold().endswith(UNFINISHED):
        return waits("writing", "mang tên của tệp tải dở", "Đợi tải xong; nếu đã xong, bỏ đuôi tải dở khỏi tên.")
    assert period_id is not None and unit_id is not None
    inbox_path = nfc(path.relative_to(office.inbox).as_posix())
    mark = Mark(state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return InboxFile(path, inbox_path, period_id, unit_id, mark)


def _wrong_place(
    places: Places, parts: tuple[str, ...], period_id: str | None, unit_id: str | None
) -> tuple[str, str] | None:
    """Return why a file lies in no unit's folder and where it belongs; None when it lies in one."""
    target = f"inbox/{period_id or '<mã kỳ>'}/{unit_id or '<mã đơn vị>'}/"
    if len(parts) == 1:
        return "nằm ngay trong inbox, không thuộc kỳ và đơn vị nào", f"Chuyển vào {target}"
    folder = nfc(parts[0])
    if places.period(folder) is None:
        near = places.nearest_period(folder)
        return f"thư mục «{folder}» không phải kỳ nào trong periods.csv{near}", _move(target, near, "kỳ")
    if len(parts) == 2:
        return f"nằm ngay trong thư mục kỳ «{folder}», không rõ của đơn vị nào", f"Chuyển vào {target}"
    if unit_id is None:
        folder = nfc(parts[1])
        near = places.nearest_unit(folder)
        return f"thư mục «{folder}» không phải đơn vị nào trong units.csv{near}", _move(target, near, "đơn vị")
    return None


def _move(target: str, near: str, what: str) -> str:
    return f"Đổi tên thư mục thành mã {what}, hoặc chuyển tệp vào {target}" if near else f"Chuyển tệp vào {target}"


def _known(office: Office, places: Places, path: Path) -> tuple[str | None, str | None]:
    """Return period and unit of an entry: by its folders, else by its own name."""
    parts = path.relative_to(office.inbox).parts
    if not parts or not _is_utf8(path.relative_to(office.inbox)):
        return None, None
    if len(parts) > 2:
        return places.period(nfc(parts[0])), places.unit(nfc(parts[1]))
    period_id, unit_id = places.named_in(path.name)
    return places.period(nfc(parts[0])) if len(parts) > 1 else period_id, unit_id


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
