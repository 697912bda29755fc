"""Every small wrong edit of one model's SQL: comparison, boundary, join, condition, branch, date column.

Here: sqlglot trees. Not here: running (trial). Invariant: the same SQL has the same edits in the same order; an edit
changes one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

KINDS = ("comparison", "boundary", "join", "dropped condition", "swapped branch", "wrong date column")
_BOUNDARY = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
_COMPARISON = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GT,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.GTE: exp.LTE,
}
# Columns that hold a day or a moment; one is put in place of another of the same table.
_DATES = (
    "submitted_at", "received_at", "due_at", "original_due_at", "new_due_at", "supplement_requested_at",
    "supplement_received_at", "finished_at", "closed_at", "delivered_at", "apology_at", "answered_at", "published_at",
    "transferred_at", "reported_on", "period_start", "period_end", "as_of", "until_on", "observed_at", "valid_from",
    "valid_to", "planned_on", "done_on", "found_on", "closed_on", "issued_on", "held_on",
)  # fmt: skip


Change = Callable[[exp.Expression], str]


@dataclass(frozen=True)
class Edit:
    """One edit of a model: its kind, and the place before and after."""

    model: str
    number: int
    kind: str
    before: str
    after: str
    sql: str


@dataclass(frozen=True)
class Place:
    """One edit that is possible: the number of its node in the tree of the model's SQL, and what is done to it."""

    model: str
    number: int
    kind: str
    node: int
    change: Change

    def edit(self, sql: str) -> Edit:
        """Return the edit of a model's SQL; only what is drawn is written out."""
        tree = sqlglot.parse_one(sql, read="duckdb")
        place = next(node for index, node in enumerate(tree.walk()) if index == self.node)
        before = _noted(place)
        after = self.change(place)
        return Edit(self.model, self.number, self.kind, before, after, tree.sql(dialect="duckdb"))


def places(model: str, sql: str) -> list[Place]:
    """Return every possible edit of a model's SQL, in the order of its tree."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    dates = _dates_by_table(tree)
    found: list[Place] = []
    for index, node in enumerate(tree.walk()):
        for kind, change in _changes(node, dates):
            found.append(Place(model, len(found) + 1, kind, index, change))
    return found


def _changes(node: exp.Expression, dates: dict[str, set[str]]) -> Iterator[tuple[str, Change]]:
    kind = type(node)
    if kind in _COMPARISON and not _is_join_key(node):
        yield "comparison", _as(_COMPARISON[kind])
    if kind in _BOUNDARY:
        yield "boundary", _as(_BOUNDARY[kind])
    if isinstance(node, exp.Join) and node.args.get("on") and (node.side or "").upper() in ("", "LEFT"):
        yield "join", _join
    if isinstance(node, (exp.And, exp.Or)):
        yield "dropped condition", _keep("this")
        yield "dropped condition", _keep("expression")
    if isinstance(node, exp.Where):
        yield "dropped condition", _drop_where
    if isinstance(node, exp.Case) and node.args.get("ifs"):
        yield "swapped branch", _swap
    if isinstance(node, exp.Column) and node.name in dates.get(node.table, set()):
        for other in sorted(dates[node.table] - {node.name}):
            yield "wrong date column", _column(other)


def _is_join_key(node: exp.Expression) -> bool:
    """Return whether an equality is a key of a join: turned round it gives a product of tables, not a plausible slip."""
    if not isinstance(node, exp.EQ):
        return False
    parent = node.parent
    while isinstance(parent, (exp.And, exp.Paren)):
        parent = parent.parent
    return isinstance(parent, exp.Join)


def _dates_by_table(tree: exp.Expression) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for column in tree.find_all(exp.Column):
        if column.name in _DATES and column.table:
            found.setdefault(column.table, set()).add(column.name)
    return found


def _noted(node: exp.Expression) -> str:
    return " ".join(node.sql(dialect="duckdb").split())


def _as(kind: type[exp.Expression]) -> Change:
    def change(place: exp.Expression) -> str:
        new = kind(this=place.this.copy(), expression=place.expression.copy())
        place.replace(new)
        return _noted(new)

    return change


def _join(place: exp.Expression) -> str:
    place.set("side", None if (place.args.get("side") or "").upper() == "LEFT" else "LEFT")
    place.set("kind", None)
    return _noted(place)


def _keep(side: str) -> Change:
    def change(place: exp.Expression) -> str:
        new = place.args[side].copy()
        place.replace(new)
        return _noted(new)

    return change


def _drop_where(place: exp.Expression) -> str:
    place.pop()
    return "(no where)"


def _swap(place: exp.Expression) -> str:
    """Exchange the values of the first two branches, or of the only branch and the default."""
    ifs = place.args["ifs"]
    first = ifs[0].args["true"].copy()
    if len(ifs) > 1:
        ifs[0].set("true", ifs[1].args["true"].copy())
        ifs[1].set("true", first)
    else:
        ifs[0].set("true", (place.args.get("default") or exp.Null()).copy())
        place.set("default", first)
    return _noted(place)


def _column(name: str) -> Change:
    def change(place: exp.Expression) -> str:
        place.set("this", exp.to_identifier(name))
        return _noted(place)

    return change
