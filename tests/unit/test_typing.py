"""Cells by role: the dates and codes that have hurt people doing this job (BUGS 1-8, 14, 15, 17; domain/09).

Here: single values. Not here: files.
Invariant: the right value is written by hand from the domain files.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.ingest.typing_rules import type_code, type_datetime, type_procedure_code, type_text

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2035, 12, 31)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("05/03/2026", "2026-03-05T00:00:00"),
        ("13/03/2026", "2026-03-13T00:00:00"),
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
        ("2021-03-05T08:30:00.123+07:00", "2021-03-05T08:30:00"),
        (46095.0, "2026-03-14T00:00:00"),  # a formula date of an old workbook comes as its serial
        ("46095", "2026-03-14T00:00:00"),
        (44260.354166666664, "2021-03-05T08:30:00"),
        (dt.datetime(2021, 3, 5, 8, 30), "2021-03-05T08:30:00"),
        (dt.date(2021, 3, 5), "2021-03-05T00:00:00"),
        ("31/03/2026 24:00", "2026-03-31T23:59:59"),  # the business day stays
        ("05/03/2021\u00a008:30", "2021-03-05T08:30:00"),
    ],
)
def test_a_date_is_read_day_first_whatever_its_style(cell: object, expected: str) -> None:
    typed = type_datetime(cell, False, EARLIEST, LATEST)
    assert (typed.value, typed.error) == (dt.datetime.fromisoformat(expected), None)


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
    ],
)
def test_what_is_no_sure_date_is_an_error_that_says_why(cell: object, words: str) -> None:
    typed = type_datetime(cell, False, EARLIEST, LATEST)
    assert typed.value is None
    assert words in (typed.error or "")


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
    ],
)
def test_a_procedure_code_gets_its_lost_zeros_back_and_says_so(cell: object, code: str, is_repaired: bool) -> None:
    typed = type_procedure_code(cell)
    assert (typed.value, typed.repair is not None) == (code, is_repaired)


@pytest.mark.parametrize(("cell", "code"), [("000123", "000123"), (101001241560.0, "101001241560"), (" H51-1 ", "H51-1")])
def test_a_code_stays_text(cell: object, code: str) -> None:
    assert type_code(cell).value == code


def test_a_number_that_lost_its_last_digits_is_no_code() -> None:
    assert "mất chữ số" in (type_code(12345678901234567.0).error or "")


def test_text_is_composed_and_single_spaced() -> None:
    assert type_text("Hộ\u00a0  tịch\n").value == "Hộ tịch"
