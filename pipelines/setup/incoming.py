"""Rows of the office's register of incoming documents that cannot be, or that no file answers to.

Here: one sentence a row, with file and line. Not here: what a good row proves (warehouse/sent_when).
Invariant: writes nothing; a row named here is no evidence of when a file was sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.ingest.landing import waiting
from pipelines.ingest.receipts import receipts
from pipelines.office.text import nfc
from pipelines.warehouse.sent_when import impossible_day, sent_file

if TYPE_CHECKING:
    from pipelines.office.settings import Office


def incoming_doubts(office: Office) -> Iterator[str]:
    """Yield each row of reference/incoming.csv whose day cannot be, whose file never came, or that gives a day more
    than there were sendings."""
    incoming = office.reference["incoming"]
    if incoming.empty:
        return
    times = Counter(sent_file(item.period_id, item.unit_id, item.file_name) for item in receipts(office))
    held = tuple(nfc(item.inbox_path).casefold() for item in waiting(office).waiting)
    given: Counter[tuple[str, str, str]] = Counter()
    for line, row in zip(incoming.index, incoming.to_dict("records"), strict=True):
        where = f"reference/incoming.csv, dòng {int(line) + 2}"
        file = sent_file(row["period_id"], row["unit_id"], row["file_name"])
        name = f"«{row['file_name']}» của {row['unit_id']}, kỳ {row['period_id']}"
        why = impossible_day(office, row["period_id"], row["arrived_on"].date())
        given[file] += not why
        if why:
            yield f"{where}, cột arrived_on: «{row['arrived_on']:%Y-%m-%d}» {why}; dòng này không được tính."
        elif file not in times:
            if not any(path.endswith(f"{row['unit_id']}/{file[2]}".casefold()) for path in held):
                yield f"{where}, cột file_name: chưa nhận tệp nào tên {name}."
        elif given[file] > times[file]:
            yield f"{where}: có {given[file]} ngày cho tệp {name}, mới nhận {times[file]} lần; tính từ ngày sớm nhất."
