"""Calling dbt in this process: parse once, build one warehouse.

Here: the dbt runner, its target folder and manifest, what became of each node. Not here: Dagster (defs), SQL
(dbt_project). Invariant: a failed model or test raises; after a call no connection to the warehouse stays open.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.memory import engine_at_most, engine_that_builds, give_back
from pipelines.office.files import write_atomically
from pipelines.office.software import project_hash
from pipelines.paths import DBT_PROJECT

# What a delivered figure rests on: the models and every test on them.
BUILD = ["build", "--exclude-resource-type", "unit_test"]
# Beside it: some models with all they read. A test that reads another model as well has nothing to read there.
_PART = ["--indirect-selection", "cautious", "--select"]
# A run writes neither dbt's log nor its artefacts: what they say is in the results this module returns.
_QUIET = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-send-anonymous-usage-stats"]
_NO_MEMORY = "Out of Memory Error"  # DuckDB's own words, in the message of a node
_ROWS_SHOWN = 5  # rows named in a message for each broken identity
_PARTIAL_PARSE = "partial_parse.msgpack"  # dbt's own file of what it parsed

# Engine, hash of a project → its parse: a process parses or loads a project once, however many offices it serves.
# Nothing of a warehouse is in it but its file name, which is the same in every office.
_parsed: dict[tuple[str, str], Any] = {}

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""What a query gives: the names of its columns, its rows."""


@dataclass(frozen=True)
class Engine:
    """What dbt builds with: a target of dbt_project/profiles.yml, the package that speaks to it, how it is asked.

    `schemas`: schema of the project → its name there, where it has another (an engine that several runs share).
    """

    target: str
    package: str
    ask: Callable[[Path, str], Rows]
    schemas: Mapping[str, str] = field(default_factory=dict)


def _ask_duckdb(warehouse: Path, query: str) -> Rows:
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(query)
        return [column[0] for column in found.description or []], found.fetchall()


DUCKDB = Engine("duckdb", "dbt-duckdb", _ask_duckdb)


@dataclass(frozen=True)
class Broken:
    """One identity of a model that does not hold, and the rows in which it does not."""

    identity: str
    row_count: int
    rows: tuple[str, ...]

    def __str__(self) -> str:
        """Return the identity with its first rows."""
        more = ", …" if self.row_count > len(self.rows) else ""
        return f"{self.identity}: {self.row_count} rows ({', '.join(self.rows)}{more})"


@dataclass(frozen=True)
class NodeResult:
    """What became of one node of dbt.

    `model` is the model itself, or the one a test is attached to (none for a test over several models); `status` is
    dbt's own word (success, pass, fail, error, skipped); `broken` names what a failed test found; `sql` is the compiled
    SQL of a model.
    """

    unique_id: str
    name: str
    kind: str
    model: str | None
    status: str
    seconds: float
    message: str = ""
    broken: tuple[Broken, ...] = field(default=())
    sql: str = ""

    @property
    def has_failed(self) -> bool:
        """Return whether the node failed; one that was skipped because of another has not."""
        return self.status in ("error", "fail", "runtime error")

    def __str__(self) -> str:
        """Return the node's name with what is wrong in it."""
        if self.model or not self.broken:
            return f"{self.model or self.name}: {'; '.join(map(str, self.broken)) or self.message}"
        return "; ".join(map(str, self.broken))


class DbtFailed(Exception):
    """A model or a test of ours failed: our bug, never a fault of a delivered file.

    `results` holds what became of every node, those that went well too; it is empty where dbt itself stopped.
    """

    def __init__(self, message: str, results: tuple[NodeResult, ...] = ()) -> None:
        super().__init__(message)
        self.results = results


def build_only(names: Iterable[str]) -> list[str]:
    """Return the command that builds some models, all they read, and the tests that need no other model."""
    return [*BUILD, *_PART, *(f"+{name}" for name in sorted(names))]


def manifest_path(target: Path) -> Path:
    """Return where the manifest of a target folder lies."""
    return target / "manifest.json"


def ensure_manifest(target: Path, warehouse: Path) -> Path:
    """Return the manifest of the dbt project as it is now, parsing only when the project changed.

    The layouts of forms are read from it: the copy in the office's folder is the software's own, byte for byte, or is
    made so.
    """
    parsed = manifest_path(_parse_folder(project_hash(DBT_PROJECT), warehouse, DUCKDB)).read_bytes()
    path = manifest_path(target)
    if not path.is_file() or path.read_bytes() != parsed:
        write_atomically(path, parsed)
    return path


def read_manifest(target: Path) -> dict[str, object]:
    """Return the manifest of a target folder."""
    return json.loads(manifest_path(target).read_text(encoding="utf-8"))


def build(
    target: Path, warehouse: Path, command: Iterable[str] = BUILD, engine: Engine = DUCKDB
) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file and run their tests; return what became of each node, in dbt's order.

    An engine that is not DuckDB has its tables elsewhere; of the file it uses nothing (pipelines/warehouse/spark).
    DuckDB gets the memory such a warehouse needs; should that be too little, all it may have, and builds once more.

    Raises:
        DbtFailed: a node failed; the message names each with its reason, each broken identity with its rows.
    """
    ensure_manifest(target, warehouse)
    give_back()  # what reading has freed, before the engine takes its share
    command, most = [*command, "--no-write-json"], engine_at_most()
    first = engine_that_builds(warehouse)
    results = _nodes_built(command, target, warehouse, engine, first)
    if first < most and any(_NO_MEMORY in result.message for result in results):
        results = _nodes_built(command, target, warehouse, engine, most)
    failed = [result for result in results if result.has_failed]
    if failed:
        raise DbtFailed("\n".join(map(str, failed)), results)
    return results


def _nodes_built(
    command: list[str], target: Path, warehouse: Path, engine: Engine, memory: int
) -> tuple[NodeResult, ...]:
    parsed = _in_schemas(_parsed_project(warehouse, engine), engine.schemas)
    run = _call(command, target, warehouse, parsed, engine, memory)
    give_back()
    return tuple(_node_result(item, warehouse, engine) for item in run.results)


@dataclass(frozen=True)
class CompiledModel:
    """The SQL of a model as the engine gets it, whether it is a table or a view, and the models it reads."""

    name: str
    kind: str
    sql: str
    needs: tuple[str, ...]


def compile_models(target: Path, warehouse: Path) -> tuple[CompiledModel, ...]:
    """Return every model's compiled SQL; nothing is built."""
    parsed = _parsed_project(warehouse, DUCKDB)
    run = _call(["compile", "--no-write-json"], target, warehouse, parsed, DUCKDB)
    return tuple(
        CompiledModel(
            item.node.name,
            str(item.node.config.materialized),
            item.node.compiled_code,
            tuple(key.split(".")[-1] for key in item.node.depends_on.nodes if key.startswith("model.")),
        )
        for item in run.results
        if item.node.resource_type == "model"
    )


def lineage_file() -> Path:
    """Return where the column lineage of the dbt project as it is now is kept, beside its parse."""
    return _parses() / _state_of(project_hash(DBT_PROJECT), DUCKDB) / "column_lineage.json"


def types_file() -> Path:
    """Return where the types of its columns are kept."""
    return lineage_file().with_name("column_types.json")


def _parsed_project(warehouse: Path, engine: Engine) -> Any:
    """Return dbt's parse of the project as it is now: what this process has, else what another has written."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    now = project_hash(DBT_PROJECT)
    if (engine.target, now) not in _parsed:
        written = (_parse_folder(now, warehouse, engine) / _PARTIAL_PARSE).read_bytes()
        parsed = Manifest.from_msgpack(written, decoder=extended_mashumuro_decoder)
        parsed.build_flat_graph()  # what our macros read as `graph`; only a parse makes it by itself
        _parsed.setdefault((engine.target, now), parsed)
    return _parsed[engine.target, now]


def _in_schemas(parsed: Any, schemas: Mapping[str, str]) -> Any:
    """Return a parse whose models and sources are in schemas of other names; one without any is itself."""
    if all(name == schema for schema, name in schemas.items()):
        return parsed
    moved = parsed.deepcopy()
    for node in (*moved.nodes.values(), *moved.sources.values()):
        node.schema = schemas.get(node.schema, node.schema)
        if node.relation_name:
            node.relation_name = f"{node.schema}.{node.identifier}"
    moved.build_flat_graph()
    return moved


def _parse_folder(now: str, warehouse: Path, engine: Engine) -> Path:
    """Return the folder with dbt's parse of the project, which all offices of a clone share.

    It is named by the hash of the project and the versions of dbt. Parsing costs 8 s, loading what was parsed less than
    half a second.
    """
    parses = _parses()
    folder = parses / _state_of(now, engine)
    if not (folder / _PARTIAL_PARSE).is_file():
        parses.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parses, ignore_cleanup_errors=True) as made:
            _parsed[engine.target, now] = _call(["parse"], Path(made), warehouse, None, engine)
            with contextlib.suppress(OSError):  # another process was quicker: its folder is the same
                Path(made).rename(folder)
    return folder


def _parses() -> Path:
    """Return where parses lie: with the software, or in a folder only this account can write; never with an office.

    A parse holds SQL and macros that are run: an office folder may come from somebody else.
    """
    return DBT_PROJECT / "target" if os.access(DBT_PROJECT, os.W_OK) else _own_folder()


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    try:
        folder = Path.home() / ".cache" / "kstt-dbt"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # an account without a home of its own parses once a process
        return Path(tempfile.mkdtemp(prefix="kstt-dbt-"))
    return folder


def _state_of(now: str, engine: Engine) -> str:
    # Two engines' packages may be of one version: a parse has the macros of its own.
    return "-".join((now[:16], version("dbt-core"), engine.target, version(engine.package)))


def _call(
    command: list[str], target: Path, warehouse: Path, manifest: Any, engine: Engine, memory: int | None = None
) -> Any:
    """Run one dbt command with some memory for the engine; return dbt's own result of it, of failed nodes too."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["KSTT_WAREHOUSE"] = str(warehouse)
    os.environ["KSTT_MEMORY"] = f"{memory or engine_that_builds(warehouse)}B"
    os.environ.setdefault("DO_NOT_TRACK", "1")
    target.mkdir(parents=True, exist_ok=True)
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target)]
    places += ["--target", engine.target]
    try:
        result = dbtRunner(manifest=manifest).invoke([*command, *places, *_QUIET])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if result.exception or not result.result:
        raise DbtFailed(str(result.exception or "dbt failed")) from result.exception
    return result.result


def _node_result(item: Any, warehouse: Path, engine: Engine) -> NodeResult:
    node, status = item.node, str(item.status)
    attached = getattr(node, "attached_node", None)
    kind = str(node.resource_type)
    has_rows = kind == "test" and status == "fail"  # a unit test of dbt has none
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        kind=kind,
        model=node.name if kind == "model" else attached.split(".")[-1] if attached else None,
        status=status,
        seconds=item.execution_time,
        message=str(item.message or ""),
        broken=broken_identities(node.name, node.compiled_code, warehouse, engine) if has_rows else (),
        sql=str(node.compiled_code or "") if kind == "model" else "",
    )


def broken_identities(test: str, query: str, warehouse: Path, engine: Engine = DUCKDB) -> tuple[Broken, ...]:
    """Run the query of a failed test and return what it finds, identity by identity.

    A test of one model gives `identity` and `row_name` (macros/tests/holds.sql); one over several models gives rows of
    its own, which are shown as they are under the test's name.
    """
    names, rows = engine.ask(warehouse, query)
    if names != ["identity", "row_name"]:
        return (_of_rows(test, [" ".join(map(str, row)) for row in rows]),)
    by_identity: dict[str, list[str]] = {}
    for identities, row_name in rows:
        for identity in filter(None, identities.split("; ")):
            by_identity.setdefault(identity, []).append(row_name)
    return tuple(_of_rows(identity, by_identity[identity]) for identity in sorted(by_identity))


def _of_rows(identity: str, rows: list[str]) -> Broken:
    return Broken(identity, len(rows), tuple(sorted(rows)[:_ROWS_SHOWN]))
