"""The dossiers behind each point of a chart that is no cell of a form: days of receipt, ages of the overdue.

Here: one query over all such points. Not here: what a chart shows (figures/charts), the book's lists, words of a trace.
Invariant: a point is named as its chart names it; the dossiers of a point are those the chart counted.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipelines.figures.charts import INTAKE, OVERDUE_AGE, Chart, age_label
from pipelines.figures.records import has_table

# The fact whose dossiers these charts count.
FACT = "fct_dossier_period"


def point_records(connection: duckdb.DuckDBPyConnection, charts: Iterable[Chart]) -> str:
    """Return a query over dossiers and the points they are in: point, chart_no, place (in the chart), dossier_code.

    A point is `intake_calendar/01/03/2021` (of a long period `intake_calendar/Tháng 3/2021`) or
    `overdue_age/6–10 ngày làm việc`. A warehouse made before each dossier had its band has no ages.
    """
    is_by_day = any(point.day for chart in charts for item in chart.series for point in item.points)
    day = "cast(received_at as date)"
    label = f"strftime({day}, '%d/%m/%Y')" if is_by_day else f"concat('Tháng ', month({day}), '/', year({day}))"
    queries = [
        f"""
        select concat('{INTAKE}/', {label}) as point, 1 as chart_no,
            cast(strftime({day}, '%Y%m%d') as integer) as place, dossier_code
        from {FACT} where carried_in = 0 and received_at is not null"""
    ]
    if has_table(connection, "int_overdue_age"):
        queries.append(f"""
        select concat('{OVERDUE_AGE}/', {_label("band.label")}) as point, 2 as chart_no,
            age.band_no as place, age.dossier_code
        from int_overdue_age as age
        inner join (select distinct band_no, label from rpt_overdue_age) as band on age.band_no = band.band_no""")
    return " union all ".join(queries)


def _label(column: str) -> str:
    """Return SQL that names a band as the chart does (figures/charts, age_label)."""
    before, after = age_label("|").split("|")
    return f"'{before}', {column}, '{after}'"
