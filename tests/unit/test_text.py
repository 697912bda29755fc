"""Match keys: what is one name for an officer is one key (domain/09, 9.5; BUGS 18, 19, 28).

Here: nfc, match_key, ascii_key. Not here: headers of files (test_reading).
Invariant: a key folds what people write in two ways, and nothing that distinguishes two names.
"""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from pipelines.figures.text import day_words, format_day, joined, text_day
from pipelines.office.text import ascii_key, match_key, nfc

ONE_NAME = [
    ("Hộ tịch", unicodedata.normalize("NFD", "Hộ tịch")),
    ("khoá sổ", "khóa sổ"),
    ("hoà giải", "hòa giải"),
    ("thuỷ lợi", "thủy lợi"),
    ("Uỷ ban nhân dân", "Ủy ban nhân dân"),
    ("kỳ trước", "kì trước"),
    ("Đại lý", "đại lí"),
    ("tỷ lệ", "tỉ lệ"),
    ("quý I", "quí I"),
    ("ĐƯỜNG", "Ðường"),
    ("Ngày hẹn trả kết quả::", "Ngày hẹn trả kết quả"),
    ("Ngày tiếp nhận (1)", "Ngày tiếp nhận *"),
    ("Mã\u00a0hồ \n sơ", "mã hồ sơ"),
]
TWO_NAMES = [
    ("Phường 1", "Phường 11"),
    ("Ngày trả", "Ngày hẹn trả"),
    ("thi đua", "thy đua"),
    ("chi phí", "chi phy"),
    ("Hộ tịch", "Hộ tích"),
]


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_two_ways_to_write_one_name_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_two_names_keep_two_keys(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@pytest.mark.parametrize("text", [name for pair in ONE_NAME for name in pair])
def test_a_key_is_its_own_key(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


def test_a_key_without_marks_is_plain_letters() -> None:
    assert ascii_key("Đăng ký Khai sinh (cấp xã)") == "dang ky khai sinh"


def test_composed_text_keeps_its_marks_and_case() -> None:
    assert nfc(unicodedata.normalize("NFD", "Ðường Hồ Sơ")) == "Đường Hồ Sơ"


@pytest.mark.parametrize(
    ("day", "in_a_table", "in_a_sentence", "in_words"),
    [
        (dt.date(2021, 3, 5), "05/03/2021", "05/3/2021", "ngày 05 tháng 3 năm 2021"),
        (dt.date(2021, 2, 14), "14/02/2021", "14/02/2021", "ngày 14 tháng 02 năm 2021"),
        (dt.date(2020, 12, 15), "15/12/2020", "15/12/2020", "ngày 15 tháng 12 năm 2020"),
    ],
)
def test_only_months_one_and_two_have_a_zero_in_text(
    day: dt.date, in_a_table: str, in_a_sentence: str, in_words: str
) -> None:
    assert (format_day(day), text_day(day), day_words(day)) == (in_a_table, in_a_sentence, in_words)


def test_names_with_commas_of_their_own_stand_between_semicolons() -> None:
    assert joined(["UBND Phường 3", "UBND Phường 4"]) == "UBND Phường 3, UBND Phường 4"
    assert joined(["Phòng Văn hóa, Thể thao", "UBND Phường 4"]) == "Phòng Văn hóa, Thể thao; UBND Phường 4"
