"""Files beside the second quarter's case exports: one taken too early, half a replacement, last quarter's file again.

Here: what they hold; what the early one shows otherwise than the export a day later (passed on and back, passed to the
desk, finished and reopened). Not here: the exports that count (case_files), shapes of a single row (shapes).
Invariant: none of them moves a figure of the truth; each file and each such row is in the ledger.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.case_files import RESENT, STREAM, as_bytes, build, file_name
from generator.exports import Row, shown_row, shown_rows
from generator.files import write
from generator.ledger import Fault, Ledger
from generator.remarks import add_shown
from generator.shapes import QUARTER
from generator.simulate import Dossier, status_at
from generator.systems import system_of
from generator.world import DESK, QUARTERS, Quarter, World

# Its export of the last day's morning shows the day before, and comes beside that of the morning after.
EARLY_UNIT, EARLY_AT = "p10", dt.datetime.combine(dt.date(2021, 6, 14), dt.time(6, 30))
PASSED_ON_BY = "p03"
FINISHED_FIRST = dt.datetime.combine(dt.date(2021, 6, 10), dt.time(9))
HALF_UNIT = "p04"
AGAIN_UNIT = "p07"
_DAY = dt.timedelta(days=1)


def send_beside(
    inbox: Path, world: World, dossiers: list[Dossier], quarter: Quarter, ledger: Ledger, rows_of: dict[str, list[Row]]
) -> None:
    """Write the files beside those that count, of the second quarter; note each, and the dossier that was deleted."""
    if quarter.period_id != QUARTER:
        return
    folder = inbox / quarter.period_id
    _send_early(folder / EARLY_UNIT, world, dossiers, quarter, ledger, rows_of)
    _send_half(folder / HALF_UNIT / RESENT, quarter, ledger, rows_of[HALF_UNIT])
    _send_last_quarters(inbox, quarter, ledger)
    for dossier in dossiers:
        if dossier.deleted_at is not None:
            unit = dossier.receiving_unit_id
            fault = ("deleted_dossier", "none", "gone", "flag=deleted_dossier")
            ledger.add(STREAM, quarter, unit, file_name(quarter, unit), fault, None, dossier.dossier_code)


def _send_early(
    folder: Path,
    world: World,
    dossiers: list[Dossier],
    quarter: Quarter,
    ledger: Ledger,
    rows_of: dict[str, list[Row]],
) -> None:
    early = dataclasses.replace(quarter, export=EARLY_AT)
    rows = shown_rows(world, dossiers, EARLY_UNIT, early)
    planted = list(_histories(world, early, rows_of, rows))
    rows += [row for row, _ in planted if row not in rows]
    add_shown({EARLY_UNIT: rows}, early)
    sheet = build(early, EARLY_UNIT, rows)
    name = file_name(early, EARLY_UNIT)
    write(folder / name, as_bytes(EARLY_UNIT, sheet))
    ledger.add(STREAM, quarter, EARLY_UNIT, name, ("early_export", "none", "none", "06:30 of the last day"))
    number_of = {id(row): number for number, row in enumerate(rows, start=sheet.first_row)}
    for row, fault in planted:
        ledger.add(STREAM, quarter, EARLY_UNIT, name, fault, number_of[id(row)], row.record_code)


def _histories(
    world: World, early: Quarter, rows_of: dict[str, list[Row]], rows: list[Row]
) -> Iterator[tuple[Row, Fault]]:
    """Give the rows of the early export that another says otherwise a day later; a small sample lacks some."""
    for dossier in _first(rows_of[PASSED_ON_BY], lambda dossier: _was_open(dossier, QUARTERS[0].export)):
        yield _row_of(world, dossier, early.export), _fault("there_and_back", f"owner={PASSED_ON_BY}")
    for dossier in _first(rows_of[DESK], lambda dossier: _came_and_ended(dossier, early)):
        assert dossier.received_at is not None
        stale = _row_of(world, dossier, dossier.received_at + dt.timedelta(minutes=5))
        yield stale, _fault("passed_to_the_desk", f"owner={DESK}")
    for dossier in _first(rows_of[EARLY_UNIT], lambda dossier: _was_open(dossier, FINISHED_FIRST - 3 * _DAY)):
        row = next(row for row in rows if row.dossier is dossier)
        row.cells |= {"status": "result_ready", "finished_at": FINISHED_FIRST}
        yield row, _fault("reopened", f"owner={EARLY_UNIT}")


def _fault(shape: str, note: str) -> Fault:
    return (shape, "none", "earlier", note)


def _first(rows: list[Row], fits: Callable[[Dossier], bool]) -> list[Dossier]:
    """Return the first dossier that fits, if any does, of rows that show it as it is."""
    found = [
        row.dossier
        for row in rows
        if row.dossier is not None
        and not row.faults
        and row.record_code == row.dossier.dossier_code
        and row.dossier.due_at is not None
        and row.dossier.supplement_requested_at is None
        and not row.dossier.is_at_desk_too
        and fits(row.dossier)
    ]
    return found[:1]


def _was_open(dossier: Dossier, since: dt.datetime) -> bool:
    """Tell whether a dossier was being worked on from a moment up to the export of the second quarter."""
    return status_at(dossier, since) == status_at(dossier, QUARTERS[1].export) == "in_progress"


def _came_and_ended(dossier: Dossier, early: Quarter) -> bool:
    received, finished = dossier.received_at, dossier.finished_at
    return (
        received is not None
        and received.date() >= early.start
        and finished is not None
        and finished.date() > received.date()
        and finished < early.export
    )


def _row_of(world: World, dossier: Dossier, moment: dt.datetime) -> Row:
    status = status_at(dossier, moment)
    assert status is not None
    return shown_row(world, dossier, moment, status, EARLY_UNIT)


def _send_half(folder: Path, quarter: Quarter, ledger: Ledger, rows: list[Row]) -> None:
    """Send the first half of an export again: what it lacks has not become untrue."""
    good = file_name(quarter, HALF_UNIT).replace("hồ sơ_", f"hồ sơ {HALF_UNIT.upper()}_")
    stem, _, extension = good.rpartition(".")
    name = f"{stem} (1).{extension}"
    half = rows[: len(rows) // 2]
    sheet = build(quarter, HALF_UNIT, half)
    write(folder / name, as_bytes(HALF_UNIT, sheet))
    note = f"replaces the first file, {len(rows) - len(half)} rows fewer"
    ledger.add(STREAM, quarter, HALF_UNIT, name, ("half_replacement", "none", "none", note))
    if system_of(HALF_UNIT).has_numbering:
        fault = ("furniture", "none", "none", "numbering")
        ledger.add(STREAM, quarter, HALF_UNIT, name, fault, sheet.first_row)
    ledger.add_tail(STREAM, quarter, HALF_UNIT, name, sheet)


def _send_last_quarters(inbox: Path, quarter: Quarter, ledger: Ledger) -> None:
    """Send the file of the quarter before for this one."""
    before = QUARTERS[0]
    name = file_name(before, AGAIN_UNIT).replace("hồ sơ_", f"hồ sơ {AGAIN_UNIT.upper()}_")
    shutil.copyfile(inbox / before.period_id / AGAIN_UNIT / name, inbox / quarter.period_id / AGAIN_UNIT / name)
    ledger.add(STREAM, quarter, AGAIN_UNIT, name, ("last_quarters_file", "none", "none", "answers nothing"))
    for line in [line for line in ledger.lines if (line["period_id"], line["file_name"]) == (before.period_id, name)]:
        fault = (line["check_id"], line["severity"], line["effect"], line["note"])
        ledger.add(STREAM, quarter, AGAIN_UNIT, name, fault, int(line["source_row"]), line["record_code"])
