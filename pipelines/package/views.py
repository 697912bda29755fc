"""`data/warehouse.duckdb`: views over the facts and figures of each period's latest issued version, for other programs.

Here: which files a view reads, writing the file anew. Not here: the tables themselves (audit/evidence, tidy).
Invariant: the file holds no row; a program that has it open keeps what it opened, for a new one takes its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.office.settings import Office
from pipelines.package.tidy import NAME
from pipelines.warehouse.issued import Issued, issued_versions

VIEWS = "warehouse.duckdb"


def write_views(office: Office) -> Path | None:
    """Write the views of an office anew; None, and no file, while nothing is issued.

    A view is named as its table: ho_so, so_lieu …; columns `Bản` (2021-Q1/v2) and then those of the table.
    """
    latest = {item.period_id: item for item in issued_versions(office)}
    target, made = office.data / VIEWS, office.data / f".{VIEWS}.new"
    made.unlink(missing_ok=True)
    if not latest:
        target.unlink(missing_ok=True)
        return None
    tables: dict[str, list[str]] = {}
    for item in latest.values():
        for path in _tables(item):
            file = str(path.resolve()).replace("'", "''")
            part = f"select '{item.issue_id}' as \"Bản\", * from read_parquet('{file}')"
            tables.setdefault(path.stem.replace("-", "_"), []).append(part)
    with duckdb.connect(made) as connection:
        for name, parts in sorted(tables.items()):
            connection.execute(f'create view "{name}" as {" union all by name ".join(parts)}')
    made.replace(target)
    return target


def _tables(item: Issued) -> Iterator[Path]:
    yield from sorted((item.folder / "evidence").glob("*.parquet"))
    yield from item.folder.glob(f"{NAME}.parquet")
