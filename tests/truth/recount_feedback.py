"""An independent recount of form II.05a from the truth: plain Python, default rules of domain/06.

Here: reading feedback.csv.gz, columns 3–12 by unit and field. Not here: logs, exports, the office's switches.
Invariant: nothing of `pipelines` or of the generator is used; a figure of the product is proved by counting again.

    from truth.recount_feedback import load_feedback, recount_feedback        (tests/ is on the path of pytest)
    recount_feedback(load_feedback(), "2021-Q1", "field_code")["dat-dai"]["c9"]
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from truth.recount import LAST_SEEN, PERIODS

HERE = Path(__file__).resolve().parent
COLUMNS = tuple(f"c{number}" for number in range(3, 13))


@dataclass(frozen=True)
class Feedback:
    """One row of feedback.csv.gz: the true history of a feedback (see README.md)."""

    feedback_code: str
    handling_unit_id: str
    about_unit_id: str
    field_code: str
    feedback_kind: str
    intake_source: str
    is_complex: bool
    is_in_system: bool
    is_in_ward_log: bool
    received_at: dt.datetime
    due_at: dt.datetime
    classified_at: dt.datetime | None = None
    info_requested_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    refused_at: dt.datetime | None = None
    transferred_at: dt.datetime | None = None
    transferred_to: str = ""
    answered_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    result_kind: str = ""
    satisfaction: str = ""


def load_feedback(path: Path = HERE / "feedback.csv.gz") -> list[Feedback]:
    """Read the truth."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
        return [Feedback(**{name: _value(name, text) for name, text in row.items()}) for row in csv.DictReader(source)]


def _value(name: str, text: str) -> dt.datetime | str | bool | None:
    if name.endswith("_at"):
        return dt.datetime.fromisoformat(text) if text else None
    return text == "1" if name.startswith("is_") else text


def seen_until(feedback: Feedback, period_id: str) -> dt.date | None:
    """Return the last day of which any file gives something of a feedback; None when no file ever shows it.

    A ward's own log is before the office's export. Of a ward that sent nothing later, what its last log showed
    stays as it was then; what came after is known by the office's export alone, where that has it.
    """
    end = PERIODS[period_id][1]
    last = LAST_SEEN[period_id].get(feedback.handling_unit_id)
    if last is None or not feedback.is_in_ward_log:
        return end
    if feedback.received_at.date() <= last:
        return last
    return end if feedback.is_in_system else None


def columns_of(feedback: Feedback, start: dt.date, end: dt.date, seen: dt.date | None) -> tuple[str, ...]:
    """Return the columns of II.05a in which a feedback counts once; empty when it is not in the population."""
    if seen is None or feedback.received_at.date() > min(end, seen):
        return ()
    if feedback.feedback_kind == "out_of_scope" or _by(feedback.refused_at, seen):
        return ()
    closed = feedback.transferred_at or feedback.answered_at
    is_closed = _by(closed, min(end, seen))
    if is_closed and closed is not None and closed.date() < start:
        return ()  # published in this quarter or not: column 12 is at most column 9
    content = "c5" if feedback.feedback_kind == "regulation" else "c4"  # about both: counted under the act
    entry = "c6" if feedback.received_at.date() < start else "c7"
    if is_closed and feedback.transferred_at is not None:
        return ("c3", content, entry, "c11")
    if not is_closed:
        return ("c3", content, entry, "c8", "c10")
    published = ("c12",) if _by(feedback.published_at, min(end, seen)) else ()
    return ("c3", content, entry, "c8", "c9", *published)


def _by(moment: dt.datetime | None, day: dt.date) -> bool:
    return moment is not None and moment.date() <= day


def recount_feedback(
    records: Iterable[Feedback], period_id: str, by: str = "", hidden: Mapping[str, str] | None = None
) -> dict[str, Counter[str]]:
    """Count columns 3 to 12 of a period.

    Args:
        records: the truth.
        period_id: a period of `truth.recount.PERIODS`.
        by: `field_code` or `handling_unit_id`; empty gives the total under "".
        hidden: feedback code → property the files do not tell (from `shown_unknown`), counted as `unknown`.
    """
    start, end = PERIODS[period_id]
    cells: dict[str, Counter[str]] = defaultdict(Counter)
    for feedback in records:
        columns = columns_of(feedback, start, end, seen_until(feedback, period_id))
        key = "unknown" if by and (hidden or {}).get(feedback.feedback_code) == by else getattr(feedback, by, "")
        if columns:
            cells[key].update(columns)
    return dict(cells)


def main(period_id: str) -> None:
    """Print the recount of a period by field and by unit, with the total."""
    print("\t".join(("", *COLUMNS)))
    for by in ("field_code", "handling_unit_id", ""):
        for key, counts in sorted(recount_feedback(load_feedback(), period_id, by).items()):
            print("\t".join((key or "total", *(str(counts[column]) for column in COLUMNS))))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2021-Q1")
