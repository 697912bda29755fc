"""What a look at the inbox came to, in sentences.

Here: lines for run, receive and status. Not here: looking and taking (inbox, landing).
Invariant: every file that waits is named with its reason and what to do; files ignored are counted by their rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipelines.ingest.inbox import Waiting
from pipelines.ingest.landing import Reception
from pipelines.ingest.persons import without_persons
from pipelines.ingest.receipts import BrokenReceipt
from pipelines.office.text import counted, format_count, printable

# More files than this are counted, not named: `kstt status` names them all.
_MOST_NAMED = 50


def reception_lines(reception: Reception) -> Iterator[str]:
    """Yield what was received, what waits and what was left alone."""
    yield f"Nhận {counted(reception.taken)} tệp mới từ inbox."
    yield from waiting_lines(reception.waiting, _MOST_NAMED)
    yield from ignored_lines(reception.ignored)
    yield from broken_lines(reception.broken)
    for path in reception.healed:
        name = without_persons(printable(path))
        yield f"Bản lưu của «{name}» bị hỏng hoặc mất; đã lưu lại từ inbox, đúng từng byte như lần nhận trước."


def waiting_lines(waiting: Iterable[Waiting], most: int | None = None) -> Iterator[str]:
    """Yield one line for every file that waits, at most `most` of them."""
    found = list(waiting)
    if found:
        yield f"Còn {counted(found)} tệp trong inbox chưa nhận:"
    yield from (f"  - {item.sentence}" for item in found[:most])
    if most is not None and len(found) > most:
        yield f"  … và {format_count(len(found) - most)} tệp khác. Xem đủ: kstt status <mã kỳ>"


def ignored_lines(ignored: Counter[str]) -> Iterator[str]:
    """Yield by which rules entries of the inbox were left alone, and how many."""
    if ignored:
        yield f"Bỏ qua theo quy tắc: {'; '.join(f'{rule}: {count}' for rule, count in sorted(ignored.items()))}."


def broken_lines(broken: Iterable[BrokenReceipt]) -> Iterator[str]:
    """Yield the receipts that can no longer be read; their files are received once more from the inbox."""
    for item in broken:
        yield (
            f"Biên nhận {item.file_name} {item.reason}: lần gửi đó không được tính. Tệp còn trong inbox sẽ được nhận "
            "lại; khôi phục biên nhận từ bản sao lưu nếu có."
        )
