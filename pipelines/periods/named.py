"""A reporting period as people write it: «Quý I năm 2021», «Q1/21», «3 tháng cuối năm 2020», «từ 15/12/2020 đến …».

Here: one key for all ways to write the same period, the days a key means. Not here: which periods an office has
(office tables).
Invariant: two texts have one key only if they name the same period.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipelines.periods.period import Period

# Every shape is looked for in the text without marks (`_folded`).
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "iiii": 4, "mot": 1, "nhat": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4}
_NO = "(?:iv|i{1,4}|[1-4]|mot|nhat|hai|ba|bon|tu)"
_SEVERAL = "(?:0?3|ba|0?6|sau|0?9|chin|12|muoi hai)"
# A year of two digits only behind a mark, or the word: «Quý IV/20», «Quý IV năm 20».
_IN_YEAR = (
    r"(?:[\s/,.–—-]*(?:nam\s*)?(?P<year>20\d\d)|(?:\s*/\s*|[.-]|[\s/,.–—-]*nam\s*)(?P<short>\d\d))"
    r"(?!\d|[/.-]\d)"
)
_QUARTERS = (
    re.compile(rf"\bqu[yi]\s*(?P<no>{_NO})\b{_IN_YEAR}"),
    re.compile(rf"\bq\s*\.?\s*(?P<no>{_NO})\b{_IN_YEAR}"),
    re.compile(rf"\b(?P<year>20\d\d)\s*[-/._]?\s*q(?:u[yi])?\s*(?P<no>{_NO})\b"),
)
_COUNTS = {"3": 3, "ba": 3, "6": 6, "sau": 6, "9": 9, "chin": 9, "12": 12, "muoi hai": 12}
_MONTHS = re.compile(rf"\b(?P<no>{_SEVERAL})\s*thang\b(?P<part>\s+(?:dau|cuoi))?{_IN_YEAR}")
_YEAR = re.compile(r"^(?:ca\s+)?nam\s*(?P<year>20\d\d)\b")
_DAY = r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:20)?\d\d)(?!\d)"
_DAYS = re.compile(rf"{_DAY}\D+{_DAY}")
_BASE = (1, dt.date(2020, 12, 15), dt.date(2021, 3, 14))  # the first quarter of 2021 (NĐ 09/2019, domain/04 4.1)
_BASE_YEAR = 2021
_QUARTER_KEY = re.compile(r"quarter (\d) of (\d{4})")
_SEVERAL_KEY = re.compile(r"(last )?(\d+) months of (\d{4})|year (\d{4})")
_ROMAN = ("", "I", "II", "III", "IV")
# Where in a heading the words of a period begin.
_BEGINS = re.compile(
    rf"(?:\b(?:qu[yi]|q\s*\.?)\s*{_NO}\b(?=.*\d\d)|\b{_SEVERAL}\s*thang\b"
    rf"|(?:^|(?<=[–—,;:-] ))(?:ca\s+)?nam\s*20\d\d|\b20\d\d\s*[-/._]?\s*q(?:u[yi])?\s*{_NO}\b"
    r"|(?<!\d )\bthang\s*\d{1,2}\s*(?:[/-]|nam)\s*(?:20)?\d\d"
    r"|\(?\s*\btu\s+(?:ngay\s+)?\d{1,2}[/.-]\d|\(?\s*\d{1,2}[/.-]\d{1,2}[/.-](?:20)?\d\d\s*(?:den|toi|[-–—~→]))"
)
# What may name the parts of a heading: «Đơn vị báo cáo:» before the unit, «Kỳ báo cáo:» before the period.
_UNIT_LABEL = re.compile(
    r"^\s*(?:tên\s+)?(?:đơn vị|cơ quan|phòng ban)(?:\s+(?:báo cáo|gửi|lập))?\s*:\s*", re.IGNORECASE
)
_PERIOD_LABEL = re.compile(r"[\s–—,;.|(-]*\b(?:kỳ|kì|thời gian)(?:\s+(?:báo cáo|số liệu))?\s*:?\s*$", re.IGNORECASE)


def period_key(text: str) -> str | None:
    """Return one key for a period however it is written; None for a text that names none."""
    named = next(periods_in(text), None)
    if named:
        return named[1]
    words = _folded(text)
    year = _YEAR.search(words.strip(" (–—-"))
    if year:
        return f"year {year['year']}"
    days = _DAYS.search(words)
    if days is None:
        return None
    numbers = [int(number) for number in days.groups()]
    try:
        return days_key(_date(*numbers[:3]), _date(*numbers[3:]))
    except ValueError:  # no such day
        return None


def periods_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words and the key of each quarter, and of each number of months, that a text names."""
    written, words = unicodedata.normalize("NFC", text), _folded(text)
    for quarter in (found for shape in _QUARTERS for found in shape.finditer(words)):
        number = _NUMBERS.get(quarter["no"]) or int(quarter["no"])
        yield written[quarter.start() : quarter.end()], f"quarter {number} of {_year(quarter)}"
    for months in _MONTHS.finditer(words):
        key = _key_of_months(_COUNTS[months["no"].lstrip("0")], "cuoi" in (months["part"] or ""), _year(months))
        yield written[months.start() : months.end()], key


def _folded(text: str) -> str:
    """Return a text without marks, letter for letter, so that a place in it is a place in the text (NFC)."""
    written = unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFD", letter.casefold())[:1] or " " for letter in written).replace("đ", "d")


def _year(found: re.Match[str]) -> int:
    parts = found.groupdict()
    return int(parts["year"]) if parts["year"] else 2000 + int(parts["short"])


def _date(day: int, month: int, year: int) -> dt.date:
    return dt.date(year if year > 99 else 2000 + year, month, day)


def _key_of_months(count: int, is_last: bool, year: int) -> str:
    if count == 12:
        return f"year {year}"
    if count == 3:
        return f"quarter {4 if is_last else 1} of {year}"
    return f"{'last ' if is_last else ''}{count} months of {year}"


def days_key(first: dt.date, last: dt.date) -> str:
    """Return the key of a period written as its first and last day."""
    return f"{first.isoformat()} to {last.isoformat()}"


def implied_period(key: str, known: Iterable[Period]) -> Period | None:
    """Return the period a key means where the office's table does not have it: cut as the office's quarters are.

    None for a key of days. Its `period_id` is empty: no table knows it.

    Args:
        key: a key of `period_key`.
        known: the periods of the office.
    """
    quarter, several = _QUARTER_KEY.fullmatch(key), _SEVERAL_KEY.fullmatch(key)
    if quarter:
        number, year = int(quarter[1]), int(quarter[2])
        return _of_quarters(known, number, number, year, "quarter", f"Quý {_ROMAN[number]} năm {year}")
    if several is None:
        return None
    if several[4]:
        return _of_quarters(known, 1, 4, int(several[4]), "year", f"Năm {several[4]}")
    quarters, year = int(several[2]) // 3, int(several[3])
    first, last = (5 - quarters, 4) if several[1] else (1, quarters)
    label = f"{several[2]} tháng {'cuối' if several[1] else 'đầu'} năm {year}"
    return _of_quarters(known, first, last, year, "six_months" if quarters == 2 else "nine_months", label)


def _of_quarters(known: Iterable[Period], first: int, last: int, year: int, kind: str, label: str) -> Period:
    base_no, base_year, start_on, end_on = _BASE[0], _BASE_YEAR, _BASE[1], _BASE[2]
    for period in known:
        found = _QUARTER_KEY.fullmatch(period_key(period.label) or "")
        if found:
            base_no, base_year, start_on, end_on = int(found[1]), int(found[2]), period.start_on, period.end_on
            break
    months = (year - base_year) * 12 - base_no * 3
    begins = _shifted(start_on, months + first * 3)
    ends = _shifted(end_on + dt.timedelta(days=1), months + last * 3) - dt.timedelta(days=1)
    return Period("", kind, label, begins, ends)


def _shifted(day: dt.date, months: int) -> dt.date:
    """Return a day so many months later; quarters begin on days every month has."""
    at = day.year * 12 + day.month - 1 + months
    return dt.date(at // 12, at % 12 + 1, min(day.day, 28))


def split_heading(line: str) -> tuple[str, str]:
    """Return who a heading names and which period, as written: «UBND Phường 4 – Quý I năm 2021 (từ …)».

    The period may come first: «Q4/2020 – Thanh tra thành phố».
    """
    line = unicodedata.normalize("NFC", line)
    found = _BEGINS.search(_folded(line))
    if found is None:
        return _who(line), ""
    who, period = line[: found.start()], line[found.start() :].strip()
    if not _who(who):
        ends = re.search(r"\s[–—-]\s(?!\s*\d)|[,;|]\s", period)
        who, period = (period[ends.end() :], period[: ends.start()]) if ends else ("", period)
    return _who(who), period


def _who(words: str) -> str:
    without = _PERIOD_LABEL.sub("", _UNIT_LABEL.sub("", words))
    return _UNIT_LABEL.sub("", without).strip(" –—-,;(:|")
