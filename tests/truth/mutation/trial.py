"""Trying an edit: rebuild what reads the edited model, run dbt's tests on it, hold the forms against the right ones.

Here: prepared databases, one transaction a trial. Not here: which edits (edits), the table (__main__).
Invariant: a trial is rolled back; a database is the same before and after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from truth.mutation.edits import Edit
from truth.world.compare import COLUMNS
from truth.world.door import FORMS, Compiled, Model, build

# Form tables whose cells a test of the suite holds against an independent count of the sample's or a world's truth.
HELD = {
    "world": {table: "test_world" for table, _, _ in FORMS.values()},
    "sample": {
        "form_ii_06a": "test_sample_figures",
        "form_ii_06a_by_unit": "test_sample_figures",
        "form_ii_06b": "test_sample_figures",
        "form_ii_05a": "test_sample_feedback",
        "form_ii_04": "test_sample_reviews",
        "form_ii_07b": "test_sample_procedures",
        "form_posting": "test_sample_procedures",
        "form_missing_processes": "test_sample_procedures",
        "form_directives": "test_sample_records",
        "form_inspections": "test_sample_records",
        "form_communications": "test_sample_records",
        "form_submissions": "test_sample_records",
        "form_death_group": "test_sample_records",
        "form_death_steps": "test_sample_records",
        "form_ii_08": "test_sample_remarks",
        "form_overdue_causes": "test_sample_remarks",
        "form_desk_service": "test_sample_remarks",
    },
}


@dataclass(frozen=True)
class Ground:
    """A built database on which edits are tried, and whose truth it has."""

    name: str
    database: Path
    kind: str


@dataclass
class Verdict:
    """What noticed an edit: nothing when both are empty."""

    killed_by: str = ""
    is_refused: bool = False
    changes: list[str] = field(default_factory=list)


class Trials:
    """Tries edits on grounds; the grounds stay as they are."""

    def __init__(self, project: Compiled, grounds: list[Ground]) -> None:
        """Take the compiled project and the grounds; tests that fail before any edit are not held against one."""
        self.project = project
        self.grounds = grounds
        self.red: dict[str, set[str]] = {}
        for ground in grounds:
            build(ground.database, project.models)
            with duckdb.connect(ground.database) as connection:
                connection.execute("set timezone = 'UTC'")
                self.red[ground.name] = {test.name for test in project.tests if _finds(connection, test)}

    def after(self, name: str) -> list[Model]:
        """Return the models that read a model, however far, in building order."""
        touched = {name}
        found = []
        for model in self.project.models:
            if touched & set(model.needs):
                touched.add(model.name)
                found.append(model)
        return found

    def attempt(self, edit: Edit) -> Verdict:
        """Return what notices an edit: the first dbt test, else a form that a test of the suite holds."""
        verdict = Verdict()
        for ground in self.grounds:
            with duckdb.connect(ground.database) as connection:
                connection.execute("set timezone = 'UTC'")
                connection.execute("begin")
                try:
                    self._on(connection, ground, edit, verdict)
                except (duckdb.BinderException, duckdb.ParserException):
                    verdict.is_refused = True
                except duckdb.Error as error:
                    verdict.killed_by = f"dbt build ({type(error).__name__})"
                finally:
                    connection.execute("rollback")
            if verdict.killed_by or verdict.is_refused:
                break
        return verdict

    def _on(self, connection: duckdb.DuckDBPyConnection, ground: Ground, edit: Edit, verdict: Verdict) -> None:
        rebuilt = self.after(edit.model)
        names = [edit.model, *(model.name for model in rebuilt)]
        for name in names:
            connection.execute(f'create temp table "was_{name}" as select * from main."{name}"')
        connection.execute(f'create or replace table main."{edit.model}" as {edit.sql}')
        if not _differs(connection, edit.model):
            return
        for model in rebuilt:
            connection.execute(f'create or replace table main."{model.name}" as {model.sql}')
        changed = [name for name in names if _differs(connection, name)]
        verdict.changes += [f"{ground.name}:{name}" for name in changed]
        for test in self._tests_of(names, ground):
            if _finds(connection, test):
                verdict.killed_by = f"dbt {test.name}"
                return
        held = [name for name in changed if name in HELD[ground.kind] and _is_held(connection, ground.kind, name)]
        if held:
            verdict.killed_by = f"{HELD[ground.kind][held[0]]} ({held[0].removeprefix('form_')})"

    def _tests_of(self, names: Iterable[str], ground: Ground) -> list[Model]:
        touched = set(names)
        return [t for t in self.project.tests if touched & set(t.needs) and t.name not in self.red[ground.name]]


def _finds(connection: duckdb.DuckDBPyConnection, test: Model) -> bool:
    return bool(connection.execute(f"select 1 from ({test.sql}) limit 1").fetchall())


def _is_held(connection: duckdb.DuckDBPyConnection, kind: str, name: str) -> bool:
    """Return whether a change of a form is in the columns a test compares: in a world not all of them are."""
    if kind != "world":
        return True
    form, (_, *keys) = next((form, found) for form, found in FORMS.items() if found[0] == name)
    return _differs(connection, name, ["scope_id", "row_kind", *keys, *sorted(COLUMNS[form])])


def _differs(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str] = ()) -> bool:
    """Return whether a table has other rows than before (order does not count), in some columns or in all."""
    one, other = f'main."{name}"', f'"was_{name}"'
    chosen = ", ".join(dict.fromkeys(columns)) or "*"
    query = (
        f"select 1 from ((select {chosen} from {one} except all select {chosen} from {other}) "
        f"union all (select {chosen} from {other} except all select {chosen} from {one})) limit 1"
    )
    return bool(connection.execute(query).fetchall())
