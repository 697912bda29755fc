"""A reporting period as people write it: «Quý I năm 2021», «quý 1/2021», «từ 15/12/2020 đến 14/03/2021».

Here: one key for all ways to write the same period. Not here: which periods an office has (office tables).
Invariant: two texts have one key only if they name the same period.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "iiii": "4"}
_QUARTER = re.compile(r"\bqu[ýíyi]\s*(?P<no>iv|i{1,4}|[1-4])\b[\s/,.-]*(?:năm)?\s*(?P<year>20\d\d)\b")
_MONTHS = re.compile(r"\b(?P<no>6|sáu|9|chín)\s*tháng\b[^\d]*(?P<year>20\d\d)\b")
_YEAR = re.compile(r"^năm\s*(?P<year>20\d\d)\b")
_DAYS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)\D+(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)")
# Where in a heading the words of a period begin.
_BEGINS = re.compile(
    r"(?:\bqu[ýíyi]\s*(?:iv|i{1,4}|[1-4])\b|\b(?:6|sáu|9|chín)\s*tháng\b|(?:^|(?<=[–—,;-] ))năm\s*20\d\d"
    r"|\(?\s*\btừ\s+(?:ngày\s+)?\d)",
    re.IGNORECASE,
)


def period_key(text: str) -> str | None:
    """Return one key for a period however it is written; None for a text that names none."""
    words = unicodedata.normalize("NFC", text).casefold()
    quarter, months, year = _QUARTER.search(words), _MONTHS.search(words), _YEAR.search(words.strip(" (–—-"))
    if quarter:
        return f"quarter {_ROMAN.get(quarter['no'], quarter['no'])} of {quarter['year']}"
    if months:
        return f"{'6' if months['no'] in ('6', 'sáu') else '9'} months of {months['year']}"
    if year:
        return f"year {year['year']}"
    days = _DAYS.search(words)
    if days is None:
        return None
    numbers = [int(number) for number in days.groups()]
    try:
        return days_key(dt.date(*numbers[2::-1]), dt.date(*numbers[:2:-1]))
    except ValueError:  # no such day
        return None


def days_key(first: dt.date, last: dt.date) -> str:
    """Return the key of a period written as its first and last day."""
    return f"{first.isoformat()} to {last.isoformat()}"


def split_heading(line: str) -> tuple[str, str]:
    """Return who a heading names and which period, as written: «UBND Phường 4 – Quý I năm 2021 (từ …)»."""
    found = _BEGINS.search(line)
    who = line[: found.start()] if found else line
    who = re.sub(r"^\s*đơn vị(?:\s+báo cáo)?\s*:\s*", "", who, flags=re.IGNORECASE)
    period = line[found.start() :].strip() if found else ""
    return who.strip(" –—-,;(:"), re.sub(r"(?<=\S)\s*\(.*$", "", period)  # its days, where its name stands before
