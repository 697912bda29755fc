"""How values are written on Vietnamese paper, and text made fit for paper.

Here: counts, rates, days, cleaning of text. Not here: words of the report (report_templates).
Invariant: no locale of the machine decides how a number looks.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipelines.office.text import format_count as format_count

# Decimals of a percentage a form model computes (the models round half up to as many).
RATE_DECIMALS = 2
NO_RATE = "–"
# A figure nobody has sent: neither nil nor zero.
NOT_SENT = "…"
_DAY = re.compile(r"\b(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/(\d{4})\b")
_KEPT = "\n\t"


def format_rate(value: Decimal | None, sign: str = "%") -> str:
    """Return a percentage with a decimal comma ("98,75%"), or "–" where nothing was to be divided.

    A column whose head says (%) prints without the `sign`.
    """
    if value is None:
        return NO_RATE
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{format_count(int(whole))}{',' + decimals if decimals else ''}{sign}"


def format_day(day: dt.date) -> str:
    """Return a day as forms, tables and charts print it: 05/03/2021."""
    return f"{day:%d/%m/%Y}"


def text_day(day: dt.date) -> str:
    """Return a day inside a sentence: days below 10 and months 1 and 2 have a 0 (domain/10 10.3): 05/3/2021."""
    return f"{day.day:02d}/{_month(day)}/{day.year}"


def text_days(text: str) -> str:
    """Return a text with each of its days as it stands inside a sentence: 11/03/2021 becomes 11/3/2021."""
    return _DAY.sub(lambda found: text_day(dt.date(*map(int, found.group(3, 2, 1)))), text)


def day_words(day: dt.date) -> str:
    """Return a day in words, as a document is dated: ngày 05 tháng 3 năm 2021; zeros as `text_day`."""
    return f"ngày {day.day:02d} tháng {_month(day)} năm {day.year}"


def _month(day: dt.date) -> str:
    return f"{day.month:02d}" if day.month < 3 else str(day.month)


def rate(parts: int, whole: int, decimals: int) -> Decimal | None:
    """Return parts / whole × 100, half up (domain/13 `rounding`); None when the whole is 0."""
    if whole == 0:
        return None
    return (Decimal(parts) * 100 / Decimal(whole)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def clean_text(text: str) -> str:
    """Return text that every document format can hold: NFC, no control, private-use or broken characters."""
    kept = (letter if letter in _KEPT or not _unprintable(letter) else " " for letter in text)
    return unicodedata.normalize("NFC", "".join(kept))


def _unprintable(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn")


@dataclass
class Cleaner:
    """Cleans the texts of one report and counts those it had to change (a lost character is reported, not hidden)."""

    changed: int = 0

    def text(self, value: object) -> str:
        """Return a value of the database as one clean line; None is the empty text."""
        raw = "" if value is None else str(value)
        cleaned = clean_text(raw)
        if cleaned != unicodedata.normalize("NFC", raw):
            self.changed += 1
        return " ".join(cleaned.split())


def joined(names: Iterable[str]) -> str:
    """Return names as a list inside a sentence: between commas, or semicolons where a name has a comma of its own."""
    listed = list(names)
    return ("; " if any("," in name for name in listed) else ", ").join(listed)


def lower_first(text: object) -> str:
    """Return a text as it stands inside a sentence."""
    words = str(text)
    return words[:1].lower() + words[1:]
