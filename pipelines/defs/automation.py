"""The job and the schedules: what runs without anyone before a deadline.

Here: one job over all assets, three schedules for each kind of period. Not here: issuing — no schedule ever issues.
Invariant: cron strings run in the office's time zone; before the cut-off a schedule asks the period in progress, after
it the period that has just closed; where periods.csv has neither, the tick fails and says why. A tick made up after the
machine was off asks only what nobody has asked since its hour: however many ticks were missed, the period runs once.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pandas as pd
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Deadlines, Office, load_office
from pipelines.periods.asked import KIND_LABELS, kinds, period_in_progress, period_just_closed
from pipelines.periods.period import Period

JOB_NAME = "lap_bao_cao_ky"
# A scheduled run waits this long for a run at hand: nobody is there to start it again.
_WAIT_SECONDS = 7200.0
# A run whose process died (machine off, out of memory) is started again; one that failed for a reason is not.
_RETRY = {"dagster/max_retries": "2", "dagster/retry_on_asset_or_op_failure": "false"}
_UNDER_WAY_OR_DONE = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.SUCCESS,
)
_SUFFIXES = {"quarter": "", "six_months": "_6_thang", "nine_months": "_9_thang", "year": "_nam"}


@dataclass(frozen=True)
class Moment:
    """One of the moments at which a period is asked: before its units' deadline, just after it, after its cut-off."""

    name: str
    description: str
    cron: Callable[[Deadlines], str]
    choose: Callable[[pd.DataFrame, str, dt.date], Period]


_MOMENTS = (
    Moment(
        "truoc_han_nop",
        "Tháng cuối kỳ, trước ngày 12: lập số liệu tạm của {kind} đang mở.",
        lambda deadlines: deadlines.reminder_cron,
        period_in_progress,
    ),
    Moment(
        "sau_han_nop",
        "Ngay sau hạn các đơn vị gửi: lập lại số liệu tạm của {kind} đang mở, đơn vị nào chưa gửi đủ hiện rõ.",
        lambda deadlines: deadlines.deadline_cron,
        period_in_progress,
    ),
    Moment(
        "sau_chot_so_lieu",
        "Ngày 15 của tháng cuối kỳ: lập số liệu chính thức của {kind} vừa khép.",
        lambda deadlines: deadlines.final_cron,
        period_just_closed,
    ),
)


def automation_defs(office: Office) -> dg.Definitions:
    """Return the job and the schedules of every kind of period the office declares."""
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        description="Nhận tệp, đọc, kiểm tra, đếm, đối chiếu và lập báo cáo của một kỳ.",
    )
    declared = kinds(office.reference["periods"])
    return dg.Definitions(
        jobs=[job], schedules=[_schedule(office, moment, kind) for kind in declared for moment in _MOMENTS]
    )


def _schedule(office: Office, moment: Moment, kind: str) -> dg.ScheduleDefinition:
    """Return one schedule, on unless someone turns it off."""
    partitions = set(office.reference["periods"]["period_id"])
    folder = office.root

    @dg.schedule(
        job_name=JOB_NAME,
        name=f"{moment.name}{_SUFFIXES[kind]}",
        cron_schedule=_cron(moment.cron(office.settings.deadlines), office.reference["periods"], kind),
        execution_timezone=office.settings.office.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=moment.description.format(kind=KIND_LABELS[kind]),
    )
    def ask_a_period(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Ask the period of this day; a day without one is a failed tick (OfficeError says why)."""
        today = context.scheduled_execution_time.date()
        period_id = moment.choose(load_office(folder).reference["periods"], kind, today).period_id
        if period_id not in partitions:
            raise OfficeError(
                f"Kỳ {period_id} mới thêm vào reference/periods.csv sau khi Dagster khởi động: hãy nạp lại (Reload)."
            )
        if _is_asked_since(context, period_id):
            return dg.SkipReason(f"Kỳ {period_id} đã có lượt chạy sau giờ này; không chạy hai lần.")
        return dg.RunRequest(
            run_key=f"{period_id}:{today.isoformat()}",
            partition_key=period_id,
            run_config={"resources": {"office": {"config": {"folder": str(folder), "wait_seconds": _WAIT_SECONDS}}}},
            tags=_RETRY,
        )

    return ask_a_period


def _is_asked_since(context: dg.ScheduleEvaluationContext, period_id: str) -> bool:
    """Return whether a run of the period was started after the hour of a tick, and waits, works or has succeeded."""
    if context.instance_ref is None:  # evaluated outside an instance: nothing is known of runs
        return False
    runs = dg.RunsFilter(
        job_name=JOB_NAME,
        statuses=list(_UNDER_WAY_OR_DONE),
        tags={"dagster/partition": period_id},
        created_after=context.scheduled_execution_time.astimezone(dt.UTC),  # it looks at the figures, not the zone
    )
    return context.instance.get_runs_count(runs) > 0


@dataclass(frozen=True)
class NextTick:
    """When a schedule asks next, and which period; `problem` says why it would fail."""

    schedule: str
    at: dt.datetime
    period_id: str
    problem: str = ""


def next_ticks(office: Office) -> list[NextTick]:
    """Return the next tick of every schedule of an office after now, the soonest first."""
    periods, now = office.reference["periods"], office.clock.now()
    found = []
    for kind in kinds(periods):
        for moment in _MOMENTS:
            cron = _cron(moment.cron(office.settings.deadlines), periods, kind)
            times = schedule_execution_time_iterator(now.timestamp(), cron, office.settings.office.timezone)
            at = next(time for time in times if time > now).astimezone(now.tzinfo)
            try:
                period_id, problem = moment.choose(periods, kind, at.date()).period_id, ""
            except OfficeError as error:
                period_id, problem = "", str(error)
            found.append(NextTick(f"{moment.name}{_SUFFIXES[kind]}", at, period_id, problem))
    return sorted(found, key=lambda tick: (tick.at, tick.schedule))


def _cron(quarterly: str, periods: pd.DataFrame, kind: str) -> str:
    """Return the quarter's cron string in the last months of another kind's periods only."""
    if kind == "quarter":
        return quarterly
    minute, hour, day, _, weekday = quarterly.split()
    months = sorted(set(periods[periods["period_kind"] == kind]["end_on"].dt.month))
    return f"{minute} {hour} {day} {','.join(map(str, months))} {weekday}"
