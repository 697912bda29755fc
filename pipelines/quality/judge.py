"""Judge files' typed rows by the suite of their stream.

Here: running Great Expectations and turning its findings into a verdict, rejects and flags.
Not here: which values are faults (expectations/*.yaml), how they are counted (dbt).
Invariant: rows_in = typed + rejected + blank + furniture before and after; no row leaves without a reason.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Contract
from pipelines.ingest.reading import REJECT_COLUMNS, Reading
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known, with_computed, with_helpers
from pipelines.quality.suite import Check, Suite, parse_suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition

_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
BLANK = "(trống)"
# Check id → positions of failing rows; None where the check is about the whole file.
Failed = dict[str, tuple[int, ...] | None]


@dataclass(frozen=True)
class Finding:
    """What one check found in one file: how much it weighs for this source, and the rows that fail."""

    check: Check
    severity: str
    severity_reason: str | None
    rows: tuple[int, ...]
    unexpected: int

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
    """One file before the judge: its accepted reading, the profile of its source, what the office knew of its day."""

    reading: Reading
    profile: Profile
    known: Known


def judge(reading: Reading, contract: Contract, suite_path: Path, profile: Profile, known: Known) -> Reading:
    """Return the reading of one file judged; see `judge_all`."""
    (judged,) = judge_all([Case(reading, profile, known)], contract, suite_path)
    return judged


def judge_all(cases: Sequence[Case], contract: Contract, suite_path: Path) -> list[Reading]:
    """Return the readings with their rows judged (severities of DESIGN: critical, warning, info).

    A critical check that fails refuses the file: rows and rejects stay as read, and the verdict says why.
    Otherwise each row failing a warning leaves `rows` and stands in `rejects` once per failed check, and each
    row failing an info check carries its id in `flags`. The profile may change the severity of a check.

    Files are judged together, for an evaluation costs by the check and hardly by the row; each is judged by its
    own rows, its own profile and its own day.

    Args:
        cases: accepted readings of files of one stream.
        contract: the contract of the stream.
        suite_path: the suite of the stream, in GX's own schema.

    Raises:
        OfficeError: a profile changes the severity of a check the suite does not have.
        RuntimeError: an expectation could not be evaluated (our fault, never the file's).
    """
    suite_text = suite_path.read_text(encoding="utf-8")
    suite = parse_suite(suite_text)
    frames = [with_helpers(case.reading.rows, contract, case.known) for case in cases]
    failed = _failed_of_each(suite_text, suite, frames)
    return [_judged(case, suite, found, contract.key) for case, found in zip(cases, failed, strict=True)]


def _judged(case: Case, suite: Suite, failed: Failed, key: str) -> Reading:
    findings = [_finding(check, case.profile, failed) for check in _checked(suite, case.profile)]
    # What the reader itself flagged stands before what the suite found.
    checks = [*case.reading.verdict["checks"], *(finding.as_verdict() for finding in findings)]
    verdict = {**case.reading.verdict, "checks": checks}
    critical = [finding for finding in findings if finding.severity == "critical" and finding.unexpected]
    if critical:
        refused = {
            "status": "refused",
            "refused_reason": critical[0].check.reason,
            "refused_mend": critical[0].check.mend,
        }
        return replace(case.reading, verdict={**verdict, **refused})
    return _sorted_out(replace(case.reading, verdict=verdict), findings, key)


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


def _finding(check: Check, profile: Profile, failed: Failed) -> Finding:
    """`failed` has the failing rows of each failed check; None where the check is about the whole file."""
    override = profile.severities.get(check.check_id)
    rows = failed.get(check.check_id, ())
    return Finding(
        check=check,
        severity=override.severity if override else check.severity,
        severity_reason=override.reason if override else None,
        rows=rows or (),
        unexpected=1 if rows is None else len(rows),
    )


def _sorted_out(reading: Reading, findings: list[Finding], key: str) -> Reading:
    rows = reading.rows.reset_index(drop=True)
    warnings = [finding for finding in findings if finding.severity == "warning" and finding.rows]
    sent_back = {position for finding in warnings for position in finding.rows}
    rejects = pd.concat([_reject_rows(rows, finding, key) for finding in warnings]) if warnings else None
    flags = _flags(rows["flags"], [finding for finding in findings if finding.severity == "info" and finding.rows])
    kept = rows.assign(flags=flags).drop(index=sorted(sent_back)).reset_index(drop=True)
    counts = dict(cast("dict[str, int]", reading.verdict["counts"]))
    counts.update(
        typed=len(kept),
        rejected=counts["rejected"] + len(sent_back),
        flagged=int((kept["flags"] != "").sum()),
    )
    return replace(
        reading,
        rows=kept,
        rejects=reading.rejects if rejects is None else _joined(reading.rejects, rejects),
        verdict={**reading.verdict, "counts": counts},
    )


def _reject_rows(rows: pd.DataFrame, finding: Finding, key: str) -> pd.DataFrame:
    faulty = rows.loc[list(finding.rows)]
    return faulty.assign(
        record_code=faulty[key],
        check_id=finding.check.check_id,
        column_name=finding.check.column,
        value=_shown(faulty, finding.check),
        reason=finding.check.reason,
        mend=finding.check.mend,
    )[list(REJECT_COLUMNS)]


def _joined(before: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    parts = [part for part in (before, new) if len(part)]
    joined = pd.concat(parts, ignore_index=True)
    return joined.sort_values(["source_row", "check_id"], kind="stable").reset_index(drop=True)


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


def _flags(flags: pd.Series, findings: list[Finding]) -> pd.Series:
    flagged = flags.astype(object).copy()
    for finding in findings:
        here = flagged.loc[list(finding.rows)]
        separator = here.map(lambda text: ";" if text else "")
        flagged.loc[list(finding.rows)] = here + separator + finding.check.check_id
    return flagged


def _failed_of_each(suite_text: str, suite: Suite, frames: list[pd.DataFrame]) -> list[Failed]:
    """Return the failed checks of each file: those of the whole file one by one, those of rows all files at once."""
    failed = [_run(suite_text, frame, whole_file=True) for frame in frames]
    starts = np.cumsum([0, *(len(frame) for frame in frames)])
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return failed
    together = with_computed(pd.concat(filled, ignore_index=True), suite.computed)
    for check_id, positions in _run(suite_text, together, whole_file=False).items():
        places = np.array(positions, dtype=int)
        files = np.searchsorted(starts, places, side="right") - 1
        for at in np.unique(files):
            failed[at][check_id] = tuple(int(place) for place in places[files == at] - starts[at])
    return failed


def _run(suite_text: str, frame: pd.DataFrame, whole_file: bool) -> Failed:
    """Return the failed checks: check id → positions of failing rows, None for a check of the whole file."""
    batch_definition, suite = _expectations(suite_text, whole_file)
    if not suite.expectations:
        return {}
    result = batch_definition.get_batch({"dataframe": frame}).validate(suite, result_format=cast("Any", _RESULT_FORMAT))
    failed: Failed = {}
    for outcome in result.results:
        config = outcome.expectation_config
        check_id = str(config.meta["check_id"]) if config is not None else ""
        problem = outcome.exception_info or {}
        if problem.get("raised_exception") or "raised_exception" not in problem:
            raise RuntimeError(f"expectation of check {check_id} could not be evaluated: {problem}")
        if not outcome.success:
            positions = outcome.result.get("unexpected_index_list")
            failed[check_id] = None if positions is None else tuple(int(position) for position in positions)
    return failed


@lru_cache(maxsize=64)
def _expectations(suite_text: str, whole_file: bool) -> tuple[BatchDefinition, ExpectationSuite]:
    """The checks of whole files, or of rows, in an ephemeral GX context; importing GX takes seconds, so only here."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = cast("Any", {"globally": False})
    batch_definition = (
        context.data_sources.add_pandas("delivered")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("file")
    )
    parsed = parse_suite(suite_text)
    wanted = [item for item in parsed.expectations if item["type"].startswith("expect_table_") == whole_file]
    return batch_definition, gx.ExpectationSuite(name=parsed.name, expectations=cast("Any", wanted))
