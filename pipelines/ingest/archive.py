"""A zip of delivered files: its members, each to be read as a file of its own.

Here: which members count and their bytes. Not here: reading them (grid), limits on the whole zip (sniff).
Invariant: only what office programs and operating systems leave behind is stepped over; nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from pipelines.ingest.sniff import Refused, password_protected
from pipelines.ingest.zip_size import read_part
from pipelines.office.text import counted, format_count, nfc

MAX_MEMBERS = 500
# Lock files of office programs, hidden files, what macOS and Windows add.
LEFT_BEHIND = ("~$", ".", "__MACOSX", "Thumbs.db", "desktop.ini")
_SEND_PLAIN = "Gửi chính các tệp bảng tính, không nén."


def zip_members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every member, in the order of their names.

    Raises:
        Refused: the zip has a password, too many members, or is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [item for item in archive.infolist() if not _is_folder(item) and not _is_left_behind(item.filename)]
        if len(members) > MAX_MEMBERS:
            raise Refused(
                f"Tệp nén có {counted(members)} tệp, quá nhiều (nhiều nhất {format_count(MAX_MEMBERS)}).",
                _SEND_PLAIN,
            )
        for item in sorted(members, key=_name):
            if item.flag_bits & 1:
                raise password_protected()
            try:
                member = read_part(archive, item)
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
                raise Refused(f"Trong tệp nén, «{_name(item)}» bị hỏng.", _SEND_PLAIN) from error
            yield _name(item), member


def _name(item: zipfile.ZipInfo) -> str:
    """The member's name with `/` between folders, whatever the program that packed it wrote."""
    return nfc(item.filename.replace("\\", "/"))


def _is_folder(item: zipfile.ZipInfo) -> bool:
    return _name(item).endswith("/")


def _is_left_behind(name: str) -> bool:
    return any(part.startswith(LEFT_BEHIND) for part in name.replace("\\", "/").split("/"))
