"""Reference tables of the office: CSV files with dates of validity.

Here: reading and checking `reference/*.csv`. Not here: what a period or a working day is (periods).
Invariant: every table has exactly its declared columns and a unique key; a fault names file, line, column.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.text import match_key, nfc


@dataclass(frozen=True)
class Table:
    """What one reference file must hold."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    dates: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()


VALIDITY = ("valid_from", "valid_to")
TABLES: dict[str, Table] = {
    "units": Table(
        ("unit_id", "name_vi", "short_name", "unit_kind", "parent_unit_id", "sort_no", "aliases", *VALIDITY),
        ("unit_id", "valid_from"),
        VALIDITY,
        ("sort_no",),
    ),
    "fields": Table(
        ("field_code", "field_name", "department_unit_id", "sort_no", *VALIDITY),
        ("field_code", "valid_from"),
        VALIDITY,
        ("sort_no",),
    ),
    "procedures": Table(
        (
            "procedure_id",
            "procedure_code",
            "procedure_name",
            "field_code",
            "competent_level",
            "time_value",
            "time_unit",
            *VALIDITY,
        ),
        ("procedure_id", "valid_from"),
        VALIDITY,
    ),
    "holidays": Table(("date", "kind", "name_vi"), ("date",), ("date",)),
    "periods": Table(
        ("period_id", "period_kind", "label", "start_on", "end_on"), ("period_id",), ("start_on", "end_on")
    ),
    "obligations": Table(("unit_id", "stream", *VALIDITY), ("unit_id", "stream", "valid_from"), VALIDITY),
    "statuses": Table(("portal_code", "label_vi", "status", "count_group"), ("portal_code", "status")),
    "sections": Table(
        ("scheme", "section_code", "label", "applies_to", "sort_no", *VALIDITY),
        ("scheme", "section_code", "valid_from"),
        VALIDITY,
        ("sort_no",),
    ),
}


def load_reference(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all reference tables; text stays text (codes keep their zeros), dates become dates.

    Raises:
        OfficeError: a file or column is missing, a key repeats, or a date cannot be read.
    """
    return {name: _read(folder / f"{name}.csv", table) for name, table in TABLES.items()}


def _read(path: Path, table: Table) -> pd.DataFrame:
    if not path.is_file():
        raise OfficeError(f"Thiếu bảng danh mục reference/{path.name}.")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [column for column in table.columns if column not in frame.columns]
    if missing:
        raise OfficeError(f"Bảng reference/{path.name} thiếu cột: {', '.join(missing)}.")
    frame = frame.loc[:, list(table.columns)].map(nfc)
    repeated = frame[frame.duplicated(list(table.key), keep=False)]
    if len(repeated):
        line = int(frame.duplicated(list(table.key), keep=False).to_numpy().argmax()) + 2
        raise OfficeError(f"Bảng reference/{path.name}, dòng {line}: khóa {', '.join(table.key)} bị lặp.")
    for column in table.dates:
        frame[column] = _dates(path, column, frame[column])
    for column in table.integers:
        frame[column] = pd.to_numeric(frame[column]).astype("int64")
    return frame


def _dates(path: Path, column: str, values: pd.Series) -> pd.Series:
    parsed = pd.to_datetime(values.where(values != ""), format="%Y-%m-%d", errors="coerce")
    wrong = parsed.isna() & (values != "")
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        raise OfficeError(
            f"Bảng reference/{path.name}, dòng {at + 2}, cột {column}: «{values.iloc[at]}» "
            "không phải ngày dạng năm-tháng-ngày (2021-03-14)."
        )
    return parsed


def unit_aliases(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per match key of a unit's name, short name and aliases: (unit_key, unit_id)."""
    names = units.assign(name=units["name_vi"] + "|" + units["short_name"] + "|" + units["aliases"])
    exploded = names.assign(name=names["name"].str.split("|")).explode("name")
    exploded = exploded[exploded["name"].str.strip() != ""]
    exploded["unit_key"] = [match_key(name) for name in exploded["name"]]
    keys = exploded.drop_duplicates(["unit_key", "unit_id"])
    clash = keys[keys.duplicated("unit_key", keep=False)]
    if len(clash):
        row = clash.iloc[0]
        raise OfficeError(
            f"Bảng reference/units.csv: tên «{row['name']}» chỉ hai đơn vị ({', '.join(clash['unit_id'])})."
        )
    return keys[["unit_key", "unit_id"]].reset_index(drop=True)
