"""The open claims of the newest report of each period: what a question raised that no file says by itself.

Here: reading them from finished reports. Not here: raising them (asked_claims), accepting them (accept).
Invariant: reports are only read; a report without the tables has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from pipelines.office.settings import Office
from pipelines.office.text import counted, format_count
from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import ASKED_KINDS, EFFECT_WORDS, Claim, listed
from pipelines.warehouse.finished import finished_reports

_OPEN = "select delivery_id, kind, effect, reason, mend, records from rpt_claim where is_open order by all"
_REFUSED = """
    select unit_name, file_name, string_agg(distinct refused_reason, ' ' order by refused_reason)
    from rpt_delivery as delivery
    where status = 'refused' and answers_period and state = 'refused' and not exists (
        select 1 from rpt_claim as claim
        where claim.delivery_id = delivery.delivery_id and claim.is_asked and claim.accepted is null
    )
    group by unit_name, unit_id, file_name
    order by unit_id, file_name
"""
_NEXT = "\n      · "
# More files are counted, not named.
_MOST_NAMED = 30
# Open dossiers that the unit's newest population export lacks, by that export.
_GONE = """
    select missing_delivery_id, list(dossier_code order by dossier_code)
    from rpt_dossier_gone
    where kind = 'deleted_dossier' and missing_delivery_id is not null
    group by missing_delivery_id
    order by missing_delivery_id
"""


def by_file(which: str, between: str = " ") -> str:
    """Return the query of the claims of a report, one row a file and what is to be done: all that is said of it.

    Args:
        which: condition on rpt_claim.
        between: what stands between two reasons.
    """
    return f"""
        select unit_name, file_name, effect, string_agg(distinct reason, '{between}' order by reason) as reasons, mend
        from rpt_claim where {which}
        group by unit_name, file_name, effect, mend, sort_no, unit_id
        order by sort_no, unit_id, file_name, mend"""


def claim_lines(report: Path) -> list[str]:
    """Return what is said of every file of a finished report with claims nobody accepted: what was found, what to do.

    Several findings have a line each.
    """
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        rows = (
            connection.execute(by_file("is_asked and accepted is null", between=_NEXT)).fetchall()
            if _has(connection, "rpt_claim")
            else []
        )
    lines = [
        f"«{file}» của {unit}, {EFFECT_WORDS[effect]}:"
        + (f"{_NEXT}{reasons}\n      {mend}" if _NEXT in reasons else f" {reasons} {mend}")
        for unit, file, effect, reasons, mend in rows[:_MOST_NAMED]
    ]
    return [*lines, *_not_named(rows, "cần xem lại (kstt status nêu đủ)")]


def refused_lines(report: Path) -> list[str]:
    """Return a line for every file a finished report asks for that was refused as it was read, and why.

    What a refused file claims is among `claim_lines`; `kstt status` says of each what to do.
    """
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        rows = connection.execute(_REFUSED).fetchall() if _has(connection, "rpt_delivery") else []
    lines = [f"«{file}» của {unit}, {EFFECT_WORDS['refuses']}: {reasons}" for unit, file, reasons in rows[:_MOST_NAMED]]
    lines += _not_named(rows, "bị từ chối")
    return [*lines, "Cách sửa từng tệp bị từ chối: kstt status."] if lines else []


def _not_named(rows: Sequence[object], what: str) -> list[str]:
    more = len(rows) - _MOST_NAMED
    return [f"… và {format_count(more)} tệp khác {what}."] if more > 0 else []


def asked_doubts(office: Office, period_ids: Iterable[str]) -> dict[str, list[Claim]]:
    """Return delivery id → the doubts only a question raises, by the newest report of each of some periods."""
    found: dict[str, list[Claim]] = {}
    for claim in reported_claims(office, period_ids):
        if claim.kind in ASKED_KINDS:
            found.setdefault(claim.delivery_id, []).append(claim)
    return found


def reported_claims(office: Office, period_ids: Iterable[str] | None = None) -> list[Claim]:
    """Return the claims that the newest report of each period holds open and nobody has accepted since.

    Args:
        office: the office.
        period_ids: the periods; every one without.
    """
    words = Acceptances.of(office)
    found: list[Claim] = []
    for period_id in office.reference["periods"]["period_id"] if period_ids is None else period_ids:
        for report in finished_reports(office, period_id)[-1:]:
            with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
                found += [*_claims(connection), *_gone(connection)]
    return [claim for claim in map(words.settle, found) if claim.is_open]


def _claims(connection: duckdb.DuckDBPyConnection) -> Iterator[Claim]:
    rows = connection.execute(_OPEN).fetchall() if _has(connection, "rpt_claim") else []
    for delivery_id, kind, effect, reason, mend, records in rows:
        yield Claim(delivery_id, kind, effect, reason, mend, tuple(records.split("\n")) if records else ())


def _gone(connection: duckdb.DuckDBPyConnection) -> Iterator[Claim]:
    rows = connection.execute(_GONE).fetchall() if _has(connection, "rpt_dossier_gone") else []
    for delivery_id, codes in rows:
        records = tuple(codes)
        reason = f"{counted(records)} hồ sơ đang giải quyết không còn trong danh sách đầy đủ: {listed(records)}."
        yield Claim(delivery_id, "deleted_dossiers", "flags", reason, "Hỏi đơn vị hồ sơ đi đâu.", records)


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    query = "select 1 from information_schema.tables where table_name = ?"
    return bool(connection.execute(query, [table]).fetchall())
