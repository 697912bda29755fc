"""The open claims of the newest report of each period: what a question raised that no file says by itself.

Here: reading them from finished reports. Not here: raising them (asked_claims), accepting them (accept).
Invariant: reports are only read; a report without the table has none.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.office.settings import Office
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.finished import finished_reports

_OPEN = "select delivery_id, kind, effect, reason, mend, records from rpt_claim where is_open order by all"


_TOLD = """
    select unit_name, file_name, effect, reason, mend from rpt_claim
    where is_asked and accepted is null
    group by unit_name, file_name, effect, reason, mend, sort_no, unit_id, kind
    order by sort_no, unit_id, file_name, kind, reason
"""
_SAID = {
    "refuses": "từ chối",
    "waits": "chờ xác nhận, chưa tính",
    "answers_nothing": "số liệu cũ",
    "flags": "cần xác nhận",
}


def claim_lines(report: Path) -> list[str]:
    """Return a line for every claim of a finished report nobody accepted: file, unit, what was found, what to do."""
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        if not _has_claims(connection):
            return []
        rows = connection.execute(_TOLD).fetchall()
    return [f"«{file}» của {unit}, {_SAID[effect]}: {reason} {mend}" for unit, file, effect, reason, mend in rows]


def _has_claims(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute("select 1 from information_schema.tables where table_name = 'rpt_claim'").fetchall())


def reported_claims(office: Office) -> list[Claim]:
    """Return the claims that the newest report of every period holds open."""
    found: list[Claim] = []
    for period_id in office.reference["periods"]["period_id"]:
        for report in finished_reports(office, period_id)[-1:]:
            with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
                rows = connection.execute(_OPEN).fetchall() if _has_claims(connection) else []
            found += [
                Claim(delivery_id, kind, effect, reason, mend, tuple(records.split("\n")) if records else ())
                for delivery_id, kind, effect, reason, mend, records in rows
            ]
    return found
