"""What a form prints of what the files of a unit do not tell: nothing known, where a zero would be a count.

Here: the marks. Not here: units that sent nothing (unsent), which columns a file has (rpt_column_coverage).
Invariant: a value is never changed, only how it prints; what is not zero was reported by somebody and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from pipelines.figures.layout import LayoutColumn
from pipelines.figures.model import Figure, Form, FormRow
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import NOT_SENT


def columns_by_scope(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Return the columns that any file behind the dossiers of each unit has; a unit without files is not there."""
    if not has_table(connection, "rpt_column_coverage"):
        return {}
    found: dict[str, set[str]] = {}
    for row in records_of(connection, "select scope_id, column_name from rpt_column_coverage"):
        found.setdefault(str(row["scope_id"]), set()).add(str(row["column_name"]))
    return {scope_id: frozenset(names) for scope_id, names in found.items()}


def mark_unreported(form: Form, columns: Mapping[str, frozenset[str]]) -> Form:
    """Return a form whose zeros say which of them no file of the row's unit could have reported."""
    return replace(form, rows=tuple(_row(form, row, columns) for row in form.rows))


def _row(form: Form, row: FormRow, columns: Mapping[str, frozenset[str]]) -> FormRow:
    # A row that is no unit's rests on the files of the form's scope.
    of_files = columns.get(row.unit_id or form.scope_id)
    notes = {column.name: figure.value for column, figure in zip(form.layout.notes, row.notes, strict=True)}

    def is_reported(column: LayoutColumn) -> bool:
        if column.unreported and not any(notes.get(name) for name in column.unreported):
            return True
        counted = [notes[name] for name in column.needs if name in notes]
        return any(counted) if counted else of_files is None or bool(column.needs & of_files)

    def mark(column: LayoutColumn, figure: Figure) -> Figure:
        if not column.needs or figure.value is None or figure.value or is_reported(column):
            return figure
        return replace(figure, text=NOT_SENT, is_unsent=True)

    return replace(row, figures=tuple(map(mark, form.layout.columns, row.figures)))
