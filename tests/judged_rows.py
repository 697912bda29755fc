"""What every test of a suite's checks does: a unit's CSV file read and judged for real, and what must hold of it.

Here: the reading, and the claims each stream's checks share. Not here: any stream's good or planted rows.
Invariant: a planted file has two good rows, then the row under test in row 4 of the file.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.contract import Contract
from pipelines.ingest.reading import Read, Reading, joined, read_file
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known
from pipelines.quality.judge import Case, judge, judge_all

_WINDOW = (dt.date(2000, 1, 1), dt.date(2031, 3, 15))


@dataclass(frozen=True)
class PlantedFile:
    """A CSV file to be, and all that decides how it is judged."""

    heads: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    contract: Contract
    suite: Path
    profile: Profile
    known: Known

    @property
    def key(self) -> str:
        """All of it as text."""
        return repr([list(self.heads), [dict(row) for row in self.rows], self.suite, self.profile, self.known])


# Readings of files judged so far.
_judged: dict[str, Reading] = {}


def judge_together(folder: Path, files: Iterable[PlantedFile]) -> None:
    """Read planted files, and judge those of one stream in one go, as a run does: an evaluation costs by the check."""
    of_suite: dict[Path, list[tuple[PlantedFile, Case]]] = {}
    for number, file in enumerate(files):
        reading = _read(folder / f"planted-{number}.csv", file)
        case = Case(Read.of(reading, file.contract), file.profile, file.known.observed_on)
        of_suite.setdefault(file.suite, []).append((file, case))
    for suite, pairs in of_suite.items():
        first = pairs[0][0]
        judged = judge_all([case for _, case in pairs], first.contract, suite, first.known)
        for (file, _), result in zip(pairs, judged, strict=True):
            _judged[file.key] = joined(result.pieces(), result.verdict, file.contract)


def read_and_judge(path: Path, file: PlantedFile) -> Reading:
    """Write a file, read it with the real reader, judge it by the real suite; one judged already is not judged again."""
    if file.key in _judged:
        return _judged[file.key]
    return judge(_read(path, file), file.contract, file.suite, file.profile, file.known)


def _read(path: Path, file: PlantedFile) -> Reading:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, file.heads)
        writer.writeheader()
        writer.writerows(file.rows)
    reading = read_file(path, path.name, file.contract, file.profile, _WINDOW)
    assert reading.verdict["status"] == "accepted", reading.verdict
    return reading


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
