"""Charts: what is in them, how they are drawn, and that nothing is lost for who does not see them.

Here: values, labels, ids, colours, bytes. Not here: where they are on paper (golden, test_render).
Invariant: expected values are those typed in paper_stub.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree
from paper_stub import small_model

from pipelines.figures.charts import Chart, Point, Series, charts_of, merge_periods
from pipelines.render.charts import chart_pictures, chart_svg


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return dict(charts_of(small_model()))


def values(chart: Chart) -> list[tuple[str, list[tuple[str, object, str | None]]]]:
    return [
        (item.name, [(point.label, point.value, point.figure_id) for point in item.points]) for item in chart.series
    ]


def test_a_chart_of_a_form_shows_its_rows_with_their_figures(charts: dict[str, Chart]) -> None:
    rows = ("A.1", "Hộ tịch & <chứng thực>"), ("A.2", "=1+1")
    assert values(charts["both"]) == [
        ("Nhận", [(rows[0][1], 1200, "II.99/tp-st/A.1/c3"), (rows[1][1], 4, "II.99/tp-st/A.2/c3")]),
        ("Giải quyết", [(rows[0][1], 1000, "II.99/tp-st/A.1/c4"), (rows[1][1], 4, "II.99/tp-st/A.2/c4")]),
    ]


def test_a_rate_of_nothing_has_no_bar(charts: dict[str, Chart]) -> None:
    (series,) = charts["on_time"].series
    assert [(point.label, point.value) for point in series.points] == [
        ("=1+1", Decimal("100.00")),
        ("Hộ tịch & <chứng thực>", Decimal("83.33")),
    ]


def test_a_chart_over_periods_has_the_issued_figure_then_this_one(charts: dict[str, Chart]) -> None:
    assert values(charts["over"]) == [
        ("Nhận", [("Quý IV năm 2020", 1100, None), ("Quý I năm 2021", 1204, "II.99/tp-st/total/c3")])
    ]


def test_charts_of_several_reports_become_one_with_a_line_a_period(charts: dict[str, Chart]) -> None:
    older = Chart("over", "periods", "Nhận qua các kỳ", "hồ sơ", (Series("Nhận", (Point("Quý III", 9, "9"),)),))
    assert [point.label for point in merge_periods([older, charts["over"]]).series[0].points] == [
        "Quý III",
        "Quý I năm 2021",
    ]


def test_a_chart_with_nothing_to_show_is_not_there() -> None:
    model = replace(small_model(), received_days=(), overdue_ages=())
    assert set(charts_of(model)) == {"on_time", "both", "over"}


def test_a_label_of_two_sections_names_its_section() -> None:
    model = small_model()
    form = model.forms["II.99"]
    rows = tuple(
        replace(row, label="Hộ tịch", figures=(replace(row.figures[0], value=5), *row.figures[1:]))
        if row.kind == "row"
        else row
        for row in form.rows
    )
    chart = charts_of(replace(model, forms={"II.99": replace(form, rows=rows)}))["both"]
    assert [point.label for point in chart.series[0].points] == ["Hộ tịch (A)", "Hộ tịch (A)", "Hộ tịch (B)"]


@pytest.mark.parametrize("name", ["on_time", "both", "over", "intake_calendar", "overdue_age"])
def test_a_chart_is_drawn_whole_within_its_edges_in_vietnamese_numbers(charts: dict[str, Chart], name: str) -> None:
    chart = charts[name]
    picture = etree.fromstring(chart_svg(chart).encode())
    _, _, wide, high = map(float, picture.get("viewBox").split())
    texts = ["".join(item.itertext()) for item in picture.iter("text")]
    if chart.kind != "calendar":
        noted = [
            " + ".join(point.text for point in line) for line in zip(*(s.points for s in chart.series), strict=True)
        ]
        values_beside = ["".join(item.itertext()) for item in picture.iter("text") if len(item)]
        assert values_beside == noted
        assert {point.label for point in chart.series[0].points} <= set(texts)
    for box in picture.iter("rect"):
        x, y, width, height = (float(box.get(side)) for side in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + width <= wide + 0.01
        assert y + height <= high
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x")) <= wide
        assert 0 < float(text.get("y")) <= high


def test_figures_of_a_chart_carry_their_ids(charts: dict[str, Chart]) -> None:
    picture = etree.fromstring(chart_svg(charts["both"]).encode())
    found = {item.get("data-figure"): item.text for item in picture.iter("tspan")}
    assert found == {
        "II.99/tp-st/A.1/c3": "1.200*",
        "II.99/tp-st/A.1/c4": "1.000",
        "II.99/tp-st/A.2/c3": "4",
        "II.99/tp-st/A.2/c4": "4",
    }


def test_the_words_of_a_chart_tell_all_of_it(charts: dict[str, Chart]) -> None:
    assert charts["both"].alt == (
        "Nhận và giải quyết (hồ sơ). Hộ tịch & <chứng thực>: nhận 1.200*, giải quyết 1.000; =1+1: nhận 4, giải quyết 4."
    )
    assert charts["intake_calendar"].alt == (
        "Số hồ sơ tiếp nhận mỗi ngày (hồ sơ). Từ 01/03/2021 đến 14/03/2021: tất cả 79; nhiều nhất 30, ngày 09/03/2021."
    )


def relative_luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_beside_each_other_differ_in_lightness_too(charts: dict[str, Chart]) -> None:
    picture = etree.fromstring(chart_svg(charts["both"]).encode())
    # White is the paper behind a value, no series.
    colours = list(dict.fromkeys(box.get("fill") for box in picture.iter("rect") if box.get("fill") != "#FFFFFF"))
    first, second = sorted(map(relative_luminance, colours))
    # Black and white: two greys a reader distinguishes.
    assert (second + 0.05) / (first + 0.05) > 2


def test_pictures_are_the_same_bytes_each_time(charts: dict[str, Chart]) -> None:
    drawn = chart_pictures(list(charts.values()))
    assert len(drawn) == len(charts)
    assert all(picture.startswith(b"\x89PNG") for picture in drawn)
    assert chart_pictures(list(charts.values())) == drawn


def test_a_chart_written_as_json_is_read_back(charts: dict[str, Chart]) -> None:
    for name, chart in charts.items():
        text = json.dumps(chart.plain(), default=str)
        assert Chart.read(name, json.loads(text)) == chart


def test_a_whole_year_of_days_fits_beside_each_other() -> None:
    start = dt.date(2020, 12, 15)
    points = tuple(
        Point(f"{day}", day % 97, str(day % 97), None, start + dt.timedelta(day), True) for day in range(365)
    )
    picture = etree.fromstring(chart_svg(Chart("x", "calendar", "Ngày", "hồ sơ", (Series("x", points),))).encode())
    boxes = [box for box in picture.iter("rect")]
    assert len(boxes) == 365 + 7
    assert max(float(box.get("x")) + float(box.get("width")) for box in boxes) <= float(
        picture.get("viewBox").split()[2]
    )


def bars(**changes: object) -> Chart:
    """A chart of rates of two units as the report of a quarter shows it: ids, counts, a target, the period before."""
    points = (
        Point("UBND Phường 1", Decimal("95.24"), "95,24%", "II/p01/r", counts="120/126"),
        Point("UBND Phường 2", Decimal("90.00"), "90,00%", "II/p02/r", counts="9/10"),
    )
    chart = Chart("on_time", "bars", "Tỷ lệ", "%", (Series("on_time_rate", points),))
    return replace(chart, **{"target": Decimal(95), "before": (Decimal("91.5"), None), **changes})


def paths(picture: etree._Element, look: str) -> list[tuple[float, float, float]]:
    """Return place, top and bottom of each upright line of a colour."""
    lines = [item.get("d") for item in picture.iter("path") if item.get("stroke") == look]
    return [(float(x), float(top), float(bottom)) for x, top, bottom in (re.split("[MV ]", line)[1:] for line in lines)]


def test_no_line_runs_through_a_value() -> None:
    picture = etree.fromstring(chart_svg(bars()).encode())
    values = min(float(item.get("x")) for item in picture.iter("text") if len(item))
    colours = ("#8A8A8A", "#A50026", "#111111", "#FFFFFF")
    # The legend stands above all lines; what is below it are the grid, the target, the period before.
    places = [x for colour in colours for x, _, bottom in paths(picture, colour) if bottom > 16]
    assert len(places) >= 6 + 2 * 2
    assert max(places) < values


def test_the_target_and_the_period_before_are_drawn_on_white_above_the_bars() -> None:
    picture = etree.fromstring(chart_svg(bars()).encode())
    drawn = [item for item in picture if item.tag in ("rect", "path")]
    for colour, place in (("#A50026", 95), ("#111111", 91.5)):
        number = max(n for n, item in enumerate(drawn) if item.get("stroke") == colour)
        halo, line = drawn[number - 1], drawn[number]
        assert halo.get("stroke") == "#FFFFFF" and halo.get("d") == line.get("d")
        assert float(halo.get("stroke-width")) >= float(line.get("stroke-width")) + 2
        bar = max(n for n, item in enumerate(drawn) if item.tag == "rect")
        assert number > bar or colour == "#111111", place


def test_a_rate_is_printed_with_the_counts_it_is_made_of() -> None:
    picture = etree.fromstring(chart_svg(bars()).encode())
    told = ["".join(item.itertext()) for item in picture.iter("text") if len(item)]
    assert told == ["95,24% (120/126)", "90,00% (9/10)"]
    assert [item.text for item in picture.iter("tspan") if item.get("data-figure")] == ["95,24%", "90,00%"]
    assert "UBND Phường 1: 95,24% (120/126); UBND Phường 2: 90,00% (9/10)." in bars().alt


def test_the_counts_of_a_rate_are_sums_of_the_cells_it_divides() -> None:
    model = small_model()
    form = model.forms["II.99"]
    rows = tuple(
        replace(
            row,
            ratios=(replace(row.ratios[0], parts=(row.figures[1].figure_id,), whole=(row.figures[0].figure_id,)),),
        )
        for row in form.rows
    )
    (series,) = charts_of(replace(model, forms={"II.99": replace(form, rows=rows)}))["on_time"].series
    # As typed in paper_stub: 4 of 4 and 1.000 of 1.200 resolved.
    assert [point.full_text for point in series.points] == ["100,00% (4/4)", "83,33% (1.000/1.200)"]


def test_a_legend_names_the_period_and_no_column_of_the_program() -> None:
    text = "".join(etree.fromstring(chart_svg(bars()).encode()).itertext())
    assert "Kỳ này" in text and "Kỳ trước" in text and "Mục tiêu 95%" in text
    assert "on_time_rate" not in text


def test_what_was_before_is_inside_the_axis_though_it_was_more() -> None:
    points = (Point("Nguyên nhân khác", 50, "50"),)
    chart = Chart("causes", "bars", "Nguyên nhân", "hồ sơ", (Series("Tổng số", points),), before=(Decimal(90),))
    picture = etree.fromstring(chart_svg(chart).encode())
    values = min(float(item.get("x")) for item in picture.iter("text") if len(item))
    assert max(x for x, _, bottom in paths(picture, "#111111") if bottom > 16) < values
