"""The shapes of codes: national procedure codes, dossier codes and the day inside them.

Here: every pattern of a code, one spelling of a national one. Not here: typing a cell (typing_rules), which codes exist
(office).
Invariant: a shape is written here once; where a code is known by its shape, it is by one of these.
"""

from __future__ import annotations

import re

# A national code of a procedure is a digit, a dot and six digits (domain/09 9.2). Most begin with 1, 2 or 3.
NATIONAL_PROCEDURE = r"\d\.\d{6}"
# A portal may add the province, or its whole agency code (1.012753.H19, 1.004873.000.00.00.H51; domain/09 9.2).
PROCEDURE = re.compile(rf"^({NATIONAL_PROCEDURE})((?:\.\d{{2,3}}){{0,3}}\.H\d{{2}}|\.)?$", re.IGNORECASE)
# A spreadsheet cuts the zeros at the end of 1.001930, and writes a comma for the dot.
SHORT_PROCEDURE = re.compile(r"^\d\.\d{1,5}$")
COMMA_PROCEDURE = re.compile(r"^\d,\d{1,6}$")
# Dossier codes that carry the day of receipt as YYMMDD (domain/09 9.2).
DOSSIER_DAY = r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3}){1,3})-(\d{6})-\d{3,6}$"
# A code of plain letters and digits with a dash: nothing in it needs a closer look.
PLAIN = re.compile(r"[A-Za-z0-9.]+-[A-Za-z0-9.-]*[A-Za-z0-9]")
# Anything that may be a code: one word with a digit.
ANY = re.compile(r"^\S*\d\S*$")
# A long code a spreadsheet wrote with an exponent, its digits lost: 1.23457E+15.
EXPONENT = re.compile(r"^\d(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)
# What looks like a national code of a dossier, whatever is wrong with it: an agency's H and number before a day, or the
# numbers of an agency before a day.
_NEARLY_NATIONAL = re.compile(
    r"(?:^|[.,;/\\_\s-])H\s*\d{2}.*\d{6}|^\D*\d{2,3}\s*[.,;/\\_-]\s*\d{2}\s*[.,;/\\_-]\s*\d{2}\D.*\d{6}", re.IGNORECASE
)
# Letters of other alphabets that look like Latin ones; no Vietnamese text has any.
ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοⅰⅼ",
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXoil",
)
# Letters written for digits; an agency's H is the only letter of a national code.
_DIGITS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1"})
_SEPARATORS = re.compile(r"\s*[-_/\\~]+(?:\s*[-_/\\~])*\s*")
_DOTS = re.compile(r"\s*[.,;]+\s*")


def national_spelling(text: str, national: re.Pattern[str]) -> str | None:
    """Return a dossier's code as national codes are written, whatever its dashes, dots and look-alike letters.

    None where it is no national code, or nobody can say which.

    Args:
        text: the code, folded (`typing_rules.one_spelling`).
        national: what the whole of a national code looks like.
    """
    upper = re.sub(r"\s+", "", text).upper()
    if national.fullmatch(upper):
        return upper
    bare = _DOTS.sub(".", _SEPARATORS.sub("-", text.upper())).strip(" .-:'\"`«»()[]")
    for spelled in (bare, bare.translate(_DIGITS)):
        plain = re.sub(r"\s+", "", spelled).replace(".-", "-").replace("-.", "-")
        # The numbers of an agency have dots between them, whatever was written: 000/03/99/H51/210120/9001.
        *agency, day, number = ["", *re.split(r"[\s.-]+", spelled)]
        dotted = f"{'.'.join(agency[1:])}-{day}-{number}"
        found = next((code for code in (plain, dotted) if national.fullmatch(code)), None)
        if found:
            return found
    return None


def is_misshapen(text: str, national: re.Pattern[str]) -> bool:
    """Return whether a code looks like a national one and is none: it would be taken for a number of a unit's book."""
    return not national.fullmatch(text) and bool(_NEARLY_NATIONAL.search(text))
