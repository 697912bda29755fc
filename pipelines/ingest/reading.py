"""Read one delivered file into typed rows, rejects and a verdict.

Here: the order of reading: grid, table, row kinds, typing by role. Not here: business rules, moving files.
Invariant: rows in = typed + rejected + blank + furniture (titles, numbering, totals, signature), each with its reason.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.ingest.contract import Column, Contract
from pipelines.ingest.grid import Grid, Refused, open_grid
from pipelines.ingest.headers import Table, find_table, is_blank, is_numbering, is_total
from pipelines.ingest.typing_rules import Typed, type_code, type_datetime, type_procedure_code, type_text
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key, nfc

Window = tuple[dt.date, dt.date]
REJECT_COLUMNS = (
    "source_file", "source_sheet", "source_row", "dossier_code", "check_id", "column_name", "value", "reason", "mend",
)  # fmt: skip
# Faults of single cells that send a row back before any rule judges it, with what each means.
READER_CHECKS = {
    "bad_date": "Ngày không đọc được chắc chắn, không có thật hoặc năm ngoài khoảng cho phép.",
    "bad_code": "Mã bị hỏng: ô báo lỗi công thức, hoặc mã dài lưu dạng số đã mất chữ số cuối.",
    "missing_dossier_code": "Dòng hồ sơ không có mã hồ sơ.",
}
READER_MEND = "Sửa ô trong phần mềm một cửa rồi kết xuất lại."
# Columns one of which a row must fill, beside the code, to be a dossier rather than a remark below the table.
_SIGNS_OF_A_DOSSIER = ("received_at", "due_at", "finished_at", "status", "procedure_code")


@dataclass(frozen=True)
class Reading:
    """One file read: typed rows, rows that go back, and the verdict with every count."""

    rows: pd.DataFrame
    rejects: pd.DataFrame
    verdict: dict[str, Any]


def read_file(path: Path, file_name: str, contract: Contract, profile: Profile, window: Window) -> Reading:
    """Read one file by its contract and profile; a file that cannot be read is refused, never an exception.

    Args:
        path: the landed bytes.
        file_name: the name the unit gave, kept on every row.
        contract: columns, roles and labels of the stream.
        profile: what this source calls things.
        window: first and last day a date may have.
    """
    try:
        grid = open_grid(path)
        table = find_table(grid.sheets, contract, profile)
    except Refused as refusal:
        return _refused(file_name, contract, profile, refusal)
    kinds = _row_kinds(table)
    data = np.flatnonzero(kinds == "data")
    frame = _cells(table, data)
    typed, repairs, problems = _typed(frame, contract, profile, window)
    rows = _finished_rows(typed, frame, repairs, contract, file_name, table, data)
    rejects = _rejects(problems, rows, table)
    bad = sorted({problem[0] for problem in problems})
    rows = rows.drop(index=bad).reset_index(drop=True)
    return Reading(rows, rejects, _verdict(file_name, profile, contract, grid, table, kinds, rows, bad))


def _row_kinds(table: Table) -> np.ndarray:
    """Return for every row of the sheet: data, blank, or the kind of furniture."""
    rows = table.sheet.rows
    last_header = table.header_rows[-1]
    kinds = np.full(len(rows), "data", dtype=object)
    header = [label for label in rows[last_header - 1] if not is_blank(label)]
    for number, row in enumerate(rows, start=1):
        if all(is_blank(cell) for cell in row):
            kinds[number - 1] = "blank"
        elif number < table.header_rows[0]:
            kinds[number - 1] = "title"
        elif number <= last_header or [label for label in row if not is_blank(label)] == header:
            kinds[number - 1] = "header"
        elif number <= last_header + 2 and is_numbering(row):
            kinds[number - 1] = "numbering"
        elif not _looks_like_dossier(row, table):
            kinds[number - 1] = "total" if is_total(row) else "remark"
    seen = np.flatnonzero(kinds == "data")
    last = seen[-1] if len(seen) else len(rows)
    after = np.arange(len(rows)) > last
    kinds[(kinds == "remark") & after] = "signature"
    kinds[(kinds == "remark") & ~after] = "section"
    return kinds


def _looks_like_dossier(row: list[object], table: Table) -> bool:
    def filled(name: str) -> bool:
        index = table.columns.get(name)
        return index is not None and index < len(row) and not is_blank(row[index])

    signs = sum(filled(name) for name in _SIGNS_OF_A_DOSSIER)
    return not is_total(row) and signs > 0 and (filled("dossier_code") or signs > 1)


def _cells(table: Table, data: np.ndarray) -> pd.DataFrame:
    """Return the cells of the contract's columns of the data rows, blanks as None; nothing else is taken."""
    rows = [table.sheet.rows[position] for position in data]
    columns = {
        name: pd.Series(
            [row[index] if index < len(row) and not is_blank(row[index]) else None for row in rows], dtype=object
        )
        for name, index in table.columns.items()
    }
    return pd.DataFrame(columns, index=range(len(rows)))


def _typed(
    frame: pd.DataFrame, contract: Contract, profile: Profile, window: Window
) -> tuple[pd.DataFrame, dict[int, list[dict[str, str]]], list[tuple[int, str, str, str, str]]]:
    """Type every column by its role, once per distinct value; return rows, repairs by row, problems."""
    typed: dict[str, pd.Series] = {}
    repairs: dict[int, list[dict[str, str]]] = {}
    problems: list[tuple[int, str, str, str, str]] = []
    for name, column in contract.columns.items():
        if name not in frame:
            typed[name] = _empty(column, len(frame))
            continue
        values, noted, wrong = _typed_column(frame[name], _typist(column, profile, window))
        typed[name] = values.astype("datetime64[us]") if column.role in ("date", "datetime") else values
        for position, original, rule in noted:
            repairs.setdefault(position, []).append({"column": name, "original": original, "rule": rule})
        check = "bad_date" if column.role in ("date", "datetime") else "bad_code"
        problems += [(position, check, name, original, reason) for position, original, reason in wrong]
    if "dossier_code" in frame:
        blank = np.flatnonzero(typed["dossier_code"].isna() & frame["dossier_code"].isna())
        problems += [
            (int(at), "missing_dossier_code", "dossier_code", "(trống)", "Dòng không có mã hồ sơ") for at in blank
        ]
    return pd.DataFrame(typed), repairs, problems


def _typed_column(
    cells: pd.Series, typist: Callable[[object], Typed]
) -> tuple[pd.Series, list[tuple[int, str, str]], list[tuple[int, str, str]]]:
    codes, distinct = pd.factorize(cells.map(lambda cell: (type(cell).__name__, cell), na_action="ignore"))
    results = [typist(cell) for _, cell in distinct]
    values = np.array([result.value for result in results] + [None], dtype=object)
    noted = {at for at, result in enumerate(results) if result.repair}
    wrong = {at for at, result in enumerate(results) if result.error}
    return (
        pd.Series(values[codes], dtype=object),
        [(at, str(cells[at]), str(results[codes[at]].repair)) for at in _where(codes, noted)],
        [(at, str(cells[at]), str(results[codes[at]].error)) for at in _where(codes, wrong)],
    )


def _where(codes: np.ndarray, wanted: set[int]) -> list[int]:
    return [int(at) for at in np.flatnonzero(np.isin(codes, list(wanted)))] if wanted else []


def _typist(column: Column, profile: Profile, window: Window) -> Callable[[object], Typed]:
    if column.role in ("date", "datetime"):
        month_first = profile.date_order == "month_first"
        return lambda cell: type_datetime(cell, month_first, *window)
    if column.role in ("status", "channel"):
        own = profile.values.status if column.role == "status" else profile.values.channel
        words = {**column.values, **{match_key(word): value for word, value in own.items()}}
        return lambda cell: Typed(words.get(match_key(str(type_text(cell).value)), "unknown"))
    if column.name == "procedure_code":
        return type_procedure_code
    return type_code if column.role == "code" else type_text


def _empty(column: Column, length: int) -> pd.Series:
    kind = "datetime64[us]" if column.role in ("date", "datetime") else object
    return pd.Series([None] * length, dtype=kind)


def _finished_rows(
    typed: pd.DataFrame,
    frame: pd.DataFrame,
    repairs: dict[int, list[dict[str, str]]],
    contract: Contract,
    file_name: str,
    table: Table,
    data: np.ndarray,
) -> pd.DataFrame:
    """Add the words as delivered, match keys, repairs and the place of each row."""
    for name in ("status", "channel"):
        typed[f"{name}_label"] = _words(frame, name)
    for name in ("procedure_name", "receiving_unit", "handling_unit"):
        keys = {text: match_key(text) for text in typed[name].dropna().unique()}
        typed[f"{name}_key"] = typed[name].map(keys, na_action="ignore").astype(object)
    typed["repairs"] = pd.Series(
        [json.dumps(repairs[at], ensure_ascii=False) if at in repairs else None for at in range(len(typed))],
        dtype=object,
    )
    typed["flags"] = ""
    typed["source_file"] = nfc(file_name)
    typed["source_sheet"] = table.sheet.name
    typed["source_row"] = (data + 1).astype("int64")
    ordered = typed[list(contract.typed_columns)]
    return ordered.where(ordered.notna(), None) if ordered.empty else ordered


def _words(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame:
        return pd.Series([None] * len(frame), dtype=object)
    return frame[name].map(lambda cell: type_text(cell).value, na_action="ignore").astype(object)


def _rejects(problems: list[tuple[int, str, str, str, str]], rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    found = []
    for position, check, column, value, reason in problems:
        row = rows.loc[position]
        header = table.headers.get(column, column)
        found.append(
            {
                "source_file": row["source_file"],
                "source_sheet": row["source_sheet"],
                "source_row": row["source_row"],
                "dossier_code": row["dossier_code"],
                "check_id": check,
                "column_name": column,
                "value": value,
                "reason": f"Dòng {row['source_row']}, cột «{header}», giá trị «{value}»: {reason}.",
                "mend": f"Sửa ô «{header}» ở dòng {row['source_row']} trong phần mềm một cửa rồi kết xuất lại.",
            }
        )
    return pd.DataFrame(found, columns=list(REJECT_COLUMNS))


def _verdict(
    file_name: str,
    profile: Profile,
    contract: Contract,
    grid: Grid,
    table: Table,
    kinds: np.ndarray,
    rows: pd.DataFrame,
    bad: list[int],
) -> dict[str, Any]:
    furniture = [
        {"row": int(at) + 1, "kind": str(kinds[at])} for at in np.flatnonzero(~np.isin(kinds, ["data", "blank"]))
    ]
    return {
        **_head(file_name, profile, contract),
        "format": grid.format,
        "sheet": table.sheet.name,
        "header_rows": table.header_rows,
        "status": "accepted",
        "refused_reason": None,
        "refused_mend": None,
        "counts": {
            "rows_in": len(kinds),
            "typed": len(rows),
            "rejected": len(bad),
            "blank": int((kinds == "blank").sum()),
            "furniture": len(furniture),
            "flagged": 0,
        },
        "furniture": furniture,
        "hidden": {"sheets": grid.hidden_sheets},
        "columns": table.headers,
        "unknown_headers": table.unknown,
    }


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
        "hidden": {},
        "columns": {},
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
