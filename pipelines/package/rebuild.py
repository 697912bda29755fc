"""The same report once more, from what an issue kept: run as a program by the software the issue kept.

Here: question, models, evidence, documents, one after the other in an office made of kept files. Not here: making that
office, comparing (reproduce). Invariant: the steps are those of the Dagster assets; nothing outside the given folders
is written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pipelines.audit.evidence import write_evidence
from pipelines.figures.version import issue_of
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package.finish import finish_report, layouts_to_print
from pipelines.package.issue import write_issued
from pipelines.warehouse.answer import begin, noted_plan
from pipelines.warehouse.build import build_folder, dbt_target, warehouse_file
from pipelines.warehouse.dbt import DbtFailed, build
from pipelines.warehouse.question import Ask

_RUN_ID = "rebuild"


def rebuild(office_folder: Path, record: dict[str, Any], target: Path) -> None:
    """Build the report a record reports and write the version's files into `target`."""
    office = load_office(office_folder)
    begin(office, Ask.parse(**record["ask"]), _RUN_ID)
    warehouse = warehouse_file(office, _RUN_ID)
    build(dbt_target(office), warehouse)
    planned = noted_plan(office, _RUN_ID, record["ask"]["period_id"])
    layouts = layouts_to_print(office, planned.question)
    write_evidence(warehouse, layouts, build_folder(office, _RUN_ID) / "evidence")
    finish_report(office, planned, layouts, _RUN_ID)
    write_issued(planned.report, target, office, issue_of(record["printed"]))


if __name__ == "__main__":
    office_path, record_path, target_path = map(Path, sys.argv[1:])
    try:
        rebuild(office_path, json.loads(record_path.read_text(encoding="utf-8")), target_path)
    except (OfficeError, DbtFailed) as error:
        sys.exit(str(error))
