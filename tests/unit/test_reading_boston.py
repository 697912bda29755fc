"""Boston's 14 files as published: every case read, each date as a plain reader of the raw text has it.

Here: reading against an independent recount with csv and strptime. Not here: lateness, forms (tests/pipeline).
Invariant: 12,096 cases, none lost; the moments are those written in the files.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections import Counter
from pathlib import Path

import pytest

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading, read_file
from pipelines.office.profiles import load_profiles
from pipelines.paths import DBT_PROJECT

SHARED = Path(os.environ.get("KSTT_SHARED", Path(__file__).parents[2].parent / "shared"))
BOSTON = SHARED / "realdata" / "boston-311-2015"
pytestmark = pytest.mark.skipif(not BOSTON.is_dir(), reason="Boston's published files (../shared) are not here")
(PROFILE,) = load_profiles(Path(__file__).parents[1] / "offices" / "boston" / "profiles")
WINDOW = (dt.date(2000, 1, 1), dt.date(2026, 1, 15))
MOMENTS = {"OPEN_DT": "received_at", "TARGET_DT": "due_at", "CLOSED_DT": "finished_at"}


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    contract = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
    return {path.name: read_file(path, path.name, contract, PROFILE, WINDOW) for path in sorted(BOSTON.glob("*.csv"))}


def raw(name: str) -> list[dict[str, str]]:
    with (BOSTON / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_all_14_files_are_accepted_and_all_12096_cases_typed(readings: dict[str, Reading]) -> None:
    counts = [reading.verdict["counts"] for reading in readings.values()]
    assert len(counts) == 14
    assert sum(count["typed"] for count in counts) == 12_096
    assert [(count["rejected"], count["blank"], count["furniture"]) for count in counts] == [(0, 0, 1)] * 14


def test_every_case_has_the_moments_and_the_row_of_its_file(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        rows = reading.rows.to_dict("records")
        for number, (case, row) in enumerate(zip(raw(name), rows, strict=True), start=2):
            assert (row["dossier_code"], row["source_row"]) == (case["CASE_ENQUIRY_ID"], number)
            for theirs, ours in MOMENTS.items():
                text = case[theirs]
                expected = dt.datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None  # noqa: DTZ007
                assert (None if row[ours] is None or row[ours] != row[ours] else row[ours]) == expected


def test_status_and_channel_words_are_all_known(readings: dict[str, Reading]) -> None:
    statuses = Counter(status for reading in readings.values() for status in reading.rows["status"])
    channels = Counter(channel for reading in readings.values() for channel in reading.rows["channel"])
    assert statuses == {"result_ready": 4_467 + 37 + 5_451, "in_progress": 172 + 80 + 1_889}
    assert channels == {"direct": 11_240 + 10, "online": 429 + 417}


def test_no_header_is_unknown_and_no_dropped_column_is_kept(readings: dict[str, Reading]) -> None:
    for reading in readings.values():
        # The splitter's row index has an empty name; everything else is mapped or dropped by the profile.
        assert reading.verdict["unknown_headers"] == []
        assert "CLOSURE_REASON" not in reading.rows.columns
