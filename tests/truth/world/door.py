"""The one way into the product: receive what lies in the inbox, ask a question, read the figures of the answer.

Here: the job an officer starts (`run`), and the same models on the same landed tables without documents (`count`), a
twentieth of the price. Not here: expected values. Invariant: figures are read from the form tables of a built warehouse,
by section, field or unit, never by position.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from truth.world.evidence import Question
from truth.world.sendings import Folder

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
        begin(office, Ask.parse(*_asked(question)), _RUN)
    build(warehouse_file(office, _RUN), models)
    return warehouse_file(office, _RUN)


def _asked(question: Question) -> tuple[str, str, str | None]:
    by = question.received_by and question.received_by.replace(tzinfo=HANOI).isoformat()
    return question.period.period_id, question.as_of.isoformat(), by


@dataclass(frozen=True)
class Compiled:
    """The dbt project as dbt compiled it: its models, each after those it reads, and its tests by name."""

    models: list[Model]
    tests: list[Model]


def compiled(folder: Path) -> Compiled:
    """Compile the dbt project (tests of models too) into a folder."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from pipelines.paths import DBT_PROJECT

    folder.mkdir(parents=True, exist_ok=True)
    os.environ["KSTT_WAREHOUSE"] = str(folder / "warehouse.duckdb")
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(folder)]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats", "--no-write-json"]
    try:
        done = dbtRunner().invoke(["compile", *places, *quiet])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not done.success:
        raise RuntimeError(f"dbt compile: {done.exception}")
    nodes = [item.node for item in done.result.results]
    models = {node.name: _model(node) for node in nodes if node.resource_type == "model"}
    return Compiled(_in_order(models), [_model(node) for node in nodes if node.resource_type == "test"])


def _model(node: Any) -> Model:
    needs = [key.split(".")[2] for key in node.depends_on.nodes if key.startswith("model.")]
    return Model(node.name, node.compiled_code, tuple(needs))


def _in_order(models: dict[str, Model]) -> list[Model]:
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
    """Return the figures that are not zero of some scopes and columns (by form), by form, scope, row and column.

    A percentage is told in hundredths.
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
