"""Judge one file's typed rows by the suite of its stream.

Here: running Great Expectations and turning its findings into a verdict, rejects and flags.
Not here: which values are faults (expectations/*.yaml), how they are counted (dbt).
Invariant: rows_in = typed + rejected + blank + furniture before and after; no row leaves without a reason.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from pipelines.ingest.contract import Contract
from pipelines.ingest.reading import REJECT_COLUMNS, Reading
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known, end_of, with_helpers
from pipelines.quality.suite import Check, Suite, parse_suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition

_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
BLANK = "(trống)"


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


def judge(reading: Reading, contract: Contract, suite_path: Path, profile: Profile, known: Known) -> Reading:
    """Return the reading with its rows judged (severities of DESIGN: critical, warning, info).

    A critical check that fails refuses the file: rows and rejects stay as read, and the verdict says why.
    Otherwise each row failing a warning leaves `rows` and stands in `rejects` once per failed check, and each
    row failing an info check carries its id in `flags`. The profile may change the severity of a check.

    Args:
        reading: an accepted reading of one file.
        contract: the contract of its stream.
        suite_path: the suite of its stream, in GX's own schema.
        profile: the profile of its source.
        known: reference tables and the day the export shows.

    Raises:
        OfficeError: the profile changes the severity of a check the suite does not have.
        RuntimeError: an expectation could not be evaluated (our fault, never the file's).
    """
    suite_text = suite_path.read_text(encoding="utf-8")
    suite = parse_suite(suite_text)
    frame = with_helpers(reading.rows, contract, known, suite.computed)
    failed = _run(suite_text, frame, known)
    findings = [_finding(check, profile, failed) for check in _checked(suite, profile)]
    verdict = {**reading.verdict, "checks": [finding.as_verdict() for finding in findings]}
    critical = [finding for finding in findings if finding.severity == "critical" and finding.unexpected]
    if critical:
        refused = {
            "status": "refused",
            "refused_reason": critical[0].check.reason,
            "refused_mend": critical[0].check.mend,
        }
        return replace(reading, verdict={**verdict, **refused})
    return _sorted_out(replace(reading, verdict=verdict), findings, contract.key)


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


def _finding(check: Check, profile: Profile, failed: Mapping[str, tuple[int, ...] | None]) -> Finding:
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


def _run(suite_text: str, frame: pd.DataFrame, known: Known) -> dict[str, tuple[int, ...] | None]:
    """Return the failed checks: check id → positions of failing rows, None for a check of the whole file."""
    batch_definition, suite = _expectations(suite_text)
    result = batch_definition.get_batch({"dataframe": frame}).validate(
        suite,
        result_format=cast("Any", _RESULT_FORMAT),
        expectation_parameters={"observed_until": end_of(known.observed_on)},
    )
    failed: dict[str, tuple[int, ...] | None] = {}
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


@lru_cache(maxsize=8)
def _expectations(suite_text: str) -> tuple[BatchDefinition, ExpectationSuite]:
    """The suite in an ephemeral GX context; importing GX takes seconds, so only here and once."""
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
    return batch_definition, gx.ExpectationSuite(name=parsed.name, expectations=cast("Any", list(parsed.expectations)))
