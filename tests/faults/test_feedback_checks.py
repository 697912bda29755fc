"""Every check of the suite of feedback_logs has a planted file that fails it, and only it.

Here: one CSV file per check, read by the real reader and judged by the real suite. Not here: how a file is read.
Invariant: the good rows beside the planted one stay; a log without rows is a declared nil, never a fault.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from judged_rows import (
    PlantedFile,
    assert_both_go_back,
    assert_goes_back_only_for,
    assert_is_flagged_only_for,
    assert_only_the_second_goes_back,
    assert_passes,
    found,
    judge_together,
    read_and_judge,
)

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading
from pipelines.office.profiles import Profile
from pipelines.paths import DBT_PROJECT, EXPECTATIONS
from pipelines.quality.helpers import Known
from pipelines.quality.suite import parse_suite

SUITE = EXPECTATIONS / "feedback_logs.yaml"
CONTRACT = load_contract(DBT_PROJECT / "models" / "sources" / "feedback_logs.yml")
KNOWN = Known(
    observed_on=dt.date(2021, 3, 15),
    names={"unit": {"ubnd phường 1", "phòng tư pháp"}, "field": {"đất đai"}},
)
PROFILE = Profile.model_validate({"profile_id": "thu", "stream": "feedback_logs", "title": "Nguồn thử"})
CODE, SENDER, CONTENT, ANSWER = "Mã PAKN", "Người gửi", "Nội dung phản ánh", "Kết quả xử lý"
SOURCE, KIND, FIELD = "Nguồn tiếp nhận", "Loại nội dung", "Lĩnh vực"
ABOUT, UNIT = "Đơn vị bị phản ánh", "Đơn vị xử lý"
RECEIVED, DUE, MOVED, ANSWERED = "Ngày tiếp nhận", "Hạn xử lý", "Ngày chuyển", "Ngày trả lời"
PUBLISHED, STATUS, RATING = "Ngày công khai", "Trạng thái", "Mức độ hài lòng"
PERSONAL = {SENDER: "Người Thử Nghiệm", CONTENT: "Ông Thử Nghiệm ở số 1", ANSWER: "Đã trả lời bà Thử Nghiệm"}
GOOD = {
    CODE: "PAKN-0001",
    **PERSONAL,
    SOURCE: "Cổng Dịch vụ công quốc gia",
    KIND: "Hành vi hành chính",
    FIELD: "Đất đai",
    ABOUT: "UBND Phường 1",
    UNIT: "Phòng Tư pháp",
    RECEIVED: "01/03/2021 08:30:00",
    DUE: "22/03/2021",
    MOVED: "",
    ANSWERED: "08/03/2021 15:00:00",
    PUBLISHED: "10/03/2021",
    STATUS: "Đã công khai kết quả",
    RATING: "Hài lòng",
}
PENDING = {ANSWERED: "", PUBLISHED: "", RATING: "", STATUS: "Đang xử lý"}
MOVED_AWAY = {**PENDING, MOVED: "02/03/2021 09:00:00", STATUS: "Chuyển cơ quan khác xử lý"}
# The planted row of each check: the cells that differ from a good row.
SENT_BACK = {
    "missing_received_at": {RECEIVED: ""},
    "received_in_future": {**PENDING, RECEIVED: "16/03/2021 00:00:01"},
    "due_before_received": {DUE: "28/02/2021"},
    "answered_before_received": {ANSWERED: "01/03/2021 08:29:59"},
    "answered_in_future": {ANSWERED: "16/03/2021 00:00:01", PUBLISHED: "", STATUS: "Đã xử lý, đã trả lời"},
    "published_before_answered": {PUBLISHED: "07/03/2021"},
    "published_in_future": {PUBLISHED: "16/03/2021"},
    "answered_without_date": {ANSWERED: "", PUBLISHED: "", STATUS: "Đã xử lý, đã trả lời"},
    "published_without_date": {PUBLISHED: ""},
    "transferred_without_date": {**MOVED_AWAY, MOVED: ""},
    "transferred_before_received": {**MOVED_AWAY, MOVED: "28/02/2021"},
    "transferred_in_future": {**MOVED_AWAY, MOVED: "16/03/2021 00:00:01"},
    "pending_with_answered": {PUBLISHED: "", STATUS: "Yêu cầu bổ sung thông tin"},
}
FLAGGED = {
    "unknown_kind": {KIND: "Góp ý chung"},
    "not_feedback": {KIND: "Khiếu nại, tố cáo"},
    "unknown_status": {STATUS: "Trả lại tiếp nhận địa phương"},
    "unknown_field": {FIELD: "Chim bồ câu"},
    "missing_field": {FIELD: ""},
    "unknown_unit": {UNIT: "UBND Phường 99"},
}
# Rows at the edge that must pass.
EDGES = {
    "answered late": {DUE: "03/03/2021"},
    "published on the day of the answer": {PUBLISHED: "08/03/2021"},
    "answered on the day of receipt, known only by its day": {ANSWERED: "01/03/2021"},
    "due on the day of receipt": {DUE: "01/03/2021"},
    "received late on the day of the log": {**PENDING, RECEIVED: "15/03/2021 23:59:59"},
    "no due date": {DUE: ""},
    "pending": PENDING,
    "transferred": MOVED_AWAY,
    "transferred and answered there": {**MOVED_AWAY, ANSWERED: "08/03/2021"},
    "refused": {**PENDING, STATUS: "Từ chối tiếp nhận (không đủ điều kiện)"},
    "answered and not published yet": {PUBLISHED: "", STATUS: "PAKN chờ công khai"},
    "no unit named": {UNIT: "", ABOUT: ""},
    "a source and a rating nobody knows": {SOURCE: "Chim bồ câu", RATING: "Tạm được"},
}


def log(*planted: dict[str, str], beside: int = 2) -> PlantedFile:
    """Good rows and the planted ones as a unit's CSV log."""
    good = [{**GOOD, CODE: f"PAKN-9{number:03}"} for number in range(beside)]
    rows = [*good, *({**GOOD, **row} for row in planted)]
    return PlantedFile(list(GOOD), rows, CONTRACT, SUITE, PROFILE, KNOWN)


@pytest.fixture(scope="module", autouse=True)
def planted_files_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    judge_together(
        tmp_path_factory.mktemp("planted"),
        (log(row) for row in (*SENT_BACK.values(), *FLAGGED.values(), *EDGES.values())),
    )


def judged(folder: Path, *planted: dict[str, str], beside: int = 2) -> Reading:
    return read_and_judge(folder / "so-pakn.csv", log(*planted, beside=beside))


@pytest.mark.parametrize("check_id", SENT_BACK)
def test_a_row_with_this_fault_goes_back_and_only_for_it(check_id: str, tmp_path: Path) -> None:
    assert_goes_back_only_for(check_id, judged(tmp_path, SENT_BACK[check_id]))


@pytest.mark.parametrize("check_id", FLAGGED)
def test_a_row_with_this_oddity_is_flagged_and_kept_and_only_for_it(check_id: str, tmp_path: Path) -> None:
    assert_is_flagged_only_for(check_id, judged(tmp_path, FLAGGED[check_id]))


@pytest.mark.parametrize("cell", [{KIND: ""}, {STATUS: ""}, {ABOUT: "UBND Phường 99"}])
def test_an_empty_word_or_the_other_unit_is_flagged_too(cell: dict[str, str], tmp_path: Path) -> None:
    reading = judged(tmp_path, cell)

    assert sum(found(reading).values()) == 1
    assert len(reading.rows) == 3


@pytest.mark.parametrize("edge", EDGES)
def test_a_row_at_the_edge_passes(edge: str, tmp_path: Path) -> None:
    assert_passes(judged(tmp_path, EDGES[edge]))


def test_a_log_with_a_header_and_no_rows_is_a_declared_nil(tmp_path: Path) -> None:
    reading = judged(tmp_path, beside=0)

    assert found(reading) == {}
    assert reading.verdict["status"] == "accepted"
    assert len(reading.rows) == 0 and reading.rejects.empty


def test_a_row_given_twice_is_counted_once(tmp_path: Path) -> None:
    assert_only_the_second_goes_back("duplicate_code", judged(tmp_path, {}, {}))


def test_rows_of_one_code_that_differ_all_go_back(tmp_path: Path) -> None:
    assert_both_go_back("duplicate_code", judged(tmp_path, {}, {DUE: "23/03/2021"}))


def test_every_check_of_the_suite_is_planted_here_with_its_severity() -> None:
    checks = {check.check_id: check.severity for check in parse_suite(SUITE.read_text(encoding="utf-8")).checks}

    wanted = dict.fromkeys([*SENT_BACK, "duplicate_code"], "warning") | dict.fromkeys(FLAGGED, "info")
    assert checks == wanted


def test_what_people_wrote_is_neither_typed_nor_shown(tmp_path: Path) -> None:
    reading = judged(tmp_path, *SENT_BACK.values())

    for frame in (reading.rows, reading.rejects):
        assert len(frame) > 0
        assert not frame.astype(str).apply(lambda column: column.str.contains("Thử Nghiệm")).any().any()


def test_a_phone_number_after_a_code_does_not_become_digits_of_the_code(tmp_path: Path) -> None:
    planted = log({CODE: "PAKN-2020-00004 0938417001"}, {CODE: "PAKN - 2020 - 00005"})
    rows = read_and_judge(tmp_path / "log.csv", planted).rows
    assert list(rows["feedback_code"])[2].startswith("CHE-")
    assert list(rows["feedback_code"])[3] == "PAKN-2020-00005"
    assert "0938417001" not in rows.to_csv()
