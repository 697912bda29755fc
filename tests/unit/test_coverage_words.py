"""Who has sent what, in a sentence: short in the packet that is sent, whole in the packet that is kept.

Here: sentences of coverage from rows of rpt_coverage typed here. Not here: who owes (dbt), where they print.
Invariant: a unit is named once with what is not known of it.
"""

from __future__ import annotations

from pipelines.figures.coverage import coverage_of
from pipelines.figures.delivered import Coverage
from pipelines.figures.text import Cleaner


def owed_record(
    unit: str, stream: str, title: str, state: str = "accepted", parts: str | None = None
) -> dict[str, object]:
    return {
        "unit_id": unit, "unit_name": f"UBND {unit}", "stream": stream, "stream_title": title, "state": state,
        "missing_parts": parts, "rows_typed": 0 if state == "missing" and parts is None else 5, "rows_rejected": 0,
    }  # fmt: skip


def coverage_of_records(*records: dict[str, object]) -> Coverage:
    return coverage_of(list(records), (), Cleaner(), None)


def test_a_unit_without_a_part_of_the_period_is_named_once_with_that_part() -> None:
    part = "Quý II năm 2021"
    found = coverage_of_records(
        owed_record("A", "cases", "danh sách hồ sơ"),
        owed_record("A", "directives", "văn bản chỉ đạo, điều hành"),
        owed_record("B", "cases", "danh sách hồ sơ", "missing", part),
        owed_record("B", "directives", "văn bản chỉ đạo, điều hành", "missing", part),
    )
    assert found.plain == "Số liệu của 1/2 đơn vị; UBND B chưa có số liệu quý II năm 2021."
    assert found.explained == ("UBND B",)
    assert found.answers == "Số liệu của 1/2 đơn vị; chưa gửi đủ: UBND B (Quý II năm 2021: mọi nội dung)."


def test_few_contents_a_unit_has_not_sent_are_named_and_many_are_not() -> None:
    titles = ["danh sách hồ sơ", "văn bản chỉ đạo, điều hành", "lớp tập huấn", "cuộc kiểm tra"]
    for lacking, said in (
        (1, "UBND B chưa có số liệu về danh sách hồ sơ"),
        (2, "UBND B chưa có số liệu về danh sách hồ sơ; văn bản chỉ đạo, điều hành"),
        (3, "chưa gửi đủ: UBND B"),
    ):
        records = [
            owed_record("B", title, title, "missing" if number < lacking else "accepted")
            for number, title in enumerate(titles)
        ]
        found = coverage_of_records(owed_record("A", titles[0], titles[0]), *records)
        assert found.plain == f"Số liệu của 1/2 đơn vị; {said}."
        assert found.explained == (("UBND B",) if lacking < 3 else ())


def test_a_unit_that_sent_nothing_has_all_its_contents_said_in_two_words() -> None:
    found = coverage_of_records(
        owed_record("A", "cases", "danh sách hồ sơ"),
        owed_record("B", "cases", "danh sách hồ sơ", "missing"),
        owed_record("B", "trainings", "lớp tập huấn", "missing"),
    )
    assert found.plain == "Số liệu của 1/2 đơn vị; chưa có số liệu của UBND B."
    assert found.answers == "Số liệu của 1/2 đơn vị; chưa gửi đủ: UBND B (mọi nội dung)."
