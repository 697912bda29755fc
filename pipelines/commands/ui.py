"""`kstt ui`: the Dagster UI of the office, on this machine only.

Here: starting it. Not here: what it shows (defs), keeping it up (serve).
Invariant: listens on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from pipelines.commands.common import load
from pipelines.paths import REPOSITORY

if TYPE_CHECKING:
    from pipelines.office.settings import Office

HELP = "mở giao diện Dagster trên máy này (127.0.0.1)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--port", type=int, default=3000, help="cổng (mặc định 3000)")


def run(parsed: argparse.Namespace) -> int:
    """Run the Dagster page and its daemon until they end or somebody stops them."""
    office = load(parsed)
    print(f"Mở http://127.0.0.1:{parsed.port} trong trình duyệt; Ctrl+C để dừng.", flush=True)
    return start(office, parsed.port).wait()


def start(office: Office, port: int) -> subprocess.Popen[bytes]:
    """Start the page and the daemon of an office (schedules, sensors, queued runs), one code server for both."""
    from pipelines.runner import dagster_home

    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(office)),
        "KSTT_OFFICE": str(office.root),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    # The folder's pyproject.toml names the code location.
    command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.Popen(command, cwd=REPOSITORY, env=environment)
