"""The dbt project compiled once, its SQL run straight in DuckDB: what `dbt run` and `dbt test` do, without their seconds.

Here: compiling (kept until the project changes), building models in order, running data tests. Not here: landed tables.
Invariant: a build of any tables equals dbt's own, which test_compiled_project proves; a failed test is an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from pipelines.office.software import project_hash, versions
from pipelines.paths import DBT_PROJECT, REPOSITORY
from pipelines.warehouse.dbt import DbtFailed, NodeResult, broken_identities

_KEPT = REPOSITORY / ".pytest_cache" / "compiled"
# Names a file with one model's name and its wrong SQL; see tests/truth/mutation.
EDITED = "KSTT_EDITED_MODEL"
_SHAPE = 3  # to be raised when what is kept changes its shape


@dataclass(frozen=True)
class Node:
    """A model or a data test as dbt compiled it."""

    name: str
    kind: str  # table, view, test
    relation: str
    sql: str
    parents: tuple[str, ...]
    model: str | None = None  # the model a test is attached to


@dataclass(frozen=True)
class Compiled:
    """Models in an order in which they can be built, data tests, and dbt's manifest.json."""

    models: dict[str, Node]
    tests: tuple[Node, ...]
    manifest: bytes

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        above: dict[str, frozenset[str]] = {}
        for name, node in self.models.items():
            above[name] = frozenset(node.parents).union(*(above[parent] for parent in node.parents))
        return above

    def chosen(self, select: Sequence[str]) -> list[Node]:
        """Return the models of `name`, `+name` (with all it needs) or a pattern; all of them where nothing is named.

        Raises:
            KeyError: a word of `select` that no model has.
        """
        wanted: set[str] = set()
        for word in select:
            found = {name for name in self.models if fnmatchcase(name, word.removeprefix("+"))}
            if not found:
                raise KeyError(f"no model {word}")
            wanted |= found
            if word.startswith("+"):
                wanted = wanted.union(*(self._above[name] for name in found))
        return [node for name, node in self.models.items() if name in wanted or not select]

    def tests_of(self, select: Sequence[str], within: bool) -> list[Node]:
        """Return the data tests of some models, or named themselves; `within`: those that need no other model.

        Raises:
            KeyError: nothing is tested so.
        """
        models = {name for name in self.models for word in select if fnmatchcase(name, word.removeprefix("+"))}
        if within:
            models = {node.name for node in self.chosen(select)}
            found = [test for test in self.tests if models.issuperset(test.parents)]
        else:
            named = [test for test in self.tests if any(fnmatchcase(test.name, word) for word in select)]
            found = [test for test in self.tests if models.intersection(test.parents)]
            found += [test for test in named if test not in found]
        if not found:
            raise KeyError(f"no test of {select}")
        return found


def build(database: Path, select: Sequence[str] = ()) -> None:
    """Build models in a warehouse file, as `dbt run --select` does."""
    with opened(database) as connection:
        build_in(connection, select)


def build_in(connection: duckdb.DuckDBPyConnection, select: Sequence[str] = ()) -> None:
    """Build models in a warehouse that is open."""
    connection.execute("begin")
    for node in compiled().chosen(select):
        connection.execute(f"create or replace {node.kind} {node.relation} as {node.sql}")
    connection.execute("commit")


def check(database: Path, select: Sequence[str] = (), within: bool = False) -> None:
    """Run data tests, as `dbt test --select` does; nothing named: all of the project.

    Raises:
        DbtFailed: a test found rows; the message is the one of a run.
    """
    nodes = compiled().tests_of(select, within) if select else compiled().tests
    with opened(database) as connection:
        failed = [(node, error) for node in nodes if (error := _error(connection, node)) is not None]
    results = tuple(
        NodeResult(
            unique_id=node.name, name=node.name, kind="test", model=node.model, seconds=0, message=error,
            status="error" if error else "fail",
            broken=() if error else broken_identities(node.name, node.sql, database),
        )
        for node, error in failed
    )  # fmt: skip
    if results:
        raise DbtFailed("\n".join(map(str, results)), results)


def _error(connection: duckdb.DuckDBPyConnection, node: Node) -> str | None:
    """Return None of a test that found nothing, an empty text where it found rows, else why it could not run."""
    try:
        return None if connection.execute(f"select * from ({node.sql}) limit 1").fetchone() is None else ""
    except duckdb.Error as error:
        return str(error)


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a warehouse file as models are built."""
    with duckdb.connect(database) as connection:
        connection.execute("set TimeZone = 'UTC'")  # as dbt_project/profiles.yml
        connection.execute("set threads = 1")  # each worker has a core, and the tables are small
        yield connection


@lru_cache(maxsize=1)
def compiled() -> Compiled:
    """Return the compiled project, from the folder of earlier test sessions where it has not changed since."""
    return _edited(pickle.loads(kept_with_the_project("compiled", lambda: pickle.dumps(_compile()))))


def kept_with_the_project(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what was made of the dbt project as it is now, in this test session or an earlier one, or make it.

    What was made of other states of the project is deleted.
    """
    settings = (DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    project = hashlib.sha256(repr([project_hash(), settings, versions(), _SHAPE]).encode()).hexdigest()
    kept = _KEPT / f"{name}-{project}.pickle"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with FileLock(_KEPT / f"{name}.lock"):
        if not kept.exists():
            made = make()
            for old in _KEPT.glob(f"{name}-*.pickle"):
                old.unlink()
            kept.write_bytes(made)
        return kept.read_bytes()


def _edited(project: Compiled) -> Compiled:
    """Return the project with the wrong edit of one model under trial (tests/truth/mutation); mostly there is none."""
    place = os.environ.get(EDITED)
    if place is None:
        return project
    edit = json.loads(Path(place).read_text(encoding="utf-8"))
    node = replace(project.models[edit["model"]], sql=edit["sql"])
    return replace(project, models={**project.models, node.name: node})


def _compile() -> Compiled:
    """Parse and compile with dbt itself; no warehouse is needed, no model asks one while it is compiled."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory() as folder:
        os.environ["KSTT_WAREHOUSE"] = str(Path(folder) / "warehouse.duckdb")
        os.environ["DO_NOT_TRACK"] = "1"
        project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
        places = [*project, "--target-path", folder, "--log-path", folder]
        quiet = ["--log-level-file", "none", "--quiet", "--no-use-colors"]
        try:
            parsed = dbtRunner().invoke(["parse", *places, *quiet])
            assert parsed.success, parsed.exception
            manifest = (Path(folder) / "manifest.json").read_bytes()
            done = dbtRunner(manifest=parsed.result).invoke(["compile", "--no-write-json", *places, *quiet])
            assert done.success, done.exception
        finally:
            DuckDBConnectionManager.close_all_connections()
    nodes = [result.node for result in done.result.results]
    models = {node.name: _kept(node) for node in nodes if node.resource_type == "model"}
    tests = tuple(_kept(node) for node in nodes if node.resource_type == "test")
    return Compiled(dict(_in_order(models)), tests, manifest)


def _kept(node: Any) -> Node:
    names = [name for name in node.depends_on_nodes if name.startswith("model.")]
    kind = node.config.materialized
    assert kind in ("table", "view", "test"), f"{node.name} is materialized as {kind}"
    parents = tuple(name.split(".")[-1] for name in names)
    attached = getattr(node, "attached_node", None)
    model = attached.split(".")[-1] if attached else None
    return Node(node.name, kind, node.relation_name or "", node.compiled_code, parents, model)


def _in_order(models: dict[str, Node]) -> Iterator[tuple[str, Node]]:
    """Parents first."""
    done: set[str] = set()

    def visit(names: Iterable[str]) -> Iterator[tuple[str, Node]]:
        for name in names:
            if name not in done:
                done.add(name)
                yield from visit(models[name].parents)
                yield name, models[name]

    yield from visit(sorted(models))
