"""Numbers that are in no form: days of the intake calendar, parts of a longer period, points of the index, coverage.

Here: which records, sides or files each is made of. Not here: forms (figures), records themselves (records).
Invariant: a list of records is their places in the order of the book; what is counted was counted by the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from pipelines.audit.book.figures import of_scope
from pipelines.audit.book.records import OWN
from pipelines.audit.chart_points import point_records
from pipelines.figures.cells import Fact
from pipelines.figures.charts import charts_of
from pipelines.figures.layout import Layouts
from pipelines.figures.model import Figure, ReportModel, Scope
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import format_count
from pipelines.warehouse.delivery_states import STATES

# The day each measure of a part of a period counts by.
_RECEIVED, _CLOSED = "received_at", "closed_at"
_PART_MEASURES = {
    "received_online": _RECEIVED,
    "received_direct_postal": _RECEIVED,
    "resolved_early": _CLOSED,
    "resolved_on_time": _CLOSED,
    "resolved_overdue": _CLOSED,
}


def point_lists(connection: duckdb.DuckDBPyConnection, model: ReportModel) -> Iterator[tuple[str, str]]:
    """Yield the lists of the dossiers laid out last: key and places as JSON.

    A point of a chart has the name audit/chart_points gives it; a part of the period is the id of its figure.
    """
    query = f"""
        select p.point, '[' || string_agg(f.pos, ',' order by f.pos) || ']'
        from {OWN} as f inner join ({point_records(connection, charts_of(model).values())}) as p
            on f.dossier_code = p.dossier_code
        group by p.point, p.chart_no order by p.chart_no, min(p.place)"""
    for name, places in connection.execute(query).fetchall():
        yield str(name), str(places)
    if not model.parts or not has_table(connection, "int_period_part"):
        return
    for measure, column in _PART_MEASURES.items():
        query = f"""
            select p.period_id, '[' || string_agg(f.pos, ',' order by f.pos) || ']'
            from {OWN} as f inner join int_period_part as p on cast(f.{column} as date) between p.start_on and p.end_on
            where f.{measure} = 1 group by p.period_id order by p.period_id"""
        for part, places in connection.execute(query).fetchall():
            yield f"period-parts/{model.scope_id}/{part}/{measure}", str(places)


def score_lists(
    connection: duckdb.DuckDBPyConnection, model: ReportModel, layouts: Layouts, fact: Fact
) -> Iterator[tuple[str, str]]:
    """Yield the lists of the records laid out last behind counts of the scorecard that are no cell of this report.

    A count whose records are not all of this fact (a part of it was declared) has no list.
    """
    bridge = fact.scope
    for figure, unit_id, source in _counts_of_scores(connection, model, layouts):
        name, _, measure = source.partition(".")
        if name != fact.name:
            continue
        query = f"""
            select count(*), '[' || coalesce(string_agg(f.pos, ',' order by f.pos), '') || ']'
            from {OWN} as f inner join "{bridge}" as s on f."{fact.key}" = s."{fact.key}"
            where s.scope_id = ? and f."{measure}" <> 0"""
        ((records, places),) = connection.execute(query, [unit_id]).fetchall()
        if records and records == figure.value:
            yield figure.figure_id, str(places)


def _counts_of_scores(
    connection: duckdb.DuckDBPyConnection, model: ReportModel, layouts: Layouts
) -> Iterator[tuple[Figure, str, str]]:
    """Yield the counts of the scorecard that are no cell of a form here, each with its unit and the measure it sums."""
    if not model.scores:
        return
    query = "select unit_id, component_code, form_model from rpt_unit_score where scope_id = ?"
    models = {
        f"{row['unit_id']}.{row['component_code']}": row["form_model"]
        for row in records_of(connection, query, (model.scope_id,))
    }
    sources = {(layout.model, column.name): column.source for layout in layouts.values() for column in layout.cells}
    for figure in (count for score in model.scores for line in score.lines for count in (*line.parts, *line.wholes)):
        of_unit, name = figure.figure_id.split("/")[-2:]
        source = sources.get((str(models.get(of_unit)), name))
        if source and not figure.parts:
            yield figure, of_unit.rpartition(".")[0], source


def score_totals(model: ReportModel) -> dict[str, dict[str, Any]]:
    """Return what the totals of the scorecard are made of, by id: the points of the components a unit is scored by."""
    found: dict[str, dict[str, Any]] = {}
    for score in model.scores:
        scored = [line for line in score.lines if line.points.value is not None]
        points = [line.points.figure_id for line in scored]
        most = f"Số điểm tối đa của các nội dung được chấm: {format_count(score.out_of)}."
        found[score.points.figure_id] = {"made": f"Tổng điểm của các nội dung được chấm. {most}", "from": points}
        found[score.percent.figure_id] = {"made": f"Tổng điểm chia cho số điểm tối đa. {most}", "from": points}
    return found


def index_sides(connection: duckdb.DuckDBPyConnection, model: ReportModel) -> dict[str, dict[str, Any]]:
    """Return what each number of the index is made of, by id: two sides, the components of a group, why none."""
    if not model.service_index:
        return {}
    scope = model.scope_id
    query = "select component_code, part_count, whole_count from int_index_input where scope_id = ?"
    sides = {str(row["component_code"]): row for row in records_of(connection, query, (scope,))}
    found: dict[str, dict[str, Any]] = {}
    for line in model.service_index:
        input_of = sides.get(line.code)
        made = f"Điểm tối đa {line.most}. {line.reason}".strip()
        if input_of and input_of["whole_count"] is not None:
            whole, part = int(input_of["whole_count"]), int(input_of["part_count"] or 0)
            made = f"Tỷ lệ {format_count(part)} / {format_count(whole)}; {made[:1].lower()}{made[1:]}"
        group = f"{line.code}."
        members = [
            item.points.figure_id
            for item in model.service_index
            if line.kind != "component"
            and item.kind == "component"
            and (line.kind == "total" or item.code.startswith(group))
        ]
        for figure in (line.rate, line.points, line.known):
            found[figure.figure_id] = {"made": made, "from": members}
    return found


def files_received(connection: duckdb.DuckDBPyConnection, scope: Scope | None = None) -> list[list[Any]]:
    """Return every file: for the period or not, unit, stream, name, what became of it, why, rows, receipt, hash."""
    query = """
        select d.unit_id, d.stream, d.answers_period, d.unit_name, coalesce(t.title, d.stream, '') as title,
            d.file_name, d.state, coalesce(d.refused_reason, '') as why,
            d.rows_in, d.rows_typed, d.rows_rejected, d.rows_flagged, d.delivery_id, d.sha256
        from rpt_delivery as d left join landed.stream as t on d.stream = t.stream
        order by not d.answers_period, d.unit_name, title, d.delivery_id"""
    words = {state.value: words.label for state, words in STATES.items()}
    lines = of_scope(records_of(connection, query), scope)
    return [[words.get(value, value) if place == 4 else value for place, value in enumerate(line)] for line in lines]


def rows_sent_back(connection: duckdb.DuckDBPyConnection, scope: Scope | None = None) -> list[list[Any]]:
    """Return the rows sent back of the period's counted files: unit, stream, record, why, mend, file, sheet, row."""
    query = """
        select d.unit_id, d.stream, d.unit_name, coalesce(t.title, d.stream) as title,
            coalesce(r.record_code, '') as record, r.reason, coalesce(r.mend, '') as mend,
            d.file_name, coalesce(r.source_sheet, '') as sheet, r.source_row
        from landed.rejected_row as r
        inner join rpt_delivery as d on r.delivery_id = d.delivery_id and d.answers_period and d.is_counted
        left join landed.stream as t on d.stream = t.stream
        order by d.unit_name, title, d.file_name, sheet, r.source_row, r.reason"""
    return of_scope(records_of(connection, query), scope)
