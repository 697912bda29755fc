"""Putting the office's corrections into the cells of one table, before they are typed.

Here: finding the record, the guard, the new cell. Not here: the file of corrections (office), typing (frame).
Invariant: a cell is corrected only while the source still says what the correction expects; otherwise it is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.ingest.contract import Contract
from pipelines.office.corrections import Correction
from pipelines.office.errors import OfficeError
from pipelines.office.text import nfc


@dataclass(frozen=True)
class Corrected:
    """What became of a correction at one row: `applied`, or `source_changed` when the guard did not hold."""

    correction: Correction
    at: int
    original: str
    state: str

    def note(self) -> dict[str, str]:
        """Return the entry of the row's `repairs`."""
        rule = f"đính chính theo {self.correction.document}: {self.correction.reason}"
        return {"column": self.correction.column, "original": self.original, "rule": rule}


def correct(cells: dict[str, np.ndarray], contract: Contract, corrections: Sequence[Correction]) -> list[Corrected]:
    """Put corrections into the raw cells of a table; return what was done, row by row.

    Args:
        cells: contract column → raw cells of the data rows; changed in place.
        contract: the contract of the stream.
        corrections: those of this stream and unit.

    Raises:
        OfficeError: a correction names a column the contract does not have.
    """
    done: list[Corrected] = []
    if not corrections:
        return done
    codes = np.array([_text(cell) for cell in cells[contract.key]], dtype=object)
    for correction in corrections:
        _check(correction, contract)
        for at in np.flatnonzero(codes == _text(correction.record)):
            done.append(_correct_cell(cells, int(at), len(codes), correction))
    return done


def _correct_cell(cells: dict[str, np.ndarray], at: int, length: int, correction: Correction) -> Corrected:
    column = cells.get(correction.column, np.full(length, None, dtype=object))
    original = _text(column[at])
    if original != _text(correction.expect):
        return Corrected(correction, at, original, "source_changed")
    cells[correction.column] = column.copy()  # the cells given may be a read-only view
    cells[correction.column][at] = correction.value
    return Corrected(correction, at, original, "applied")


def _check(correction: Correction, contract: Contract) -> None:
    if correction.column not in contract.columns:
        raise OfficeError(
            f"corrections.yaml, hồ sơ «{correction.record}»: {contract.title} không có cột «{correction.column}». "
            f"Cho phép: {', '.join(contract.columns)}."
        )


def _text(cell: object) -> str:
    """A cell as the file shows it, for comparing: moments in ISO, a midnight as its day, whole numbers without .0."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(nfc(str(cell)).split())
