"""Reference tables whose rows nobody could tell apart: two fields, two periods of one name, two cities at one time.

Here: loading such tables. Not here: other faults of tables (test_settings). Invariant: both lines are named; the same
name at other times is no fault.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from office_folder import TABLES, make_office

from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office

FIELDS = "field_code,field_name,department_unit_id,sort_no,valid_from,valid_to\n"
PERIODS = "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n"


@pytest.mark.parametrize(
    ("table", "text", "fault"),
    [
        ("fields", f"{FIELDS}ho-tich,Hộ tịch,,1,,\nHX,hộ tịch,,2,,\n", "dòng 2, 3, cột field_name"),
        (
            "periods",
            f"{PERIODS}2021-Q2,quarter,Quý I năm 2021,2021-03-15,2021-06-14\n",
            "dòng 2, 3, cột label",
        ),
        ("units", TABLES["units"] + "tq,UBND thành phố Khác,,city,,9,,,\n", "cột unit_kind: có 2 đơn vị «city»"),
    ],
)
def test_two_rows_of_one_name_at_one_time_are_a_fault(tmp_path: Path, table: str, text: str, fault: str) -> None:
    with pytest.raises(OfficeError, match=rf"{table}\.csv.*{fault}"):
        load_office(make_office(tmp_path / "office", **{table: text}))


def test_a_field_that_got_a_new_code_keeps_its_name(tmp_path: Path) -> None:
    fields = f"{FIELDS}ho-tich,Hộ tịch,,1,,2021-06-30\nHX,Hộ tịch,,2,2021-07-01,\n"
    load_office(make_office(tmp_path / "office", fields=fields))
