"""The job and the schedules: what runs without anyone before a deadline.

Here: one job over all assets, two schedules for each kind of period. Not here: issuing — no schedule ever issues.
Invariant: cron strings run in the office's time zone; a schedule before the deadline asks the period in progress, one
after the cut-off the period that has just closed; where periods.csv has neither, the tick fails and says why.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Deadlines, Office, load_office
from pipelines.periods.asked import KIND_LABELS, kinds, period_in_progress, period_just_closed
from pipelines.periods.period import Period

JOB_NAME = "lap_bao_cao_ky"
_SUFFIXES = {"quarter": "", "six_months": "_6_thang", "nine_months": "_9_thang", "year": "_nam"}


@dataclass(frozen=True)
class Moment:
    """One of the two moments at which a period is asked: before its deadline, after its cut-off."""

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
    def ask_a_period(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        """Ask the period of this day; a day without one is a failed tick (OfficeError says why)."""
        today = context.scheduled_execution_time.date()
        period_id = moment.choose(load_office(folder).reference["periods"], kind, today).period_id
        if period_id not in partitions:
            raise OfficeError(
                f"Kỳ {period_id} mới thêm vào reference/periods.csv sau khi Dagster khởi động: hãy nạp lại (Reload)."
            )
        return dg.RunRequest(run_key=f"{period_id}:{today.isoformat()}", partition_key=period_id)

    return ask_a_period


def _cron(quarterly: str, periods: pd.DataFrame, kind: str) -> str:
    """Return the quarter's cron string in the last months of another kind's periods only."""
    if kind == "quarter":
        return quarterly
    minute, hour, day, _, weekday = quarterly.split()
    months = sorted(set(periods[periods["period_kind"] == kind]["end_on"].dt.month))
    return f"{minute} {hour} {day} {','.join(map(str, months))} {weekday}"
