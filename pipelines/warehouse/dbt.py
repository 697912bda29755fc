"""Calling dbt in this process: parse once, build one warehouse.

Here: the dbt runner, its target folder and manifest. Not here: Dagster events (defs), SQL (dbt_project).
Invariant: a failed model or test raises; after a call no connection to the warehouse stays open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.paths import DBT_PROJECT

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

# What a delivered figure rests on: the models and every test on them.
BUILD = ["build", "--exclude", "resource_type:unit_test"]


class DbtFailed(Exception):
    """A model or a test of ours failed: our bug, never a fault of a delivered file."""


def manifest_path(target: Path) -> Path:
    """Return where the manifest of a target folder lies."""
    return target / "manifest.json"


def ensure_manifest(target: Path, warehouse: Path) -> Path:
    """Return the manifest of the dbt project as it is now, parsing only when the project changed."""
    from pipelines.warehouse.question import hash_tree

    stamp = target / "project.sha256"
    now = hash_tree(DBT_PROJECT, ("models", "macros", "tests"), ("*.sql", "*.yml"))
    if not (manifest_path(target).is_file() and stamp.is_file() and stamp.read_text() == now):
        invoke(["parse"], target, warehouse)
        stamp.write_text(now)
    return manifest_path(target)


def read_manifest(target: Path) -> dict[str, object]:
    """Return the manifest of a target folder."""
    return json.loads(manifest_path(target).read_text(encoding="utf-8"))


def invoke(
    command: list[str], target: Path, warehouse: Path, on_event: Callable[[EventMsg], None] | None = None
) -> None:
    """Run one dbt command against a warehouse file.

    Raises:
        DbtFailed: a node failed; the message names each with its reason.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["KSTT_WAREHOUSE"] = str(warehouse)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    target.mkdir(parents=True, exist_ok=True)
    runner = dbtRunner(callbacks=[on_event] if on_event else [])
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


def _failures(results: object) -> str:
    failed = [
        item for item in getattr(results, "results", []) if str(item.status) in ("error", "fail", "runtime error")
    ]
    return "\n".join(f"{item.node.name}: {item.message}" for item in failed) or "dbt failed"
