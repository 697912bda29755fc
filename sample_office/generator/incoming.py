"""The office's register of incoming documents: on which day units' returns, and a few exports, came.

Here: the days, the register as CSV. Not here: what is in the files.
Invariant: written from the files that lie in the inbox; a day is a working day, and never before the file was made.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from generator.world import Quarter, Timeline

COLUMNS = ("register_no", "arrived_on", "period_id", "unit_id", "file_name")
# Returns are registered on the last working days up to the deadline (the 11th), but for these:
LATE = {
    ("2021-Q1", "p05"): dt.date(2021, 3, 12),
    ("2021-Q1", "tp-st-dt"): dt.date(2021, 3, 15),
    ("2021-Q2", "p04"): dt.date(2021, 6, 14),
    ("2021-Q2", "tp-st-yt"): dt.date(2021, 6, 15),
}
NOT_REGISTERED = {("2021-Q1", "p10"), ("2021-Q2", "tp-st-ttr")}
# Exports are copied from system to system and stand in no register, but those these units sent with a letter.
EXPORTS_BY_LETTER = {("2021-Q1", "p03"), ("2021-Q2", "p06")}
_DAYS = 4
_RETURN = "phieu-bao-cao_"


def register(inbox: Path, timeline: Timeline) -> bytes:
    """Return reference/incoming.csv for the files of an inbox, in the order of days."""
    lines = sorted(line for quarter in timeline.quarters for line in _lines(inbox, quarter, timeline.plants_faults))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((number, day.isoformat(), *file) for number, (day, *file) in enumerate(lines, start=1))
    return text.getvalue().encode()


def _lines(inbox: Path, quarter: Quarter, is_planted: bool) -> Iterator[tuple[dt.date, str, str, str]]:
    days = _last_working_days(quarter.end.replace(day=11))
    folders = sorted(path for path in (inbox / quarter.period_id).iterdir() if path.is_dir())
    for number, folder in enumerate(folders):
        key = (quarter.period_id, folder.name)
        for path in sorted(folder.rglob("*")):
            if path.name.startswith(_RETURN) and not (is_planted and key in NOT_REGISTERED):
                on_time = days[number % len(days)]
                yield LATE.get(key, on_time) if is_planted else on_time, *key, path.name
            elif path.is_file() and is_planted and key in EXPORTS_BY_LETTER and not path.name.startswith(_RETURN):
                resent = dt.timedelta(days=2 if path.parent != folder else 0)
                yield quarter.export.date() + resent, *key, path.name


def _last_working_days(last: dt.date) -> list[dt.date]:
    days = [last - dt.timedelta(days=back) for back in range(10)]
    return [day for day in days if day.weekday() < 5][:_DAYS][::-1]
