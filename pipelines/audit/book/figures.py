"""The figures of a report as the book holds them: forms as printed, and every other number with what it is made of.

Here: plain values of the report model. Not here: records (records), writing (write), pages (page/).
Invariant: every figure of the manifest is in the book under its own id; nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from pipelines.audit.places import PARTS, WHOLE, fact_columns, measures_of_ratio
from pipelines.figures.change import NOTED
from pipelines.figures.charts import charts_of
from pipelines.figures.layout import FormLayout, Layouts
from pipelines.figures.model import Figure, Form, FormRow, ReportModel, Scope
from pipelines.figures.records import records_of
from pipelines.figures.scores import SCORE


def book_forms(connection: duckdb.DuckDBPyConnection, model: ReportModel, layouts: Layouts) -> list[dict[str, Any]]:
    """Return the forms of a report: columns with the measures they sum, rows with their keys and printed texts."""
    known = fact_columns(connection)
    return [
        _form(connection, model.forms[name], layout, known) for name, layout in layouts.items() if name in model.forms
    ]


def other_figures(
    model: ReportModel, layouts: Layouts, index: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the figures that are in no form, by id: changes, parts of the period, points of the index."""
    found: dict[str, dict[str, Any]] = {}
    for name, figure in model.figures.items():
        if noted := NOTED.fullmatch(name):
            found[name] = _change(model, figure, noted["figure"], noted["against"])
        elif name.partition("/")[0] not in layouts:
            found[name] = {"kind": "other", "text": figure.text, "label": _label(model, name)} | _sides(figure)
            found[name] |= index.get(name, {})
    return found


def book_charts(model: ReportModel) -> list[dict[str, Any]]:
    """Return the charts: each point with its text and the figure it is."""
    return [
        {
            "id": chart.chart_id,
            "title": chart.title,
            "unit": chart.unit,
            "series": [
                [item.name, [[point.label, point.text, point.figure_id or ""] for point in item.points]]
                for item in chart.series
            ],
        }
        for chart in charts_of(model).values()
    ]


def coverage_lines(connection: duckdb.DuckDBPyConnection, scope: Scope | None = None) -> list[list[Any]]:
    """Return who owes what and what came of it: unit, stream, state, timing, files, rows read and sent back."""
    query = """
        select unit_id, stream, unit_name, stream_title, state, timing, files, rows_typed, rows_rejected
        from rpt_coverage order by sort_no, unit_id, stream"""
    return of_scope(records_of(connection, query), scope)


def of_scope(lines: list[dict[str, Any]], scope: Scope | None) -> list[list[Any]]:
    """Return lines about files without their first two columns, unit and stream; of a unit's report, what feeds it."""
    return [
        list(line.values())[2:]
        for line in lines
        if scope is None or scope.is_fed_by(str(line["unit_id"] or ""), str(line["stream"] or ""))
    ]


def _form(
    connection: duckdb.DuckDBPyConnection, form: Form, layout: FormLayout, known: Mapping[str, set[str]]
) -> dict[str, Any]:
    keys = ", ".join(f'"{key}"' for key in layout.keys)
    query = f'select row_code, {keys} from "{layout.model}" where scope_id = ?'
    rows = {str(row["row_code"]): row for row in records_of(connection, query, (form.scope_id,))}
    return {
        "id": layout.form_id,
        "number": layout.number,
        "title": layout.title,
        "source": layout.source,
        "unit": layout.unit_of_measure,
        "scope": form.scope_id,
        "keys": list(layout.keys),
        "declared": layout.declared.name if layout.declared else "",
        "coverage": form.coverage.sentence,
        "columns": [
            [column.number, list(column.head), column.source or "", column.whole or ""]
            for column in form.layout.columns
        ],
        "notes": [[note.name, note.head[0], note.source] for note in form.layout.notes],
        "ratios": list(_ratios(layout, known)),
        "rows": [_row(row, [_plain(rows[row.code][key]) for key in layout.keys]) for row in form.rows],
    }


def _ratios(layout: FormLayout, known: Mapping[str, set[str]]) -> Iterator[list[Any]]:
    """Yield name, label, fact, measures above and below the line."""
    for ratio in layout.ratios:
        fact, sides = measures_of_ratio(layout, ratio, known)
        yield [ratio.name, ratio.label or f"Tỷ lệ {ratio.name}", fact, sides[PARTS], sides[WHOLE]]


def _row(row: FormRow, keys: list[Any]) -> list[Any]:
    """Kind, code, printed number, label, keys, then the texts of columns, notes and ratios."""
    return [
        row.kind,
        row.code,
        row.number,
        row.label,
        keys,
        [_printed(figure) for figure in row.figures],
        [_printed(figure) for figure in row.notes],
        [figure.text for figure in row.ratios],
    ]


def _printed(figure: Figure) -> str:
    """The text; of a form that leaves zeros blank, 0 all the same: the book shows why it is nothing."""
    return figure.text or ("0" if figure.value == 0 else "")


def _change(model: ReportModel, figure: Figure, base: str, against: str) -> dict[str, Any]:
    compared = next(item for item in model.compared if item.against == against)
    before = compared.figures.get(base)
    return {
        "kind": "change",
        "text": figure.text,
        "base": base,
        "issue": compared.issue_id,
        "period": compared.period_label,
        "before": "" if before is None else str(before),
        "now": model.figures[base].text if base in model.figures else "",
    }


def _label(model: ReportModel, name: str) -> str:
    form, _, rest = name.partition("/")
    code = rest.split("/")[1]
    if form == "service-index":
        return next((line.label for line in model.service_index if line.code == code), code)
    if form == SCORE:
        return next((label for label, figures in _labels(model) if name in figures), code)
    return next(
        (part.label for part in model.parts if part.online.figure_id == f"{name.rpartition('/')[0]}/{_ONLINE}"), code
    )


def _labels(model: ReportModel) -> Iterator[tuple[str, set[str]]]:
    """Yield what the figures of the scorecard of units are, with their ids."""
    for score in model.scores:
        for line in score.lines:
            figures = (line.points, line.rate, *line.parts, *line.wholes)
            yield f"{score.unit_name}: {line.label}", {figure.figure_id for figure in figures}
        yield f"{score.unit_name}: tổng điểm", {score.points.figure_id, score.percent.figure_id}


_ONLINE = "received_online"


def _sides(figure: Figure) -> dict[str, list[str]]:
    return {"parts": list(figure.parts), "whole": list(figure.whole)} if figure.parts or figure.whole else {}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
