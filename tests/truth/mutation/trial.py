"""Trying an edit on built databases: what it changes, the first dbt test that finds it, the first form that is held.

Here: prepared databases, opened once and never written to but for a schema of the trial. Not here: which edits (edits), the
table (__main__). Invariant: what is tried is in schema `tried`, beside the right tables, and is gone after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from truth.mutation.edits import Edit
from truth.mutation.unit_tests import Types, UnitTests
from truth.world.compare import COLUMNS
from truth.world.door import FORMS, Compiled, Model

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
    """What noticed an edit: nothing when `killed_by` is empty and it is not refused."""

    killed_by: str = ""
    is_refused: bool = False
    is_tried: bool = False  # by the tests of the suite too
    changes: list[str] = field(default_factory=list)


class _Opened:
    """One ground, open: the right tables in schema `main`, and what an edit makes of some of them in schema `tried`."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.connection = duckdb.connect(ground.database)
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute("set threads = 1")
        self.tried: set[str] = set()

    def begin(self) -> None:
        """Forget the trial before."""
        self.connection.execute("drop schema if exists tried cascade")
        self.connection.execute("create schema tried")
        self.tried = set()

    def builds(self, name: str, sql: str) -> bool:
        """Build a model of what is tried; return whether its rows differ from the right ones."""
        self.connection.execute(f'create table tried."{name}" as {self.reading(sql)}')
        if not self.differs(name):
            return False
        self.tried.add(name)
        return True

    def reading(self, sql: str) -> str:
        """Return SQL that reads what is tried where that differs."""
        for name in self.tried:
            sql = sql.replace(f'"main"."{name}"', f'"tried"."{name}"')
        return sql

    def differs(self, name: str, columns: Sequence[str] = ()) -> bool:
        """Return whether a table has other rows than the right one (order does not count), in some columns or in all."""
        one, other = f'main."{name}"', f'tried."{name}"'
        chosen = ", ".join(dict.fromkeys(columns)) or "*"
        query = (
            f"select 1 from ((select {chosen} from {one} except all select {chosen} from {other}) "
            f"union all (select {chosen} from {other} except all select {chosen} from {one})) limit 1"
        )
        return self.connection.execute(query).fetchone() is not None

    def finds(self, test: Model) -> bool:
        """Return whether a dbt test finds rows in what is tried and none in the right tables."""
        return self._has_rows(self.reading(test.sql)) and not self._has_rows(test.sql)

    def _has_rows(self, sql: str) -> bool:
        return self.connection.execute(f"select 1 from ({sql}) limit 1").fetchone() is not None

    def is_held(self, name: str) -> bool:
        """Return whether a change of a form is in the columns a test compares: in a world not all of them are."""
        if name not in HELD[self.ground.kind]:
            return False
        if self.ground.kind != "world":
            return True
        form, (_, *keys) = next((form, found) for form, found in FORMS.items() if found[0] == name)
        return self.differs(name, ["scope_id", "row_kind", *keys, *sorted(COLUMNS[form])])


class Trials:
    """Tries edits on grounds; the right tables stay as they are."""

    def __init__(self, project: Compiled, grounds: list[Ground]) -> None:
        """Take the compiled project and the grounds, built by it."""
        self.project = project
        self._grounds = [_Opened(ground) for ground in grounds]
        self._unit_tests = UnitTests(project, _types(self._grounds[0].connection))
        self._place = {model.name: number for number, model in enumerate(project.models)}

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
        """Return what notices an edit: a unit test of dbt, else the first test of data, else a form a test holds."""
        verdict = Verdict()
        later = self.after(edit.model)
        for number, ground in enumerate(self._grounds):
            try:
                ground.begin()
                is_other = ground.builds(edit.model, edit.sql)
                name = "" if number else self._unit_tests.failing(edit.model, edit.sql)
                verdict.killed_by = f"dbt {name}" if name else ""
                if is_other and not name:
                    verdict.killed_by = next(self._noticed(ground, edit.model, later, verdict), "")
            except (duckdb.BinderException, duckdb.ParserException):
                verdict.is_refused = True
            except duckdb.Error as error:
                verdict.killed_by = f"dbt build ({type(error).__name__})"
            if verdict.killed_by or verdict.is_refused:
                break
        return verdict

    def _noticed(self, ground: _Opened, edited: str, later: list[Model], verdict: Verdict) -> Iterator[str]:
        """Build model by model what reads something that differs; yield what notices it, as soon as it can."""
        waiting = self.project.tests
        for model in [next(model for model in self.project.models if model.name == edited), *later]:
            if model.name != edited and not (ground.tried & set(model.needs) and ground.builds(model.name, model.sql)):
                continue
            verdict.changes.append(f"{ground.ground.name}:{model.name}")
            place = self._place[model.name]
            ready = [test for test in waiting if all(self._place[name] <= place for name in test.needs)]
            waiting = [test for test in waiting if test not in ready]
            yield from (f"dbt {test.name}" for test in ready if ground.tried & set(test.needs) and ground.finds(test))
            if ground.is_held(model.name):
                yield f"{HELD[ground.ground.kind][model.name]} ({model.name.removeprefix('form_')})"
        yield from (f"dbt {test.name}" for test in waiting if ground.tried & set(test.needs) and ground.finds(test))


def _types(connection: duckdb.DuckDBPyConnection) -> Types:
    """Return the columns of every table of a ground, and their types."""
    found: Types = {}
    query = "select table_schema, table_name, column_name, data_type from information_schema.columns order by ordinal_position"
    for schema, table, column, kind in connection.execute(query).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found
