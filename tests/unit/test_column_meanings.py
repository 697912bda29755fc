"""Every column means something, and says so once.

Here: the descriptions of the dbt project's columns. Not here: the page that shows them.
Invariant: a description stands where a column begins, or where it means something else than before; facts and forms
declare every column they have, for macros build their SQL from it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from compiled_project import compiled

from pipelines.warehouse.meanings import Meanings


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return json.loads(compiled().manifest)


def test_no_column_says_again_what_is_said_before_it(manifest: dict[str, Any]) -> None:
    meanings = Meanings(manifest)
    again = [
        f"{node['name']}.{name}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and not node["name"].startswith(("fct_", "form_"))
        for name, column in node["columns"].items()
        if not column["config"]["meta"]
        and column["description"]
        and column["description"].strip() == meanings.before(node["name"], name).strip()
    ]
    assert again == [], "a model that passes a column on does not describe it again: delete these lines"


def _manifest() -> dict[str, Any]:
    """Two tables, a model over each, one over both, and one that only passes on."""

    def node(kind: str, name: str, columns: dict[str, str], needs: tuple[str, ...] = ()) -> dict[str, Any]:
        described = {column: {"description": text} for column, text in columns.items()}
        return {"resource_type": kind, "name": name, "columns": described, "depends_on": {"nodes": list(needs)}}

    return {
        "sources": {"s.a": node("source", "a", {"code": "Code of a.", "day": "Day of a."})},
        "nodes": {
            "m.one": node("model", "one", {"day": "Day it came."}, ("s.a",)),
            "m.two": node("model", "two", {}, ("s.a",)),
            "m.both": node("model", "both", {"sum": "Sum."}, ("m.one", "m.two")),
            "m.last": node("model", "last", {}, ("m.both", "m.one")),
            "t.one": {"resource_type": "test", "name": "one_holds", "columns": {}},
        },
        "docs": {"d.label": {"name": "label", "block_contents": "Label."}},
    }


@pytest.mark.parametrize(
    ("model", "column", "means"),
    [
        ("one", "day", "Day it came."),
        ("two", "day", "Day of a."),
        ("two", "code", "Code of a."),
        ("both", "sum", "Sum."),
        ("both", "code", "Code of a."),
        ("last", "sum", "Sum."),
        ("last", "day", "Day it came."),
        ("last", "label", "Label."),
        ("last", "other", ""),
    ],
)
def test_a_column_means_what_is_said_of_it_or_of_the_nearest_before_it(model: str, column: str, means: str) -> None:
    assert Meanings(_manifest()).of(model, column) == means


def test_two_that_are_equally_near_and_differ_leave_it_to_the_model() -> None:
    manifest = _manifest()
    manifest["nodes"]["m.two"]["columns"]["day"] = {"description": "Day it went."}
    assert Meanings(manifest).of("both", "day") == ""
