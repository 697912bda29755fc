"""The case exports each unit sends, and the files that are cut, empty, sent twice or short of a column.

Here: titles, totals and signatures around the rows, faults of whole files. Not here: the rows (exports) and their
faults (faults). Invariant: each such file, and each line that is no dossier, is in the ledger.
"""

from __future__ import annotations

from pathlib import Path

from generator.exports import Row, shown_rows, table
from generator.faults import plant_rows
from generator.files import WRITERS, Sheet, write
from generator.ledger import Ledger
from generator.remarks import add_shown, note_remarks
from generator.shapes import NEIGHBOUR, QUARTER, ROWS_OF_THE_NEIGHBOUR, note_shapes, plant_shapes
from generator.simulate import Dossier
from generator.systems import system_of
from generator.world import DESK, UNITS, Quarter, World

STREAM = "case_exports"
RESENT = "gửi lại"  # folder of what was sent again: its path sorts after the first file's
# Faults of whole files, by (period, unit).
RESENT_WITH_MORE_ROWS = ("2021-Q1", "p03")
RESENT_SAME_BYTES = ("2021-Q1", "p05")
WITHOUT_RECEIVED_AT = ("2021-Q1", "p07")
EMPTY_FILE = ("2021-Q1", "p10")
CUT_FILE = ("2021-Q2", "p04")
ROWS_OF_THE_NEWER_FILE = 4
# Units whose files end with a total row or a signature block.
WITH_TOTAL = (DESK, "p02", "p06", "p07", "p08")
WITH_SIGNATURE = (DESK, "p02")


def send_case_exports(
    inbox: Path, world: World, dossiers: list[Dossier], quarter: Quarter, ledger: Ledger, seed: int
) -> dict[str, list[Row]]:
    """Write the case exports of one quarter into `inbox/<period>/<unit>/`, note what is planted; return their rows."""
    sending = [unit for unit in UNITS if not world.timeline.lacks(quarter, unit)]
    rows_of = {unit: shown_rows(world, dossiers, unit, quarter) for unit in sending}
    add_shown(rows_of, quarter)
    if not world.timeline.plants_faults:
        for unit, rows in rows_of.items():
            write(
                inbox / quarter.period_id / unit / file_name(quarter, unit), as_bytes(unit, build(quarter, unit, rows))
            )
        return rows_of
    plant_rows(world, quarter, rows_of, seed)
    note_remarks(rows_of)
    shaped = plant_shapes(quarter, rows_of)
    for unit in UNITS:
        if unit in rows_of:
            file, first_row = _send(inbox / quarter.period_id / unit, quarter, unit, rows_of[unit], ledger)
            note_shapes(ledger, quarter, (unit, file), rows_of[unit], first_row, shaped)
        else:
            ledger.add(STREAM, quarter, unit, "", ("missing_delivery", "none", "none", "the unit sent nothing"))
    if quarter.period_id == QUARTER:
        _send_the_neighbours(inbox / quarter.period_id, quarter, rows_of, ledger)
    return rows_of


def _send_the_neighbours(folder: Path, quarter: Quarter, rows_of: dict[str, list[Row]], ledger: Ledger) -> None:
    """Put rows of one ward, which name it, into the folder of another."""
    unit, other = NEIGHBOUR
    name = file_name(quarter, unit).replace("hồ sơ_", "hồ sơ Phường_")
    rows = [row for row in rows_of[other] if not row.faults][:ROWS_OF_THE_NEIGHBOUR]
    sheet = build(quarter, other, rows)
    write(folder / unit / name, as_bytes(other, sheet))
    ledger.add(STREAM, quarter, unit, name, ("neighbours_file", "critical", "refused", f"rows of {other}"))
    _note(ledger, quarter, unit, name, [], sheet)


def _send(folder: Path, quarter: Quarter, unit: str, rows: list[Row], ledger: Ledger) -> tuple[str, int]:
    """Write what one unit sends for a quarter, with faults of whole files; return the good file and its first row."""
    place, name = (quarter.period_id, unit), file_name(quarter, unit)
    stem, _, extension = name.rpartition(".")
    second = f"{RESENT}/{stem} (1).{extension}"
    sheet = build(quarter, unit, rows)
    content = as_bytes(unit, sheet)
    good = name
    if place == RESENT_WITH_MORE_ROWS:
        write(folder / name, as_bytes(unit, build(quarter, unit, rows[:-ROWS_OF_THE_NEWER_FILE])))
        good = second
        note = f"replaces the first file, {ROWS_OF_THE_NEWER_FILE} rows more"
        ledger.add(STREAM, quarter, unit, Path(good).name, ("replacement_file", "none", "none", note))
    elif place == RESENT_SAME_BYTES:
        write(folder / second, content)
        ledger.add(
            STREAM, quarter, unit, Path(second).name, ("same_bytes", "none", "duplicate", "the same bytes again")
        )
    elif place == WITHOUT_RECEIVED_AT:
        write(folder / name, as_bytes(unit, build(quarter, unit, rows, without="received_at")))
        ledger.add(
            STREAM, quarter, unit, name, ("missing_required_column", "critical", "refused", "no column received_at")
        )
    elif place in (EMPTY_FILE, CUT_FILE):
        write(folder / name, content[:3000] if place == CUT_FILE else b"")
        note = "cut while copying" if place == CUT_FILE else "no bytes"
        ledger.add(STREAM, quarter, unit, name, ("unreadable_file", "critical", "refused", note))
    if place in (WITHOUT_RECEIVED_AT, EMPTY_FILE, CUT_FILE):
        good = name.replace("hồ sơ_", f"hồ sơ {unit.upper()}_")
    write(folder / good, content)
    _note(ledger, quarter, unit, Path(good).name, rows, sheet)
    return Path(good).name, sheet.first_row + system_of(unit).has_numbering


def file_name(quarter: Quarter, unit: str) -> str:
    """Return how the system of a unit names its export."""
    return f"Sổ theo dõi hồ sơ_{quarter.export:%Y_%m_%d_%H_%M}.{system_of(unit).extension}"


def _note(ledger: Ledger, quarter: Quarter, unit: str, file: str, rows: list[Row], sheet: Sheet) -> None:
    numbering = system_of(unit).has_numbering
    ledger.add_rows(STREAM, quarter, unit, file, rows, sheet.first_row + numbering)
    if numbering:
        ledger.add(STREAM, quarter, unit, file, ("furniture", "none", "none", "numbering"), sheet.first_row)
    ledger.add_tail(STREAM, quarter, unit, file, sheet)


def build(quarter: Quarter, unit: str, rows: list[Row], without: str = "") -> Sheet:
    """Return the sheet of an export: lines above, header, rows, lines below."""
    system = system_of(unit)
    headers, body = table(system, rows, without)
    if system.has_numbering:
        body.insert(0, [f"({number})" for number in range(1, len(headers) + 1)])
    return Sheet(
        above=_above(quarter, unit),
        headers=headers,
        body=body,
        tail=_tail(quarter, unit, len(rows)),
        is_merged=system.is_merged,
        delimiter=system.delimiter,
    )


def as_bytes(unit: str, sheet: Sheet) -> bytes:
    """Return a sheet in the format of a unit's system."""
    return WRITERS[system_of(unit).format](sheet)


def _above(quarter: Quarter, unit: str) -> list[list[str]]:
    span = [f"(Từ ngày {quarter.start:%d/%m/%Y} đến ngày {quarter.end:%d/%m/%Y})"]
    if system_of(unit).format == "csv":
        return []
    if system_of(unit).format == "html":
        return [[f"DANH SÁCH HỒ SƠ UBND PHƯỜNG {int(unit[1:])} TỪ {quarter.start:%d/%m/%Y} ĐẾN {quarter.end:%d/%m/%Y}"]]
    if unit != DESK:
        return [[f"UBND PHƯỜNG {int(unit[1:])}"], ["SỔ THEO DÕI HỒ SƠ"], span]
    gap = [""] * 9
    return [
        ["UBND THÀNH PHỐ SÓC TRĂNG", *gap, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["BỘ PHẬN MỘT CỬA THÀNH PHỐ", *gap, "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["SỔ THEO DÕI HỒ SƠ"],
        span,
        [],
    ]


def _tail(quarter: Quarter, unit: str, count: int) -> list[list[str]]:
    tail: list[list[str]] = []
    if unit in WITH_TOTAL:
        tail.append(["Tổng cộng", f"{count} hồ sơ"])
    if unit in WITH_SIGNATURE:
        day = quarter.export
        gap = [""] * 10
        tail += [
            [],
            [*gap, f"Sóc Trăng, ngày {day:%d} tháng {day.month} năm {day.year}"],
            [*gap, "NGƯỜI LẬP BIỂU"],
            [*gap, "(Ký, ghi rõ họ tên)"],
            [],
            [*gap, "CÁN-BỘ-THỬ-99"],
        ]
    return tail
