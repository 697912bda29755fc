"""What the Dagster page can start, started through its own API: parts of the job, re-executions, a backfill.

Here: GraphQL calls against the real job of a tiny office, with a real instance. Not here: figures (test_issue).
Invariant: each of them works, or fails with a sentence that says what to do; no period is given another's figures.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget, instance_for_test
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.backfill import execute_backfill_iteration
from dagster_graphql.test.utils import execute_dagster_graphql
from issued_office import WARD_1_LATER, WARD_2, new_office
from office_folder import send

from pipelines.audit.evidence import Untraceable
from pipelines.definitions import build_defs
from pipelines.defs import reports
from pipelines.defs.automation import JOB_NAME
from pipelines.office.settings import load_office
from pipelines.warehouse.finished import read_manifest
from pipelines.warehouse.streams import streams

PERIODS = (
    "period_id,period_kind,label,start_on,end_on\n"
    "2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
    "2021-Q3,quarter,Quý III năm 2021,2021-06-15,2021-09-14\n2021-Q4,quarter,Quý IV năm 2021,2021-09-15,2021-12-14\n"
)
ASK = ["landed_files", "question", "case_exports"]
LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
REEXECUTE = """mutation ($params: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
BACKFILL = """mutation ($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
RUN = """query ($runId: ID!) { runOrError(runId: $runId) { ... on Run {
    status
    tags { key value }
    eventConnection { events { __typename
        ... on ExecutionStepFailureEvent { stepKey error { message causes { message } } } } } } } }"""
ASSETS = """query { assetNodes { assetKey { path } groupName owners { ... on TeamAssetOwner { team } } } }"""


@dataclass(frozen=True)
class Page:
    """The page's API over one office."""

    office: Path
    instance: dg.DagsterInstance
    workspace: WorkspaceProcessContext

    def call(self, query: str, **variables: Any) -> dict[str, Any]:
        result = execute_dagster_graphql(self.workspace.create_request_context(), query, variables)
        assert not result.errors, result.errors
        return dict(result.data)

    def selector(self, names: list[str]) -> dict[str, object]:
        location = next(iter(self.workspace.create_request_context().code_locations))
        (repository,) = location.get_repositories()
        selector = {"repositoryLocationName": location.name, "repositoryName": repository, "jobName": JOB_NAME}
        return {**selector, **({"assetSelection": paths(names)} if names else {})}

    def launch(self, period: str, *names: str) -> str:
        """Launch the job for a period, all of it or some of its assets; give the run's id."""
        params = {
            "selector": self.selector(list(names)),
            "runConfigData": {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": period}]},
        }
        return self.call(LAUNCH, params=params)["launchRun"]["run"]["runId"]

    def from_failure(self, run_id: str) -> str:
        params = {"parentRunId": run_id, "strategy": "FROM_FAILURE"}
        return self.call(REEXECUTE, params=params)["launchRunReexecution"]["run"]["runId"]

    def status(self, run_id: str) -> str:
        return self.call(RUN, runId=run_id)["runOrError"]["status"]

    def why(self, run_id: str) -> str:
        """What the page shows of the steps that failed."""
        events = self.call(RUN, runId=run_id)["runOrError"]["eventConnection"]["events"]
        failed = [event["error"] for event in events if event["__typename"] == "ExecutionStepFailureEvent"]
        return " ".join(text["message"] for error in failed for text in (error, *error["causes"]))

    def reports(self, period: str) -> list[Path]:
        return list((self.office / "data" / "reports" / period).glob("*/*/manifest.json"))

    def event_rows(self, run_id: str) -> int:
        """Rows of a run in the SQLite event log, dbt's own log lines not among them (there are none)."""
        file = Path(self.instance.root_directory) / "history" / "runs" / f"{run_id}.db"
        with sqlite3.connect(file) as connection:
            return int(connection.execute("select count(*) from event_logs").fetchone()[0])

    def materialised(self, run_id: str) -> list[dg.AssetMaterialization]:
        entries = self.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        found = [entry.dagster_event.step_materialization_data.materialization for entry in entries]
        return [item for item in found if item]


def paths(names: list[str]) -> list[dict[str, list[str]]]:
    return [{"path": name.split("/")} for name in names]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    root = tmp_path_factory.mktemp("ui")
    office = new_office(root / "office")
    (office / "reference" / "periods.csv").write_text(PERIODS, encoding="utf-8")
    send(office, "Sổ_2021_03_15.csv", WARD_1_LATER, "p01")
    send(office, "Sổ_2021_03_15.csv", WARD_2, "p02")
    in_this_process = {
        "run_launcher": {
            "module": "dagster._core.launcher.sync_in_memory_run_launcher",
            "class": "SyncInMemoryRunLauncher",
        },
        "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"},
    }
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(module_name="pipelines.definitions"), location_name="kstt"
    )
    home = root / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KSTT_OFFICE", str(office))
        with (
            instance_for_test(temp_dir=str(home), overrides=in_this_process) as instance,
            WorkspaceProcessContext(instance, InProcessTestWorkspaceLoadTarget(origin)) as workspace,
        ):
            assert [error.to_string() for error in workspace.create_request_context().code_location_errors()] == []
            yield Page(office, instance, workspace)


@pytest.fixture(scope="module")
def asked(page: Page) -> str:
    """A run that asked the second quarter and went no further."""
    run_id = page.launch("2021-Q2", *ASK, *(f"landed/{name}" for name in streams()))
    assert page.status(run_id) == "SUCCESS", page.why(run_id)
    return run_id


def test_the_page_shows_every_asset_with_its_owner(page: Page) -> None:
    nodes = page.call(ASSETS)["assetNodes"]
    assert len(nodes) > 150
    assert {owner["team"] for node in nodes for owner in node["owners"]} == {"tp"}


def test_the_later_assets_of_another_quarter_do_not_take_up_what_was_asked(page: Page, asked: str) -> None:
    run_id = page.launch("2021-Q3", "form_ii_06a", "evidence_book", "quarterly_reports")
    assert page.status(run_id) == "FAILURE"
    assert "không có câu hỏi nào của kỳ 2021-Q3 đang làm dở" in page.why(run_id)
    assert "Hãy chạy lại từ «question»" in page.why(run_id)
    assert page.reports("2021-Q3") == page.reports("2021-Q2") == []


def test_a_form_alone_says_that_the_question_belongs_to_the_same_run(page: Page, asked: str) -> None:
    run_id = page.launch("2021-Q2", "form_ii_06a")
    assert page.status(run_id) == "FAILURE"
    assert "chỉ làm tiếp sau bước «question» của cùng một lượt" in page.why(run_id)


def test_a_backfill_asks_each_quarter_in_a_run_of_its_own(page: Page) -> None:
    quarters = ["2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4"]
    names = ["question", *(f"landed/{name}" for name in streams())]
    params = {"partitionNames": quarters, "assetSelection": paths(names)}
    started = page.call(BACKFILL, params=params)["launchPartitionBackfill"]
    assert started["__typename"] == "LaunchBackfillSuccess", started
    for _ in range(6):
        list(execute_backfill_iteration(page.workspace, logging.getLogger("backfill")))
    runs = page.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": started["backfillId"]}))
    assert {run.tags["dagster/partition"]: run.status.value for run in runs} == dict.fromkeys(quarters, "SUCCESS")


def test_a_failed_report_is_taken_up_where_it_failed_and_a_second_run_builds_nothing(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untraceable(*_: object) -> None:
        raise Untraceable("II.06a: một ô không đối chiếu được")

    with monkeypatch.context() as broken:
        broken.setattr(reports, "write_evidence", untraceable)
        failed = page.launch("2021-Q1")
    assert page.status(failed) == "FAILURE"
    assert "một ô không đối chiếu được" in page.why(failed)
    assert page.reports("2021-Q1") == []
    assert [path.name for path in (page.office / "data" / "build").iterdir()] == [failed]

    again = page.from_failure(failed)
    assert page.status(again) == "SUCCESS", page.why(again)
    (manifest,) = page.reports("2021-Q1")
    assert read_manifest(manifest.parent)["question"]["period_id"] == "2021-Q1"
    assert list((page.office / "data" / "build").iterdir()) == []
    assert page.event_rows(failed) + page.event_rows(again) <= 900 + 100  # what a whole run writes, and two frames

    # What a whole build has found of the columns is in the definitions, not with every run.
    specs = {spec.key: spec for spec in build_defs(load_office(page.office)).resolve_all_asset_specs()}
    form = specs[dg.AssetKey("form_ii_06a")].metadata
    from_columns = form["dagster/column_lineage"].deps_by_column["received_online"]
    assert {(dep.asset_key.to_user_string(), dep.column_name) for dep in from_columns} == {
        ("fct_dossier_period", "received_online"), ("fct_declared_period", "received_online"),
    }  # fmt: skip
    (column,) = [item for item in form["dagster/column_schema"].columns if item.name == "received_online"]
    assert column.type == "BIGINT"
    assert column.description

    third = page.launch("2021-Q1")
    assert page.status(third) == "SUCCESS"
    (said,) = page.materialised(third)
    assert said.asset_key == dg.AssetKey("quarterly_reports")
    assert said.metadata["moi_lap"].value is False
    assert "báo cáo này đã lập" in str(said.description)

    late = page.launch("2021-Q1", "quarterly_reports")
    assert page.status(late) == "FAILURE"
    assert "không có câu hỏi nào của kỳ 2021-Q1 đang làm dở" in page.why(late)


def test_what_a_dead_run_left_is_deleted_by_the_next_question(page: Page, asked: str) -> None:
    dead = page.office / "data" / "build" / "a-run-that-was-killed"
    dead.mkdir(parents=True, exist_ok=True)
    (dead / "warehouse.duckdb").write_bytes(b"half")
    run_id = page.launch("2021-Q2", "question", *(f"landed/{name}" for name in streams()))
    assert page.status(run_id) == "SUCCESS", page.why(run_id)
    assert [path.name for path in (page.office / "data" / "build").iterdir()] == [run_id]
