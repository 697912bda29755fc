"""A row with an unknown name that adds up the rows above it is suspect; a known name never is.

Here: the number of measures that add up. Not here: totals known by their words (test_reading_geometry), what the suite
does with a suspect row (test_declared_checks).
Invariant: two files after each other do not add up into one another.
"""

from __future__ import annotations

import pandas as pd
import pytest
from test_reading_geometry import DECLARED

from pipelines.quality.totals_in_disguise import sums_above

KNOWN = {"field": {"hộ tịch", "chứng thực", "đất đai"}}
MEASURES = ["received_online", "received_direct_postal", "carried_in", "resolved_on_time", "pending_in_time"]


def frame(*rows: tuple[str, list[int]], restart_at: int | None = None) -> pd.DataFrame:
    """Rows of one sheet after another: field and measures; from `restart_at` on they are another file's."""
    begins = restart_at if restart_at is not None else len(rows)
    numbers = [number if number < begins else number - begins for number in range(len(rows))]
    noted = pd.DataFrame(
        {
            "field_name_key": [name for name, _ in rows],
            "source_file": "a.xlsx",
            "source_sheet": None,
            "source_row": [number + 4 for number in numbers],
        }
    )
    values = pd.DataFrame([given for _, given in rows], columns=MEASURES)
    others = [name for name, column in DECLARED.columns.items() if column.role == "count" and name not in MEASURES]
    return pd.concat([noted, values], axis="columns").assign(**dict.fromkeys(others))


ONE, TWO, SUM = [1, 15, 2, 17, 1], [0, 4, 1, 4, 1], [1, 19, 3, 21, 2]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("toàn phường", SUM)], [0, 0, 1]),
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("đất đai", SUM)], [0, 0, 0]),
        ([("hộ tịch", ONE), ("toàn phường", ONE)], [0, 0]),
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("lạ", [9, 19, 9, 9, 9])], [0, 0, 0]),
        ([("đất đai", SUM), ("hộ tịch", ONE), ("chứng thực", TWO), ("riêng hai dòng", SUM)], [0, 0, 0, 1]),
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("lạ", [9, 19, 9, 21, 0])], [0, 0, 0.5]),
        ([("lạ", SUM), ("hộ tịch", ONE), ("chứng thực", TWO)], [1, 0, 0]),
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("lạ", SUM), ("lạ nữa", SUM)], [0, 0, 1, 1]),
        ([("hộ tịch", ONE), ("chứng thực", TWO), ("lạ", [1, 19, 3, 21, 3])], [0, 0, 1]),
        ([("hộ tịch", [0] * 5), ("chứng thực", [0] * 5), ("lạ", [0] * 5)], [0, 0, 0]),
    ],
    ids=[
        "a total",
        "a known field",
        "the sum of one row",
        "one measure",
        "the last two rows",
        "two of four measures",
        "a total on top",
        "two totals",
        "one number off",
        "zeros tell nothing",
    ],
)
def test_measures_that_add_up_what_is_above(rows: list[tuple[str, list[int]]], found: list[int]) -> None:
    assert sums_above(frame(*rows), DECLARED, KNOWN).tolist() == found


def test_the_rows_of_another_file_are_not_added_up() -> None:
    rows = frame(("hộ tịch", ONE), ("chứng thực", TWO), ("toàn phường", SUM), restart_at=2)
    assert sums_above(rows, DECLARED, KNOWN).tolist() == [0, 0, 0]
