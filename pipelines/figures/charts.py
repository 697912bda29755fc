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

INTAKE, OVERDUE_AGE, TREND = "intake_calendar", "overdue_age", "on_time_trend"
# Row of unmapped codes: a count to be mended, no unit and no field to compare.
UNKNOWN = "Chưa xác định"
# A calendar of more days than these cannot be read: months then.
_MOST_DAYS = 200
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
    # Of a rate: the counts it is made of, "120/126".
    counts: str = ""

    @property
    def full_text(self) -> str:
        """The value as it is read beside its bar: "95,24% (120/126)"."""
        return f"{self.text} ({self.counts})" if self.counts else self.text


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
    # What should be reached, drawn across the lines.
    target: Decimal | None = None
    # Values of the period before, a mark a line; None where there is none.
    before: tuple[Decimal | None, ...] = ()
    # What letters in labels mean.
    note: str = ""

    @property
    def alt(self) -> str:
        """The chart in words, for a reader who does not see it."""
        values_text = _days_text(self) if self.kind == "calendar" else _lines_text(self)
        target = f" Mục tiêu: {format_rate(self.target)}." if self.target is not None else ""
        return f"{self.title} ({self.unit}). {values_text}{target}"

    def plain(self) -> dict[str, Any]:
        """Return the chart as JSON can hold it (manifest.json)."""
        return {
            "kind": self.kind,
            "title": self.title,
            "unit": self.unit,
            "target": self.target,
            "before": list(self.before),
            "note": self.note,
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
                            point.counts,
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
            None if plain.get("target") is None else Decimal(str(plain["target"])),
            tuple(None if value is None else Decimal(str(value)) for value in plain.get("before", ())),
            plain.get("note", ""),
        )


def _read_point(
    label: str,
    value: int | str,
    text: str,
    figure_id: str | None,
    day: str | None,
    is_working_day: bool,
    counts: str = "",
) -> Point:
    number = Decimal(value) if isinstance(value, str) else value
    return Point(label, number, text, figure_id, dt.date.fromisoformat(day) if day else None, is_working_day, counts)


def charts_of(model: ReportModel) -> Mapping[str, Chart]:
    """Return the charts of a report by id, those with nothing to show left out."""
    charts = [_of_form(model, form, layout) for form in model.forms.values() for layout in form.layout.charts]
    charts += [_trend(model), _intake(model), _ages(model)]
    return MappingProxyType({chart.chart_id: chart for chart in charts if _shows(chart)})


def _shows(chart: Chart) -> bool:
    """Tell whether a chart says anything: some value, and over periods more than one of them."""
    lines = max((len(item.points) for item in chart.series), default=0)
    has_values = any(point.value for item in chart.series for point in item.points)
    return has_values and (chart.kind != "periods" or lines > 1)


def chart_caption(chart: Chart, number: int) -> str:
    """Return the line below a chart."""
    unit = f" ({chart.unit})" if chart.unit else ""
    note = f". {chart.note}" if chart.note else ""
    return f"Biểu đồ {number}. {chart.title}{unit}{note}"


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
    unit = "%" if is_rate else _DOSSIERS
    if layout.kind == "periods":
        series = tuple(_over_periods(model, form, column) for column in columns)
        return Chart(layout.chart_id, layout.kind, layout.title, unit, series)
    rows = _rows(form, columns, layout.rows)
    labels = _labels(rows)
    series = tuple(
        Series(_name(column), tuple(_points(model, labels, [_figure(form, row, column) for row in rows])))
        for column in columns
    )
    first = [_figure(form, row, columns[0]) for row in rows]
    target = model.targets.get(_figure(form, form.rows[-1], columns[0]).figure_id) if is_rate and rows else None
    return Chart(
        layout.chart_id,
        layout.kind,
        layout.title,
        unit,
        series,
        target.value if target else _common_target(model, columns[0]) if is_rate else None,
        _values_before(model, first) if len(columns) == 1 else (),
        _letters(form, labels),
    )


def _common_target(model: ReportModel, column: LayoutColumn | Ratio) -> Decimal | None:
    """Return the target of the same rate in another form of the report: a rate is everybody's."""
    found = (target.value for name, target in model.targets.items() if name.endswith(f"/total/{column.name}"))
    return next(found, None)


def _values_before(model: ReportModel, figures: Sequence[Figure]) -> tuple[Decimal | None, ...]:
    """Return the values of the period before, one a line; empty while there is no issued final of it."""
    issued = next((item.figures for item in model.compared if item.against == "prev"), None)
    if issued is None:
        return ()
    return tuple(None if (value := issued.get(figure.figure_id)) is None else Decimal(value) for figure in figures)


def _letters(form: Form, labels: Sequence[str]) -> str:
    """Return what the letters behind labels mean; empty where no label has one."""
    sections = [row for row in form.rows if row.kind == "section"]
    used = [row for row in sections if any(label.endswith(f" ({row.code})") for label in labels)]
    return "; ".join(f"({row.code}): {row.label}" for row in used)


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


def _rows(form: Form, columns: Sequence[LayoutColumn | Ratio], kind: str) -> list[FormRow]:
    """Return the lines of a chart, the greatest first: rows with something to show, at most as many as a page takes.

    A unit that has not sent is a line without a bar; it stands last.
    """

    def size(row: FormRow) -> Decimal:
        return sum((Decimal(_figure(form, row, column).value or 0) for column in columns), Decimal(0))

    def is_unsent(row: FormRow) -> bool:
        return _figure(form, row, columns[0]).is_unsent

    def shows(row: FormRow) -> bool:
        if row.label == UNKNOWN:
            return False
        if isinstance(columns[0], Ratio):
            return _figure(form, row, columns[0]).value is not None or is_unsent(row)
        return bool(size(row)) or is_unsent(row)

    rows = [row for row in form.rows if row.kind == kind and shows(row)]
    return sorted(rows, key=lambda row: (is_unsent(row), -size(row)))[:_MOST_LINES]


def _labels(rows: Sequence[FormRow]) -> list[str]:
    """Return the rows' labels; one that is in two sections says which, by the letter of its section."""
    labels = [row.label for row in rows]
    return [f"{row.label} ({row.code.partition('.')[0]})" if labels.count(row.label) > 1 else row.label for row in rows]


def _points(model: ReportModel, labels: Sequence[str], figures: Sequence[Figure]) -> Iterator[Point]:
    for label, figure in zip(labels, figures, strict=True):
        yield Point(label, 0, "chưa gửi") if figure.is_unsent else _point(model, label, figure)


def _point(model: ReportModel, label: str, figure: Figure) -> Point:
    values = {name: found.value for name in (*figure.parts, *figure.whole) if (found := model.figures.get(name))}
    text = figure.text or format_count(0)
    return Point(label, figure.value or 0, text, figure.figure_id, counts=_counts(figure, values))


def _counts(figure: Figure, values: Mapping[str, int | Decimal | None]) -> str:
    """Return the counts a rate is made of, "120/126"; nothing of a figure that is no rate of counts."""
    sides = [[values.get(name) for name in names] for names in (figure.parts, figure.whole)]
    if not all(sides) or any(not isinstance(value, int) for side in sides for value in side):
        return ""
    return "/".join(format_count(sum(int(value or 0) for value in side)) for side in sides)


def _over_periods(model: ReportModel, form: Form, column: LayoutColumn | Ratio) -> Series:
    """The total of a column in the issued reports the model is compared with, then in this one; of a longer period, in
    its quarters."""
    of_parts = {"received_online": "online", "received_direct_postal": "direct_postal", "on_time_rate": "on_time_rate"}
    if model.parts and column.name in of_parts:
        found = [(part.label, getattr(part, of_parts[column.name])) for part in model.parts]
        return Series(
            _name(column),
            tuple(_point(model, label, item) for label, item in found),
        )
    now = _figure(form, form.rows[-1], column)
    # A year ago comes before the period before.
    earlier = sorted(model.compared, key=lambda item: item.against != "year")
    before = [point for compared in earlier if (point := _issued_point(compared, now))]
    this = _point(model, model.question.period_label, now)
    return Series(_name(column), (*before, this))


def _issued_point(compared: Compared, now: Figure) -> Point | None:
    value = compared.figures.get(now.figure_id)
    if value is None:
        return None
    text = format_rate(value) if isinstance(value, Decimal) else format_count(value)
    return Point(compared.period_label, value, text, counts=_counts(now, compared.figures))


def _trend(model: ReportModel) -> Chart:
    """The rate of what was resolved in time, over the quarters of a year or the periods compared."""
    found = next((form for form in model.forms.values() if any(r.name == "on_time_rate" for r in form.layout.ratios)
                  and any(item.kind == "periods" for item in form.layout.charts)), None)  # fmt: skip
    title = "Tỷ lệ giải quyết trước hạn và đúng hạn, qua các kỳ"
    if found is None:
        return Chart(TREND, "periods", title, "%", ())
    ratio = next(item for item in found.layout.ratios if item.name == "on_time_rate")
    series = _over_periods(model, found, ratio)
    return Chart(TREND, "periods", title, "%", (Series("Tỷ lệ", series.points),), _common_target(model, ratio))


def _intake(model: ReportModel) -> Chart:
    return _calendar(model) if len(model.received_days) <= _MOST_DAYS else _months(model)


def _months(model: ReportModel) -> Chart:
    months: dict[tuple[int, int], int] = {}
    for item in model.received_days:
        key = (item.date_on.year, item.date_on.month)
        months[key] = months.get(key, 0) + item.received_total
    points = tuple(
        Point(f"Tháng {month}/{year}", count, format_count(count)) for (year, month), count in sorted(months.items())
    )
    return Chart(INTAKE, "bars", "Số hồ sơ tiếp nhận mỗi tháng", _DOSSIERS, (Series("Tiếp nhận", points),))


def _calendar(model: ReportModel) -> Chart:
    points = tuple(
        Point(format_day(item.date_on), item.received_total, format_count(item.received_total), None,
              item.date_on, item.is_working_day)
        for item in model.received_days
    )  # fmt: skip
    return Chart(INTAKE, "calendar", "Số hồ sơ tiếp nhận mỗi ngày", _DOSSIERS, (Series("Tiếp nhận", points),))


def age_label(band: str) -> str:
    """Return how the chart of overdue ages names a band of rpt_overdue_age."""
    return f"{band} ngày làm việc"


def _ages(model: ReportModel) -> Chart:
    points = tuple(
        Point(age_label(item.label), item.pending_overdue, format_count(item.pending_overdue))
        for item in model.overdue_ages
    )
    title = "Hồ sơ đang giải quyết đã quá hạn, theo thời gian quá hạn"
    return Chart(OVERDUE_AGE, "bars", title, _DOSSIERS, (Series("Quá hạn", points),))


def _lines_text(chart: Chart) -> str:
    lines = []
    for points in zip(*(series.points for series in chart.series), strict=True):
        if len(points) == 1:
            lines.append(f"{points[0].label}: {points[0].full_text}")
        else:
            noted = (f"{item.name.lower()} {point.full_text}" for item, point in zip(chart.series, points, strict=True))
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
