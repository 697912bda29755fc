"""Judge files' typed rows by the suite of their stream.

Here: turning what the suite finds into a verdict, rejects and flags, file by file and piece by piece.
Not here: running the suite (run_suite), which values are faults (expectations/*.yaml), how they are counted (dbt).
Invariant: rows_in = typed + rejected + blank + furniture before and after; no row leaves without a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Contract
from pipelines.ingest.pieces import PIECE_ROWS, Piece, Pieces
from pipelines.ingest.reading import Read, Reading, joined
from pipelines.ingest.rejects import REJECT_COLUMNS
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known, with_computed, with_helpers
from pipelines.quality.repeats import code_repeats
from pipelines.quality.run_suite import Failed, failing_rows
from pipelines.quality.suite import Check, Suite, parse_suite

BLANK = "(trống)"
_NO_ROWS = np.empty(0, dtype="int64")


@dataclass(frozen=True)
class Finding:
    """What one check found in one file: how much it weighs for this source, and the rows that fail, piece by piece.

    `rows` has the failing rows of each piece; `is_of_file` gives a check about the whole file, which has none.
    """

    check: Check
    severity: str
    severity_reason: str | None
    rows: tuple[np.ndarray, ...]
    is_of_file: bool = False

    @property
    def unexpected(self) -> int:
        """How many rows fail; 1 for a failed check of the whole file."""
        return int(self.is_of_file) or sum(map(len, self.rows))

    def as_verdict(self) -> dict[str, object]:
        """Return the entry of `verdict.checks`."""
        return {
            "check_id": self.check.check_id,
            "severity": self.severity,
            "severity_reason": self.severity_reason,
            "column": self.check.column,
            "unexpected": self.unexpected,
            "reason": self.check.reason,
            "mend": self.check.mend,
        }


@dataclass(frozen=True)
class Case:
    """One file before the judge: what was read of it, the profile of its source, the day it was exported."""

    read: Read
    profile: Profile
    observed_on: dt.date


@dataclass(frozen=True)
class Judged:
    """One file judged: its verdict, and its pieces sorted out into rows that stay and rows that go back."""

    verdict: dict[str, Any]
    _pieces: Pieces
    _findings: tuple[Finding, ...]
    _key: str

    def pieces(self) -> Iterator[Piece]:
        """Give the judged pieces in order; a refused file's are as they were read."""
        for number, piece in enumerate(self._pieces):
            yield _sorted_out(piece, self._findings, number, self._key)


def judge(reading: Reading, contract: Contract, suite_path: Path, profile: Profile, known: Known) -> Reading:
    """Return the reading of one file held in memory, judged; see `judge_all`."""
    read = Read.of(reading, contract)
    (judged,) = judge_all([Case(read, profile, known.observed_on)], contract, suite_path, known)
    return joined(judged.pieces(), judged.verdict, contract)


def judge_all(cases: Sequence[Case], contract: Contract, suite_path: Path, known: Known) -> list[Judged]:
    """Return the files with their rows judged (severities of DESIGN: critical, warning, info).

    A critical check that fails refuses the file: rows and rejects stay as read, and the verdict says why.
    Otherwise each row failing a warning leaves `rows` and is in `rejects` once per failed check, and each
    row failing an info check carries its id in `flags`. The profile may change the severity of a check.

    Small files are judged together and large ones piece by piece, for an evaluation costs by the check and hardly by
    the row; each file is judged by its own rows, its own profile and its own day.

    Args:
        cases: files of one stream that were read.
        contract: the contract of the stream.
        suite_path: the suite of the stream, in GX's own schema.
        known: what the office knows; its day is not looked at, each file has its own.

    Raises:
        OfficeError: a profile changes the severity of a check the suite does not have.
        RuntimeError: an expectation could not be evaluated (our fault, never the file's).
    """
    suite_text = suite_path.read_text(encoding="utf-8")
    suite = parse_suite(suite_text)
    lengths = pd.DataFrame({"file_rows": [case.read.pieces.row_count for case in cases]})
    of_files = failing_rows(suite_text, lengths, of_files=True)
    of_rows = _failed_pieces(cases, contract, suite_text, known)
    return [
        _judged(case, suite, {name for name, files in of_files.items() if at in files}, of_rows[at], contract.key)
        for at, case in enumerate(cases)
    ]


def _judged(case: Case, suite: Suite, of_file: set[str], of_rows: Sequence[Failed], key: str) -> Judged:
    findings = tuple(_finding(check, case.profile, of_file, of_rows) for check in _checked(suite, case.profile))
    # What the reader itself flagged is before what the suite found.
    checks = [*case.read.verdict["checks"], *(finding.as_verdict() for finding in findings)]
    verdict = {**case.read.verdict, "checks": checks}
    critical = [finding for finding in findings if finding.severity == "critical" and finding.unexpected]
    if critical:
        refused = {
            "status": "refused",
            "refused_reason": critical[0].check.reason,
            "refused_mend": critical[0].check.mend,
        }
        return Judged({**verdict, **refused}, case.read.pieces, (), key)
    counts = _counts(case, findings)
    return Judged({**verdict, "counts": counts}, case.read.pieces, findings, key)


def _counts(case: Case, findings: Sequence[Finding]) -> dict[str, int]:
    """Return the counts of the verdict after rows were sent back and flagged."""
    before: dict[str, int] = case.read.verdict["counts"]
    sent_back = flagged = 0
    for number, is_flagged in enumerate(case.read.is_flagged):
        gone = _rows_of(findings, "warning", number)
        marked = is_flagged.copy()
        marked[_rows_of(findings, "info", number)] = True
        marked[gone] = False
        sent_back, flagged = sent_back + len(gone), flagged + int(marked.sum())
    return {
        **before,
        "typed": before["typed"] - sent_back,
        "rejected": before["rejected"] + sent_back,
        "flagged": flagged,
    }


def _rows_of(findings: Sequence[Finding], severity: str, number: int) -> np.ndarray:
    """Return the rows of one piece that fail any check of a severity, each once."""
    places = [finding.rows[number] for finding in findings if finding.severity == severity and finding.rows]
    return np.unique(np.concatenate([_NO_ROWS, *places]))


def _checked(suite: Suite, profile: Profile) -> tuple[Check, ...]:
    ids = {check.check_id for check in suite.checks}
    unknown = sorted(set(profile.severities) - ids)
    if unknown:
        raise OfficeError(
            f"Hồ sơ nguồn «{profile.profile_id}», khóa severities: "
            f"không có phép kiểm tra {', '.join(unknown)}. "
            f"Cho phép: {', '.join(sorted(ids))}."
        )
    return suite.checks


def _finding(check: Check, profile: Profile, of_file: set[str], of_rows: Sequence[Failed]) -> Finding:
    override = profile.severities.get(check.check_id)
    return Finding(
        check=check,
        severity=override.severity if override else check.severity,
        severity_reason=override.reason if override else None,
        rows=tuple(failed.get(check.check_id, _NO_ROWS) for failed in of_rows),
        is_of_file=check.check_id in of_file,
    )


def _sorted_out(piece: Piece, findings: Sequence[Finding], number: int, key: str) -> Piece:
    failed = [(finding, finding.rows[number]) for finding in findings if finding.rows and len(finding.rows[number])]
    if not failed:
        return piece
    rows = piece.rows
    warnings = [(finding, places) for finding, places in failed if finding.severity == "warning"]
    rejects = [_reject_rows(rows, places, finding.check, key) for finding, places in warnings]
    flags = rows["flags"].to_numpy(dtype=object).copy()
    for finding, places in failed:
        if finding.severity == "info":
            flags[places] = [
                f"{flag};{finding.check.check_id}" if flag else finding.check.check_id for flag in flags[places]
            ]
    kept = rows.assign(flags=pd.Series(flags, index=rows.index, dtype=object))
    stays = np.ones(len(rows), dtype=bool)
    stays[_rows_of(findings, "warning", number)] = False
    kept = kept[stays].reset_index(drop=True)
    return Piece(kept, _with_rejects(piece.rejects, rejects) if rejects else piece.rejects)


def _reject_rows(rows: pd.DataFrame, places: np.ndarray, check: Check, key: str) -> pd.DataFrame:
    faulty = rows.iloc[places]
    return faulty.assign(
        record_code=faulty[key],
        check_id=check.check_id,
        column_name=check.column,
        value=_shown(faulty, check),
        reason=check.reason,
        mend=check.mend,
    )[list(REJECT_COLUMNS)]


def _with_rejects(before: pd.DataFrame, new: list[pd.DataFrame]) -> pd.DataFrame:
    every = pd.concat([part for part in (before, *new) if len(part)], ignore_index=True)
    return every.sort_values(["source_row", "check_id"], kind="stable").reset_index(drop=True)


def _shown(faulty: pd.DataFrame, check: Check) -> pd.Series:
    """The cells of a fault as an officer reads them: `Ngày nộp 05/03/2021; Ngày tiếp nhận 04/03/2021`."""
    cells = [_cell_text(faulty[column]) for column, _ in check.shows]
    if len(cells) == 1:
        return cells[0]
    named = [label + " " + cell for (_, label), cell in zip(check.shows, cells, strict=True)]
    return pd.DataFrame(dict(enumerate(named))).agg("; ".join, axis="columns")


def _cell_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        with_time = values.dt.strftime("%d/%m/%Y %H:%M:%S")
        text = with_time.str.removesuffix(" 00:00:00").astype("string")
    else:
        text = values.astype("string")
    return text.fillna(BLANK).astype(object)


def _failed_pieces(cases: Sequence[Case], contract: Contract, suite_text: str, known: Known) -> list[list[Failed]]:
    """Return for each file the failed checks of each of its pieces, evaluated for many rows at once."""
    found: list[list[Failed]] = [[] for _ in cases]
    waiting: list[_Waiting] = []
    count = 0
    for at, case in enumerate(cases):
        repeats = code_repeats(case.read.pieces.rows, contract)
        for rows, repeated in zip(case.read.pieces.rows(), repeats, strict=True):
            waiting.append(_Waiting(at, rows, repeated, case.observed_on))
            count += len(rows)
            if count >= PIECE_ROWS:
                _evaluate(waiting, found, contract, suite_text, known)
                waiting, count = [], 0
    _evaluate(waiting, found, contract, suite_text, known)
    return found


@dataclass(frozen=True)
class _Waiting:
    """A piece that waits for its evaluation: the number of its file, its rows, their repeats, the file's day."""

    at: int
    rows: pd.DataFrame
    repeats: np.ndarray
    observed_on: dt.date


def _evaluate(
    waiting: Sequence[_Waiting], found: list[list[Failed]], contract: Contract, suite_text: str, known: Known
) -> None:
    """Add to `found` the failed checks of each waiting piece, with row numbers inside the piece."""
    filled = [item.rows for item in waiting if len(item.rows)]
    failed: Failed = {}
    if filled:
        suite = parse_suite(suite_text)
        rows = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
        lengths = [len(item.rows) for item in waiting]
        days = pd.Series(np.repeat(pd.to_datetime([item.observed_on for item in waiting]).to_numpy(), lengths))
        repeats = np.concatenate([item.repeats for item in waiting])
        frame = with_helpers(rows, contract, known, days, repeats, suite.needed_columns)
        failed = failing_rows(suite_text, with_computed(frame, suite.computed))
    start = 0
    for item in waiting:
        end = start + len(item.rows)
        found[item.at].append(_between(failed, start, end))
        start = end


def _between(failed: Failed, start: int, end: int) -> Failed:
    """Return the failed checks of the rows from `start` to before `end`, numbered from 0 there."""
    cut = {name: rows[np.searchsorted(rows, start) : np.searchsorted(rows, end)] for name, rows in failed.items()}
    return {name: rows - start for name, rows in cut.items() if len(rows)}
