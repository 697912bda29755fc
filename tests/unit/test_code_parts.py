"""Files whose codes bear the unit part of another unit: which waits, which is asked about.

Here: the claim from codes alone. Not here: what a claim does to a report (pipeline/test_believed).
Invariant: no order of sending decides whose codes they are.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from office_folder import TABLES, make_office

from pipelines.office.settings import load_office
from pipelines.warehouse.claims import Claims
from pipelines.warehouse.code_parts import Coded, Parts
from pipelines.warehouse.register import Delivery

UNITS = TABLES["units"] + "".join(f"p0{no},UBND Phường {no},Phường {no},ward,tp,{no},,,\n" for no in (3, 4, 5))
OWN = [("p01", "01"), ("p02", "02"), ("p03", "03"), ("p04", "04"), ("p05", "05")]
ALL_BUT_P05 = OWN[:4]


def delivery(number: int, unit_id: str, period: str = "2021-Q1") -> Delivery:
    moment = f"2021-03-15T08:{number:02}:00+07:00"
    return Delivery(
        f"20210315T0800-{unit_id}-{number}", unit_id, period, "case_exports", f"{unit_id}.csv", f"{number:064}", moment,
        dt.datetime(2021, 3, 15), None, "first", receipt_no=number,
    )  # fmt: skip


def asked(
    tmp_path: Path, files: list[tuple[str, str]], declared: str = "", own: str = "", units: str = UNITS
) -> list[tuple[str, str]]:
    """Return unit and effect of each claim, for files of a unit with codes of a part, in the order sent."""
    root = make_office(tmp_path / "office", units=units)
    if declared:
        (root / "reference" / "unit_codes.csv").write_text(f"unit_id,code_part\n{declared}", encoding="utf-8")
    coded = [
        Coded(delivery(number, unit_id), f"000.{part}.99.H51", names_itself=unit_id == own)
        for number, (unit_id, part) in enumerate(files, start=1)
    ]
    parts = Parts(Claims(load_office(root)), coded)
    claims = [claim for file in coded if (claim := parts.claim(file))]
    assert {claim.kind for claim in claims} <= {"code_part"}
    return [(claim.delivery_id.split("-")[1], claim.effect) for claim in claims]


def test_files_of_own_codes_raise_no_question(tmp_path: Path) -> None:
    assert asked(tmp_path, OWN) == []


@pytest.mark.parametrize("thief_first", [True, False])
def test_where_nothing_tells_whose_a_part_is_both_units_are_asked(tmp_path: Path, thief_first: bool) -> None:
    pair = [("p05", "04"), ("p04", "04")] if thief_first else [("p04", "04"), ("p05", "04")]
    files = [("p01", "01"), ("p02", "02"), ("p03", "03"), *pair]
    assert sorted(asked(tmp_path, files)) == [("p04", "flags"), ("p05", "flags")]


@pytest.mark.parametrize("thief_first", [True, False])
def test_a_unit_known_by_a_part_of_its_own_waits_with_another_s(tmp_path: Path, thief_first: bool) -> None:
    pair = [("p05", "04"), ("p05", "05")] if thief_first else [("p05", "05"), ("p05", "04")]
    assert asked(tmp_path, [*pair, *ALL_BUT_P05]) == [("p05", "waits")]


@pytest.mark.parametrize("owner_sends", [True, False])
def test_where_the_office_says_whose_a_part_is_the_other_unit_s_file_waits(tmp_path: Path, owner_sends: bool) -> None:
    files = [("p05", "04"), *([("p04", "04")] if owner_sends else [])]
    assert asked(tmp_path, files, declared="p04,000.04.99.H51\n") == [("p05", "waits")]


def test_a_file_whose_rows_name_its_sender_counts_and_is_asked_about(tmp_path: Path) -> None:
    files = [("p05", "04"), ("p04", "04")]
    assert asked(tmp_path, files, declared="p04,000.04.99.H51\n", own="p05") == [("p05", "flags")]


def test_the_desk_s_file_of_dossiers_passed_to_it_is_asked_about_and_counts(tmp_path: Path) -> None:
    desk = UNITS + "mc,Bộ phận Một cửa,Một cửa,one_stop_desk,tp,9,,,\n"
    assert asked(tmp_path, [("mc", "04")], "p04,000.04.99.H51\n", units=desk) == [("mc", "flags")]


def test_where_parts_name_no_unit_nobody_is_asked(tmp_path: Path) -> None:
    assert asked(tmp_path, [(unit_id, "00") for unit_id, _ in OWN]) == []
