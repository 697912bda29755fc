"""From a proved warehouse to a finished report in its folder.

Here: the order of the last steps: model, documents, manifest, move. Not here: layout (render), words (templates).
Invariant: the report's folder appears whole by one rename; a report that is there already is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.figures.report_model import OfficeInfo, build_report_model
from pipelines.office.settings import Office
from pipelines.package.assemble import assemble, move_into_place
from pipelines.warehouse.answer import Plan
from pipelines.warehouse.build import build_folder, warehouse_file
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.question import versions


@dataclass(frozen=True)
class Finished:
    """A report in its place: its summary, and whether this run made it."""

    summary: dict[str, object]
    built: bool


def office_info(office: Office) -> OfficeInfo:
    """Return what documents print of the office."""
    section = office.settings.office
    return OfficeInfo(
        name=section.name,
        short_name=section.short_name,
        parent_name=section.parent_name,
        place=section.place,
        receiving_agency=section.receiving_agency,
        report_symbol=section.report_symbol,
        recipients=tuple(section.recipients),
        signature=tuple(section.signature),
        percent_decimals=office.settings.number.percent_decimals,
    )


def finish_report(office: Office, planned: Plan, layouts: dict[str, dict]) -> Finished:
    """Render, write the manifest and move the build folder into the report's place."""
    if planned.is_built:
        return Finished(read_summary(planned.report), built=False)
    folder = build_folder(office)
    with duckdb.connect(warehouse_file(office), read_only=True) as connection:
        model = build_report_model(connection, layouts, office_info(office))
    assemble(folder, model, layouts, key=planned.key, versions=versions())
    move_into_place(folder, planned.report)
    return Finished(read_summary(planned.report), built=True)
