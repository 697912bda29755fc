"""What several commands share: which office, switches, paths as people read them.

Here: small readers of command line values. Not here: commands.
Invariant: light to import.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pipelines.office.settings import Office


def office_path(parsed: argparse.Namespace) -> Path:
    """Return the office folder: --office, else KSTT_OFFICE, else the sample."""
    from pipelines.paths import REPOSITORY

    return Path(parsed.office or os.environ.get("KSTT_OFFICE") or REPOSITORY / "sample_office")


def umask(parsed: argparse.Namespace) -> int:
    """Return the rights taken from every file this process makes: `access.umask` of office.yaml, else 027."""
    import yaml

    try:
        settings = yaml.safe_load((office_path(parsed) / "office.yaml").read_text(encoding="utf-8"))
        return int(str(settings["access"]["umask"]), 8)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):  # what is wrong with it, loading the office says
        return 0o027


def load(parsed: argparse.Namespace) -> Office:
    """Return the office a command works on."""
    from pipelines.office.settings import load_office

    return load_office(office_path(parsed))


def switches(pairs: list[str]) -> dict[str, str]:
    """Return the counting switches written NAME=VALUE.

    Raises:
        OfficeError: one is not written so.
    """
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise OfficeError(f"«{wrong[0]}» không đúng dạng TÊN=GIÁ_TRỊ, ví dụ lateness_granularity=timestamp.")
    return dict(pair.split("=", 1) for pair in pairs)


def relative(path: Path) -> str:
    """Return a path relative to the current folder, if it is below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def day(text: str) -> str:
    """Return a day written year-month-day as it is.

    Raises:
        OfficeError: it is not written so, or there is no such day.
    """
    from pipelines.periods.calendar import parse_day

    return parse_day(text).isoformat()


def print_lines(lines: dict[str, object]) -> None:
    """Print label and value, one a line."""
    for label, value in lines.items():
        print(f"  {label}: {value}")
