"""The declared part of printed figures: what no record is behind, marked wherever it is printed.

Here: the sums of a form's declared fact by cell, marking figures, the line below the form. Not here: estimating (dbt).
Invariant: a cell is counted + declared; a figure with a declared part carries the mark of its kind in every document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import duckdb

from pipelines.figures.cells import behind
from pipelines.figures.layout import FormLayout
from pipelines.figures.model import Figure, Form, FormRow
from pipelines.figures.text import format_count

MARK = "*"
# Of figures a unit without an export declares in its return; in every font a document may fall back to.
UNIT_MARK = "†"
# What the estimate rests on, by the switch estimate_method (domain/04 4.2).
METHODS = {
    "run_rate": "ước theo số bình quân mỗi ngày làm việc từ đầu kỳ",
    "manual": "do cán bộ tổng hợp ước",
}
ESTIMATED, BY_UNIT = "estimated", "declared_by_unit"

# Row code → measure → declared part, of one kind of declared figures.
Parts = Mapping[str, Mapping[str, int]]
# Kind (estimated, declared_by_unit) → its parts.
PartsByKind = Mapping[str, Parts]


def declared_parts(connection: duckdb.DuckDBPyConnection, layout: FormLayout, scope_id: str) -> PartsByKind:
    """Return the declared part of every measure a form uses, by kind and row; empty when nothing is declared."""
    if layout.declared is None:
        return {}
    measures = sorted(set(_measures(layout)))
    sums = ", ".join(f'cast(sum(f."{measure}") as bigint)' for measure in measures)
    query = behind(layout, layout.declared, f"f.kind, m.row_code, {sums}")
    found = connection.execute(f"{query} where m.scope_id = ? group by f.kind, m.row_code", [scope_id]).fetchall()
    parts: dict[str, dict[str, Mapping[str, int]]] = {}
    for kind, code, *values in found:
        parts.setdefault(str(kind), {})[str(code)] = dict(zip(measures, values, strict=True))
    return parts


def _measures(layout: FormLayout) -> Iterator[str]:
    # A ratio names columns of the form; the declared fact has the measures behind them.
    behind = {column.name: column.measure for column in layout.cells}
    for column in layout.cells:
        yield from column.measures
    for ratio in layout.ratios:
        yield from (behind.get(name, name) for name in (*ratio.parts, *ratio.whole))


def mark_declared(form: Form, parts: PartsByKind) -> Form:
    """Return a form whose figures with a declared part are marked, and of which kind."""
    for kind in (ESTIMATED, BY_UNIT):
        of_kind = parts.get(kind, {})
        form = replace(form, rows=tuple(_marked(form, row, of_kind.get(row.code, {}), kind) for row in form.rows))
    return form


def _marked(form: Form, row: FormRow, parts: Mapping[str, int], kind: str) -> FormRow:
    def mark(figure: Figure, part: int, others: tuple[str, ...] = ()) -> Figure:
        if not part and not any(parts.get(name) for name in others):
            return figure
        if kind == ESTIMATED:
            return replace(figure, text=f"{figure.text}{MARK}", is_estimated=True, estimated=part)
        return replace(figure, text=f"{figure.text}{UNIT_MARK}", is_declared=True, declared=part)

    layout = form.layout
    behind = {column.name: column.measure for column in (*layout.columns, *layout.notes)}
    return replace(
        row,
        figures=tuple(
            mark(figure, 0, column.measures) if column.whole else mark(figure, parts.get(column.measure, 0))
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


def marks_of(figure: Figure) -> str:
    """Return the marks a figure carries, in the order they are printed."""
    return (MARK if figure.is_estimated else "") + (UNIT_MARK if figure.is_declared else "")


def declared_lines(form: Form, method: str) -> tuple[str, ...]:
    """Return the lines below a form that tell its marks and the declared parts of the total row; none without any."""
    printed = [figure for row in form.rows for figure in row.figures]
    lines = []
    if any(figure.is_estimated for figure in printed):
        noted = f"({MARK}) Có số ước cho thời gian còn lại của kỳ ({METHODS.get(method, method)})."
        lines.append(noted + _in_total(form, "số ước", "estimated"))
    if any(figure.is_declared for figure in printed):
        noted = f"({UNIT_MARK}) Có số do đơn vị tự kê trong phiếu báo cáo, không đếm từ danh sách hồ sơ."
        lines.append(noted + _in_total(form, "số tự kê", "declared"))
    return tuple(lines)


def _in_total(form: Form, noun: str, part: str) -> str:
    total = form.rows[-1]
    noted = [
        f"cột {column.number}: {_amount(getattr(figure, part))}"
        for column, figure in zip(form.layout.columns, total.figures, strict=True)
        if getattr(figure, part)
    ]
    return f" Trong đó {noun}, dòng {total.label}: {'; '.join(noted)}." if noted else ""


def _amount(part: int) -> str:
    return format_count(part) if part > 0 else f"giảm {format_count(-part)}"
