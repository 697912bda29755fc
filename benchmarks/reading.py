"""Reading a large .xlsx beside pandas with openpyxl and bare python-calamine: time and peak memory.

Here: making the file, one process a reader. Not here: tests (nothing here is judged).
Invariant: our reader does its whole work: typing by role, repairs, row kinds, totals, lineage, and with `checks` the
suite of Great Expectations too; the others only turn cells into Python values.

Run: .venv/bin/python benchmarks/reading.py [--rows 100000] [--repeat 3] [--without-pandas]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
HEAD = (
    "STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị tiếp nhận", "Cơ quan giải quyết",
    "Hình thức tiếp nhận", "Ngày nộp hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày yêu cầu bổ sung",
    "Ngày tiếp nhận bổ sung", "Ngày kết thúc xử lý", "Ngày trả kết quả", "Trạng thái", "Chủ hồ sơ", "Số điện thoại",
    "Địa chỉ", "Ghi chú",
)  # fmt: skip
PROCEDURES = [(f"1.{100_000 + 37 * n:06}", f"Thủ tục số {n} về đăng ký, cấp phép và xác nhận") for n in range(180)]
READERS = ("calamine", "reader", "checks", "pandas")


def make(path: Path, rows: int) -> None:
    """Write a register of dossiers with true dates, 14 columns that are read and 6 that are not."""
    import xlsxwriter

    chance = random.Random(20210315)
    start = dt.datetime(2020, 12, 15, 7, 30)  # noqa: DTZ001 (a local moment, as in every delivered file)
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write_row(0, 0, HEAD)
        for number in range(1, rows + 1):
            received = start + dt.timedelta(minutes=number % 120_000)
            finished = received + dt.timedelta(minutes=chance.randrange(1, 9_000))
            is_done = number % 5 > 0
            code, name = chance.choice(PROCEDURES)
            sheet.write_row(
                number,
                0,
                [
                    number, f"000.00.04.H51-{received:%y%m%d}-{number:06}", code, name, "Hộ tịch", "UBND Phường 1",
                    "Phòng Tư pháp", "Trực tiếp", received, received, finished, "", "", finished if is_done else "",
                    finished if is_done else "", "Đã trả kết quả" if is_done else "Đang xử lý", f"Người thử {number}",
                    f"09{number:08}", "Đường số 1, Phường 1", "x",
                ],
            )  # fmt: skip


def _calamine(path: Path) -> Callable[[], int]:
    from python_calamine import CalamineWorkbook

    return lambda: len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def _pandas(path: Path) -> Callable[[], int]:
    import openpyxl  # noqa: F401 (the import is no reading)
    import pandas as pd

    return lambda: len(pd.read_excel(path, engine="openpyxl"))


def _ours(path: Path, with_checks: bool) -> Callable[[], int]:
    from pipelines.ingest.contract import load_contract
    from pipelines.ingest.reading import read_file
    from pipelines.office.profiles import Profile
    from pipelines.paths import DBT_PROJECT, EXPECTATIONS

    contract = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
    profile = Profile(profile_id="benchmark", stream=contract.stream, title="Đo tốc độ")
    window = (dt.date(2000, 1, 1), dt.date(2031, 1, 1))
    if not with_checks:
        return lambda: len(read_file(path, path.name, contract, profile, window).rows)
    import great_expectations  # noqa: F401 (the import is no checking)

    from pipelines.quality.helpers import Known
    from pipelines.quality.judge import judge

    known = Known(
        observed_on=dt.date(2021, 4, 1),
        procedure_codes={code for code, _ in PROCEDURES},
        names={"unit": {"ubnd phường 1", "phòng tư pháp"}, "field": {"hộ tịch"}, "procedure": set()},
    )
    suite = EXPECTATIONS / "case_exports.yaml"
    return lambda: len(
        judge(read_file(path, path.name, contract, profile, window), contract, suite, profile, known).rows
    )


def run(reader: str, path: Path) -> dict[str, float]:
    """Read the file once in this process; return seconds, CPU seconds, peak megabytes, rows."""
    makers = {
        "calamine": _calamine,
        "pandas": _pandas,
        "reader": lambda path: _ours(path, False),
        "checks": lambda path: _ours(path, True),
    }
    read = makers[reader](path)
    wall, cpu = time.perf_counter(), time.process_time()
    rows = read()
    return {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": rows,
    }


def main() -> None:
    """Print a table: the best of several runs of each reader, each run in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-pandas", action="store_true")
    parser.add_argument("--one", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(run(asked.one, asked.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "so.xlsx"
        make(path, asked.rows)
        print(f"{asked.rows} rows x {len(HEAD)} columns, {path.stat().st_size / 1e6:.1f} MB")
        for reader in READERS:
            if reader == "pandas" and asked.without_pandas:
                continue
            command = [sys.executable, __file__, "--one", reader, "--file", str(path)]
            times = 1 if reader == "pandas" else asked.repeat
            told = [
                json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                for _ in range(times)
            ]
            best = {name: min(one[name] for one in told) for name in told[0]}
            print(
                f"{reader:10} {best['seconds']:6.2f} s {best['cpu']:6.2f} s CPU {best['megabytes']:6.0f} MB"
                f" {best['rows']:8.0f} rows"
            )


if __name__ == "__main__":
    main()
