"""Every measure of every fact says in words when a record counts, and where that is written.

Here: the yml of the facts. Not here: how the book shows it (test_book), whether the SQL does so (the rule tests).
Invariant: a new measure without its rule fails by name.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

CORE = Path(__file__).parents[2] / "dbt_project" / "models" / "core"
FACTS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0] for path in sorted(CORE.glob("fct_*.yml"))
}


def measures_of(model: dict[str, Any]) -> list[str]:
    return [column["name"] for column in model["columns"] if column.get("config", {}).get("meta", {}).get("measure")]


@pytest.mark.parametrize("fact", [name for name, model in FACTS.items() if measures_of(model)])
def test_every_measure_has_its_rule_and_every_fact_names_where_they_are_written(fact: str) -> None:
    trace = FACTS[fact]["config"]["meta"]["trace"]
    rules = trace.get("rules", {})
    assert list(rules) == measures_of(FACTS[fact])
    assert trace.get("rules_source")
    for text in (trace["rules_source"], *rules.values()):
        assert len(text.split()) >= 3, text
        assert text == unicodedata.normalize("NFC", text)
        assert not text.endswith("."), text


def test_no_two_measures_of_a_fact_have_the_same_rule() -> None:
    for fact, model in FACTS.items():
        rules = list(model["config"]["meta"]["trace"].get("rules", {}).values())
        assert sorted({rule for rule in rules if rules.count(rule) > 1}) == [], fact
