"""A whole quarter of very many dossiers: generated CSV files, then `kstt run`, or reading and judging alone.

Here: making the office, one process a measurement. Not here: tests (nothing here is judged).
Invariant: the files are those of a real system's export: 20 columns, 12 read, personal ones among the others.

Run: .venv/bin/python benchmarks/scale.py [--rows 62968 574191] [--files 3] [--reading-only]
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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


def make_office(folder: Path, rows: int, files: int) -> None:
    """Write the sample office with its inbox replaced by `files` exports of `rows` dossiers together."""
    shutil.copytree(ROOT / "sample_office", folder, ignore=shutil.ignore_patterns("data", "inbox"))
    (folder / "profiles" / "aa-do-toc-do.yaml").write_text(PROFILE, encoding="utf-8")
    procedures = _procedures(folder)
    for number in range(files):
        unit = f"p{number + 1:02}"
        place = folder / "inbox" / "2021-Q1" / unit / "do-toc-do.csv"
        place.parent.mkdir(parents=True)
        _write(place, unit, range(number, rows, files), procedures)


def _procedures(folder: Path) -> list[tuple[str, str]]:
    with (folder / "reference" / "procedures.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["procedure_code"], row["procedure_name"]) for row in csv.DictReader(file) if row["procedure_code"]]


def _write(path: Path, unit: str, numbers: range, procedures: list[tuple[str, str]]) -> None:
    chance = random.Random(unit)
    start = dt.datetime(2020, 12, 15, 7, 30)  # noqa: DTZ001 (a local moment, as in every delivered file)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for number in numbers:
            received = start + dt.timedelta(minutes=number % 125_000)
            finished = received + dt.timedelta(minutes=chance.randrange(1, 5_000))
            is_done = finished < dt.datetime(2021, 3, 15)  # noqa: DTZ001
            done = f"{finished:%d/%m/%Y %H:%M:%S}" if is_done else ""
            code, name = chance.choice(procedures)
            moment = f"{received:%d/%m/%Y %H:%M:%S}"
            writer.writerow(
                (
                    number, f"000.00.{number % 90:02}.H51-{received:%y%m%d}-{number:06}", code, name, "", "", "",
                    "Trực tiếp", moment, moment, f"{received + dt.timedelta(days=5):%d/%m/%Y}", done, done,
                    "Đã trả kết quả" if is_done else "Đang xử lý", f"Người thử {number}", f"09{number:08}",
                    f"Đường số {number % 300}", "", "Người thử", "Người thử",
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


def measure(folder: Path, reading_only: bool) -> str:
    """Run one process on an office; return its wall and processor seconds and its peak memory."""
    run = [sys.executable, "-m", "pipelines.cli", "--office", str(folder), "run", "2021-Q1"]
    command = [sys.executable, __file__, "--office", str(folder)] if reading_only else run
    began = time.perf_counter()
    log = folder.parent / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ})
        _, code, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    note = "" if code == 0 else f" (ended with {code}: {log.read_text()[-400:]})"
    return f"{wall:6.1f} s wall {used.ru_utime + used.ru_stime:6.1f} s CPU {used.ru_maxrss / 1024:6.0f} MB{note}"


def main() -> None:
    """Print a line for each number of dossiers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[62_968, 574_191])
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--reading-only", action="store_true")
    parser.add_argument("--office", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.office:
        _read(asked.office)
        return
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            office = Path(folder) / "office"
            make_office(office, rows, asked.files)
            size = sum(path.stat().st_size for path in office.rglob("*.csv")) / 1e6
            print(
                f"{rows} dossiers in {asked.files} CSV, {size:.0f} MB: {measure(office, asked.reading_only)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
