"""A report by the steps of the job's assets, one after the other, without Dagster and without dbt's command.

Here: the steps; an issue made again without a process of its own. Not here: what Dagster does with them (tests of
pipeline/ that call run_report).
Invariant: the report is the job's own, byte for byte (faults/test_killed_runs holds it), and every data test has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from compiled_project import build, check

from pipelines.audit import evidence
from pipelines.audit.evidence import write_evidence
from pipelines.ingest.landing import keep_settings, receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package import assemble, rebuild, reproduce
from pipelines.package.finish import finish_report, layouts_to_print
from pipelines.runner import RunResult
from pipelines.warehouse.answer import begin, noted_plan, plan
from pipelines.warehouse.build import build_folder, dbt_target, warehouse_file
from pipelines.warehouse.dbt import DbtFailed, ensure_manifest
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.question import Ask


def report_by_steps(
    root: Path,
    period: str,
    as_of: str | None = None,
    switches: dict[str, str] | None = None,
    received_by: str | None = None,
) -> RunResult:
    """Receive what is in the inbox and build the report of a period, unless this very report is there."""
    office = load_office(root)
    receive_inbox(office)
    keep_settings(office)
    ask = Ask.parse(period, as_of, received_by, switches)
    answered = plan(office, ask)
    if answered.is_built:
        return RunResult(answered.report, False, read_summary(answered.report))
    warehouse = warehouse_file(office, "test")
    begin(office, ask, "test")
    build_models(dbt_target(office), warehouse)
    planned = noted_plan(office, "test", period)
    layouts = layouts_to_print(office, planned.question)
    write_evidence(warehouse, layouts, build_folder(office, "test") / "evidence")
    finished = finish_report(office, planned, layouts, "test")
    return RunResult(planned.report, finished.built, finished.summary)


@contextmanager
def pages_alone(tables: bool = False) -> Iterator[None]:
    """Make reports of which only the .html is read: Word files, PDF and workbooks are empty, and there is no book; of the
    evidence only its control is there, every cell is the sum of its rows, and its `tables` where they are asked for."""

    def nothing(model: object, blocks: object, path: Path, *_: object) -> None:
        path.touch()

    with pytest.MonkeyPatch.context() as patched:
        for writer in ("write_report", "write_pdf", "write_forms"):
            patched.setattr(assemble, writer, nothing)
        patched.setattr(assemble, "write_book", lambda *_: None)
        if not tables:
            patched.setattr(evidence, "write_table", lambda *_: None)
        yield


def build_models(target: Path, warehouse: Path) -> None:
    """Build and test the models of a warehouse, as `pipelines.warehouse.dbt.build` does."""
    ensure_manifest(target, warehouse)
    build(warehouse)
    check(warehouse)


def rebuild_here(patched: pytest.MonkeyPatch) -> None:
    """Let `reproduce` run the rebuild in this process: what it makes, without imports and dbt (20 s a version).

    That the real one, in a process of its own, comes to the same is shown by the tests that do not ask for this.
    """

    def run(_: Path, folder: Path, record: dict[str, Any]) -> str:
        try:
            rebuild.rebuild(folder / "office", record, folder / "again")
        except (OfficeError, DbtFailed) as error:
            return str(error)
        return ""

    patched.setattr(reproduce, "_run", run)
    patched.setattr(rebuild, "build", build_models)
