"""The evidence book: what an auditor needs beside a report, as tables any program opens.

Here: writing the tables and the control of all cells. Not here: the queries (control).
Invariant: the same warehouse gives the same bytes; a cell that cannot be traced stops the report.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.audit.control import evidence_queries, occasional_queries, untraceable_cells

# What a spreadsheet program takes for a formula, and control characters no table needs.
_FORMULA = re.compile(r"^\s*[=+\-@]")
_NUMBER = re.compile(r"[+\-]?\d+([.,]\d+)?")
# A piece of a table held at once: DuckDB gives so many of its vectors.
_VECTORS, _VECTOR_ROWS = 25, 2048
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Untraceable(Exception):
    """A printed cell is not the sum of the rows behind it: our bug; no report is made of it."""


def write_evidence(database: Path, layouts: dict[str, dict], folder: Path) -> dict[str, int]:
    """Write the evidence book into `folder`; return rows per table.

    Raises:
        Untraceable: some cell of some form does not equal its trace.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    with duckdb.connect(database, read_only=True) as connection:
        wrong = untraceable_cells(connection, layouts)
        if wrong:
            raise Untraceable("\n".join(wrong[:20]))
        for name, query in evidence_queries(layouts).items():
            counts[name] = _write_table(connection, query, folder / f"{name}.csv")
        for name, query in occasional_queries(layouts).items():
            if rows := _write_table(connection, query, folder / f"{name}.csv"):
                counts[name] = rows
            else:
                (folder / f"{name}.csv").unlink()
    (folder / "doi-chieu.json").write_text(
        json.dumps({"cells_untraceable": 0, "rows": counts}, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        encoding="utf-8",
    )
    return counts


def _write_table(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write what a query finds, a piece at a time, as CSV; return how many rows it is."""
    found = connection.execute(query)
    count = 0
    # UTF-8 with BOM: a double click in the office's spreadsheet program shows the marks right.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        while True:
            piece = found.fetch_df_chunk(_VECTORS)
            inert(piece).to_csv(file, index=False, header=count == 0, lineterminator="\n")
            count += len(piece)
            if len(piece) < _VECTORS * _VECTOR_ROWS:
                return count


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table no cell of which a spreadsheet program would run: such a text begins with an apostrophe."""
    texts = {
        str(name): column.map(_inert, na_action="ignore")
        for name, column in table.items()
        if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))
    }
    return table.assign(**texts)


def _inert(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub(" ", value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text.strip()) else text
