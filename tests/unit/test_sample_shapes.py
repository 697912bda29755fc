"""Rare shapes of dossiers in the sample's second quarter: each is in the ledger, and in the file as the ledger says.

Here: the committed files of sample_office/ and the truth, read without `pipelines`. Not here: the product's figures.
Invariant: a shape is looked for in what the file shows; that it moves no figure is what the truth's recount says.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sample_files import BESIDE, OFFICE, SHAPES, Shown, planted, rows_of, shapes_of, table
from truth.recount import Dossier, load_truth, status_at
from truth.recount_feedback import load_feedback


@pytest.fixture(scope="module")
def truth() -> tuple[Dossier, ...]:
    return load_truth()


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    return rows_of("case_exports")


@pytest.fixture(scope="module")
def shaped(shown: list[Shown]) -> dict[str, list[tuple[Shown, str]]]:
    """Shape → its rows, each with the code of its dossier in the truth."""
    noted = shapes_of()
    found: dict[str, list[tuple[Shown, str]]] = {name: [] for name in SHAPES}
    for row in shown:
        code, shape = noted.get((row.period, row.unit, str(row.number)), ("", ""))
        if shape:
            found[shape].append((row, code))
    return found


def test_every_shape_is_in_the_second_quarter(shaped: dict[str, list[tuple[Shown, str]]]) -> None:
    assert {name: len(rows) for name, rows in shaped.items()} == {
        **dict.fromkeys(SHAPES, 1),
        "own_number_of_two_books": 2,
    }
    assert {row.period for rows in shaped.values() for row, _ in rows} == {"2021-Q2"}


def test_one_code_is_in_two_spellings(shown: list[Shown], shaped: dict[str, list[tuple[Shown, str]]]) -> None:
    ((row, code),) = shaped["one_code_two_spellings"]
    written = str(row.cells["dossier_code"])
    assert written != code
    assert written.upper().replace("–", "-").rstrip("\u200b") == code
    assert [r for r in shown if r.period == "2021-Q1" and r.unit == row.unit and r.cells["dossier_code"] == code]


def test_two_wards_number_their_own_books(shaped: dict[str, list[tuple[Shown, str]]]) -> None:
    rows = [row for row, _ in shaped["own_number_of_two_books"]]
    assert {row.unit for row in rows} == {"p03", "p05"}
    assert {row.cells["dossier_code"] for row in rows} == {"15/TN"}


def test_a_promise_is_blanked_later(
    shown: list[Shown], truth: tuple[Dossier, ...], shaped: dict[str, list[tuple[Shown, str]]]
) -> None:
    ((row, code),) = shaped["due_date_blanked"]
    (before,) = [r for r in shown if (r.period, r.unit, r.cells["dossier_code"]) == ("2021-Q1", row.unit, code)]
    (promised,) = [dossier.due_at for dossier in truth if dossier.dossier_code == code]
    assert row.cells["due_at"] is None
    assert before.cells["due_at"] == promised is not None


def test_a_sending_is_known_to_the_second_and_its_receipt_to_the_minute(
    shaped: dict[str, list[tuple[Shown, str]]],
) -> None:
    ((row, _),) = shaped["minute_and_second"]
    assert row.cells["submitted_at"] - row.cells["received_at"] == dt.timedelta(seconds=26)


def test_codes_and_fields_the_tables_do_not_have_as_written(
    truth: tuple[Dossier, ...], shaped: dict[str, list[tuple[Shown, str]]]
) -> None:
    by_code, procedures = {d.dossier_code: d for d in truth}, {row["procedure_id"]: row for row in table("procedures")}
    fields = {row["field_code"]: row["field_name"] for row in table("fields")}
    ((coded, code),) = shaped["unknown_code_known_name"]
    assert coded.cells["procedure_code"] not in {row["procedure_code"] for row in procedures.values()}
    assert coded.cells["procedure_name"] == procedures[by_code[code].procedure_id]["procedure_name"]
    ((row, code),) = shaped["field_without_marks"]
    assert row.cells["procedure_name"] not in {row["procedure_name"] for row in procedures.values()}
    assert row.cells["field_name"] in ("Ho tich", "Chung thuc")
    marked = fields[by_code[code].field_code]
    assert marked in ("Hộ tịch", "Chứng thực")
    assert marked[0] == str(row.cells["field_name"])[0]


def test_a_name_of_two_fields_is_shown_with_its_field_and_without_a_code(
    truth: tuple[Dossier, ...], shaped: dict[str, list[tuple[Shown, str]]]
) -> None:
    ((row, code),) = shaped["one_name_in_two_fields"]
    (field,) = {d.field_code for d in truth if d.dossier_code == code}
    named = {r["field_code"] for r in table("procedures") if r["procedure_name"] == row.cells["procedure_name"]}
    assert row.cells["procedure_code"] in ("", None)
    assert named == {"dat-dai", "quy-hoach-xay-dung"} and field == "quy-hoach-xay-dung" != min(named)
    assert row.cells["field_name"] == "Quy hoạch xây dựng"


# ------------------------------------------------------------------ what another file, or an earlier one, says otherwise


@pytest.fixture(scope="module")
def history() -> dict[str, dict[str, str]]:
    """Shape of a whole file, a row of the early export or a dossier gone → its line of the ledger."""
    lines = [r for r in planted("case_exports") if r["effect"] in ("earlier", "gone") or r["check_id"] in BESIDE]
    assert {r["period_id"] for r in lines} == {"2021-Q2"}
    return {r["check_id"]: r for r in lines}


@pytest.fixture(scope="module")
def beside() -> list[Shown]:
    return rows_of("case_exports", BESIDE)


def in_file(rows: list[Shown], line: dict[str, str]) -> dict[object, Shown]:
    """Code → row of the file a line of the ledger names."""
    place = (line["period_id"], line["unit_id"], line["file_name"])
    return {row.cells["dossier_code"]: row for row in rows if (row.period, row.unit, row.file) == place}


def counted(shown: list[Shown], period: str, unit: str, code: str) -> list[Shown]:
    return [r for r in shown if (r.period, r.unit, r.cells["dossier_code"]) == (period, unit, code)]


def test_every_shape_of_a_history_is_planted_once(history: dict[str, dict[str, str]]) -> None:
    rows = {"there_and_back", "passed_to_the_desk", "reopened"}
    assert set(history) == {*BESIDE, *rows, "deleted_dossier"}


def test_an_export_of_the_last_morning_lacks_what_that_day_brought(
    shown: list[Shown], beside: list[Shown], truth: tuple[Dossier, ...], history: dict[str, dict[str, str]]
) -> None:
    line = history["early_export"]
    early = in_file(beside, line)
    last = dt.date(2021, 6, 14)
    own = [d for d in truth if d.receiving_unit_id == line["unit_id"]]
    came = {d.dossier_code for d in own if d.received_at and d.received_at.date() == last == d.submitted_at.date()}
    assert "2021_06_14_06_30" in line["file_name"]
    assert came and not came & set(early)
    assert all(counted(shown, "2021-Q2", line["unit_id"], code) for code in came)


def test_a_dossier_is_passed_to_another_ward_and_back(
    shown: list[Shown], beside: list[Shown], history: dict[str, dict[str, str]]
) -> None:
    line = history["there_and_back"]
    code, owner = line["record_code"], line["note"].removeprefix("owner=")
    assert code in in_file(beside, line) and owner != line["unit_id"]
    assert counted(shown, "2021-Q1", owner, code) and counted(shown, "2021-Q2", owner, code)
    assert not counted(shown, "2021-Q2", line["unit_id"], code)


def test_a_stale_row_of_a_ward_stands_beside_the_newer_one_of_the_desk(
    shown: list[Shown], beside: list[Shown], truth: tuple[Dossier, ...], history: dict[str, dict[str, str]]
) -> None:
    line = history["passed_to_the_desk"]
    code = line["record_code"]
    stale = in_file(beside, line)[code]
    (now,) = counted(shown, "2021-Q2", "tp-st-bpmc", code)
    assert stale.cells["finished_at"] is None and now.cells["finished_at"] is not None
    assert not counted(shown, "2021-Q2", line["unit_id"], code)
    assert {d.receiving_unit_id for d in truth if d.dossier_code == code} == {"tp-st-bpmc"}


def test_a_dossier_shown_finished_is_shown_open_a_day_later(
    shown: list[Shown], beside: list[Shown], truth: tuple[Dossier, ...], history: dict[str, dict[str, str]]
) -> None:
    line = history["reopened"]
    code = line["record_code"]
    early = in_file(beside, line)[code]
    (now,) = counted(shown, "2021-Q2", line["unit_id"], code)
    assert (early.cells["status"], early.cells["finished_at"]) == ("result_ready", dt.datetime(2021, 6, 10, 9))
    assert (now.cells["status"], now.cells["finished_at"]) == ("in_progress", None)
    (dossier,) = [d for d in truth if d.dossier_code == code]
    assert status_at(dossier, dt.datetime(2021, 6, 14, 23, 59)) == "in_progress"


def test_a_dossier_open_in_the_first_export_is_gone_from_the_second(
    shown: list[Shown], truth: tuple[Dossier, ...], history: dict[str, dict[str, str]]
) -> None:
    line = history["deleted_dossier"]
    code = line["record_code"]
    (before,) = counted(shown, "2021-Q1", line["unit_id"], code)
    assert (before.cells["status"], before.cells["finished_at"]) == ("in_progress", None)
    assert not [r for r in shown if r.period == "2021-Q2" and r.cells["dossier_code"] == code]
    (dossier,) = [d for d in truth if d.dossier_code == code]
    assert dossier.deleted_at is not None and dossier.finished_at is None


def test_half_a_replacement_is_the_first_half_of_the_good_file(
    shown: list[Shown], beside: list[Shown], history: dict[str, dict[str, str]]
) -> None:
    line = history["half_replacement"]
    half = [row.cells for row in in_file(beside, line).values()]
    whole = [r.cells for r in shown if (r.period, r.unit) == ("2021-Q2", line["unit_id"])]
    assert 200 < len(half) == len(whole) // 2
    assert whole[: len(half)] == half


def test_last_quarters_file_is_sent_again_byte_for_byte(history: dict[str, dict[str, str]]) -> None:
    line = history["last_quarters_file"]
    first, again = (OFFICE / "inbox" / p / line["unit_id"] / line["file_name"] for p in ("2021-Q1", "2021-Q2"))
    assert first.read_bytes() == again.read_bytes()


def test_a_feedback_pending_in_the_first_quarter_is_refused_in_the_second() -> None:
    (line,) = [r for r in planted("feedback_logs") if r["check_id"] == "refused_later"]
    rows = [r for r in rows_of("feedback_logs") if r.cells["feedback_code"] == line["record_code"]]
    assert {r.period: r.cells["status"] for r in rows}.keys() == {"2021-Q1", "2021-Q2"}
    first, second = sorted(rows, key=lambda row: row.period)
    assert first.cells["status"] in ("new", "classified", "in_progress") and second.cells["status"] == "refused"
    (feedback,) = [f for f in load_feedback() if f.feedback_code == line["record_code"]]
    assert feedback.refused_at is not None and feedback.refused_at.date() > dt.date(2021, 3, 14)
