"""The independent recount of a report: every cell of every form and scope, counted again.

Here: cells from recounted records, comparison with forms and facts of the report. Not here: counting rules
(one module a noun), words (text). Invariant: the report is only read; a difference is never summed away.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.figures.layout import Fact, FormLayout, LayoutColumn, Layouts
from pipelines.office.settings import Office
from pipelines.recount.declared import counted_declarations
from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.estimates import counted_estimates
from pipelines.recount.feedback import counted_feedback
from pipelines.recount.landed import Counted, Landed
from pipelines.recount.layouts import counted_for_other_layouts
from pipelines.recount.procedures import (
    counted_drafts,
    counted_posting_checks,
    counted_posting_units,
    counted_procedure_levels,
    counted_processes,
    counted_publications,
)
from pipelines.recount.read_anew import ReadDifference, changed_bytes, read_anew, read_differences
from pipelines.recount.records import (
    counted_communications,
    counted_death_cases,
    counted_directives,
    counted_findings,
    counted_focal_officers,
    counted_inspections,
    counted_plans,
    counted_trainings,
)
from pipelines.recount.reviews import counted_documents, counted_procedures
from pipelines.recount.services import counted_services
from pipelines.recount.submissions import counted_submissions
from pipelines.recount.waiting import counted_waiting


def _declared(landed: Landed) -> list[Counted]:
    return [*counted_declarations(landed), *counted_estimates(landed)]


# Fact table → the recount of its records. A fact without one is reported as not recounted.
RECOUNTS: dict[str, Callable[[Landed], list[Counted]]] = {
    "fct_dossier_period": counted_dossiers,
    "fct_declared_period": _declared,
    "fct_feedback_period": counted_feedback,
    "fct_review_procedure_period": counted_procedures,
    "fct_review_document_period": counted_documents,
    "fct_directive_period": counted_directives,
    "fct_plan_period": counted_plans,
    "fct_draft_document_period": counted_drafts,
    "fct_procedure_level_period": counted_procedure_levels,
    "fct_internal_process_period": counted_processes,
    "fct_publication_period": counted_publications,
    "fct_posting_check_period": counted_posting_checks,
    "fct_posting_unit_period": counted_posting_units,
    "fct_dossier_waiting_period": counted_waiting,
    "fct_service_period": counted_services,
    "fct_dossier_layout_period": counted_for_other_layouts,
    "fct_focal_officer_period": counted_focal_officers,
    "fct_inspection_period": counted_inspections,
    "fct_finding_period": counted_findings,
    "fct_communication_period": counted_communications,
    "fct_training_period": counted_trainings,
    "fct_death_case_period": counted_death_cases,
    "fct_submission_period": counted_submissions,
}

# Rows of a table of the report in memory at once; those of a fact have a hundred columns.
_ROWS_AT_ONCE = 5_000

_Value = int | Decimal | None
_Cells = dict[tuple[str, tuple[str | None, ...]], Counter[str]]


@dataclass(frozen=True)
class CellDifference:
    """One printed cell that the recount does not find, with the records only one side has in it."""

    form_id: str
    scope_id: str
    row_code: str
    label: str
    column: str
    title: str
    printed: _Value
    recounted: _Value
    only_printed: tuple[str, ...]
    only_recounted: tuple[str, ...]


@dataclass(frozen=True)
class RecordDifference:
    """One record that report and recount do not count alike: what each says, None where it is not counted."""

    fact: str
    record: str
    reported: str | None
    recounted: str | None


@dataclass(frozen=True)
class RecountResult:
    """What a recount came to."""

    cells: tuple[CellDifference, ...]
    records: tuple[RecordDifference, ...]
    cell_count: int
    record_count: int
    not_recounted: tuple[str, ...]
    # Delivered files that were read otherwise; files whose kept bytes are not those received.
    files: tuple[ReadDifference, ...] = ()
    changed_bytes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Return whether every cell and record was counted again and is the same."""
        return not (self.cells or self.records or self.not_recounted or self.files or self.changed_bytes)


def recount_from_bytes(office: Office, database: Path, layouts: Layouts) -> RecountResult:
    """Count a report again from the files as they were received: each is read anew, no typed file is used.

    Shared with the report: how a file is read and judged, which files count, the office's tables as they are today. The
    counting shares nothing.

    Args:
        office: the office of the report.
        database: warehouse.duckdb of a report; only read.
        layouts: its forms.json.
    """
    with tempfile.TemporaryDirectory(prefix="kstt-dem-lai-") as folder:
        anew = read_anew(office, database, Path(folder))
        result = recount(database, layouts, anew)
        return replace(result, files=read_differences(database, anew), changed_bytes=changed_bytes(office, anew))


def recount(database: Path, layouts: Layouts, landed_in: Path | None = None) -> RecountResult:
    """Count a report again and compare every cell and every record.

    Args:
        database: warehouse.duckdb of a report; only read.
        layouts: its forms.json: which forms and columns there are.
        landed_in: the database whose schema `landed` is counted; None is the report's own, which proves the models
            alone.
    """
    with duckdb.connect(landed_in or database, read_only=True) as given:
        return _recounted(Landed.of(given), database, layouts)


def _recounted(landed: Landed, database: Path, layouts: Layouts) -> RecountResult:
    with duckdb.connect(database, read_only=True) as connection:
        facts = sorted({fact for layout in layouts.values() for fact in layout.summed})
        counted = {fact: landed.once(RECOUNTS[fact]) for fact in facts if fact in RECOUNTS}
        landed.forget()
        cells: list[CellDifference] = []
        cell_count = 0
        for layout in layouts.values():
            compared = list(_compared_cells(connection, layout, counted))
            cell_count += len(compared)
            cells += [difference for difference in compared if difference is not None]
        records = [
            difference
            for fact, of_fact in counted.items()
            for difference in _record_differences(connection, fact, layouts, of_fact)
        ]
    return RecountResult(
        cells=tuple(cells),
        records=tuple(records),
        cell_count=cell_count,
        record_count=sum(map(len, counted.values())),
        not_recounted=tuple(fact for fact in facts if fact not in counted),
    )


def _behind(layout: FormLayout, fact: str) -> list[str]:
    """Return the facts behind a column that sums a fact: the declared figures are in the same cells."""
    return [fact, *([layout.declared.name] if layout.declared else [])]


# --- cells ---------------------------------------------------------------------------------------------------------


def _compared_cells(
    connection: duckdb.DuckDBPyConnection, layout: FormLayout, counted: dict[str, list[Counted]]
) -> Iterator[CellDifference | None]:
    """Yield one item a recounted cell: None where both agree."""
    columns = [column for column in layout.cells if all(fact in counted for fact in _behind(layout, column.fact))]
    keys = layout.keys
    rows = list(_rows(connection, f"select * from {layout.model} order by scope_id, row_order"))
    asked = {tuple(row[key] is not None for key in keys) for row in rows}
    behind = {
        fact: [record for name in _behind(layout, fact) for record in counted[name]]
        for fact in sorted({column.fact for column in columns})
    }
    sums = {fact: _sums(records, keys, asked) for fact, records in behind.items()}
    for row in rows:
        place = row["scope_id"], tuple(row[key] for key in keys)
        for column in columns:
            recounted = _value(sums[column.fact].get(place, Counter()), column)
            if _same(row[column.name], recounted):
                yield None
            else:
                yield _difference(connection, layout, column, row, recounted, behind[column.fact])
    yield from _rows_missing(layout, columns, rows, sums)


def _sums(records: list[Counted], keys: tuple[str, ...], asked: Iterable[tuple[bool, ...]]) -> _Cells:
    """Sum measures by scope and key, for every set of keys some form row asks for (None: any)."""
    cells: _Cells = defaultdict(Counter)
    for record in records:
        amounts = {name: amount for name, amount in record.measures.items() if amount}
        for mask in asked:
            place = tuple(record.keys.get(key) if wanted else None for key, wanted in zip(keys, mask, strict=True))
            for scope_id in record.scopes:
                cell = cells[scope_id, place]
                for name, amount in amounts.items():
                    cell[name] += amount
    return dict(cells)


def _value(sums: Counter[str], column: LayoutColumn) -> _Value:
    """Return a cell: a sum, or a percentage of two sums, two decimals half up (domain/13 rounding)."""
    parts = sums[column.measure]
    if not column.whole:
        return parts
    whole = sums[column.whole_measure]
    return (Decimal(parts) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else None


def _same(printed: Any, recounted: _Value) -> bool:
    if printed is None or recounted is None:
        return printed is None and recounted is None
    return Decimal(str(printed)) == Decimal(recounted)


def _difference(
    connection: duckdb.DuckDBPyConnection,
    layout: FormLayout,
    column: LayoutColumn,
    row: dict[str, Any],
    recounted: _Value,
    records: list[Counted],
) -> CellDifference:
    keys = {key: row[key] for key in layout.keys if row[key] is not None}
    ours = {
        record.record
        for record in records
        if row["scope_id"] in record.scopes
        and record.measures.get(column.measure)
        and all(record.keys.get(key) == value for key, value in keys.items())
    }
    theirs: set[str] = set()
    for fact in _behind(layout, column.fact):
        about = layout.summed[fact]
        theirs |= _printed_records(connection, fact, about, column.measure, row["scope_id"], keys)
    return CellDifference(
        form_id=layout.form_id,
        scope_id=row["scope_id"],
        row_code=row["row_code"],
        label=row["label"],
        column=column.code,
        title=column.heading,
        printed=row[column.name],
        recounted=recounted,
        only_printed=tuple(sorted(theirs - ours)),
        only_recounted=tuple(sorted(ours - theirs)),
    )


def _printed_records(
    connection: duckdb.DuckDBPyConnection,
    fact: str,
    about: Fact,
    measure: str,
    scope_id: str,
    keys: dict[str, Any],
) -> set[str]:
    """Return the records of the report's own fact rows in one cell."""
    matches = "".join(f' and f."{key}" = ?' for key in keys)
    found = _rows(
        connection,
        f"""select cast(f."{about.key}" as varchar) as record from {fact} as f
        inner join {about.scope} as s on f."{about.key}" = s."{about.key}"
        where s.scope_id = ? and f."{measure}" <> 0{matches}""",
        [scope_id, *keys.values()],
    )
    return {row["record"] for row in found}


def _rows_missing(
    layout: FormLayout, columns: list[LayoutColumn], rows: list[dict[str, Any]], sums: dict[str, _Cells]
) -> Iterator[CellDifference]:
    """Yield the cells of recounted places no row of the form represents (in scopes the form is made for).

    Notes below a form need no row: they are printed for sections and total.
    """
    printed = {(row["scope_id"], tuple(row[key] for key in layout.keys)) for row in rows}
    scopes = {row["scope_id"] for row in rows}
    for column in (column for column in columns if column.number):
        for (scope_id, place), amounts in sums[column.fact].items():
            if scope_id in scopes and (scope_id, place) not in printed and amounts[column.measure]:
                yield CellDifference(
                    form_id=layout.form_id,
                    scope_id=scope_id,
                    row_code="–",
                    label=", ".join(str(part) for part in place),
                    column=column.code,
                    title=column.heading,
                    printed=None,
                    recounted=_value(amounts, column),
                    only_printed=(),
                    only_recounted=(),
                )


# --- records -------------------------------------------------------------------------------------------------------


def _record_differences(
    connection: duckdb.DuckDBPyConnection, fact: str, layouts: Layouts, counted: list[Counted]
) -> Iterator[RecordDifference]:
    """Compare each record: its place, its scopes, its measures and the row that speaks, so that two that change
    places in one column are found though every total holds."""
    forms = [layout for layout in layouts.values() if fact in layout.summed]
    about = forms[0].summed[fact]
    key, bridge = about.key, about.scope
    scopes: dict[str, set[str]] = defaultdict(set)
    for row in _rows(connection, f'select "{key}" as record, scope_id from {bridge}'):
        scopes[row["record"]].add(row["scope_id"])
    columns = {str(name) for name, *_ in connection.execute(f"describe {fact}").fetchall()}
    names = {name for form in forms for name in form.keys} & columns
    measures = {
        measure
        for form in forms
        for column in form.cells
        for measure in column.measures
        if fact in _behind(form, column.fact)
    }
    reported = {
        row[key]: _said(row, row, scopes[row[key]], row.get("row_id", ""), names, measures)
        for row in _rows(connection, f"select * from {fact}")
    }
    recounted = {
        item.record: _said(item.keys, item.measures, item.scopes, item.row_id, names, measures) for item in counted
    }
    for record in sorted(reported.keys() | recounted.keys()):
        if reported.get(record) != recounted.get(record):
            yield RecordDifference(fact, record, reported.get(record), recounted.get(record))


def _said(
    keys: dict[str, Any],
    amounts: dict[str, Any],
    scopes: Iterable[str],
    row_id: str | None,
    names: set[str],
    measures: set[str],
) -> str:
    """Return all that one side says of a record, as one line that can be compared and read."""
    counts = [
        name if (amount := amounts.get(name)) == 1 else f"{name} {amount}"
        for name in sorted(measures)
        if amounts.get(name)
    ]
    place = [f"{name} {keys.get(name)}" for name in sorted(names)]
    return "; ".join((", ".join(counts), ", ".join(place), f"biểu của {', '.join(sorted(scopes))}", f"dòng {row_id}"))


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, some thousand in memory at once; the connection asks nothing else meanwhile."""
    result = connection.execute(query, values or [])
    names = [column[0] for column in result.description or []]
    while found := result.fetchmany(_ROWS_AT_ONCE):
        yield from (dict(zip(names, row, strict=True)) for row in found)
