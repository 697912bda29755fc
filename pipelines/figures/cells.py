"""The facts behind a cell: which fact rows a cell of a form sums.

Here: the one join of a form's rows with the rows of a fact. Not here: what is summed or shown of them (callers).
Invariant: a fact row is behind a form row when it is in the row's scope and each key of the form row is null or equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fact:
    """A fact a form sums: its model, and what the layout says of it (key, scope, trace, evidence)."""

    name: str
    about: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Column that names one row of the fact."""
        return str(self.about["key"])


def split_source(source: str) -> tuple[str, str]:
    """Return fact and measure of a column's source: fct_dossier_period.pending_total."""
    fact, _, measure = source.partition(".")
    return fact, measure


def declared_fact(layout: Mapping[str, Any]) -> Fact | None:
    """Return the fact of declared figures a form sums beside its own; None for most forms."""
    declared = layout.get("declared")
    return Fact(declared["fact"], declared) if declared else None


def facts_summed(layout: Mapping[str, Any], fact: str) -> list[Fact]:
    """Return the facts a column of a form sums: its own, and the declared one where the form has it."""
    declared = declared_fact(layout)
    return [Fact(fact, layout["facts"][fact]), *([declared] if declared else [])]


def behind(layout: Mapping[str, Any], fact: Fact, select: str, rows: str = "", database: str = "") -> str:
    """Return a query over the pairs of a form row (alias m) and a fact row behind it (alias f).

    Args:
        layout: the form's layout, an entry of forms.json.
        fact: the fact.
        select: what the query returns of m and f.
        rows: the form rows: a table or query with scope_id and the form's keys; by default all rows of the form.
        database: prefix of an attached database, ending in a dot.
    """
    match = "".join(f' and (m."{key}" is null or m."{key}" = f."{key}")' for key in layout["keys"])
    return f"""
        select {select}
        from {rows or f'{database}"{layout["model"]}"'} as m
        inner join {database}"{fact.about["scope"]}" as s on m.scope_id = s.scope_id
        inner join {database}"{fact.name}" as f on s."{fact.key}" = f."{fact.key}"{match}"""
