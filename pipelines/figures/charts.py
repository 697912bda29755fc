"""Charts of a report: what is in each, as values; no drawing.

Here: charts a form's layout asks for (its yml, `charts`), the intake calendar, the age of overdue dossiers, their
words for a reader who does not see them. Not here: drawing (render/charts), counting (dbt).
Invariant: a point that is a printed figure carries that figure's id and text; a chart with nothing to show is absent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pipelines.figures.layout import ChartLayout, LayoutColumn, Ratio
from pipelines.figures.model import Compared, Figure, Form, FormRow, ReportModel
from pipelines.figures.text import format_count, format_day, format_rate

INTAKE, OVERDUE_AGE = "intake_calendar", "overdue_age"
_DOSSIERS = "hồ sơ"
# More lines than these are no chart on one page; those with the greatest sums stay, in their order.
_MOST_LINES = 24


@dataclass(frozen=True)
class Point:
    """One value: what is beside it, the number, how it prints, and the id of the printed figure it is (if any)."""

    label: str
    value: int | Decimal
    text: str
    figure_id: str | None = None
    # Of a calendar: the day, and whether it is a working day.
    day: dt.date | None = None
    is_working_day: bool = True


@dataclass(frozen=True)
class Series:
    """Values of one kind, one a line of the chart, in order."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """One chart. Kind: bars (one series), stacked (several, added up; a line a row of a form), periods (the same,
    a line a period), calendar (one series of days).
    """

    chart_id: str
    kind: str
    title: str
    unit: str
    series: tuple[Series, ...]

    @property
    def alt(self) -> str:
        """The chart in words, for a reader who does not see it."""
        return f"{self.title} ({self.unit}). {_days_text(self) if self.kind == 'calendar' else _lines_text(self)}"

    def plain(self) -> dict[str, Any]:
        """Return the chart as JSON can hold it (manifest.json)."""
        return {
            "kind": self.kind,
            "title": self.title,
            "unit": self.unit,
            "series": [
                {
                    "name": series.name,
                    "points": [
                        [
                            point.label,
                            point.value,
                            point.text,
                            point.figure_id,
                            point.day.isoformat() if point.day else None,
                            point.is_working_day,
                        ]
                        for point in series.points
                    ],
                }
                for series in self.series
            ],
        }

    @classmethod
    def read(cls, chart_id: str, plain: Mapping[str, Any]) -> Chart:
        """Return the chart `plain` wrote."""
        return cls(
            chart_id,
            plain["kind"],
            plain["title"],
            plain["unit"],
            tuple(
                Series(item["name"], tuple(_read_point(*point) for point in item["points"])) for item in plain["series"]
            ),
        )


def _read_point(
    label: str, value: int | str, text: str, figure_id: str | None, day: str | None, is_working_day: bool
) -> Point:
    number = Decimal(value) if isinstance(value, str) else value
    return Point(label, number, text, figure_id, dt.date.fromisoformat(day) if day else None, is_working_day)


def charts_of(model: ReportModel) -> Mapping[str, Chart]:
    """Return the charts of a report by id, those with nothing to show left out."""
    charts = [_of_form(model, form, layout) for form in model.forms.values() for layout in form.layout.charts]
    charts += [_calendar(model), _ages(model)]
    return MappingProxyType(
        {
            chart.chart_id: chart
            for chart in charts
            if any(point.value for item in chart.series for point in item.points)
        }
    )


def chart_caption(chart: Chart, number: int) -> str:
    """Return the line below a chart."""
    unit = f" ({chart.unit})" if chart.unit else ""
    return f"Biểu đồ {number}. {chart.title}{unit}"


def merge_periods(charts: Sequence[Chart]) -> Chart:
    """Return one chart of several reports' charts over periods: each gives the line of its own period, its last one."""
    newest = charts[-1]
    series = tuple(
        Series(item.name, tuple(chart.series[number].points[-1] for chart in charts))
        for number, item in enumerate(newest.series)
    )
    return Chart(newest.chart_id, newest.kind, newest.title, newest.unit, series)


def _of_form(model: ReportModel, form: Form, layout: ChartLayout) -> Chart:
    columns = [_column(form, name) for name in layout.values]
    is_rate = any(isinstance(column, Ratio) or column.whole for column in columns)
    if layout.kind == "periods":
        series = tuple(_over_periods(model, form, column) for column in columns)
    else:
        rows = _rows(form, columns)
        labels = _labels(rows)
        series = tuple(
            Series(_name(column), tuple(_points(labels, [_figure(form, row, column) for row in rows])))
            for column in columns
        )
    return Chart(layout.chart_id, layout.kind, layout.title, "%" if is_rate else _DOSSIERS, series)


def _column(form: Form, name: str) -> LayoutColumn | Ratio:
    """Return the column or ratio of a form's layout (the layout was checked to have it)."""
    layout = form.layout
    return next(item for item in (*layout.columns, *layout.ratios) if item.name == name)


def _name(column: LayoutColumn | Ratio) -> str:
    return column.name if isinstance(column, Ratio) else column.head[-1]


def _figure(form: Form, row: FormRow, column: LayoutColumn | Ratio) -> Figure:
    if isinstance(column, Ratio):
        return row.ratios[form.layout.ratios.index(column)]
    return row.figures[form.layout.columns.index(column)]


def _rows(form: Form, columns: Sequence[LayoutColumn | Ratio]) -> list[FormRow]:
    """Return the lines of a chart: rows of the form that have something to show, at most as many as a page takes."""

    def size(row: FormRow) -> Decimal:
        return sum((Decimal(_figure(form, row, column).value or 0) for column in columns), Decimal(0))

    def shows(row: FormRow) -> bool:
        if isinstance(columns[0], Ratio):
            return _figure(form, row, columns[0]).value is not None
        return bool(size(row))

    rows = [row for row in form.rows if row.kind == "row" and shows(row)]
    kept = sorted(rows, key=size, reverse=True)[:_MOST_LINES]
    return [row for row in rows if row in kept]


def _labels(rows: Sequence[FormRow]) -> list[str]:
    """Return the rows' labels; one that is in two sections says which, by the letter of its section."""
    labels = [row.label for row in rows]
    return [f"{row.label} ({row.code.partition('.')[0]})" if labels.count(row.label) > 1 else row.label for row in rows]


def _points(labels: Sequence[str], figures: Sequence[Figure]) -> Iterator[Point]:
    for label, figure in zip(labels, figures, strict=True):
        yield Point(label, figure.value or 0, figure.text or format_count(0), figure.figure_id)


def _over_periods(model: ReportModel, form: Form, column: LayoutColumn | Ratio) -> Series:
    """The total of a column in the issued reports the model is compared with, then in this one."""
    now = _figure(form, form.rows[-1], column)
    # A year ago comes before the period before.
    earlier = sorted(model.compared, key=lambda item: item.against != "year")
    before = [point for compared in earlier if (point := _issued_point(compared, now))]
    this = Point(model.question.period_label, now.value or 0, now.text or format_count(0), now.figure_id)
    return Series(_name(column), (*before, this))


def _issued_point(compared: Compared, now: Figure) -> Point | None:
    value = compared.figures.get(now.figure_id)
    if value is None:
        return None
    return Point(
        compared.period_label, value, format_rate(value) if isinstance(value, Decimal) else format_count(value)
    )


def _calendar(model: ReportModel) -> Chart:
    points = tuple(
        Point(format_day(item.date_on), item.received_total, format_count(item.received_total), None,
              item.date_on, item.is_working_day)
        for item in model.received_days
    )  # fmt: skip
    return Chart(INTAKE, "calendar", "Số hồ sơ tiếp nhận mỗi ngày", _DOSSIERS, (Series("Tiếp nhận", points),))


def _ages(model: ReportModel) -> Chart:
    points = tuple(
        Point(f"{item.label} ngày làm việc", item.pending_overdue, format_count(item.pending_overdue))
        for item in model.overdue_ages
    )
    title = "Hồ sơ đang giải quyết đã quá hạn, theo thời gian quá hạn"
    return Chart(OVERDUE_AGE, "bars", title, _DOSSIERS, (Series("Quá hạn", points),))


def _lines_text(chart: Chart) -> str:
    lines = []
    for points in zip(*(series.points for series in chart.series), strict=True):
        if len(points) == 1:
            lines.append(f"{points[0].label}: {points[0].text}")
        else:
            noted = (f"{item.name.lower()} {point.text}" for item, point in zip(chart.series, points, strict=True))
            lines.append(f"{points[0].label}: {', '.join(noted)}")
    return "; ".join(lines) + "."


def _days_text(chart: Chart) -> str:
    points = chart.series[0].points
    most = max(points, key=lambda point: point.value)
    whole = sum(int(point.value) for point in points)
    return (
        f"Từ {points[0].label} đến {points[-1].label}: tất cả {format_count(whole)}; "
        f"nhiều nhất {most.text}, ngày {most.label}."
    )
