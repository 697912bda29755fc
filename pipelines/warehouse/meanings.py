"""What a column of a model means: its description, or that of the column it is passed on from.

Here: the description of each column by the dbt manifest. Not here: what it is computed from (lineage).
Invariant: a column is described where it begins; a model that passes it on under its name says nothing more of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


class Meanings:
    """The descriptions of a dbt project's columns."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        """Take dbt's manifest.json."""
        tables = {**manifest["sources"], **manifest["nodes"]}
        models = {key: node for key, node in tables.items() if node["resource_type"] in ("model", "source")}
        self._ids = {node["name"]: key for key, node in models.items() if node["resource_type"] == "model"}
        self._own = {
            key: {name: column["description"] for name, column in node["columns"].items() if column["description"]}
            for key, node in models.items()
        }
        self._needs = {
            key: [needed for needed in node.get("depends_on", {}).get("nodes", []) if needed in models]
            for key, node in models.items()
        }
        self._blocks = {block["name"]: block["block_contents"] for block in manifest["docs"].values()}

    def of(self, model: str, column: str) -> str:
        """Return what a column of a model means, "" where nothing says it.

        Its own description; else that of the nearest model or source before it with a column of this name that is
        described; else the block of `models/columns.md` that has its name.
        """
        key = self._ids[model]
        return self._own[key].get(column) or self.before(model, column)

    def before(self, model: str, column: str) -> str:
        """Return what a column means without a description of its own: one before it, or the block of its name.

        Where two that are equally near say different things there is none: the model has to say it.
        """
        found = self._nearest(self._ids[model], column)
        return found[0] if len(found) == 1 else "" if found else self._blocks.get(column, "")

    @cache  # noqa: B019 (one object a process, and it is small)
    def _nearest(self, key: str, column: str) -> tuple[str, ...]:
        level, seen = self._needs[key], set()
        while level:
            if found := {self._own[item][column] for item in level if column in self._own[item]}:
                return tuple(sorted(found))
            seen.update(level)
            level = sorted({needed for item in level for needed in self._needs[item]} - seen)
        return ()
