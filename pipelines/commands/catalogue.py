"""`kstt catalogue`: national lists of procedures read, reconciled and compared with the office's own table.

Here: command line and what is printed. Not here: reading and comparing (ingest/catalogue).
Invariant: writes only the file the officer names, never over one that is there; the office's tables stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import load, relative
from pipelines.figures.text import format_count
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.ingest.catalogue import Catalogue

HELP = "đọc danh mục thủ tục quốc gia, đối chiếu các tệp và danh mục của đơn vị"

_COLUMNS = {"procedure_name": "tên", "field_name": "lĩnh vực", "time": "thời hạn"}
_UNITS = {
    "same_day": "trong ngày",
    "hour": "giờ",
    "working_day": "ngày làm việc",
    "calendar_day": "ngày",
    "month": "tháng",
}
# How a time limit is reported (Catalogue.time_state), in the words of the officer.
_TIMES = {
    "one": "một thời hạn (được ghi vào bảng)",
    "by_channel": "khác nhau giữa các kênh nộp",
    "within_channel": "nhiều thời hạn trong một kênh nộp",
    "no_unit": "có kênh nộp ghi số không kèm đơn vị",
    "none": "không có số kèm đơn vị",
    "not_reported": "không tệp nào ghi (hoặc chỉ có ở bản ghi của thủ tục khác)",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="TỆP", help="tệp danh mục; hai tệp khác nhau: theo tệp trước"
    )
    parser.add_argument(
        "--against",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="THƯ_MỤC",
        help="so với procedures.csv của thư mục reference này (không ghi: của đơn vị)",
    )
    parser.add_argument("--out", type=Path, default=None, metavar="TỆP.csv", help="ghi danh mục dạng procedures.csv")


def run(parsed: argparse.Namespace) -> int:
    """Print what the lists hold and where they differ; write the table when a path is named."""
    from pipelines.ingest.catalogue import as_procedures, one_per_code, read_catalogue
    from pipelines.office.reference import load_reference

    office = load(parsed)
    if parsed.out is not None and parsed.out.exists():
        raise OfficeError(f"Tệp {parsed.out} đã có, không ghi đè. Chọn tên khác.")
    if parsed.out is not None and not parsed.out.resolve().parent.is_dir():
        raise OfficeError(f"Không có thư mục {parsed.out.resolve().parent} để ghi tệp.")
    is_other = parsed.against is not None and parsed.against != Path()
    reference = load_reference(parsed.against) if is_other else office.reference
    catalogue = read_catalogue(parsed.files)
    table = one_per_code(catalogue)
    for line in [*_read_lines(catalogue), *_conflict_lines(catalogue), *_time_lines(table)]:
        print(line)
    if parsed.against is not None:
        today = office.clock.today()
        for line in _difference_lines(
            table, _in_force(reference["procedures"], today.isoformat()), reference["fields"]
        ):
            print(line)
    if parsed.out is not None:
        procedures = as_procedures(table, reference["fields"])
        procedures.to_csv(parsed.out, index=False, encoding="utf-8", lineterminator="\n")
        unplaced = int((procedures["field_code"] == "").sum())
        print(f"✓ Đã ghi {format_count(len(procedures))} thủ tục vào {relative(parsed.out.resolve())}.")
        print(f"  {format_count(unplaced)} thủ tục thuộc lĩnh vực chưa có trong fields.csv: cột field_code để trống.")
    return 0


def _read_lines(catalogue: Catalogue) -> Iterator[str]:
    rows = catalogue.rows
    yield f"Đã đọc {format_count(rows['source_file'].nunique())} tệp:"
    for name, of_file in rows.groupby("source_file", sort=False):
        fields = of_file["field_name"].nunique()
        yield f"  {name}: {format_count(len(of_file))} thủ tục, {format_count(fields)} lĩnh vực"
    files = rows.groupby("procedure_code")["source_file"].nunique()
    alone = int((files == 1).sum())
    yield f"  Tất cả: {format_count(len(files))} mã thủ tục, trong đó {format_count(alone)} mã chỉ có ở một tệp."
    if len(catalogue.unread):
        yield f"✗ {format_count(len(catalogue.unread))} dòng không có mã quốc gia (dạng 1.001193), không đọc:"
    for row in catalogue.unread.fillna("(trống)").to_dict("records"):
        yield f"  {_place(row['source_file'], row['source_row'], row['source_sheet'])}, mã «{row['value']}»"


def _conflict_lines(catalogue: Catalogue) -> Iterator[str]:
    from pipelines.ingest.catalogue import conflicts

    found = conflicts(catalogue)
    kinds = found.drop_duplicates("procedure_code")["kind"]
    fields, records = (int((kinds == kind).sum()) for kind in ("field", "record"))
    yield (
        f"Các tệp khác nhau ở {format_count(len(kinds))} mã: {format_count(fields)} mã chỉ khác lĩnh vực, "
        f"{format_count(records)} mã mang bản ghi của thủ tục khác. Lấy theo tệp nêu trước."
    )
    for row in found.fillna("(trống)").to_dict("records"):
        yield (
            f"  {row['procedure_code']}, {_COLUMNS[row['column']]}: "
            f"«{row['value']}» ({_place(row['source_file'], row['source_row'])}) ≠ "
            f"«{row['other_value']}» ({_place(row['other_file'], row['other_row'])})"
        )


def _time_lines(table: pd.DataFrame) -> Iterator[str]:
    yield "Thời hạn giải quyết:"
    states = table["time_state"].value_counts()
    for state, words in _TIMES.items():
        if states.get(state, 0):
            yield f"  {words}: {format_count(states[state])}"


def _difference_lines(table: pd.DataFrame, procedures: pd.DataFrame, fields: pd.DataFrame) -> Iterator[str]:
    from pipelines.ingest.catalogue import differences

    found = differences(table, procedures, fields)
    coded = procedures.loc[procedures["procedure_code"] != "", "procedure_code"].nunique()
    without = int((procedures["procedure_code"] == "").sum())
    yield (
        f"So với danh mục của đơn vị ({format_count(coded)} mã; {format_count(without)} thủ tục chưa có mã, không so): "
        f"{format_count(found['procedure_code'].nunique())} mã khác."
    )
    for row in found.to_dict("records"):
        if row["column"] == "code":
            yield f"  {row['procedure_code']}: không có trong các danh sách đã đưa («{row['own']}»)"
        else:
            own, national = (_shown(row[side], row["column"]) for side in ("own", "national"))
            yield f"  {row['procedure_code']}, {_COLUMNS[row['column']]}: đơn vị «{own}», danh sách «{national}»"


def _in_force(procedures: pd.DataFrame, today: str) -> pd.DataFrame:
    begun = procedures["valid_from"].isna() | (procedures["valid_from"] <= today)
    return procedures[begun & (procedures["valid_to"].isna() | (procedures["valid_to"] >= today))]


def _shown(value: str, column: str) -> str:
    if column != "time" or not value:
        return value or "(trống)"
    number, unit = value.split(" ")
    return _UNITS[unit] if unit == "same_day" else f"{number} {_UNITS[unit]}"


def _place(file: str, row: int, sheet: str = "") -> str:
    return f"{file}, trang «{sheet}», dòng {row}" if sheet else f"{file}, dòng {row}"
