"""The shapes of codes: national procedure codes, and the day inside a dossier code.

Here: every pattern of a code, and nothing else. Not here: typing a cell (typing_rules), which codes exist (office).
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
