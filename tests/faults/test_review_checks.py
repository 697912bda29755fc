"""Every check of the suite of review_submissions has a planted file that fails it, and only it.

Here: one CSV file per check, read by the real reader and judged by the real suite. Not here: how a file is read.
Invariant: the good rows beside the planted one stay; expected severities are those of domain/07, 7.4.
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
from pipelines.quality.helpers import Known
from pipelines.quality.suite import parse_suite

REPOSITORY = Path(__file__).parents[2]
SUITE = REPOSITORY / "expectations" / "review_submissions.yaml"
CONTRACT = load_contract(REPOSITORY / "dbt_project" / "models" / "sources" / "review_submissions.yml")
KNOWN = Known(
    observed_on=dt.date(2021, 7, 5),
    procedure_codes={"1.001193", "1.000001", "1.000002"},
    names={"procedure": {"đăng ký khai sinh"}, "unit": {"phòng tư pháp"}, "field": {"hộ tịch"}},
)
PROFILE = Profile.model_validate({"profile_id": "thu", "stream": "review_submissions", "title": "Nguồn thử"})
CODE, NAME, FIELD, UNIT = "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Đơn vị rà soát"
REVIEWER = "Người rà soát"
IN_PLAN, PLANNED_END, STATUS, REPORTED = "Trong kế hoạch", "Thời hạn theo kế hoạch", "Trạng thái", "Ngày báo cáo"
KIND, COMPETENCE, ADDRESSEE = "Phương án đơn giản hóa", "Thẩm quyền", "Cơ quan được kiến nghị"
DOCUMENT, ACTION = "Số, ký hiệu văn bản", "Hình thức xử lý văn bản"
BEFORE, AFTER, SAVING = "Chi phí trước", "Chi phí sau", "Tỷ lệ tiết kiệm"
HOURS_BEFORE, OTHER_BEFORE, FEE_BEFORE = "Số giờ trước", "Chi phí khác trước", "Lệ phí trước"
HOURS_AFTER, OTHER_AFTER, FEE_AFTER = "Số giờ sau", "Chi phí khác sau", "Lệ phí sau"
WAGE, TIMES, SUBJECTS = "Thu nhập bình quân giờ", "Số lần thực hiện trong năm", "Số đối tượng tuân thủ"
# The worked example of domain/07, 7.3, stated: 100 000 000 → 65 000 000 đồng, 35,00 %.
GOOD = {
    CODE: "1.001193", NAME: "Đăng ký khai sinh", FIELD: "Hộ tịch", UNIT: "Phòng Tư pháp",
    REVIEWER: "Người Thử Nghiệm", IN_PLAN: "Có", PLANNED_END: "31/05/2021", STATUS: "Đã báo cáo",
    KIND: "Sửa đổi", COMPETENCE: "Thuộc thẩm quyền", ADDRESSEE: "", DOCUMENT: "12/2020/QĐ-UBND", ACTION: "Sửa đổi",
    BEFORE: "100.000.000", AFTER: "65.000.000", SAVING: "35,00",
    HOURS_BEFORE: "", OTHER_BEFORE: "", FEE_BEFORE: "", HOURS_AFTER: "", OTHER_AFTER: "", FEE_AFTER: "",
    WAGE: "", TIMES: "", SUBJECTS: "", REPORTED: "20/05/2021",
}  # fmt: skip
NO_COST = {BEFORE: "", AFTER: "", SAVING: ""}
# The same example by its parts.
PARTS = {
    BEFORE: "", AFTER: "", HOURS_BEFORE: "6", OTHER_BEFORE: "20.000", FEE_BEFORE: "0", HOURS_AFTER: "4",
    OTHER_AFTER: "10.000", FEE_AFTER: "0", WAGE: "30.000", TIMES: "1", SUBJECTS: "500",
}  # fmt: skip
NOT_YET = {**NO_COST, STATUS: "Đang rà soát", KIND: "", COMPETENCE: "", DOCUMENT: "", ACTION: "", REPORTED: ""}
# The planted rows of each check: the cells that differ from a good row.
SENT_BACK = {
    "reported_without_date": [{REPORTED: ""}],
    "reported_in_future": [{IN_PLAN: "Không", REPORTED: "06/07/2021"}],
    "number_out_of_range": [
        {BEFORE: "-1", AFTER: "-2", SAVING: ""},
        {**PARTS, HOURS_BEFORE: "-6", HOURS_AFTER: "-8", SAVING: ""},
        {**PARTS, TIMES: "999.999.999", SUBJECTS: "999.999.999"},
    ],
    "saving_but_cost_rises": [{BEFORE: "65.000.000", AFTER: "100.000.000", SAVING: "35"}],
    "saving_percent_differs": [
        {SAVING: "35,02"},
        {SAVING: "34,98"},
        {SAVING: "0,36"},
        {**PARTS, SAVING: "36"},
        {**PARTS, FEE_BEFORE: "1.000"},
    ],
    "saving_without_cost_before": [
        {BEFORE: ""},
        {BEFORE: "0", AFTER: "0"},
        {**PARTS, WAGE: ""},
    ],
}
FLAGGED = {
    "date_without_report": [{PLANNED_END: "30/07/2021", STATUS: "Đang rà soát"}],
    "missing_cost_after": [{AFTER: "", SAVING: ""}, {**PARTS, HOURS_AFTER: ""}],
    "cost_rises": [{AFTER: "100.000.001", SAVING: ""}],
    "unknown_procedure": [{CODE: "9.999999", NAME: "Thủ tục không có"}],
    "unknown_unit": [{UNIT: "Phòng Không có"}],
    "unknown_field": [{FIELD: "Lĩnh vực không có"}],
    "reported_after_plan": [{REPORTED: "01/07/2021"}, {PLANNED_END: "", REPORTED: "01/07/2021"}],
    "planned_end_passed": [{**NOT_YET, PLANNED_END: "04/07/2021"}, {**NOT_YET, STATUS: "Chưa thực hiện"}],
    "proposal_without_addressee": [
        {COMPETENCE: "Kiến nghị cấp trên", ADDRESSEE: ""},
        {COMPETENCE: "Kiến nghị cấp trên", ADDRESSEE: "UBND tỉnh", DOCUMENT: "", ACTION: ""},
    ],
    "unknown_status": [{STATUS: "Còn cân nhắc"}, {STATUS: ""}],
    "unknown_in_plan": [{IN_PLAN: "Chưa rõ"}, {IN_PLAN: ""}],
    "unknown_proposal_kind": [{KIND: "Tính sau"}, {KIND: ""}],
    "unknown_competence": [{COMPETENCE: "Tính sau"}, {COMPETENCE: ""}],
    "unknown_document_action": [{ACTION: "Tính sau"}, {ACTION: ""}],
}
PLANTED = [(check_id, row) for checks in (SENT_BACK, FLAGGED) for check_id, rows in checks.items() for row in rows]
# Rows at the edge that must pass.
EDGES = {
    "the worked example by its parts": PARTS,
    "parts without fee and other cost are 0": {
        **PARTS, OTHER_BEFORE: "", FEE_BEFORE: "", OTHER_AFTER: "", FEE_AFTER: "", SAVING: "33,33",
    },
    "a percent 0,01 too high": {SAVING: "35,01"},
    "a percent 0,01 too low": {SAVING: "34,99"},
    "a percentage cell, which a spreadsheet keeps as a fraction": {SAVING: "0,35"},
    "no saving, cost unchanged": {AFTER: "100.000.000", SAVING: "0"},
    "no cost at all": NO_COST,
    "abolished, so nothing afterwards": {KIND: "Bãi bỏ", ACTION: "Bãi bỏ", AFTER: "", SAVING: "100"},
    "kept": {**NO_COST, KIND: "Giữ nguyên", COMPETENCE: "", DOCUMENT: "", ACTION: ""},
    "kept, its cost only known before": {**NO_COST, BEFORE: "1.000", KIND: "Giữ nguyên", DOCUMENT: "", ACTION: ""},
    "a new procedure is in no catalogue": {**NO_COST, CODE: "9.999998", KIND: "Quy định mới", ACTION: "Ban hành mới"},
    "reported on the last day of the plan": {REPORTED: "30/06/2021"},
    "outside the plan, reported in July": {IN_PLAN: "Không", REPORTED: "01/07/2021"},
    "reported on the day of the file": {IN_PLAN: "Không", REPORTED: "05/07/2021"},
    "planned end on the day of the file": {**NOT_YET, PLANNED_END: "05/07/2021"},
    "cancelled after its planned end": {**NOT_YET, STATUS: "Đã hủy"},
    "a proposal to the province": {
        COMPETENCE: "Kiến nghị cấp trên", ADDRESSEE: "UBND tỉnh", ACTION: "",
    },
    "a proposal without a document": {DOCUMENT: "", ACTION: ""},
    "no unit and no field named": {UNIT: "", FIELD: ""},
}  # fmt: skip


def submission(*planted: dict[str, str], good: int = 2) -> PlantedFile:
    """Good rows and the planted ones as a unit's CSV file."""
    rows = [*({**GOOD, CODE: f"1.00000{number + 1}"} for number in range(good)), *planted]
    return PlantedFile(list(GOOD), rows, CONTRACT, SUITE, PROFILE, KNOWN)


@pytest.fixture(scope="module", autouse=True)
def planted_files_judged(tmp_path_factory: pytest.TempPathFactory) -> None:
    judge_together(
        tmp_path_factory.mktemp("planted"),
        (submission({**GOOD, **row}) for row in (*(row for _, row in PLANTED), *EDGES.values())),
    )


def judged(folder: Path, *planted: dict[str, str], good: int = 2) -> Reading:
    return read_and_judge(folder / "ra-soat.csv", submission(*planted, good=good))


@pytest.mark.parametrize(("check_id", "row"), [item for item in PLANTED if item[0] in SENT_BACK])
def test_a_row_with_this_fault_goes_back_and_only_for_it(check_id: str, row: dict[str, str], tmp_path: Path) -> None:
    assert_goes_back_only_for(check_id, judged(tmp_path, {**GOOD, **row}))


@pytest.mark.parametrize(("check_id", "row"), [item for item in PLANTED if item[0] in FLAGGED])
def test_a_row_with_this_oddity_is_flagged_and_counted_and_only_for_it(
    check_id: str, row: dict[str, str], tmp_path: Path
) -> None:
    assert_is_flagged_only_for(check_id, judged(tmp_path, {**GOOD, **row}))


@pytest.mark.parametrize("edge", EDGES)
def test_a_row_at_the_edge_passes(edge: str, tmp_path: Path) -> None:
    assert_passes(judged(tmp_path, {**GOOD, **EDGES[edge]}))


def test_a_head_without_rows_declares_that_nothing_was_reviewed(tmp_path: Path) -> None:
    reading = judged(tmp_path, good=0)

    assert reading.verdict["status"] == "accepted"
    assert found(reading) == {}
    assert reading.rows.empty


def test_a_procedure_given_twice_alike_is_counted_once(tmp_path: Path) -> None:
    assert_only_the_second_goes_back("duplicate_procedure", judged(tmp_path, GOOD, GOOD))


def test_rows_of_one_procedure_that_differ_all_go_back(tmp_path: Path) -> None:
    assert_both_go_back("duplicate_procedure", judged(tmp_path, GOOD, {**GOOD, KIND: "Bãi bỏ"}))


def test_every_check_of_the_suite_is_planted_here() -> None:
    ids = {check.check_id for check in parse_suite(SUITE.read_text(encoding="utf-8")).checks}

    assert ids == {*SENT_BACK, *FLAGGED, "duplicate_procedure"}


@pytest.mark.parametrize(
    ("check_id", "severity"), [*((c, "warning") for c in SENT_BACK), *((c, "info") for c in FLAGGED)]
)
def test_the_suite_has_the_severity_of_the_domain(check_id: str, severity: str) -> None:
    checks = {check.check_id: check for check in parse_suite(SUITE.read_text(encoding="utf-8")).checks}

    assert checks[check_id].severity == severity


def test_no_cell_of_a_person_is_shown_in_what_goes_back(tmp_path: Path) -> None:
    reading = judged(tmp_path, *({**GOOD, **row} for rows in SENT_BACK.values() for row in rows))

    assert len(reading.rejects) > 0
    assert not reading.rejects.astype(str).apply(lambda column: column.str.contains(GOOD[REVIEWER])).any().any()
