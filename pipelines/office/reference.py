"""Reference tables of the office: CSV files with dates of validity.

Here: reading and checking `reference/*.csv`. Not here: what a table must hold (tables), periods, working days.
Invariant: every fault of every table is named at once, with file, line, column, value and what is allowed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from pipelines.office.csv_file import csv_of, not_opened
from pipelines.office.duty_checks import duties_declared_twice, duties_of_nobody, within_units
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.streams import streams
from pipelines.office.tables import TABLES as TABLES
from pipelines.office.tables import TIME_UNITS as TIME_UNITS
from pipelines.office.tables import UNIT_KINDS, VALIDITY, Table
from pipelines.office.text import counted, format_count, match_key

# Lines named for one fault of a column; the rest are counted.
_MOST_LINES = 5
_NAME = r"\w[\w-]*(\.[\w-]+)*"


def load_reference(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all reference tables; text stays text (codes keep their zeros), dates become dates.

    Raises:
        OfficeError: a table is missing, cannot be read, or holds what tables.py does not allow. All faults are named.
    """
    if not folder.is_dir():
        raise OfficeError(f"Thiếu bảng danh mục: không có thư mục {folder}.")
    read = tuple(_content(folder / f"{name}.csv") for name in TABLES)
    return {name: frame.copy(deep=False) for name, frame in _checked_together(read).items()}


@lru_cache(maxsize=32)
def _checked_together(contents: tuple[bytes | str | None, ...]) -> dict[str, pd.DataFrame]:
    """Return the tables of their files, in the order of `TABLES`; the same bytes are checked once a process.

    A content is None where there is no file, a text where it cannot be opened: why.
    """
    faults: list[str] = []
    tables: dict[str, pd.DataFrame] = {}
    for name, content in zip(TABLES, contents, strict=True):
        frame, wrong = _read(name, content)
        faults += [f"{name}.csv{fault}" for fault in wrong]
        if frame is not None:
            tables[name] = frame
    for name, frame in tables.items():
        faults += [f"{name}.csv{fault}" for fault in _references(frame, TABLES[name], tables)]
    faults += [f"units.csv{fault}" for fault in _circles(tables.get("units"))]
    faults += [f"units.csv{fault}" for fault in _same_names(tables.get("units"))]
    faults += [f"unit_successors.csv{fault}" for fault in _shares(tables.get("unit_successors"))]
    faults += [f"unit_successors.csv{fault}" for fault in _turned_back(tables.get("unit_successors"))]
    faults += [f"obligations.csv{fault}" for fault in duties_declared_twice(tables.get("obligations"))]
    faults += [f"obligations.csv{fault}" for fault in duties_of_nobody(tables.get("obligations"), tables.get("units"))]
    faults += [f"periods.csv{fault}" for fault in _overlaps(tables.get("periods"))]
    for name, column, key in (("fields", "field_name", "field_code"), ("periods", "label", "period_id")):
        faults += [f"{name}.csv{fault}" for fault in _named_alike(tables.get(name), column, key)]
    faults += [f"units.csv{fault}" for fault in _cities(tables.get("units"))]
    faults += [f"sections.csv{fault}" for fault in _sections(tables.get("sections"))]
    if len(faults) == 1:
        raise OfficeError(f"Bảng reference/{faults[0]}")
    if faults:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        raise OfficeError(f"Các bảng trong reference/ có {counted(faults)} chỗ sai:\n{lines}")
    return {**tables, "obligations": within_units(tables["obligations"], tables["units"])}


def _content(path: Path) -> bytes | str | None:
    """Return the bytes of a table's file; None where there is none, why where it cannot be opened."""
    if not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        return not_opened(error)


def _read(name: str, content: bytes | str | None) -> tuple[pd.DataFrame | None, Sequence[str]]:
    """Return the typed table and its faults; no table where its cells cannot be distinguished."""
    if content is None:
        return (_empty(name).copy(deep=False), []) if TABLES[name].optional else (None, [": thiếu bảng danh mục này."])
    if isinstance(content, str):
        return None, [f": {content}."]
    typed, faults = _checked(name, content)
    return (None if typed is None else typed.copy(deep=False)), faults


@lru_cache(maxsize=128)
def _checked(name: str, content: bytes) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Return the table of a file's bytes and its faults; the same bytes are checked once a process."""
    table, read = TABLES[name], csv_of(content)
    faults = [f": {fault}." if not fault.startswith("dòng") else f", {fault}." for fault in read.faults]
    frame = read.cells
    missing = [column for column in table.columns if column not in frame.columns]
    if missing:
        return None, tuple(faults) or (f": thiếu cột: {', '.join(missing)}; có: {', '.join(frame.columns)}.",)
    frame = frame.loc[:, list(table.columns)]
    if table.has_rows and frame.empty and not faults:
        faults.append(": không có dòng nào dưới tiêu đề.")
    faults += [*_repeated(frame, table), *_blanks(frame, table), *_names(frame, table), *_choices(frame, table)]
    typed, wrong = _typed(frame, table)
    return typed, (*faults, *wrong, *_out_of_order(typed))


@lru_cache(maxsize=128)
def _empty(name: str) -> pd.DataFrame:
    table = TABLES[name]
    empty = pd.DataFrame({column: pd.Series(dtype=str) for column in table.columns})
    return empty.astype(dict.fromkeys(table.integers, "int64") | dict.fromkeys(table.dates, "datetime64[ns]"))


def _typed(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, list[str]]:
    """Return the frame with dates and whole numbers typed, and the cells that are neither."""
    faults: list[str] = []
    typed = frame.copy()
    for column in table.dates:
        typed[column] = pd.to_datetime(frame[column].where(frame[column] != ""), format="%Y-%m-%d", errors="coerce")
        good = typed[column].notna() | (frame[column] == "")
        faults += _wrong(column, frame[column], good, "không phải ngày dạng năm-tháng-ngày (2021-03-14)")
    for column in table.integers:
        good = frame[column].str.fullmatch(r"\d{1,15}").astype(bool)
        shown = frame[column].replace("", "(trống)")
        faults += _wrong(column, shown, good, "không phải số nguyên, không âm")
        typed[column] = pd.to_numeric(frame[column].where(good, "0")).astype("int64")
    for column in table.numbers:
        good = pd.to_numeric(frame[column], errors="coerce").ge(0) | (frame[column] == "")
        faults += _wrong(column, frame[column], good, "không phải số (phần lẻ viết bằng dấu chấm: 0.5)")
    return typed, faults


def _repeated(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    """Yield the lines that share a key."""
    for _, same in frame[frame.duplicated(list(table.key), keep=False)].groupby(list(table.key), sort=False):
        lines = ", ".join(str(number + 2) for number in same.index)
        values = ", ".join(f"«{value}»" for value in same.iloc[0][list(table.key)])
        yield f", dòng {lines}: khóa {', '.join(table.key)} ({values}) bị lặp."


def _blanks(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    for column in table.filled:
        if column not in table.integers:  # an empty number is named as no number
            yield from _wrong(column, frame[column].replace("", "(trống)"), frame[column] != "", "phải có giá trị")


def _names(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    """Yield the cells that cannot name a folder: with them a path could lead out of the office."""
    for column in table.names:
        good = frame[column].str.fullmatch(_NAME).astype(bool) | (frame[column] == "")
        yield from _wrong(column, frame[column], good, "chỉ được có chữ, số, dấu -, _ và dấu chấm ở giữa")


def _choices(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    closed = {**table.choices, **{column: streams() for column in table.streams}}
    for column, allowed in closed.items():
        good = frame[column].isin(allowed) | (frame[column] == "")
        for fault, value in _each_wrong(column, frame[column], good):
            yield f"{fault} không có; dùng: {', '.join(allowed)}{nearest(value, allowed)}"


def _references(frame: pd.DataFrame, table: Table, tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the cells that name what the table they refer to does not have."""
    for column, (name, columns) in table.refers.items():
        if name not in tables:  # that it cannot be read is named already
            continue
        known = {value for known_column in columns for value in tables[name][known_column]} - {""}
        if known.issuperset({*frame[column]} - {""}):  # as nearly always: every command reads every table
            continue
        for fault, value in _each_wrong(column, frame[column], frame[column].isin(known) | (frame[column] == "")):
            yield f"{fault} không có trong {name}.csv{nearest(value, known)}"


def _out_of_order(frame: pd.DataFrame) -> Iterator[str]:
    """Yield the lines that end before they begin."""
    for first, last in (VALIDITY, ("start_on", "end_on")):
        if first in frame.columns:
            good = ~(frame[first] > frame[last])
            shown = frame[last].dt.strftime("%Y-%m-%d").fillna("")
            yield from _wrong(last, shown, good, f"phải có {first} không sau {last}")


def _circles(units: pd.DataFrame | None) -> Iterator[str]:
    """Yield the units that are above themselves."""
    if units is None:
        return
    parents = dict(zip(units["unit_id"], units["parent_unit_id"], strict=True))
    for line, unit_id in units["unit_id"].items():
        above, passed = parents[unit_id], {unit_id}
        while above and above not in passed:
            passed.add(above)
            above = parents.get(above, "")
        if above == unit_id:
            yield f", dòng {int(str(line)) + 2}, cột parent_unit_id: «{unit_id}» là cấp trên của chính mình."


def _same_names(units: pd.DataFrame | None) -> Iterator[str]:
    """Yield the names that are of two units: nobody could say whose a file or a row is."""
    if units is None:
        return
    for _, same in _clashes(units).sort_index().groupby("unit_key", sort=False):
        lines = ", ".join(str(int(str(number)) + 2) for number in same.index)
        yield f", dòng {lines}: tên «{same['name'].iloc[0]}» chỉ hai đơn vị ({', '.join(same['unit_id'])})."


def _named_alike(frame: pd.DataFrame | None, column: str, key: str) -> Iterator[str]:
    """Yield the lines of one name at one time: two rows of a form, or two periods, that nobody could tell apart."""
    if frame is None:
        return
    names = frame[column].map(match_key)
    for name, same in frame[names.ne("") & names.duplicated(keep=False)].groupby(names, sort=False):
        if name and _at_one_time(same, key):
            lines = ", ".join(str(int(str(number)) + 2) for number in same.index)
            yield f", dòng {lines}, cột {column}: «{same[column].iloc[0]}» là tên của {', '.join(same[key])}."


def _cities(units: pd.DataFrame | None) -> Iterator[str]:
    """Yield the lines of two cities at one time: an office reports for one."""
    cities = None if units is None else units[units["unit_kind"] == "city"]
    if cities is not None and _at_one_time(cities, "unit_id"):
        lines = ", ".join(str(int(str(number)) + 2) for number in cities.index)
        yield f", dòng {lines}, cột unit_kind: có {len(cities)} đơn vị «city» cùng một lúc; chỉ được có một."


def _at_one_time(rows: pd.DataFrame, key: str) -> bool:
    """Return whether two rows of different keys are valid on one day; a table without validity is always valid."""
    if not {*VALIDITY} <= {*rows.columns}:
        return rows[key].nunique() > 1
    first, last = (rows[name].to_list() for name in VALIDITY)
    keys, rank = rows[key].to_list(), range(len(rows))
    return any(
        keys[one] != keys[other] and not first[one] > last[other] and not first[other] > last[one]
        for one in rank
        for other in rank[one + 1 :]
    )


def _overlaps(periods: pd.DataFrame | None) -> Iterator[str]:
    """Yield the periods of one kind that share days: what happened then would be counted in both."""
    if periods is None:
        return
    for kind, same in periods[periods["period_kind"] != "ad_hoc"].groupby("period_kind", sort=False):
        in_order = same.sort_values("start_on")
        before = in_order.shift()
        for line in in_order.index[in_order["start_on"] <= before["end_on"]]:
            start, earlier = in_order.at[line, "start_on"], before.at[line, "period_id"]
            yield (
                f", dòng {int(str(line)) + 2}, cột start_on: «{start:%Y-%m-%d}» nằm trong kỳ «{earlier}»; các kỳ loại "
                f"{kind} không được chồng nhau."
            )


def _sections(sections: pd.DataFrame | None) -> Iterator[str]:
    """Yield sections of a form by level or unit that are of no kind of unit: no row would stand in them."""
    if sections is None:
        return
    allowed = [*UNIT_KINDS]
    good = sections["applies_to"].isin(allowed) | ~sections["scheme"].isin(["level", "unit"])
    for fault, value in _each_wrong("applies_to", sections["applies_to"], good):
        yield f"{fault} không có; dùng: {', '.join(allowed)}{nearest(value, allowed)}"


def _shares(successors: pd.DataFrame | None) -> Iterator[str]:
    """Yield the shares of a succession that are none."""
    if successors is not None:
        share = pd.to_numeric(successors["share"].replace("", "1"), errors="coerce")
        good = (share.gt(0) & share.le(1)) | share.isna()
        yield from _wrong("share", successors["share"], good, "phải lớn hơn 0 và không quá 1")


def _turned_back(successors: pd.DataFrame | None) -> Iterator[str]:
    """Yield the successions to the unit itself, and those that go back and forth on one day."""
    if successors is None:
        return
    known = set(successors[["from_unit_id", "to_unit_id", "changed_on"]].itertuples(index=False, name=None))
    for line, old, new, day in successors[["from_unit_id", "to_unit_id", "changed_on"]].itertuples(name=None):
        if old == new or (new, old, day) in known:
            what = "chính mình" if old == new else f"«{new}», mà «{new}» cùng ngày lại chuyển cho «{old}»"
            yield f", dòng {int(line) + 2}, cột to_unit_id: «{old}» chuyển cho {what}."


def _wrong(column: str, values: pd.Series, good: pd.Series, fault: str) -> Iterator[str]:
    yield from (f"{where} {fault}." for where, _ in _each_wrong(column, values, good))


def _each_wrong(column: str, values: pd.Series, good: pd.Series) -> Iterator[tuple[str, str]]:
    """Yield line, column and value of each different wrong cell, and the value; equal ones are named together."""
    wrong = values[~good.astype(bool)]
    for value, same in wrong.groupby(wrong, sort=False):
        lines = [str(int(str(number)) + 2) for number in same.index]
        more = f" và {format_count(len(lines) - _MOST_LINES)} dòng khác" if len(lines) > _MOST_LINES else ""
        yield f", dòng {', '.join(lines[:_MOST_LINES])}{more}, cột {column}: «{value}»", str(value)


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


def time_limits(procedures: pd.DataFrame) -> pd.DataFrame:
    """Return the time limit of every version of a procedure (match key of its name, number, unit, validity)."""
    kept = procedures[["procedure_code", "time_unit", *VALIDITY]]
    return kept.assign(
        procedure_key=[match_key(name) for name in procedures["procedure_name"]],
        time_value=pd.to_numeric(procedures["time_value"]).astype("float64"),
    )


def unit_aliases(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per match key of a unit's name, short name and aliases: (unit_key, unit_id)."""
    keys, clash = _unit_keys(units), _clashes(units)
    if len(clash):
        row = clash.iloc[0]
        raise OfficeError(
            f"Bảng reference/units.csv: tên «{row['name']}» chỉ hai đơn vị ({', '.join(clash['unit_id'])})."
        )
    return keys[["unit_key", "unit_id"]].reset_index(drop=True)


def _clashes(units: pd.DataFrame) -> pd.DataFrame:
    keys = _unit_keys(units)
    return keys[keys.duplicated("unit_key", keep=False)]


def _unit_keys(units: pd.DataFrame) -> pd.DataFrame:
    keys: dict[tuple[str, str], tuple[int, str]] = {}
    for line, unit_id, *texts in units[["unit_id", "name_vi", "short_name", "aliases"]].itertuples():
        for name in "|".join(texts).split("|"):
            if name.strip():
                keys.setdefault((match_key(name), unit_id), (line, name))
    found = [(line, key, unit_id, name) for (key, unit_id), (line, name) in keys.items()]
    columns = ["line", "unit_key", "unit_id", "name"]
    return pd.DataFrame(found, columns=columns).set_index("line").rename_axis(None)
