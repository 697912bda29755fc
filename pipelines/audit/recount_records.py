"""Records of the units' hand-kept sheets counted again: one function a stream.

Here: which rows of a stream are records of the period (domain/08; DESIGN, ideas 2 and 6), and what each counts as.
Not here: forms, cells. Invariant: written from the domain chapters, sharing nothing with the dbt models.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.audit.recount_landed import UNKNOWN, Counted, Landed, Row, age, is_valid, on, unit_scopes

_PLANS = ("control_plan", "review_plan")
_OWN_FORM = ("ward", "one_stop_desk", "department")
# First and last day of a record, and what it counts as.
_Span = Callable[[Row], tuple[Any, Any]]
_Measures = Callable[[Row], dict[str, int]]


def counted_directives(landed: Landed) -> list[Counted]:
    """Return the documents issued in the period (area I)."""
    return _counted(landed, "directives", "document_number", _act("issued_on"), _directive)


def _directive(row: Row) -> dict[str, int]:
    kind = row["directive_kind"]
    return {
        "documents": 1,
        "control_plans": int(kind == "control_plan"),
        "review_plans": int(kind == "review_plan"),
        "letters": int(kind == "letter"),
        "other_documents": int(kind not in _PLANS and kind != "letter"),
    }


def counted_plans(landed: Landed) -> list[Counted]:
    """Return the plans of the year each unit owes (area I: both kinds, issued before the day of the city's plan)."""
    question = landed.question
    year, until = question["period_end"].year, question["until_on"]
    due = dt.date.fromisoformat(f"{year}-{question['plan_before']}")
    issued = list(_newest(landed, "directives", "document_number"))
    return [
        _plan(landed, unit_id, kind, due, _first_plan(landed, issued, unit_id, kind, year), until)
        for unit_id in sorted(_owing(landed, "directives"))
        for kind in _PLANS
    ]


def _first_plan(landed: Landed, issued: list[tuple[str, Row]], unit_id: str, kind: str, year: int) -> Row | None:
    """Return the first plan of a kind a unit issued for a year, by the newest word on each."""
    days = [
        (on(row["issued_on"]), row["document_number"], row)
        for issuer, row in issued
        if issuer == unit_id and row["directive_kind"] == kind and row["issued_on"] is not None
    ]
    days = [item for item in days if item[0] <= landed.question["until_on"] and _year(landed, item[2]) == year]
    return min(days, key=lambda item: item[:2])[2] if days else None


def _year(landed: Landed, row: Row) -> int:
    """Return the year a plan is for: the one it names, else the reporting year it was issued in."""
    issued = on(row["issued_on"])
    years = [
        period["end_on"].year
        for period in landed.table("period")
        if period["period_kind"] == "year" and period["start_on"] <= issued <= period["end_on"]
    ]
    return int(row["plan_year"]) if row["plan_year"] else years[0] if years else issued.year


def _plan(landed: Landed, unit_id: str, kind: str, due: dt.date, plan: Row | None, until: dt.date) -> Counted:
    issued = on(plan["issued_on"]) if plan else None
    return Counted(
        record=f"plan:{unit_id}:{kind}",
        row_id=plan["row_id"] if plan else None,
        scopes=frozenset(unit_scopes(landed, unit_id, _OWN_FORM)),
        keys={"reporting_unit_id": unit_id},
        measures={
            "plans_owed": 1,
            "plans_on_time": int(issued is not None and issued < due),
            "plans_late": int(issued is not None and issued >= due),
            "plans_missing": int(issued is None and until >= due),
            "plans_not_due": int(issued is None and until < due),
        },
    )


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
    for unit_id, newest in _newest(landed, stream, key):
        first, last = span(newest)
        if first is not None and first <= until and (last is None or last >= start):
            yield unit_id, newest


def _newest(landed: Landed, stream: str, key: str) -> Iterator[tuple[str, Row]]:
    """Yield unit and newest row of each record of a stream."""
    records: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in landed.rows(stream):
        records[_unit(landed, row), row[key]].append(row)
    for (unit_id, _), rows in records.items():
        yield unit_id, max(rows, key=age)


def _owing(landed: Landed, stream: str) -> set[str]:
    """Return the known units that owe a stream on the last day of the period."""
    day = landed.question["period_end"]
    return {
        row["unit_id"]
        for row in landed.table("obligation")
        if row["stream"] == stream and row["unit_id"] in landed.units and is_valid(row, day)
    }


def _unit(landed: Landed, row: Row) -> str:
    """Return the unit that reports a record: the sender, or the unit the row names where a file is of many units."""
    delivery = row["delivery"]
    named = landed.unit_of_key.get(row["unit_name_key"]) if delivery["unit_from"] == "column" else delivery["unit_id"]
    return named if named in landed.units else UNKNOWN
