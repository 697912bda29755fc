"""What a printed id or short code names in a report: a cell, a change against another period, a number made of others.

Here: finding it, and the lines that tell a number that is no cell. Not here: the rows behind a cell (trace), its words
(trace_text), the command line.
Invariant: every id, short code and point of a chart in a report's manifest is accepted; each ends at rows of files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.chart_points import FACT, point_records
from pipelines.audit.short_code import ShortCode
from pipelines.audit.trace import TracedCell, trace, trace_code
from pipelines.figures.change import NOTED
from pipelines.figures.charts import Chart
from pipelines.figures.layout import FormLayout, load_layouts
from pipelines.figures.records import records_of
from pipelines.figures.scores import SCORE
from pipelines.figures.text import format_count, format_rate
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest

# Figures of the index and of the parts of a longer period, by the form part of their id: table, key, label.
_TABLES = {
    "service-index": ("rpt_service_index", "row_code", "label"),
    "period-parts": ("rpt_dossier_part", "part_id", "part_label"),
}


@dataclass(frozen=True)
class Named:
    """A number that is no cell itself: what is said of it, and the cells it is made of."""

    lines: tuple[str, ...]
    cells: tuple[TracedCell, ...]


def trace_named(report: Path, name: str) -> Named:
    """Return what an id of a figure names in a report.

    Raises:
        OfficeError: the report has no such figure; the message names the nearest one.
    """
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    noted = NOTED.fullmatch(name)
    if noted and name in manifest["figures"]:
        return _change(report, manifest, name, noted)
    parts = name.split("/")
    if parts[0] in manifest.get("charts", {}):
        return _point(report, manifest, name)
    if len(parts) == 4 and parts[0] == SCORE and name in manifest["figures"]:
        return _score(report, parts, manifest)
    if len(parts) == 4 and parts[0] in _TABLES:
        return _other(report, parts, manifest)
    if len(parts) != 4 or parts[0] not in load_layouts(report / "forms.json"):
        raise OfficeError(f"Báo cáo này không có mã số liệu «{name}»{nearest(name, list(manifest['figures']))}")
    form_id, scope_id, row, column = parts
    return Named((), tuple(cell for cell in trace(report, form_id, row, column, scope_id) if cell.row_code == row))


def trace_short(report: Path, code: ShortCode) -> Named:
    """Return what a short code names in a report; a code of another unit's form is read by its parts.

    Raises:
        OfficeError: the report has no such figure.
    """
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    wanted = code.text.casefold()
    found = [name for name, text in manifest["short_codes"].items() if text.casefold() == wanted]
    return trace_named(report, found[0]) if found else Named((), tuple(trace_code(report, code)))


def _change(report: Path, manifest: dict[str, Any], name: str, noted: Any) -> Named:
    """A change: this period's figure, the issued one, and how to open the dossiers of that version."""
    issue = str(manifest["question"]["prior_issue" if noted["against"] == "prev" else "year_ago_issue"])
    base, rest = noted["figure"], name.removeprefix(noted["figure"])
    kind_of_figure = "số đã phát hành" if "_before_" in rest else "tăng" if "_increase_" in rest else "giảm"
    share = ", phần trăm của số đã phát hành" if rest.endswith("_percent") else ""
    period, _, version = issue.partition("/v")
    lines = (
        f"{name} · {kind_of_figure}{share} so với bản {issue}",
        f"  Số in: {_number(manifest['figures'][name])}; kỳ này: {_number(manifest['figures'][base])} ({base}).",
        f"  Số đã phát hành và các bản ghi của nó: kstt trace {period} {base} --version {version}",
    )
    return Named(lines, trace_named(report, base).cells)


def _score(report: Path, parts: list[str], manifest: dict[str, Any]) -> Named:
    """A number of a unit's scorecard: the cells of the unit's own forms it is made of."""
    unit, _, component = parts[2].rpartition(".")
    models = {layout.model: layout for layout in load_layouts(report / "forms.json").values()}
    query = "select * from rpt_unit_score where scope_id = ? and unit_id = ? order by row_order"
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        rows = records_of(connection, query, (parts[1], unit))
    name = "/".join(parts)
    chosen = [row for row in rows if component in ("total", row["component_code"]) and row["row_kind"] == "component"]
    lines = [f"{name} · {rows[0]['unit_name']}", f"  Số in: {_number(manifest['figures'].get(name))}"]
    for row in chosen:
        points = f"{_number(row['points'])} trên {row['max_points']} điểm"
        lines.append(f"  {row['component_no']}. {row['label']}: {points}")
    cells: list[TracedCell] = []
    for row in chosen if component != "total" else ():
        measures = f"{row['part_measures']} {row['whole_measures']}".split()
        layout = models.get(row["form_model"]) or _same_columns(models.values(), measures)
        if layout is None:  # a form this office does not print
            continue
        columns = {column.name: column.code for column in layout.figures}
        for measure in dict.fromkeys([parts[3]] if parts[3] in measures else measures):
            cells += trace(report, layout.form_id, "total", columns.get(measure, measure), unit)
    return Named(tuple(lines), tuple(cells))


def _point(report: Path, manifest: dict[str, Any], name: str) -> Named:
    """A point of a chart: the cell it is, or its dossiers with the row of the file each was read from."""
    chart_id, _, label = name.partition("/")
    charts = {key: Chart.read(key, plain) for key, plain in manifest["charts"].items()}
    chart = charts[chart_id]
    points = [point for item in chart.series for point in item.points if point.label == label]
    if not points:
        known = [point.label for point in chart.series[0].points]
        raise OfficeError(f"Biểu đồ «{chart.title}» không có «{label}»{nearest(label, known)}")
    lines = [f"{name} · {chart.title}", f"  Số in: {', '.join(point.text for point in points)}"]
    cells = [cell for point in points if point.figure_id for cell in trace_named(report, point.figure_id).cells]
    if not cells:
        with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
            query = f"""
                select f.dossier_code, d.unit_id, f.source_file, f.source_sheet, f.source_row
                from ({point_records(connection, charts.values())}) as p
                inner join {FACT} as f on p.dossier_code = f.dossier_code
                inner join int_dossier_in_scope as s on f.dossier_code = s.dossier_code and s.scope_id = ?
                left join landed.delivery as d on f.delivery_id = d.delivery_id
                where p.point = ? order by f.dossier_code"""
            scope_id = manifest["question"]["office_unit_id"]
            lines += map(_record_line, records_of(connection, query, (scope_id, name)))
    return Named(tuple(lines), tuple(cells))


def _record_line(item: dict[str, Any]) -> str:
    """A dossier and the row of the file it was read from."""
    place = " · ".join(str(value) for value in (item["unit_id"], item["source_file"], item["source_sheet"]) if value)
    return f"    {item['dossier_code']}  ← {place} · dòng {item['source_row']}"


def _same_columns(layouts: Iterable[FormLayout], names: Iterable[str]) -> FormLayout | None:
    """Return the first printed form that has all these columns: the layout of another year of the same form."""
    wanted = set(names)
    return next((item for item in layouts if wanted <= {column.name for column in item.cells}), None)


def _other(report: Path, parts: list[str], manifest: dict[str, Any]) -> Named:
    table, key, label = _TABLES[parts[0]]
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        rows = records_of(connection, f'select * from {table} where scope_id = ? and "{key}" = ?', (parts[1], parts[2]))
        if not rows:
            raise OfficeError(f"Báo cáo này không có mã số liệu «{'/'.join(parts)}».")
        name = "/".join(parts)
        lines = [f"{name} · {rows[0][label]}", f"  Số in: {_number(manifest['figures'].get(name))}"]
        if parts[0] == "service-index":
            lines += list(_component(connection, rows[0], parts))
            return Named(tuple(lines), ())
        lines += list(_part_records(connection, rows[0], parts))
    return Named(tuple(lines), ())


def _component(connection: duckdb.DuckDBPyConnection, row: dict[str, Any], parts: list[str]) -> Iterator[str]:
    """Yield what a line of the index is made of: its two sides, or the components of a group."""
    query = "select part_count, whole_count from int_index_input where scope_id = ? and component_code = ?"
    for item in records_of(connection, query, (parts[1], parts[2])):
        sides = f"{_number(item['part_count'])} trên {_number(item['whole_count'])}"
        yield f"  Tỷ lệ: {sides}; điểm tối đa {row['max_points']}."
    if row.get("reason"):
        yield f"  Ghi chú: {row['reason']}"
    query = """
        select row_code, label, points, max_points from rpt_service_index
        where scope_id = ? and row_kind = 'component' and (? = 'total' or row_code like ? || '.%') order by row_order"""
    for item in records_of(connection, query, (parts[1], row["row_kind"], parts[2])):
        yield f"  {item['row_code']}. {item['label']}: {_number(item['points'])} trên {item['max_points']} điểm"


_COUNTED_ON = {"received_online": "received_at", "received_direct_postal": "received_at"}
_RATE = ("resolved_early", "resolved_on_time", "resolved_overdue")


def _part_records(connection: duckdb.DuckDBPyConnection, row: dict[str, Any], parts: list[str]) -> Iterator[str]:
    """Yield the dossiers a number of one part of the period counts, with the row of the file each was read from."""
    measures = _RATE if parts[3] == "on_time_rate" else (parts[3],)
    for measure in measures:
        day = _COUNTED_ON.get(measure, "closed_at")
        found = records_of(
            connection,
            f"""
            select f.dossier_code, f.received_at, f.closed_at, d.unit_id, f.source_file, f.source_sheet, f.source_row
            from fct_dossier_period as f
            inner join int_dossier_in_scope as s on f.dossier_code = s.dossier_code and s.scope_id = ?
            inner join int_period_part as p on p.period_id = ? and cast(f.{day} as date) between p.start_on and p.end_on
            left join landed.delivery as d on f.delivery_id = d.delivery_id
            where f.{measure} = 1 order by f.dossier_code""",
            (parts[1], parts[2]),
        )
        yield f"  {measure}: {_number(len(found))} hồ sơ ({_number(int(row[measure]))} theo bảng)"
        yield from map(_record_line, found)


def _number(value: int | str | Decimal | None) -> str:
    """A value of the manifest or of a table as it is printed."""
    return format_count(value) if isinstance(value, int) else format_rate(None if value is None else Decimal(value), "")
