"""A report by the steps of the job's assets, one after the other, without Dagster and without dbt's command.

Here: the steps. Not here: what Dagster does with them (tests of pipeline/ that call run_report).
Invariant: the report is the job's own, byte for byte (pipeline/test_issue holds it), and every data test has passed.
"""

from __future__ import annotations

from pathlib import Path

from compiled_project import build, check

from pipelines.audit.evidence import write_evidence
from pipelines.ingest.landing import keep_settings, receive_inbox
from pipelines.office.settings import load_office
from pipelines.package.finish import finish_report, layouts_to_print
from pipelines.runner import RunResult
from pipelines.warehouse.answer import begin, noted_plan
from pipelines.warehouse.build import build_folder, dbt_target, warehouse_file
from pipelines.warehouse.dbt import ensure_manifest
from pipelines.warehouse.question import Ask


def report_by_steps(
    root: Path, period: str, as_of: str | None = None, switches: dict[str, str] | None = None
) -> RunResult:
    """Receive what is in the inbox and build the report of a period."""
    office = load_office(root)
    receive_inbox(office)
    keep_settings(office)
    warehouse = warehouse_file(office, "test")
    begin(office, Ask.parse(period, as_of, None, switches), "test")
    ensure_manifest(dbt_target(office), warehouse)
    build(warehouse)
    check(warehouse)
    planned = noted_plan(office, "test", period)
    layouts = layouts_to_print(office, planned.question)
    write_evidence(warehouse, layouts, build_folder(office, "test") / "evidence")
    finished = finish_report(office, planned, layouts, "test")
    return RunResult(planned.report, finished.built, finished.summary)
