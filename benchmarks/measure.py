"""What a command costs: processor seconds and peak memory of one process, beside what its libraries cost to import.

Here: running a command and reading the system's own account of it. Not here: what is measured.
Invariant: every figure is of a process of its own, so that none pays for another.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = "dagster, dagster_dbt, dbt.cli.main, great_expectations, pandas, duckdb"


@dataclass(frozen=True)
class Used:
    """What one process used: processor seconds (user and system), seconds on the clock, megabytes at most."""

    cpu: float
    wall: float
    peak: float

    def __str__(self) -> str:
        """Return the three figures as a line of a table."""
        return f"{self.cpu:7.1f} s CPU {self.wall:7.1f} s wall {self.peak:6.0f} MB"


def used_by(command: Sequence[str], shown: bool = False) -> Used:
    """Run a command to its end; stop where it fails, and say what it printed then (always, when `shown`)."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ})
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, account = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\n{printed.decode()[-2000:]}")
    if shown:
        print(printed.decode(), end="", flush=True)
    return Used(account.ru_utime + account.ru_stime, time.perf_counter() - began, account.ru_maxrss / 1024)


def imports() -> Used:
    """What importing the libraries of a run costs, in one process."""
    return used_by([sys.executable, "-c", f"import {LIBRARIES}"])


def kstt(office: Path, *arguments: str) -> Used:
    """What one command of an office costs."""
    return used_by([sys.executable, "-m", "pipelines.cli", "--office", str(office), *arguments])


def parse_models(folder: Path) -> None:
    """Parse the dbt project, if this clone has not yet: a first run after a change of it pays 8 s for that."""
    call = "import sys; from pathlib import Path; from pipelines.warehouse.dbt import ensure_manifest as parse; "
    call += "parse(Path(sys.argv[1]) / 'target', Path(sys.argv[1]) / 'warehouse.duckdb')"
    used_by([sys.executable, "-c", call, str(folder)])
