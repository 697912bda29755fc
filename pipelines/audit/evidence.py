"""The evidence tables: what an auditor needs beside a report, as files any program opens.

Here: writing each table as CSV and Parquet, the control of all cells. Not here: the queries (tables), the description
(datapackage), the pages (book).
Invariant: the same warehouse gives the same bytes; a cell that cannot be traced stops the report; no cell is a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.audit.control import untraceable_cells
from pipelines.audit.datapackage import FILES, RECEIPT, Written, write_description
from pipelines.audit.other_tables import other_tables
from pipelines.audit.tables import Column, Table, fact_tables
from pipelines.figures.layout import Layouts
from pipelines.ingest.memory import reading_engine
from pipelines.office.sql import sql_name, sql_text

# UTF-8 with BOM: a double click in the office's spreadsheet program shows the marks right.
_BOM = "\ufeff"
_MOMENT = "%Y-%m-%d %H:%M:%S"


class Untraceable(Exception):
    """A printed cell is not the sum of the rows behind it: our bug; no report is made of it."""


def write_evidence(database: Path, layouts: Layouts, folder: Path) -> dict[str, int]:
    """Write the evidence tables into `folder`; return rows per table.

    Raises:
        Untraceable: some cell of some form does not equal its trace.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = reading_engine(database, lambda memory: _write_tables(database, layouts, folder, memory))
    (folder / "doi-chieu.json").write_text(
        json.dumps({"cells_untraceable": 0, "rows": counts}, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        encoding="utf-8",
    )
    return counts


def _write_tables(database: Path, layouts: Layouts, folder: Path, memory: int) -> dict[str, int]:
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(f"set memory_limit = '{memory}B'")
        wrong = untraceable_cells(connection, layouts)
        if wrong:
            raise Untraceable("\n".join(wrong[:20]))
        tables = [*fact_tables(connection, layouts), *other_tables()]
        written = [found for table in tables if (found := write_table(connection, table, folder))]
        write_description(connection, written, folder)
    return {item.table.name: item.rows for item in written}


def write_table(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Written | None:
    """Write one table as CSV and Parquet; None when it is an occasional one without rows."""
    csv, parquet = (folder / f"{table.name}.{kind}" for kind in ("csv", "parquet"))
    kinds = [str(kind) for _, kind, *_ in connection.execute(f"describe {table.query}").fetchall()]
    # Never a table of its own first: the engine holds one whole in memory, and a dossier has seventy wide columns.
    connection.execute(f"copy ({table.query}) to {sql_text(parquet)} (format parquet, compression zstd)")
    connection.execute(f"create or replace temp view evidence_table as from read_parquet({sql_text(parquet)})")
    (rows,) = connection.execute("select count(*) from evidence_table").fetchone() or (0,)
    if not rows and table.is_occasional:
        parquet.unlink()
        return None
    cells = ", ".join(_csv_cells(table.columns, kinds))
    connection.execute(f"copy (select {cells} from evidence_table as t) to {sql_text(csv)} (format csv, header)")
    return Written(table, rows, tuple(kinds), tuple(_receipts_known(connection, table)))


def _receipts_known(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[str]:
    """Yield the columns all of whose receipts are among the files of the report: a file replaced since is not."""
    for column in table.columns:
        if column.heading.startswith(RECEIPT) and table.name != FILES:
            query = f"""
                select count(*) from evidence_table as t anti join rpt_delivery as d
                    on t."{column.heading}" = d.delivery_id
                where t."{column.heading}" is not null"""
            if connection.execute(query).fetchone() == (0,):
                yield column.heading


def _csv_cells(columns: tuple[Column, ...], kinds: list[str]) -> Iterator[str]:
    for number, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
        cell = csv_cell(f"t.{sql_name(column.heading)}", kind)
        yield f"{cell} as {sql_name((_BOM if number == 0 else '') + column.heading)}"


def csv_cell(expression: str, kind: str) -> str:
    """Return a column as CSV shows it: moments written one way, yes and no as words, texts no program would run.

    A text that a spreadsheet program takes for a formula begins with an apostrophe; control characters are blanks.
    """
    if kind.startswith("TIMESTAMP"):
        return f"strftime({expression}, '{_MOMENT}')"
    if kind == "BOOLEAN":
        return f"case when {expression} then 'có' when not {expression} then 'không' end"
    if kind != "VARCHAR":
        return expression
    text = rf"regexp_replace({expression}, '[\x00-\x1f\x7f]+', ' ', 'g')"
    is_run = rf"regexp_matches({text}, '^\s*[=+\-@]')"
    is_number = rf"regexp_full_match(trim({text}), '[+\-]?\d+([.,]\d+)?')"
    return f"case when {is_run} and not {is_number} then concat('''', {text}) else {text} end"
