"""A whole quarter of very many dossiers: generated files, then `kstt run`, or reading and judging alone.

Here: making the office, one process a measurement. Not here: tests (nothing here is judged).
Invariant: the files are those of a real system's export: 20 columns, 12 read, personal ones among the others; received
on working days, promised by the procedure's time limit.

    python benchmarks/scale.py                                     # 62,968 and 574,191 dossiers in three CSV files
    python benchmarks/scale.py --rows 10000000 --files 100         # ten million: an hour, 6 GB of temporary files
    python benchmarks/scale.py --rows 60000 --xlsx --beside-pandas # and a script that makes only II.06a
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from measure import ROOT, Used, imports, kstt, parse_models, used_by

sys.path.insert(0, str(ROOT))
HEAD = (
    "STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị tiếp nhận", "Cơ quan giải quyết",
    "Hình thức tiếp nhận", "Ngày nộp hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý",
    "Ngày trả kết quả", "Trạng thái", "Chủ hồ sơ", "Số điện thoại", "Địa chỉ", "Ghi chú", "Người tiếp nhận",
    "Người xử lý",
)  # fmt: skip
PROFILE = """
profile_id: aa-do-toc-do
stream: case_exports
title: Đo tốc độ
match: {units: ["*"], files: ["do-toc-do*"]}
observed_on: {from: constant, value: 2021-03-15}
coverage: population
"""


_WRITTEN_AT_ONCE = 100_000
_FIRST, _LAST = dt.date(2020, 12, 15), dt.date(2021, 3, 12)
_UNITS = [f"p{number:02}" for number in range(1, 11)]


def make_office(folder: Path, rows: int, files: int, xlsx: bool = False) -> None:
    """Write the sample office with its inbox replaced by `files` exports of `rows` dossiers together."""
    shutil.copytree(ROOT / "sample_office", folder, ignore=shutil.ignore_patterns("data", "inbox"))
    (folder / "profiles" / "aa-do-toc-do.yaml").write_text(PROFILE, encoding="utf-8")
    for number in range(files):
        place = folder / "inbox" / "2021-Q1" / _UNITS[number % len(_UNITS)]
        place.mkdir(parents=True, exist_ok=True)
        pieces = _pieces(folder, range(number, rows, files), seed=number)
        path = place / f"do-toc-do-{number:03}"
        _write_xlsx(path.with_suffix(".xlsx"), pieces) if xlsx else _write_csv(path.with_suffix(".csv"), pieces)


def _write_csv(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    for number, piece in enumerate(pieces):
        piece.to_csv(path, mode="a", header=number == 0, index=False)


def _write_xlsx(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEAD)
        at = 1
        for piece in pieces:
            for row in piece.itertuples(index=False):
                sheet.write_row(at, 0, row)
                at += 1


def _pieces(folder: Path, numbers: range, seed: int) -> Iterator[pd.DataFrame]:
    """Give the lines of one file, as texts."""
    from pipelines.periods.calendar import working_calendar
    from pipelines.periods.due_dates import due_days

    chance = np.random.default_rng(seed)
    table = pd.read_csv(folder / "reference" / "procedures.csv", dtype=str).dropna(subset=["procedure_code"])
    table = table[table["time_unit"].eq("working_day") & table["valid_to"].isna()].reset_index(drop=True)
    holidays = pd.read_csv(folder / "reference" / "holidays.csv")
    holidays["date"] = pd.to_datetime(holidays["date"])
    calendar = working_calendar(holidays, _FIRST, dt.date(2021, 12, 31))
    working = calendar[calendar["is_working_day"]]["date_on"]
    working = working[working <= pd.Timestamp(_LAST)].to_numpy()
    for start in range(0, len(numbers), _WRITTEN_AT_ONCE):
        number = np.array(numbers[start : start + _WRITTEN_AT_ONCE])
        procedure = table.iloc[chance.integers(0, len(table), len(number))].reset_index(drop=True)
        hours = pd.to_timedelta(7 * 3600 + chance.integers(0, 4 * 3600, len(number)), unit="s")
        received = pd.Series(chance.choice(working, len(number)) + hours)
        due = due_days(received, procedure["time_value"].astype(float), procedure["time_unit"], calendar)
        finished = received + pd.to_timedelta(chance.integers(60, 20 * 24 * 3600, len(number)), unit="s")
        is_done = finished < pd.Timestamp(2021, 3, 15)
        moment, done = (
            received.dt.strftime("%d/%m/%Y %H:%M:%S"),
            finished.dt.strftime("%d/%m/%Y %H:%M:%S").where(is_done, ""),
        )
        day = received.dt.strftime("%y%m%d")
        yield pd.DataFrame(
            dict(
                zip(
                    HEAD,
                    (
                        number.astype(str),
                        [f"000.00.{n % 90:02}.H51-{at}-{n:06}" for n, at in zip(number, day, strict=True)],
                        procedure["procedure_code"], procedure["procedure_name"], "", "", "", "Trực tiếp",
                        moment, moment,
                        due.dt.strftime("%d/%m/%Y").fillna(""), done, done,
                        np.where(is_done, "Đã trả kết quả", "Đang xử lý"),
                        [f"Người thử {n}" for n in number], [f"09{n:08}" for n in number],
                        [f"Đường số {n % 300}" for n in number], "", "Người thử", "Người thử",
                    ),
                    strict=True,
                )
            )
        )  # fmt: skip


def _read(folder: Path) -> None:
    """Receive, read, judge and keep the files of an office."""
    from pipelines.ingest.landing import receive_inbox
    from pipelines.office.settings import load_office
    from pipelines.warehouse.register import register
    from pipelines.warehouse.standing import standing

    office = load_office(folder)
    receive_inbox(office)
    for item in standing(office, register(office, office.clock.now())):
        print(item.verdict["status"], item.verdict["counts"])


def measure(folder: Path, reading_only: bool) -> Used:
    """What a whole run of an office costs, or what reading and judging its files does, in one process."""
    if reading_only:
        return used_by([sys.executable, __file__, "--office", str(folder)])
    return kstt(folder, "run", "2021-Q1")


def main() -> None:
    """Print a line for each number of dossiers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[62_968, 574_191])
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--xlsx", action="store_true", help="workbooks, not CSV")
    parser.add_argument("--reading-only", action="store_true")
    parser.add_argument("--beside-pandas", action="store_true", help="and benchmarks/only_06a.py on the same files")
    parser.add_argument("--office", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.office:
        _read(asked.office)
        return
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            parse_models(Path(folder))
            office = Path(folder) / "office"
            make_office(office, rows, asked.files, asked.xlsx)
            size = sum(path.stat().st_size for path in (office / "inbox").rglob("do-toc-do*")) / 1e6
            print(f"imports {imports()}", flush=True)
            print(
                f"{rows} dossiers, {asked.files} files, {size:.0f} MB: {measure(office, asked.reading_only)}",
                flush=True,
            )
            if asked.beside_pandas:
                script = [sys.executable, str(ROOT / "benchmarks" / "only_06a.py"), str(office)]
                print(f"only II.06a, pandas and openpyxl: {used_by(script)}", flush=True)


if __name__ == "__main__":
    main()
