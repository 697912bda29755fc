"""The declared part of printed figures: what no record stands behind, marked wherever it is printed.

Here: the sums of a form's declared fact by cell, marking figures, the line below the form. Not here: estimating (dbt).
Invariant: a cell is counted + declared; a figure with a declared part carries the mark in every document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.figures.text import format_count

if TYPE_CHECKING:
    from pipelines.figures.report_model import Figure, Form, FormRow

MARK = "*"
# What the estimate rests on, by the switch estimate_method (domain/04 4.2).
METHODS = {
    "run_rate": "ước theo số bình quân mỗi ngày làm việc từ đầu kỳ",
    "manual": "do cán bộ tổng hợp ước",
}

# Row code → measure → declared part.
Parts = Mapping[str, Mapping[str, int]]


def declared_parts(connection: duckdb.DuckDBPyConnection, layout: Mapping[str, Any], scope_id: str) -> Parts:
    """Return the declared part of every measure a form uses, by row; empty when nothing is declared."""
    declared = layout.get("declared")
    if not declared:
        return {}
    match = " and ".join(f'(m."{name}" is null or m."{name}" = f."{name}")' for name in layout["keys"]) or "true"
    measures = sorted(set(_measures(layout)))
    sums = ", ".join(f'cast(sum(f."{measure}") as bigint)' for measure in measures)
    found = connection.execute(
        f"""
        select m.row_code, {sums}
        from "{layout["model"]}" as m
        inner join (
            select s.scope_id as in_scope, f.* from {declared["fact"]} as f
            inner join {declared["scope"]} as s on f."{declared["key"]}" = s."{declared["key"]}"
        ) as f on m.scope_id = f.in_scope and {match}
        where m.scope_id = ?
        group by m.row_code
        """,
        [scope_id],
    ).fetchall()
    return {str(code): dict(zip(measures, values, strict=True)) for code, *values in found}


def _measures(layout: Mapping[str, Any]) -> Iterator[str]:
    # A ratio names columns of the form; the declared fact has the measures behind them.
    behind = {
        column["name"]: column["from"].partition(".")[2] for column in (*layout["columns"], *layout["notes"])
    }
    for column in (*layout["columns"], *layout["notes"]):
        yield from (column[part].partition(".")[2] for part in ("from", "of") if column.get(part))
    for ratio in layout["ratios"].values():
        yield from (behind.get(name, name) for name in (*ratio["parts"], *ratio["whole"]))


def mark_declared(form: Form, parts: Parts) -> Form:
    """Return a form whose figures with a declared part say so."""
    return replace(form, rows=tuple(_marked(form, row, parts.get(row.code, {})) for row in form.rows))


def _marked(form: Form, row: FormRow, parts: Mapping[str, int]) -> FormRow:
    def mark(figure: Figure, part: int, others: tuple[str, ...] = ()) -> Figure:
        if not part and not any(parts.get(name) for name in others):
            return figure
        return replace(figure, text=f"{figure.text}{MARK}", is_estimated=True, estimated=part)

    layout = form.layout
    behind = {column.name: column.measure for column in (*layout.columns, *layout.notes)}
    return replace(
        row,
        figures=tuple(
            mark(figure, 0, (column.measure, (column.whole or "").rpartition(".")[2]))
            if column.whole
            else mark(figure, parts.get(column.measure, 0))
            for column, figure in zip(layout.columns, row.figures, strict=True)
        ),
        ratios=tuple(
            mark(figure, 0, tuple(behind.get(name, name) for name in (*ratio.parts, *ratio.whole)))
            for ratio, figure in zip(layout.ratios, row.ratios, strict=True)
        ),
        notes=tuple(
            mark(figure, parts.get(column.measure, 0)) for column, figure in zip(layout.notes, row.notes, strict=True)
        ),
    )


def declared_line(form: Form, method: str) -> str | None:
    """Return the line below a form that tells its mark and the declared part of the total row; None without one."""
    total = form.rows[-1]
    told = [
        f"cột {column.number}: {_amount(figure.estimated)}"
        for column, figure in zip(form.layout.columns, total.figures, strict=True)
        if figure.estimated
    ]
    if not any(figure.is_estimated for row in form.rows for figure in row.figures):
        return None
    parts = f" Trong đó số ước, dòng {total.label}: {'; '.join(told)}." if told else ""
    return f"({MARK}) Có số ước cho thời gian còn lại của kỳ ({METHODS.get(method, method)}).{parts}"


def _amount(part: int) -> str:
    return format_count(part) if part > 0 else f"giảm {format_count(-part)}"
