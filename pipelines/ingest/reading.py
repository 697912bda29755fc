"""Read one delivered file into typed rows, rejects and a verdict.

Here: the order of reading: grid, tables, row kinds, typing by role. Not here: business rules, moving files.
Invariant: rows in = typed + rejected + blank + furniture (titles, numbering, totals, signature), each with its reason.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.cells import Cells, is_blank, objects
from pipelines.ingest.contract import Contract, check_profile
from pipelines.ingest.corrections import Corrected, correct
from pipelines.ingest.day_month import FLAG, FLAG_MEND, FLAG_REASON
from pipelines.ingest.frame import UNREAD, UNREAD_MEND, UNREAD_REASON, Problem, typed_frame
from pipelines.ingest.grid import Opened, open_delivery
from pipelines.ingest.headers import Labels, Table, find_tables, header_texts
from pipelines.ingest.nil import sheets_of, wrong_nil
from pipelines.ingest.row_kinds import contract_cells, refuse_second_head, row_kinds, without_repeats
from pipelines.ingest.sheet import Grid
from pipelines.ingest.sniff import Refused, name_note
from pipelines.ingest.totals import check_totals
from pipelines.ingest.typing_rules import SERIAL_ZERO, SERIAL_ZERO_1904, Reckoning
from pipelines.office.corrections import Correction
from pipelines.office.profiles import Profile
from pipelines.office.text import nfc

Window = tuple[dt.date, dt.date]
REJECT_COLUMNS = (
    "source_file", "source_sheet", "source_row", "record_code", "check_id", "column_name", "value", "reason", "mend",
)  # fmt: skip
# Faults of single cells that send a row back before any rule judges it, with what each means.
READER_CHECKS = {
    "bad_date": "Ngày không đọc được chắc chắn, không có thật hoặc năm ngoài khoảng cho phép.",
    "bad_code": "Mã bị hỏng: ô báo lỗi công thức, hoặc mã dài lưu dạng số đã mất chữ số cuối.",
    "bad_number": "Số không đọc được chắc chắn: không phải số nguyên, hoặc ô báo lỗi công thức.",
    "shifted_row": "Dòng có nhiều ô hơn dòng tiêu đề: một dấu phân cách trong ô đã đẩy các ô sau lệch cột.",
    "missing_code": "Dòng không có mã nên không thể đối chiếu hoặc loại trùng.",
}
READER_MEND = "Sửa ô trong phần mềm nguồn hoặc trong bảng rồi gửi lại."
# Flag of a row whose correction no longer fits what the source says.
OUTDATED = "correction_outdated"
_NOT_SHOWN = "(không hiện)"
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Reading:
    """One file read: typed rows, rows that go back, and the verdict with every count."""

    rows: pd.DataFrame
    rejects: pd.DataFrame
    verdict: dict[str, Any]


@dataclass(frozen=True)
class _Part:
    """One sheet read: the kind of each of its rows, the typed rows, the rejects."""

    table: Table
    member: str | None
    kinds: np.ndarray
    rows: pd.DataFrame
    rejects: pd.DataFrame
    corrections: list[dict[str, object]]
    totals: list[dict[str, Any]]

    @property
    def rejected(self) -> int:
        return int((self.kinds == "data").sum()) - len(self.rows)


def read_file(
    path: Path,
    file_name: str,
    contract: Contract,
    profile: Profile,
    window: Window,
    zone: dt.tzinfo | None = None,
    corrections: Sequence[Correction] = (),
) -> Reading:
    """Read one file by its contract and profile; a file that cannot be read is refused, never an exception.

    Every visible sheet that has a whole table is read; row numbers are those of the sheet, record numbers in a
    text table (a quoted cell of several lines is one record).

    Args:
        path: the landed bytes.
        file_name: the name the unit gave, kept on every row.
        contract: columns, roles and labels of the stream.
        profile: what this source calls things.
        window: first and last day a date may have.
        zone: the office's time zone, in which a moment written with an offset is told; None keeps its clock time.
        corrections: right values the office answers for, of this stream and unit.

    Raises:
        OfficeError: the profile itself names a column or status that does not exist.
    """
    check_profile(contract, profile)
    with _no_collection():
        return _read(path, file_name, contract, profile, window, zone, corrections)


@contextmanager
def _no_collection() -> Generator[None]:
    """Hold the collector of cyclic garbage: a table is millions of cells without a cycle, and each pass visits all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    path: Path,
    file_name: str,
    contract: Contract,
    profile: Profile,
    window: Window,
    zone: dt.tzinfo | None,
    corrections: Sequence[Correction],
) -> Reading:
    try:
        opened = open_delivery(path)
        grids = [(member, sheets_of(grid, profile)) for member, grid in opened.grids]
        parts = [
            _read_table(table, member, grid, nfc(file_name), contract, profile, window, zone, corrections)
            for member, grid in grids
            for table in _tables(member, grid, contract, profile)
        ]
    except Refused as refusal:
        return _refused(file_name, contract, profile, refusal)
    if profile.declares_nil:
        rows_in = sum(int((part.kinds == "data").sum()) for part in parts)
        wrong = wrong_nil([part.table for part in parts], rows_in)
        if wrong:
            return _refused(file_name, contract, profile, wrong)
    return Reading(
        _joined([part.rows for part in parts]),
        _joined([part.rejects for part in parts]),
        _verdict(file_name, profile, contract, opened, parts),
    )


def _tables(member: str | None, grid: Grid, contract: Contract, profile: Profile) -> list[Table]:
    try:
        return find_tables(grid, contract, profile)
    except Refused as refusal:
        raise (refusal.inside(member) if member else refusal) from refusal


def _read_table(
    table: Table,
    member: str | None,
    grid: Grid,
    file_name: str,
    contract: Contract,
    profile: Profile,
    window: Window,
    zone: dt.tzinfo | None,
    corrections: Sequence[Correction],
) -> _Part:
    every_cell = contract_cells(table)
    kinds = row_kinds(table, every_cell, contract)
    refuse_second_head(table, every_cell, kinds, Labels(contract, profile))
    totals = check_totals(table, kinds, every_cell, contract)
    if profile.rows_are == "events":
        kinds = without_repeats(kinds, every_cell, contract)
    data = np.flatnonzero(kinds == "data")
    cells = {name: column.at(data) for name, column in every_cell.items()}
    cells = {**_supplied(cells, len(data), profile), **cells}
    cells, corrected = _corrected(cells, contract, corrections)
    reckoning = Reckoning(SERIAL_ZERO_1904 if grid.epoch_1904 else SERIAL_ZERO, zone)
    rows, problems = typed_frame(cells, len(data), contract, profile, window, reckoning, header_texts(table))
    _note_corrections(rows, corrected)
    rows["source_file"] = objects([f"{file_name}/{member}" if member else file_name] * len(data))
    rows["source_sheet"] = objects([table.sheet.name] * len(data))
    rows["source_row"] = (data + 1).astype("int64")
    rows = rows[list(contract.typed_columns)]
    shifted = _shifted(table, data) if grid.is_text else set()
    problems = [problem for problem in problems if problem.at not in shifted]
    rejects = pd.concat(
        [_rejects(problems, rows, table, contract.key), _shifted_rejects(sorted(shifted), rows, contract.key)],
        ignore_index=True,
    )
    rejects = rejects.sort_values(["source_row", "check_id", "column_name"], kind="stable", ignore_index=True)
    bad = sorted({problem.at for problem in problems} | shifted)
    kept = rows.drop(index=bad).reset_index(drop=True)
    outcomes = [_outcome(item, table, int(data[item.at]) + 1) for item in corrected]
    return _Part(table, member, kinds, kept, rejects, outcomes, totals)


def _corrected(
    cells: dict[str, Cells], contract: Contract, corrections: Sequence[Correction]
) -> tuple[dict[str, Cells], list[Corrected]]:
    """Return the cells with the office's corrections put in, and what became of each."""
    if not corrections:
        return cells, []
    raw = {name: column.spread(column.distinct) for name, column in cells.items()}
    corrected = correct(raw, contract, corrections)
    return {name: Cells.of(list(column)) for name, column in raw.items()}, corrected


def _note_corrections(rows: pd.DataFrame, corrected: list[Corrected]) -> None:
    """Tell in `repairs` what was corrected; a correction whose guard failed flags its row."""
    for item in corrected:
        if item.state == "applied":
            before = json.loads(str(rows.at[item.at, "repairs"] or "[]"))
            rows.at[item.at, "repairs"] = json.dumps([*before, item.note()], ensure_ascii=False)
        else:
            flags = rows.at[item.at, "flags"]
            rows.at[item.at, "flags"] = f"{flags};{OUTDATED}" if flags else OUTDATED


def _outcome(item: Corrected, table: Table, row: int) -> dict[str, object]:
    """The entry of `verdict.corrections`."""
    said = item.correction
    return {
        "record": said.record,
        "column": said.column,
        "expect": None if said.expect is None else str(said.expect),
        "state": item.state,
        "original": item.original,
        "sheet": table.sheet.name,
        "row": row,
    }


def _supplied(cells: dict[str, Cells], length: int, profile: Profile) -> dict[str, Cells]:
    """The cells of columns the source does not print, told by its profile; a column the file has is never replaced."""
    told: dict[str, Cells] = {}
    for name, rule in profile.supplied.items():
        column = np.full(length, rule.always or rule.blank, dtype=object)
        if rule.from_ in cells:
            column[cells[rule.from_].filled] = rule.filled
        told[name] = Cells.of(list(column))
    return told


def _shifted(table: Table, data: np.ndarray) -> set[int]:
    """Rows of a text table with more filled cells than headers: a delimiter inside a cell moved what follows."""
    header = table.sheet.rows[table.header_rows[0] - 1 : table.header_rows[-1]]
    width = max(len(row) for row in header)
    longer = ((at, table.sheet.rows[row][width:]) for at, row in enumerate(data) if len(table.sheet.rows[row]) > width)
    return {at for at, extra in longer if not all(is_blank(cell) for cell in extra)}


def _rejects(problems: list[Problem], rows: pd.DataFrame, table: Table, key: str) -> pd.DataFrame:
    places = np.array([problem.at for problem in problems], dtype=int)
    found = rows.iloc[places][["source_file", "source_sheet", "source_row", key]].reset_index(drop=True)
    found = found.rename(columns={key: "record_code"})
    headers = [table.headers.get(problem.column, problem.column) for problem in problems]
    values = [_short(problem.value) for problem in problems]
    where = [_where(sheet, row) for sheet, row in zip(found["source_sheet"], found["source_row"], strict=True)]
    found["check_id"] = objects([problem.check_id for problem in problems])
    found["column_name"] = objects([problem.column for problem in problems])
    found["value"] = objects(values)
    found["reason"] = objects(
        [
            f"{place}, cột «{header}», giá trị «{value}»: {problem.reason}."
            for place, header, value, problem in zip(where, headers, values, problems, strict=True)
        ]
    )
    found["mend"] = objects(
        [
            f"Sửa ô «{header}» ở {place[0].lower()}{place[1:]} trong phần mềm nguồn hoặc trong bảng rồi gửi lại."
            for place, header in zip(where, headers, strict=True)
        ]
    )
    return found[list(REJECT_COLUMNS)]


def _shifted_rejects(places: list[int], rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """What slipped sideways may be a person's cell: nothing of such a row is shown."""
    found = rows.iloc[places][["source_file", "source_sheet", "source_row"]].reset_index(drop=True)
    found["record_code"] = objects([None] * len(places))
    found["check_id"] = "shifted_row"
    found["column_name"] = key
    found["value"] = _NOT_SHOWN
    found["reason"] = objects(
        [f"Dòng {row}: có nhiều ô hơn dòng tiêu đề, các ô đã lệch cột." for row in found["source_row"]]
    )
    found["mend"] = objects(
        [f"Đặt ô có dấu phân cách ở dòng {row} trong dấu nháy kép, hoặc gửi dạng .xlsx." for row in found["source_row"]]
    )
    return found[list(REJECT_COLUMNS)].astype({name: object for name in REJECT_COLUMNS if name != "source_row"})


def _where(sheet: str | None, row: int) -> str:
    return f"Trang «{sheet}», dòng {row}" if sheet else f"Dòng {row}"


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def _verdict(
    file_name: str, profile: Profile, contract: Contract, opened: Opened, parts: list[_Part]
) -> dict[str, Any]:
    first = parts[0].table
    unknown = [item for part in parts for item in part.table.unknown]
    furniture = [
        {"row": int(at) + 1, "kind": str(part.kinds[at]), "sheet": part.table.sheet.name, **_inside(part)}
        for part in parts
        for at in np.flatnonzero(~np.isin(part.kinds, ["data", "blank"]))
    ]
    return {
        **_head(file_name, profile, contract),
        "checks": _flagged(parts, contract.key),
        "format": opened.format,
        "name_note": name_note(file_name, opened.format),
        "sheet": "; ".join(name for part in parts if (name := _named(part.member, part.table.sheet.name))) or None,
        "header_rows": first.header_rows,
        "status": "accepted",
        "refused_reason": None,
        "refused_mend": None,
        "counts": {
            "rows_in": sum(len(part.kinds) for part in parts),
            "typed": sum(len(part.rows) for part in parts),
            "rejected": sum(part.rejected for part in parts),
            "blank": sum(int((part.kinds == "blank").sum()) for part in parts),
            "furniture": len(furniture),
            "flagged": sum(int((part.rows["flags"] != "").sum()) for part in parts),
        },
        "furniture": furniture,
        "totals": [{**item, **_inside(part)} for part in parts for item in part.totals],
        "hidden": {
            "rows": _total([part.table.sheet.hidden_rows for part in parts]),
            "columns": _total([part.table.sheet.hidden_columns for part in parts]),
            "sheets": [_named(member, name) for member, grid in opened.grids for name in grid.hidden_sheets],
            "filters": _total([part.table.sheet.has_filter for part in parts]),
        },
        "other_sheets": [
            {"sheet": _named(member, sheet.name), "rows": len(sheet.rows)}
            for member, grid in opened.grids
            for sheet in grid.sheets
            if sheet.rows and not any(part.table.sheet is sheet for part in parts)
        ],
        "charts": [_named(member, name) for member, grid in opened.grids for name in grid.charts],
        "other_files": opened.letters,
        "columns": first.headers,
        "corrections": [item for part in parts for item in part.corrections],
        "unknown_headers": [item for at, item in enumerate(unknown) if item not in unknown[:at]],
    }


def _flagged(parts: list[_Part], key: str) -> list[dict[str, Any]]:
    """The entries of `verdict.checks` for what the reader itself put right or left empty, and flagged."""
    entry = {"severity": "info", "severity_reason": None, "column": key}
    return [
        {"check_id": flag, **entry, "unexpected": count, "reason": reason, "mend": mend}
        for flag, reason, mend in ((FLAG, FLAG_REASON, FLAG_MEND), (UNREAD, UNREAD_REASON, UNREAD_MEND))
        if (count := sum(int(part.rows["flags"].str.contains(flag, regex=False).sum()) for part in parts))
    ]


def _inside(part: _Part) -> dict[str, str]:
    """Name the member of a zip an entry is about."""
    return {"file": part.member} if part.member else {}


def _named(member: str | None, sheet: str | None) -> str | None:
    return " › ".join(name for name in (member, sheet) if name) or None


def _total(numbers: Sequence[int | None]) -> int | None:
    """Add what the format tells; None where it does not."""
    told = [number for number in numbers if number is not None]
    return sum(told) if len(told) == len(numbers) else None


def _head(file_name: str, profile: Profile, contract: Contract) -> dict[str, Any]:
    return {"file_name": file_name, "stream": contract.stream, "profile_id": profile.profile_id, "checks": []}


def _refused(file_name: str, contract: Contract, profile: Profile, refusal: Refused) -> Reading:
    verdict = {
        **_head(file_name, profile, contract),
        "format": None,
        "name_note": None,
        "sheet": None,
        "header_rows": [],
        "status": "refused",
        "refused_check": refusal.check_id,
        "refused_reason": refusal.reason,
        "refused_mend": refusal.mend,
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "furniture": [],
        "totals": [],
        "hidden": {"rows": None, "columns": None, "sheets": [], "filters": None},
        "other_sheets": [],
        "charts": [],
        "other_files": [],
        "columns": {},
        "corrections": [],
        "unknown_headers": [],
    }
    return Reading(empty_rows(contract), pd.DataFrame(columns=list(REJECT_COLUMNS)), verdict)


def empty_rows(contract: Contract) -> pd.DataFrame:
    """Return the typed frame of a stream with no rows."""
    return pd.DataFrame(
        {
            name: pd.Series(dtype="datetime64[us]" if kind == "timestamp" else object)
            for name, kind in contract.typed_columns.items()
        }
    )
