"""Reference tables of the office: CSV files with dates of validity.

Here: reading and checking `reference/*.csv`. Not here: what a period or a working day is (periods).
Invariant: every table has exactly its declared columns and a unique key; a fault names file, line, column.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
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
    numbers: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # An office that has no use for the table has no file of it.
    optional: bool = False


# What an officer may estimate for the rest of a period (domain/04 4.2: columns 4, 5, 8, 9, 10; the others follow).
ESTIMATED_MEASURES = (
    "received_online",
    "received_direct_postal",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
)
# How a figure may be held against its target (reference/targets.csv).
TARGET_OPERATORS = (">=", "<=", ">", "<", "=")
VALIDITY = ("valid_from", "valid_to")
# In what a time limit of a procedure may be given (domain/04 4.3).
TIME_UNITS = ("same_day", "hour", "working_day", "calendar_day", "month")
# Why a procedure is not handled at the desk (domain/08 8.2, khoản 5 Điều 14 NĐ 61/2018): done on the move or on site,
# security and defence, complaints and denunciations, by a decision.
ONE_STOP_EXCLUSIONS = ("on_site", "security_defence", "complaint_denunciation", "by_decision")
TABLES: dict[str, Table] = {
    "units": Table(
        ("unit_id", "name_vi", "short_name", "unit_kind", "parent_unit_id", "sort_no", "aliases", *VALIDITY),
        ("unit_id", "valid_from"),
        VALIDITY,
        ("sort_no",),
    ),
    "unit_successors": Table(
        ("from_unit_id", "to_unit_id", "changed_on", "share"),
        ("from_unit_id", "to_unit_id", "changed_on"),
        ("changed_on",),
        numbers=("share",),
        optional=True,
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
        # Of a version: a procedure that changes its level keeps its code and gets another id.
        ("procedure_id",),
        VALIDITY,
        numbers=("time_value",),
        choices={"time_unit": TIME_UNITS},
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
    "services": Table(
        ("procedure_code", "service_level", "on_national_portal", "takes_payment", *VALIDITY, "evidence"),
        ("procedure_code", "valid_from"),
        VALIDITY,
        choices={
            "service_level": ("information", "partial", "full"),
            "on_national_portal": ("yes", "no"),
            "takes_payment": ("yes", "no"),
        },
        optional=True,
    ),
    "estimates": Table(
        ("period_id", "unit_id", "field_code", "measure", "value"),
        ("period_id", "unit_id", "field_code", "measure"),
        integers=("value",),
        optional=True,
    ),
    "one_stop_exclusions": Table(
        ("procedure_code", "reason_code", *VALIDITY),
        ("procedure_code", "valid_from"),
        VALIDITY,
        choices={"reason_code": ONE_STOP_EXCLUSIONS},
        optional=True,
    ),
    # What figures of forms should be; `evidence` as in the domain: S seen, K known, A assumed.
    "targets": Table(
        ("form_id", "row_code", "column_name", "operator", "value", *VALIDITY, "evidence"),
        ("form_id", "row_code", "column_name", "valid_from"),
        VALIDITY,
        numbers=("value",),
        choices={"operator": TARGET_OPERATORS, "evidence": ("S", "K", "A")},
        optional=True,
    ),
}


def load_reference(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all reference tables; text stays text (codes keep their zeros), dates become dates.

    Raises:
        OfficeError: a file or column is missing, a key repeats, a date or number cannot be read, a period ends
            before it begins, or an estimate or a succession names what no table knows.
    """
    tables = {name: _read(folder / f"{name}.csv", table) for name, table in TABLES.items()}
    _check_periods(tables["periods"])
    _check_estimates(tables)
    _check_exclusions(tables)
    _check_successors(tables)
    return tables


def _check_periods(periods: pd.DataFrame) -> None:
    in_order = periods["start_on"] <= periods["end_on"]
    _all_good(Path("periods.csv"), "period_id", periods["period_id"], in_order, "phải có start_on không sau end_on")


def _check_estimates(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse an estimate of an unknown period, unit, field or measure: nothing is guessed."""
    estimates = tables["estimates"]
    known = {
        "period_id": set(tables["periods"]["period_id"]),
        "unit_id": set(tables["units"]["unit_id"]),
        "field_code": set(tables["fields"]["field_code"]),
        "measure": set(ESTIMATED_MEASURES),
    }
    for column, values in known.items():
        fault = f"không có; dùng: {', '.join(ESTIMATED_MEASURES)}" if column == "measure" else "không có trong danh mục"
        filled = estimates[column].replace("", "(trống)")
        _all_good(Path("estimates.csv"), column, filled, filled.isin(values), fault)


def _check_exclusions(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse an exclusion of a procedure the catalogue does not have (by code, or by id where it has no code)."""
    given, procedures = tables["one_stop_exclusions"]["procedure_code"], tables["procedures"]
    known = set(procedures["procedure_code"]) | set(procedures["procedure_id"])
    filled = given.replace("", "(trống)")
    _all_good(
        Path("one_stop_exclusions.csv"), "procedure_code", filled, filled.isin(known), "không có trong procedures.csv"
    )


def _check_successors(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse a succession of an unknown unit, without its day, or with a share that is none."""
    successors, path = tables["unit_successors"], Path("unit_successors.csv")
    known = set(tables["units"]["unit_id"])
    for column in ("from_unit_id", "to_unit_id"):
        filled = successors[column].replace("", "(trống)")
        _all_good(path, column, filled, filled.isin(known), "không có trong danh mục đơn vị")
    day = successors["changed_on"].dt.strftime("%Y-%m-%d").fillna("(trống)")
    _all_good(path, "changed_on", day, successors["changed_on"].notna(), "không phải ngày (đơn vị mới từ ngày nào)")
    share = pd.to_numeric(successors["share"].replace("", "1"))
    _all_good(path, "share", successors["share"], share.gt(0) & share.le(1), "phải lớn hơn 0 và không quá 1")


def current_unit(successors: pd.DataFrame, unit_id: str, day: dt.date) -> str:
    """Return the unit that answers for a unit on a day: itself, or the last of those that took over, step by step.

    Of a unit divided among several, the one with the greatest share takes over.
    """
    done = successors[successors["changed_on"] <= pd.Timestamp(day)]
    done = done.assign(part=pd.to_numeric(done["share"].replace("", "1")))
    done = done.sort_values(["changed_on", "part", "to_unit_id"], ascending=[True, False, True])
    since = pd.Timestamp.min
    while len(found := done[(done["from_unit_id"] == unit_id) & (done["changed_on"] > since)]):
        unit_id, since = str(found["to_unit_id"].iloc[0]), found["changed_on"].iloc[0]
    return unit_id


def _read(path: Path, table: Table) -> pd.DataFrame:
    if table.optional and not path.is_file():
        empty = pd.DataFrame({column: pd.Series(dtype=str) for column in table.columns})
        return empty.astype(dict.fromkeys(table.integers, "int64") | dict.fromkeys(table.dates, "datetime64[ns]"))
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
        filled = frame[column].replace("", "(trống)")
        _all_good(path, column, filled, filled.str.fullmatch(r"\d+"), "không phải số nguyên, không âm")
        frame[column] = pd.to_numeric(frame[column]).astype("int64")
    for column in table.numbers:
        is_number = pd.to_numeric(frame[column], errors="coerce").ge(0)
        _all_good(path, column, frame[column], is_number, "không phải số (phần lẻ viết bằng dấu chấm: 0.5)")
    for column, allowed in table.choices.items():
        _all_good(path, column, frame[column], frame[column].isin(allowed), f"không có; dùng: {', '.join(allowed)}")
    return frame


def _all_good(path: Path, column: str, values: pd.Series, good: pd.Series, fault: str) -> None:
    wrong = ~good & (values != "")
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        raise OfficeError(f"Bảng reference/{path.name}, dòng {at + 2}, cột {column}: «{values.iloc[at]}» {fault}.")


def _dates(path: Path, column: str, values: pd.Series) -> pd.Series:
    parsed = pd.to_datetime(values.where(values != ""), format="%Y-%m-%d", errors="coerce")
    _all_good(path, column, values, parsed.notna(), "không phải ngày dạng năm-tháng-ngày (2021-03-14)")
    return parsed


def time_limits(procedures: pd.DataFrame) -> pd.DataFrame:
    """Return the time limit of every version of a procedure (match key of its name, number, unit, validity)."""
    kept = procedures[["procedure_code", "time_unit", *VALIDITY]]
    return kept.assign(
        procedure_key=[match_key(name) for name in procedures["procedure_name"]],
        time_value=pd.to_numeric(procedures["time_value"]).astype("float64"),
    )


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
