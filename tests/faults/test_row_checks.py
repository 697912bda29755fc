"""Every check of the suite of case_exports has a planted file that fails it, and only it.

Here: one CSV file per check, read by the real reader and judged by the real suite. Not here: how a file is read.
Invariant: the good rows beside the planted one stay; expected severities are those of domain/05, 5.13.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from judged_rows import (
    PlantedFile,
    assert_both_go_back,
    assert_goes_back_only_for,
    assert_is_flagged_only_for,
    assert_only_the_second_goes_back,
    assert_passes,
    judge_together,
    read_and_judge,
)

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading
from pipelines.office.profiles import Profile
from pipelines.periods.calendar import working_calendar
from pipelines.quality.helpers import Known
from pipelines.quality.suite import parse_suite

REPOSITORY = Path(__file__).parents[2]
SUITE = REPOSITORY / "expectations" / "case_exports.yaml"
CONTRACT = load_contract(REPOSITORY / "dbt_project" / "models" / "sources" / "case_exports.yml")
NO_HOLIDAYS = pd.DataFrame({"date": [], "kind": []})
# The catalogue has a time limit for this one procedure: 3 working days, so until Thursday for a receipt on a Monday.
LIMITED, LIMITED_NAME = "1.000656", "Đăng ký khai tử"
KNOWN = Known(
    observed_on=dt.date(2021, 3, 15),
    procedure_codes={"1.001193", LIMITED},
    names={"procedure": {"đăng ký khai sinh", "đăng ký khai tử"}, "unit": {"ubnd phường 1", "phòng tư pháp"}},
    days_off={dt.date(2021, 3, 6), dt.date(2021, 3, 7)},
    limits=pd.DataFrame(
        {
            "procedure_code": [LIMITED],
            "procedure_key": ["đăng ký khai tử"],
            "time_value": [3.0],
            "time_unit": ["working_day"],
            "valid_from": [pd.NaT],
            "valid_to": [pd.NaT],
        }
    ),
    calendar=working_calendar(NO_HOLIDAYS, dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
)
PROFILE = Profile.model_validate({"profile_id": "thu", "stream": "case_exports", "title": "Nguồn thử"})
CODE = "Mã hồ sơ"
SUBMITTED, RECEIVED, DUE = "Ngày nộp hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả"
FINISHED, DELIVERED = "Ngày có kết quả", "Ngày trả kết quả"
STATUS, CHANNEL = "Trạng thái", "Hình thức tiếp nhận"
PROCEDURE_CODE, PROCEDURE = "Mã thủ tục", "Tên thủ tục hành chính"
UNIT, HANDLER = "Đơn vị tiếp nhận", "Đơn vị xử lý"
APPLICANT = "Chủ hồ sơ"
FEE_KIND, FEE_DUE, FEE_PAID = "Loại thu phí", "Lệ phí phải nộp", "Lệ phí đã nộp"
APOLOGY, TIMES = "Ngày xin lỗi", "Số lần hẹn lại"
GOOD = {
    CODE: "000.00.04.H51-210301-0001",
    APPLICANT: "Người Thử Nghiệm",
    PROCEDURE_CODE: "1.001193",
    PROCEDURE: "Đăng ký khai sinh",
    UNIT: "UBND Phường 1",
    HANDLER: "Phòng Tư pháp",
    CHANNEL: "Trực tiếp",
    SUBMITTED: "01/03/2021 08:00:00",
    RECEIVED: "01/03/2021 08:30:00",
    DUE: "03/03/2021",
    FINISHED: "02/03/2021 15:00:00",
    DELIVERED: "03/03/2021 16:00:00",
    STATUS: "Đã trả kết quả",
    FEE_KIND: "Thu trước",
    FEE_DUE: "8.000",
    FEE_PAID: "8.000",
    APOLOGY: "",
    TIMES: "0",
}
PENDING = {FINISHED: "", DELIVERED: ""}
# The planted row of each check: the cells that differ from a good row.
SENT_BACK = {
    "missing_received_at": {RECEIVED: ""},
    "submitted_after_received": {SUBMITTED: "01/03/2021 09:00:00"},
    "received_after_finished": {FINISHED: "01/03/2021 08:29:59"},
    "finished_after_delivered": {DELIVERED: "02/03/2021 14:59:59"},
    "due_before_received": {DUE: "28/02/2021"},
    "finished_in_future": {FINISHED: "16/03/2021 00:00:01", DELIVERED: "", STATUS: "Đã xử lý xong"},
    "resolved_without_finished": {**PENDING, STATUS: "Đã xử lý xong"},
    "pending_with_finished": {DELIVERED: "", STATUS: "Đang xử lý"},
    "withdrawn_without_finished": {**PENDING, STATUS: "Công dân yêu cầu rút hồ sơ"},
}
FLAGGED = {
    "delivered_without_delivered_at": {DELIVERED: ""},
    "received_on_day_off": {
        CODE: "000.00.04.H51-210306-0001",
        SUBMITTED: "06/03/2021 08:00:00",
        RECEIVED: "06/03/2021 08:30:00",
        DUE: "09/03/2021",
        FINISHED: "08/03/2021 15:00:00",
        DELIVERED: "08/03/2021 16:00:00",
    },
    "code_date_differs": {CODE: "000.00.04.H51-210223-0001"},
    "due_differs_from_catalogue": {PROCEDURE_CODE: LIMITED, PROCEDURE: LIMITED_NAME, DUE: "05/03/2021"},
    "unknown_procedure": {PROCEDURE_CODE: "9.999999", PROCEDURE: "Thủ tục không có"},
    "unknown_unit": {UNIT: "UBND Phường 99"},
    "unknown_status": {STATUS: "Chuyển hồ sơ sang kho lưu"},
    "unknown_channel": {CHANNEL: "Qua chim bồ câu"},
    "missing_channel": {CHANNEL: ""},
    "fee_paid_though_exempt": {FEE_KIND: "Đối tượng miễn phí", FEE_DUE: "0"},
    "fee_paid_differs": {FEE_PAID: "10.000"},
    # Promised for Wednesday 3/3: the apology was due on Tuesday.
    "apology_too_late": {APOLOGY: "03/03/2021 08:00:00"},
    "reappointed_again": {TIMES: "2"},
}
# Rows at the edge that must pass.
EDGES = {
    "a receipt known only by its day": {RECEIVED: "01/03/2021"},
    "a finish known only by its day": {FINISHED: "01/03/2021"},
    "a delivery known only by its day": {DELIVERED: "02/03/2021"},
    "due on the day of receipt, before its hour": {DUE: "01/03/2021 08:00:00", FINISHED: "01/03/2021 09:00:00"},
    "finished late on the day of the export": {FINISHED: "15/03/2021 23:59:59", DELIVERED: "15/03/2021 23:59:59"},
    "a code of five days before": {CODE: "000.00.04.H51-210224-0001"},
    "a code without a date": {CODE: "HS-0001"},
    "online on a day off": {
        CODE: "000.00.04.H51-210306-0001",
        CHANNEL: "Trực tuyến",
        SUBMITTED: "06/03/2021 08:00:00",
        RECEIVED: "06/03/2021 08:30:00",
        FINISHED: "08/03/2021 15:00:00",
        DELIVERED: "08/03/2021 16:00:00",
        DUE: "09/03/2021",
    },
    "no submission known": {SUBMITTED: ""},
    "no due date": {DUE: ""},
    "promised by the time limit of the catalogue": {PROCEDURE_CODE: LIMITED, DUE: "04/03/2021 17:00:00"},
    "promised by the time limit, known by its name": {PROCEDURE_CODE: "", PROCEDURE: LIMITED_NAME, DUE: "04/03/2021"},
    "not yet received": {**PENDING, RECEIVED: "", DUE: "", STATUS: "Mới đăng ký"},
    "known by its name alone": {PROCEDURE_CODE: ""},
    "no unit named": {UNIT: "", HANDLER: ""},
    "exempt and nothing paid": {FEE_KIND: "Đối tượng miễn phí", FEE_PAID: "Miễn phí"},
    "a fee not paid yet": {**PENDING, STATUS: "Đang xử lý", FEE_KIND: "Thu sau", FEE_PAID: "0"},
    "what was paid is unknown": {FEE_PAID: ""},
    "an apology on the last working day before": {APOLOGY: "02/03/2021 16:59:00", TIMES: "1"},
    "an apology before a weekend": {DUE: "08/03/2021", APOLOGY: "05/03/2021", TIMES: "1"},
}


def export(*planted: dict[str, str]) -> PlantedFile:
    """Two good rows and the planted ones as a desk's CSV export."""
    good = [{**GOOD, CODE: f"000.00.04.H51-210301-9{number:03}"} for number in (1, 2)]
    rows = [*good, *({**GOOD, **row} for row in planted)]
    return PlantedFile(list(GOOD), rows, CONTRACT, SUITE, PROFILE, KNOWN)


@pytest.fixture(scope="module", autouse=True)
def planted_files_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    judge_together(
        tmp_path_factory.mktemp("planted"),
        (export(row) for row in (*SENT_BACK.values(), *FLAGGED.values(), *EDGES.values())),
    )


def judged(folder: Path, *planted: dict[str, str]) -> Reading:
    return read_and_judge(folder / "so-theo-doi.csv", export(*planted))


@pytest.mark.parametrize("check_id", SENT_BACK)
def test_a_row_with_this_fault_goes_back_and_only_for_it(check_id: str, tmp_path: Path) -> None:
    assert_goes_back_only_for(check_id, judged(tmp_path, SENT_BACK[check_id]))


@pytest.mark.parametrize("check_id", FLAGGED)
def test_a_row_with_this_oddity_is_flagged_and_counted_and_only_for_it(check_id: str, tmp_path: Path) -> None:
    assert_is_flagged_only_for(check_id, judged(tmp_path, FLAGGED[check_id]))


@pytest.mark.parametrize("edge", EDGES)
def test_a_row_at_the_edge_passes(edge: str, tmp_path: Path) -> None:
    assert_passes(judged(tmp_path, EDGES[edge]))


def test_a_row_given_twice_is_counted_once(tmp_path: Path) -> None:
    assert_only_the_second_goes_back("duplicate_code", judged(tmp_path, {}, {}))


def test_rows_of_one_code_that_differ_all_go_back(tmp_path: Path) -> None:
    assert_both_go_back("duplicate_code", judged(tmp_path, {}, {DUE: "04/03/2021"}))


def test_every_check_of_the_suite_is_planted_here() -> None:
    ids = {check.check_id for check in parse_suite(SUITE.read_text(encoding="utf-8")).checks}

    # An empty file is refused by the reader before a suite sees it.
    assert ids == {*SENT_BACK, *FLAGGED, "duplicate_code", "empty_file"}


@pytest.mark.parametrize(
    ("check_id", "severity"), [*((c, "warning") for c in SENT_BACK), *((c, "info") for c in FLAGGED)]
)
def test_the_suite_has_the_severity_of_the_domain(check_id: str, severity: str) -> None:
    checks = {check.check_id: check for check in parse_suite(SUITE.read_text(encoding="utf-8")).checks}

    assert checks[check_id].severity == severity


def test_no_cell_of_a_person_is_shown_in_what_goes_back(tmp_path: Path) -> None:
    reading = judged(tmp_path, *SENT_BACK.values())

    assert len(reading.rejects) > 0
    assert not reading.rejects.astype(str).apply(lambda column: column.str.contains(GOOD[APPLICANT])).any().any()


def test_a_delivered_result_whose_fee_is_short_is_flagged(tmp_path: Path) -> None:
    assert_is_flagged_only_for("fee_paid_differs", judged(tmp_path, {FEE_PAID: "0"}))


def test_an_unreadable_fee_is_left_empty_and_flagged_and_the_dossier_stays(tmp_path: Path) -> None:
    reading = judged(tmp_path, {FEE_PAID: "tám nghìn"})
    assert_is_flagged_only_for("unread_cell", reading)
    assert reading.rows["fee_paid"].tolist()[:2] == [8000, 8000]
    assert reading.rows["fee_paid"].isna().tolist() == [False, False, True]
    assert "tám nghìn" in reading.rows["repairs"].iloc[2]
