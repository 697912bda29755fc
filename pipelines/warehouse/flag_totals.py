"""What a built report flagged, in numbers.

Here: totals of flags and of what no table knows, read from a report's warehouse. Not here: which rows (rpt_flag,
int_dossier_flag, int_feedback_flag), what a flag means for a file (quality). Invariant: the database is only read.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.office.text import format_count

_DOSSIERS = "select flag_label, count(*) from int_dossier_flag group by flag_label order by 2 desc, 1"
_FEEDBACK = "select flag_label, count(*) from int_feedback_flag group by flag_label order by 2 desc, 1"
_ROWS = "select coalesce(sum(rows_flagged), 0) from rpt_delivery where is_counted and is_for_period"
_UNKNOWN = "select count(*) from fct_dossier_period where field_code = 'unknown'"


def flag_totals(report: Path) -> dict[str, str]:
    """Return the lines of a run's summary about flags, label → text; only those there is something to say of.

    Args:
        report: folder of a finished report.
    """
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        dossiers = connection.execute(_DOSSIERS).fetchall()
        feedback = connection.execute(_FEEDBACK).fetchall()
        (rows,) = connection.execute(_ROWS).fetchone() or (0,)
        (unknown,) = connection.execute(_UNKNOWN).fetchone() or (0,)
    lines = {
        "Dòng có cảnh báo": format_count(rows) if rows else "",
        "Hồ sơ có cảnh báo": _listed(dossiers),
        "Phản ánh, kiến nghị có cảnh báo": _listed(feedback),
        "Hồ sơ ở dòng «Chưa xác định»": format_count(unknown) if unknown else "",
    }
    return {label: text for label, text in lines.items() if text}


def _listed(counts: list[tuple[str, int]]) -> str:
    return "; ".join(f"{label}: {format_count(count)}" for label, count in counts)
