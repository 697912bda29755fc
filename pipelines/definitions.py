"""The code location of an office.

Here: assembly only. Not here: any asset. Invariant: nothing happens at import; an office is given, never looked up
(only `defs`, which Dagster's own commands load, reads KSTT_OFFICE, as the command line does).
"""

import os

import dagster as dg

from pipelines.defs.automation import automation_defs
from pipelines.defs.due import due_defs
from pipelines.defs.landing import landing_defs
from pipelines.defs.models import model_defs, project_manifest
from pipelines.defs.receiving import receiving_defs
from pipelines.defs.reports import report_defs
from pipelines.defs.resources import Say, resource_defs
from pipelines.defs.streams import stream_defs
from pipelines.defs.telling import telling_defs
from pipelines.defs.warehouse import warehouse_defs
from pipelines.office.settings import Office, load_office
from pipelines.paths import REPOSITORY


def build_defs(office: Office, say: Say = lambda _: None) -> dg.Definitions:
    """Return the code location of an office, run in one process (three times faster for a small run).

    Args:
        office: whose assets; its periods are the partitions, its deadlines the schedules.
        say: called with each line of progress of a run in this process.

    Raises:
        OfficeError: office.yaml names a form there is none of.
    """
    manifest = project_manifest(office)
    return dg.Definitions.merge(
        landing_defs(office),
        receiving_defs(office),
        stream_defs(office),
        warehouse_defs(office),
        model_defs(office, manifest),
        report_defs(office, manifest),
        automation_defs(office),
        due_defs(office),
        telling_defs(office),
        resource_defs(office, say),
        dg.Definitions(executor=dg.in_process_executor),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the code location for `dagster` and `dg`: the office of KSTT_OFFICE, else the sample."""
    return build_defs(load_office(os.environ.get("KSTT_OFFICE") or REPOSITORY / "sample_office"))
