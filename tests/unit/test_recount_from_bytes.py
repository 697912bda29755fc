"""The recount reads what was received, not what an earlier run made of it.

Here: a typed file that was damaged and passes for whole, a landed file that was changed. Not here: counting rules
(test_recount).
Invariant: a damaged cache cannot agree with itself; the file and the rows are named.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from compiled_project import build, compiled
from office_folder import make_office, send
from test_standing_deliveries import csv

from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.ingest.landing import landed_path, receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.recount.recount import recount, recount_from_bytes
from pipelines.recount.text import recount_lines
from pipelines.warehouse import typed_cache
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

FORM = "II.06a"
LAYOUTS = {FORM: layouts_from_manifest(json.loads(compiled().manifest))[FORM]}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    loaded = load_office(make_office(tmp_path))
    send(tmp_path, "s.csv", csv("A-1", "A-2", "A-3"))
    receive_inbox(loaded)
    return loaded


def _report(office: Office) -> Path:
    begin(office, Ask.parse("2021-Q1", None, None), "test")
    database = warehouse_file(office, "test")
    build(database, ["+form_ii_06a"])
    return database


def _lose_a_row(office: Office) -> None:
    """Take the last row out of the typed file and make its verdict reports it: nothing shows that it is damaged."""
    (folder,) = (office.data / "typed" / "case_exports").glob("*-*")
    rows = folder / "rows.parquet"
    pd.read_parquet(rows).iloc[:-1].to_parquet(rows, index=False)
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    verdict["kept"]["rows"] = {"count": 2, "sha256": typed_cache._hash(rows)}
    del verdict["seal"]
    head = json.dumps(verdict, ensure_ascii=False, indent=1).encode().removesuffix(b"\n}")
    (folder / "verdict.json").write_bytes(head + typed_cache._SEAL + typed_cache._seal(head))


def test_a_whole_cache_agrees_with_the_bytes(office: Office) -> None:
    assert recount_from_bytes(office, _report(office), LAYOUTS).agrees


def test_a_damaged_typed_file_is_named_with_its_rows_and_cells(office: Office) -> None:
    _report(office)
    _lose_a_row(office)
    report = _report(office)

    assert recount(report, LAYOUTS).agrees  # it shares the cache
    result = recount_from_bytes(office, report, LAYOUTS)

    assert [(item.file_name, item.only_in_report, item.only_anew) for item in result.files] == [("s.csv", (), ("4",))]
    total = next(cell for cell in result.cells if cell.row_code == "total" and cell.column == "c3")
    assert (total.printed, total.recounted, total.only_recounted) == (2, 3, ("p01:2021:A-3",))
    assert any("s.csv" in line for line in recount_lines(result, 0))
    assert not result.agrees


def test_landed_bytes_that_were_changed_are_named(office: Office) -> None:
    report = _report(office)
    (receipt,) = (json.loads(path.read_text(encoding="utf-8")) for path in (office.data / "receipts").glob("*.json"))
    landed = landed_path(office, receipt["sha256"])
    landed.chmod(0o600)
    landed.write_bytes(csv("A-1", "A-2"))

    result = recount_from_bytes(office, report, LAYOUTS)

    assert result.changed_bytes == ("s.csv",)
    assert not result.agrees
