"""Short codes: what one says on the telephone names one figure, and is read back to it.

Here: making, reading, refusing. Not here: tracing (pipeline tests).
Invariant: expected codes are written by hand.
"""

from __future__ import annotations

import pytest

from pipelines.audit.short_code import ShortCode, parse_short_code, short_codes, short_row
from pipelines.figures.layout import FormLayout
from pipelines.office.errors import OfficeError


def _layout(form_id: str, **more: str) -> FormLayout:
    texts = dict.fromkeys(("model", "number", "title", "unit_of_measure"), "")
    lists = {"stub": [], "columns": [], "streams": [], "ratios": {}, "headline": {}}
    return FormLayout.of({"form_id": form_id, **texts, **lists, **more})


LAYOUTS = {
    "II.06a": _layout("II.06a", short="06a"),
    "II.06a-by-unit": _layout("II.06a-by-unit", short="06adv"),
    "Cũ.1": _layout("Cũ.1"),
}


@pytest.mark.parametrize(
    ("figure_id", "version", "code"),
    [
        ("II.06a/tp-st/B.3/c10", 2, "2021Q1-06a-B3-c10-v2"),
        ("II.06a/tp-st/B.3/c10", None, "2021Q1-06a-B3-c10"),
        ("II.06a/tp-st/total/on_time_rate", None, "2021Q1-06a-total-on_time_rate"),
        ("II.06a-by-unit/tp-st/II.10/c4", None, "2021Q1-06adv-II10-c4"),
        ("II.06a/tp-st-tnmt/A.1/c3", 1, "2021Q1-06a@tp-st-tnmt-A1-c3-v1"),
    ],
)
def test_a_code_is_period_form_row_column_version_and_is_read_back(
    figure_id: str, version: int | None, code: str
) -> None:
    assert short_codes([figure_id], LAYOUTS, "2021-Q1", "tp-st", version) == {figure_id: code}
    form, scope, row, column = figure_id.split("/")
    read = parse_short_code(code)
    assert read.text == code
    assert read.period_among(["2020-Q4", "2021-Q1", "2021-H1"]) == "2021-Q1"
    assert read.form_among(LAYOUTS) == form
    assert read.row_among(["A.1", "A.11", "B.3", "II.10", "total"]) == row
    assert (read.unit or "tp-st", read.column, read.version) == (scope, column, version)


@pytest.mark.parametrize(("row", "short"), [("A.1.1", "A1.1"), ("A.11", "A11"), ("total", "total"), ("I", "I")])
def test_no_two_rows_share_a_short_name(row: str, short: str) -> None:
    assert short_row(row) == short


@pytest.mark.parametrize(
    "text", ["2021-Q1", "2021Q1-06a-B3", "2021Q1-06a-B3-10", "2021Q1-06a-B3-c10-v", "", "a b-c-d-e"]
)
def test_what_is_no_code_is_reported_how_one_is_written(text: str) -> None:
    with pytest.raises(OfficeError, match="2021Q1-06a-B3-c10-v2"):
        parse_short_code(text)


def test_an_unknown_part_is_named_with_what_there_is() -> None:
    code = ShortCode("2021Q9", "99x", None, "Z9", "c3", None)
    with pytest.raises(OfficeError, match="không có kỳ «2021Q9»"):
        code.period_among(["2021-Q1"])
    with pytest.raises(OfficeError, match=r"không có biểu «99x».*06a, 06adv"):
        code.form_among(LAYOUTS)
    with pytest.raises(OfficeError, match=r"không có dòng «Z9».*A1, B3"):
        code.row_among(["A.1", "B.3"])


def test_two_forms_of_one_short_name_are_refused() -> None:
    layouts = {name: _layout(name, short="06a") for name in ("II.06a", "II.06b")}
    with pytest.raises(OfficeError, match="chung mã «2021Q1-06a-total-c3»"):
        short_codes(["II.06a/x/total/c3", "II.06b/x/total/c3"], layouts, "2021-Q1", "x")
