"""Cells an honest officer writes in words of his own: dates, amounts, counts, the tick of a nil.

Here: one cell at a time. Not here: whole files (test_odd_files).
Invariant: what can mean one thing only is read as that; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.ingest.nil import _is_tick
from pipelines.ingest.typing_rules import type_count, type_datetime, type_money

WINDOW = (dt.date(2015, 1, 1), dt.date(2025, 1, 1))


@pytest.mark.parametrize("written", ["Thứ Ba, 05/01/2021", "thứ ba ngày 5/1/2021", "5 tháng 1 năm 2021"])
def test_a_day_is_read_with_its_weekday_or_in_words(written: str) -> None:
    assert type_datetime(written, False, *WINDOW).value == dt.datetime(2021, 1, 5)


@pytest.mark.parametrize("written", ["6.000,00", "6000.00", "6000,00 đồng", "6,000.00"])
def test_an_amount_with_two_noughts_behind_it_is_whole(written: str) -> None:
    assert type_money(written).value == 6000


@pytest.mark.parametrize("written", ["6.000,50", "6.0", "60,5"])
def test_an_amount_with_a_part_of_a_dong_is_none(written: str) -> None:
    assert type_money(written).error


@pytest.mark.parametrize(("written", "number"), [("15 hồ sơ", 15), ("1.234 Hồ sơ", 1234)])
def test_a_count_may_say_what_it_counts(written: str, number: int) -> None:
    assert type_count(written).value == number


@pytest.mark.parametrize(
    ("mark", "ticked"), [("x (đã kiểm tra)", True), ("х", True), ("(x)", True), ("không (x)", False), ("chưa", False)]
)
def test_a_tick_may_have_a_remark_or_be_of_another_alphabet(mark: str, ticked: bool) -> None:
    assert _is_tick(mark) is ticked
