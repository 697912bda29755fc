"""Charts drawn once, as SVG; pictures of them for paper that takes no SVG.

Here: places, colours, letters of a chart. Not here: its values and words (figures/charts).
Invariant: series differ without colour too (order, values printed beside); same chart, same bytes; nothing of the
data is markup; a value that is a printed figure carries its id in `data-figure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from pipelines.figures.charts import Chart, Point
from pipelines.figures.text import format_count, format_rate
from pipelines.figures.text_width import text_mm
from pipelines.render.typst_compile import FONT, compile_pictures
from pipelines.render.typst_text import string

# Width of a chart on paper; its own unit is the point, so that letters have their size in points.
WIDTH_MM = 160
_POINT_MM = 25.4 / 72
_WIDTH = round(WIDTH_MM / _POINT_MM)
_SIZE, _SMALL = 10.0, 8.0
_LINE = 16.0
_BAR = 10.0
# Dark and light by turns, told apart without colour too, each 3:1 or more on white: blue,
# orange, green, purple.
_COLOURS = ("#08417A", "#D97706", "#00573F", "#C46BA0")
_INK, _GRID, _REST = "#111111", "#8A8A8A", "#EEEEEE"
# Lines drawn across the bars: what should be reached, what was before.
_REACH, _BEFORE = "target", "before"
_MARKS = {
    _REACH: 'stroke="#A50026" stroke-width="1.5" stroke-dasharray="4 2" fill="none"',
    _BEFORE: 'stroke="#111111" stroke-width="2" fill="none"',
}
# A line across bars stands on white, or nobody sees it on a dark bar.
_HALO = "#FFFFFF"
_HALO_WIDE = 4
# What a chart of one series shows, where its legend names other marks too.
_THIS_PERIOD = "Kỳ này"
# Share of the width that labels may take.
_LABEL_SHARE = 0.42
# One colour from light to dark, for amounts.
_STEPS = ("#FFFFFF", "#DCEAF6", "#A8CCE6", "#62A2D0", "#2171AE", "#08417A")
_LIGHT_LETTERS_FROM = 4
_WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_DOTS_PER_INCH = 200


def chart_svg(chart: Chart) -> str:
    """Return a chart as one SVG element of a web page."""
    height, parts = _calendar(chart) if chart.kind == "calendar" else _bars(chart)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_number(height)}" width="{_WIDTH}pt" '
        f'height="{_number(height)}pt" role="img" aria-label="{escape(chart.alt)}" '
        f'font-family="{FONT}, Times New Roman, Tinos, Liberation Serif, serif" font-size="{_number(_SIZE)}" '
        f'fill="{_INK}">{"".join(parts)}</svg>'
    )


def chart_image(chart: Chart) -> str:
    """Return a chart as a picture in Typst code."""
    alone = chart_svg(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f'image(bytes({string(alone)}), format: "svg", width: {WIDTH_MM}mm, alt: {string(chart.alt)})'


def chart_pictures(charts: Sequence[Chart]) -> list[bytes]:
    """Return charts as PNG pictures, `WIDTH_MM` wide on paper."""
    if not charts:
        return []
    pages = "#pagebreak()\n".join(f"#{chart_image(chart)}\n" for chart in charts)
    source = f"#set page(width: {WIDTH_MM}mm, height: auto, margin: 0mm)\n{pages}"
    return compile_pictures(source, _DOTS_PER_INCH)


# ---- bars


def _bars(chart: Chart) -> tuple[float, list[str]]:
    """Lie bars below each other, one a line; several series are behind each other in a bar, as in the legend."""
    lines = list(zip(*(series.points for series in chart.series), strict=True))
    left = min(max(_wide(line[0].label, _SIZE) for line in lines) + 6, _WIDTH * _LABEL_SHARE)
    right = max(
        sum(_wide(point.full_text, _SIZE) for point in line) + _wide(" + ", _SIZE) * (len(line) - 1) for line in lines
    )
    # Values stand in a column of their own: no bar, mark or line of the grid runs through one.
    room = _WIDTH - left - right - 14
    sums = [sum((Decimal(point.value) for point in line), Decimal(0)) for line in lines]
    marked = [value for value in (*chart.before, chart.target) if value is not None]
    most = Decimal(100) if chart.unit == "%" else max((*sums, *marked))
    names = _legend_names(chart)
    top = _LINE + 4 if names else 2.0
    parts = list(_legend(names, left))
    heights = [_LINE + (_SIZE + 1) * (len(_in_lines(line[0].label, left - 6)) - 1) for line in lines]
    bottom = top + sum(heights)
    parts += _axis(most, left, room, top, bottom, chart.unit)
    y = top
    for number, (line, height) in enumerate(zip(lines, heights, strict=True)):
        parts += _bar(line, left, room, most, y + height / 2)
        before = chart.before[number] if chart.before else None
        if before is not None and most:
            parts += _mark(left + float(before / most) * room, y + 1, y + height - 1, _BEFORE)
        y += height
    if chart.target is not None and most:
        parts += _mark(left + float(chart.target / most) * room, top, bottom, _REACH)
    return bottom + 16, parts


def _mark(x: float, top: float, bottom: float, look: str) -> Iterator[str]:
    """Draw a line across bars, on white."""
    place = f'd="M{_number(x)} {_number(top)}V{_number(bottom)}"'
    yield f'<path {place} stroke="{_HALO}" stroke-width="{_HALO_WIDE}" fill="none"/>'
    yield f"<path {place} {_MARKS[look]}/>"


def _bar(line: Sequence[Point], left: float, room: float, most: Decimal, middle: float) -> Iterator[str]:
    names = _in_lines(line[0].label, left - 6)
    for number, name in enumerate(names):
        yield _text(name, left - 4, middle + 3.4 + (number - (len(names) - 1) / 2) * (_SIZE + 1), anchor="end")
    x = left
    for number, point in enumerate(line):
        width = float(Decimal(point.value) / most) * room if most else 0.0
        if point.value > 0:
            yield _box(x, middle - _BAR / 2, width, _BAR, _COLOURS[number % len(_COLOURS)])
        x += max(width, 0.0)
    distinct = list(dict.fromkeys(_value(point) for point in line)) if not any(p.figure_id for p in line) else None
    values = distinct[0] if distinct and len(distinct) == 1 else " + ".join(_value(point) for point in line)
    yield f'<text x="{_number(left + room + 8)}" y="{_number(middle + 3.4)}">{values}</text>'


def _value(point: Point) -> str:
    figure = f' data-figure="{escape(point.figure_id)}"' if point.figure_id else ""
    counts = f"<tspan> ({escape(point.counts)})</tspan>" if point.counts else ""
    return f"<tspan{figure}>{escape(point.text)}</tspan>{counts}"


def _legend_names(chart: Chart) -> list[tuple[str, str]]:
    """Return what the legend names, with how it is drawn: several series, the target, the period before."""
    names = [(item.name, _COLOURS[number % len(_COLOURS)]) for number, item in enumerate(chart.series)]
    names = names if len(names) > 1 else [(_THIS_PERIOD, _COLOURS[0])]
    marks = [(f"Mục tiêu {format_rate(chart.target)}", _REACH)] if chart.target is not None else []
    marks += [("Kỳ trước", _BEFORE)] if any(value is not None for value in chart.before) else []
    return [*(names if len(names) > 1 or marks else []), *marks]


def _legend(names: Sequence[tuple[str, str]], left: float) -> Iterator[str]:
    x = left
    for name, look in names:
        if look in _MARKS:
            yield f'<path d="M{_number(x + 5)} 2V14" {_MARKS[look]}/>'
        else:
            yield _box(x, 4, 10, 8, look)
        yield _text(name, x + 14, 11.5)
        x += 14 + _wide(name, _SIZE) + 16


def _axis(most: Decimal, left: float, room: float, top: float, bottom: float, unit: str) -> Iterator[str]:
    """Draw a line up at round values, 0 first, with the value beneath."""
    step = _step(most)
    value = Decimal(0)
    while value <= most:
        x = left + float(value / most) * room if most else left
        yield f'<path d="M{_number(x)} {_number(top)}V{_number(bottom)}" stroke="{_GRID}" stroke-width="0.5"/>'
        yield _text(f"{format_count(int(value))}{'%' if unit == '%' else ''}", x, bottom + 10, _SMALL, "middle")
        value += step


def _step(most: Decimal) -> Decimal:
    """Return a whole round step that divides an axis into at most five parts: 1, 2, 5, 10, 20, 50 …"""
    size = Decimal(1)
    while True:
        for factor in (1, 2, 5):
            if most <= size * factor * 5:
                return size * factor
        size *= 10


# ---- days


def _calendar(chart: Chart) -> tuple[float, list[str]]:
    """Lay days out as a calendar: a week a column, Monday on top, darker with more; days off are grey and marked."""
    points = [point for point in chart.series[0].points if point.day]
    days = [(point, point.day) for point in points if point.day]
    first = days[0][1]
    monday = first.toordinal() - first.weekday()
    weeks = (days[-1][1].toordinal() - monday) // 7 + 1
    left, top = 24.0, 14.0
    wide = min((_WIDTH - left) / weeks, 34.0)
    high = min(max(wide * 0.62, 12.0), 16.0)
    bounds = _bounds(max(int(point.value) for point in points))
    parts = [_text(name, left - 4, top + high * (row + 0.5) + 3, _SMALL, "end") for row, name in enumerate(_WEEKDAYS)]
    month_shown = 0
    for point, day in days:
        week, row = (day.toordinal() - monday) // 7, day.weekday()
        x, y = left + wide * week, top + high * row
        if day.month != month_shown and (row == 0 or day == first):
            parts.append(_text(f"{day.month:02}/{day.year}" if wide >= 10 else f"{day.month}", x, top - 4, _SMALL))
            month_shown = day.month
        parts += _day(point, x, y, wide, high, bounds)
    bottom = top + high * len(_WEEKDAYS)
    parts += _scale(bounds, left, bottom + 8)
    return bottom + 24, parts


def _day(point: Point, x: float, y: float, wide: float, high: float, bounds: Sequence[int]) -> Iterator[str]:
    value = int(point.value)
    step = sum(value > bound for bound in bounds)
    is_off = not point.is_working_day and not value
    yield _box(x + 0.5, y + 0.5, wide - 1, high - 1, _REST if is_off else _STEPS[step], _GRID)
    # Where a number has no room the the colour and the words of the chart show it.
    if not is_off and _wide(point.text, _SMALL) <= wide - 2:
        colour = "#FFFFFF" if step >= _LIGHT_LETTERS_FROM else _INK
        yield _text(point.text, x + wide / 2, y + high / 2 + 2.8, _SMALL, "middle", colour)


def _bounds(most: int) -> list[int]:
    """Return the greatest amount of each step but the last: 0, then equal whole parts of the greatest day."""
    steps = len(_STEPS) - 1
    size = max(-(-most // steps), 1)
    return [size * number for number in range(steps)]


def _scale(bounds: Sequence[int], left: float, top: float) -> Iterator[str]:
    x = left
    size = bounds[1] if len(bounds) > 1 else 1
    names = ["0", *(f"{bound + 1}–{bound + size}" if size > 1 else f"{bound + 1}" for bound in bounds)]
    for name, colour in zip([*names, "ngày nghỉ"], [*_STEPS, _REST], strict=True):
        yield _box(x, top, 10, 8, colour, _GRID)
        yield _text(name, x + 13, top + 7, _SMALL)
        x += 13 + _wide(name, _SMALL) + 10


# ---- marks


def _box(x: float, y: float, width: float, height: float, colour: str, edge: str = "") -> str:
    line = f' stroke="{edge}" stroke-width="0.5"' if edge else ""
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" '
        f'fill="{colour}"{line}/>'
    )


def _text(text: str, x: float, y: float, size: float = _SIZE, anchor: str = "", colour: str = "") -> str:
    look = f' font-size="{_number(size)}"' if size != _SIZE else ""
    look += f' text-anchor="{anchor}"' if anchor else ""
    look += f' fill="{colour}"' if colour else ""
    return f'<text x="{_number(x)}" y="{_number(y)}"{look}>{escape(text)}</text>'


def _in_lines(text: str, room: float) -> list[str]:
    """Return a label in as few lines as have room, cut between words; no word of it is left out."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _wide(longer, _SIZE) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _wide(text: str, size: float) -> float:
    return text_mm(text, size) / _POINT_MM


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
