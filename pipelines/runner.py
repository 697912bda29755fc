"""Starting the Dagster job from a command: the same job the UI and the schedule start.

Here: launching the job in this process, what came of it. Not here: any step of it.
Invariant: a command does nothing the job does not do; one run at a time per office.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.ingest.memory import collect_less
from pipelines.office.errors import OfficeError, used_up
from pipelines.office.files import write_atomically
from pipelines.office.interruption import INTERRUPTIONS
from pipelines.office.settings import Office, load_office
from pipelines.paths import REPOSITORY
from pipelines.periods.period import find_period
from pipelines.warehouse.build import only_run
from pipelines.warehouse.engines import need_engine
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.flag_totals import flag_totals
from pipelines.warehouse.question import Ask

if TYPE_CHECKING:
    import dagster as dg

    from pipelines.defs.health import Health
    from pipelines.notices.message import Failure


@dataclass(frozen=True)
class RunResult:
    """What a run came to: the folder of the report, whether it was built now, and its summary."""

    report_dir: Path
    built: bool
    summary: dict[str, object]


def run_report(
    office_path: Path | str,
    period_id: str,
    as_of: str | None = None,
    received_by: str | None = None,
    switches: dict[str, str] | None = None,
    engine: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Run the job for a period: receive what is new, build the report unless this very report is there already.

    Raises:
        OfficeError: something the officer can mend (unknown period, a wrong setting, another run under way).
        KeyboardInterrupt: a step was stopped.
    """
    office = load_office(office_path)
    Ask.parse(period_id, as_of, received_by, switches)  # what is written wrong starts no run
    find_period(office.reference["periods"], period_id)
    need_engine(office, engine)
    asked = {"as_of": as_of, "received_by": received_by, "switches": switches, "engine": engine}
    with only_run(office):  # a person gets the message at once when another run is under way
        return _run_job(office, period_id, {name: value for name, value in asked.items() if value}, say)


def _run_job(office: Office, period_id: str, asked: dict[str, object], say: Callable[[str], None]) -> RunResult:
    import dagster as dg

    from pipelines.definitions import build_defs
    from pipelines.defs.automation import JOB_NAME
    from pipelines.defs.own_files import set_aside_damaged

    home = office.data / "dagster_home"
    for name in set_aside_damaged(home):
        say(f"Sổ lượt chạy của Dagster bị hỏng, đã gạt sang dagster_home/{name}; số liệu không nằm trong đó.")
    job = build_defs(_with_period(office, period_id), say).resolve_job_def(JOB_NAME)
    collect_less()
    with dg.DagsterInstance.from_config(str(dagster_home(office))) as instance:
        result = job.execute_in_process(
            run_config={
                "resources": {"ask": {"config": asked}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the officer reads our sentences
            },
            partition_key=period_id,
            instance=instance,
            raise_on_error=False,
        )
    if not result.success:
        if any(_was_stopped(event.step_failure_data.error) for event in result.all_events if event.is_step_failure):
            raise KeyboardInterrupt
        raise OfficeError(_failure(result))
    return _reported(result)


def _with_period(office: Office, period_id: str) -> Office:
    """Return the office with the period as a row of its table, so that it is a partition; nothing is written."""
    periods = office.reference["periods"]
    if period_id in set(periods["period_id"]):
        return office
    row = pd.DataFrame([asdict(find_period(periods, period_id))])
    row[["start_on", "end_on"]] = row[["start_on", "end_on"]].apply(pd.to_datetime)
    return replace(office, reference={**office.reference, "periods": pd.concat([periods, row], ignore_index=True)})


def _reported(result: dg.ExecuteInProcessResult) -> RunResult:
    """Return the report the run made or found, as its materialisation says."""
    from pipelines.defs.landing import REPORT

    (made,) = [
        event.materialization
        for event in result.all_events
        if event.is_step_materialization and event.asset_key == REPORT
    ]
    report = Path(str(made.metadata["thu_muc"].value))
    return RunResult(report, bool(made.metadata["moi_lap"].value), {**read_summary(report), **flag_totals(report)})


def _was_stopped(error: Any) -> bool:
    """Tell whether a step failed because it was stopped: so says the job, the database, or dbt that waited for it."""
    if error is None:
        return False
    return (error.cls_name or "") in INTERRUPTIONS or any(map(_was_stopped, (error.cause, error.context)))


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Return why a run failed: the officer's own sentence where a step raised one, else each step and its reason."""
    lines = ["Lượt chạy không hoàn thành. Bước hỏng:"]
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        error = event.step_failure_data.error
        while error and error.cause and error.cls_name != OfficeError.__name__:
            error = error.cause
        message = error.message.strip() if error else "?"
        if error and error.cls_name == OfficeError.__name__:
            return message.partition(": ")[2]
        lines.append(f"  - {event.step_key}: {used_up(message) or message}")
    return "\n".join(lines)


def failures(office: Office) -> list[Failure]:
    """Return the runs and ticks of schedules that failed lately, as the office's Dagster instance knows them."""
    import dagster as dg

    from pipelines.defs.telling import failures_of

    with dg.DagsterInstance.from_config(str(dagster_home(office))) as instance:
        return list(failures_of(instance, office))


def health(office: Office) -> Health:
    """Return how the office's Dagster instance is: daemon, schedules turned off, last runs."""
    import dagster as dg

    from pipelines.defs.health import health_of

    with dg.DagsterInstance.from_config(str(dagster_home(office))) as instance:
        return health_of(instance, office)


def dagster_home(office: Office) -> Path:
    """Return the folder of the office's Dagster instance, with its settings; what is damaged of it is set aside."""
    from pipelines.defs.own_files import set_aside_damaged

    home = office.data / "dagster_home"
    home.mkdir(parents=True, exist_ok=True)
    set_aside_damaged(home)
    settings = (REPOSITORY / "dagster.yaml").read_text(encoding="utf-8")
    # A path as YAML has it in quotes, whatever letters it has.
    placed = re.sub(
        r"DAGSTER_HOME(/\S+)$", lambda place: json.dumps(f"{home.resolve()}{place[1]}"), settings, flags=re.M
    )
    write_atomically(home / "dagster.yaml", placed.encode())
    return home
