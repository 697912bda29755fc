"""Many small files of one unit: the cost of holding them against each other grows with their number.

Here: files of one look, chains of replacements, what is still found among many. Not here: the claims themselves
(test_doubts_of_files, test_standing_deliveries).
Invariant: a file is opened a few times, however many others lie beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from office_folder import make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import type_deliveries

HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
MANY = 24
FEW_TIMES = 6  # a file's rows and rejects, for its days, its records and what it says of them


def csv(*codes: str, due: str = "01/03/2021") -> bytes:
    rows = "".join(f"{code};1.001193;01/03/2021;{due};;Đang xử lý\n" for code in codes)
    return (HEAD + rows).encode("utf-8-sig")


def code(number: int) -> str:
    return f"000.01.01.H51-210301-{number:04d}"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is opened as Parquet, by whichever way."""
    names: list[str] = []
    parquet, frame = pq.ParquetFile, pd.read_parquet
    monkeypatch.setattr(pq, "ParquetFile", lambda path, *a, **k: (names.append(str(path)), parquet(path, *a, **k))[1])
    monkeypatch.setattr(pd, "read_parquet", lambda path, *a, **k: (names.append(str(path)), frame(path, *a, **k))[1])
    yield names


def test_files_of_one_look_without_a_record_in_common_are_opened_a_few_times_each(
    office: Office, opened: list[str]
) -> None:
    for number in range(MANY):
        send(office.root, f"tờ {number}.csv", csv(code(2 * number), code(2 * number + 1)))
    receive_inbox(office)
    type_deliveries(office, register(office))
    opened.clear()
    found = standing(office, register(office))
    assert [item.claims for item in found] == [()] * MANY
    assert len(opened) <= FEW_TIMES * MANY


def test_a_file_that_contradicts_one_among_many_of_its_look_is_named_with_the_record(office: Office) -> None:
    for number in range(MANY):
        send(office.root, f"tờ {number:02}.csv", csv(code(number), code(100)))
    send(office.root, "xin gửi.csv", csv(code(7), code(100), due="02/03/2021"))
    receive_inbox(office)
    doubts = [claim for item in standing(office, register(office)) for claim in item.claims]
    assert [(claim.kind, claim.records) for claim in doubts] == [("order_unknown", (code(100),))]
    assert "«tờ 23.csv» và «xin gửi.csv»" in doubts[0].reason


def test_a_chain_of_replacements_is_opened_a_few_times_each_and_what_the_last_lacks_counts_on(
    office: Office, opened: list[str]
) -> None:
    for number in range(MANY):
        send(office.root, f"sổ ({number + 1}).csv", csv(code(number), code(number + 1)))
        receive_inbox(office)
    type_deliveries(office, register(office))
    opened.clear()
    found = standing(office, register(office))
    assert len(opened) <= FEW_TIMES * MANY
    # Each has one record the next one lacks; the last has both of its own.
    assert [item.remaining for item in found] == [*(frozenset({code(number)}) for number in range(MANY - 1)), None]
    assert [claim.records for claim in found[-1].claims] == [(code(number),) for number in range(MANY - 1)]
    assert all(not item.claims for item in found[:-1])
    again = standing(load_office(office.root), register(office))
    assert [(item.remaining, item.claims) for item in again] == [(item.remaining, item.claims) for item in found]
