"""The job and the schedules: what runs without anyone before a deadline.

Here: one job over all assets, two schedules. Not here: issuing — no schedule ever issues.
Invariant: cron strings run in the office's time zone; a reminder run asks the open quarter, a final run the closed one.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.resources import loaded_office, period_partitions
from pipelines.periods.period import last_closed_quarter, open_quarter

JOB_NAME = "lap_bao_cao_ky"

report_job = dg.define_asset_job(
    JOB_NAME,
    selection=dg.AssetSelection.all(),
    partitions_def=period_partitions(),
    description="Nhận tệp, đọc, kiểm tra, đếm, đối chiếu và lập báo cáo của một kỳ.",
)

_OFFICE = loaded_office()
_ZONE = _OFFICE.settings.office.timezone


def _request(period_id: str | None, day: str, why_none: str) -> Iterator[dg.RunRequest | dg.SkipReason]:
    if period_id is None:
        yield dg.SkipReason(why_none)
    else:
        yield dg.RunRequest(run_key=f"{period_id}:{day}", partition_key=period_id)


@dg.schedule(
    job=report_job,
    cron_schedule=_OFFICE.settings.deadlines.reminder_cron,
    execution_timezone=_ZONE,
    name="truoc_han_nop",
    description="Tháng cuối quý, trước ngày 12: lập số liệu tạm của quý đang mở.",
)
def before_deadline(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask the open quarter, so that the provisional figures are there before the 12th."""
    today = context.scheduled_execution_time.date()
    periods = loaded_office().reference["periods"]
    yield from _request(
        open_quarter(periods, today),
        today.isoformat(),
        f"Không có quý nào chứa ngày {today:%d/%m/%Y} trong periods.csv.",
    )


@dg.schedule(
    job=report_job,
    cron_schedule=_OFFICE.settings.deadlines.final_cron,
    execution_timezone=_ZONE,
    name="sau_chot_so_lieu",
    description="Ngày 15 của tháng cuối quý: lập số liệu chính thức của quý vừa khép.",
)
def after_cutoff(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask the quarter whose last day (the 14th) was yesterday."""
    today = context.scheduled_execution_time.date()
    periods = loaded_office().reference["periods"]
    yield from _request(
        last_closed_quarter(periods, today), today.isoformat(), "Chưa có quý nào khép lại trong periods.csv."
    )
