"""What the lines around a table say of it: which days it covers, when it was made, which units they name.

Here: periods, days and units in titles, lines of place and date, names of sheets and files. Not here: what follows from
them (warehouse/claims).
Invariant: only words of a period, days and names the office knows are taken; nothing else of a line is kept.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from pipelines.ingest.cells import is_blank
from pipelines.office.text import match_key, nfc
from pipelines.periods.named import periods_in

_TIME = r"(?:\d{1,2}\s*(?::|h|gio)\s*(?:\d{2})?(?:\s*phut)?(?::\d{2})?)"
_SPELLED = r"\d{1,2}\s+thang\s+\d{1,2}\s+nam\s+20\d\d"
_DAY = rf"(?:\d{{1,2}}\s*[/.-]\s*\d{{1,2}}\s*[/.-]\s*(?:20)?\d\d|20\d\d-\d{{1,2}}-\d{{1,2}}|{_SPELLED})(?!\d)"
_ON = rf"\s*(?:het\s+)?(?:ngay\s*)?:?\s*(?:{_TIME}\s*,?\s*)?(?:ngay\s*)?"
# «Từ ngày 15/12/2020 đến ngày 14/03/2021», «15/12/2020 - 14/03/2021», «từ 15/3 đến 14/6/2021».
_RANGE = re.compile(
    rf"(?<!\d)(?P<first>{_DAY}|\d{{1,2}}[/.-]\d{{1,2}})(?:\s*{_TIME})?\s*[,;]?\s*(?:den|toi|[-–—~→])"
    rf"{_ON}(?P<last>{_DAY})"
)
# «Tính đến ngày 14/03/2021», «số liệu đến hết 14/3/2021».
_UNTIL = re.compile(rf"\b(?:den|toi){_ON}(?P<last>{_DAY})(?P<time>\s*{_TIME})?")
_MAKING = r"(?:ket xuat|trich xuat|truy xuat|xuat|in|lap|tao|cap nhat|tai|chot)"
# «Ngày kết xuất: 15/03/2021 06:30», «Xuất dữ liệu lúc 06:30 ngày 15/03/2021».
_MADE = re.compile(
    rf"\b(?:(?:ngay|thoi diem|thoi gian|gio)\s+(?:gio\s+)?(?:{_MAKING}|bao cao)\b[a-z ]{{0,20}}"
    rf"|{_MAKING}\b[a-z ]{{0,20}}\b(?:ngay|luc|vao))"
    rf"\s*:?\s*(?P<before>{_TIME})?\s*,?\s*(?:ngay\s*)?(?P<last>{_DAY})(?P<time>\s*{_TIME})?"
)
# «Sóc Trăng, ngày 15 tháng 3 năm 2021»; the day of a law a form cites is no such line.
_PLACE = re.compile(r"(?:^|,)\s*ngay\s+(?P<last>" + _SPELLED + r")\s*$")
_MONTH = re.compile(
    r"(?<!\d\s)(?<!\d)\bthang\s*(?P<no>1[0-2]|0?[1-9])\s*(?:/|-|nam|\s)\s*(?:nam\s*)?(?P<year>20\d\d)\b"
)
_LAW = re.compile(r"\b(?:so|theo|can cu|quyet dinh|thong tu|nghi dinh|cong van|ke hoach|luat)\b")
_CITED = re.compile(r"\b(?:theo|can cu|quyet dinh|thong tu|nghi dinh|cong van|ke hoach|luat)\b")
# «Năm 2020» as a line of its own: from the middle of the December before, however a year is cut.
_YEAR = re.compile(r"^\W*(?:ca\s+|ky\s+|bao cao\s+)?nam\s*(?P<year>20\d\d)\W*$")
_NUMBERS = re.compile(r"\d+")
_WHOLE_DAY = re.compile(r"\s*2[34]\D")
_SHORTEST_NAME = 6


@dataclass(frozen=True)
class Span:
    """Days a line names, as written: from a first day (None: any) up to a last one, or the key of a named period."""

    words: str
    first_on: str | None = None
    last_on: str | None = None
    key: str | None = None


def said_around(rows: Iterable[list[object]], names: Iterable[str], unit_keys: frozenset[str]) -> dict[str, Any]:
    """Return what the lines around a table say: `units` (match keys the office knows) and `spans`.

    Args:
        rows: the title and signature rows.
        names: names of sheets that were read.
        unit_keys: match keys of the names of all units of the office.
    """
    lines = [*filter(None, map(_line, rows)), *names]
    spans = [span for text in (*lines, " ".join(lines)) for span in spans_in(text)]
    return {
        "units": [*dict.fromkeys(key for line in lines for key in units_in(line, unit_keys))],
        "spans": [asdict(span) for span in dict.fromkeys(spans)],
    }


def spans_in(text: str) -> Iterator[Span]:
    """Yield the days and periods a text names."""
    written = " ".join(nfc(text).split())
    folded = _folded(written)
    taken: list[tuple[int, int]] = []
    for shape in (_RANGE, _MADE, _UNTIL, _PLACE):
        for found in shape.finditer(folded):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            parts = found.groupdict()
            last = _day(found["last"])
            first = _first(parts.get("first"), last)
            is_law = (shape is _PLACE and _LAW.search(folded)) or (shape is _MADE and _CITED.search(found[0]))
            if last is None or (first is None and parts.get("first")) or is_law:
                continue
            taken.append(found.span())
            time = parts.get("time") or parts.get("before")
            if time and not _WHOLE_DAY.match(time):
                last -= dt.timedelta(days=1)  # a moment within a day shows the day before whole
            words = written[found.start() : found.end()].strip(" ,")
            yield Span(words, first.isoformat() if first else None, last.isoformat())
    for words, key in periods_in(written):
        yield Span(words, key=key)
    for found in _YEAR.finditer(folded):
        year = int(found["year"])
        yield Span(written.strip(), dt.date(year - 1, 12, 15).isoformat(), dt.date(year, 12, 31).isoformat())
    for found in _MONTH.finditer(folded):
        year, month = int(found["year"]), int(found["no"])
        last = dt.date(year, month, calendar.monthrange(year, month)[1])
        yield Span(written[found.start() : found.end()], last.replace(day=1).isoformat(), last.isoformat())


def units_in(text: str, unit_keys: frozenset[str]) -> list[str]:
    """Return the match keys of the units a line names, the longest name at each place."""
    shape = _any_of(unit_keys)
    return [found[0] for found in shape.finditer(match_key(text))] if shape else []


@lru_cache(maxsize=8)
def _any_of(unit_keys: frozenset[str]) -> re.Pattern[str] | None:
    long = sorted((key for key in unit_keys if len(key) >= _SHORTEST_NAME), key=lambda key: (-len(key), key))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, long))})(?!\w)") if long else None


def _line(row: list[object]) -> str:
    return " ".join(
        f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else str(cell) for cell in row if not is_blank(cell)
    )


def _folded(text: str) -> str:
    """Return a text without marks, letter for letter, so that a place in it is a place in the text."""
    return "".join(unicodedata.normalize("NFD", letter.casefold())[:1] or " " for letter in text).replace("đ", "d")


def _day(text: str) -> dt.date | None:
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    year, month, day = numbers if numbers[0] > 31 else numbers[::-1]
    try:
        return dt.date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _first(text: str | None, last: dt.date | None) -> dt.date | None:
    """Return the first day of a range; one without a year is of the year of the last day, or of the year before."""
    if text is None or last is None:
        return None
    numbers = _NUMBERS.findall(text)
    if len(numbers) > 2:
        return _day(text)
    same = _day(f"{text}/{last.year}")
    return _day(f"{text}/{last.year - 1}") if same is None or same > last else same
