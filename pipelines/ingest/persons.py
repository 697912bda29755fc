"""Personal data where none belongs: found in a cell, a name of a file or sheet, a header, and masked.

Here: the shapes of identity numbers, phone numbers, e-mail addresses and names; masking them. Not here: columns that
are personal by contract, which are never read.
Invariant: equal texts are masked alike; what is masked cannot be computed back without the office's own key; an honest
code, document number, amount or date is left as it is (domain/10, 10.2).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from datetime import datetime
from itertools import pairwise
from typing import Any

from pipelines.ingest import person_words as words
from pipelines.office.text import nfc

# What the reader flags a row with, and what the officer reads of it.
FLAG = "person_masked"
FLAG_REASON = (
    "Ô có số định danh, số điện thoại, thư điện tử hoặc tên người ở cột không dành cho thông tin cá nhân; phần đó được "
    "che, dòng vẫn được tính."
)
FLAG_MEND = "Xóa thông tin cá nhân khỏi ô đó trong phần mềm nguồn hoặc trong bảng, rồi gửi lại tệp."
RULE = "che thông tin cá nhân"

_EMAIL = r"[\w.+-]+(?:@[\w-]+(?:\.[\w-]+)*| ?[(\[]at[)\]] ?[\w-]+(?:\.[\w-]+)+)"
# As phones are written: 0912345678, 0912 345 678, (0299) 3.822.123, +84 912 345 678; which of them are, _is_phone.
_ABROAD = r"(?:\+|00)?84(?:[ .-]?\(0\))?"
_BETWEEN = r"[ .,_·–—-]?"
_PHONE = rf"(?<!\d)(?<!\d[.,])\(?(?:{_ABROAD}|0)(?:{_BETWEEN}[()]?{_BETWEEN}\d){{8,10}}(?!\d)"
# After a word that says what it is, a number is one however it is grouped, a passport's letters among its digits.
_LABELLED = (
    r"(?i:\b(?:cccd|cmnd|cmtnd|cmt|căn cước|chứng minh nhân dân|định danh|hộ chiếu|passport|bhxh|bhyt|gplx|stk"
    r"|tài khoản|biển số))(?i:[\s:.]|số|công dân|cá nhân|xe|là)*(?P<labelled>[A-Z]{0,4}\d[\dA-Z .-]{4,22}\d)"
)
_LEAST_LABELLED = 7  # digits
# An identity card has 12 digits (the first is 0, written in groups at times), the older one 9 (domain/10).
_IDENTITY = (
    r"(?<!\d)(?<!\d[.,])(?:0\d{2}(?:[ .-]\d{3}){3}|0\d{3}(?:[ .-]\d{4}){2}|\d{12}|\d{3}[ -]\d{3}[ -]\d{3}|\d{9})"
    r"(?!\d)(?![.,]\d)"
)
_MONEY = re.compile(r"^\s*(?:đồng|đ\b|vnđ|vnd)", re.IGNORECASE)
_NUMBERS = re.compile(f"(?P<email>{_EMAIL})|(?P<identity>{_IDENTITY})|(?P<phone>{_PHONE})")
_LABELS = re.compile(_LABELLED)
# How the digits of a phone are grouped, its leading 0 among them; other groups are codes, dates and amounts.
_MOBILE_GROUPS = {
    (10,), (4, 6), (4, 3, 3), (3, 3, 4), (3, 4, 3), (3, 7), (4, 2, 2, 2), (5, 5), (7, 3), (2, 2, 2, 2, 2),
    (1,) * 10,
}  # fmt: skip
_MOMENT_GROUPS = {(2, 2, 2, 2, 2)}  # where joined by underscores: of a file's name
_LANDLINE_GROUPS = {(11,), (4, 7), (3, 8), (4, 4, 3), (4, 3, 4), (3, 4, 4), (4, 1, 3, 3), (4, 3, 2, 2), (5, 3, 3)}
_DIGITS = re.compile(r"\d+")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_YEAR = re.compile(r"20[0-4]\d")
# A long run of digits and letters a to f, as programs name things: the digits in it are nobody's number.
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f][0-9A-Fa-f-]{14,}[0-9A-Fa-f](?![0-9A-Za-z])")
_LETTERS_IN_HEX = 2

# In names of files words are joined by underscores.
_GAP, _BEGIN, _END = r"[\s_]+", r"(?<![^\W_])", r"(?![^\W_])"
_WORD = r"(?:(?=[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ])[^\W_]+)"


def _either_case(words: str) -> str:
    """Return a pattern of words as names are written: with a capital, or in capitals."""
    return f"(?:{words}|{words.upper()})"


_SURE, _STRONG, _WEAK = map(_either_case, (words.SURE, words.STRONG, words.WEAK))
_MIDDLE, _GIVEN = map(_either_case, (words.MIDDLE, words.GIVEN))
_USUAL = (
    rf"{_SURE}(?:{_GAP}{_WORD}){{1,4}}|{_STRONG}(?:{_GAP}{_WORD}){{2,4}}|{_WEAK}{_GAP}{_MIDDLE}(?:{_GAP}{_WORD}){{1,3}}"
    rf"|(?:[Ôô]ng|[Bb]à){_GAP}{_WORD}(?:{_GAP}{_WORD}){{1,4}}"
    rf"|(?i:{words.SURE}|{words.STRONG}|{words.UNMARKED}){_GAP}(?i:văn|thị|van|thi){_GAP}[^\W\d_]+"
    rf"|(?:{words.SURE})-{_WORD}-{_WORD}"
)
# Whoever is called by one name (chị Ba), and any surname before «Văn» or «Thị»; which words are none, _is_called.
_CALLED = re.compile(
    rf"{_BEGIN}(?:(?:{words.CALLED}){_GAP}{_WORD}|{_WORD}{_GAP}(?:Văn|Thị){_GAP}{_WORD}(?:{_GAP}{_WORD})?){_END}"
)
_MAY_BE_CALLED = re.compile(rf"[\s_](?:Văn|Thị)[\s_]|{_BEGIN}(?:{words.CALLED})[\s_]")
# Of rarer words a name stands for itself: no other word with a capital comes after it.
_RARE = rf"(?:(?P<strong>{_STRONG})|{_WEAK}(?:{_GAP}{_WORD})?){_GAP}{_GIVEN}{_END}(?!{_GAP}{_WORD})"
_NAME = re.compile(rf"{_BEGIN}(?:(?P<usual>{_USUAL})|{_RARE}){_END}")
_NO_NAME = re.compile(rf"(?:{words.NO_NAMES})", re.IGNORECASE)
_APART = re.compile(r"[\d,;:()–—-][\s_]*$")
_LAST_WORD = re.compile(r"([^\W_]+)[\s_]*$")
# Letters of a name that stand for its other words: «Nguyễn V. A», «ông N.V.A.», «Ng.V.An».
_INITIALS = re.compile(rf"\(tên người\)(?:\.? ?[A-ZĐ]{_END})+\.?")
_SHORT_SURNAME = re.compile(rf"{_BEGIN}Ng\.(?: ?[A-ZĐ]\.)* ?{_WORD}")
# A day of birth by its label. «Khai sinh năm 2021», «phát sinh ngày 02/03/2021» are of something else: where «sinh»
# comes first, nothing but a name or a mark is before it.
_DAY = r"(?:\d{1,2}[/.-]){0,2}(?:19|20)\d\d(?!\d)"
_BORN = re.compile(
    rf"{_BEGIN}(?:(?i:ngày sinh|năm sinh|ngày, tháng, năm sinh)"
    rf"|(?:(?<=^)|(?<=\) )|(?<=[,;:(] )|(?<=[,;:(]))(?i:sinh(?: ngày| năm)?))[ :]*{_DAY}"
)
# A house: its number with a street behind it, or its number after «nhà».
_HOUSE = re.compile(
    rf"{_BEGIN}(?i:số(?: nhà)?|nhà(?: số)?) ?\d{{1,4}}[A-Za-z]?(?:/\d{{1,4}}[A-Za-z]?)*,?"
    rf" (?i:đường|hẻm|ngõ|ngách|phố|kiệt)"
    rf"(?: \d{{1,4}}(?:/\d{{1,4}})*)?(?:,? (?i:đường|phố))?(?:{_GAP}{_WORD})*"
)
# Words with a capital after which a name begins all the same.
_BEFORE_NAMES = frozenset({"ông", "bà", "anh", "chị", "em", "cô", "chú", "cháu", "cho", "của", "tên", "hộ", "và"})
_NAMED_AFTER = re.compile(rf"(?:{words.NAMED_AFTER})\s*$", re.IGNORECASE)
_PLACE_BEFORE = re.compile(rf"(?:{words.PLACES})\s*$", re.IGNORECASE)
_GOES_ON = re.compile(r"\s+[^\W\d_]")
_NOBODY = tuple(words.NOBODY.split("|"))


def without_persons(text: str, names: bool = True) -> str:
    """Return a text with every identity number, phone number, e-mail address and name of a person masked.

    Args:
        text: a cell, header, or name of a file or sheet.
        names: whether every name is looked for; in columns of units, which may be named after a person (Nguyễn Văn Cừ,
            Văn phòng công chứng Lê Thị Hoa), only one that follows a number or a mark (Phường 8 – Nguyễn Văn An).
    """
    if not _may_hold(text):
        return text
    folded = text if text.isascii() else _folded(text)
    masked = _without_numbers(folded)
    if names:
        masked = _NAME.sub(lambda found: _mask_name(found, masked), masked)
        if _MAY_BE_CALLED.search(masked):
            masked = _CALLED.sub(lambda found: _mask_called(found, masked), masked)
        masked = _without_private(masked)
    else:
        masked = _NAME.sub(
            lambda found: _mask_name(found, masked) if _APART.search(masked[: found.start()]) else found[0], masked
        )
    return text if masked == folded else masked


def _without_private(text: str) -> str:
    """Mask what is said beside names: initials, a day of birth, the house somebody lives in."""
    if "." in text or "(tên người)" in text:
        text = _INITIALS.sub("(tên người)", _SHORT_SURNAME.sub("(tên người)", text))
    if not any(map(str.isdigit, text)):
        return text
    return _HOUSE.sub("(địa chỉ)", _BORN.sub("(ngày sinh)", text))


def without_persons_in(value: Any) -> Any:
    """Return a value of texts, lists and mappings with every text in it masked; keys of ours stay."""
    if isinstance(value, str):
        return without_persons(value)
    if isinstance(value, dict):
        return {name: without_persons_in(item) for name, item in value.items()}
    return [without_persons_in(item) for item in value] if isinstance(value, list) else value


def masked_code(code: str, key: bytes, written: str = "") -> str:
    """Return a code that holds personal data as a keyed hash, any other as it is.

    The same code gives the same hash in every file of an office, so its record is still one record.

    Args:
        code: the code of a record.
        key: the office's own key; nobody without it can compute a number back from its hash.
        written: the cell as the file has it: a code is read without blanks, and digits that then touch («00004 0938…»)
            are no number of a person any more.
    """
    is_own_number = re.fullmatch(r"20[0-4]\d{6}", code)  # 202100123: a year and a number
    if is_own_number or (without_persons(code) == code and without_persons(written) == written):
        return code
    return "CHE-" + hmac.new(key, code.encode(), hashlib.sha256).hexdigest()[:12].upper()


def numbers_of_persons(text: str) -> bool:
    """Return whether a text holds an identity number, a phone number or an e-mail address, whoever wrote it.

    Names are not looked for: who acts or signs is named by the office itself.
    """
    folded = _folded(text)
    return _without_numbers(folded) != folded


def _folded(text: str) -> str:
    """Return a text with compatible letters made one and what nobody sees (U+200B, U+00AD …) taken out."""
    return _UNSEEN.sub("", nfc(unicodedata.normalize("NFKC", nfc(text))))


def _may_hold(text: str) -> bool:
    """Tell at a glance whether a text may hold a person: most codes and words of lists cannot."""
    is_joined = any(letter in text for letter in ("@", "\uff20", " ", "_", "\u00a0", "-", "[", "("))
    return is_joined or "Ng." in text or sum(map(str.isdigit, text)) >= 9


def _without_numbers(text: str) -> str:
    if (" " in text or ":" in text) and sum(map(str.isdigit, text)) >= _LEAST_LABELLED:
        text = _LABELS.sub(_mask_labelled, text)
    return _without_loose_numbers(text)


def _mask_labelled(found: re.Match[str]) -> str:
    """Mask what a label names as somebody's number; years and a few digits are none."""
    number = found["labelled"]
    digits = [part for part in re.findall(r"\d+", number) if not _YEAR.fullmatch(part)]
    if len("".join(digits)) < _LEAST_LABELLED:
        return found[0]
    return found[0][: found.start("labelled") - found.start()] + "(số định danh)"


def _without_loose_numbers(text: str) -> str:
    """Mask numbers one after the other; digits that are no phone together may still begin one further on."""
    parts, at, seen = [], 0, 0
    while found := _NUMBERS.search(text, seen):
        shown = _mask_number(found)
        if shown is None:
            first = _DIGITS.search(found[0])
            seen = found.start() + (first.end() if first else 1)
            continue
        parts += [text[at : found.start()], shown]
        at = seen = found.end()
    return "".join([*parts, text[at:]])


def _mask_number(found: re.Match[str]) -> str | None:
    """Return what is shown for a number; None for digits that are no phone number as they are grouped."""
    written, kind = found[0], str(found.lastgroup)
    if kind != "email" and _in_hex(found):
        return written
    if kind == "phone" and not _is_phone(written):
        return None
    if kind == "identity":
        if _is_phone(written):
            kind = "phone"
        elif _is_moment(written) or _MONEY.match(found.string[found.end() :]):
            return written
    return {"email": "(thư điện tử)", "phone": "(số điện thoại)", "identity": "(số định danh)"}[kind]


def _is_phone(written: str) -> bool:
    """Return whether digits are grouped and begin as those of a mobile phone or a landline do."""
    groups = re.findall(r"\d+", re.sub(rf"^\(?{_ABROAD}[ .-]?", "0", written))
    digits, sizes = "".join(groups), tuple(map(len, groups))
    if (len(groups) == 2 and _YEAR.match(groups[1])) or ("_" in written and sizes in _MOMENT_GROUPS):
        return False
    if len(digits) == 10:
        return digits[1] in "35789" and sizes in _MOBILE_GROUPS
    return len(digits) == 11 and digits[1] == "2" and sizes in _LANDLINE_GROUPS


def _in_hex(found: re.Match[str]) -> bool:
    """Return whether a number is a piece of a longer run of digits and letters a to f, letters between digits."""
    for run in _HEX.finditer(found.string):
        if run.start() <= found.start() and found.end() <= run.end():
            return len(re.findall(r"[A-Fa-f]+", run[0])) >= _LETTERS_IN_HEX
    return False


def _is_moment(digits: str) -> bool:
    """Return whether twelve digits are a day and a number of that day or a time, as systems number records and files.

    No province has a code above 096, so an identity number begins with none of these years.
    """
    if len(digits) != 12 or not digits.isdigit() or int(digits[:3]) <= 96:
        return False
    for length, form in ((8, "%Y%m%d"), (6, "%y%m%d")):
        try:
            day = datetime.strptime(digits[:length], form)  # noqa: DTZ007 - only its year is looked at
        except ValueError:
            continue
        if 2000 <= day.year < 2050:
            return True
    return False


def _mask_name(found: re.Match[str], text: str) -> str:
    before, after = text[: found.start()], text[found.end() :]
    is_place = found[0].casefold().startswith(_NOBODY) or _NAMED_AFTER.search(before)
    is_other = not found["usual"] and _is_other(before, after, is_strong=found["strong"] is not None)
    return found[0] if is_place or is_other else "(tên người)"


def _mask_called(found: re.Match[str], text: str) -> str:
    """Mask words written as a name is (none in capitals), unless two of them are of something else (Đô Thị Mới)."""
    parts = re.split(_GAP, found[0])
    named = parts if parts[0][:1].isupper() else parts[1:]
    is_name = all(part[:1].isupper() and part[1:] == part[1:].lower() for part in named)
    is_other = any(_NO_NAME.fullmatch(" ".join(pair)) for pair in pairwise(parts))
    return "(tên người)" if is_name and not is_other and not _NAMED_AFTER.search(text[: found.start()]) else found[0]


def _is_other(before: str, after: str, is_strong: bool) -> bool:
    """Return whether words that could be a rare name are of a heading, a place or a longer word (Đoàn Thanh niên)."""
    found = _LAST_WORD.search(before)
    last = found[1] if found else ""
    if last.casefold() in _BEFORE_NAMES:
        return False
    goes_on = not is_strong and _GOES_ON.match(after)
    return bool(last[:1].isupper() or goes_on or _PLACE_BEFORE.search(before))
