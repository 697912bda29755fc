"""How much a delivered file may hold, checked before it is read.

Here: the refusals of what is too large. Not here: how much the memory bears (memory),
measuring a format (its reader does).
Invariant: a file that would fill the memory is refused by what it holds, before it is opened.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.memory import max_cells, max_file
from pipelines.ingest.sniff import Refused
from pipelines.office.text import format_count

# A sheet is held whole, its empty cells too; below this many it costs little.
_SMALL = 5_000_000
_LEAST_FILLED = 20
_COPY_OUT = "Chép riêng vùng có số liệu sang tệp mới rồi gửi lại."


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
    if area > max_cells() or (filled is not None and area > _SMALL and area > filled * _LEAST_FILLED):
        place = f"Trang «{name}»" if name else "Bảng"
        raise Refused(
            f"{place} có ô nằm rất xa bảng (dòng {height}, cột {width}), mở ra quá lớn.",
            _COPY_OUT,
        )


def refuse_too_large(what: str) -> Refused:
    """Return the refusal of a part that is larger than any real table needs."""
    return Refused(f"{what} quá lớn, không an toàn.", _COPY_OUT)


def read_limited(path: Path) -> bytes:
    """Return the bytes of a delivered file that is held whole.

    Raises:
        Refused: it is larger than the memory bears.
    """
    if path.stat().st_size > max_file():
        raise refuse_too_large(f"Tệp ({format_count(path.stat().st_size // 1024**2)} MB)")
    return path.read_bytes()
