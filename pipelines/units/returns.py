"""Making the units' return workbooks of a period.

Here: which units, which sheets, lists and open records. Not here: the workbook (render), reading it back (ingest).
Invariant: what is in a workbook comes from contracts, reference tables and the unit's own rows; no person is in it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.ingest.contract import MOMENT_ROLES, NUMBER_ROLES, WORD_ROLES, Column, Contract
from pipelines.office.settings import Office
from pipelines.periods.period import Period, find_period
from pipelines.render.returns import Field, ReturnBook, Sheet, write_return
from pipelines.warehouse.register import register
from pipelines.warehouse.returns import NIL_LABEL, return_contracts, return_name
from pipelines.warehouse.standing import standing

_KINDS = {
    **dict.fromkeys(MOMENT_ROLES, "date"),
    **dict.fromkeys(NUMBER_ROLES, "number"),
    **dict.fromkeys(WORD_ROLES, "choice"),
    "code": "code",
    "procedure_code": "code",
}
# Table a column names → its reference file and the column of names there.
_NAMES = {"unit": ("units", "name_vi"), "field": ("fields", "field_name")}


def make_returns(office: Office, period_id: str) -> list[Path]:
    """Write one workbook for every unit that owes something no system exports; return their paths.

    Raises:
        OfficeError: unknown period.
    """
    period = find_period(office.reference["periods"], period_id)
    units = office.reference["units"].drop_duplicates("unit_id").sort_values("sort_no")
    made = []
    for unit in units.to_dict("records"):
        contracts = return_contracts(office, unit["unit_id"], period)
        if contracts:
            path = office.data / "phieu-bao-cao" / period_id / return_name(period_id, unit["unit_id"])
            write_return(_book(office, unit, period, contracts), path)
            made.append(path)
    return made


def _book(office: Office, unit: dict, period: Period, contracts: list[Contract]) -> ReturnBook:
    return ReturnBook(
        unit_id=unit["unit_id"],
        period_id=period.period_id,
        unit_name=unit["name_vi"],
        period_label=period.label,
        span=f"từ {period.start_on:%d/%m/%Y} đến {period.end_on:%d/%m/%Y}",
        deadline=f"{period.unit_deadline(office.settings.deadlines):%d/%m/%Y}",
        nil_label=NIL_LABEL,
        made_on=period.start_on,
        sheets=tuple(_sheet(office, unit["unit_id"], period, contract) for contract in contracts),
    )


def _sheet(office: Office, unit_id: str, period: Period, contract: Contract) -> Sheet:
    fields = tuple(_field(office, column) for column in contract.columns.values())
    assert contract.sheet is not None
    return Sheet(contract.sheet, contract.title, fields, _open_records(office, unit_id, period, contract))


def _field(office: Office, column: Column) -> Field:
    choices = tuple(column.choices.values())
    if column.names in _NAMES:
        table, name = _NAMES[column.names]
        choices = tuple(office.reference[table][name].drop_duplicates())
    kind = "choice" if choices else _KINDS.get(column.role, "text")
    return Field(column.labels[0], kind, column.required, choices)


def _open_records(office: Office, unit_id: str, period: Period, contract: Contract) -> tuple[tuple[object, ...], ...]:
    """The unit's own records of earlier periods that its newest file leaves open, as its next return begins."""
    sent = [
        item
        for item in register(office)
        if (item.unit_id, item.stream) == (unit_id, contract.stream) and item.period_id != period.period_id
    ]
    frames = [pd.read_parquet(item.folder / "rows.parquet") for item in standing(office, sent) if item.is_counted]
    frames = [frame for frame in frames if len(frame)]
    if not frames or not (contract.open_when or contract.open_while_empty):
        return ()
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(contract.key, keep="last")
    for column, words in contract.open_when.items():
        rows = rows[rows[column].isin(words)]
    if contract.open_while_empty:
        rows = rows[rows[list(contract.open_while_empty)].isna().any(axis="columns")]
    cells = {name: _cells(rows, column) for name, column in contract.columns.items()}
    return tuple(zip(*cells.values(), strict=True))


def _cells(rows: pd.DataFrame, column: Column) -> list[object]:
    """Cells of a column as a person writes them: words of the list, moments, numbers, text."""
    values = rows[column.name]
    if column.role in WORD_ROLES:
        values = values.map(column.choices).where(values.isin(column.choices), rows[f"{column.name}_label"])
    if column.role in MOMENT_ROLES:
        return [None if pd.isna(value) else pd.Timestamp(value).to_pydatetime() for value in values]
    if column.role in NUMBER_ROLES:
        return [None if pd.isna(value) else value for value in values.astype(object)]
    return [None if pd.isna(value) else str(value) for value in values]
