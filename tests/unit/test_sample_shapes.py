"""Rare shapes of dossiers in the sample's second quarter: each is in the ledger, and in the file as the ledger says.

Here: the committed files of sample_office/ and the truth, read without `pipelines`. Not here: the product's figures.
Invariant: a shape is looked for in what the file shows; that it moves no figure is what the truth's recount says.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sample_files import SHAPES, Shown, rows_of, shapes_of, table
from truth.recount import Dossier, load_truth


@pytest.fixture(scope="module")
def truth() -> list[Dossier]:
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
    shown: list[Shown], truth: list[Dossier], shaped: dict[str, list[tuple[Shown, str]]]
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
    truth: list[Dossier], shaped: dict[str, list[tuple[Shown, str]]]
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
