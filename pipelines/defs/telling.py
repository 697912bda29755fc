"""The sensor that tells people, and what Dagster knows of failures.

Here: one thin sensor; failed runs and ticks as failures. Not here: what is told to whom (notices).
Invariant: on unless someone turns it off; it starts no run; a way that fails is tried again at the next tick.
"""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.scheduler.instigation import TickStatus
from dagster._utils.error import SerializableErrorInfo

from pipelines.defs.automation import JOB_NAME
from pipelines.notices.collect import NEWS, messages
from pipelines.notices.message import Failure
from pipelines.notices.register import tell
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office

_SECONDS = 600
_MOST = 50


def telling_defs(office: Office) -> dg.Definitions:
    """Return the sensor of an office, on unless someone turns it off."""
    folder = office.root

    @dg.sensor(
        name="bao_tin",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Mười phút một lần báo lượt chạy hỏng, đơn vị chưa gửi đủ, tệp bị từ chối, vướng mắc, danh mục.",
    )
    def tell_people(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Tell what has not been told; say what was sent and what could not be."""
        try:
            loaded = load_office(folder)
            told = tell(loaded, messages(loaded, list(failures_of(context.instance, loaded))))
        except OfficeError as error:  # a setting that is wrong now: the next tick may find it mended
            return dg.SkipReason(str(error))
        lines = [f"{item.message.audience}: {item.message.subject}" for item in told]
        lines += [
            f"{item.message.audience}: {way} không gửi được: {why}" for item in told for way, why in item.failed.items()
        ]
        return dg.SkipReason("\n".join(lines) or "Không có tin mới.")

    return dg.Definitions(sensors=[tell_people])


def failures_of(instance: dg.DagsterInstance, office: Office) -> Iterator[Failure]:
    """Yield the runs of the job and the ticks of schedules and sensors that failed lately, the newest first."""
    zone = office.clock.timezone
    since = office.clock.now() - NEWS
    failed = dg.RunsFilter(job_name=JOB_NAME, statuses=[dg.DagsterRunStatus.FAILURE])
    for record in instance.get_run_records(failed, limit=_MOST):
        ended = record.end_time or record.create_timestamp.timestamp()
        at, run = dt.datetime.fromtimestamp(ended, zone), record.dagster_run
        if at >= since:
            period = run.tags.get("dagster/partition", "?")
            yield Failure(run.run_id, f"Lượt chạy kỳ {period}", at, _why(instance, run.run_id))
    for state in instance.all_instigator_state():
        ticks = instance.get_ticks(
            state.instigator_origin_id, state.selector_id, limit=_MOST, statuses=[TickStatus.FAILURE]
        )
        for tick in ticks:
            at = _local(tick.timestamp, zone)
            if at >= since:
                message = _root(tick.error) if tick.error else "?"
                yield Failure(
                    f"{state.instigator_name}:{tick.timestamp:.0f}", f"Lịch {state.instigator_name}", at, message
                )


def _local(timestamp: float, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.fromtimestamp(timestamp, zone)


def _why(instance: dg.DagsterInstance, run_id: str) -> str:
    """Return why a run failed, step by step: our own sentence where a step raised one."""
    failed = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    lines = [
        _root(entry.dagster_event.step_failure_data.error)
        for entry in failed
        if entry.dagster_event is not None and entry.dagster_event.step_failure_data.error is not None
    ]
    if lines:
        return "\n".join(dict.fromkeys(lines))
    ended = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    said = [entry.dagster_event.message for entry in ended if entry.dagster_event is not None]
    return said[-1] if said and said[-1] else "Tiến trình của lượt chạy đã dừng (máy tắt, hết bộ nhớ, hoặc bị dừng)."


def _root(error: SerializableErrorInfo) -> str:
    """Return the sentence of the error an officer can mend, else of the first cause; never a stack trace."""
    while error.cause and error.cls_name != OfficeError.__name__:
        error = error.cause
    message = error.message.strip()
    return message.partition(": ")[2] if error.cls_name == OfficeError.__name__ else message.splitlines()[0]
