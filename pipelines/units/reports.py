"""Every unit's own report, from the same finished warehouse as the office's.

Here: which units, one folder of documents a unit, the move into place. Not here: figures, words, layout.
Invariant: nothing is counted again and no finished report is written to: a unit's folder
bao-cao-don-vi/<period>/<as-of>/<key>/<unit>/ appears whole by one rename and is left as it is when it is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.figures.layout import load_layouts
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.settings import Office
from pipelines.package.assemble import assemble, move_into_place, paper_of
from pipelines.package.model import read_model, reporting_units
from pipelines.warehouse.build import only_run
from pipelines.warehouse.finished import read_manifest

_AT_WORK = ".dang-lap"


@dataclass(frozen=True)
class UnitReport:
    """One unit's report in its place, and whether it was made now."""

    unit_id: str
    unit_name: str
    folder: Path
    built: bool


def units_folder(office: Office, report: Path) -> Path:
    """Return where the units' reports of a finished report lie."""
    return office.data / "bao-cao-don-vi" / report.relative_to(office.data / "reports")


def make_units(
    office: Office, report: Path, chosen: list[str] | None = None, say: Callable[[str], None] = lambda _: None
) -> list[UnitReport]:
    """Make the own report of every ward, desk and department, or of the chosen ones; return them in official order.

    Args:
        office: the office.
        report: a finished report of it.
        chosen: unit ids; None for all.
        say: called before each report that is made.

    Raises:
        OfficeError: an unknown unit, or words or letterhead that cannot be used.
    """
    units = list(_chosen(reporting_units(report / "warehouse.duckdb"), chosen))
    with only_run(office):
        folder = units_folder(office, report)
        shutil.rmtree(folder / _AT_WORK, ignore_errors=True)  # what a killed run left
        return [_make(office, report, folder, unit, say) for unit in units]


def _chosen(units: list[dict[str, Any]], chosen: list[str] | None) -> Iterator[dict[str, Any]]:
    known = {unit["unit_id"]: unit for unit in units}
    for unit_id in chosen or ():
        if unit_id not in known:
            raise OfficeError(f"Không có đơn vị «{unit_id}» lập báo cáo riêng trong kỳ này{nearest(unit_id, known)}")
    yield from (unit for unit in units if chosen is None or unit["unit_id"] in chosen)


def _make(office: Office, report: Path, folder: Path, unit: dict[str, Any], say: Callable[[str], None]) -> UnitReport:
    target = folder / unit["unit_id"]
    if (target / "manifest.json").is_file():
        return UnitReport(unit["unit_id"], unit["name_vi"], target, built=False)
    say(f"Lập báo cáo của {unit['name_vi']}…")
    manifest, layouts = read_manifest(report), load_layouts(report / "forms.json")
    warehouse = report / "warehouse.duckdb"
    model = read_model(office, warehouse, layouts, unit)
    work = folder / _AT_WORK
    work.mkdir(parents=True)
    paper = paper_of(office, model.question.period_id, unit["unit_id"])
    assemble(work, model, layouts, manifest["key"], manifest["versions"], paper, warehouse)
    move_into_place(work, target)
    return UnitReport(unit["unit_id"], unit["name_vi"], target, built=True)
