"""Portable SQL: every compiled model and data test is read as Spark and as PostgreSQL, engine words are in dispatch only.

Here: the compiled project read by sqlglot, the words of its source. Not here: running it on another engine (engines).
Invariant: no engine is asked; a word is portable because it stands in the list below, which each engine has been run with.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from compiled_project import Node, compiled
from sqlglot import parse_one
from sqlglot.errors import SqlglotError

from pipelines.paths import DBT_PROJECT

# Functions, and words before a bracket, that DuckDB, Spark and PostgreSQL have under one name with one meaning.
PORTABLE = frozenset(
    word
    for line in (
        "abs ceil coalesce count decimal extract first_value greatest grouping lag least lower max min mod nullif",
        "replace round row_number substring sum trim upper",
        "and as between by cast case else end exists from having in join not on or over select sets then when where",
    )
    for word in line.split()
)
# Words and signs one of them has not, or has with another meaning.
FOREIGN = {
    "::": r"::",
    "interval": r"\binterval\b",
    "qualify": r"\bqualify\b",
    "filter": r"\bfilter\s*\(",
    "distinct on": r"\bdistinct\s+on\b",
    "ilike": r"\bilike\b",
    "using": r"\busing\b",
    "lateral": r"\blateral\b",
    "group by all": r"\b(group|order)\s+by\s+all\b",
    "exclude": r"\*\s*(exclude|except|replace|rename)\b",
    "current time": r"\b(now|today|current_(date|time|timestamp)|localtime\w*)\b",
    "asof, positional, semi, anti": r"\b(asof|positional|semi|anti)\s+join\b",
    "a text in double quotes": r'"',
    "list or struct": r"[\[\]{}]",
    "//": r"//",
    "limit": r"\blimit\b",
}
DISPATCH = DBT_PROJECT / "macros" / "dispatch"


def sources() -> list[Path]:
    rooms = (DBT_PROJECT / name for name in ("models", "macros", "tests"))
    return [path for room in rooms for path in sorted(room.rglob("*.sql")) if DISPATCH not in path.parents]


def sql_of(text: str) -> str:
    """Return the SQL of a source: without Jinja, texts and remarks."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|--[^\n]*", " ", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", " x ", text, flags=re.S)
    return re.sub(r"'[^']*'", " 'x' ", text)


def foreign_words(text: str) -> list[str]:
    """Return the words of a source that another engine may not know."""
    sql = sql_of(text).lower()
    called = {word for word in re.findall(r"\b([a-z_]\w*)\s*\(", sql) if word not in PORTABLE and word != "x"}
    names = set(re.findall(r"\b([a-z_]\w*)\s+as\s*\(", sql))  # CTEs
    return sorted((called - names) | {name for name, pattern in FOREIGN.items() if re.search(pattern, sql)})


def test_engine_words_are_in_dispatch_only() -> None:
    found = {path.name: foreign_words(path.read_text(encoding="utf-8")) for path in sources()}
    assert len(found) > 150
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select strftime(day_on, '%Y') as y from t", ["strftime"]),
        ("select '1'::integer as n from t", ["::"]),
        ("select a from t qualify row_number() over (order by a) = 1", ["qualify"]),
        ("select count(*) filter (where a) as n from t", ["filter"]),
        ("select t.* exclude (a) from t", ["exclude"]),
        ("select day_on + interval 1 day from t", ["interval"]),
        ("select list_contains([1, 2], a) from t", ["list or struct", "list_contains"]),
        ("with a as (select 1 as n) select {{ days_between('a', 'b') }}, cast(n as bigint) from a", []),
        ("select 'qualify' as word from t -- list_contains(x)", []),
    ],
)
def test_a_word_of_one_engine_is_found(sql: str, words: list[str]) -> None:
    assert foreign_words(sql) == sorted(words)


def fault_of(node: Node, engine: str) -> str | None:
    """Return why an engine's grammar does not read a compiled node; names are written without their database."""
    try:
        parse_one(node.sql.replace('"warehouse".', "").replace('"', ""), read=engine)
    except SqlglotError as error:
        return str(error)
    return None


@pytest.mark.parametrize("engine", ["spark", "postgres"])
def test_every_model_and_data_test_is_read_by_another_engine(engine: str) -> None:
    nodes = [*compiled().models.values(), *compiled().tests]
    assert len(nodes) > 250
    assert {node.name: fault for node in nodes if (fault := fault_of(node, engine))} == {}
