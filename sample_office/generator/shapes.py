"""Rare shapes that move no figure: one code in two spellings, numbers of two books, a promise blanked later …

Here: which row of the second quarter shows each, and how. Not here: faults a check finds (faults), whole files
(case_files).
Invariant: a shaped row is a real dossier, counted as in the truth; its line in the ledger bears the code of the truth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from generator.exports import Row
from generator.ledger import Fault, Ledger
from generator.simulate import Dossier, is_quarter_only
from generator.world import DESK, Quarter

QUARTER = "2021-Q2"
NEIGHBOUR = ("p05", "p02")  # whose folder, whose file
ROWS_OF_THE_NEIGHBOUR = 40
_UNKNOWN_NAME = "Thủ tục giả lập chỉ biết lĩnh vực"
# In the catalogue under planning and, from this quarter on, under land; a system without codes writes name and field.
_NAME_OF_TWO_FIELDS = "Cung cấp thông tin về quy hoạch xây dựng"
_WITHOUT_MARKS = {"Hộ tịch": "Ho tich", "Chứng thực": "Chung thuc"}


@dataclass(frozen=True)
class Shape:
    """A shape: its unit, which dossiers may bear it, what its row shows then, what the product should say of it."""

    name: str
    unit: str
    fits: Callable[[Dossier, Row, Quarter], bool]
    show: Callable[[Row], None]
    note: str
    faults: tuple[Fault, ...] = ()


def _is_carried(dossier: Dossier, row: Row, quarter: Quarter) -> bool:
    """Shown promised and open by the export of the quarter before, done in this one, never waiting."""
    received, finished = dossier.received_at, dossier.finished_at
    return (
        received is not None
        and finished is not None
        and received.date() < quarter.start
        and finished.date() >= quarter.start
        and row.cells["finished_at"] is not None
        and row.cells["due_at"] == dossier.due_at
        and dossier.supplement_requested_at is None
    )


def _is_new(dossier: Dossier, _row: Row, quarter: Quarter) -> bool:
    return is_quarter_only(dossier, quarter)


def _is_of_two_fields(dossier: Dossier, row: Row, quarter: Quarter) -> bool:
    return is_quarter_only(dossier, quarter) and row.cells["procedure_name"] == _NAME_OF_TWO_FIELDS


def _is_of_a_common_field(dossier: Dossier, row: Row, quarter: Quarter) -> bool:
    return is_quarter_only(dossier, quarter) and row.cells["field_name"] in _WITHOUT_MARKS


def _spell_otherwise(row: Row) -> None:
    row.cells["dossier_code"] = str(row.cells["dossier_code"]).lower().replace("-", "–") + "\u200b"


def _number_in_a_book(row: Row) -> None:
    row.cells["dossier_code"] = "15/TN"


def _blank_the_promise(row: Row) -> None:
    row.cells["due_at"] = None


def _know_the_second(row: Row) -> None:
    """The receipt is known to the minute, the sending to the second of that minute."""
    received = row.cells["received_at"]
    assert isinstance(received, dt.datetime)
    row.cells["submitted_at"] = f"{received:%d/%m/%Y %H:%M}:26"


def _code_nobody_knows(row: Row) -> None:
    row.cells["procedure_code"] = "1.999902"


def _as_it_is(_row: Row) -> None:
    """The shape is in the catalogue."""


def _field_without_marks(row: Row) -> None:
    row.cells["procedure_code"], row.cells["procedure_name"] = "1.999903", _UNKNOWN_NAME
    row.cells["field_name"] = _WITHOUT_MARKS[str(row.cells["field_name"])]


SHAPES = (
    Shape("one_code_two_spellings", "p01", _is_carried, _spell_otherwise, "small letters, long dashes, a hidden mark"),
    Shape("own_number_of_two_books", "p03", _is_new, _number_in_a_book, "shown=15/TN"),
    Shape("own_number_of_two_books", "p05", _is_new, _number_in_a_book, "shown=15/TN"),
    Shape("due_date_blanked", "p05", _is_carried, _blank_the_promise, "flag=due_date_blanked"),
    Shape("minute_and_second", "p02", _is_new, _know_the_second, "submitted 26 seconds into the minute of the receipt"),
    Shape("unknown_code_known_name", "p03", _is_new, _code_nobody_knows, "flag=procedure_by_name"),
    Shape("one_name_in_two_fields", DESK, _is_of_two_fields, _as_it_is, "the field of the file decides"),
    Shape(
        "field_without_marks",
        "p06",
        _is_of_a_common_field,
        _field_without_marks,
        "an unknown procedure in the field it names",
        (("unknown_procedure", "info", "flagged", "counted in the field it names"),),
    ),
)  # fmt: skip


def plant_shapes(quarter: Quarter, rows_of: dict[str, list[Row]]) -> list[tuple[Row, str, Fault]]:
    """Show the shapes in rows without a fault; return each with its code in the truth and its line of the ledger."""
    planted: list[tuple[Row, str, Fault]] = []
    if quarter.period_id != QUARTER:
        return planted
    for shape in SHAPES:
        taken = {id(row) for row, _, _ in planted}
        candidates = [
            row
            for row in rows_of[shape.unit]
            if row.dossier is not None
            and not row.faults
            and id(row) not in taken
            and row.dossier.channel == "direct"
            and not row.dossier.is_at_desk_too
            and shape.fits(row.dossier, row, quarter)
        ]
        if not candidates:
            continue  # a small sample has units without
        row = candidates[len(candidates) // 2]
        code = row.record_code
        shape.show(row)
        row.faults += shape.faults
        planted.append((row, code, (shape.name, "none", "shape", shape.note)))
    return planted


def note_shapes(
    ledger: Ledger,
    quarter: Quarter,
    place: tuple[str, str],
    rows: list[Row],
    first_row: int,
    planted: list[tuple[Row, str, Fault]],
) -> None:
    """Note the shaped rows of one file, the first row of which stands in row `first_row`; `place` is unit and file."""
    number_of = {id(row): number for number, row in enumerate(rows, start=first_row)}
    for row, code, fault in planted:
        if id(row) in number_of:
            ledger.add("case_exports", quarter, *place, fault, number_of[id(row)], code)
