"""What Dagster's event log costs: one run of 150 assets that do nothing, with Dagster's own storage and with ours.

Here: `python benchmarks/events.py`, in the folder of TMPDIR: try it on a disk and in memory (TMPDIR=/dev/shm).
Not here: what assets do. Invariant: both storages are measured in processes of their own.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import ROOT, used_by

ASSETS = 150
sys.path.insert(0, str(ROOT))


def run(office: Path, is_ours: bool) -> None:
    """Run the assets once; print what the run itself took."""
    import dagster as dg

    from pipelines.office.settings import load_office
    from pipelines.runner import dagster_home

    names = [f"asset_{number}" for number in range(ASSETS)]
    specs = [
        dg.AssetSpec(name, deps=[before] if before else []) for before, name in zip(["", *names], names, strict=False)
    ]

    @dg.multi_asset(specs=specs)
    def many() -> Iterator[dg.MaterializeResult]:
        for name in names:
            yield dg.MaterializeResult(asset_key=name, metadata={"rows": 1})

    home = dagster_home(load_office(office))
    if not is_ours:
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    job = dg.Definitions(assets=[many], jobs=[dg.define_asset_job("job")]).resolve_job_def("job")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        cpu, wall = time.process_time(), time.perf_counter()
        job.execute_in_process(instance=instance, run_config=quiet)
        print(f"{time.process_time() - cpu:6.2f} s CPU {time.perf_counter() - wall:6.2f} s wall", flush=True)


def main() -> None:
    """Measure both storages."""
    for whose in ("own", "ours"):
        with tempfile.TemporaryDirectory() as folder:
            office = Path(folder) / "office"
            shutil.copytree(ROOT / "sample_office", office, ignore=shutil.ignore_patterns("data", "inbox"))
            print(f"{whose:6}", flush=True)
            used_by([sys.executable, __file__, whose, str(office)], shown=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(Path(sys.argv[2]), sys.argv[1] == "ours")
    else:
        main()
