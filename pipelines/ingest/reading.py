"""Read one delivered file into typed rows, rejects and a verdict.

Here: the order of reading: grid, tables, row kinds, typing by role. Not here: business rules, moving files.
Invariant: rows in = typed + rejected + blank + furniture (titles, numbering, totals, signature), each with its reason.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Contract, check_profile
from pipelines.ingest.corrections import Corrected, correct
from pipelines.ingest.frame import Problem, objects, typed_frame
from pipelines.ingest.grid import Grid, open_grid
from pipelines.ingest.headers import Table, find_tables, is_blank
from pipelines.ingest.row_kinds import contract_cells, row_kinds, without_repeats
from pipelines.ingest.sniff import Refused
from pipelines.ingest.typing_rules import SERIAL_ZERO, SERIAL_ZERO_1904, Reckoning
from pipelines.office.corrections import Correction
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key, nfc

Window = tuple[dt.date, dt.date]
REJECT_COLUMNS = (
    "source_file", "source_sheet", "source_row", "record_code", "check_id", "column_name", "value", "reason", "mend",
)  # fmt: skip
# Faults of single cells that send a row back before any rule judges it, with what each means.
READER_CHECKS = {
    "bad_date": "Ngày không đọc được chắc chắn, không có thật hoặc năm ngoài khoảng cho phép.",
    "bad_code": "Mã bị hỏng: ô báo lỗi công thức, mã dài lưu dạng số đã mất chữ số cuối, hoặc dòng bị lệch cột.",
    "bad_number": "Số không đọc được chắc chắn: không phải số nguyên, hoặc ô báo lỗi công thức.",
    "missing_code": "Dòng không có mã nên không thể đối chiếu hoặc loại trùng.",
}
READER_MEND = "Sửa ô trong phần mềm nguồn hoặc trong bảng rồi gửi lại."
_NIL = match_key("Không phát sinh trong kỳ")
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
    kinds: np.ndarray
    rows: pd.DataFrame
    rejects: pd.DataFrame
    corrections: list[dict[str, object]]

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
    try:
        grid = _sheets_of(open_grid(path), profile)
        tables = find_tables(grid, contract, profile)
        is_nil = _is_nil(tables) if profile.declares_nil else None
    except Refused as refusal:
        return _refused(file_name, contract, profile, refusal)
    parts = [_read_table(table, grid, nfc(file_name), contract, profile, window, zone, corrections) for table in tables]
    wrong = None if is_nil is None else _wrong_nil(is_nil, sum((part.kinds == "data").sum() for part in parts))
    if wrong:
        return _refused(file_name, contract, profile, wrong)
    return Reading(
        _joined([part.rows for part in parts]),
        _joined([part.rejects for part in parts]),
        _verdict(file_name, profile, contract, grid, parts),
    )


def _sheets_of(grid: Grid, profile: Profile) -> Grid:
    """The grid with the one sheet a profile reads, when it reads one only."""
    if profile.sheet is None:
        return grid
    kept = [sheet for sheet in grid.sheets if sheet.name and match_key(sheet.name) == match_key(profile.sheet)]
    if not kept:
        raise Refused(f"Tệp không có trang «{profile.sheet}».", "Dùng phiếu báo cáo đã phát, không xóa, đổi tên trang.")
    return replace(grid, sheets=kept)


def _is_nil(tables: list[Table]) -> bool:
    """Tell whether the cell after «Không phát sinh trong kỳ» above the table is filled."""
    for table in tables:
        for row in table.sheet.rows[: table.header_rows[0] - 1]:
            cells = [cell for cell in row if not is_blank(cell)]
            if cells and match_key(str(cells[0])).startswith(_NIL):
                return len(cells) > 1
    return False


def _wrong_nil(is_nil: bool, rows: int) -> Refused | None:
    """A return is rows or a nil that was declared; neither or both is none."""
    if not rows and not is_nil:
        return Refused(
            "Chưa có dòng nào và chưa đánh dấu «Không phát sinh trong kỳ».",
            "Điền số liệu, hoặc ghi x vào ô «Không phát sinh trong kỳ», rồi gửi lại.",
            "not_filled_in",
        )
    if rows and is_nil:
        return Refused(
            f"Đánh dấu «Không phát sinh trong kỳ» nhưng có {rows} dòng.",
            "Xóa dấu x, hoặc xóa các dòng không thuộc kỳ này, rồi gửi lại.",
            "nil_with_rows",
        )
    return None


def _read_table(
    table: Table,
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
    if profile.rows_are == "events":
        kinds = without_repeats(kinds, every_cell, contract)
    data = np.flatnonzero(kinds == "data")
    cells = {name: objects([column[at] for at in data]).to_numpy() for name, column in every_cell.items()}
    cells = {**_supplied(cells, len(data), profile), **cells}
    corrected = correct(cells, contract, corrections)
    reckoning = Reckoning(SERIAL_ZERO_1904 if grid.epoch_1904 else SERIAL_ZERO, zone)
    rows, problems = typed_frame(cells, len(data), contract, profile, window, reckoning)
    _note_corrections(rows, corrected)
    rows["source_file"] = objects([file_name] * len(data))
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
    outcomes = [_outcome(item, table, int(data[item.at]) + 1) for item in corrected]
    return _Part(table, kinds, rows.drop(index=bad).reset_index(drop=True), rejects, outcomes)


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


def _supplied(cells: dict[str, np.ndarray], length: int, profile: Profile) -> dict[str, np.ndarray]:
    """The cells of columns the source does not print, told by its profile; a column the file has is never replaced."""
    told: dict[str, np.ndarray] = {}
    for name, rule in profile.supplied.items():
        told[name] = np.full(length, rule.always or rule.blank, dtype=object)
        if rule.from_ in cells:
            told[name][pd.notna(cells[rule.from_])] = rule.filled
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
    found["check_id"] = "bad_code"
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


def _verdict(file_name: str, profile: Profile, contract: Contract, grid: Grid, parts: list[_Part]) -> dict[str, Any]:
    first = parts[0].table
    read = [part.table.sheet.name for part in parts]
    unknown = [item for part in parts for item in part.table.unknown]
    furniture = [
        {"row": int(at) + 1, "kind": str(part.kinds[at]), "sheet": part.table.sheet.name}
        for part in parts
        for at in np.flatnonzero(~np.isin(part.kinds, ["data", "blank"]))
    ]
    return {
        **_head(file_name, profile, contract),
        "format": grid.format,
        "sheet": "; ".join(name for name in read if name) or None,
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
            "flagged": 0,
        },
        "furniture": furniture,
        "hidden": {
            "rows": _total([part.table.sheet.hidden_rows for part in parts]),
            "columns": _total([part.table.sheet.hidden_columns for part in parts]),
            "sheets": grid.hidden_sheets,
        },
        "other_sheets": [
            {"sheet": sheet.name, "rows": len(sheet.rows)}
            for sheet in grid.sheets
            if sheet.name not in read and sheet.rows
        ],
        "columns": first.headers,
        "corrections": [item for part in parts for item in part.corrections],
        "unknown_headers": [item for at, item in enumerate(unknown) if item not in unknown[:at]],
    }


def _total(numbers: list[int | None]) -> int | None:
    """Add what the format tells; None where it does not."""
    told = [number for number in numbers if number is not None]
    return sum(told) if len(told) == len(numbers) else None


def _head(file_name: str, profile: Profile, contract: Contract) -> dict[str, Any]:
    return {"file_name": file_name, "stream": contract.stream, "profile_id": profile.profile_id, "checks": []}


def _refused(file_name: str, contract: Contract, profile: Profile, refusal: Refused) -> Reading:
    verdict = {
        **_head(file_name, profile, contract),
        "format": None,
        "sheet": None,
        "header_rows": [],
        "status": "refused",
        "refused_check": refusal.check_id,
        "refused_reason": refusal.reason,
        "refused_mend": refusal.mend,
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "furniture": [],
        "hidden": {"rows": None, "columns": None, "sheets": []},
        "other_sheets": [],
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
