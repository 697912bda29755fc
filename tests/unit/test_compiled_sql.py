"""The SQL of every model as the engine gets it: no name twice, each form column from the measure its layout names.

Here: compiled models read by sqlglot, on an empty warehouse. Not here: what the models count.
Invariant: columns are known without running a model, from schema `landed` up; the engine is never asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from compiled_project import compiled
from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from warehouse_fixture import LANDED, Warehouse

from pipelines.warehouse.dbt import CompiledModel, compile_models
from pipelines.warehouse.lineage import Lineage, lineage_of
from pipelines.warehouse.meanings import Meanings

Columns = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompiledModel, ...]:
    empty = Warehouse(tmp_path_factory.mktemp("warehouse"), {}, tmp_path_factory.mktemp("dbt"))
    found = {model.name: model for model in compile_models(empty.target, empty.path)}
    return tuple(dict.fromkeys(in_order(found)))


def in_order(models: dict[str, CompiledModel]) -> Iterator[CompiledModel]:
    """Yield every model after those it reads (some more than once)."""

    def after_its_needs(name: str) -> Iterator[CompiledModel]:
        for needed in models[name].needs:
            yield from after_its_needs(needed)
        yield models[name]

    for name in models:
        yield from after_its_needs(name)


def doubled(query: exp.Expression) -> list[str]:
    """Return the names some select of a query gives to more than one column, stars written out."""
    return [
        name
        for select in query.find_all(exp.Select)
        for name, times in Counter(select.named_selects).items()
        if times > 1 and name != "*"
    ]


def written_out(sql: str, main: Columns) -> exp.Expression:
    schema = {"warehouse": {"landed": LANDED, "main": main}}
    return qualify(parse_one(sql, read="duckdb"), dialect="duckdb", schema=schema, validate_qualify_columns=False)


def test_no_select_of_a_model_gives_two_columns_one_name(models: tuple[CompiledModel, ...]) -> None:
    main: Columns = {}
    faults = {}
    for model in models:
        query = written_out(model.sql, main)
        main[model.name] = dict.fromkeys(query.named_selects, "varchar")
        if names := doubled(query):
            faults[model.name] = names
    assert faults == {}


def facts_behind(lineage: Lineage, model: str, column: str) -> set[tuple[str, str]]:
    """Fact columns a column is computed from, through whatever models lie between."""
    sources = [(table, name) for schema, table, name in lineage[model][column] if schema == "main"]
    facts = {source for source in sources if source[0].startswith("fct_")}
    return facts.union(*(facts_behind(lineage, *source) for source in sources if source not in facts))


def test_the_lineage_of_each_form_column_has_the_measure_its_layout_names(models: tuple[CompiledModel, ...]) -> None:
    main: Columns = {}
    for model in models:
        main[model.name] = dict.fromkeys(written_out(model.sql, main).named_selects, "varchar")
    lineage = lineage_of({model.name: model.sql for model in models}, {"warehouse": {"landed": LANDED, "main": main}})
    declared = [
        (node["name"], column["name"], *column["config"]["meta"]["from"].split("."))
        for node in json.loads(compiled().manifest)["nodes"].values()
        if node["name"].startswith("form_")
        for column in node["columns"].values()
        if "." in str(column["config"]["meta"].get("from", ""))
    ]
    assert len(declared) > 200
    assert [
        f"{form}.{column} lacks {fact}.{measure}"
        for form, column, fact, measure in declared
        if (fact, measure) not in facts_behind(lineage, form, column)
    ] == []


def test_a_name_brought_by_a_star_and_by_a_join_is_found() -> None:
    sql = 'select known.*, placed.field_name from "warehouse"."main"."known" as known cross join (select 1 as field_name) as placed'
    query = written_out(sql, {"known": {"code": "varchar", "field_name": "varchar"}})
    assert doubled(query) == ["field_name"]


def test_every_column_of_every_model_is_described_there_or_before_it(models: tuple[CompiledModel, ...]) -> None:
    manifest = json.loads(compiled().manifest)
    meanings, measures = Meanings(manifest), _measures(manifest)
    main: Columns = {}
    for model in models:
        main[model.name] = dict.fromkeys(written_out(model.sql, main).named_selects, "varchar")
    unsaid = [
        f"{model}.{column}"
        for model, columns in main.items()
        for column in columns
        if column not in measures and not meanings.of(model, column)
    ]
    assert unsaid == []


def _measures(manifest: dict[str, Any]) -> set[str]:
    """Names of the measures of facts, each of which is described where it is declared."""
    return {
        name
        for node in manifest["nodes"].values()
        if node["name"].startswith("fct_")
        for name, column in node["columns"].items()
        if column["config"]["meta"].get("measure") and column["description"]
    }
