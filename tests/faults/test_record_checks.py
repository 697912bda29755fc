"""Every check of the suites of hand-kept sheets has a planted row that fails it, and only it.

Here: one CSV file per check and stream, read by the real reader and judged by the real suite. Not here: how a file is
read, nil ticks (test_returns). Invariant: two good rows beside the planted one stay; a file is of 15 March 2021.
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
    assert_passes,
    judge_together,
    read_and_judge,
)

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading
from pipelines.office.profiles import Profile
from pipelines.quality.helpers import Known
from pipelines.quality.suite import parse_suite
from pipelines.warehouse.streams import contract_path, suite_path

KNOWN = Known(observed_on=dt.date(2021, 3, 15), names={"unit": {"phường 1"}, "field": set(), "procedure": set()})
# Stream → its good row, the column of codes first. The person in it is dropped by the reader.
GOOD = {
    "directives": {
        "Số, ký hiệu văn bản": "12/KH-UBND", "Loại văn bản": "Công văn", "Ngày ban hành": "10/03/2021",
        "Năm kế hoạch": "", "Người ký": "Người Thử",
    },
    "focal_officers": {
        "Số quyết định": "12/QĐ", "Ngày quyết định": "10/03/2021", "Số cán bộ đầu mối": "2", "Ngày hết hiệu lực": "",
        "Họ và tên": "Người Thử",
    },
    "inspections": {
        "Mã cuộc kiểm tra": "KT01", "Hình thức kiểm tra": "Tự kiểm tra", "Đơn vị được kiểm tra": "Phường 1",
        "Ngày kiểm tra theo kế hoạch": "10/03/2021", "Ngày kiểm tra": "11/03/2021",
        "Ngày kết luận, thông báo": "12/03/2021", "Trưởng đoàn": "Người Thử",
    },
    "findings": {
        "Mã tồn tại": "TT01", "Nhóm tồn tại": "Phí, lệ phí", "Ngày phát hiện": "10/03/2021",
        "Hạn khắc phục": "20/03/2021", "Ngày khắc phục xong": "12/03/2021", "Người chịu trách nhiệm": "Người Thử",
    },
    "communications": {
        "Mã hoạt động truyền thông": "HD01", "Hình thức truyền thông": "Loa phường", "Chủ đề": "PAKN",
        "Ngày thực hiện": "10/03/2021", "Số lượt, tin, bài": "3", "Số lượt tiếp cận": "", "Tác giả": "Người Thử",
    },
    "trainings": {
        "Mã lớp tập huấn": "TH01", "Cơ quan tổ chức": "Tỉnh", "Chuyên đề tập huấn": "Cơ chế một cửa",
        "Ngày tập huấn": "10/03/2021", "Số cán bộ đầu mối tham dự": "1", "Số công chức một cửa tham dự": "",
        "Số người khác tham dự": "", "Giảng viên": "Người Thử",
    },
    "death_cases": {
        "Mã hồ sơ khai tử": "KT01", "Ngày đăng ký khai tử": "10/02/2021",
        "Yêu cầu liên thông": "Khai tử – xóa đăng ký thường trú – mai táng phí", "Hạn trả kết quả": "10/03/2021",
        "Ngày xóa đăng ký thường trú": "15/02/2021", "Cơ quan giải quyết chế độ": "Phòng LĐTBXH",
        "Ngày có kết quả chế độ": "01/03/2021", "Họ tên người chết": "Người Thử",
    },
}  # fmt: skip
REPEATED = {
    "directives": ("duplicate_document", {"Loại văn bản": "Khác"}),
    "focal_officers": ("duplicate_decision", {"Số cán bộ đầu mối": "3"}),
    "inspections": ("duplicate_inspection", {"Ngày kiểm tra": "10/03/2021"}),
    "findings": ("duplicate_finding", {"Nhóm tồn tại": "Khác"}),
    "communications": ("duplicate_communication", {"Chủ đề": "BCCI"}),
    "trainings": ("duplicate_training", {"Số cán bộ đầu mối tham dự": "2"}),
    "death_cases": ("duplicate_death_case", {"Ngày có kết quả chế độ": "02/03/2021"}),
}
SENT_BACK = [
    ("directives", "document_without_date", {"Ngày ban hành": ""}),
    ("directives", "issued_in_future", {"Ngày ban hành": "16/03/2021"}),
    ("directives", "plan_year_no_year", {"Năm kế hoạch": "năm nay"}),
    ("focal_officers", "decision_without_date", {"Ngày quyết định": ""}),
    ("focal_officers", "decided_in_future", {"Ngày quyết định": "16/03/2021"}),
    ("focal_officers", "ended_before_decided", {"Ngày hết hiệu lực": "09/03/2021"}),
    ("focal_officers", "decision_without_count", {"Số cán bộ đầu mối": ""}),
    ("focal_officers", "officer_count_below_zero", {"Số cán bộ đầu mối": "-1"}),
    ("inspections", "inspection_without_plan_day", {"Ngày kiểm tra theo kế hoạch": ""}),
    ("inspections", "checked_in_future", {"Ngày kiểm tra": "16/03/2021", "Ngày kết luận, thông báo": ""}),
    ("inspections", "concluded_before_check", {"Ngày kết luận, thông báo": "10/03/2021"}),
    ("findings", "finding_without_date", {"Ngày phát hiện": ""}),
    ("findings", "found_in_future", {"Ngày phát hiện": "16/03/2021", "Ngày khắc phục xong": ""}),
    ("findings", "closed_in_future", {"Ngày khắc phục xong": "16/03/2021"}),
    ("findings", "closed_before_found", {"Ngày khắc phục xong": "09/03/2021"}),
    ("findings", "deadline_before_found", {"Hạn khắc phục": "09/03/2021"}),
    ("communications", "communication_without_date", {"Ngày thực hiện": ""}),
    ("communications", "communicated_in_future", {"Ngày thực hiện": "16/03/2021"}),
    ("communications", "item_count_below_one", {"Số lượt, tin, bài": "0"}),
    ("communications", "reach_below_zero", {"Số lượt tiếp cận": "-5"}),
    ("trainings", "training_without_date", {"Ngày tập huấn": ""}),
    ("trainings", "trained_in_future", {"Ngày tập huấn": "16/03/2021"}),
    ("trainings", "participants_below_zero", {"Số người khác tham dự": "-1"}),
    ("trainings", "training_without_participants", {"Số cán bộ đầu mối tham dự": ""}),
    ("death_cases", "death_case_without_date", {"Ngày đăng ký khai tử": ""}),
    (
        "death_cases",
        "death_registered_in_future",
        {"Ngày đăng ký khai tử": "16/03/2021", "Hạn trả kết quả": "20/04/2021", "Ngày xóa đăng ký thường trú": "",
         "Ngày có kết quả chế độ": ""},
    ),
    ("death_cases", "death_due_before_registered", {"Hạn trả kết quả": "09/02/2021"}),
    ("death_cases", "residence_before_registered", {"Ngày xóa đăng ký thường trú": "09/02/2021"}),
    ("death_cases", "benefit_before_registered", {"Ngày có kết quả chế độ": "09/02/2021"}),
    ("death_cases", "residence_in_future", {"Ngày xóa đăng ký thường trú": "16/03/2021"}),
    ("death_cases", "benefit_in_future", {"Ngày có kết quả chế độ": "16/03/2021"}),
]  # fmt: skip
FLAGGED = [
    ("directives", "unknown_directive_kind", {"Loại văn bản": "Thông tri"}),
    ("inspections", "unknown_inspection_kind", {"Hình thức kiểm tra": "Kiểm tra chéo"}),
    ("inspections", "unknown_unit", {"Đơn vị được kiểm tra": "Phường 99"}),
    ("findings", "unknown_category", {"Nhóm tồn tại": "Linh tinh"}),
    ("communications", "unknown_communication_channel", {"Hình thức truyền thông": ""}),
    ("communications", "unknown_topic", {"Chủ đề": "Chuyển đổi số"}),
    ("trainings", "unknown_organiser", {"Cơ quan tổ chức": "Trường"}),
    ("trainings", "unknown_training_topic", {"Chuyên đề tập huấn": ""}),
    ("death_cases", "linked_case_without_due", {"Hạn trả kết quả": ""}),
    ("death_cases", "unknown_request", {"Yêu cầu liên thông": "Đang hỏi lại"}),
]
EDGES = [
    ("directives", {"Ngày ban hành": "15/03/2021", "Năm kế hoạch": "2022", "Loại văn bản": "Kế hoạch rà soát TTHC"}),
    ("focal_officers", {"Ngày hết hiệu lực": "31/12/2022", "Số cán bộ đầu mối": "0"}),
    ("inspections", {"Ngày kiểm tra theo kế hoạch": "30/06/2021", "Ngày kiểm tra": "", "Ngày kết luận, thông báo": ""}),
    ("inspections", {"Đơn vị được kiểm tra": "", "Ngày kiểm tra": "01/03/2021"}),
    ("findings", {"Hạn khắc phục": "", "Ngày khắc phục xong": ""}),
    ("findings", {"Hạn khắc phục": "11/03/2021"}),
    ("communications", {"Số lượt, tin, bài": "", "Số lượt tiếp cận": "0"}),
    ("trainings", {"Số cán bộ đầu mối tham dự": "", "Số người khác tham dự": "4"}),
    ("death_cases", {"Ngày xóa đăng ký thường trú": "", "Ngày có kết quả chế độ": "", "Hạn trả kết quả": "30/04/2021"}),
    ("death_cases", {"Yêu cầu liên thông": "Không liên thông", "Hạn trả kết quả": ""}),
]


def file_of(stream: str, *planted: dict[str, str]) -> PlantedFile:
    """Two good rows and the planted ones as a unit's CSV file."""
    good = GOOD[stream]
    key = next(iter(good))
    rows = [{**good, key: "1001"}, {**good, key: "1002"}, *({**good, **cells} for cells in planted)]
    profile = Profile.model_validate({"profile_id": "thu", "stream": stream, "title": "Nguồn thử"})
    contract = load_contract(contract_path(stream))
    return PlantedFile(list(good), rows, contract, suite_path(stream), profile, KNOWN)


@pytest.fixture(scope="module", autouse=True)
def planted_files_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    judge_together(
        tmp_path_factory.mktemp("planted"),
        (file_of(stream, cells) for stream, *_, cells in (*SENT_BACK, *FLAGGED, *EDGES)),
    )


def judged(folder: Path, stream: str, *planted: dict[str, str]) -> Reading:
    return read_and_judge(folder / "so.csv", file_of(stream, *planted))


@pytest.mark.parametrize(("stream", "check_id", "cells"), SENT_BACK)
def test_a_row_that_cannot_be_right_goes_back(
    tmp_path: Path, stream: str, check_id: str, cells: dict[str, str]
) -> None:
    assert_goes_back_only_for(check_id, judged(tmp_path, stream, cells))


@pytest.mark.parametrize(("stream", "check_id", "cells"), FLAGGED)
def test_a_row_that_is_doubtful_counts_and_is_flagged(
    tmp_path: Path, stream: str, check_id: str, cells: dict[str, str]
) -> None:
    assert_is_flagged_only_for(check_id, judged(tmp_path, stream, cells))


@pytest.mark.parametrize(("stream", "cells"), EDGES)
def test_a_row_at_the_edge_passes(tmp_path: Path, stream: str, cells: dict[str, str]) -> None:
    assert_passes(judged(tmp_path, stream, cells))


@pytest.mark.parametrize("stream", list(REPEATED))
def test_rows_of_one_code_that_differ_both_go_back(tmp_path: Path, stream: str) -> None:
    check_id, other = REPEATED[stream]
    assert_both_go_back(check_id, judged(tmp_path, stream, {}, other))


@pytest.mark.parametrize("stream", list(GOOD))
def test_every_check_of_the_suite_is_planted_here(stream: str) -> None:
    planted = {check_id for name, check_id, _ in (*SENT_BACK, *FLAGGED) if name == stream}
    suite = parse_suite(suite_path(stream).read_text(encoding="utf-8"))
    assert {check.check_id for check in suite.checks} == planted | {REPEATED[stream][0]}


@pytest.mark.parametrize("stream", list(GOOD))
def test_nobody_s_name_is_read(tmp_path: Path, stream: str) -> None:
    reading = judged(tmp_path, stream, {})
    assert reading.verdict["unknown_headers"] == []
    assert "Người Thử" not in reading.rows.to_csv() + reading.rejects.to_csv()


@pytest.mark.parametrize("stream", list(GOOD))
def test_one_label_has_one_meaning(stream: str) -> None:
    contract = load_contract(contract_path(stream))
    from pipelines.ingest.headers import path_key

    labels = [path_key(label) for column in contract.columns.values() for label in column.labels]
    labels += [*contract.dropped, *contract.ignored]
    assert sorted(label for label in set(labels) if labels.count(label) > 1) == []
