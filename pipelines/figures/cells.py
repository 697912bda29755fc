"""The facts behind a cell: which fact rows a cell of a form sums.

Here: the one join of a form's rows with the rows of a fact. Not here: what is summed or shown of them (callers).
Invariant: a fact row is behind a form row when it is in the row's scope and each key of the form row is null or equal.
"""

from __future__ import annotations

from pipelines.figures.layout import Fact, FormLayout


def split_source(source: str) -> tuple[str, str]:
    """Return fact and measure of a column's source: fct_dossier_period.pending_total."""
    fact, _, measure = source.partition(".")
    return fact, measure


def facts_summed(layout: FormLayout, fact: str) -> list[Fact]:
    """Return the facts a column of a form sums: its own, and the declared one where the form has it."""
    return [layout.facts[fact], *([layout.declared] if layout.declared else [])]


def keys_match(layout: FormLayout) -> str:
    """Return the condition that a fact row (alias f) has the keys of a form row (alias m)."""
    return " and ".join(f'(m."{key}" is null or m."{key}" = f."{key}")' for key in layout.keys) or "true"


def behind(layout: FormLayout, fact: Fact, select: str, rows: str = "", database: str = "") -> str:
    """Return a query over the pairs of a form row (alias m) and a fact row behind it (alias f).

    Args:
        layout: the form's layout.
        fact: the fact.
        select: what the query returns of m and f.
        rows: the form rows: a table or query with scope_id and the form's keys; by default all rows of the form.
        database: prefix of an attached database, ending in a dot.
    """
    return f"""
        select {select}
        from {rows or f'{database}"{layout.model}"'} as m
        inner join {database}"{fact.scope}" as s on m.scope_id = s.scope_id
        inner join {database}"{fact.name}" as f on s."{fact.key}" = f."{fact.key}" and {keys_match(layout)}"""
