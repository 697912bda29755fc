"""Records of the units' hand-kept sheets counted again: one function a stream.

Here: which rows of a stream are records of the period (domain/08; DESIGN, ideas 2 and 6), and what each counts as.
Not here: forms, cells. Invariant: written from the domain chapters, sharing nothing with the dbt models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.audit.recount_landed import UNKNOWN, Counted, Landed, Row, age, on, unit_scopes

_OWN_FORM = ("ward", "one_stop_desk", "department")
# First and last day of a record, and what it counts as.
_Span = Callable[[Row], tuple[Any, Any]]
_Measures = Callable[[Row], dict[str, int]]


def counted_directives(landed: Landed) -> list[Counted]:
    """Return the documents issued in the period (area I)."""
    return _counted(landed, "directives", "document_number", _act("issued_on"), _directive)


def _directive(row: Row) -> dict[str, int]:
    kind, issued, due = row["directive_kind"], on(row["issued_on"]), on(row["due_on"])
    is_plan = kind in ("control_plan", "review_plan")
    has_due = is_plan and due is not None and issued is not None
    return {
        "documents": 1,
        "control_plans": int(kind == "control_plan"),
        "review_plans": int(kind == "review_plan"),
        "letters": int(kind == "letter"),
        "other_documents": int(not is_plan and kind != "letter"),
        "plans_on_time": int(has_due and issued < due),
        "plans_late": int(has_due and issued >= due),
    }


# --- what every stream of records shares ---------------------------------------------------------------------------


def _act(column: str) -> _Span:
    """Return the span of what happens on one day."""
    return lambda row: (on(row[column]), on(row[column]))


def _counted(landed: Landed, stream: str, key: str, span: _Span, measures: _Measures) -> list[Counted]:
    """Return the records of a stream that are of the period, each once in its unit's form and the office's."""
    return [
        Counted(
            record=f"{stream}:{unit_id}:{row[key]}",
            row_id=row["row_id"],
            scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
            keys={"reporting_unit_id": unit_id},
            measures=measures(row),
        )
        for unit_id, row in records_of_period(landed, stream, key, span)
    ]


def records_of_period(landed: Landed, stream: str, key: str, span: _Span) -> Iterator[tuple[str, Row]]:
    """Yield unit and newest row of each record begun by the last counted day and not ended before the first one."""
    start, until = landed.question["period_start"], landed.question["until_on"]
    records: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in landed.rows(stream):
        records[_unit(landed, row), row[key]].append(row)
    for (unit_id, _), rows in records.items():
        newest = max(rows, key=age)
        first, last = span(newest)
        if first is not None and first <= until and (last is None or last >= start):
            yield unit_id, newest


def _unit(landed: Landed, row: Row) -> str:
    """Return the unit that reports a record: the sender, or the unit the row names where a file is of many units."""
    delivery = row["delivery"]
    named = landed.unit_of_key.get(row["unit_name_key"]) if delivery["unit_from"] == "column" else delivery["unit_id"]
    return named if named in landed.units else UNKNOWN
