"""Every check of the suites of areas II and III has a planted row that fails it, and only it.

Here: one CSV file per check, read by the real reader and judged by the real suites. Not here: how a file is read.
Invariant: the good rows beside the planted one stay; expected severities are those of domain/03 (area II) and
domain/08 (8.1, 8.2).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from judged_rows import (
    PlantedFile,
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

# Legal times: 5 working days = 40 hours; a same-day procedure = 8; 15 calendar days = 120; 24 hours.
LIMITS = pd.DataFrame(
    {
        "procedure_code": ["1.000001", "1.000002", "1.000003", "1.000004"],
        "procedure_key": ["mot", "hai", "ba", "bon"],
        "time_value": [5.0, 0.0, 15.0, 24.0],
        "time_unit": ["working_day", "same_day", "calendar_day", "hour"],
        "valid_from": pd.to_datetime([None] * 4),
        "valid_to": pd.to_datetime([None] * 4),
    }
)
KNOWN = Known(
    observed_on=dt.date(2021, 3, 15),
    procedure_codes={"1.000001", "1.000002", "1.000003", "1.000004"},
    names={"procedure": {"mot"}, "unit": set(), "field": set()},
    limits=LIMITS,
)
PERSON = "Người phụ trách"
Cells = dict[str, str]

GOOD: dict[str, Cells] = {
    "internal_processes": {
        "Mã TTHC": "1.000001", "Số quyết định phê duyệt": "10/QĐ-UBND", "Ngày quyết định": "01/06/2020",
        "Cấp thực hiện": "Cấp huyện", "Tổng số giờ": "40", "Cộng số giờ các bước": "40",
        "Đã xây dựng quy trình điện tử": "Có", "Hiệu lực từ ngày": "01/07/2020", "Hiệu lực đến ngày": "",
    },
    "posting_checks": {
        "Số biên bản kiểm tra": "01/BB", "Nội dung kiểm tra": "Thủ tục hành chính", "Nơi niêm yết": "Bảng niêm yết",
        "Ngày kiểm tra": "10/03/2021", "Số phải niêm yết": "50", "Số đã niêm yết": "50", "Số còn thiếu": "0",
        "Số hết hiệu lực còn niêm yết": "0",
    },
    "draft_documents": {
        "Tên, ký hiệu dự thảo": "Dự thảo 1", "Loại văn bản": "Quyết định của UBND", "Số TTHC": "2",
        "Ngày đánh giá tác động": "05/01/2021", "Ngày có ý kiến của Văn phòng UBND tỉnh": "10/01/2021",
        "Ngày gửi thẩm định": "10/01/2021",
    },
    "publication_decisions": {
        "Số quyết định công bố": "100/QĐ-UBND", "Ngày quyết định": "01/02/2021", "Ngày văn bản có hiệu lực": "21/02/2021",
        "Mã TTHC": "1.000001", "Nội dung công bố": "Ban hành mới", "Số, ký hiệu văn bản QPPL": "05/2021/QĐ-UBND",
        "Xử lý văn bản QPPL": "Công bố", "Ngày công khai": "01/02/2021", "Nơi công khai": "Cổng thông tin điện tử",
    },
}  # fmt: skip
# What makes the first good rows records of their own.
KEYS = {
    "internal_processes": ("Mã TTHC", ("1.000001", "1.000001")),
    "posting_checks": ("Số biên bản kiểm tra", ("98/BB", "99/BB")),
    "draft_documents": ("Tên, ký hiệu dự thảo", ("Dự thảo 98", "Dự thảo 99")),
    "publication_decisions": ("Mã TTHC", ("1.000002", "1.000003")),
}
SENT_BACK: dict[tuple[str, str], list[Cells]] = {
    ("internal_processes", "process_without_date"): [{"Ngày quyết định": ""}],
    ("internal_processes", "decided_in_future"): [{"Ngày quyết định": "16/03/2021", "Hiệu lực từ ngày": ""}],
    ("internal_processes", "ends_before_it_begins"): [
        {"Hiệu lực đến ngày": "30/06/2020"},
        {"Hiệu lực từ ngày": "", "Hiệu lực đến ngày": "31/05/2020"},
    ],
    ("internal_processes", "unknown_process_level"): [{"Cấp thực hiện": "Liên cấp"}, {"Cấp thực hiện": ""}],
    ("posting_checks", "check_without_date"): [{"Ngày kiểm tra": ""}],
    ("posting_checks", "checked_in_future"): [{"Ngày kiểm tra": "16/03/2021"}],
    ("posting_checks", "unknown_posting_kind"): [{"Nội dung kiểm tra": "Phí, lệ phí"}],
    ("posting_checks", "unknown_posting_place"): [{"Nơi niêm yết": "Loa phường"}],
    ("posting_checks", "count_missing"): [{"Số phải niêm yết": ""}],
    ("posting_checks", "posted_missing"): [{"Số đã niêm yết": ""}],
    ("posting_checks", "count_below_zero"): [{"Số hết hiệu lực còn niêm yết": "-1"}],
    ("posting_checks", "posting_does_not_add_up"): [
        {"Số còn thiếu": "1"},
        {"Số đã niêm yết": "51", "Số còn thiếu": ""},
    ],
    ("draft_documents", "draft_without_date"): [
        {
            "Ngày đánh giá tác động": "",
            "Ngày có ý kiến của Văn phòng UBND tỉnh": "",
            "Ngày gửi thẩm định": "",
        }
    ],
    ("draft_documents", "draft_without_procedure"): [{"Số TTHC": "0"}, {"Số TTHC": ""}],
    ("draft_documents", "assessed_in_future"): [{"Ngày đánh giá tác động": "16/03/2021", "Ngày gửi thẩm định": ""}],
    ("draft_documents", "opinion_in_future"): [
        {"Ngày có ý kiến của Văn phòng UBND tỉnh": "16/03/2021", "Ngày gửi thẩm định": ""}
    ],
    ("draft_documents", "appraisal_in_future"): [{"Ngày gửi thẩm định": "16/03/2021"}],
    ("publication_decisions", "decision_without_date"): [{"Ngày quyết định": ""}],
    ("publication_decisions", "decision_without_number"): [{"Số quyết định công bố": ""}],
    ("publication_decisions", "decided_in_future"): [
        {"Ngày quyết định": "16/03/2021", "Ngày văn bản có hiệu lực": "", "Ngày công khai": ""}
    ],
    ("publication_decisions", "posted_in_future"): [{"Ngày công khai": "16/03/2021"}],
    ("publication_decisions", "unknown_procedure_action"): [{"Nội dung công bố": "Đính chính"}],
}
FLAGGED: dict[tuple[str, str], list[Cells]] = {
    ("internal_processes", "process_without_time"): [
        {"Tổng số giờ": "0", "Cộng số giờ các bước": ""},
        {"Tổng số giờ": "", "Cộng số giờ các bước": ""},
    ],
    ("internal_processes", "steps_differ_from_total"): [{"Cộng số giờ các bước": "39,5"}],
    ("internal_processes", "over_legal_time"): [
        {"Tổng số giờ": "40,5", "Cộng số giờ các bước": ""},
        {"Mã TTHC": "1.000002", "Tổng số giờ": "9", "Cộng số giờ các bước": ""},
        {"Mã TTHC": "1.000003", "Tổng số giờ": "121", "Cộng số giờ các bước": ""},
        {"Mã TTHC": "1.000004", "Tổng số giờ": "25", "Cộng số giờ các bước": ""},
    ],
    ("internal_processes", "unknown_procedure"): [{"Mã TTHC": "1.999999"}],
    ("posting_checks", "expired_still_posted"): [{"Số hết hiệu lực còn niêm yết": "2"}],
    ("posting_checks", "not_fully_posted"): [
        {"Số đã niêm yết": "48", "Số còn thiếu": "2"},
        {"Số đã niêm yết": "48", "Số còn thiếu": ""},
    ],
    ("draft_documents", "sent_unassessed"): [{"Ngày đánh giá tác động": ""}],
    ("draft_documents", "assessed_after_appraisal"): [{"Ngày đánh giá tác động": "11/01/2021"}],
    ("draft_documents", "opinion_after_appraisal"): [{"Ngày có ý kiến của Văn phòng UBND tỉnh": "11/01/2021"}],
    ("draft_documents", "sent_without_opinion"): [{"Ngày có ý kiến của Văn phòng UBND tỉnh": ""}],
    ("draft_documents", "unknown_draft_kind"): [{"Loại văn bản": "Chỉ thị"}],
    ("publication_decisions", "posted_before_decision"): [{"Ngày công khai": "31/01/2021"}],
    ("publication_decisions", "published_late"): [{"Ngày văn bản có hiệu lực": "20/02/2021"}],
    ("publication_decisions", "document_without_action"): [{"Xử lý văn bản QPPL": ""}],
    ("publication_decisions", "unknown_procedure"): [{"Mã TTHC": "1.999999"}],
}
PASSES: list[tuple[str, Cells]] = [
    ("internal_processes", {}),
    ("internal_processes", {"Hiệu lực từ ngày": "", "Cộng số giờ các bước": ""}),
    ("internal_processes", {"Mã TTHC": "1.000002", "Tổng số giờ": "8", "Cộng số giờ các bước": "8"}),
    ("posting_checks", {"Số còn thiếu": "", "Số hết hiệu lực còn niêm yết": ""}),
    ("posting_checks", {"Số phải niêm yết": "0", "Số đã niêm yết": "0"}),
    ("draft_documents", {"Ngày có ý kiến của Văn phòng UBND tỉnh": "", "Ngày gửi thẩm định": ""}),
    ("publication_decisions", {"Số, ký hiệu văn bản QPPL": "", "Xử lý văn bản QPPL": "", "Ngày công khai": ""}),
]
# A check of the whole file needs two rows of one draft, not one planted cell.
OF_TWO_ROWS = {("draft_documents", "duplicate_draft")}


def _file(stream: str, change: Cells) -> PlantedFile:
    key, names = KEYS[stream]
    good = GOOD[stream] | {PERSON: "Người Thử Nghiệm"}
    rows = [*({**good, key: name} for name in names), {**good, **change}]
    profile = Profile.model_validate({"profile_id": "thu", "stream": stream, "title": "Nguồn thử"})
    contract = load_contract(contract_path(stream))
    return PlantedFile([*good], rows, contract, suite_path(stream), profile, KNOWN)


def _judged(folder: Path, stream: str, change: Cells) -> Reading:
    return read_and_judge(folder / f"{stream}.csv", _file(stream, change))


def _cases(planted: dict[tuple[str, str], list[Cells]]) -> list[tuple[str, str, Cells]]:
    return [(stream, check_id, cells) for (stream, check_id), found in planted.items() for cells in found]


@pytest.fixture(scope="module", autouse=True)
def planted_files_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    judge_together(
        tmp_path_factory.mktemp("planted"),
        (_file(stream, cells) for stream, *_, cells in (*_cases(SENT_BACK), *_cases(FLAGGED), *PASSES)),
    )


@pytest.mark.parametrize(("stream", "check_id", "change"), _cases(SENT_BACK))
def test_a_row_nobody_can_count_goes_back(tmp_path: Path, stream: str, check_id: str, change: Cells) -> None:
    assert_goes_back_only_for(check_id, _judged(tmp_path, stream, change))


@pytest.mark.parametrize(("stream", "check_id", "change"), _cases(FLAGGED))
def test_a_row_that_reports_a_finding_is_flagged(tmp_path: Path, stream: str, check_id: str, change: Cells) -> None:
    assert_is_flagged_only_for(check_id, _judged(tmp_path, stream, change))


@pytest.mark.parametrize(("stream", "change"), PASSES)
def test_a_row_in_order_passes(tmp_path: Path, stream: str, change: Cells) -> None:
    reading = _judged(tmp_path, stream, change)
    assert_passes(reading)
    assert PERSON not in reading.rows and not reading.rows.isin(["Người Thử Nghiệm"]).any(axis=None)


def test_a_draft_reported_twice_in_two_ways_goes_back(tmp_path: Path) -> None:
    reading = _judged(tmp_path, "draft_documents", {"Tên, ký hiệu dự thảo": "Dự thảo 99", "Số TTHC": "3"})
    assert reading.rejects["check_id"].tolist() == ["duplicate_draft"] * 2


def test_every_check_of_the_four_suites_is_planted() -> None:
    checks = {
        (stream, check.check_id)
        for stream in GOOD
        for check in parse_suite(suite_path(stream).read_text(encoding="utf-8")).checks
    }
    assert checks == set(SENT_BACK) | set(FLAGGED) | OF_TWO_ROWS
