"""Calling dbt in this process: parse once, build one warehouse.

Here: the dbt runner, its target folder and manifest, what became of each node. Not here: Dagster (defs), SQL
(dbt_project). Invariant: a failed model or test raises; after a call no connection to the warehouse stays open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.office.software import project_hash
from pipelines.paths import DBT_PROJECT

# What a delivered figure rests on: the models and every test on them.
BUILD = ["build", "--exclude-resource-type", "unit_test"]
# A run writes neither dbt's log nor its artefacts: what they say is in the results this module returns.
_QUIET = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-send-anonymous-usage-stats"]
_ROWS_SHOWN = 5  # rows named in a message for each broken identity
_STAMP = "project.sha256"


@dataclass(frozen=True)
class _Parsed:
    """A project as dbt parsed it, and the manifest.json it wrote of it."""

    manifest: Any
    file: bytes


# Hash of a project → its parse: a process parses a project once, however many offices it serves. Nothing of a warehouse
# is in it but its file name, which is the same in every office.
_parsed: dict[str, _Parsed] = {}


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
    dbt's own word (success, pass, fail, error, skipped); `broken` names what a failed test found.
    """

    unique_id: str
    name: str
    kind: str
    model: str | None
    status: str
    seconds: float
    message: str = ""
    broken: tuple[Broken, ...] = field(default=())

    @property
    def has_failed(self) -> bool:
        """Tell whether the node failed; one that was skipped because of another has not."""
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


def manifest_path(target: Path) -> Path:
    """Return where the manifest of a target folder lies."""
    return target / "manifest.json"


def ensure_manifest(target: Path, warehouse: Path) -> Path:
    """Return the manifest of the dbt project as it is now, parsing only when the project changed."""
    now = project_hash(DBT_PROJECT)
    stamp = target / _STAMP
    if not (manifest_path(target).is_file() and stamp.is_file() and stamp.read_text() == now):
        if now not in _parsed:
            manifest = _call(["parse"], target, warehouse, None)
            _parsed[now] = _Parsed(manifest, manifest_path(target).read_bytes())
        else:
            target.mkdir(parents=True, exist_ok=True)
            manifest_path(target).write_bytes(_parsed[now].file)
        stamp.write_text(now)
    return manifest_path(target)


def read_manifest(target: Path) -> dict[str, object]:
    """Return the manifest of a target folder."""
    return json.loads(manifest_path(target).read_text(encoding="utf-8"))


def build(target: Path, warehouse: Path, command: Iterable[str] = BUILD) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file and run their tests; return what became of each node, in dbt's order.

    Raises:
        DbtFailed: a node failed; the message names each with its reason, each broken identity with its rows.
    """
    ensure_manifest(target, warehouse)
    known = _parsed.get(project_hash(DBT_PROJECT))
    run = _call([*command, "--no-write-json"], target, warehouse, known.manifest if known else None)
    results = tuple(_node_result(item, warehouse) for item in run.results)
    failed = [result for result in results if result.has_failed]
    if failed:
        raise DbtFailed("\n".join(map(str, failed)), results)
    return results


def _call(command: list[str], target: Path, warehouse: Path, manifest: Any) -> Any:
    """Run one dbt command; return dbt's own result of it, of failed nodes too."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["KSTT_WAREHOUSE"] = str(warehouse)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    target.mkdir(parents=True, exist_ok=True)
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target)]
    try:
        result = dbtRunner(manifest=manifest).invoke([*command, *places, *_QUIET])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if result.exception or not result.result:
        raise DbtFailed(str(result.exception or "dbt failed")) from result.exception
    return result.result


def _node_result(item: Any, warehouse: Path) -> NodeResult:
    node, status = item.node, str(item.status)
    attached = getattr(node, "attached_node", None)
    kind = str(node.resource_type)
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        kind=kind,
        model=node.name if kind == "model" else attached.split(".")[-1] if attached else None,
        status=status,
        seconds=item.execution_time,
        message=str(item.message or ""),
        broken=_broken(node, warehouse) if kind == "test" and status == "fail" else (),
    )


def _broken(node: Any, warehouse: Path) -> tuple[Broken, ...]:
    """Run the query of a failed test once more and return what it finds, identity by identity.

    A test of one model gives `identity` and `row_name` (macros/tests/holds.sql); one over several models gives rows of
    its own, which are shown as they are under the test's name.
    """
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(node.compiled_code)
        names = [column[0] for column in found.description or []]
        rows = found.fetchall()
    if names != ["identity", "row_name"]:
        return (_of_rows(node.name, [" ".join(map(str, row)) for row in rows]),)
    by_identity: dict[str, list[str]] = {}
    for identities, row_name in rows:
        for identity in filter(None, identities.split("; ")):
            by_identity.setdefault(identity, []).append(row_name)
    return tuple(_of_rows(identity, by_identity[identity]) for identity in sorted(by_identity))


def _of_rows(identity: str, rows: list[str]) -> Broken:
    return Broken(identity, len(rows), tuple(sorted(rows)[:_ROWS_SHOWN]))
