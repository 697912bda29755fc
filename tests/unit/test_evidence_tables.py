"""Evidence tables are inert: a spreadsheet program runs nothing of them, and no cell reads «nan».

Here: texts a unit may have typed into a code or a name. Not here: which rows a table has (pipeline/test_sample_figures).
Invariant: expected cells are written by hand.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.audit import evidence
from pipelines.audit.evidence import inert


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
    ],
)
def test_a_text_that_begins_like_a_formula_is_a_text(typed: str, kept: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"code": [typed, None], "amount": [1, -2], "at": pd.to_datetime(["2021-03-01", None])})
    inert(table).to_csv(tmp_path / "a.csv", index=False)
    read = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    assert read["code"].tolist() == [kept, ""]
    assert read["amount"].tolist() == ["1", "-2"]
    assert read["at"].tolist() == ["2021-03-01", ""]


@pytest.mark.parametrize("rows", [0, 1, 2047, 2048, 4095, 4096, 5000])
def test_a_table_written_in_pieces_has_one_head_and_every_row_in_its_order(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_VECTORS", 1)
    query = (
        f"select i as number, case when i % 3 = 0 then null else i end as part from range({rows}) as t(i) order by i"
    )
    with duckdb.connect() as connection:
        assert evidence._write_table(connection, query, tmp_path / "a.csv") == rows
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["number,part", *(f"{number},{number if number % 3 else ''}" for number in range(rows))]
