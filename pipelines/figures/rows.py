"""Forms: the rows of one form model as printed cells and ratios.

Here: cells, ratios and notes of a form, each with its id. Not here: who has sent (coverage), paper (render).
Invariant: a cell is a column of the form model; a ratio is made of cells of its own row.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.figures.layout import FormLayout, LayoutColumn, Ratio
from pipelines.figures.model import Coverage, Figure, Form, FormRow, OfficeInfo, figure_id
from pipelines.figures.records import records_of
from pipelines.figures.text import Cleaner, format_count, format_rate, rate
from pipelines.office.errors import OfficeError


def form_of(
    connection: duckdb.DuckDBPyConnection,
    layout: FormLayout,
    scope_id: str,
    office: OfficeInfo,
    coverage: Coverage,
    cleaner: Cleaner,
) -> Form:
    """Return one form of a reporting unit, its rows in order.

    Raises:
        OfficeError: the form has no row for the unit.
    """
    query = f'select * from "{layout.model}" where scope_id = ? order by row_order'
    records = records_of(connection, query, (scope_id,))
    if not records:
        raise OfficeError(f"Biểu {layout.form_id} không có dòng nào cho đơn vị báo cáo «{scope_id}».")
    section, rows = "", []
    for record in records:
        section = cleaner.text(record["label"]) if record["row_kind"] == "section" else section
        rows.append(_row(layout, scope_id, record, section, office.percent_decimals, cleaner))
    return Form(layout, scope_id, tuple(rows), coverage)


def totals_by_scope(
    connection: duckdb.DuckDBPyConnection, layout: FormLayout, office: OfficeInfo, cleaner: Cleaner
) -> dict[str, FormRow]:
    """Return the total row of every unit's own form, by unit."""
    records = records_of(connection, f"""select * from "{layout.model}" where row_kind = 'total' order by scope_id""")
    return {
        str(record["scope_id"]): _row(layout, str(record["scope_id"]), record, "", office.percent_decimals, cleaner)
        for record in records
    }


def _row(
    layout: FormLayout, scope_id: str, record: dict[str, Any], section: str, decimals: int, cleaner: Cleaner
) -> FormRow:
    code = str(record["row_code"])

    def count(column: LayoutColumn, name: str) -> Figure:
        if column.source is None:
            return Figure(figure_id(layout.form_id, scope_id, code, name), None, "")
        value = int(record[column.name])
        return Figure(figure_id(layout.form_id, scope_id, code, name), value, format_count(value, layout.zero_display))

    def share(column: LayoutColumn) -> Figure:
        value = None if record[column.name] is None else Decimal(record[column.name])
        return Figure(
            figure_id(layout.form_id, scope_id, code, f"c{column.number}"), value, format_rate(value, sign="")
        )

    figures = tuple(share(column) if column.whole else count(column, f"c{column.number}") for column in layout.columns)
    # The figure of a percentage is not that of the measure above its line.
    printed = zip(layout.columns, figures, strict=True)
    ids = {column.measure: figure.figure_id for column, figure in printed if not column.whole}
    return FormRow(
        kind=str(record["row_kind"]),
        code=code,
        number=cleaner.text(record["row_no"]),
        label=cleaner.text(record["label"]),
        section_label=section if record["row_kind"] == "row" else "",
        figures=figures,
        ratios=tuple(_ratios(layout.ratios, record, ids, f"{layout.form_id}/{scope_id}/{code}", decimals)),
        notes=tuple(count(column, column.name) for column in layout.notes),
        unit_id=_unit_of(layout, record),
    )


def _unit_of(layout: FormLayout, record: dict[str, Any]) -> str:
    """Return the unit a row is about: the key of the form that names a unit."""
    named = [record[key] for key in layout.keys if key.endswith("unit_id") and record.get(key)]
    return str(named[0]) if named else ""


def _ratios(
    ratios: tuple[Ratio, ...], record: dict[str, Any], ids: dict[str, str], prefix: str, decimals: int
) -> Iterator[Figure]:
    """Yield the percentages of a row; `ids` are those of the measures the form prints (a ratio may use others)."""
    for ratio in ratios:
        value = rate(_sum(record, ratio.parts), _sum(record, ratio.whole), decimals)
        yield Figure(
            f"{prefix}/{ratio.name}",
            value,
            format_rate(value),
            tuple(ids[name] for name in ratio.parts if name in ids),
            tuple(ids[name] for name in ratio.whole if name in ids),
        )


def _sum(record: dict[str, Any], measures: tuple[str, ...]) -> int:
    return sum(int(record[name]) for name in measures)
