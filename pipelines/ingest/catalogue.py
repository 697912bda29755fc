"""The national lists of procedures (danh sách TTHC) as one catalogue.

Here: reading the published lists, what their files contradict each other in, the time limits their texts give, and
what the office's own table has otherwise. Not here: writing reference tables (officers decide), dossiers.
Invariant: a code is text and keeps its zeros; of two files that differ the first named counts and both are reported; a
time limit is given only where the list has one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.ingest.codes import NATIONAL_PROCEDURE
from pipelines.ingest.grid import open_grid
from pipelines.ingest.headers import is_blank
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sniff import Refused
from pipelines.ingest.typing_rules import type_procedure_code, type_text
from pipelines.office.errors import OfficeError
from pipelines.office.tables import TABLES
from pipelines.office.text import match_key, nfc

# What the published lists call the columns that are read: in the workbooks (header on row 2), in the details file.
LABELS = {
    "procedure_code": ("Mã số", "Mã thủ tục", "Mã TTHC", "ma_thu_tuc"),
    "procedure_name": ("Tên", "Tên thủ tục", "Tên thủ tục hành chính", "ten_thu_tuc"),
    "field_name": ("Lĩnh vực", "linh_vuc"),
    "level": ("Cấp thực hiện", "cap_thuc_hien"),
    "time_text": ("Cách thức thực hiện", "cach_thuc_thuc_hien"),
}
REQUIRED = ("procedure_code", "procedure_name", "field_name")
COMPARED = ("procedure_name", "field_name")
UNITS = {"Ngày làm việc": "working_day", "Ngày": "calendar_day", "Giờ": "hour", "Tháng": "month"}
_SEARCH_ROWS = 40
# The cells of the table of ways were joined without separators: «Trực tuyến10 Ngày làm việcMiễn phí…».
_WAYS = "Trực tiếp|Trực tuyến|Dịch vụ bưu chính"
_TIME = rf"(?P<channel>{_WAYS})\s*(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>{'|'.join(UNITS)})"
# A way whose time is a bare number: no unit, and no money either (a fee follows an empty time).
_BARE = rf"(?:{_WAYS})\s*\d+(?![\d.,]|\s*(?:{'|'.join(UNITS)}|VNĐ|Việt Nam Đồng|USD|EUR|[Đđ]ồng))"
_LEVELS = {"Cấp xã": "ward", "Cấp huyện": "city", "Cấp huyện, Cấp xã": "both"}


@dataclass(frozen=True)
class Catalogue:
    """What the lists say.

    `rows`: one row per row of a file with a national code: the columns of LABELS, source_file, source_sheet,
    source_row, and how its time is reported (time_state: one, by_channel, within_channel, no_unit, none, not_reported).
    `times`: one row per time found in a text: row (label in `rows`), channel, time_value (number), time_unit.
    `unread`: rows below a header with cells but no national code: source_file, source_sheet, source_row, value.
    """

    rows: pd.DataFrame
    times: pd.DataFrame
    unread: pd.DataFrame


def read_catalogue(paths: Sequence[Path]) -> Catalogue:
    """Read published lists, workbooks or text tables, in the order of their weight.

    Raises:
        OfficeError: a file is missing or cannot be read, or no sheet of it has the header of a list.
    """
    every = pd.concat([_rows_of(path) for path in paths], ignore_index=True)
    is_national = every["procedure_code"].fillna("").str.fullmatch(NATIONAL_PROCEDURE)
    rows, unread = every[is_national].reset_index(drop=True), every[~is_national]
    texts = rows["time_text"].astype("string")
    times = texts.str.extractall(_TIME).reset_index(names=["row", "match"])
    times = pd.DataFrame(
        {
            "row": times["row"],
            "channel": times["channel"],
            "time_value": times["value"].str.replace(",", ".").astype("float64"),
            "time_unit": times["unit"].map(UNITS),
        }
    )
    return Catalogue(
        rows.assign(time_state=_time_states(texts, times)),
        times,
        unread.assign(value=unread["procedure_code"])[["source_file", "source_sheet", "source_row", "value"]],
    )


def conflicts(catalogue: Catalogue) -> pd.DataFrame:
    """Return what later rows of a code say otherwise than its first, blanks and Unicode forms aside.

    Columns: procedure_code, kind (`record`: another name, so another procedure's record; `field`: the field alone),
    column (of COMPARED), value, source_file, source_row, other_value, other_file, other_row.
    """
    pairs = catalogue.rows.merge(_standing(catalogue), on="procedure_code", suffixes=("_other", ""))
    differs = {column: pairs[column] != pairs[f"{column}_other"] for column in COMPARED}
    kind = differs["procedure_name"].map({True: "record", False: "field"})
    found = [
        pd.DataFrame(
            {
                "procedure_code": pairs["procedure_code"],
                "kind": kind,
                "column": column,
                "value": pairs[column],
                "source_file": pairs["source_file"],
                "source_row": pairs["source_row"],
                "other_value": pairs[f"{column}_other"],
                "other_file": pairs["source_file_other"],
                "other_row": pairs["source_row_other"],
            }
        )[differ]
        for column, differ in differs.items()
    ]
    return pd.concat(found).sort_values(["procedure_code", "other_row", "column"], ignore_index=True)


def one_per_code(catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per code, of its first row: code, name, field, level, time_value (number), time_unit, source.

    Level and time come from the first row of that code and that name which gives them: a record of another procedure
    under the code gives none.
    """
    standing = _standing(catalogue).set_index("procedure_code")
    rows = catalogue.rows
    own = rows[rows["procedure_name"] == rows["procedure_code"].map(standing["procedure_name"])]
    noted = own[own["time_state"] != "not_reported"].drop_duplicates("procedure_code")
    states = noted.set_index("procedure_code")["time_state"]
    single = noted.loc[noted["time_state"] == "one", "procedure_code"]
    found = catalogue.times.drop_duplicates("row").set_index("row").reindex(single.index)
    times = found.set_index(single)[["time_value", "time_unit"]]
    levels = own.dropna(subset=["level"]).drop_duplicates("procedure_code").set_index("procedure_code")["level"]
    kept = standing[["procedure_name", "field_name", "source_file", "source_row"]]
    return kept.join(levels).join(states).join(times).fillna({"time_state": "not_reported"}).reset_index()


def as_procedures(table: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Return the catalogue in the shape of reference/procedures.csv, all as text.

    Args:
        table: `one_per_code`.
        fields: reference/fields.csv; a field it does not know leaves field_code empty, for an officer to place.
    """
    codes = _field_codes(fields)
    shaped = pd.DataFrame(
        {
            "procedure_id": table["procedure_code"],
            "procedure_code": table["procedure_code"],
            "procedure_name": table["procedure_name"],
            "field_code": table["field_name"].map(match_key).map(codes),
            "competent_level": table["level"].map(_LEVELS),
            "time_value": table["time_value"].map("{:g}".format, na_action="ignore"),
            "time_unit": table["time_unit"],
        }
    )
    return shaped.reindex(columns=list(TABLES["procedures"].columns)).fillna("")


def differences(table: pd.DataFrame, procedures: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Return what the office's procedures have otherwise than the national list.

    Names and fields are compared by match key, without the word «Thủ tục» before them.
    Columns: procedure_code, column (procedure_name, field_name, time; code: the list has no such code), own, national.
    A time is compared only where the list gives one; a procedure of the office without a code is not compared.

    Args:
        table: `one_per_code`.
        procedures: the office's table, the versions to compare.
        fields: reference/fields.csv, for the names of field codes.
    """
    own = procedures[procedures["procedure_code"] != ""].drop_duplicates(
        ["procedure_code", "procedure_name", "field_code", "time_value", "time_unit"]
    )
    own = pd.DataFrame(
        {
            "procedure_code": own["procedure_code"],
            "procedure_name": own["procedure_name"],
            "field_name": own["field_code"].map(
                fields.drop_duplicates("field_code").set_index("field_code")["field_name"]
            ),
            "time": _time_text(pd.to_numeric(own["time_value"]), own["time_unit"]),
        }
    ).fillna("")
    national = table.assign(time=_time_text(table["time_value"], table["time_unit"].fillna("")))
    pairs = own.merge(national, on="procedure_code", how="left", suffixes=("_own", ""), indicator=True)
    is_known = pairs["_merge"] == "both"
    compared = {
        "procedure_name": is_known & (_keys(pairs["procedure_name_own"]) != _keys(pairs["procedure_name"])),
        "field_name": is_known & (_keys(pairs["field_name_own"]) != _keys(pairs["field_name"])),
        "time": is_known & pairs["time"].fillna("").ne("") & (pairs["time_own"] != pairs["time"]),
    }
    found = [
        pd.DataFrame(
            {
                "procedure_code": pairs["procedure_code"],
                "column": column,
                "own": pairs[f"{column}_own"],
                "national": pairs[column],
            }
        )[differ]
        for column, differ in compared.items()
    ]
    unknown = pairs.loc[~is_known, ["procedure_code", "procedure_name_own"]]
    unknown = unknown.rename(columns={"procedure_name_own": "own"}).assign(column="code", national="")
    return pd.concat([*found, unknown]).sort_values(["procedure_code", "column"], ignore_index=True)


def _standing(catalogue: Catalogue) -> pd.DataFrame:
    return catalogue.rows.drop_duplicates("procedure_code")


def _field_codes(fields: pd.DataFrame) -> dict[str, str]:
    return dict(zip(fields["field_name"].map(match_key), fields["field_code"], strict=True))


def _keys(names: pd.Series) -> pd.Series:
    """Match keys; the word «Thủ tục» before a name says nothing («Thủ tục đăng ký khai sinh»)."""
    return names.fillna("").map(match_key).str.removeprefix(match_key("Thủ tục") + " ")


def _time_text(values: pd.Series, units: pd.Series) -> pd.Series:
    """A time as one text to compare and show: `5 working_day`; empty without a number and unit."""
    numbers = values.map("{:g}".format, na_action="ignore").fillna("")
    return (numbers + " " + units).where((numbers != "") & (units != ""), "")


def _time_states(texts: pd.Series, times: pd.DataFrame) -> pd.Series:
    """How each row's text gives its time limit; a bare number beside a time leaves the time in doubt."""
    different = times.drop_duplicates(["row", "time_value", "time_unit"]).groupby("row").size()
    in_channel = times.drop_duplicates(["row", "channel", "time_value", "time_unit"]).groupby(["row", "channel"]).size()
    within = in_channel[in_channel > 1].index.get_level_values("row")
    states = pd.Series("none", index=texts.index, dtype=object)
    states[different[different == 1].index] = "one"
    states[different[different > 1].index] = "by_channel"
    states[within.unique()] = "within_channel"
    states[(states == "one") & texts.str.contains(_BARE).fillna(False)] = "no_unit"
    return states.mask(texts.isna(), "not_reported")


def _rows_of(path: Path) -> pd.DataFrame:
    """The rows below the header of every sheet of a list that has one, cells typed; codes as found."""
    tables = [(sheet, *found) for sheet in _grid(path).sheets if (found := _header(sheet)) is not None]
    if not tables:
        wanted = ", ".join(f"«{LABELS[name][0]}»" for name in REQUIRED)
        raise OfficeError(
            f"Tệp {path.name}: không trang nào có dòng tiêu đề với đủ các cột {wanted}. "
            "Đưa danh mục thủ tục kết xuất từ Cổng Dịch vụ công quốc gia."
        )
    return pd.concat([_sheet_rows(path, *table) for table in tables], ignore_index=True)


def _grid(path: Path) -> Grid:
    if not path.is_file():
        raise OfficeError(f"Không có tệp {path}.")
    try:
        return open_grid(path)
    except Refused as refusal:
        raise OfficeError(f"Tệp {path.name}: {refusal.reason} {refusal.mend}") from refusal


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The position of the header row (from 0) and of each column that is read; None without a header."""
    meanings = {match_key(label): name for name, labels in LABELS.items() for label in labels}
    for at, row in enumerate(sheet.rows[:_SEARCH_ROWS]):
        names = [meanings.get(match_key(str(cell))) for cell in row]
        columns = {name: index for index, name in enumerate(names) if name is not None}
        if all(name in columns for name in REQUIRED):
            return at, columns
    return None


def _sheet_rows(path: Path, sheet: Sheet, header: int, columns: dict[str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(sheet.rows[header + 1 :]).reindex(columns=range(max(columns.values()) + 1))
    cells = frame.astype(object).where(~frame.map(is_blank), None)
    typists: dict[str, Callable[[object], object]] = dict.fromkeys(LABELS, lambda cell: type_text(cell).value)
    typists["procedure_code"] = _code
    read = {name: cells[index].map(_once(typists[name]), na_action="ignore") for name, index in columns.items()}
    read |= {name: pd.Series(None, index=cells.index, dtype=object) for name in LABELS if name not in columns}
    rows = pd.DataFrame(read)[list(LABELS)].assign(
        source_file=nfc(path.name), source_sheet=sheet.name or "", source_row=cells.index + header + 2
    )
    return rows[cells.notna().any(axis="columns")]


def _code(cell: object) -> object:
    typed = type_procedure_code(cell)
    return str(cell) if typed.error else typed.value


def _once(typist: Callable[[object], object]) -> Callable[[object], object]:
    """Type each distinct cell once."""
    known: dict[object, object] = {}

    def type_cell(cell: object) -> object:
        if cell not in known:
            known[cell] = typist(cell)
        return known[cell]

    return type_cell
