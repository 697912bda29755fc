"""Evidence tables are inert: a spreadsheet program runs nothing of them, and no cell reads «nan».

Here: texts a unit may have typed into a code or a name. Not here: which rows a table has (pipeline/test_sample_figures).
Invariant: expected cells are written by hand.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

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
