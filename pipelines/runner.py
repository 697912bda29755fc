"""Starting the Dagster job from a command: the same job the UI and the schedule start.

Here: planning, the quick answer "already built", running the job in this process. Not here: any step of it.
Invariant: a question whose answer is built is not built again; one run at a time per office.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.landing import receive
from pipelines.ingest.pull import pull_sources
from pipelines.ingest.reception_text import reception_lines
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.paths import REPOSITORY
from pipelines.warehouse.answer import Plan, plan
from pipelines.warehouse.build import only_run
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.flag_totals import flag_totals
from pipelines.warehouse.question import Ask
from pipelines.warehouse.typed import standing

if TYPE_CHECKING:
    import dagster as dg


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
    say: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Receive what is new, then build the report of a period, unless this very report is there already.

    Raises:
        OfficeError: something the officer can mend (unknown period, a wrong setting, another run under way).
    """
    office = load_office(office_path)
    ask = Ask.parse(period_id, as_of, received_by, switches)
    with only_run(office):
        for source in pull_sources(office):
            for sentence in source.sentences:
                say(sentence)
        for sentence in reception_lines(receive(office)):
            say(sentence)
        planned = plan(office, ask)
        if planned.is_built:
            return RunResult(planned.report, False, _summary(planned.report))
        _run_job(office, ask, planned, say)
    return RunResult(planned.report, True, _summary(planned.report))


def _summary(report: Path) -> dict[str, object]:
    """Return what a run says of its report: its headline, and how much is flagged."""
    return {**read_summary(report), **flag_totals(report)}


def _run_job(office: Office, ask: Ask, planned: Plan, say: Callable[[str], None]) -> None:
    standing(office, planned.deliveries, say)  # kept under its recipe: the job finds it done
    say("Đếm, đối chiếu và lập báo cáo…")
    job = load_definitions(office).get_repository_def().get_job("lap_bao_cao_ky")
    import dagster as dg

    config = {
        "as_of": ask.as_of and ask.as_of.isoformat(),
        # What arrives while the job runs is for the next question, not for this one.
        "received_by": planned.question.received_by.isoformat(),
        "switches": dict(ask.switches),
    }
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            run_config={
                "ops": {"question": {"config": {key: value for key, value in config.items() if value}}},
                "resources": {"office": {"config": {"folder": str(office.root)}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the officer reads our sentences
            },
            partition_key=ask.period_id,
            instance=instance,
            raise_on_error=False,
        )
    if not result.success:
        raise OfficeError(_failure(result))
    if not planned.is_built:
        raise OfficeError("Lượt chạy xong nhưng không có báo cáo; có tệp mới đến giữa chừng. Hãy chạy lại.")


def load_definitions(office: Office) -> dg.Definitions:
    """Return the code location of an office.

    Partitions and cron strings are the office's, so a process that turns to another office (tests do) loads the
    code location anew.
    """
    prepare_environment(office)
    loaded = sys.modules.get("pipelines.defs.resources")
    if loaded and loaded.loaded_office().root != office.root:
        for name in [name for name in sys.modules if name.startswith(("pipelines.defs", "pipelines.definitions"))]:
            del sys.modules[name]
    from pipelines.definitions import defs

    return defs()


def _failure(result: dg.ExecuteInProcessResult) -> str:
    failed = [event for event in result.all_events if event.is_step_failure]
    lines = ["Lượt chạy không hoàn thành. Bước hỏng:"]
    for event in failed:
        error = event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        lines.append(f"  - {event.step_key}: {error.message.strip() if error else '?'}")
    return "\n".join(lines)


def prepare_environment(office: Office) -> None:
    """Set what Dagster and dbt need: one instance per office, no telemetry, this office."""
    home = office.data / "dagster_home"
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        shutil.copy(REPOSITORY / "dagster.yaml", settings)
    os.environ.update(
        {
            "DAGSTER_HOME": str(home),
            "KSTT_OFFICE": str(office.root),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
    )
