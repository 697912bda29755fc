"""`kstt ui`: the Dagster UI of the office, on this machine only.

Here: starting it. Not here: what it shows (defs).
Invariant: listens on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import os
import sys

from pipelines.commands.common import load
from pipelines.paths import REPOSITORY

HELP = "mở giao diện Dagster trên máy này (127.0.0.1)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--port", type=int, default=3000, help="cổng (mặc định 3000)")


def run(parsed: argparse.Namespace) -> int:
    """Become the Dagster process."""
    from pipelines.runner import dagster_home

    office = load(parsed)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(office)),
        "KSTT_OFFICE": str(office.root),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    print(f"Mở http://127.0.0.1:{parsed.port} trong trình duyệt; Ctrl+C để dừng.", flush=True)
    place = ["-h", "127.0.0.1", "-p", str(parsed.port)]
    os.chdir(REPOSITORY)  # its pyproject.toml names the code location
    command = [sys.executable, "-m", "dagster", "dev", *place]
    os.execve(sys.executable, command, environment)
    return 0
