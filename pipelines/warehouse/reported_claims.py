"""The open claims of the newest report of each period: what a question raised that no file says by itself.

Here: reading them from finished reports. Not here: raising them (asked_claims), accepting them (accept).
Invariant: reports are only read; a report without the table has none.
"""

from __future__ import annotations

import duckdb

from pipelines.office.settings import Office
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.finished import finished_reports

_OPEN = "select delivery_id, kind, effect, reason, mend, records from rpt_claim where is_open order by all"


def reported_claims(office: Office) -> list[Claim]:
    """Return the claims that the newest report of every period holds open."""
    found: list[Claim] = []
    for period_id in office.reference["periods"]["period_id"]:
        for report in finished_reports(office, period_id)[-1:]:
            with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
                tables = connection.execute("select 1 from information_schema.tables where table_name = 'rpt_claim'")
                rows = connection.execute(_OPEN).fetchall() if tables.fetchall() else []
            found += [
                Claim(delivery_id, kind, effect, reason, mend, tuple(records.split("\n")) if records else ())
                for delivery_id, kind, effect, reason, mend, records in rows
            ]
    return found
