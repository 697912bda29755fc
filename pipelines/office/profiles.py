"""Profiles: what one foreign system calls things, and what its export covers.

Here: the schema of `profiles/*.yaml` and choosing the profile of a delivered file.
Not here: reading files (ingest), judging rows (quality).
Invariant: a profile is data an officer can edit; a wrong key names the file, the key and what is allowed.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.office.errors import OfficeError
from pipelines.office.text import nfc
from pipelines.office.yaml_file import load_validated

Severity = Literal["critical", "warning", "info"]
# Moments are local and know the second: a day without an hour is its last one.
END_OF_DAY = dt.time(23, 59, 59)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Strict):
    """Which units and file names a profile is for; `*` represents any."""

    units: list[str] = Field(default_factory=lambda: ["*"])
    files: list[str] = Field(default_factory=lambda: ["*"])


class ObservedOn(_Strict):
    """Where the moment an export shows comes from: the file name, a constant day, or the moment it was received.

    The pattern of a file name has the groups y, m and d, and h and min where the name says the hour.
    """

    from_: Literal["file_name", "constant", "received"] = Field("received", alias="from")
    pattern: str | None = None
    value: dt.date | None = None

    @model_validator(mode="after")
    def _complete(self) -> ObservedOn:
        if self.from_ == "file_name":
            groups = re.compile(self.pattern or "").groupindex
            if not {"y", "m", "d"} <= set(groups):
                raise ValueError("observed_on lấy từ file_name thì pattern phải có ba nhóm y, m, d")
        if self.from_ == "constant" and self.value is None:
            raise ValueError("observed_on là constant thì phải có value (một ngày)")
        return self


class Supplied(_Strict):
    """The cells of a column a source does not print: always the same word, or by whether another column is filled."""

    always: str | None = Field(None, min_length=1)
    from_: str | None = Field(None, alias="from")
    filled: str | None = None
    blank: str | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Supplied:
        noted = (self.from_, self.filled, self.blank)
        if (self.always is None) != all(noted) or (self.always is not None and any(noted)):
            raise ValueError("supplied phải có always, hoặc from cùng filled và blank")
        return self


class SeverityOverride(_Strict):
    """A check whose severity this source changes, with the reason an auditor will read."""

    severity: Severity
    reason: str = Field(min_length=10)


class Profile(_Strict):
    """One source: labels, words, date style, coverage."""

    profile_id: str
    stream: str
    title: str
    match: Match = Field(default_factory=Match)
    observed_on: ObservedOn = Field(default_factory=lambda: ObservedOn(**{"from": "received"}))
    coverage: Literal["population", "received_in_period", "all"] = "population"
    due_after_supplement: Literal["updated", "original"] = "updated"
    unit_from: Literal["folder", "column"] = "folder"
    date_order: Literal["day_first", "month_first"] = "day_first"
    # The system gives every record of the office a code of its own; without, a code that is no national one is a number
    # of the unit's own book, which other units' books and later years use again.
    codes_are_unique: bool = False
    # Of an export of events, the rows that repeat a record in every contract column are the record's once.
    rows_are: Literal["records", "events"] = "records"
    # Only this sheet of the workbook is read; another profile reads the others.
    sheet: str | None = None
    # An empty table is a return only when the cell «Không phát sinh trong kỳ» above it is ticked.
    declares_nil: bool = False
    labels: dict[str, list[str]] = Field(default_factory=dict)
    # Column this source does not print → its cells, in the words the source would use.
    supplied: dict[str, Supplied] = Field(default_factory=dict)
    # Column of words (status, channel, …) → word of the foreign system → its meaning in the contract.
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    severities: dict[str, SeverityOverride] = Field(default_factory=dict)
    drop: list[str] = Field(default_factory=list)

    def takes_any_name(self, unit_id: str, file_name: str) -> bool:
        """Return whether it fits a file of any name of this kind: it was written for none in particular."""
        return self.fits(unit_id, f"\0.{file_name.rpartition('.')[2]}")

    def fits(self, unit_id: str, file_name: str) -> bool:
        """Return whether a file of this name, sent by this unit, is read with this profile."""
        name = nfc(file_name).casefold()
        units = self.match.units
        return ("*" in units or unit_id in units) and any(
            fnmatch.fnmatchcase(name, nfc(pattern).casefold()) for pattern in self.match.files
        )

    def named_moment(self, file_name: str) -> dt.datetime | None:
        """Return the moment whose state the export shows, as its name or the profile says; None when neither does.

        A day without an hour is the end of that day. A day that does not exist says nothing.
        """
        if self.observed_on.from_ == "constant" and self.observed_on.value is not None:
            return dt.datetime.combine(self.observed_on.value, END_OF_DAY)
        found = (
            re.search(self.observed_on.pattern or "", nfc(file_name)) if self.observed_on.from_ == "file_name" else None
        )
        if found is None:
            return None
        hour, minute = (found.groupdict().get(part) for part in ("h", "min"))
        try:
            day = dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
            time = END_OF_DAY if hour is None else dt.time(int(hour), int(minute or 0))
        except ValueError:
            return None
        return dt.datetime.combine(day, time)


# Stream of a version an office below issued → how the name of its file begins (kstt send-up), and what it is called;
# after the beginning come period, office, last day.
ISSUED_PREFIXES = {"issued_facts": "so-lieu-phat-hanh_", "issued_feedback": "phan-anh-phat-hanh_"}
_ISSUED_TITLES = {
    "issued_facts": "Số liệu đã phát hành của đơn vị cấp dưới",
    "issued_feedback": "Phản ánh, kiến nghị đã phát hành của đơn vị cấp dưới",
}


@lru_cache(maxsize=1)
def issued_profiles() -> tuple[Profile, ...]:
    """Return the profiles of what a version an office below issued has: our own software writes those files."""
    day = ObservedOn(**{"from": "file_name", "pattern": r"_(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?=[_ .(]|$)"})
    return tuple(
        Profile(
            profile_id=prefix.rstrip("_"),
            stream=stream,
            title=_ISSUED_TITLES[stream],
            match=Match(files=[f"*{prefix}*.zip"]),
            observed_on=day,
        )
        for stream, prefix in ISSUED_PREFIXES.items()
    )


def issued_profile(file_name: str) -> Profile | None:
    """Return the profile of a version an office below issued, by the name of its file; None of any other file."""
    return next((profile for profile in issued_profiles() if profile.fits("", file_name)), None)


def profile_files(folder: Path) -> list[Path]:
    """Return the profile files of an office, in the order in which the first that fits is used."""
    return sorted(folder.glob("*.yaml"))


def load_profiles(folder: Path) -> list[Profile]:
    """Read every profile of an office, in the order of their file names (the first that fits is used).

    Raises:
        OfficeError: a profile file is not valid; the message names file, key and what is allowed.
    """
    profiles, faults = [], []
    for path in profile_files(folder):
        try:
            profiles.append(load_validated(path, Profile))
        except OfficeError as error:
            faults.append(str(error))
    if faults:
        raise OfficeError("\n".join(faults))
    return profiles
