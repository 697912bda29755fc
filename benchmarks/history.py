"""Forty quarters of history: what 5,000 files and 12,000 deliveries received before add to a run.

Here: an office of receipts and readings made up, the steps of a run that touch every delivery, timed in a process of
their own. Not here: reading files, dbt. Invariant: nothing is written outside a temporary folder.

    .venv/bin/python benchmarks/history.py            # 40 quarters
    .venv/bin/python benchmarks/history.py --quarters 1
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

UNITS = tuple(f"p{number:02d}" for number in range(1, 11))
# Of each quarter: 96 exports of ten wards and 29 returns of some seven sheets: 125 files, 300 deliveries.
EXPORTS, RETURNS = 96, 29
ROWS = 40


def make_office(root: Path, quarters: int) -> None:
    """Write an office whose receipts and readings are those of some quarters."""
    shutil.copytree(ROOT / "sample_office", root, ignore=shutil.ignore_patterns("data", "inbox", "generat*"))
    periods = ["period_id,period_kind,label,start_on,end_on"]
    names = []
    for number in range(quarters):
        year, quarter = 2012 + number // 4, number % 4
        start = (year - 1, 12) if quarter == 0 else (year, 3 * quarter)
        names.append(f"{year}-Q{quarter + 1}")
        span = f"{start[0]}-{start[1]:02d}-15,{year}-{3 * quarter + 3:02d}-14"
        periods.append(f"{names[-1]},quarter,Quý {quarter + 1} năm {year},{span}")
    (root / "reference" / "periods.csv").write_text("\n".join(periods) + "\n", encoding="utf-8")
    (root / "reference" / "incoming.csv").unlink()  # of the sample's own files
    # The office lives a week after its last period: the sample's own day may lie before.
    settings = root / "office.yaml"
    day = dt.date.fromisoformat(periods[-1].rpartition(",")[2]) + dt.timedelta(days=7)
    text = re.sub(r"(?m)^  clock: \S+", f"  clock: {day}T08:00:00+07:00", settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    _send(root, names)


def _send(root: Path, periods: list[str]) -> None:
    from pipelines.office.settings import load_office
    from pipelines.warehouse.register import register

    office = load_office(root)
    (office.data / "receipts").mkdir(parents=True)
    (office.data / "landing").mkdir()
    number = 0
    for period in periods:
        for at in range(EXPORTS + RETURNS):
            number += 1
            _receipt(office.data, number, period, at)
    for delivery in register(office):
        if delivery.profile is not None:
            _reading(office, delivery)


def _receipt(data: Path, number: int, period: str, at: int) -> None:
    unit = UNITS[at % len(UNITS)]
    year, quarter = int(period[:4]), int(period[-1])
    is_return = at >= EXPORTS
    name = f"phieu-bao-cao_{period}_{unit}.xlsx"
    if not is_return:
        name = f"Sổ theo dõi hồ sơ {at}_{year}_{3 * quarter:02d}_15_06_30.xlsx"
    content = f"{number}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    (data / "landing" / sha256).write_bytes(content)
    receipt_id = f"{year}{3 * quarter:02d}15T070000-{unit}-{number:04d}"
    receipt = {
        "receipt_id": receipt_id,
        "received_at": f"{year}-{3 * quarter:02d}-15T07:00:00+07:00",
        "unit_id": unit,
        "period_id": period,
        "file_name": name,
        "inbox_path": f"{period}/{unit}/{name}",
        "sha256": sha256,
        "size": len(content),
        "same_bytes_as": None,
        "number": number,
    }
    (data / "receipts" / f"{receipt_id}.json").write_text(json.dumps(receipt, ensure_ascii=False), encoding="utf-8")


def _reading(office, delivery) -> None:
    from pipelines.ingest.contract import load_contract
    from pipelines.warehouse.streams import contract_path
    from pipelines.warehouse.typed import recipe
    from pipelines.warehouse.typed_cache import keep

    made_by = recipe(office, delivery)
    folder = office.data / "typed" / delivery.stream / f"{delivery.sha256[:16]}-{made_by[:12]}"
    contract = load_contract(contract_path(delivery.stream))
    count = ROWS if not delivery.profile.declares_nil else 0
    frame = pd.DataFrame({name: [None] * count for name in contract.typed_columns}).astype(object)
    frame[contract.key] = [
        f"000.{delivery.unit_id[1:]}.99.H51-210301-{delivery.receipt_no:06d}{row:02d}" for row in range(count)
    ]
    frame["flags"], frame["source_file"], frame["source_row"] = "", delivery.file_name, range(count)
    if contract.sender and count:
        frame[f"{contract.sender}_key"] = f"ubnd phường {int(delivery.unit_id[1:])}"
    counts = {"rows_in": count, "typed": count, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0}
    verdict = {
        "file_name": delivery.file_name, "sha256": delivery.sha256, "recipe": made_by, "stream": delivery.stream,
        "profile_id": delivery.profile.profile_id, "status": "accepted", "refused_reason": None, "refused_mend": None,
        "counts": counts, "checks": [], "furniture": [], "unknown_headers": [], "columns": {contract.key: "Mã"},
        "corrections": [],
    }  # fmt: skip
    keep(folder, [(frame, frame.iloc[:0])], verdict, contract)


def measure(root: Path) -> None:
    """Print the processor seconds of each step that touches every delivery, the first time and with its indexes."""
    from pipelines.office.settings import load_office
    from pipelines.warehouse.answer import plan
    from pipelines.warehouse.landed import write_landed
    from pipelines.warehouse.question import Ask
    from pipelines.warehouse.standing import standing

    office = load_office(root)
    period = office.reference["periods"]["period_id"].iloc[-1]
    began = time.process_time()

    def step(name: str) -> None:
        nonlocal began
        print(f"  {name:<42} {time.process_time() - began:6.2f} s", flush=True)
        began = time.process_time()

    planned = plan(office, Ask(period))
    step("register, question, key of the answer")
    typed = standing(office, planned.deliveries, cut=planned.question.cut)
    step("judged: readings, claims, replacements")
    plan(office, Ask(period))
    standing(office, planned.deliveries, cut=planned.question.cut)
    step("both asked again in the same run")
    with tempfile.TemporaryDirectory() as folder:
        write_landed(office, planned.question, typed, Path(folder) / "warehouse.duckdb")
    step("schema landed")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {len(planned.deliveries)} deliveries; peak memory {memory:.0f} MB")


def main() -> None:
    """Make the office, then measure twice: the second time the indexes are there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quarters", type=int, default=40)
    parser.add_argument("--measure", type=Path, default=None)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "office"
        make_office(root, asked.quarters)
        for title in ("indexes made:", "indexes there:"):
            print(title, flush=True)
            subprocess.run([sys.executable, __file__, "--measure", str(root)], check=True)


if __name__ == "__main__":
    main()
