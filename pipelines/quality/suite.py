"""The checks of a stream, read from its suite file.

Here: the suite file as checks an officer reads and as expectations GX runs. Not here: what a failure does.
Invariant: one expectation is one check with its own id, severity, reason and mend; the file is plain GX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

import yaml

from pipelines.office.yaml_file import QUICK_LOADER

_WORD = re.compile(r"[A-Za-z_]\w*")
SEVERITIES = ("critical", "warning", "info")


class Expectation(TypedDict):
    """One expectation of a suite file, in GX's own schema."""

    type: str
    kwargs: dict[str, object]
    severity: str
    meta: dict[str, object]


@dataclass(frozen=True)
class Check:
    """One check: what it is called, how much it weighs, and what the officer is reported."""

    check_id: str
    severity: str
    reason: str
    mend: str
    shows: tuple[tuple[str, str], ...]

    @property
    def column(self) -> str:
        """The contract column the fault is shown under; empty for a check of the whole file."""
        return self.shows[0][0] if self.shows else ""


@dataclass(frozen=True)
class Suite:
    """A suite file: its name, its checks in order, the expectations as GX takes them.

    `computed` are columns of the suite's own (its meta): name → expression over the columns of the frame.
    """

    name: str
    computed: dict[str, str]
    checks: tuple[Check, ...]
    expectations: tuple[Expectation, ...]

    @property
    def row_expectations(self) -> list[Expectation]:
        """The expectations of rows."""
        return [item for item in self.expectations if not _is_of_files(item)]

    @property
    def file_expectations(self) -> list[Expectation]:
        """The expectations of whole files (`meta.about: file`), checked on a frame with one row per file."""
        return [item for item in self.expectations if _is_of_files(item)]

    @property
    def needed_columns(self) -> frozenset[str]:
        """Every word of the expectations' arguments and computed columns: no other column is looked at."""
        texts = [str(value) for item in self.row_expectations for value in item["kwargs"].values()]
        return frozenset(word for text in [*texts, *self.computed.values()] for word in _WORD.findall(text))


def _is_of_files(expectation: Expectation) -> bool:
    return expectation["meta"].get("about") == "file"


@lru_cache(maxsize=32)
def parse_suite(text: str) -> Suite:
    """Return the suite written in a YAML text; cached, for one run judges many files by it.

    Raises:
        ValueError: a check id repeats, a severity is unknown, or an expectation lacks its Vietnamese words.
    """
    content = yaml.load(text, Loader=QUICK_LOADER)
    checks = tuple(_check(expectation) for expectation in content["expectations"])
    ids = [check.check_id for check in checks]
    repeated = sorted({check_id for check_id in ids if ids.count(check_id) > 1})
    if repeated:
        raise ValueError(f"suite {content['name']}: check ids repeat: {', '.join(repeated)}")
    return Suite(content["name"], content.get("meta", {}).get("computed", {}), checks, tuple(content["expectations"]))


def _check(expectation: Expectation) -> Check:
    meta = expectation["meta"]
    missing = [key for key in ("check_id", "reason", "mend", "shows") if key not in meta]
    if missing:
        raise ValueError(f"expectation {expectation['type']} lacks meta: {', '.join(missing)}")
    if expectation["severity"] not in SEVERITIES:
        raise ValueError(f"check {meta['check_id']}: severity is one of {', '.join(SEVERITIES)}")
    shows = meta["shows"]
    assert isinstance(shows, dict)
    return Check(
        check_id=str(meta["check_id"]),
        severity=expectation["severity"],
        reason=str(meta["reason"]),
        mend=str(meta["mend"]),
        shows=tuple(shows.items()),
    )
