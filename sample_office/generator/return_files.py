"""The units' return workbooks: one a unit and quarter, as `kstt returns make` makes it, filled in.

Here: which sheets a unit's workbook has, its rows in the words of the form, nil ticks, forgotten sheets, the ledger.
Not here: what happened (records and its like), which faults stand in a row.
Invariant: the empty form is the product's own, so that the sample shows what units are really given; a row is written
with the contract's columns only, so no person can stand in it; same seed, same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from generator.ledger import Fault, Ledger
from generator.rows import Cells, Value
from generator.world import NOT_SENT, Quarter, World
from pipelines.ingest.contract import MOMENT_ROLES, NUMBER_ROLES, WORD_ROLES, Column, Contract, load_contract
from pipelines.render.returns import Field, ReturnBook, Sheet, write_return
from pipelines.warehouse.returns import NIL_LABEL, return_name
from pipelines.warehouse.streams import contract_path

# Rows left empty below the filled ones; a unit gets 200 of them, which would make the sample large.
BLANK_ROWS = 1
FIRST_ROW = 7
# A sheet neither filled in nor ticked: (quarter, unit) → stream.
FORGOTTEN = {("2021-Q1", "p07"): "directives"}


@dataclass
class RecordRow:
    """One row of a sheet; `cells` are by the contract's names, words by their meaning."""

    cells: Cells
    record_code: str
    faults: list[Fault] = field(default_factory=list)


# Stream → unit → the rows of its sheet; a unit that owes the sheet and has no rows ticks its nil.
Sheets = dict[str, dict[str, list[RecordRow]]]


def send_returns(inbox: Path, office: Path, world: World, quarter: Quarter, ledger: Ledger, sheets: Sheets) -> None:
    """Write every unit's workbook of one quarter into `inbox/<period>/<unit>/` and note what is planted."""
    for unit, streams in _owed(office, quarter, set(sheets)).items():
        if world.timeline.lacks(quarter, unit):
            continue
        name = return_name(quarter.period_id, unit)
        rows_of = {stream: sheets[stream].get(unit, []) for stream in streams}
        forgotten = FORGOTTEN.get((quarter.period_id, unit)) if world.timeline.plants_faults else None
        if forgotten in rows_of:
            rows_of[forgotten] = []
        write_return(_book(world, quarter, unit, rows_of, forgotten), inbox / quarter.period_id / unit / name)
        for stream, rows in rows_of.items():
            ledger.add_rows(stream, quarter, unit, name, rows, FIRST_ROW)
            if stream == forgotten:
                fault = ("not_filled_in", "critical", "refused", "neither filled in nor ticked")
                ledger.add(stream, quarter, unit, name, fault)
    if world.timeline.lacks(quarter, NOT_SENT[1]):
        for stream in _owed(office, quarter, set(sheets)).get(NOT_SENT[1], []):
            ledger.add(stream, quarter, NOT_SENT[1], "", ("missing_delivery", "none", "none", "the unit sent nothing"))


def _owed(office: Path, quarter: Quarter, known: set[str]) -> dict[str, list[str]]:
    """Return unit → the streams its workbook has a sheet for, as the office's own tables say."""
    own_form = {
        (unit, profile["stream"])
        for path in sorted((office / "profiles").glob("*.yaml"))
        for profile in [yaml.safe_load(path.read_text(encoding="utf-8"))]
        for unit in profile["match"]["units"]
    }
    owed: dict[str, list[str]] = {}
    with (office / "reference" / "obligations.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            unit, stream, last = row["unit_id"], row["stream"], row["valid_to"] or "9999-12-31"
            if stream in known and (unit, stream) not in own_form and last >= quarter.end.isoformat():
                owed.setdefault(unit, []).append(stream)
    return {unit: sorted(streams) for unit, streams in owed.items()}


def _book(
    world: World, quarter: Quarter, unit: str, rows_of: dict[str, list[RecordRow]], forgotten: str | None
) -> ReturnBook:
    number = quarter.period_id[-1]
    deadline = quarter.end.replace(day=11)
    return ReturnBook(
        unit_id=unit,
        period_id=quarter.period_id,
        unit_name=world.unit_names[unit],
        period_label=f"Quý {'I' * int(number)} năm {quarter.end.year}",
        span=f"từ {quarter.start:%d/%m/%Y} đến {quarter.end:%d/%m/%Y}",
        deadline=f"{deadline:%d/%m/%Y}",
        nil_label=NIL_LABEL,
        made_on=quarter.start,
        sheets=tuple(_sheet(stream, rows, not rows and stream != forgotten) for stream, rows in rows_of.items()),
        blank_rows=BLANK_ROWS,
    )


def _sheet(stream: str, rows: list[RecordRow], is_nil: bool) -> Sheet:
    contract = _contract(stream)
    assert contract.sheet is not None
    unknown = {name for row in rows for name in row.cells} - set(contract.columns)
    assert not unknown, f"{stream} has no column {sorted(unknown)}"
    return Sheet(
        contract.sheet,
        contract.title,
        tuple(_field(column) for column in contract.columns.values()),
        tuple(tuple(_cell(column, row.cells.get(name)) for name, column in contract.columns.items()) for row in rows),
        is_nil,
    )


@cache
def _contract(stream: str) -> Contract:
    return load_contract(contract_path(stream))


def _field(column: Column) -> Field:
    choices = tuple(column.choices.values())
    if column.names == "unit":  # the form offers every name; the sample has no use for a list of forty in each book
        return Field(column.labels[0], "text", column.required)
    kind = (
        "choice" if choices
        else "date" if column.role in MOMENT_ROLES
        else "number" if column.role in NUMBER_ROLES
        else "code" if column.role == "code"
        else "text"
    )  # fmt: skip
    return Field(column.labels[0], kind, column.required, choices)


def _cell(column: Column, value: Value) -> object:
    """A meaning in the words the form offers (one it has no word for as it is), a day as a moment of the sheet."""
    if column.role in WORD_ROLES:
        return column.choices.get(str(value), value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value or None if isinstance(value, str) else value
