"""Command, UI and schedule never write the same build folder: one run lock, held while a run lasts.

Here: the office resource of the Dagster job against a command in another process. Not here: what a run builds.
Invariant: the build folder belongs to whoever holds the lock; a person gets the message at once, a scheduled run waits.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from office_folder import make_office

from pipelines.definitions import build_defs
from pipelines.defs.resources import OfficeResource
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.build import only_run

HOLD = """
import sys, time
from pipelines.office.settings import load_office
from pipelines.warehouse.build import only_run
with only_run(load_office(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""
TRY = """
import sys
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.warehouse.build import only_run
try:
    with only_run(load_office(sys.argv[1])):
        print("free")
except OfficeError as error:
    print(error)
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path))


@contextmanager
def held_elsewhere(office: Office, seconds: float) -> Iterator[None]:
    """Another process (a command) holds the lock for a while."""
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(office.root), str(seconds)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
    finally:
        other.kill()
        other.wait()


def tried_elsewhere(office: Office) -> str:
    done = subprocess.run([sys.executable, "-c", TRY, str(office.root)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def receive(office: Office, wait_seconds: float) -> dg.ExecuteInProcessResult:
    """Run the job of the UI, its first asset only."""
    job = build_defs(office).resolve_job_def("lap_bao_cao_ky")
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            run_config={
                "resources": {"office": {"config": {"folder": str(office.root), "wait_seconds": wait_seconds}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            asset_selection=[dg.AssetKey("landed_files")],
            partition_key="2021-Q1",
            instance=instance,
            raise_on_error=False,
        )


def test_a_run_of_the_ui_does_not_touch_the_office_while_a_command_runs(office: Office) -> None:
    (office.root / "inbox" / "2021-Q1" / "p01").mkdir(parents=True)
    (office.root / "inbox" / "2021-Q1" / "p01" / "a.csv").write_bytes(b"1")
    with held_elsewhere(office, 60):
        result = receive(office, wait_seconds=0.3)
    assert not result.success
    assert "Đang có một lượt chạy khác" in str([event.event_specific_data for event in result.all_events])
    assert not (office.data / "receipts").exists()


def test_a_run_of_the_ui_waits_for_a_command_that_ends(office: Office) -> None:
    with held_elsewhere(office, 1):
        assert receive(office, wait_seconds=60).success


def test_a_command_fails_at_once_while_a_run_of_the_ui_lasts(office: Office) -> None:
    resource = OfficeResource(folder=str(office.root))
    noted: list[str] = []

    @dg.asset(required_resource_keys={"office"})
    def at_work(context) -> None:  # Dagster reads no postponed annotation
        noted.append(tried_elsewhere(office))

    assert dg.materialize([at_work], resources={"office": resource}).success
    assert noted[0].startswith("Đang có một lượt chạy khác (tiến trình ")
    assert tried_elsewhere(office) == "free"


def test_the_thread_that_holds_the_lock_is_given_it_again(office: Office) -> None:
    with only_run(office):
        with only_run(office):
            assert tried_elsewhere(office) != "free"
        assert tried_elsewhere(office) != "free"
    assert tried_elsewhere(office) == "free"


def test_another_thread_of_the_process_is_not_given_the_lock(office: Office) -> None:
    with ThreadPoolExecutor(1) as other, only_run(office):
        refusal = other.submit(_take, office).exception()
    assert isinstance(refusal, OfficeError)


def _take(office: Office) -> None:
    with only_run(office):
        pass


def test_the_lock_is_free_after_an_error(office: Office) -> None:
    with pytest.raises(OfficeError), only_run(office):
        raise OfficeError("hỏng")
    assert tried_elsewhere(office) == "free"
