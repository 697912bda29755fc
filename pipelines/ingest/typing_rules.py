"""Typing one cell by the role of its column: dates, codes, counts, rates, text.

Here: pure functions on single values, called once per distinct value. Not here: frames (reading).
Invariant: by role, never by the look of the value; what cannot be read for sure is an error with its reason.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.ingest import codes
from pipelines.ingest.facts import NOT_CALCULATED
from pipelines.office.text import nfc

SERIAL_ZERO = dt.datetime(1899, 12, 30)
SERIAL_ZERO_1904 = dt.datetime(1904, 1, 1)
_ERRORS = re.compile(r"^(#(DIV/0!|N/A|GETTING_DATA|[A-Z_]+[!?])|Err:\d{3})$")
_NO_DATE = frozenset({"-", "--", "–", "—", "null", "NULL"})
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff"))
_TIME = (
    r"(?P<h>\d{1,2})\s*(?::|giờ|h|g)\s*(?P<n>\d{1,2})?(?:\s*phút)?(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>AM|PM|SA|CH)?"
)
_DAY = r"(?P<a>\d{1,2})\s*[/.\-_]\s*(?P<b>\d{1,2})\s*[/.\-_]\s*(?P<y>\d+)"
_REST = r"(?:\s+-\s+.*(?:ngày|giờ|phút).*)?"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:(?:thứ\s+\w+|chủ\s+nhật)\s*,?\s*)?(?:ngày\s+)?{_DAY}(?:(?:\s+-|\s+lúc|,)?\s+{_TIME})?{_REST}$",
        rf"^{_TIME}(?:\s*,)?\s*(?:-|ngày)?\s*{_DAY}$",
    )
)
_ISO = re.compile(
    r"^(?P<y>\d{4})(?P<between>[-/.])(?P<m>\d{1,2})(?P=between)(?P<d>\d{1,2})(?:[T\s]+(?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<s>\d{2})(?P<f>\.\d+)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_SPELLED = re.compile(
    rf"^(?:{_TIME}\s*,?\s*)?(?:ngày\s+)?(?P<a>\d{{1,2}})\s+tháng\s+(?P<b>\d{{1,2}})\s+năm\s+(?P<y>\d+)$", re.IGNORECASE
)
# A month by its name, as a spreadsheet writes it («05-Jan-2021», «05-Thg1-2021»); the year last, the day beside it.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:(?P<name>{'|'.join(_MONTHS)})[a-z]*|(?:thg|th|tháng)\.?\s*(?P<b>\d{{1,2}}))"
_NAMED = tuple(
    re.compile(rf"^{day_and_month}[-/.,\s]\s*(?P<y>\d+)(?:,?\s+{_TIME})?$", re.IGNORECASE)
    for day_and_month in (rf"(?P<a>\d{{1,2}})[-/.\s]\s*{_MONTH}", rf"{_MONTH}[-/.\s]\s*(?P<a>\d{{1,2}})")
)
_UTC = ("Z", "+00:00", "+0000", "-00:00", "-0000")
_COMPACT = re.compile(r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<n>\d{2})(?P<s>\d{2}))?$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_DASHES = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b]")
_AS_TEXT = re.compile(r'^(?:="(?P<formula>[^"]*)"|\'(?P<quoted>\S.*))$')
# A blank between digits that is no thousands mark: two numbers stand in the cell.
_BY_BLANKS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?: \d{3})+(?!\d)")
_TWO_NUMBERS = re.compile(r"\d \d")
_NO_AMOUNT = re.compile(r"^0\d{6,}$")  # as a phone or an identity number is written
_WHOLE = re.compile(r"^-?\d+$")
_CURRENCY = re.compile(r"\s*(?:đồng|đ|vnđ|vnd)\.?$")
# What follows a whole amount and says nothing: «6.000,00», «6000.00»; what is counted: «15 hồ sơ».
_NO_CENTS = re.compile(r"(?<=\d)[.,]00$")
_COUNTED = re.compile(r"(?<=\d)hồsơ$", re.IGNORECASE)
_FREE = frozenset({"miễn phí", "miễn", "không thu", "không thu phí"})
_GROUPED = re.compile(r"^-?\d{1,3}(?:\.\d{3})+$|^-?\d{1,3}(?:,\d{3})+$")
_VIETNAMESE_RATE = re.compile(r"^-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$")
_PLAIN_RATE = re.compile(r"^-?\d+(?:\.\d+)?$")


class Typed(NamedTuple):
    """One typed value, the repair made to get it (or None), and the error that forbids it (or None)."""

    value: object
    repair: str | None = None
    error: str | None = None


class Reckoning(NamedTuple):
    """Where a workbook's serial numbers count from, and the office's time zone (None: clock times are kept)."""

    zero: dt.datetime = SERIAL_ZERO
    zone: dt.tzinfo | None = None


AS_WRITTEN = Reckoning()


def type_datetime(
    cell: object, month_first: bool, earliest: dt.date, latest: dt.date, reckoning: Reckoning = AS_WRITTEN
) -> Typed:
    """Return a local naive moment; a day without time is midnight, a dash is no date.

    A moment with an offset is reported in the office's time zone: that decides its day. ISO fractions of a second stay,
    for they order two moments of one second.

    Slashes are day-first unless the source is month-first, ISO never is; impossible dates and years outside
    the window are errors (domain/09 9.3).
    """
    typed = _moment(cell, month_first, reckoning)
    if isinstance(typed.value, dt.datetime) and not earliest <= typed.value.date() <= latest:
        return Typed(None, None, f"năm {typed.value.year} ngoài khoảng cho phép ({earliest:%Y}–{latest:%Y})")
    return typed


# Spellings read all at once; every other one is read cell by cell, with its reason when it cannot be.
_PLAIN_MOMENTS = ("dd/mm/yyyy", "dd/mm/yyyy HH:MM", "dd/mm/yyyy HH:MM:SS", "yyyy-mm-dd HH:MM:SS")
_ENOUGH_ALIKE = 1_000


def sure_moments(cells: np.ndarray, month_first: bool, window: tuple[dt.date, dt.date]) -> np.ndarray:
    """Return distinct cells as moments where that is sure at a glance, NaT where `type_datetime` must look.

    True dates and the plainest spellings, inside the window, are what it would return for them without a repair;
    done for all at once because a large file has a hundred thousand different moments.
    """
    moments = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]")
    dates = np.array([at for at, cell in enumerate(cells) if type(cell) is dt.datetime], dtype=int)
    if len(dates):
        exact = pd.DatetimeIndex(cells[dates]).to_numpy("datetime64[us]")
        rounded = (exact + np.timedelta64(500, "ms")).astype("datetime64[s]")
        same_day = rounded.astype("datetime64[D]") == exact.astype("datetime64[D]")
        moments[dates] = np.where(same_day, rounded, exact.astype("datetime64[s]")).astype("datetime64[us]")
    if len(cells) - len(dates) >= _ENOUGH_ALIKE:
        lengths = np.array([len(cell) if isinstance(cell, str) else 0 for cell in cells])
        for shape in _PLAIN_MOMENTS:
            alike = np.flatnonzero(lengths == len(shape))
            written = shape.translate(_MONTH_FIRST) if month_first and "/" in shape else shape
            read = _of_shape(cells[alike], written)
            moments[alike] = np.where(np.isnat(moments[alike]), read, moments[alike])
    days = moments.astype("datetime64[D]")
    inside = (days >= np.datetime64(window[0], "D")) & (days <= np.datetime64(window[1], "D"))
    return np.where(inside, moments, np.datetime64("NaT"))


_MONTH_FIRST = str.maketrans("dm", "md")


def _of_shape(texts: np.ndarray, shape: str) -> np.ndarray:
    """Return texts of one length as moments by the place of each digit; NaT where it is no real day."""
    if not len(texts):
        return np.empty(0, dtype="datetime64[us]")
    letters = np.array(list(shape))
    codes = texts.astype(f"U{len(shape)}").view(np.uint32).reshape(len(texts), len(shape)).astype(np.int64)
    in_number = np.char.isalpha(letters)
    digits = codes - ord("0")
    fits = ((digits >= 0) & (digits <= 9))[:, in_number].all(axis=1)
    fits &= (codes == [ord(letter) for letter in letters])[:, ~in_number].all(axis=1)

    def number(letter: str) -> np.ndarray:
        places = np.flatnonzero(letters == letter)
        return digits[:, places] @ 10 ** np.arange(len(places))[::-1]

    year, month, day = number("y"), number("m"), number("d")
    fits &= (month >= 1) & (month <= 12) & (day >= 1) & (number("H") <= 23) & (number("M") <= 59) & (number("S") <= 59)
    months = (np.where(fits, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(fits, day - 1, 0)
    seconds = (number("H") * 60 + number("M")) * 60 + number("S")
    fits &= days.astype("datetime64[M]") == months  # 31/02 would be a day of March
    moments = days.astype("datetime64[us]") + (np.where(fits, seconds, 0) * 1_000_000).astype("timedelta64[us]")
    return np.where(fits, moments, np.datetime64("NaT"))


def _moment(cell: object, month_first: bool, reckoning: Reckoning) -> Typed:
    if isinstance(cell, dt.datetime):
        return Typed(_to_second(cell.replace(tzinfo=None)))
    if isinstance(cell, dt.date):
        return Typed(dt.datetime(cell.year, cell.month, cell.day))
    if isinstance(cell, bool):
        return Typed(None, None, "không phải ngày")
    if isinstance(cell, int | float):
        return _number(float(cell), reckoning.zero)
    text = _SPACES.sub(" ", nfc(str(cell))).strip()
    if text in _NO_DATE:
        return Typed(None, f"«{text}» đọc là để trống")
    if _is_formula_error(text):
        return Typed(None, None, _formula_error(text))
    if _SERIAL.match(text):
        return _number(float(text), reckoning.zero)._replace(repair="số sê-ri lưu dạng chữ")
    return _from_text(text, month_first, reckoning.zone)


def _number(number: float, zero: dt.datetime) -> Typed:
    if 1 <= number < 110_000:
        return Typed(_to_second(zero + dt.timedelta(days=number)))
    if number % 1 == 0 and _COMPACT.match(str(int(number))):
        typed = _from_text(str(int(number)), False, None)
        if typed.error is None:
            return typed._replace(repair="ngày dạng yyyyMMdd lưu dạng số")
    return Typed(None, None, "số không phải ngày của bảng tính")


def _to_second(moment: dt.datetime) -> dt.datetime:
    """Take off what a spreadsheet's fraction of a day adds; 23:59:59.997 stays on its day."""
    rounded = (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return rounded if rounded.date() == moment.date() else moment.replace(microsecond=0)


def _is_formula_error(text: str) -> bool:
    return text == NOT_CALCULATED or bool(_ERRORS.match(text))


def _formula_error(text: str) -> str:
    if text == NOT_CALCULATED:
        return "công thức chưa có giá trị, mở bằng Excel rồi lưu lại"
    return f"ô báo lỗi công thức {text}"


def _from_text(text: str, month_first: bool, zone: dt.tzinfo | None) -> Typed:
    found = _ISO.match(text) or _COMPACT.match(text)
    if found:
        if found.groupdict().get("zone") in _UTC:
            return Typed(None, None, "giờ quốc tế (UTC), không chắc là ngày nào của địa phương")
        typed = _build(found, int(found["y"]), int(found["m"]), int(found["d"]))
        return _in_zone(typed, found.groupdict().get("zone"), zone)
    for form in (*_FORMS, _SPELLED):
        found = form.match(text)
        if found:
            day, month = int(found["a"]), int(found["b"])
            if month_first and form is not _SPELLED:
                day, month = month, day
            return _build(found, int(found["y"]), month, day)
    for form in _NAMED:
        found = form.match(text)
        if found:
            month = _MONTHS.index(found["name"].casefold()) + 1 if found["name"] else int(found["b"])
            return _build(found, int(found["y"]), month, int(found["a"]))
    return Typed(None, None, "không đọc được ngày")


def _in_zone(typed: Typed, offset: str | None, zone: dt.tzinfo | None) -> Typed:
    """A moment written with an offset, reported in the office's zone; a change of its clock time is a repair."""
    if offset is None or zone is None or not isinstance(typed.value, dt.datetime):
        return typed
    written = typed.value.replace(tzinfo=dt.datetime.strptime(offset, "%z").tzinfo)
    local = written.astimezone(zone).replace(tzinfo=None)
    return typed if local == typed.value else Typed(local, f"đổi từ múi giờ {offset} sang giờ địa phương")


def _build(found: re.Match[str], year: int, month: int, day: int) -> Typed:
    parts = found.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("h", "n", "s"))
    half = (parts.get("half") or "").upper()
    if half in ("AM", "SA") and hour > 12:
        return Typed(None, None, f"{hour} giờ {half} không có thật")
    if half in ("PM", "CH") and hour < 12:
        hour += 12
    if half in ("AM", "SA") and hour == 12:
        hour = 0
    if len(parts["y"]) <= 2:
        return Typed(None, None, f"năm «{parts['y']}» không đủ bốn chữ số, không chắc là năm nào")
    if not 1000 <= year <= 9999:
        return Typed(None, None, f"năm «{parts['y']}» không hợp lệ")
    if not 1 <= month <= 12:
        return Typed(None, None, f"tháng {month} không có")
    try:
        if (hour, minute, second) == (24, 0, 0):
            # 24:00 ends that business day; the strict instant would fall on the next day, maybe the next quarter.
            return Typed(dt.datetime(year, month, day, 23, 59, 59), "24:00 giữ trong ngày")
        microsecond = int(f"{(parts.get('f') or '.')[1:7]:0<6}")
        return Typed(dt.datetime(year, month, day, hour, minute, second, microsecond))
    except ValueError:
        return Typed(None, None, "ngày giờ không có thật")


def type_code(cell: object) -> Typed:
    """Return a code as text; a number is taken only while its digits are whole (15 digits at most)."""
    if isinstance(cell, str) and codes.PLAIN.fullmatch(cell):
        return Typed(cell)
    if isinstance(cell, dt.date | dt.time | dt.timedelta | bool):
        return Typed(None, None, "mã bị bảng tính đổi thành ngày giờ")
    if isinstance(cell, int | float):
        if abs(cell) >= 10**15:
            return Typed(None, None, "mã dài lưu dạng số, đã mất chữ số cuối")
        return Typed(str(int(cell)) if float(cell).is_integer() else repr(cell), "mã lưu dạng số, đọc lại thành chữ")
    text = _SPACES.sub(" ", nfc(str(cell))).strip()
    if _is_formula_error(text):
        return Typed(None, None, _formula_error(text))
    if codes.EXPONENT.match(text):
        return Typed(None, None, "mã bị bảng tính viết dạng mũ, đã mất chữ số")
    forced = _AS_TEXT.match(text)
    if forced:
        return Typed((forced["formula"] or forced["quoted"] or "").strip() or None, "bỏ dấu ép kiểu chữ")
    return Typed(text)


def type_key(cell: object, national: re.Pattern[str] | None = None) -> Typed:
    """Return the code that names a record, in one spelling: NFKC, Latin letters, one kind of dash, nothing invisible.

    A national code is also in upper case, without spaces, with single dashes and dots and digits for the letters that
    look like them (domain/05 5.6); a unit's own number keeps its letters.

    Args:
        cell: the cell.
        national: what the whole of a national code looks like; None where the stream has none.
    """
    written = one_spelling(cell) if isinstance(cell, str) else cell
    typed = type_code(written)
    if typed.error or typed.value is None:
        return typed
    text = str(typed.value)
    spelled = codes.national_spelling(text, national) if national is not None else None
    text = spelled or text
    if isinstance(cell, str) and typed.repair is None and text != _SPACES.sub(" ", nfc(cell)).strip():
        return Typed(text, "mã viết lại một cách: chữ hoa, một loại gạch nối, bỏ ký tự ẩn")
    return typed._replace(value=text)


def one_spelling(text: str) -> str:
    """Return a code with compatible letters and dashes made one and what nobody sees (U+200B, U+00AD …) taken out."""
    if text.isascii():
        return text
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", nfc(text))).translate(codes.ALIKE)
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")


def type_procedure_code(cell: object) -> Typed:
    """Return a national procedure code; the zero a spreadsheet cut (1.00193) is put back and noted (domain/09 9.2)."""
    typed = type_code(cell)
    if typed.error or typed.value is None:
        return typed
    text = str(typed.value)
    if codes.COMMA_PROCEDURE.match(text):
        text = text.replace(",", ".")
        typed = Typed(text, "dấu phẩy thay dấu chấm trong mã")
    full = codes.PROCEDURE.match(text)
    if full:
        return Typed(full[1], f"bỏ hậu tố {full[2]}") if full[2] else typed._replace(value=text)
    if codes.SHORT_PROCEDURE.match(text):
        return Typed(f"{text[:2]}{text[2:]:0<6}", f"thêm số 0 cuối vào {text}")
    return typed


def type_text(cell: object) -> Typed:
    """Return text in NFC with single spaces."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return Typed(_SPACES.sub(" ", nfc(str(cell))).strip())


def type_count(cell: object) -> Typed:
    """Return a whole number (a count, or an amount in đồng); a dot or comma before three digits marks thousands.

    «1.234» is 1234; «1.23», «12,5» and a number with a fraction are errors (domain/09 9.4). A dash is no number.
    """
    if isinstance(cell, dt.date | dt.time | dt.timedelta | bool):
        return Typed(None, None, "không phải số")
    if isinstance(cell, int | float):
        return Typed(int(cell)) if float(cell).is_integer() else Typed(None, None, "không phải số nguyên")
    text = _one_number(str(cell))
    if text in _NO_DATE:
        return Typed(None, f"«{text}» đọc là để trống")
    if _is_formula_error(text):
        return Typed(None, None, _formula_error(text))
    bare = _COUNTED.sub("", text)
    if bare != text:
        return type_count(bare)
    if _WHOLE.match(text) and not _NO_AMOUNT.match(text):
        return Typed(int(text), "số lưu dạng chữ")
    if _GROUPED.match(text):
        return Typed(int(text.replace(".", "").replace(",", "")), "bỏ dấu phân cách hàng nghìn")
    return Typed(None, None, "không phải số nguyên")


def _one_number(text: str) -> str:
    """Return a number without blanks; two numbers in one cell («6000 0938417001») keep the blank and are none."""
    spaced = _SPACES.sub(" ", nfc(text).translate(_INVISIBLE)).strip()
    joined = _BY_BLANKS.sub(lambda found: found[0].replace(" ", ""), spaced)
    return joined if _TWO_NUMBERS.search(joined) else joined.replace(" ", "")


def type_money(cell: object) -> Typed:
    """Return an amount in đồng: a whole number, with or without «đ», «đồng» or «VNĐ»; «Miễn phí» is 0."""
    if not isinstance(cell, str):
        return type_count(cell)
    text = nfc(cell).strip().casefold()
    if text in _FREE:
        return Typed(0, f"«{nfc(cell).strip()}» đọc là 0")
    bare = _NO_CENTS.sub("", _CURRENCY.sub("", text))
    return type_count(cell if bare == text else bare)


def type_rate(cell: object) -> Typed:
    """Return a number that may have a fraction: «98,75%», «98.75» and 98.75 are 98.75; «1.234,5» is 1234.5.

    A cell the spreadsheet shows as a percentage arrives as shown («35%»), never as the fraction stored.
    """
    if isinstance(cell, dt.date | dt.time | dt.timedelta | bool):
        return Typed(None, None, "không phải số")
    if isinstance(cell, int | float):
        return Typed(float(cell))
    given = _one_number(str(cell))
    text = given.removesuffix("%")
    rule = "số phần trăm" if given != text else "số lưu dạng chữ"
    if text in _NO_DATE:
        return Typed(None, f"«{text}» đọc là để trống")
    if _is_formula_error(text):
        return Typed(None, None, _formula_error(text))
    if _VIETNAMESE_RATE.match(text):
        return Typed(float(text.replace(".", "").replace(",", ".")), rule)
    if _PLAIN_RATE.match(text):
        return Typed(float(text), rule)
    return Typed(None, None, "không phải số")
