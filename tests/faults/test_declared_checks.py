"""Every check of the suite of declared_dossiers has a planted row that fails it, and only it; its contract holds together.

Here: one CSV file per check, read by the real reader and judged by the real suite. Not here: what is counted.
Invariant: the good rows beside the planted one stay; the identities are those of domain/02, 2.2.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import pytest
from judged_rows import (
    PlantedFile,
    assert_both_go_back,
    assert_goes_back_only_for,
    assert_is_flagged_only_for,
    assert_passes,
    found,
    read_and_judge,
)
from warehouse_fixture import LANDED

from pipelines.ingest.contract import load_contract
from pipelines.ingest.headers import path_key
from pipelines.ingest.reading import Reading
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known
from pipelines.quality.suite import parse_suite

REPOSITORY = Path(__file__).parents[2]
SUITE = REPOSITORY / "expectations" / "declared_dossiers.yaml"
CONTRACT = load_contract(REPOSITORY / "dbt_project" / "models" / "sources" / "declared_dossiers.yml")
KNOWN = Known(observed_on=dt.date(2021, 3, 14), names={"field": {"hộ tịch", "chứng thực", "đất đai"}})
PROFILE = Profile.model_validate({"profile_id": "thu", "stream": "declared_dossiers", "title": "Nguồn thử"})
NUMBERS = [name for name, column in CONTRACT.columns.items() if column.role == "count"]
HEADS = [column.labels[0] for column in CONTRACT.columns.values()]


def row(level: str, field: str, *numbers: object) -> dict[str, str]:
    """A line of the form: level, field, columns 3 to 13."""
    return dict(zip(HEADS, [level, field, *map(str, numbers)], strict=True))


# 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11.
GOOD = [
    row("Cấp xã", "Hộ tịch", 10, 3, 5, 2, 8, 6, 1, 1, 2, 1, 1),
    row("Cấp huyện", "Hộ tịch", "", 1, "", "", "", "", 1, "", "", 0, 0),
]
SENT_BACK = {
    "received_split": row("Cấp xã", "Đất đai", 11, 3, 5, 2, 8, 6, 1, 1, 2, 1, 1),
    "resolved_split": row("Cấp xã", "Đất đai", 10, 3, 5, 2, 9, 6, 1, 1, 2, 1, 1),
    "pending_split": row("Cấp xã", "Đất đai", 10, 3, 5, 2, 8, 6, 1, 1, 1, 1, 1),
    "balance": row("Cấp xã", "Đất đai", 10, 3, 5, 2, 7, 5, 1, 1, 2, 1, 1),
    "number_below_zero": row("Cấp xã", "Đất đai", 10, 13, -5, 2, 8, 6, 1, 1, 2, 1, 1),
}
FLAGGED = {
    "unknown_level": row("Cấp lạ", "Đất đai", 10, 3, 5, 2, 8, 6, 1, 1, 2, 1, 1),
    "unknown_field": row("Cấp xã", "Lĩnh vực lạ", 30, 10, 10, 10, 20, 7, 7, 6, 10, 5, 5),
}


OTHERS = ("duplicate_line", "looks_like_total", "may_be_total")


def judged(path: Path, *rows: dict[str, str]) -> Reading:
    return read_and_judge(path / "ke-khai.csv", PlantedFile(HEADS, [*GOOD, *rows], CONTRACT, SUITE, PROFILE, KNOWN))


@pytest.mark.parametrize("check_id", SENT_BACK)
def test_a_line_that_breaks_an_identity_goes_back(tmp_path: Path, check_id: str) -> None:
    assert_goes_back_only_for(check_id, judged(tmp_path, SENT_BACK[check_id]))


@pytest.mark.parametrize("check_id", FLAGGED)
def test_a_line_nobody_can_place_is_flagged_and_counted(tmp_path: Path, check_id: str) -> None:
    assert_is_flagged_only_for(check_id, judged(tmp_path, FLAGGED[check_id]))


def test_totals_may_be_left_out_and_an_empty_part_is_zero(tmp_path: Path) -> None:
    assert_passes(judged(tmp_path, row("Cấp xã", "Chứng thực", "", 4, 0, "", "", 4, "", "", "", "", "")))


def test_two_lines_of_one_field_and_level_go_back_and_the_other_level_stays(tmp_path: Path) -> None:
    first = row("Cấp xã", "Đất đai", 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0)
    second = row("Cấp xã", "đất đai", 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0)
    assert_both_go_back("duplicate_line", judged(tmp_path, first, second))


def test_the_total_row_is_no_line_and_is_held_against_the_lines(tmp_path: Path) -> None:
    total = row("Tổng cộng", "", 11, 4, 5, 2, 9, 6, 2, 1, 2, 1, 1)
    reading = judged(tmp_path, total)
    assert len(reading.rows) == 2
    noted = {item["of"]: item["agrees"] for item in reading.verdict["totals"]}
    # The good lines leave totals empty in one row: columns 3 and 7 add up to 10 and 8.
    assert noted["Nhận trực tuyến (cột 4)"] and noted["Đã giải quyết đúng hạn (cột 9)"]


@pytest.mark.parametrize(
    ("numbers", "check_id", "kept"),
    [
        # Both good lines added up: in every column, in all but two, in half of them.
        (("", 4, 5, 2, "", 6, 2, 1, "", 1, 1), "looks_like_total", 2),
        (("", 4, 5, 9, "", 6, 9, 1, "", 1, 1), "looks_like_total", 2),
        (("", 4, 5, 20, "", 6, 2, 7, "", 7, 7), "may_be_total", 3),
    ],
)
def test_a_line_with_an_unknown_field_that_adds_up_the_lines_above_is_suspect(
    tmp_path: Path, numbers: tuple[object, ...], check_id: str, kept: int
) -> None:
    reading = judged(tmp_path, row("Cấp xã", "Lĩnh vực lạ", *numbers))

    assert found(reading) == {check_id: 1, "unknown_field": 1}
    assert len(reading.rows) == kept


def test_every_check_has_its_planted_row() -> None:
    suite = parse_suite(SUITE.read_text(encoding="utf-8"))
    assert {check.check_id for check in suite.checks} == {*SENT_BACK, *FLAGGED, *OTHERS}
    for check in suite.checks:
        assert {column for column, _ in check.shows} <= {*CONTRACT.columns, "level_label"}


def test_one_label_has_one_meaning_and_the_fixture_has_every_column() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, column in CONTRACT.columns.items():
        for label in column.labels:
            meanings[path_key(label)].add(name)
    for key in CONTRACT.dropped | CONTRACT.ignored:
        meanings[key].add("set aside")
    assert {key: names for key, names in meanings.items() if len(names) > 1} == {}
    assert set(LANDED["declared_dossiers"]) == {"delivery_id", *CONTRACT.typed_columns}
