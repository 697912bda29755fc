"""Calling dbt in this process: parse once, build one warehouse.

Here: the dbt runner, its target folder and manifest. Not here: Dagster events (defs), SQL (dbt_project).
Invariant: a failed model or test raises; after a call no connection to the warehouse stays open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.paths import DBT_PROJECT

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

# What a delivered figure rests on: the models and every test on them.
BUILD = ["build", "--exclude", "resource_type:unit_test"]


_STAMP = "project.sha256"


@dataclass(frozen=True)
class _Parsed:
    """A project as dbt parsed it, and the manifest.json it wrote of it."""

    manifest: Any
    file: bytes


# Hash of a project → its parse: a process parses a project once, however many offices it serves. Nothing of a warehouse
# is in it but its file name, which is the same in every office.
_parsed: dict[str, _Parsed] = {}


class DbtFailed(Exception):
    """A model or a test of ours failed: our bug, never a fault of a delivered file."""


def manifest_path(target: Path) -> Path:
    """Return where the manifest of a target folder lies."""
    return target / "manifest.json"


def ensure_manifest(target: Path, warehouse: Path) -> Path:
    """Return the manifest of the dbt project as it is now, parsing only when the project changed."""
    from pipelines.office.software import project_hash

    stamp = target / _STAMP
    now = project_hash()
    if not (manifest_path(target).is_file() and stamp.is_file() and stamp.read_text() == now):
        if now in _parsed:
            target.mkdir(parents=True, exist_ok=True)
            manifest_path(target).write_bytes(_parsed[now].file)
        else:
            manifest = invoke(["parse"], target, warehouse)
            _parsed[now] = _Parsed(manifest, manifest_path(target).read_bytes())
        stamp.write_text(now)
    return manifest_path(target)


def read_manifest(target: Path) -> dict[str, object]:
    """Return the manifest of a target folder."""
    return json.loads(manifest_path(target).read_text(encoding="utf-8"))


def invoke(
    command: list[str], target: Path, warehouse: Path, on_event: Callable[[EventMsg], None] | None = None
) -> Any:
    """Run one dbt command against a warehouse file; return dbt's own result of it.

    Raises:
        DbtFailed: a node failed; the message names each with its reason.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["KSTT_WAREHOUSE"] = str(warehouse)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    target.mkdir(parents=True, exist_ok=True)
    stamp = target / _STAMP
    known = _parsed.get(stamp.read_text()) if stamp.is_file() and command != ["parse"] else None
    runner = dbtRunner(manifest=known.manifest if known else None, callbacks=[on_event] if on_event else [])
    try:
        result = runner.invoke(
            [
                *command,
                "--project-dir",
                str(DBT_PROJECT),
                "--profiles-dir",
                str(DBT_PROJECT),
                "--target-path",
                str(target),
                "--log-path",
                str(target / "logs"),
                "--quiet",
                "--no-use-colors",
            ]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    if result.exception:
        raise DbtFailed(str(result.exception)) from result.exception
    if not result.success:
        raise DbtFailed(_failures(result.result))
    return result.result


def _failures(results: object) -> str:
    failed = [
        item for item in getattr(results, "results", []) if str(item.status) in ("error", "fail", "runtime error")
    ]
    return "\n".join(f"{item.node.name}: {item.message}" for item in failed) or "dbt failed"
