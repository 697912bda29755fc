"""Corrections of the office: applied while the source says what is expected, reported loudly when it does not.

Here: one small file, corrections of its cells, the landed table of what became of them. Not here: documents.
Invariant: a correction never changes a cell it was not written for; nothing is corrected in silence.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from office_folder import make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

FILE = (
    "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
    "A1;1.001193;01/03/2021 08:00;03/03/2021;;Đang xử lý\n"
    "A2;1.001193;31/02/2021 08:00;03/03/2021;;Đang xử lý\n"
)
CORRECTION = """
- stream: case_exports
  record: {record}
  column: {column}
  expect: {expect}
  value: {value}
  reason: phường gõ nhầm ngày
  document: 12/CV-UBND
"""


def correct(root: Path, **said: str) -> tuple[pd.DataFrame, list[dict], Path]:
    """Receive the file under one correction; give typed rows, landed corrections, the office."""
    make_office(root)
    (root / "corrections.yaml").write_text(CORRECTION.format(**said), encoding="utf-8")
    send(root, "s_2021_03_15.csv", FILE.encode("utf-8-sig"))
    office = load_office(root)
    receive_inbox(office)
    answer = begin(office, Ask("2021-Q1"), "test")
    with duckdb.connect(warehouse_file(office, "test"), read_only=True) as connection:
        landed = connection.execute("select * from landed.correction").df().to_dict("records")
    return pd.read_parquet(answer.typed[0].folder / "rows.parquet"), landed, root


def test_a_cell_is_corrected_while_the_source_says_what_is_expected(tmp_path: Path) -> None:
    rows, landed, _ = correct(tmp_path, record="A1", column="due_at", expect="03/03/2021", value="2021-03-08")
    row = rows.set_index("dossier_code").loc["A1"]
    assert row["due_at"] == pd.Timestamp("2021-03-08")
    (note,) = json.loads(row["repairs"])
    assert note["original"] == "03/03/2021"
    assert "12/CV-UBND" in note["rule"]
    assert [(item["state"], item["original"], item["right_value"], item["source_row"]) for item in landed] == [
        ("applied", "03/03/2021", "08/03/2021", 2)
    ]


def test_a_row_the_reader_would_send_back_is_saved_by_a_correction(tmp_path: Path) -> None:
    rows, landed, _ = correct(
        tmp_path, record="A2", column="received_at", expect="31/02/2021 08:00", value="2021-02-26 08:00"
    )
    assert sorted(rows["dossier_code"]) == ["A1", "A2"]
    assert landed[0]["state"] == "applied"


def test_a_correction_the_source_has_overtaken_is_not_applied_and_flags_the_row(tmp_path: Path) -> None:
    rows, landed, _ = correct(tmp_path, record="A1", column="due_at", expect="05/03/2021", value="2021-03-08")
    row = rows.set_index("dossier_code").loc["A1"]
    assert row["due_at"] == pd.Timestamp("2021-03-03")
    assert "correction_outdated" in row["flags"].split(";")
    assert (landed[0]["state"], landed[0]["original"]) == ("source_changed", "03/03/2021")


def test_a_correction_of_a_record_nobody_sent_is_unseen(tmp_path: Path) -> None:
    _, landed, _ = correct(tmp_path, record="A9", column="due_at", expect="05/03/2021", value="2021-03-08")
    assert [(item["record_code"], item["state"]) for item in landed] == [("A9", "unseen")]


def test_a_correction_of_a_column_that_is_not_there_is_reported_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"không có cột «han_tra».*due_at"):
        correct(tmp_path, record="A1", column="han_tra", expect="x", value="y")


@pytest.mark.parametrize("missing", ["document", "reason", "expect"])
def test_a_correction_without_its_document_reason_or_guard_is_none(tmp_path: Path, missing: str) -> None:
    make_office(tmp_path)
    text = CORRECTION.format(record="A1", column="due_at", expect="a", value="b")
    kept = [line for line in text.splitlines() if not line.strip().startswith(missing)]
    (tmp_path / "corrections.yaml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(OfficeError, match=missing):
        load_office(tmp_path)
