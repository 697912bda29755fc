"""What the models and their tests cost on one report's landed tables: processor seconds of dbt in one process.

Here: `python benchmarks/dbt_build.py REPORT/warehouse.duckdb`, the database of a finished report.
Not here: reading, documents, Dagster. Invariant: works on a copy of schema landed; the report is only read.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipelines.warehouse import dbt as calling
from pipelines.warehouse.landed_schema import landed_schema


def copy_landed(report: Path, database: Path) -> None:
    """Copy schema landed of a report into a fresh database."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{report}' as report (read_only)")
        connection.execute(f"attach '{database}' as fresh")
        connection.execute("create schema fresh.landed")
        for table in landed_schema():
            connection.execute(f'create table fresh.landed."{table}" as select * from report.landed."{table}"')


def main(report: Path) -> None:
    """Print what importing, loading the parsed project and building cost."""
    began = time.process_time()
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401

    imported = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "warehouse.duckdb"
        copy_landed(report, database)
        target = Path(folder) / "target"
        start = time.process_time()
        calling.ensure_manifest(target, database)
        ready = time.process_time()
        results = calling.build(target, database)
        built = time.process_time()
    models = sum(result.kind == "model" for result in results)
    print(f"import dbt                   {imported - began:6.2f} s")
    print(f"project parsed or found      {ready - start:6.2f} s")
    print(f"{models} models, {len(results) - models} tests       {built - ready:6.2f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
