"""The one way into the product: receive what lies in the inbox, ask a question, read the figures of the answer.

Here: receiving, the project's models on what is landed without documents (`count`), a comparison of two answers. Not here: expected values. Invariant: figures are read from the form tables of a built warehouse,
by section, field or unit, never by position.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import compiled_project
import duckdb
from truth.world.days import QUARTERS
from truth.world.evidence import Question
from truth.world.sendings import Folder

from pipelines.figures.layout import FormLayout, entries_of

HANOI = dt.timezone(dt.timedelta(hours=7))
# form → its table, and how a row is keyed.
FORMS = {
    "II.06a": ("form_ii_06a", "level_section_code", "field_code"),
    "II.06b": ("form_ii_06b", "level_section_code", "field_code"),
    "II.06a-by-unit": ("form_ii_06a_by_unit", "unit_section_code", "row_unit_id"),
    "II.08": ("form_ii_08", "section_code", "field_code"),
    "II.05a": ("form_ii_05a", "section_code", "field_code"),
    "II.04": ("form_ii_04", "plan_section_code", "procedure_code"),
    "I": ("form_directives", "section_code", "reporting_unit_id"),
    "III": ("form_posting", "section_code", "reporting_unit_id"),
    "IX": ("form_inspections", "section_code", "reporting_unit_id"),
    "X": ("form_communications", "section_code", "reporting_unit_id"),
    "XI": ("form_submissions", "section_code", "reporting_unit_id"),
    "death-group": ("form_death_group", "section_code", "reporting_unit_id"),
}
Cell = tuple[str, str, str, str]
_RUN = "world"  # name of the build folder


@dataclass(frozen=True)
class Model:
    """One dbt model as dbt compiled it."""

    name: str
    sql: str
    needs: tuple[str, ...]


def receive(folder: Folder) -> None:
    """Receive what lies in the inbox, as `kstt receive` does."""
    from pipelines.ingest.landing import receive_inbox
    from pipelines.office.settings import load_office
    from pipelines.warehouse.build import only_run

    office = load_office(folder.root)
    with only_run(office):
        receive_inbox(office)


def count(folder: Folder, question: Question, models: list[Model]) -> Path:
    """Land the question and run the compiled models on it; return the warehouse, which the next question replaces."""
    from pipelines.office.settings import load_office
    from pipelines.warehouse.answer import begin
    from pipelines.warehouse.build import only_run, warehouse_file
    from pipelines.warehouse.question import Ask

    office = load_office(folder.root)
    with only_run(office):
        begin(office, Ask.parse(*_asked(question)), _RUN)
    build(warehouse_file(office, _RUN), models)
    return warehouse_file(office, _RUN)


def said(folder: Folder) -> set[tuple[str, str, int, str]]:
    """Return what the checks say of the rows received: unit, stream, row of the sheet, check; sent back or flagged."""
    import pyarrow.parquet as pq

    from pipelines.office.settings import load_office
    from pipelines.warehouse.register import register
    from pipelines.warehouse.typed import type_deliveries

    office = load_office(folder.root)
    found: set[tuple[str, str, int, str]] = set()
    for item in type_deliveries(office, register(office)):
        unit, stream = item.delivery.unit_id, str(item.delivery.stream)
        if item.verdict["status"] != "accepted":
            critical = [check for check in item.verdict["checks"] if check["severity"] == "critical"]
            why = [check["check_id"] for check in critical if check["unexpected"]] or [item.verdict["refused_reason"]]
            found |= {(unit, stream, 0, str(check)) for check in why}
            continue
        rejects = pq.read_table(item.folder / "rejects.parquet", columns=["source_row", "check_id"]).to_pylist()
        found |= {(unit, stream, row["source_row"], row["check_id"]) for row in rejects}
        for row in pq.read_table(item.folder / "rows.parquet", columns=["source_row", "flags"]).to_pylist():
            found |= {(unit, stream, row["source_row"], check) for check in (row["flags"] or "").split(";") if check}
    return found


def forms_alone(models: list[Model]) -> list[Model]:
    """Return the models that the forms read here are made of, in order: half of the project."""
    by_name = {model.name: model for model in models}
    needed: set[str] = set()
    waiting = [table for table, _, _ in FORMS.values()] + ["fct_dossier_period"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += by_name[name].needs
    return [model for model in models if model.name in needed]


def _asked(question: Question) -> tuple[str, str, str | None, dict[str, str]]:
    by = question.received_by and question.received_by.replace(tzinfo=HANOI).isoformat()
    switches = {"due_on_cutoff_day": "overdue"} if question.due_day_is_overdue else {}
    return question.period.period_id, question.as_of.isoformat(), by, switches


@dataclass(frozen=True)
class Compiled:
    """The dbt project as dbt compiled it: its models, each after those it reads, its tests of data, and its manifest."""

    models: list[Model]
    tests: list[Model]
    manifest: bytes


def compiled() -> Compiled:
    """Return the dbt project as the suite compiles it: once, kept until it changes."""
    project = compiled_project.compiled()
    models = [Model(node.name, node.sql, node.parents) for node in project.models.values()]
    return Compiled(models, [Model(node.name, node.sql, node.parents) for node in project.tests], project.manifest)


def project() -> str:
    """Return a short name of the state of models, package and locked versions that answers."""
    from pipelines.office.software import software_hash

    return software_hash()[:12]


def build(database: Path, models: list[Model]) -> None:
    """Make every model a table of schema `main`, in order."""
    with duckdb.connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 1")  # tables are small: more threads cost more than they save
        connection.execute("begin")
        for model in models:
            connection.execute(f'create or replace table main."{model.name}" as {model.sql}')
        connection.execute("commit")


def figures(database: Path, scopes: set[str], columns: dict[str, set[str]]) -> Counter[Cell]:
    """Return the figures that are not zero of some scopes and columns (by form), by form, scope, row and column.

    A percentage is reported in hundredths.
    """
    found: Counter[Cell] = Counter()
    with duckdb.connect(database, read_only=True) as connection:
        for form, (table, section, detail) in FORMS.items():
            names = sorted(columns[form])
            result = connection.execute(
                f"select scope_id, row_kind, {section}, {detail}, {', '.join(names)} from main.{table}"
            )
            for scope, kind, group, item, *values in result.fetchall():
                if scope not in scopes:
                    continue
                for name, value in zip(names, values, strict=True):
                    if value:
                        found[form, scope, _row(kind, group, item), name] += _whole(name, value)
    return found


def _whole(name: str, value: Decimal) -> int:
    return round(value * 100) if name.endswith("_percent") else int(value)


def _row(kind: str, group: str | None, item: str | None) -> str:
    if kind == "total":
        return "total"
    if kind == "section":
        return str(group)
    item = item or "?"
    return f"{group}/{item}" if group else item


def dossiers(database: Path, columns: set[str]) -> list[tuple[str, dt.datetime, tuple[str, ...]]]:
    """Return what the fact says of each dossier: code, moment of receipt, and section, field, unit row and columns."""
    names = sorted(columns)
    with duckdb.connect(database, read_only=True) as connection:
        result = connection.execute(
            "select dossier_code, received_at, level_section_code, field_code, unit_section_code, row_unit_id, "
            f"{', '.join(names)} from main.fct_dossier_period"
        )
        return [
            (code, received, (f"{level}/{item or '?'}", f"{group}/{unit or '?'}", *_true(names, values)))
            for code, received, level, item, group, unit, *values in result.fetchall()
        ]


def _true(names: list[str], values: list[int]) -> list[str]:
    return [name for name, value in zip(names, values, strict=True) if value]


Changed = dict[Cell, tuple[int, int]]


def compared(old: Path, new: Path, columns: dict[str, set[str]], place: Path) -> tuple[Changed, set[str]]:
    """Compare two answers as `kstt diff` does; return the cells that differ (old, new) and the keys of dossiers that moved.

    Args:
        old: one database.
        new: the other, of the same period.
        columns: the columns of each form that are looked at.
        place: an empty folder.
    """
    from pipelines.audit.diff import Version, compare
    from pipelines.figures.manifest_layouts import layouts_from_manifest

    layouts = layouts_from_manifest(json.loads(compiled_project.compiled().manifest), QUARTERS[0].end)
    wanted = {form: _only(layouts[form], columns[form]) for form in FORMS}
    versions = []
    for name, database in (("v1", old), ("v2", new)):
        folder = place / name
        folder.mkdir(parents=True)
        (folder / "warehouse.duckdb").symlink_to(database)
        (folder / "forms.json").write_text(json.dumps(entries_of(wanted)), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps({"key": name}), encoding="utf-8")
        versions.append(Version(name, folder))
    found = compare(*versions)
    rows = _rows_by_code(old) | _rows_by_code(new)  # a row both have is known by its code in the new one
    names = {(form, number): name for form in FORMS for number, name in _numbers(wanted[form]).items()}
    changed = {
        (cell.form_id, cell.scope_id, rows[cell.form_id, cell.scope_id, cell.row_code], name): (
            _whole(name, Decimal(cell.old or 0)),
            _whole(name, Decimal(cell.new or 0)),
        )
        for cell in found.cells
        for name in (names[cell.form_id, cell.column_number],)
    }
    dossiers = {
        record.record
        for cell in (*found.cells, *found.exchanged)
        if cell.form_id in DOSSIER_FORMS
        for record in cell.records
    }
    return changed, dossiers


# Forms whose records are dossiers, each by its key.
DOSSIER_FORMS = ("II.06a", "II.06b", "II.06a-by-unit", "II.08")


def _only(layout: FormLayout, columns: set[str]) -> FormLayout:
    looked_at = [item for item in layout.entry["columns"] if item["name"] in columns]
    return FormLayout.of({**layout.entry, "columns": looked_at, "notes": []})


def _numbers(layout: FormLayout) -> dict[str, str]:
    return {str(column.number): column.name for column in layout.figures}


def _rows_by_code(database: Path) -> dict[tuple[str, str, str], str]:
    found = {}
    with duckdb.connect(database, read_only=True) as connection:
        for form, (table, section, detail) in FORMS.items():
            query = f"select scope_id, row_code, row_kind, {section}, {detail} from main.{table}"
            for scope, code, kind, group, item in connection.execute(query).fetchall():
                found[form, scope, code] = _row(kind, group, item)
    return found
