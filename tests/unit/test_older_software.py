"""What older software made is still counted again and made again: columns and switches may have come since.

Here: a question without a switch, databases with other columns. Not here: versions of today (pipeline/test_seal).
Invariant: what differs is said; nothing stops because older software did not know a name.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from pipelines.office.settings import Switches
from pipelines.package.reproduce import _tables_that_differ
from pipelines.recount.read_anew import _asked

_MOMENT = dt.datetime(2021, 3, 15, 8, 0)


@pytest.mark.parametrize(
    ("missing", "counted_by"),
    [
        # Column 12 of II.05a held every answer published in the period before there was a switch.
        ("feedback_published", {"feedback_published": "published_in_period"}),
        # One without a rule of its own is what the software of today takes it to be.
        ("apology_lead", {}),
    ],
)
def test_a_report_made_before_a_switch_is_counted_again_as_it_was_counted(
    tmp_path: Path, missing: str, counted_by: dict[str, str]
) -> None:
    row: dict[str, Any] = {
        "period_id": "2021-Q1", "as_of": dt.date(2021, 3, 14), "received_by": _MOMENT, "receipt_no": 7, "act_no": 0,
        "prior_issue": None, "year_ago_issue": None, **{name: str(value) for name, value in Switches()},
    }  # fmt: skip
    del row[missing]
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("create schema landed")
        names = ", ".join(f'? as "{name}"' for name in row)
        connection.execute(f"create table landed.question as select {names}", [*row.values()])
    office = cast("Any", SimpleNamespace(clock=SimpleNamespace(timezone=dt.UTC)))
    asked = dict(_asked(tmp_path / "warehouse.duckdb", office).switches)
    assert {name: asked[name] for name in asked.keys() & {missing}} == counted_by
    assert asked["closing_event"] == "finished_at"


def test_a_table_with_other_columns_differs_and_the_others_are_still_compared(tmp_path: Path) -> None:
    folder = tmp_path / "văn phòng 'một cửa'"  # quotes in a path end no statement
    folder.mkdir()
    for name, table in (("issued", "1 as a"), ("again", "1 as a, 'x' as b")):
        with duckdb.connect(folder / name) as connection:
            connection.execute(f"create table question as select {table}")
            connection.execute("create table alike as select 1 as a")
            connection.execute(f"create table rows as select '{name}' as a")
    assert list(_tables_that_differ(folder / "issued", folder / "again")) == [
        'warehouse.duckdb: bảng main."question" khác cột.',
        'warehouse.duckdb: bảng main."rows" khác 2 dòng.',
    ]
