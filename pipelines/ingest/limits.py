"""How much a delivered file may hold, checked before it is read.

Here: the refusals of what is too large. Not here: how much the memory bears (memory),
measuring a format (its reader does).
Invariant: a file that would fill the memory is refused by what it holds, before it is opened.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.memory import max_cells, max_file
from pipelines.ingest.sniff import Refused
from pipelines.office.text import format_count, in_mb

# A sheet is held whole, its empty cells too; below this many it costs little.
_SMALL = 5_000_000
_LEAST_FILLED = 20
_COPY_OUT = "Chép riêng vùng có số liệu sang tệp mới rồi gửi lại."
_SPLIT = "Kết xuất dạng CSV (máy đọc từng đoạn), hoặc chia thành nhiều tệp nhỏ hơn, rồi gửi lại."


def refuse_far_cells(name: str | None, height: int, width: int, filled: int | None = None) -> None:
    """Refuse a sheet whose corner cells are so far apart that the cells between would fill the memory.

    Args:
        name: the sheet.
        height: last row with a value.
        width: last column with a value.
        filled: number of cells with a value, where known.

    Raises:
        Refused: too many cells, or nearly all of very many are empty.
    """
    area = height * width
    place = f"Trang «{name}»" if name else "Bảng"
    if filled is not None and max_cells() < area <= filled * _LEAST_FILLED:
        limit = format_count(max_cells())
        raise Refused(f"{place} có {format_count(area)} ô, quá lớn: máy này đọc được đến {limit} ô mỗi trang.", _SPLIT)
    if area > max_cells() or (filled is not None and area > _SMALL and area > filled * _LEAST_FILLED):
        raise Refused(
            f"{place} có ô nằm rất xa bảng (dòng {height}, cột {width}), mở ra quá lớn.",
            _COPY_OUT,
        )


def refuse_too_large(what: str, size: int, limit: int) -> Refused:
    """Return the refusal of a file, or a part of one, that is larger than this machine bears; sizes in bytes."""
    return Refused(f"{what} ({in_mb(size)}) quá lớn: máy này đọc được đến {in_mb(limit)}.", _SPLIT)


def read_limited(path: Path) -> bytes:
    """Return the bytes of a delivered file that is held whole.

    Raises:
        Refused: it is larger than the memory bears.
    """
    if path.stat().st_size > max_file():
        raise refuse_too_large("Tệp", path.stat().st_size, max_file())
    return path.read_bytes()
