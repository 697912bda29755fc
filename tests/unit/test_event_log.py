"""The event log with its index kept open writes what Dagster's own storage reads, and reads what that one wrote.

Here: one small job on an instance made by `dagster_home`. Not here: the job of an office (tests/pipeline).
Invariant: both storages see the same materialisations, checks and runs.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.defs.event_log import OpenEventLog
from pipelines.office.settings import load_office
from pipelines.paths import REPOSITORY
from pipelines.runner import dagster_home


@dg.multi_asset(
    specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])],
    check_specs=[dg.AssetCheckSpec("holds", asset="second")],
)
def both(context):
    yield dg.MaterializeResult(asset_key="first", metadata={"rows": 3})
    yield dg.MaterializeResult(asset_key="second", check_results=[dg.AssetCheckResult(check_name="holds", passed=True)])


def job() -> dg.JobDefinition:
    return dg.Definitions(assets=[both], jobs=[dg.define_asset_job("job")]).resolve_job_def("job")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "một đơn vị"
    folder.mkdir()
    for name in ("office.yaml", "reference", "profiles"):
        (folder / name).symlink_to(REPOSITORY / "sample_office" / name)
    return dagster_home(load_office(folder))


def seen(storage: SqliteEventLogStorage) -> dict[str, list[str]]:
    """Asset → the runs that made it."""
    keys = [dg.AssetKey("first"), dg.AssetKey("second")]
    return {
        key.to_user_string(): [
            record.run_id
            for record in storage.get_event_records(
                dg.EventRecordsFilter(dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=key)
            )
        ]
        for key in keys
    }


def test_runs_of_both_storages_are_in_one_history(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, OpenEventLog)
        new = job().execute_in_process(instance=instance).run_id
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert seen(instance.event_log_storage) == {"first": [new], "second": [new]}
        old = job().execute_in_process(instance=instance).run_id
    storage = OpenEventLog(str(home / "history" / "runs"))
    assert seen(storage) == {"first": [old, new], "second": [old, new]}
    check = dg.AssetCheckKey(dg.AssetKey("second"), "holds")
    assert [item.run_id for item in storage.get_asset_check_execution_history(check, limit=5)] == [old, new]
    storage.dispose()


def test_the_file_of_a_run_says_that_there_is_something_new_while_the_run_lasts(home: Path) -> None:
    """The UI watches that file (Dagster's watchdog); the log beside it alone would not be seen."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = job().execute_in_process(instance=instance).run_id
        path = home / "history" / "runs" / f"{run_id}.db"
        before = path.read_bytes()
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.report_engine_event("một việc nữa", dagster_run=run)
        assert path.read_bytes() != before


def test_closing_the_log_closes_its_files(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = job().execute_in_process(instance=instance).run_id
        logs = [home / "history" / "runs" / f"{name}.db-wal" for name in ("index", run_id)]
        assert all(log.exists() for log in logs), "they stay open while the instance lives"
    assert not any(log.exists() for log in logs)
