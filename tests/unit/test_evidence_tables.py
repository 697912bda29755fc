"""Evidence tables are inert: a spreadsheet program runs nothing of them, and no cell reads «nan».

Here: texts a unit may have typed into a code or a name, moments, yes and no. Not here: which rows and sums a table has
(pipeline/test_evidence_counts).
Invariant: expected cells are written by hand.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from pipelines.audit.evidence import csv_cell, write_table
from pipelines.audit.tables import Column, Table


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("=1+1", "'=1+1"),
        ("+84 sổ", "'+84 sổ"),
        ("-SUM(A1)", "'-SUM(A1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "' =1+1"),
        ("-12", "-12"),
        ("+1,5", "+1,5"),
        ("H51.04-210301-0002", "H51.04-210301-0002"),
        ("15/TN", "15/TN"),
        ("a\x1b[31mb", "a [31mb"),
        ("", ""),
        (None, None),
    ],
)
def test_a_text_that_begins_like_a_formula_is_a_text(typed: str | None, kept: str | None) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(f"select {csv_cell('cell', 'VARCHAR')} from (select ? as cell)", [typed]).fetchone()
    assert found == (kept,)


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        ("timestamp '2021-03-11 00:00:00'", "TIMESTAMP", "2021-03-11 00:00:00"),
        ("timestamp '2021-03-11 09:05:00'", "TIMESTAMP", "2021-03-11 09:05:00"),
        ("date '2021-03-11'", "DATE", "2021-03-11"),
        ("true", "BOOLEAN", "có"),
        ("false", "BOOLEAN", "không"),
        ("null::boolean", "BOOLEAN", ""),
        ("-12", "INTEGER", "-12"),
        ("null::integer", "INTEGER", ""),
    ],
)
def test_a_cell_is_written_one_way_and_an_empty_one_is_empty(
    value: str, kind: str, written: str, tmp_path: Path
) -> None:
    table = Table("t", "T", (Column("Mã", "1"), Column("Ô", value)), "(select 1)", "1")
    with duckdb.connect() as connection:
        found = write_table(connection, table, tmp_path)
        assert found is not None
        assert found.kinds[1] == kind
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["Mã", "Ô"], ["1", written]]


def test_a_table_keeps_every_row_in_its_order_and_the_same_bytes(tmp_path: Path) -> None:
    rows = 300_000
    source = f"(select i, case when i % 3 > 0 then i end as part from range({rows}) as t(i))"
    table = Table("t", "T", (Column("Số", "i"), Column("Phần", "part")), source, "i")
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with duckdb.connect() as connection:
            found = write_table(connection, table, tmp_path / name)
        assert found is not None
        assert found.rows == rows
    assert (tmp_path / "one" / "t.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "Số,Phần",
        *(f"{number},{number if number % 3 else ''}" for number in range(rows)),
    ]
    for kind in ("csv", "parquet"):
        assert (tmp_path / "one" / f"t.{kind}").read_bytes() == (tmp_path / "other" / f"t.{kind}").read_bytes()


def test_an_occasional_table_without_rows_is_not_written(tmp_path: Path) -> None:
    table = Table("t", "T", (Column("Mã", "1"),), "(select 1 where false)", "1", is_occasional=True)
    with duckdb.connect() as connection:
        assert write_table(connection, table, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
