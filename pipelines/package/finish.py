"""From a proved warehouse to a finished report in its folder.

Here: which forms are printed, the order of the last steps: model, documents, manifest, move. Not here: layout
(render), words (templates).
Invariant: the report's folder appears whole by one rename; a report that is there already is left as it is, unless a
file of it was changed since: then it is made anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.figures.layout import Layouts
from pipelines.figures.levels import level_name
from pipelines.figures.manifest_layouts import printed_layouts
from pipelines.office.settings import Office
from pipelines.office.software import versions
from pipelines.package.assemble import assemble, move_into_place, paper_of, strip
from pipelines.package.model import read_model
from pipelines.package.views import write_views
from pipelines.warehouse.answer import Plan
from pipelines.warehouse.build import build_folder, dbt_target, warehouse_file
from pipelines.warehouse.dbt import read_manifest
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.issued import remove_sealed
from pipelines.warehouse.question import Question
from pipelines.warehouse.whole import write_list


@dataclass(frozen=True)
class Finished:
    """A report in its place: its summary, and whether this run made it."""

    summary: dict[str, object]
    built: bool


def layouts_to_print(office: Office, question: Question) -> Layouts:
    """Return the layouts of the forms a report on a question prints (forms_enabled, validity at the period's end).

    Raises:
        OfficeError: a form model's yml is incomplete, or office.yaml names a form that is not there.
    """
    manifest = read_manifest(dbt_target(office))
    day = question.period.end_on
    return printed_layouts(manifest, office.settings.forms_enabled, day, _levels_on(office, day))


def _levels_on(office: Office, day: dt.date) -> dict[str, str]:
    """Return the names of the levels of government on a day, by the kind of unit that decides."""
    sections = office.reference["sections"]
    return {
        str(row["applies_to"]): level_name(str(row["label"]))
        for row in sections[sections["scheme"] == "level"].to_dict("records")
        if (pd.isna(row["valid_from"]) or row["valid_from"].date() <= day)
        and (pd.isna(row["valid_to"]) or row["valid_to"].date() >= day)
    }


def printed_models(office: Office, manifest: Mapping[str, Any]) -> list[str]:
    """Return the form models that the reports of the office's periods print, by name.

    Raises:
        OfficeError: a form model's yml is incomplete, or office.yaml names a form that is not there.
    """
    days = {day.date() for day in office.reference["periods"]["end_on"]}
    layouts = [printed_layouts(dict(manifest), office.settings.forms_enabled, day) for day in days]
    return sorted({layout.model for printed in layouts for layout in printed.values()})


def finish_report(office: Office, planned: Plan, layouts: Layouts, run_id: str) -> Finished:
    """Render, write the manifest and move the run's build folder into the report's place."""
    if planned.is_built:
        return Finished(read_summary(planned.report), built=False)
    folder = build_folder(office, run_id)
    warehouse = warehouse_file(office, run_id)
    model = read_model(office, warehouse, layouts)
    paper = paper_of(office, planned.question.period.period_id)
    assemble(folder, model, layouts, planned.key, versions(), paper, warehouse)
    if planned.report.exists():  # damaged: a cache like any other
        remove_sealed(planned.report)
    strip(folder)
    write_list(folder, planned.report)
    move_into_place(folder, planned.report)
    # An office that was moved or restored gets its views again.
    write_views(office)
    return Finished(read_summary(planned.report), built=True)
