"""Which columns each column of a model is computed from, and of what type it is.

Here: sqlglot over the compiled models, once per state of the dbt project. Not here: Dagster (defs), SQL (dbt_project).
Invariant: it depends on the compiled SQL and the columns of its inputs only, so that one project has one answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.office.files import write_atomically
from pipelines.warehouse.dbt import NodeResult
from pipelines.warehouse.tables import tables_of

Source = tuple[str, str, str]
"""Schema, table and name of a column."""
Lineage = Mapping[str, Mapping[str, Sequence[Source]]]
"""Model → column → the columns it is computed from."""

_DIALECT = "duckdb"


def keep_columns(results: Iterable[NodeResult], database: Path, lineage: Path, types: Path) -> None:
    """Keep lineage and types of the columns dbt has built, once per state of the dbt project, for the definitions.

    A build of some models keeps those; types are written last, so that what they have the lineage has too.
    """
    built = [item for item in results if item.kind == "model" and item.sql]
    known = kept_types(types)
    if {item.name for item in built} <= known.keys():
        return
    column_lineage(built, database, lineage)
    found = {name: dict(table.columns) for name, table in tables_of(database, "main").items()}
    write_atomically(types, json.dumps({**known, **found}, ensure_ascii=False).encode())


def kept_lineage(lineage: Path) -> Lineage:
    """Return the lineage that was kept; empty before the first build of this state of the dbt project."""
    return _read(lineage) if lineage.is_file() else {}


def kept_types(types: Path) -> Mapping[str, Mapping[str, str]]:
    """Return model → column → type as DuckDB names it; empty before the first build."""
    return json.loads(types.read_text(encoding="utf-8")) if types.is_file() else {}


def column_lineage(results: Iterable[NodeResult], database: Path, cached: Path) -> Lineage:
    """Return the lineage of the models that dbt built, from the cache where it has all of them.

    Args:
        results: what dbt built, with its compiled SQL.
        database: the warehouse they were built into; it gives the columns of their inputs.
        cached: file of this state of the dbt project; written when it lacks a model.
    """
    models = {item.name: item.sql for item in results if item.kind == "model" and item.sql}
    known = dict(kept_lineage(cached))
    lacking = {name: sql for name, sql in models.items() if name not in known}
    if lacking:
        columns = {
            schema: {name: dict(table.columns) for name, table in tables_of(database, schema).items()}
            for schema in ("main", "landed")
        }
        known = {**known, **lineage_of(lacking, {database.stem: columns})}
        write_atomically(cached, json.dumps(known, ensure_ascii=False).encode())
    return {name: known[name] for name in models}


def _read(cached: Path) -> dict[str, dict[str, list[Source]]]:
    models = json.loads(cached.read_text(encoding="utf-8"))
    return {
        model: {column: [(schema, table, name) for schema, table, name in found] for column, found in columns.items()}
        for model, columns in models.items()
    }


def lineage_of(models: Mapping[str, str], columns: Mapping[str, Any]) -> dict[str, dict[str, list[Source]]]:
    """Return the lineage of some compiled models.

    Args:
        models: model → its compiled SQL.
        columns: database → schema → table → column → type, of all tables the models read.
    """
    from sqlglot.lineage import lineage
    from sqlglot.schema import MappingSchema

    schema = MappingSchema(dict(columns), dialect=_DIALECT)
    return {
        name: {
            column: _sources(node)
            for column, node in lineage(None, sql, schema, dialect=_DIALECT, trim_selects=False).items()
        }
        for name, sql in models.items()
    }


def _sources(column: object) -> list[Source]:
    """Return the columns of tables at the ends of a column's graph."""
    from sqlglot import exp
    from sqlglot.lineage import Node

    found: set[Source] = set()
    waiting, seen = [column], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Node) or id(node) in seen:
            continue
        seen.add(id(node))
        waiting += node.downstream
        if not node.downstream and isinstance(node.expression, exp.Table):
            found.add((node.expression.db, node.expression.name, node.name.rpartition(".")[2]))
    return sorted(found)
