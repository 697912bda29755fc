"""The promised day against the time limit of the catalogue: which limit holds, and what is not judged.

Here: the helper column `days_from_limit` and its check, on small literal frames. Not here: how a due day is counted
(test_due_dates).
Invariant: days are counted by hand; March 2021 has no day off but its week-ends.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from office_folder import make_office

from pipelines.ingest.contract import Promise, load_contract
from pipelines.office.errors import OfficeError
from pipelines.office.reference import TIME_UNITS, load_reference, time_limits
from pipelines.paths import DBT_PROJECT, EXPECTATIONS
from pipelines.periods.calendar import working_calendar
from pipelines.periods.due_dates import UNITS
from pipelines.quality.helpers import Known, with_helpers
from pipelines.quality.suite import parse_suite

CONTRACT = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
MOMENTS = [name for name, kind in CONTRACT.typed_columns.items() if kind == "timestamp"]
CALENDAR = working_calendar(pd.DataFrame({"date": [], "kind": []}), dt.date(2021, 1, 1), dt.date(2021, 12, 31))
PROCEDURES = pd.DataFrame(
    [
        ("1.000001", "Thủ tục ba ngày", "3", "working_day", None, None),
        ("1.000002", "Thủ tục đổi thời hạn", "10", "working_day", None, "2021-03-09"),
        ("1.000002", "Thủ tục đổi thời hạn", "5", "working_day", "2021-03-10", None),
        ("1.000003", "Hai thủ tục một tên", "3", "working_day", None, None),
        ("1.000004", "Hai thủ tục một tên", "5", "working_day", None, None),
        ("1.000005", "Thủ tục không có thời hạn", "", "", None, None),
        ("1.000006", "Cùng tên, cùng hạn", "15", "calendar_day", None, None),
        ("1.000007", "Cùng tên, cùng hạn", "15", "calendar_day", None, None),
        ("", "Thủ tục chưa có mã", "2", "working_day", None, None),
        ("1.000008", "Thủ tục trong ngày", "0", "same_day", None, None),
    ],
    columns=["procedure_code", "procedure_name", "time_value", "time_unit", "valid_from", "valid_to"],
).astype({"valid_from": "datetime64[ns]", "valid_to": "datetime64[ns]"})
KNOWN = Known(dt.date(2021, 6, 15), limits=time_limits(PROCEDURES), calendar=CALENDAR)
# Received on Monday 08/03/2021: three working days end on Thursday the 11th.
GOOD = {
    "dossier_code": "HS-1",
    "procedure_code": "1.000001",
    "procedure_name_key": "thủ tục ba ngày",
    "received_at": "2021-03-08 08:00",
    "due_at": "2021-03-11 17:00",
    "flags": "",
}
BY_NAME = {"procedure_code": None}
CASES = {
    "kept": ({}, 0),
    "promised two days later": ({"due_at": "2021-03-13"}, 2),
    "promised a day sooner": ({"due_at": "2021-03-10 17:00"}, -1),
    "over the week-end": ({"received_at": "2021-03-11 08:00", "due_at": "2021-03-14"}, -2),
    "the version of the day of receipt, before the change": (
        {"procedure_code": "1.000002", "received_at": "2021-03-09 08:00", "due_at": "2021-03-23"},
        0,
    ),
    "the version of the day of receipt, from the change on": (
        {"procedure_code": "1.000002", "received_at": "2021-03-10 08:00", "due_at": "2021-03-17"},
        0,
    ),
    "by its name": (BY_NAME, 0),
    "by its name, the code being unknown": ({"procedure_code": "9.999999"}, 0),
    "the code goes before the name": ({"procedure_code": "1.000002", "due_at": "2021-03-22"}, 0),
    "two of one name and one limit": (
        {**BY_NAME, "procedure_name_key": "cùng tên, cùng hạn", "due_at": "2021-03-23"},
        0,
    ),
    "a procedure without a code": ({**BY_NAME, "procedure_name_key": "thủ tục chưa có mã", "due_at": "2021-03-11"}, 1),
    "the same day": ({"procedure_code": "1.000008", "due_at": "2021-03-08 17:00"}, 0),
    "the same day, promised for the next": ({"procedure_code": "1.000008", "due_at": "2021-03-09"}, 1),
}
NOT_JUDGED = {
    "two limits under one name": {**BY_NAME, "procedure_name_key": "hai thủ tục một tên"},
    "no limit": {"procedure_code": "1.000005"},
    "no limit by its code, though its name has one": {"procedure_code": "1.000005"},
    "not in the catalogue": {"procedure_code": "9.999999", "procedure_name_key": "thủ tục lạ"},
    "no procedure": {"procedure_code": None, "procedure_name_key": None},
    "no promise": {"due_at": None},
    "no receipt": {"received_at": None},
    "a supplement was asked for": {"supplement_requested_at": "2021-03-09", "due_at": "2021-03-20"},
    "promised anew": {"new_due_at": "2021-03-20", "due_at": "2021-03-20"},
    "promised for a day before its receipt, which is a fault of its own": {"due_at": "2021-03-07"},
    "the same day, the hour of receipt unknown": {"procedure_code": "1.000008", "received_at": "2021-03-08"},
    "due in a year whose days off are not decided": {"received_at": "2021-12-30 08:00", "due_at": "2022-01-20"},
}


def frame_of(*changes: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame([{**GOOD, **change} for change in changes], columns=list(CONTRACT.typed_columns))
    return frame.astype(dict.fromkeys(MOMENTS, "datetime64[us]"))


def differences(*changes: dict[str, object], known: Known = KNOWN) -> list[float | None]:
    found = with_helpers(frame_of(*changes), CONTRACT, known)["days_from_limit"]
    return [None if pd.isna(days) else days for days in found]


@pytest.mark.parametrize("case", CASES)
def test_the_difference_is_the_one_counted_by_hand(case: str) -> None:
    change, expected = CASES[case]

    assert differences(change) == [expected]


@pytest.mark.parametrize("case", NOT_JUDGED)
def test_what_cannot_be_known_or_was_promised_anew_is_not_judged(case: str) -> None:
    assert differences(NOT_JUDGED[case]) == [None]


def test_every_row_of_a_file_gets_its_own_difference() -> None:
    changes = [change for change, _ in CASES.values()]

    assert differences(*changes, *NOT_JUDGED.values()) == [
        *(expected for _, expected in CASES.values()),
        *[None] * len(NOT_JUDGED),
    ]


def test_an_office_without_time_limits_judges_no_promise() -> None:
    without = PROCEDURES.assign(time_value="", time_unit="")

    assert differences({}, known=Known(dt.date(2021, 6, 15))) == [None]
    assert differences({}, known=Known(dt.date(2021, 6, 15), limits=time_limits(without), calendar=CALENDAR)) == [None]


def test_a_stream_without_a_promise_judges_none() -> None:
    contract = dataclasses.replace(CONTRACT, promise=None)

    assert with_helpers(frame_of({}), contract, KNOWN)["days_from_limit"].isna().all()


def test_the_contract_says_what_is_promised_and_the_suite_asks_for_it() -> None:
    check = {
        check.check_id: check for check in parse_suite((EXPECTATIONS / "case_exports.yaml").read_text("utf-8")).checks
    }

    assert CONTRACT.promise == Promise("received_at", "due_at", ("supplement_requested_at", "new_due_at"))
    assert check["due_differs_from_catalogue"].severity == "info"
    assert [column for column, _ in check["due_differs_from_catalogue"].shows] == ["due_at", "received_at"]


def test_the_catalogue_takes_every_unit_of_time_that_can_be_counted() -> None:
    assert set(TIME_UNITS) == set(UNITS)


@pytest.mark.parametrize(
    ("value", "unit", "fault"),
    [
        ("ba", "working_day", "cột time_value: «ba»"),
        ("0,5", "working_day", "«0,5»"),
        ("3", "ngày", "cột time_unit: «ngày»"),
    ],
)
def test_a_time_limit_that_cannot_be_read_names_file_line_and_column(
    value: str, unit: str, fault: str, tmp_path: Path
) -> None:
    office = make_office(tmp_path)
    table = office / "reference" / "procedures.csv"
    table.write_text(
        table.read_text(encoding="utf-8").splitlines()[0]
        + f'\n1.000001,1.000001,Thủ tục,ho-tich,ward,"{value}",{unit},,\n',
        encoding="utf-8",
    )

    with pytest.raises(OfficeError, match=r"reference/procedures\.csv, dòng 2") as error:
        load_reference(office / "reference")
    assert fault in str(error.value)
