"""The rows of delivered files that decide a record: its first due date, what it was on the asked day, the newest word.

Here: one query that gives, record by record, each deciding row with its file. Not here: the rules by which a row ranks
(dbt), how a row is shown (trace_text, book). Invariant: the fact's yml names the ranks (meta `trace.rows`); a fact
without them is decided by the row it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.figures.cells import Fact

# What the row of a fact without ranks is called.
READ_FROM = "đọc từ"


def parts_of(fact: Fact) -> dict[str, str]:
    """Return the deciding rows of a fact's records by name, each with the column of the ranked model that finds it."""
    return dict(rows["ranks"]) if (rows := _ranked(fact)) else {READ_FROM: ""}


def deciding_rows(fact: Fact, records: str = "", database: str = "") -> str:
    """Return a query over the deciding rows: record, part_no (place in parts_of), delivery_id, source_file,
    source_sheet, source_row.

    Args:
        fact: the fact; its own row decides where its yml names no ranks.
        records: a table or query with the records wanted, by the fact's key; all of the fact by default.
        database: prefix of an attached database, ending in a dot.
    """
    wanted = records or f'{database}"{fact.name}"'
    rows = _ranked(fact)
    if not rows:
        return f"""
            select w."{fact.key}" as record, 0 as part_no, f.delivery_id, f.source_file, f.source_sheet, f.source_row
            from {wanted} as w inner join {database}"{fact.name}" as f on w."{fact.key}" = f."{fact.key}"
        """
    return " union all ".join(
        f"""
            select w."{fact.key}" as record, {number} as part_no, r.delivery_id, r.source_file, r.source_sheet,
                r.source_row
            from {wanted} as w
            inner join {database}"{rows["model"]}" as r on w."{fact.key}" = r."{rows["key"]}" and r."{rank}" = 1
        """
        for number, rank in enumerate(rows["ranks"].values())
    )


def _ranked(fact: Fact) -> Mapping | None:
    return fact.trace.get("rows")
