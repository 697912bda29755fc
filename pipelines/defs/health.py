"""How the office's Dagster instance is: its daemon, what is turned off, its last runs.

Here: reading the instance. Not here: what an officer is told of it (setup/doctor).
Invariant: reads only; an instance nobody has started yet is no error.
"""

import datetime as dt
from dataclasses import dataclass, field

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus

from pipelines.defs.automation import JOB_NAME
from pipelines.office.settings import Office


@dataclass(frozen=True)
class LastRun:
    """One run of the job: its period, how it ended or stands, since when."""

    period_id: str
    status: str
    at: dt.datetime


@dataclass(frozen=True)
class Health:
    """The state of an instance: when each daemon was last alive, what is off, the newest runs first."""

    alive: dict[str, dt.datetime] = field(default_factory=dict)
    turned_off: frozenset[str] = frozenset()
    runs: tuple[LastRun, ...] = ()


def health_of(instance: dg.DagsterInstance, office: Office) -> Health:
    """Return the state of the office's instance."""
    zone = office.clock.timezone
    beats = instance.get_daemon_heartbeats()
    off = instance.all_instigator_state(instigator_statuses={InstigatorStatus.STOPPED})
    records = instance.get_run_records(dg.RunsFilter(job_name=JOB_NAME), limit=5)
    return Health(
        alive={name: dt.datetime.fromtimestamp(beat.timestamp, zone) for name, beat in beats.items()},
        turned_off=frozenset(state.instigator_name for state in off),
        runs=tuple(
            LastRun(
                record.dagster_run.tags.get("dagster/partition", "?"),
                record.dagster_run.status.value,
                record.create_timestamp.astimezone(zone),
            )
            for record in records
        ),
    )
