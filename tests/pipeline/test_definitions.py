"""The whole graph as text: what appears or vanishes shows in a diff; schedules tick when they should.

Here: assets, checks, job, schedules of the sample office. Not here: running them (test_ui_runs).
Invariant: any change of the graph is seen in review.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.errors import ScheduleExecutionError
from dagster._core.test_utils import instance_for_test
from dagster._utils.schedules import schedule_execution_time_iterator
from office_folder import make_office
from sample_copy import REPOSITORY, copy_small_office
from syrupy.assertion import SnapshotAssertion

from pipelines.definitions import build_defs
from pipelines.defs.automation import next_ticks
from pipelines.defs.models import project_manifest
from pipelines.office.settings import Office, load_office

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
REPORT = dg.AssetKey("quarterly_reports")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return load_office(copy_small_office(tmp_path_factory.mktemp("definitions") / "office", all_forms=True))


@pytest.fixture(scope="module")
def definitions(office: Office) -> dg.Definitions:
    return build_defs(office)


def graph_lines(definitions: dg.Definitions) -> list[str]:
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=str):
        node = graph.get(key)
        parents = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        kind = "external" if not node.is_materializable else node.group_name
        lines.append(f"{key.to_user_string()} [{kind}]{' by period' if node.is_partitioned else ''} <- {parents}")
    lines += sorted(f"check {check.asset_key.to_user_string()}: {check.name}" for check in graph.asset_check_keys)
    for schedule in definitions.schedules or []:
        lines.append(f"schedule {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone}")
    lines += sorted(f"sensor {sensor.name}" for sensor in definitions.sensors or [])
    lines += sorted(f"job {job.name}" for job in definitions.jobs or [])
    return lines


def streams_above(definitions: dg.Definitions, name: str) -> set[str]:
    graph = definitions.resolve_asset_graph()
    return {key.path[1] for key in graph.get_ancestor_asset_keys(dg.AssetKey(name)) if key.path[0] == "landed"}


def test_the_graph_is_as_reviewed(definitions: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(graph_lines(definitions)) == snapshot


def test_no_asset_is_external_by_mistake(definitions: dg.Definitions) -> None:
    assert [line for line in graph_lines(definitions) if "[external]" in line] == []


def test_the_report_is_last_and_reads_all_but_forms_on_demand(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert graph.get(REPORT).child_keys == set()
    beside = set(graph.get_all_asset_keys()) - graph.get_ancestor_asset_keys(REPORT) - {REPORT}
    # Forms printed on demand only (README), and the fates of rows, which a test of ours reads.
    on_demand = {"form_dossier_progress_2025", "form_export_07a_xls", "form_progress_766", "form_ii_01", "form_ii_03"}
    fates = {key for key in beside if key.path[0].endswith("_row_fate")}
    assert {key.to_user_string() for key in beside - fates} == on_demand


@pytest.mark.parametrize(
    ("form", "streams"),
    [  # README, the eleven areas
        ("form_ii_04", {"review_submissions"}),
        ("form_ii_05a", {"feedback_logs", "issued_feedback"}),
        ("form_ii_06a", {"case_exports", "declared_dossiers", "issued_facts"}),
        ("form_ii_08", {"case_exports", "declared_dossiers", "issued_facts"}),
        ("form_overdue_causes", {"case_exports", "issued_facts"}),
    ],
)
def test_lineage_says_which_streams_feed_a_form(definitions: dg.Definitions, form: str, streams: set[str]) -> None:
    assert streams_above(definitions, form) == streams


def test_every_form_says_its_streams_and_has_them_above_it(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    forms = [key for key in graph.get_all_asset_keys() if key.path[0].startswith("form_")]
    assert len(forms) > 20
    for key in forms:
        said = {name for name in str(graph.get(key).metadata.get("streams", "")).split(", ") if name}
        landed = {name for name in said if graph.has(dg.AssetKey(["landed", name]))}
        assert landed <= streams_above(definitions, key.path[0]), key


@pytest.mark.parametrize(("exposure", "asset"), [("report", "quarterly_reports"), ("evidence_book", "evidence_book")])
def test_dbt_exposes_each_document_with_the_models_its_asset_reads(
    definitions: dg.Definitions, office: Office, exposure: str, asset: str
) -> None:
    documents = {item["name"]: item for item in project_manifest(office)["exposures"].values()}
    assert set(documents) == {"report", "form_workbook", "evidence_book"}
    graph = definitions.resolve_asset_graph()
    read = {key.to_user_string() for key in graph.get(dg.AssetKey(asset)).parent_keys}
    models = {name.rpartition(".")[2] for name in documents[exposure]["depends_on"]["nodes"]}
    assert models == {name for name in read if name.startswith(("fct_", "form_", "rpt_"))}


def test_every_asset_has_an_owner_a_group_and_a_kind(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert [node.key.to_user_string() for node in nodes if not (node.owners and node.kinds)] == []
    assert {node.group_name for node in nodes} == {
        "tiep_nhan", "doc_va_kiem_tra", "kho_du_lieu", "bieu_mau", "bao_cao",
    }  # fmt: skip


def test_each_stream_has_three_checks_and_each_fact_and_form_one(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    by_asset: dict[str, set[str]] = {}
    for check in graph.asset_check_keys:
        by_asset.setdefault(check.asset_key.to_user_string(), set()).add(check.name)
    for key in graph.get_all_asset_keys():
        name = key.to_user_string()
        if graph.has(dg.AssetKey(["landed", name])):
            assert by_asset.pop(name) == {"files_readable", "rows_sent_back", "rows_flagged"}
        elif name.startswith(("fct_", "form_")):
            assert by_asset.pop(name) == {"identities_hold"}
    assert by_asset == {
        "landed_files": {"sources_reachable", "files_recognised"},
        "quarterly_reports": {"due_period_reported"},
    }


def test_importing_the_code_location_looks_for_no_office(tmp_path: Path) -> None:
    names = ["pipelines.definitions", *(f"pipelines.defs.{path.stem}" for path in defs_modules())]
    program = f"import importlib\nfor name in {names}: importlib.import_module(name)\nprint('imported')"
    environment = {**os.environ, "KSTT_OFFICE": str(tmp_path / "nowhere"), "KSTT_DATA": str(tmp_path / "data")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "imported\n"
    assert list(tmp_path.iterdir()) == []


def defs_modules() -> list[Path]:
    return [path for path in (REPOSITORY / "pipelines" / "defs").glob("*.py") if path.stem != "__init__"]


def test_two_offices_in_one_process_have_each_its_own_periods(definitions: dg.Definitions, tmp_path: Path) -> None:
    other = build_defs(load_office(make_office(tmp_path)))
    partitions = [
        location.resolve_asset_graph().get(REPORT).partitions_def.get_partition_keys()
        for location in (definitions, other)
    ]
    assert partitions[1] == ["2021-Q1"]
    assert "2021-H1" in partitions[0]


# ---- schedules


def schedule_of(definitions: dg.Definitions, name: str) -> dg.ScheduleDefinition:
    return next(item for item in definitions.schedules or [] if item.name == name)


def tick(definitions: dg.Definitions, name: str, moment: dt.datetime) -> list[str | None]:
    with dg.build_schedule_context(
        scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
    ) as context:
        requests = schedule_of(definitions, name).evaluate_tick(context).run_requests or []
    return [request.partition_key for request in requests]


def test_schedules_and_the_sensor_are_on(definitions: dg.Definitions) -> None:
    assert len(definitions.schedules or []) == 12
    assert {item.default_status for item in definitions.schedules or []} == {dg.DefaultScheduleStatus.RUNNING}
    assert {item.default_status for item in definitions.sensors or []} == {dg.DefaultSensorStatus.RUNNING}


@pytest.mark.parametrize(
    ("name", "ticks"),
    [
        (
            "truoc_han_nop",
            ["2021-03-10 07:00", "2021-06-10 07:00", "2021-09-10 07:00", "2021-12-10 07:00", "2022-03-10 07:00"],
        ),
        (
            "sau_chot_so_lieu",
            ["2021-03-15 07:00", "2021-06-15 07:00", "2021-09-15 07:00", "2021-12-15 07:00", "2022-03-15 07:00"],
        ),
        (
            "sau_han_nop",
            ["2021-03-12 07:00", "2021-06-12 07:00", "2021-09-12 07:00", "2021-12-12 07:00", "2022-03-12 07:00"],
        ),
        ("truoc_han_nop_6_thang", ["2021-06-10 07:00", "2022-06-10 07:00"]),
        ("sau_chot_so_lieu_9_thang", ["2021-09-15 07:00", "2022-09-15 07:00"]),
        ("sau_chot_so_lieu_nam", ["2021-12-15 07:00", "2022-12-15 07:00"]),
    ],
)
def test_the_next_ticks_are_at_seven_in_viet_nam(definitions: dg.Definitions, name: str, ticks: list[str]) -> None:
    schedule = schedule_of(definitions, name)
    start = dt.datetime(2021, 1, 1, tzinfo=HANOI).timestamp()
    times = schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone)
    assert [f"{next(times).astimezone(HANOI):%Y-%m-%d %H:%M}" for _ in ticks] == ticks


@pytest.mark.parametrize(
    ("name", "moment", "partition"),
    [
        ("truoc_han_nop", dt.datetime(2021, 3, 10, 7, tzinfo=HANOI), "2021-Q1"),
        ("sau_han_nop", dt.datetime(2021, 3, 12, 7, tzinfo=HANOI), "2021-Q1"),
        ("sau_han_nop_nam", dt.datetime(2021, 12, 12, 7, tzinfo=HANOI), "2021-Y"),
        ("sau_chot_so_lieu", dt.datetime(2021, 3, 15, 7, tzinfo=HANOI), "2021-Q1"),
        ("sau_chot_so_lieu", dt.datetime(2021, 4, 1, 7, tzinfo=HANOI), "2021-Q1"),
        ("truoc_han_nop", dt.datetime(2021, 6, 10, 7, tzinfo=HANOI), "2021-Q2"),
        ("truoc_han_nop_6_thang", dt.datetime(2021, 6, 10, 7, tzinfo=HANOI), "2021-H1"),
        ("sau_chot_so_lieu_6_thang", dt.datetime(2021, 6, 15, 7, tzinfo=HANOI), "2021-H1"),
        ("sau_chot_so_lieu_9_thang", dt.datetime(2021, 9, 15, 7, tzinfo=HANOI), "2021-9M"),
        ("sau_chot_so_lieu_nam", dt.datetime(2021, 12, 15, 7, tzinfo=HANOI), "2021-Y"),
    ],
)
def test_a_schedule_asks_the_right_period(
    definitions: dg.Definitions, name: str, moment: dt.datetime, partition: str
) -> None:
    assert tick(definitions, name, moment) == [partition]


@pytest.mark.parametrize(
    ("name", "moment", "why"),
    [
        ("sau_chot_so_lieu", dt.datetime(2026, 12, 15, 7, tzinfo=HANOI), "gần nhất là 2022-Q4, hết ngày 14/12/2022"),
        ("sau_chot_so_lieu_nam", dt.datetime(2023, 12, 15, 7, tzinfo=HANOI), "không có kỳ năm nào vừa khép"),
        ("truoc_han_nop", dt.datetime(2022, 12, 15, 7, tzinfo=HANOI), "không có kỳ quý nào chứa ngày 15/12/2022"),
    ],
)
def test_a_tick_beyond_the_declared_periods_fails_and_says_why(
    definitions: dg.Definitions, name: str, moment: dt.datetime, why: str
) -> None:
    with pytest.raises(ScheduleExecutionError) as raised:
        tick(definitions, name, moment)
    assert why in str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("status", "made", "asked"),
    [
        # 07:00 of the 15th in Viet Nam is midnight in UTC, in which Dagster keeps when a run was made.
        (dg.DagsterRunStatus.SUCCESS, "2021-03-15 00:00:05", []),
        (dg.DagsterRunStatus.STARTED, "2021-03-20 10:00:00", []),
        (dg.DagsterRunStatus.FAILURE, "2021-03-20 10:00:00", ["2021-Q1"]),
        (dg.DagsterRunStatus.SUCCESS, "2021-03-14 23:59:00", ["2021-Q1"]),
    ],
    ids=["done since", "at work since", "failed since", "done before"],
)
def test_a_tick_made_up_late_asks_only_what_nobody_has_asked_since_its_hour(
    definitions: dg.Definitions, status: dg.DagsterRunStatus, made: str, asked: list[str]
) -> None:
    moment = dt.datetime(2021, 3, 15, 7, tzinfo=HANOI)
    with instance_for_test() as instance:
        tags = {"dagster/partition": "2021-Q1"}
        instance.add_run(dg.DagsterRun("lap_bao_cao_ky", run_id="a" * 8, status=status, tags=tags))
        instance.add_run(dg.DagsterRun("lap_bao_cao_ky", run_id="b" * 8, tags={"dagster/partition": "2021-Q2"}))
        with sqlite3.connect(Path(instance.root_directory) / "history" / "runs.db") as database:
            database.execute("update runs set create_timestamp = ? where run_id = ?", (made, "a" * 8))
        with dg.build_schedule_context(
            instance=instance, scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
        ) as context:
            requests = schedule_of(definitions, "sau_chot_so_lieu").evaluate_tick(context).run_requests or []
    assert [request.partition_key for request in requests] == asked


def test_a_scheduled_run_waits_for_the_lock_and_is_started_again_only_when_its_process_died(
    definitions: dg.Definitions,
) -> None:
    moment = dt.datetime(2021, 3, 15, 7, tzinfo=HANOI)
    with dg.build_schedule_context(
        scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
    ) as context:
        (request,) = schedule_of(definitions, "sau_chot_so_lieu").evaluate_tick(context).run_requests or []
    assert request.run_config["resources"]["office"]["config"]["wait_seconds"] >= 3600
    assert dg.validate_run_config(definitions.resolve_job_def("lap_bao_cao_ky"), request.run_config)
    assert request.tags["dagster/max_retries"] == "2"
    assert request.tags["dagster/retry_on_asset_or_op_failure"] == "false"


def test_the_next_ticks_name_the_period_each_will_ask(office: Office) -> None:
    ticks = {tick.schedule: tick for tick in next_ticks(office)}  # the clock stands on 20/06/2021
    assert f"{ticks['truoc_han_nop'].at:%Y-%m-%d %H:%M}" == "2021-09-10 07:00"
    assert ticks["sau_chot_so_lieu_nam"].period_id == "2021-Y"
    assert ticks["truoc_han_nop_6_thang"].period_id == "2022-H1"


# ---- freshness: the period that is due has a report


def look(definitions: dg.Definitions, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    sensor = next(item for item in definitions.sensors or [] if item.name == "ky_den_han")
    with dg.build_sensor_context(cursor=cursor) as context:
        return sensor(context)


def test_a_due_period_without_a_report_fails_the_check_until_it_has_one(
    definitions: dg.Definitions, office: Office
) -> None:
    result = look(definitions)  # the sample lives on 20/06/2021: the second quarter and the half-year are due
    assert isinstance(result, dg.SensorResult)
    (evaluation,) = result.asset_events
    assert not evaluation.passed
    assert "| 2021-Q2 | 11/06/2021 | chưa có |" in evaluation.metadata["theo_ky"].value
    assert "| 2021-H1 | 11/06/2021 | chưa có |" in evaluation.metadata["theo_ky"].value
    assert isinstance(look(definitions, result.cursor), dg.SkipReason)
