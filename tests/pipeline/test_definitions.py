"""The whole graph as text: what appears or vanishes shows in a diff; schedules tick when they should.

Here: assets, checks, job, schedules of the sample office. Not here: running them.
Invariant: any change of the graph is seen in review.
"""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from sample_copy import REPOSITORY
from syrupy.assertion import SnapshotAssertion

from pipelines.office.settings import load_office
from pipelines.runner import load_definitions

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    os.environ["KSTT_DATA"] = str(tmp_path_factory.mktemp("definitions"))
    try:
        return load_definitions(load_office(REPOSITORY / "sample_office"))
    finally:
        del os.environ["KSTT_DATA"]


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
    lines += sorted(f"job {job.name}" for job in definitions.jobs or [])
    return lines


def test_the_graph_is_as_reviewed(definitions: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(graph_lines(definitions)) == snapshot


def test_no_asset_is_external_by_mistake(definitions: dg.Definitions) -> None:
    assert [line for line in graph_lines(definitions) if "[external]" in line] == []


def test_the_report_is_the_last_asset(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    report = dg.AssetKey("quarterly_reports")
    assert graph.get(report).child_keys == set()
    ancestors = graph.get_ancestor_asset_keys(report)
    assert set(graph.get_all_asset_keys()) - ancestors - {report} == set()


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
    ],
)
def test_the_next_five_ticks_are_at_seven_in_viet_nam(definitions: dg.Definitions, name: str, ticks: list[str]) -> None:
    schedule = next(item for item in definitions.schedules or [] if item.name == name)
    start = dt.datetime(2021, 1, 1, tzinfo=HANOI).timestamp()
    times = schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone)
    assert [f"{next(times).astimezone(HANOI):%Y-%m-%d %H:%M}" for _ in ticks] == ticks


@pytest.mark.parametrize(
    ("name", "moment", "partition"),
    [
        ("truoc_han_nop", dt.datetime(2021, 3, 10, 7, tzinfo=HANOI), "2021-Q1"),
        ("sau_chot_so_lieu", dt.datetime(2021, 3, 15, 7, tzinfo=HANOI), "2021-Q1"),
        ("sau_chot_so_lieu", dt.datetime(2021, 4, 1, 7, tzinfo=HANOI), "2021-Q1"),
        ("truoc_han_nop", dt.datetime(2021, 6, 10, 7, tzinfo=HANOI), "2021-Q2"),
    ],
)
def test_a_schedule_asks_the_right_quarter(
    definitions: dg.Definitions, name: str, moment: dt.datetime, partition: str
) -> None:
    schedule = next(item for item in definitions.schedules or [] if item.name == name)
    context = dg.build_schedule_context(
        scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
    )
    (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.partition_key == partition
