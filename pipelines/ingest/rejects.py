"""The rows the reader itself sends back, each with its place, reason and mend.

Here: the frame of rejects. Not here: which cell is a fault (typing_rules, frame), rules of rows (quality).
Invariant: a cell that may have slipped out of its column is not shown: it may be a person's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from pipelines.ingest.cells import objects
from pipelines.ingest.frame import Problem
from pipelines.ingest.headers import Table
from pipelines.ingest.persons import without_persons

REJECT_COLUMNS = (
    "source_file", "source_sheet", "source_row", "record_code", "check_id", "column_name", "value", "reason", "mend",
)  # fmt: skip
REJECT_TYPES = {name: "integer" if name == "source_row" else "varchar" for name in REJECT_COLUMNS}
# Faults of single cells that send a row back before any rule judges it, with what each means.
READER_CHECKS = {
    "bad_date": "Ngày không đọc được chắc chắn, không có thật hoặc năm ngoài khoảng cho phép.",
    "bad_code": "Mã bị hỏng: ô báo lỗi công thức, hoặc mã dài lưu dạng số đã mất chữ số cuối.",
    "bad_number": "Số không đọc được chắc chắn: không phải số nguyên, hoặc ô báo lỗi công thức.",
    "shifted_row": "Dòng có nhiều ô hơn dòng tiêu đề: một dấu phân cách trong ô đã đẩy các ô sau lệch cột.",
    "missing_code": "Dòng không có mã nên không thể đối chiếu hoặc loại trùng.",
}
READER_MEND = "Sửa ô trong phần mềm nguồn hoặc trong bảng rồi gửi lại."
_NOT_SHOWN = "(không hiện)"
_LONGEST_VALUE = 60


@lru_cache(maxsize=1)
def _none() -> pd.DataFrame:
    kinds = {name: "int64" if name == "source_row" else object for name in REJECT_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def no_rejects() -> pd.DataFrame:
    """Return a frame of rejects without a row."""
    return _none().copy()


def reader_rejects(
    problems: Sequence[Problem], shifted: Collection[int], rows: pd.DataFrame, table: Table, key: str
) -> pd.DataFrame:
    """Return one reject per fault of a cell, and one per row whose cells slipped sideways.

    Args:
        problems: the faults of cells; those of shifted rows are left out.
        shifted: places of the rows that slipped sideways.
        rows: the typed rows, with their source columns.
        table: for the headers of its columns.
        key: the contract's column of codes.
    """
    of_cells = [problem for problem in problems if problem.at not in shifted]
    frames = [_of_cells(of_cells, rows, table, key)] if of_cells else []
    frames += [_of_shifted(sorted(shifted), rows, key)] if shifted else []
    if not frames:
        return no_rejects()
    return pd.concat(frames).sort_values(["source_row", "check_id", "column_name"], kind="stable", ignore_index=True)


def _of_cells(problems: Sequence[Problem], rows: pd.DataFrame, table: Table, key: str) -> pd.DataFrame:
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
            f"{place}, cột «{header}», giá trị «{value}»: {without_persons(problem.reason)}."
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


def _of_shifted(places: Sequence[int], rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """What slipped sideways may be a person's cell: nothing of such a row is shown."""
    found = rows.iloc[list(places)][["source_file", "source_sheet", "source_row"]].reset_index(drop=True)
    found["record_code"] = objects([None] * len(places))
    found["check_id"] = objects(["shifted_row"] * len(places))
    found["column_name"] = objects([key] * len(places))
    found["value"] = objects([_NOT_SHOWN] * len(places))
    found["reason"] = objects(
        [f"Dòng {row}: có nhiều ô hơn dòng tiêu đề, các ô đã lệch cột." for row in found["source_row"]]
    )
    found["mend"] = objects(
        [f"Đặt ô có dấu phân cách ở dòng {row} trong dấu nháy kép, hoặc gửi dạng .xlsx." for row in found["source_row"]]
    )
    return found[list(REJECT_COLUMNS)]


def _where(sheet: str | None, row: int) -> str:
    return f"Trang «{sheet}», dòng {row}" if sheet else f"Dòng {row}"


def _short(value: str) -> str:
    value = without_persons(value)
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
