"""What every test of a suite's checks does: a unit's CSV file read and judged for real, and what must hold of it.

Here: the reading, and the claims each stream's checks share. Not here: any stream's good or planted rows.
Invariant: a planted file has two good rows, then the row under test in row 4 of the file.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.ingest.contract import Contract
from pipelines.ingest.reading import Reading, read_file
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known
from pipelines.quality.judge import judge

_WINDOW = (dt.date(2000, 1, 1), dt.date(2031, 3, 15))


def read_and_judge(
    path: Path,
    heads: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    contract: Contract,
    suite: Path,
    profile: Profile,
    known: Known,
) -> Reading:
    """Write rows under their heads as a CSV file, read it with the real reader, judge it by the real suite."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads)
        writer.writeheader()
        writer.writerows(rows)
    reading = read_file(path, path.name, contract, profile, _WINDOW)
    assert reading.verdict["status"] == "accepted", reading.verdict
    return judge(reading, contract, suite, profile, known)


def found(reading: Reading) -> dict[str, int]:
    """Return the checks that found something, with how many rows each found."""
    return {check["check_id"]: check["unexpected"] for check in reading.verdict["checks"] if check["unexpected"]}


def assert_every_row_has_its_place(reading: Reading) -> None:
    counts = reading.verdict["counts"]
    assert counts["rows_in"] == sum(counts[name] for name in ("typed", "rejected", "blank", "furniture"))
    assert counts["typed"] == len(reading.rows)
    assert counts["rejected"] == reading.rejects["source_row"].nunique()


def assert_goes_back_only_for(check_id: str, reading: Reading) -> None:
    assert found(reading) == {check_id: 1}
    assert reading.rejects["check_id"].tolist() == [check_id]
    assert reading.rejects["source_row"].tolist() == [4]
    assert reading.rejects["reason"].str.len().min() > 10 and reading.rejects["mend"].str.len().min() > 10
    assert len(reading.rows) == 2
    assert_every_row_has_its_place(reading)


def assert_is_flagged_only_for(check_id: str, reading: Reading) -> None:
    assert found(reading) == {check_id: 1}
    assert reading.rows["flags"].tolist() == ["", "", check_id]
    assert reading.rejects.empty
    assert_every_row_has_its_place(reading)


def assert_passes(reading: Reading) -> None:
    assert found(reading) == {}
    assert len(reading.rows) == 3
    assert_every_row_has_its_place(reading)


def assert_only_the_second_goes_back(check_id: str, reading: Reading) -> None:
    assert found(reading) == {check_id: 1}
    assert reading.rejects["source_row"].tolist() == [5]
    assert_every_row_has_its_place(reading)


def assert_both_go_back(check_id: str, reading: Reading) -> None:
    assert found(reading) == {check_id: 2}
    assert reading.rejects["source_row"].tolist() == [4, 5]
    assert_every_row_has_its_place(reading)
