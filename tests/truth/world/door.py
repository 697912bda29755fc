"""The one way into the product: receive what lies in the inbox, ask a question, read the figures of the answer.

Here: the job an officer starts (`run`), and the same models on the same landed tables without documents (`count`), a
twentieth of the price. Not here: expected values. Invariant: figures are read from the form tables of a built warehouse,
by section, field or unit, never by position.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
from truth.world.evidence import Question
from truth.world.sendings import Folder

HANOI = dt.timezone(dt.timedelta(hours=7))
# form → its table, and how a row is keyed.
DOSSIER_FORMS = {
    "II.06a": ("form_ii_06a", "level_section_code", "field_code"),
    "II.06b": ("form_ii_06b", "level_section_code", "field_code"),
    "II.06a-by-unit": ("form_ii_06a_by_unit", "unit_section_code", "row_unit_id"),
    "II.08": ("form_ii_08", "section_code", "field_code"),
}
Cell = tuple[str, str, str, str]


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


def run(folder: Folder, question: Question) -> Path:
    """Start the officer's job; return the warehouse of the finished report."""
    from pipelines.runner import run_report

    return run_report(folder.root, *_asked(question)).report_dir / "warehouse.duckdb"


def count(folder: Folder, question: Question, models: list[Model]) -> Path:
    """Land the question and run the compiled models on it; return the warehouse, which the next question replaces."""
    from pipelines.office.settings import load_office
    from pipelines.warehouse.answer import begin
    from pipelines.warehouse.build import only_run, warehouse_file
    from pipelines.warehouse.question import Ask

    office = load_office(folder.root)
    with only_run(office):
        begin(office, Ask.parse(*_asked(question)))
    build(warehouse_file(office), models)
    return warehouse_file(office)


def _asked(question: Question) -> tuple[str, str, str | None]:
    by = question.received_by and question.received_by.replace(tzinfo=HANOI).isoformat()
    return question.period.period_id, question.as_of.isoformat(), by


def compiled(folder: Folder) -> list[Model]:
    """Compile the dbt project and return its models, each after those it reads."""
    from pipelines.office.settings import load_office
    from pipelines.warehouse.build import dbt_target, warehouse_file
    from pipelines.warehouse.dbt import compile_models

    office = load_office(folder.root)
    office.data.mkdir(parents=True, exist_ok=True)
    warehouse_file(office).parent.mkdir(parents=True, exist_ok=True)
    models = {
        model.name: Model(model.name, model.sql, model.needs)
        for model in compile_models(dbt_target(office), warehouse_file(office))
    }
    ordered: dict[str, Model] = {}

    def take(name: str) -> None:
        if name not in ordered:
            for needed in models[name].needs:
                take(needed)
            ordered[name] = models[name]

    for name in models:
        take(name)
    return list(ordered.values())


def build(database: Path, models: list[Model]) -> None:
    """Make every model a table of schema `main`, in order."""
    with duckdb.connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        for model in models:
            connection.execute(f'create or replace table main."{model.name}" as {model.sql}')


def figures(database: Path, scopes: set[str], columns: dict[str, set[str]]) -> Counter[Cell]:
    """Return the figures that are not zero of some scopes and columns (by form), by form, scope, row and column."""
    found: Counter[Cell] = Counter()
    with duckdb.connect(database, read_only=True) as connection:
        for form, (table, section, detail) in DOSSIER_FORMS.items():
            names = sorted(columns[form])
            result = connection.execute(
                f"select scope_id, row_kind, {section}, {detail}, {', '.join(names)} from main.{table}"
            )
            for scope, kind, group, item, *values in result.fetchall():
                if scope in scopes:
                    row = _row(kind, group, item)
                    found += Counter(
                        {(form, scope, row, name): value for name, value in zip(names, values, strict=True)}
                    )
    return found


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
