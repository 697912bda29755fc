"""Cells by role: the dates and codes that have hurt people doing this job (BUGS 1-8, 14, 15, 17; domain/09).

Here: single values. Not here: files.
Invariant: the right value is written by hand from the domain files.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.facts import NOT_CALCULATED
from pipelines.ingest.typing_rules import (
    SERIAL_ZERO_1904,
    Reckoning,
    sure_moments,
    type_code,
    type_count,
    type_datetime,
    type_procedure_code,
    type_rate,
    type_text,
)

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2035, 12, 31)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("05/03/2026", "2026-03-05T00:00:00"),
        ("13/03/2026", "2026-03-13T00:00:00"),
        ("2021/03/05 08:30", "2021-03-05T08:30:00"),  # the year first is never day-first
        ("2021.03.05", "2021-03-05T00:00:00"),
        ("05/03/2021 - 08:30", "2021-03-05T08:30:00"),
        ("05/03/2021 lúc 8 giờ 30", "2021-03-05T08:30:00"),
        ("ngày 05/03/2021", "2021-03-05T00:00:00"),
        ("8h30 05/03/2021", "2021-03-05T08:30:00"),
        ("29/01/2024 09:05:00 - quá hạn 2 ngày", "2024-01-29T09:05:00"),
        ("2026-03-11", "2026-03-11T00:00:00"),  # ISO is never day-first
        ("5-3-2021", "2021-03-05T00:00:00"),
        ("05.03.2021 08:30", "2021-03-05T08:30:00"),
        ("05/03/2021 08:30:15", "2021-03-05T08:30:15"),
        ("08:30 05/03/2021", "2021-03-05T08:30:00"),
        ("08:30 - 05/03/2021", "2021-03-05T08:30:00"),
        ("8 giờ 30 ngày 5/3/2021", "2021-03-05T08:30:00"),
        ("8 giờ 30 phút, ngày 05 tháng 03 năm 2021", "2021-03-05T08:30:00"),
        ("29/01/2024 09:05:00 - 4 ngày", "2024-01-29T09:05:00"),
        ("20210305083015", "2021-03-05T08:30:15"),
        ("2021-03-05T08:30:00.123+07:00", "2021-03-05T08:30:00.123"),  # a fraction orders what falls in one second
        ("2021-03-05 08:30:00.0000001", "2021-03-05T08:30:00"),
        (46095.0, "2026-03-14T00:00:00"),  # a formula date of an old workbook comes as its serial
        ("46095", "2026-03-14T00:00:00"),
        (44260.354166666664, "2021-03-05T08:30:00"),
        (dt.datetime(2021, 3, 5, 8, 30), "2021-03-05T08:30:00"),
        (dt.date(2021, 3, 5), "2021-03-05T00:00:00"),
        ("31/03/2026 24:00", "2026-03-31T23:59:59"),  # the business day stays
        ("05/03/2021\u00a008:30", "2021-03-05T08:30:00"),
        ("29/01/2024 09:05:00 - 4 giờ", "2024-01-29T09:05:00"),
        ("05_03_2021", "2021-03-05T00:00:00"),
        ("05-Mar-2021", "2021-03-05T00:00:00"),  # a month by its name is no guess
        ("5 March 2021", "2021-03-05T00:00:00"),
        ("March 5, 2021 08:30", "2021-03-05T08:30:00"),
        ("05-Thg3-2021", "2021-03-05T00:00:00"),
        ("05/thg 3/2021", "2021-03-05T00:00:00"),
        ("05/03/2021 08g30", "2021-03-05T08:30:00"),
        ("05/03/2021 08:30:15 CH", "2021-03-05T20:30:15"),
        (20210305083015.0, "2021-03-05T08:30:15"),  # the national packet's form, kept as a number
        (dt.datetime(2021, 3, 5, 8, 29, 59, 994_000), "2021-03-05T08:30:00"),  # a spreadsheet's fraction of a day
        (dt.datetime(2021, 3, 5, 23, 59, 59, 997_000), "2021-03-05T23:59:59"),  # never on into the next day
    ],
)
def test_a_date_is_read_day_first_whatever_its_style(cell: object, expected: str) -> None:
    typed = type_datetime(cell, False, EARLIEST, LATEST)
    assert (typed.value, typed.error) == (dt.datetime.fromisoformat(expected), None)


@pytest.mark.parametrize(
    ("cell", "expected", "is_moved"),
    [
        ("2021-03-14T23:30:00+07:00", "2021-03-14T23:30:00", False),
        ("2021-03-14T18:30:00+01:00", "2021-03-15T00:30:00", True),  # already the next day, and the next quarter
        ("2021-03-15 00:30:00.5+0800", "2021-03-14T23:30:00.500", True),
        ("2021-03-14T23:30:00", "2021-03-14T23:30:00", False),  # no offset: a local clock
    ],
)
def test_a_moment_with_an_offset_is_reported_in_the_offices_zone(cell: str, expected: str, is_moved: bool) -> None:
    typed = type_datetime(cell, False, EARLIEST, LATEST, Reckoning(zone=ZoneInfo("Asia/Ho_Chi_Minh")))

    assert typed.value == dt.datetime.fromisoformat(expected)
    assert (typed.repair is not None) is is_moved


def test_an_offset_of_summer_time_is_the_zones_own_and_moves_nothing() -> None:
    reckoning = Reckoning(zone=ZoneInfo("Europe/Amsterdam"))
    winter = type_datetime("2011-12-06 00:10:00+01:00", False, EARLIEST, LATEST, reckoning)
    summer = type_datetime("2011-10-11 00:10:00+02:00", False, EARLIEST, LATEST, reckoning)

    assert (winter.value, winter.repair) == (dt.datetime(2011, 12, 6, 0, 10), None)
    assert (summer.value, summer.repair) == (dt.datetime(2011, 10, 11, 0, 10), None)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("03/13/2026", "tháng 13"),
        ("05/03/20021", "20021"),
        ("05/03/0021", "0021"),
        ("31/02/2021", "không có thật"),
        ("#REF!", "lỗi công thức"),
        ("ngày mai", "không đọc được"),
        ("05/03/1021", "ngoài khoảng"),
        (True, "không phải ngày"),
        ("5/3/21", "«21» không đủ bốn chữ số"),  # a year of two digits is a guess
        ("05-Mar-21", "«21» không đủ bốn chữ số"),
        ("21/03/05", "«05» không đủ bốn chữ số"),
        ("05-thg 3-21", "«21» không đủ bốn chữ số"),
        ("05-Mai-2021", "không đọc được"),
        ("05-Thg13-2021", "tháng 13"),
        ("2021-03-31T18:30:00Z", "UTC"),  # 01/04 in Viet Nam: another quarter
        ("05/03/2021 25:00", "không có thật"),
        ("05/03/2021 13:30 AM", "không có thật"),
        (12.0, "ngoài khoảng"),
        (46095123.0, "không phải ngày"),
        (NOT_CALCULATED, "chưa có giá trị"),
        (dt.time(8, 30), "không đọc được"),
    ],
)
def test_what_is_no_sure_date_is_an_error_that_says_why(cell: object, words: str) -> None:
    typed = type_datetime(cell, False, EARLIEST, LATEST)
    assert typed.value is None
    assert words in (typed.error or "")


@pytest.mark.parametrize("dash", ["-", "–", "null"])
def test_a_dash_is_no_date_and_is_reported(dash: str) -> None:
    typed = type_datetime(dash, False, EARLIEST, LATEST)
    assert (typed.value, typed.error) == (None, None)
    assert dash in (typed.repair or "")


def test_a_serial_number_counts_from_1904_in_a_workbook_that_reports_it() -> None:
    typed = type_datetime(44633.0, False, EARLIEST, LATEST, Reckoning(SERIAL_ZERO_1904))
    assert typed.value == dt.datetime(2026, 3, 14)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("01/12/2015 08:30:00 AM", "2015-01-12T08:30:00"),
        ("01/02/2015 09:44:51 PM", "2015-01-02T21:44:51"),
        ("01/02/2015 12:00:00 AM", "2015-01-02T00:00:00"),
        ("2015-01-02", "2015-01-02T00:00:00"),
    ],
)
def test_a_month_first_source_is_read_month_first(cell: str, expected: str) -> None:
    assert type_datetime(cell, True, EARLIEST, LATEST).value == dt.datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("cell", "code", "is_repaired"),
    [
        ("1.001193", "1.001193", False),
        (1.00193, "1.001930", True),
        ("2.00095", "2.000950", True),
        ("1.012753.H19", "1.012753", True),
        ("1.012753.000.00.00.H51", "1.012753", True),
        ("4.012753.h51", "4.012753", True),
        ("0.012753.", "0.012753", True),
        ("1,001193", "1.001193", True),
        ("1,00193", "1.001930", True),
        ('="1.001193"', "1.001193", True),
    ],
)
def test_a_procedure_code_gets_its_lost_zeros_back_and_reports_it(cell: object, code: str, is_repaired: bool) -> None:
    typed = type_procedure_code(cell)
    assert (typed.value, typed.repair is not None) == (code, is_repaired)


@pytest.mark.parametrize(
    ("cell", "code"), [("000123", "000123"), (101001241560.0, "101001241560"), (" H51-1 ", "H51-1")]
)
def test_a_code_stays_text(cell: object, code: str) -> None:
    assert type_code(cell).value == code


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (12345678901234567.0, "mất chữ số"),
        ("1.01001E+11", "mất chữ số"),
        (dt.datetime(2021, 3, 5), "thành ngày"),
        ("#N/A", "lỗi công thức"),
        (NOT_CALCULATED, "chưa có giá trị"),
    ],
)
def test_a_damaged_code_is_an_error_that_says_why(cell: object, words: str) -> None:
    typed = type_code(cell)
    assert typed.value is None
    assert words in (typed.error or "")


def test_a_code_kept_as_a_number_is_reported() -> None:
    assert type_code(123.0).repair == "mã lưu dạng số, đọc lại thành chữ"


def test_text_is_composed_and_single_spaced() -> None:
    assert type_text("Hộ\u00a0  tịch\n").value == "Hộ tịch"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (46095.0, 46095),  # a count that could be a date stays a count
        ("46095", 46095), ("1.234", 1234), ("1,234", 1234), ("1.234.567", 1234567), (" 15\u00a0000 ", 15000),
        ("-5", -5), ("0", 0), ("05", 5), ("1 234\u202f567", 1234567), ("- 5", -5), ("1\u200b234", 1234),
    ],
)  # fmt: skip
def test_a_count_takes_dots_and_commas_before_three_digits_as_thousands(cell: object, number: int) -> None:
    assert (type_count(cell).value, type_count(cell).error) == (number, None)


@pytest.mark.parametrize(
    "cell",
    [
        "1.23", "12,5", 1.5, "1.234,5", "1.2345", "35%", "mười", dt.datetime(2026, 3, 14), True,
        "6000 0938417001", "12 34", "1.234 567", "0938417001", "079204881001",  # two numbers; a phone, an identity number
    ],
)  # fmt: skip
def test_what_is_no_sure_whole_number_is_an_error(cell: object) -> None:
    assert (type_count(cell).value, type_count(cell).error is None) == (None, False)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("98,75 %", 98.75),
        ("98,75%", 98.75),
        ("98.75", 98.75),
        (98.75, 98.75),
        ("35%", 35.0),
        ("12,5", 12.5),
    ],
)
def test_a_rate_is_read_in_both_spellings_and_a_percentage_as_shown(cell: object, number: float) -> None:
    assert (type_rate(cell).value, type_rate(cell).error) == (number, None)


@pytest.mark.parametrize("cell", ["#DIV/0!", "#N/A", "#GETTING_DATA", "#SPILL!", "Err:502", NOT_CALCULATED])
@pytest.mark.parametrize("role", [type_code, type_count, type_rate])
def test_an_error_cell_is_an_error_in_every_role_that_is_read(role, cell: str) -> None:
    assert role(cell).value is None
    assert role(cell).error


_STYLES = [
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y",
    "%Y%m%d%H%M%S",
    "%H:%M %d/%m/%Y",
]
_cells = st.one_of(
    st.builds(lambda moment, style: moment.strftime(style), st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2045, 1, 1)), st.sampled_from(_STYLES)),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2045, 1, 1)),
    st.from_regex(r"\A\d{2}/\d{2}/\d{4}( \d{2}:\d{2}(:\d{2})?)?\Z"),
    st.sampled_from(["-", "31/02/2021", "31/03/2026 24:00", "05/03/0021", "ngày mai", 44260.5, "44260", None, ""]),
)  # fmt: skip


@given(st.lists(_cells, min_size=1, max_size=20), st.booleans())
def test_what_is_read_at_once_is_what_is_read_cell_by_cell(cells: list[object], month_first: bool) -> None:
    from pipelines.ingest import typing_rules

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typing_rules, "_ENOUGH_ALIKE", 0)
        column = np.empty(len(cells), dtype=object)
        column[:] = cells
        at_once = sure_moments(column, month_first, (EARLIEST, LATEST))
    for cell, moment in zip(cells, at_once, strict=True):
        if not np.isnat(moment):
            typed = type_datetime(cell, month_first, EARLIEST, LATEST)
            assert (typed.value, typed.repair, typed.error) == (moment.item(), None, None)
