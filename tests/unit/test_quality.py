"""Judging a frame: severities, rejects, flags, counts, helper columns.

Here: `pipelines.quality` on small literal frames. Not here: each check of a suite on a file (tests/faults).
Invariant: rows in = typed + rejected + blank + furniture, before and after judging.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.paths import DBT_PROJECT
from pipelines.quality.helpers import Known, with_helpers
from pipelines.quality.judge import judge
from pipelines.quality.suite import parse_suite

SUITE = Path(__file__).parents[2] / "expectations" / "case_exports.yaml"
CONTRACT = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
MOMENTS = [name for name, kind in CONTRACT.typed_columns.items() if kind == "timestamp"]
KNOWN = Known(
    observed_on=dt.date(2021, 3, 15),
    procedure_codes={"1.001193"},
    names={"procedure": {"đăng ký khai sinh"}, "unit": {"phường 1"}},
    days_off={dt.date(2021, 3, 6), dt.date(2021, 3, 7)},
)
GOOD = {
    "dossier_code": "000.00.04.H51-210301-0001",
    "procedure_code": "1.001193",
    "procedure_name": "Đăng ký khai sinh",
    "procedure_name_key": "đăng ký khai sinh",
    "receiving_unit": "Phường 1",
    "receiving_unit_key": "phường 1",
    "handling_unit": None,
    "handling_unit_key": None,
    "channel": "direct",
    "channel_label": "Trực tiếp",
    "submitted_at": "2021-03-01 08:00",
    "received_at": "2021-03-01 08:30",
    "due_at": "2021-03-01",
    "new_due_at": None,
    "finished_at": "2021-03-01 15:00",
    "delivered_at": "2021-03-01 16:00",
    "status": "result_delivered",
    "status_label": "Đã trả kết quả",
    "flags": "",
}


def frame_of(*changes: dict[str, object]) -> pd.DataFrame:
    """Rows that are good but for the given cells; each row has its own code."""
    rows = [
        {**GOOD, "dossier_code": f"000.00.04.H51-210301-{number:04}", "source_row": number + 1, **change}
        for number, change in enumerate(changes, start=1)
    ]
    frame = pd.DataFrame(rows, columns=list(CONTRACT.typed_columns)).assign(source_file="tệp.csv", source_sheet="tệp")
    return frame.astype(dict.fromkeys(MOMENTS, "datetime64[us]"))


def reading_of(*changes: dict[str, object], furniture: int = 2) -> Reading:
    """A reading as the reader would hand it over: no rejects yet."""
    rows = frame_of(*changes)
    columns = [
        "source_file",
        "source_sheet",
        "source_row",
        "record_code",
        "check_id",
        "column_name",
        "value",
        "reason",
        "mend",
    ]
    counts = {
        "rows_in": len(rows) + furniture,
        "typed": len(rows),
        "rejected": 0,
        "blank": 0,
        "furniture": furniture,
        "flagged": 0,
    }
    return Reading(
        rows=rows,
        rejects=pd.DataFrame(columns=columns),
        verdict={"status": "accepted", "counts": counts, "checks": []},
    )


def profile_of(**severities: str) -> Profile:
    """A profile that changes severities."""
    changed = {check_id: {"severity": value, "reason": "theo thỏa thuận"} for check_id, value in severities.items()}
    return Profile.model_validate(
        {"profile_id": "thu", "stream": "case_exports", "title": "Nguồn thử", "severities": changed}
    )


def unexpected(reading: Reading) -> dict[str, int]:
    """The checks that found something, and how many rows."""
    return {check["check_id"]: check["unexpected"] for check in reading.verdict["checks"] if check["unexpected"]}


def test_good_rows_pass_every_check() -> None:
    judged = judge(reading_of({}, {}, {}), CONTRACT, SUITE, profile_of(), KNOWN)

    assert unexpected(judged) == {}
    assert judged.verdict["status"] == "accepted"
    assert len(judged.rows) == 3 and len(judged.rejects) == 0
    assert set(judged.rows["flags"]) == {""}


def test_every_check_is_in_the_verdict_even_when_nothing_is_found() -> None:
    judged = judge(reading_of({}), CONTRACT, SUITE, profile_of(), KNOWN)
    suite = parse_suite(SUITE.read_text(encoding="utf-8"))

    assert [check["check_id"] for check in judged.verdict["checks"]] == [check.check_id for check in suite.checks]


def test_a_file_without_rows_is_refused_with_the_reason() -> None:
    judged = judge(reading_of(), CONTRACT, SUITE, profile_of(), KNOWN)

    assert judged.verdict["status"] == "refused"
    assert judged.verdict["refused_reason"] == "Tệp không có dòng hồ sơ nào đọc được."
    assert unexpected(judged) == {"empty_file": 1}


def test_a_row_with_two_faults_goes_back_once_and_is_listed_for_each() -> None:
    fault = {"finished_at": "2021-02-27 09:00", "delivered_at": "2021-02-26 09:00"}
    judged = judge(reading_of({}, fault), CONTRACT, SUITE, profile_of(), KNOWN)

    assert judged.rejects["check_id"].tolist() == ["finished_after_delivered", "received_after_finished"]
    assert judged.rejects["source_row"].unique().tolist() == [3]
    assert (
        judged.rejects["value"].tolist()[1] == "Ngày có kết quả 27/02/2021 09:00:00; Ngày tiếp nhận 01/03/2021 08:30:00"
    )
    assert judged.verdict["counts"] == {
        "rows_in": 4,
        "typed": 1,
        "rejected": 1,
        "blank": 0,
        "furniture": 2,
        "flagged": 0,
    }


def test_an_info_fault_is_flagged_and_stays() -> None:
    judged = judge(
        reading_of(
            {
                "channel": None,
                "channel_label": None,
                "procedure_code": "9.999999",
                "procedure_name_key": "lạ",
            },
            {},
        ),
        CONTRACT,
        SUITE,
        profile_of(),
        KNOWN,
    )

    assert judged.rows["flags"].tolist() == ["unknown_procedure;missing_channel", ""]
    assert judged.verdict["counts"]["flagged"] == 1
    assert judged.verdict["counts"]["typed"] == 2


def test_a_profile_lowers_one_severity_and_its_reason_is_kept() -> None:
    fault = {"finished_at": "2021-02-27 09:00"}
    judged = judge(reading_of(fault), CONTRACT, SUITE, profile_of(received_after_finished="info"), KNOWN)
    entry = next(check for check in judged.verdict["checks"] if check["check_id"] == "received_after_finished")

    assert judged.rows["flags"].tolist() == ["received_after_finished"]
    assert (entry["severity"], entry["severity_reason"]) == ("info", "theo thỏa thuận")


def test_a_profile_raises_a_row_check_to_refuse_the_file() -> None:
    judged = judge(reading_of({}, {"channel": None}), CONTRACT, SUITE, profile_of(missing_channel="critical"), KNOWN)

    assert judged.verdict["status"] == "refused"
    assert judged.verdict["refused_reason"] == "Kênh tiếp nhận để trống."


def test_a_profile_naming_an_unknown_check_is_reported_what_is_allowed() -> None:
    with pytest.raises(OfficeError, match=r"không có phép kiểm tra khong_co.*missing_channel"):
        judge(reading_of({}), CONTRACT, SUITE, profile_of(khong_co="info"), KNOWN)


def test_judging_leaves_the_reading_it_was_given_unchanged() -> None:
    reading = reading_of({"channel": None}, {"finished_at": None})
    before = reading.rows.copy()
    judge(reading, CONTRACT, SUITE, profile_of(), KNOWN)

    pd.testing.assert_frame_equal(reading.rows, before)
    assert reading.verdict["checks"] == []


def test_helper_columns_never_leave() -> None:
    reading = reading_of({}, {"channel": None})
    judged = judge(reading, CONTRACT, SUITE, profile_of(), KNOWN)

    assert list(judged.rows.columns) == list(reading.rows.columns)


@pytest.mark.parametrize(
    ("rows", "repeats"),
    [
        ([{}, {}], [0, 0]),
        ([{"dossier_code": "A"}, {}, {"dossier_code": "A"}], [0, 0, 1]),
        ([{"dossier_code": "A"}] * 3, [0, 1, 2]),
        ([{"dossier_code": "A"}, {"dossier_code": "A", "due_at": "2021-03-02"}], [1, 1]),
        ([{"dossier_code": None}, {"dossier_code": None}], [0, 0]),
    ],
    ids=["all different", "equal rows", "three equal rows", "contradicting rows", "no code"],
)
def test_repeats_of_a_code_keep_the_first_of_equal_rows_and_none_of_contradicting(
    rows: list[dict[str, object]], repeats: list[int]
) -> None:
    frame = with_helpers(frame_of(*rows), CONTRACT, Known(dt.date(2021, 3, 15)))

    assert frame["code_repeats"].tolist() == repeats


@pytest.mark.parametrize(
    ("code", "received", "submitted", "days"),
    [
        ("000.00.04.H51-210301-0001", "2021-03-01 08:00", None, 0),
        ("000.00.04.H51-210301-0001", "2021-03-06 23:00", None, 5),
        ("000.00.04.H51-210301-0001", "2021-03-07", "2021-03-02", 1),
        ("H51.04-210301-0001", "2021-01-03", None, 57),
        ("210301-0001", "2021-01-03", None, None),
        ("000.00.04.H51-219901-0001", "2021-01-03", None, None),
    ],
)
def test_days_between_a_code_and_its_dates(code: str, received: str, submitted: str | None, days: int | None) -> None:
    row = {"dossier_code": code, "received_at": received, "submitted_at": submitted}
    frame = with_helpers(frame_of(row), CONTRACT, Known(dt.date(2021, 3, 15)))

    assert frame["days_from_code"].astype(object).where(frame["days_from_code"].notna(), None).tolist() == [days]


def test_a_suite_with_a_repeated_check_id_is_not_accepted() -> None:
    text = SUITE.read_text(encoding="utf-8").replace("check_id: unknown_channel", "check_id: missing_channel")

    with pytest.raises(ValueError, match="check ids repeat: missing_channel"):
        parse_suite(text)
