"""Files whose codes bear the unit part of another unit: who is asked.

Here: the claim from codes alone. Not here: what a claim does to a report (pipeline/test_believed).
Invariant: no order of sending decides whose codes they are.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from office_folder import TABLES, make_office

from pipelines.office.settings import load_office
from pipelines.warehouse.asked_claims import _parts
from pipelines.warehouse.claims import Claims
from pipelines.warehouse.register import Delivery

UNITS = TABLES["units"] + "".join(f"p0{no},UBND Phường {no},Phường {no},ward,tp,{no},,,\n" for no in (3, 4, 5))
OWN = {"p01": "01", "p02": "02", "p03": "03", "p04": "04", "p05": "05"}


def delivery(number: int, unit_id: str) -> Delivery:
    moment = f"2021-03-15T08:{number:02}:00+07:00"
    return Delivery(
        f"20210315T0800-{unit_id}-{number}", unit_id, "2021-Q1", "case_exports", "so.csv", f"{number:064}", moment,
        dt.datetime(2021, 3, 15), None, "first", receipt_no=number,
    )  # fmt: skip


def asked(tmp_path: Path, files: list[tuple[str, str]]) -> list[str]:
    """Return the units asked about a file, for files of a unit with codes of a part, in the order sent."""
    known = Claims(load_office(make_office(tmp_path / "office", units=UNITS)))
    sent = [delivery(number, unit_id) for number, (unit_id, _) in enumerate(files, start=1)]
    codes = pd.DataFrame(
        [
            (item.delivery_id, item.unit_id, item.receipt_no, f"000.{part}.99.H51-2103{day:02}-0001")
            for item, (_, part) in zip(sent, files, strict=True)
            for day in range(1, 4)
        ],
        columns=["delivery_id", "unit_id", "receipt_no", "code"],
    )
    claims = list(_parts(known, {item.delivery_id: item for item in sent}, codes))
    assert {claim.kind for claim in claims} <= {"code_part"}
    return sorted(claim.delivery_id.split("-")[1] for claim in claims)


def test_files_of_own_codes_raise_no_question(tmp_path: Path) -> None:
    assert asked(tmp_path, [*OWN.items()]) == []


@pytest.mark.parametrize("thief_first", [True, False])
def test_both_units_are_asked_whoever_sent_first(tmp_path: Path, thief_first: bool) -> None:
    pair = [("p05", "04"), ("p04", "04")] if thief_first else [("p04", "04"), ("p05", "04")]
    assert asked(tmp_path, [("p01", "01"), ("p02", "02"), ("p03", "03"), *pair]) == ["p04", "p05"]


def test_where_parts_name_no_unit_nobody_is_asked(tmp_path: Path) -> None:
    assert asked(tmp_path, [(unit_id, "00") for unit_id in OWN]) == []
