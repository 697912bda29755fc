"""The runs of an officer's quarter: the first, the next quarter, one file changed, nothing changed.

Here: `python benchmarks/runs.py`, on a copy of the sample office, each run a process of its own, beside the imports;
before them one run on another copy, which parses the models and their lineage if this clone has not done so.
Not here: larger offices (scale). Invariant: the sample office itself is not touched.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from measure import ROOT, Used, imports, kstt


def main() -> None:
    """Print a line for each run, with its processor seconds as a multiple of those of the imports around it."""
    with tempfile.TemporaryDirectory() as folder:
        office, other = Path(folder) / "office", Path(folder) / "other"
        for copy in (office, other):
            shutil.copytree(ROOT / "sample_office", copy, ignore=shutil.ignore_patterns("data"))
        print(f"{'before: the parse, if it is missing':34}{kstt(other, 'run', '2021-Q1')}", flush=True)
        before = imports()
        print(f"{'imports':34}{before}", flush=True)
        for name, period, change in (
            ("first run, 2021-Q1", "2021-Q1", False),
            ("second quarter, 2021-Q2", "2021-Q2", False),
            ("one changed file, 2021-Q2 again", "2021-Q2", True),
            ("nothing changed, 2021-Q2 again", "2021-Q2", False),
        ):
            if change:
                change_a_file(office / "inbox" / period)
            run, after = kstt(office, "run", period), imports()
            print(f"{name:34}{run} {_ratio(run, before, after)}", flush=True)
            before = after


def _ratio(run: Used, before: Used, after: Used) -> str:
    return f"{2 * run.cpu / (before.cpu + after.cpu):5.1f} x imports"


def change_a_file(inbox: Path) -> None:
    """Send the first export in text once more without its last line."""
    path = sorted(inbox.rglob("*.csv"))[0]
    lines = path.read_bytes().rstrip(b"\n").split(b"\n")
    path.write_bytes(b"\n".join(lines[:-1]) + b"\n")


if __name__ == "__main__":
    main()
