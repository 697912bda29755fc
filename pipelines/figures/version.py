"""An issued version: what its documents print of themselves.

Here: kind, number and reason of a version, as lines. Not here: issuing (package), the journal (office).
Invariant: a draft has no version; only a person issues.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.figures.text import day_words

ISSUE_KINDS = {"provisional": "Bản tạm tính", "final": "Bản chính thức", "corrected": "Bản đính chính"}


@dataclass(frozen=True)
class Issue:
    """What an issued report prints of itself: kind (domain/04 4.2), version, why it is a correction or was forced."""

    kind: str
    version: int
    correction_no: int = 0
    why: str = ""
    forced: str = ""
    blockers: tuple[str, ...] = ()
    # Why each blocker was waved through, one for one; empty in versions issued before reasons were asked one by one.
    reasons: tuple[str, ...] = ()
    # What the registry and the signer gave; blank until then, the software invents none of them.
    number: str = ""
    signed_on: str = ""
    signer: str = ""
    # Hash of all the version rests on but its documents, printed on its last page (package/seal).
    seal: str = ""

    @property
    def title(self) -> str:
        """Name of the version as officers call it."""
        number = f" lần {self.correction_no}" if self.correction_no else ""
        return f"{ISSUE_KINDS[self.kind]}{number}, phiên bản {self.version}"

    @property
    def signed_words(self) -> str:
        """The day of signing as a document is dated: ngày 16 tháng 3 năm 2021; empty until it is signed."""
        return day_words(dt.date.fromisoformat(self.signed_on)) if self.signed_on else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines every document of the report carries."""
        correction = f" Lý do đính chính: {self.why}" if self.correction_no else ""
        forced = (f"Phát hành khi còn vướng mắc. Lý do: {self.forced}",) if self.forced else ()
        return (f"{self.title}.{correction}", *forced)


def issue_of(printed: Mapping[str, Any]) -> Issue:
    """Return what a version's record (issue.json) says it printed."""
    lists = {"blockers": tuple(printed["blockers"]), "reasons": tuple(printed.get("reasons", ()))}
    values: dict[str, Any] = {**printed, **lists}
    return Issue(**values)
