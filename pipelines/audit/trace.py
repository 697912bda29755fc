"""From a printed cell to the dossiers, files and rows behind it.

Here: one query for every form. Not here: the rules (dbt), the layouts (forms.json).
Invariant: the rows of a form's fact where the measure is not zero and the form row's keys match, in the scope
of the form; their sum, with that of the form's declared fact where it has one, is the figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipelines.figures.layout import load_layouts
from pipelines.figures.text import RATE_DECIMALS, rate
from pipelines.office.errors import OfficeError
from pipelines.office.text import match_key


@dataclass(frozen=True)
class TracedCell:
    """One printed cell and the fact rows behind it."""

    form_id: str
    scope_id: str
    row_code: str
    label: str
    column_number: int
    column_title: str
    figure: int | Decimal | None
    rows: pd.DataFrame
    shown: dict
    decimals: int | None = None
    # Rows of the declared fact in the same cell (estimates), and how they are shown; no rows in most reports.
    declared: pd.DataFrame = field(default_factory=pd.DataFrame)
    declared_shown: dict = field(default_factory=dict)

    @property
    def figure_id(self) -> str:
        """Id of the figure, as in the manifest and in every document."""
        return f"{self.form_id}/{self.scope_id}/{self.row_code}/c{self.column_number}"

    @property
    def traced_sum(self) -> int | Decimal | None:
        """Sum of the measure over the rows found, declared ones too, or the ratio of two such sums: the figure."""
        parts = sum(int(rows["measure"].sum()) for rows in (self.rows, self.declared) if len(rows))
        if self.decimals is None:
            return parts
        whole = sum(int(rows["whole"].sum()) for rows in (self.rows, self.declared) if len(rows))
        return rate(parts, whole, self.decimals)


def trace(report: Path, form_id: str, row: str, column: int, unit: str | None = None) -> list[TracedCell]:
    """Return the cells a form row (label or code) and column number stand for, each with its fact rows.

    A label may stand in two sections ("Hộ tịch" of the city and of the wards): each is one cell.

    Raises:
        OfficeError: the report has no such form, scope, row or column; the message lists what there is.
    """
    layout = _layout(report, form_id)
    measure = _measure(layout, column)
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        scope_id = unit or _office_scope(connection)
        rows = _form_rows(connection, layout, scope_id, row)
        return [
            TracedCell(
                form_id=form_id,
                scope_id=scope_id,
                row_code=str(form_row["row_code"]),
                label=str(form_row["label"]),
                column_number=column,
                column_title=" / ".join(measure["head"]),
                figure=_figure(form_row[measure["name"]], measure),
                rows=fact_rows(connection, layout, measure, scope_id, form_row),
                shown=layout["facts"][measure["from"].partition(".")[0]]["trace"],
                decimals=RATE_DECIMALS if measure["of"] else None,
                **_declared(connection, layout, measure, scope_id, form_row),
            )
            for form_row in rows.to_dict("records")
        ]


def _declared(
    connection: duckdb.DuckDBPyConnection, layout: dict, column: dict, scope_id: str, form_row: dict
) -> dict[str, Any]:
    declared = layout.get("declared")
    if not declared:
        return {}
    rows = _rows_behind(connection, declared["fact"], declared, layout["keys"], column, scope_id, form_row)
    return {"declared": rows, "declared_shown": declared["trace"]}


def _figure(cell: Any, column: dict) -> int | Decimal | None:
    if not column["of"]:
        return int(cell)
    return None if pd.isna(cell) else Decimal(str(cell)).quantize(Decimal(1).scaleb(-RATE_DECIMALS))


def fact_rows(
    connection: duckdb.DuckDBPyConnection, layout: dict, column: dict, scope_id: str, form_row: dict
) -> pd.DataFrame:
    """Return the fact rows behind one cell, with the file, sheet and row each came from and the office's corrections.

    Column `measure` is what the cell sums; behind a percentage stands `whole` beside it.
    """
    fact = column["from"].partition(".")[0]
    return _rows_behind(connection, fact, layout["facts"][fact], layout["keys"], column, scope_id, form_row)


def _rows_behind(
    connection: duckdb.DuckDBPyConnection,
    fact: str,
    about: dict,
    key_names: list[str],
    column: dict,
    scope_id: str,
    form_row: dict,
) -> pd.DataFrame:
    measure = column["from"].partition(".")[2]
    whole = (column["of"] or column["from"]).partition(".")[2]
    keys = {key: form_row[key] for key in key_names if not pd.isna(form_row[key])}
    conditions = "".join(f' and f."{key}" = ?' for key in keys)
    key, bridge, subject = about["key"], about["scope"], about["trace"]["subject"]
    query = f"""
        with corrected as (
            select record_code, string_agg(
                column_label || ': ' || original || ' → ' || right_value || ' (' || document || ')', '; '
                order by correction_no
            ) as correction
            from (select distinct record_code, correction_no, column_label, original, right_value, document
                  from rpt_correction where state = 'applied')
            group by record_code
        )
        select f.*, d.file_name, c.correction, f."{measure}" as measure, f."{whole}" as whole
        from {fact} as f
        inner join {bridge} as s on f."{key}" = s."{key}"
        left join landed.delivery as d on f.delivery_id = d.delivery_id
        left join corrected as c on f."{subject}" = c.record_code
        where s.scope_id = ? and (f."{measure}" <> 0 or f."{whole}" <> 0){conditions}
        order by f."{key}"
    """
    return connection.execute(query, [scope_id, *keys.values()]).df()


def _layout(report: Path, form_id: str) -> dict:
    layouts = load_layouts(report / "forms.json")
    if form_id not in layouts:
        raise OfficeError(f"Báo cáo này không có biểu «{form_id}». Các biểu: {', '.join(sorted(layouts))}.")
    return layouts[form_id]


def _measure(layout: dict, column: int) -> dict:
    found = [item for item in layout["columns"] if item["number"] == column]
    if not found:
        numbers = ", ".join(str(item["number"]) for item in layout["columns"])
        raise OfficeError(f"Biểu {layout['form_id']} không có cột số {column}. Các cột số liệu: {numbers}.")
    return found[0]


def _office_scope(connection: duckdb.DuckDBPyConnection) -> str:
    (scope_id,) = connection.execute("select office_unit_id from landed.question").fetchone() or ("",)
    return scope_id


def _form_rows(connection: duckdb.DuckDBPyConnection, layout: dict, scope_id: str, row: str) -> pd.DataFrame:
    rows = connection.execute(f"select * from {layout['model']} where scope_id = ? order by row_order", [scope_id]).df()
    if rows.empty:
        scopes = connection.execute(f"select distinct scope_id from {layout['model']} order by 1").df()["scope_id"]
        raise OfficeError(f"Biểu {layout['form_id']} không lập cho «{scope_id}». Các đơn vị: {', '.join(scopes)}.")
    key = match_key(row)
    wanted = [
        key in (match_key(str(label)), str(code).casefold())
        for label, code in zip(rows["label"], rows["row_code"], strict=True)
    ]
    if not any(wanted):
        raise OfficeError(f"Biểu {layout['form_id']} không có dòng «{row}». Các dòng: {'; '.join(rows['label'])}.")
    return rows[wanted]
