"""What blocks issuing: each reason from a warehouse written by hand.

Here: units that owe, refused files, unmapped rows, breaks of the carry-over. Not here: forcing (pipeline/test_issue).
Invariant: a reason says what is wrong and what to do; a sound warehouse gives none.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from figures_stub import FORMS, OFFICE, stub_layouts, write_stub

from pipelines.figures.read import build_report_model
from pipelines.package.blockers import blockers

CARRY_OVER = "create table rpt_carry_over (dossier_code varchar, reason_code varchar)"
DECLARED = """
create table rpt_declared_against_counted (
    unit_id varchar, unit_name varchar, sort_no integer, level_section_code varchar, field_code varchar,
    field_name varchar, column_no integer, declared bigint, counted bigint, difference bigint
);
create table int_declared_row (sender_unit_id varchar, field_name varchar, fate varchar);
create table rpt_claim (
    unit_name varchar, sort_no integer, unit_id varchar, file_name varchar, kind varchar, reason varchar, mend varchar,
    effect varchar, is_open boolean, holds_final boolean
);
create table if not exists dim_unit (
    unit_id varchar, name_vi varchar, parent_unit_id varchar, unit_kind varchar
);
create table rpt_dossier_gone (
    dossier_code varchar, written_code varchar, receiving_unit_id varchar, unit_name varchar, sort_no integer,
    kind varchar, missing_delivery_id varchar, missing_file_name varchar
);
create table rpt_feedback_carry_over (feedback_code varchar, unit_name varchar, reason_code varchar);
create table landed.acceptance (delivery_id varchar, kind varchar, record_code varchar);
"""


def found(folder: Path, *changes: str) -> list[str]:
    """The blockers of the stub after some changes; the stub's own faults are taken out first."""
    database = write_stub(folder / "stub.duckdb")
    with duckdb.connect(database) as connection:
        connection.execute(CARRY_OVER)
        connection.execute(DECLARED)
        connection.execute("update rpt_coverage set state = 'accepted'")
        connection.execute("update rpt_delivery set status = 'accepted'")
        for change in changes:
            connection.execute(change)
        return blockers(connection, build_report_model(connection, stub_layouts(), OFFICE))


def test_nothing_blocks_a_sound_report(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update rpt_coverage set state = 'missing' where unit_id = 'p03'", "UBND Phường 3 chưa gửi"),
        ("update rpt_coverage set state = 'refused' where unit_id = 'p03'", "UBND Phường 3 đã gửi"),
        ("update rpt_delivery set status = 'refused' where unit_id = 'p03'", "của UBND Phường 3 bị từ chối"),
        (
            f"update {next(iter(FORMS))} set received_total = 4, resolved_total = 3 where label = 'Chưa xác định'",
            "Dòng “Chưa xác định” còn số liệu: biểu «II.06a», mục «TTHC thuộc thẩm quyền giải quyết của cấp xã» "
            "(cột 3: 4, cột 7: 3). Bổ sung mã",
        ),
        (
            "insert into rpt_carry_over values ('H2', 'unexplained'), ('H1', 'unexplained'), ('H0', 'late_entry')",
            "Có 2 hồ sơ làm lệch số từ kỳ trước chuyển sang mà chưa rõ lý do (ví dụ H1)",
        ),
        (
            "insert into rpt_declared_against_counted "
            "values ('p03', 'UBND Phường 3', 3, 'B', 'ho-tich', 'Hộ tịch', 4, 5, 7, -2)",
            "UBND Phường 3 vừa gửi danh sách hồ sơ vừa tự kê số liệu, và 1 ô lệch nhau (ví dụ lĩnh vực Hộ tịch)",
        ),
        (
            "insert into rpt_claim values ('UBND Phường 3', 3, 'p03', 's.csv', 'records_gone', 'Thiếu A.', 'Hỏi lại.', "
            "'flags', true, true), "
            "('UBND Phường 3', 3, 'p03', 's.csv', 'other_units_rows', 'Của A.', 'Hỏi lại.', 'flags', true, true), "
            "('UBND Phường 3', 3, 'p03', 's.csv', 'other_units_rows', 'Của A.', 'Hỏi lại.', 'flags', true, true), "
            "('UBND Phường 3', 3, 'p03', 's.csv', 'records_gone', 'Thiếu B.', 'Hỏi lại.', 'flags', false, true)",
            "Tệp «s.csv» của UBND Phường 3: Của A. Thiếu A. Hỏi lại.",
        ),
        (
            "insert into rpt_dossier_gone values "
            "('K1', 'k1', 'p03', 'UBND Phường 3', 3, 'deleted_dossier', 'd9', 's.csv'), "
            "('K2', 'k2', 'p03', 'UBND Phường 3', 3, 'deleted_dossier', 'd9', 's.csv'); "
            "insert into landed.acceptance values ('d9', 'deleted_dossiers', 'K1')",
            "UBND Phường 3: 1 hồ sơ đang giải quyết (ví dụ k2) không còn trong danh sách đầy đủ «s.csv»",
        ),
        ("update rpt_coverage set state = 'stale' where unit_id = 'p03'", "UBND Phường 3 chỉ có số liệu cũ về"),
        (
            "insert into int_declared_row values ('p03', 'Hộ tịch', 'parts_do_not_follow')",
            "tự kê lĩnh vực Hộ tịch: số từ kỳ trước chuyển sang của một quý khác",
        ),
    ],
)
def test_each_reason_is_reported_in_a_sentence(tmp_path: Path, change: str, reason: str) -> None:
    (noted,) = found(tmp_path, change)
    assert reason in noted


def test_a_refused_return_is_one_reason_that_names_all_it_leaves_unanswered(tmp_path: Path) -> None:
    """A workbook of three tables; the unit's list of dossiers is answered by another file."""
    noted = found(
        tmp_path,
        "update rpt_coverage set state = 'refused' where unit_id = 'p03'",
        "insert into rpt_coverage select * replace ('trainings' as stream, 'lớp tập huấn' as stream_title) "
        "from rpt_coverage where unit_id = 'p03'",
        "update rpt_delivery set status = 'refused', file_name = 'phieu.xlsx' where unit_id = 'p03'",
        "insert into rpt_delivery select * replace ('d4b' as delivery_id, 'trainings' as stream) "
        "from rpt_delivery where unit_id = 'p03'",
        "insert into rpt_delivery select * replace ('d4c' as delivery_id, 'findings' as stream) "
        "from rpt_delivery where delivery_id = 'd4'",
    )
    assert noted == [
        'Tệp «phieu.xlsx» của UBND Phường 3 bị từ chối: Không tìm thấy cột "Mã hồ sơ" & cột khác '
        "Vì thế chưa có: danh sách hồ sơ; lớp tập huấn. Yêu cầu gửi lại, hoặc rút tệp."
    ]


def test_what_a_unit_has_not_sent_is_one_reason(tmp_path: Path) -> None:
    noted = found(
        tmp_path,
        "update rpt_coverage set state = 'missing' where unit_id = 'p03'",
        "insert into rpt_coverage select * replace ('trainings' as stream, 'lớp tập huấn' as stream_title) "
        "from rpt_coverage where unit_id = 'p03'",
    )
    assert noted == ["UBND Phường 3 chưa gửi danh sách hồ sơ; lớp tập huấn. Đôn đốc đơn vị gửi."]


def test_every_reason_is_listed(tmp_path: Path) -> None:
    changes = ("update rpt_coverage set state = 'missing'", "insert into rpt_carry_over values ('H1', 'unexplained')")
    assert len(found(tmp_path, *changes)) > 2


def test_a_file_that_waits_is_listed_once_with_the_word_that_settles_it(tmp_path: Path) -> None:
    reason, mend = "Chờ xác nhận: tiêu đề ghi UBND Phường 2.", "Hỏi lại đơn vị; đúng thì kstt accept d1."
    (only,) = found(
        tmp_path,
        f"update rpt_delivery set status = 'refused', refused_reason = '{reason}' where unit_id = 'p03'",
        "insert into rpt_claim select 'UBND Phường 3', 3, 'p03', file_name, 'title_unit', "
        f"'{reason}', '{mend}', 'waits', true, false from rpt_delivery where unit_id = 'p03'",
        "insert into rpt_claim select 'UBND Phường 3', 3, 'p03', file_name, 'total_differs', "
        f"'Tổng sai.', '{mend}', 'flags', true, true from rpt_delivery where unit_id = 'p03'",
    )
    assert "của UBND Phường 3 chưa tính: " + reason in only
    assert only.endswith(mend)
