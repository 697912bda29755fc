"""Copies of the sample office for tests that write.

Here: whole and small copies. Not here: the built reports (pipeline/conftest).
Invariant: the committed office is only read.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.runner import RunResult

REPOSITORY = Path(__file__).parents[1]
# Of dossiers, of feedback and of what units report by hand.
FEW_FORMS = ("II.05a", "II.06a", "II.06b", "II.08")
# A ward, a department, the desk: whose own reports are made of the first quarter.
UNITS_OWN_REPORTS = ("p03", "tp-st-tp", "tp-st-bpmc")
IGNORED = shutil.ignore_patterns("data", "__pycache__", "generate.py")


@dataclass(frozen=True)
class Sample:
    """The sample office and what its runs came to, by period; then its first quarter asked again, whose manifest had
    been written at a moment before; and all it had written by then."""

    office: Path
    runs: dict[str, RunResult]
    again: RunResult
    written_before: int
    data_at_rest: Path


def copy_office(target: Path) -> Path:
    """Copy the sample office without what a run made."""
    shutil.copytree(REPOSITORY / "sample_office", target, ignore=IGNORED)
    return target


def copy_small_office(target: Path, all_forms: bool = False) -> Path:
    """Copy the sample office with two wards' files of one quarter and a few of its forms: the same job, in seconds."""
    copy_office(target)
    if not all_forms:
        settings = target / "office.yaml"
        every, few = "forms_enabled: null", f"forms_enabled: [{', '.join(FEW_FORMS)}]"
        assert every in settings.read_text(encoding="utf-8")
        settings.write_text(settings.read_text(encoding="utf-8").replace(every, few), encoding="utf-8")
    for unit in (target / "inbox").glob("*/*"):
        if unit.name not in ("p02", "p08") or unit.parent.name != "2021-Q1":
            shutil.rmtree(unit)
    return target
