"""From a printed cell to the dossiers, files and rows behind it.

Here: one query for every form. Not here: the rules (dbt), the layouts (forms.json).
Invariant: the rows of a form's fact where the measure is not zero and the form row's keys match, in the scope
of the form; their sum, with that of the form's declared fact where it has one, is the figure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipelines.audit.deciding import deciding_rows, parts_of
from pipelines.audit.places import PARTS, WHOLE, fact_columns, measures_of_ratio
from pipelines.audit.short_code import ShortCode
from pipelines.figures.cells import behind
from pipelines.figures.layout import Fact, FormLayout, Ratio, load_layouts
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import RATE_DECIMALS, rate
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.text import match_key


@dataclass(frozen=True)
class TracedCell:
    """One printed cell and the fact rows behind it."""

    form_id: str
    # What the form is called on its sheet, and whose it is.
    form: str
    scope_id: str
    unit_name: str
    row_code: str
    label: str
    # Section of the row; empty where the form has none.
    section: str
    # c<number>, or the name of a ratio or note, which have no number.
    column_code: str
    column_title: str
    figure: int | Decimal | None
    rows: pd.DataFrame
    shown: Mapping[str, Any]
    decimals: int | None = None
    # Rows of the declared fact in the same cell (estimates), and how they are shown; no rows in most reports.
    declared: pd.DataFrame = field(default_factory=pd.DataFrame)
    declared_shown: Mapping[str, Any] = field(default_factory=dict)
    # Every row of every file that decides a record of `rows`: record, part, sender, file, sheet, row, hash.
    places: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Column of `rows` that names the record in `places`.
    key: str = ""
    # Delivery → the version an office below issued that it is: unit_name, issue_id, seal.
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def figure_id(self) -> str:
        """Id of the figure, as in the manifest and in every document."""
        return f"{self.form_id}/{self.scope_id}/{self.row_code}/{self.column_code}"

    @property
    def column_number(self) -> int | None:
        """Number of the column; None for a ratio or note."""
        number = self.column_code.removeprefix("c")
        return int(number) if number.isdecimal() else None

    @property
    def traced_sum(self) -> int | Decimal | None:
        """Sum of the measure over the rows found, declared ones too, or the ratio of two such sums: the figure."""
        parts = sum(int(rows["measure"].sum()) for rows in (self.rows, self.declared) if len(rows))
        if self.decimals is None:
            return parts
        whole = sum(int(rows["whole"].sum()) for rows in (self.rows, self.declared) if len(rows))
        return rate(parts, whole, self.decimals)


def trace(report: Path, form_id: str, row: str, column: int | str, unit: str | None = None) -> list[TracedCell]:
    """Return the cells a form row (label or code) and column represent, each with its fact rows.

    The column is its number (10 or c10), or the name of a ratio or note of the form. A label may be in two
    sections ("Hộ tịch" of the city and of the wards): each is one cell.

    Raises:
        OfficeError: the report has no such form, scope, row or column; the message lists what there is.
    """
    layout = _layout(report, form_id)
    column = f"c{column}" if isinstance(column, int) or column.isdecimal() else column
    asked = _asked(report, layout, column)
    fact = layout.facts[asked.fact]
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        scope_id = unit or _office_scope(connection)
        rows = _form_rows(connection, layout, scope_id, row)
        sections = _sections(connection, layout, scope_id)
        versions = _versions(connection)
        return [
            TracedCell(
                form_id=layout.form_id,
                form=layout.tab,
                scope_id=scope_id,
                unit_name=_unit_name(connection, scope_id),
                row_code=str(form_row["row_code"]),
                label=str(form_row["label"]),
                section=sections.get(str(form_row["row_code"]).partition(".")[0], ""),
                column_code=column,
                column_title=asked.title,
                figure=_figure(form_row, asked),
                rows=(found := _rows_behind(connection, layout, fact, asked, scope_id, form_row)),
                shown=fact.trace,
                places=_places(connection, fact, found),
                key=fact.key,
                versions=versions,
                decimals=asked.decimals,
                **_declared(connection, layout, asked, scope_id, form_row),
            )
            for form_row in rows.to_dict("records")
        ]


def _declared(
    connection: duckdb.DuckDBPyConnection, layout: FormLayout, asked: _Asked, scope_id: str, form_row: dict
) -> dict[str, Any]:
    declared = layout.declared
    if declared is None:
        return {}
    rows = _rows_behind(connection, layout, declared, asked, scope_id, form_row)
    if "declared_by" in rows:
        names = dict(connection.execute("select unit_id, name_vi from dim_unit").fetchall())
        rows["declared_by"] = rows["declared_by"].map(lambda unit_id: names.get(unit_id, unit_id))
    return {"declared": rows, "declared_shown": declared.trace}


def _figure(form_row: dict, asked: _Asked) -> int | Decimal | None:
    if asked.ratio:
        sides = (asked.ratio.parts, asked.ratio.whole)
        parts, whole = (sum(int(form_row[name]) for name in names) for names in sides)
        return rate(parts, whole, asked.decimals or 0)
    cell = form_row[asked.name]
    if asked.decimals is None:
        return int(cell)
    return None if pd.isna(cell) else Decimal(str(cell)).quantize(Decimal(1).scaleb(-RATE_DECIMALS))


def _places(connection: duckdb.DuckDBPyConnection, fact: Fact, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the deciding rows of some records, each with who sent the file, its name and its hash in landing."""
    connection.register("traced", rows[[fact.key]].drop_duplicates())
    parts = ", ".join(f"({number}, '{part}')" for number, part in enumerate(parts_of(fact)))
    found = connection.execute(f"""
        select p.record, part.name as part, p.delivery_id, coalesce(d.unit_id, n.unit_id) as sender,
            coalesce(u.name_vi, d.unit_id, n.unit_id) as sender_name,
            coalesce(d.file_name, n.file_name, p.source_file) as file_name, nullif(p.source_sheet, '') as sheet,
            p.source_row as row_no, d.sha256
        from ({deciding_rows(fact, "traced")}) as p
        inner join (values {parts}) as part (part_no, name) on p.part_no = part.part_no
        left join landed.delivery as d on p.delivery_id = d.delivery_id
        left join (select distinct delivery_id, unit_id, file_name from landed.sending) as n
            on p.delivery_id = n.delivery_id
        left join dim_unit as u on coalesce(d.unit_id, n.unit_id) = u.unit_id
        order by p.record, p.part_no
    """).df()
    connection.unregister("traced")
    return found


def _rows_behind(
    connection: duckdb.DuckDBPyConnection, layout: FormLayout, fact: Fact, asked: _Asked, scope_id: str, form_row: dict
) -> pd.DataFrame:
    # A percentage of several measures (a ratio) adds them up on both sides.
    measure, whole = _sum_of(asked.parts), _sum_of(asked.whole)
    one_row = f"(select * from {layout.model} where scope_id = ? and row_code = ?)"
    query = f"""
        with corrected as (
            select record_code, string_agg(
                column_label || ': ' || original || ' → ' || right_value || ' (' || document || ')', '; '
                order by correction_no
            ) as correction
            from (select distinct record_code, correction_no, column_label, original, right_value, document
                  from rpt_correction where state = 'applied')
            group by record_code
        ),
        found as ({behind(layout, fact, f"f.*, {measure} as measure, {whole} as whole", one_row)})
        select f.* exclude (measure, whole), d.file_name, d.unit_id as sender, c.correction, f.measure, f.whole
        from found as f
        left join landed.delivery as d on f.delivery_id = d.delivery_id
        left join corrected as c on f."{fact.trace["subject"]}" = c.record_code
        where f.measure <> 0 or f.whole <> 0
        order by f."{fact.key}"
    """
    return connection.execute(query, [scope_id, form_row["row_code"]]).df()


def trace_code(report: Path, code: ShortCode) -> list[TracedCell]:
    """Return the cell a short code names in a report, with its fact rows.

    Raises:
        OfficeError: the report has no such form, row or column; the message lists what there is.
    """
    layouts = load_layouts(report / "forms.json")
    form_id = code.form_among(layouts)
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        scope_id = code.unit or _office_scope(connection)
        query = f"select row_code from {layouts[form_id].model} where scope_id = ? order by row_order"
        codes = [str(row_code) for (row_code,) in connection.execute(query, [scope_id]).fetchall()]
    return trace(report, form_id, code.row_among(codes), code.column, code.unit)


def _layout(report: Path, name: str) -> FormLayout:
    """Return the layout of a form by its id, its sheet's name, its number on paper or its short name."""
    layouts = load_layouts(report / "forms.json")
    if name in layouts:
        return layouts[name]
    key = match_key(name)
    for layout in layouts.values():
        if key in map(match_key, (layout.form_id, layout.tab, layout.number, layout.short)):
            return layout
    names = sorted(layout.tab for layout in layouts.values())
    raise OfficeError(f"Báo cáo này không có biểu «{name}»{nearest(name, names)} Các biểu: {'; '.join(names)}.")


def _unit_name(connection: duckdb.DuckDBPyConnection, unit_id: str) -> str:
    found = connection.execute("select name_vi from dim_unit where unit_id = ?", [unit_id]).fetchone()
    return str(found[0]) if found else unit_id


def _sections(connection: duckdb.DuckDBPyConnection, layout: FormLayout, scope_id: str) -> dict[str, str]:
    """Return the label of each section of a form, by its code."""
    query = f"select row_code, label from {layout.model} where scope_id = ? and row_kind = 'section'"
    return {str(code): str(label) for code, label in connection.execute(query, [scope_id]).fetchall()}


def _versions(connection: duckdb.DuckDBPyConnection) -> dict[str, Mapping[str, str]]:
    """Return the versions offices below issued, by delivery; none in a report made before there were any."""
    if not has_table(connection, "int_issued_version"):
        return {}
    query = "select delivery_id, office_name, issue_id, seal from int_issued_version"
    return {str(row["delivery_id"]): row for row in records_of(connection, query)}


def _sum_of(measures: Sequence[str]) -> str:
    return "(" + " + ".join(f'f."{name}"' for name in measures) + ")"


@dataclass(frozen=True)
class _Asked:
    """What the trace needs of a column, note or ratio: the measures of one fact it sums, and over which it divides."""

    name: str
    title: str
    fact: str
    parts: tuple[str, ...]
    whole: tuple[str, ...]
    # Of a percentage: those printed.
    decimals: int | None = None
    ratio: Ratio | None = None


def _asked(report: Path, layout: FormLayout, code: str) -> _Asked:
    """Return the column, note or ratio a code names."""
    column = next((column for column in layout.cells if column.code == code), None)
    if column:
        parts, whole = (column.measure,), (column.whole_measure or column.measure,)
        decimals = RATE_DECIMALS if column.whole else None
        return _Asked(column.name, column.heading, column.fact, parts, whole, decimals)
    ratio = layout.ratio(code)
    if ratio:
        return _ratio(report, layout, ratio)
    if any(code == column.code for column in layout.columns):
        raise OfficeError(f"Biểu «{layout.tab}»: cột {code[1:]} do cấp khác ghi, đơn vị để trống.")
    known = ", ".join(str(column.number) for column in layout.figures)
    beside = [f"{note.name} ({note.heading})" for note in layout.notes]
    beside += [f"{ratio.name} ({ratio.label or ratio.name})" for ratio in layout.ratios]
    asked = code[1:] if code[1:].isdecimal() else code
    more = f" Ghi chú, tỷ lệ: {'; '.join(beside)}." if beside else ""
    raise OfficeError(f"Biểu «{layout.tab}» không có cột {asked}. Các cột số liệu: {known}.{more}")


def _ratio(report: Path, layout: FormLayout, ratio: Ratio) -> _Asked:
    """Return a ratio as a column: its measures are those of one fact, its decimals those printed."""
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        fact, sides = measures_of_ratio(layout, ratio, fact_columns(connection))
    if not fact:
        label = ratio.label or ratio.name
        raise OfficeError(f"«{label}» của biểu «{layout.tab}» không truy được: không bảng nào có đủ số đo.")
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    printed = (str(value) for key, value in figures.items() if key.endswith(f"/{ratio.name}") and value is not None)
    decimals = max((len(value.partition(".")[2]) for value in printed), default=RATE_DECIMALS)
    title = ratio.label or f"tỷ lệ {ratio.name}"
    return _Asked(ratio.name, title, fact, tuple(sides[PARTS]), tuple(sides[WHOLE]), decimals, ratio)


def _office_scope(connection: duckdb.DuckDBPyConnection) -> str:
    (scope_id,) = connection.execute("select office_unit_id from landed.question").fetchone() or ("",)
    return scope_id


def _form_rows(connection: duckdb.DuckDBPyConnection, layout: FormLayout, scope_id: str, row: str) -> pd.DataFrame:
    rows = connection.execute(f"select * from {layout.model} where scope_id = ? order by row_order", [scope_id]).df()
    if rows.empty:
        query = f"""
            select distinct m.scope_id || ' (' || coalesce(u.name_vi, m.scope_id) || ')' as unit
            from {layout.model} as m
            left join dim_unit as u on m.scope_id = u.unit_id order by 1"""
        scopes = ", ".join(str(unit) for (unit,) in connection.execute(query).fetchall())
        raise OfficeError(f"Biểu «{layout.tab}» không lập cho «{scope_id}». Các đơn vị: {scopes}.")
    key = match_key(row)
    wanted = [
        key in (match_key(str(label)), str(code).casefold())
        for label, code in zip(rows["label"], rows["row_code"], strict=True)
    ]
    if not any(wanted):
        raise OfficeError(
            f"Biểu «{layout.tab}» không có dòng «{row}»{nearest(row, list(rows['label']))} "
            f"Các dòng: {'; '.join(dict.fromkeys(rows['label']))}."
        )
    return rows[wanted]
