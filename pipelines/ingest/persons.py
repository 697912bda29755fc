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
from typing import Any

from pipelines.office.text import nfc

# What the reader flags a row with, and what the officer reads of it.
FLAG = "person_masked"
FLAG_REASON = (
    "Ô có số định danh, số điện thoại, thư điện tử hoặc tên người ở cột không dành cho thông tin cá nhân; phần đó được "
    "che, dòng vẫn được tính."
)
FLAG_MEND = "Xóa thông tin cá nhân khỏi ô đó trong phần mềm nguồn hoặc trong bảng, rồi gửi lại tệp."
RULE = "che thông tin cá nhân"

_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
# 0912345678, 0912 345 678, (0912) 345.678, +84 912 345 678
_PHONE = r"(?<!\d)\(?(?:\+?84[ .-]?|0)[35789](?:\d{8}|\d{2}\)?(?:[ .-]\d{3}){2}|\d[ .-]\d{3}[ .-]\d{4})(?!\d)"
# An identity card has 12 digits (the first is 0, written in groups at times), the older one 9 (domain/10).
_IDENTITY = r"(?<!\d)(?<!\d[.,])(?:0\d{2}(?:[ .-]\d{3}){3}|\d{12}|\d{9})(?!\d)(?![.,]\d)"
_MONEY = re.compile(r"^\s*(?:đồng|đ\b|vnđ|vnd)", re.IGNORECASE)
_NUMBERS = re.compile(f"(?P<email>{_EMAIL})|(?P<phone>{_PHONE})|(?P<identity>{_IDENTITY})")

# Surnames that are no other word; with one or two names after them they are a person's.
_SURE = "Nguyễn|Trần|Phạm|Huỳnh|Nguyen|Tran|Pham|Huynh"
_STRONG = "Hoàng|Phan|Võ|Đặng|Bùi|Ngô|Trương|Đinh|Trịnh|Thạch|Dương|Quách|Phùng|Lê"
# Surnames that are words too (hồ sơ, danh mục, lý lịch): a person's only before a usual middle name.
_WEAK = (
    "Vũ|Đỗ|Hồ|Lý|Lâm|Đoàn|Danh|Tăng|Châu|Tô|Hứa|Lương|Mai|Thái|Cao|Đào|Triệu|Vương|Tạ|Kiều|Diệp|Kim|Sơn|Liêu|Trà|Lưu|"
    "Hà|La"
)
_MIDDLE = (
    "Văn|Thị|Hữu|Đức|Minh|Thanh|Ngọc|Quốc|Hoàng|Xuân|Quang|Phước|Tấn|Chí|Bích|Hồng|Thúy|Thùy|Tuấn|Hoài|Khánh|Duy|Nhật|"
    "Trọng|Đình|Bá|Sỹ|Viết|Huy|Phi|Thế|Diễm|Tuyết|Cẩm|Ánh"
)
_LETTERS = "A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ"
_WORD = rf"(?:(?=[{_LETTERS}])\w+)"


def _either_case(words: str) -> str:
    """Return a pattern of words as names are written: with a capital, or in capitals."""
    return f"(?:{words}|{words.upper()})"


_NAME = re.compile(
    rf"(?<!\w)(?:{_either_case(_SURE)}(?:\s+{_WORD}){{1,4}}|{_either_case(_STRONG)}(?:\s+{_WORD}){{2,4}}"
    rf"|{_either_case(_WEAK)}\s+{_either_case(_MIDDLE)}(?:\s+{_WORD}){{1,3}}"
    rf"|(?:[Ôô]ng|[Bb]à)\s+{_WORD}(?:\s+{_WORD}){{1,4}})(?!\w)"
)
# Streets, wards, schools and honours are named after people; those names are nobody's personal data.
_NAMED_AFTER = re.compile(
    r"(?:đường|(?<!thành )phố|phường|xã|thị trấn|quận|huyện|p\.|ấp|khóm|thôn|chợ|cầu|trường|thpt|thcs|tiểu học|mầm non"
    r"|bệnh viện|công viên|bảo tàng|giải thưởng|huân chương|huy chương)\s*$",
    re.IGNORECASE,
)
_NOBODY = ("hồ chí minh", "trần đề", "bà rịa", "trần phú", "phan thiết", "phan rang", "hoàng sa")


def without_persons(text: str, names: bool = True) -> str:
    """Return a text with every identity number, phone number, e-mail address and name of a person masked.

    Args:
        text: a cell, header, or name of a file or sheet.
        names: whether names are looked for; not in columns of units, which may be named after a person.
    """
    if not _may_hold(text):
        return text
    folded = text if text.isascii() else nfc(unicodedata.normalize("NFKC", nfc(text)))
    masked = _NUMBERS.sub(_mask_number, folded)
    if names:
        masked = _NAME.sub(lambda found: _mask_name(found, masked), masked)
    return text if masked == folded else masked


def without_persons_in(value: Any) -> Any:
    """Return a value of texts, lists and mappings with every text in it masked; keys of ours stay."""
    if isinstance(value, str):
        return without_persons(value)
    if isinstance(value, dict):
        return {name: without_persons_in(item) for name, item in value.items()}
    return [without_persons_in(item) for item in value] if isinstance(value, list) else value


def masked_code(code: str, key: bytes) -> str:
    """Return a code that holds personal data as a keyed hash, any other as it is.

    The same code gives the same hash in every file of an office, so its record is still one record.

    Args:
        code: the code of a record.
        key: the office's own key; nobody without it can compute a number back from its hash.
    """
    if without_persons(code) == code or re.fullmatch(r"20[0-4]\d{6}", code):  # 202100123: a year and a number
        return code
    return "CHE-" + hmac.new(key, code.encode(), hashlib.sha256).hexdigest()[:12].upper()


def _may_hold(text: str) -> bool:
    """Tell at a glance whether a text may hold a person: most codes and words of lists cannot."""
    return "@" in text or " " in text or "\u00a0" in text or sum(map(str.isdigit, text)) >= 9


def _mask_number(found: re.Match[str]) -> str:
    written = found[0]
    if found.lastgroup == "identity" and (_is_moment(written) or _MONEY.match(found.string[found.end() :])):
        return written
    words = {"email": "(thư điện tử)", "phone": "(số điện thoại)", "identity": "(số định danh)"}
    return words[str(found.lastgroup)]


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
    is_place = found[0].casefold().startswith(_NOBODY) or _NAMED_AFTER.search(text[: found.start()])
    return found[0] if is_place else "(tên người)"
