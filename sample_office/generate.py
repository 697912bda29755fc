"""Make the sample office: truth, the files each unit sends, the ledger of planted faults.

Here: the order of work, the command line. Not here: the rules (generator/).
Invariant: one seed and scale give the same bytes; the truth is written apart and never delivered.

    python sample_office/generate.py                      the committed sample
    python sample_office/generate.py --scale 100 --out /tmp/big     a large one for benchmarks
    python sample_office/generate.py --year --out /tmp/year         an office of its own with four quarters, no faults
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime as dt
import gzip
import io
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator import procedures, record_sheets  # noqa: E402
from generator.beside import send_beside  # noqa: E402
from generator.case_files import send_case_exports  # noqa: E402
from generator.feedback import simulate_feedback  # noqa: E402
from generator.feedback_files import send_feedback  # noqa: E402
from generator.files import write  # noqa: E402
from generator.incoming import register  # noqa: E402
from generator.ledger import LEDGER, Ledger  # noqa: E402
from generator.remarks import add_remarks  # noqa: E402
from generator.return_files import Sheets, send_returns  # noqa: E402
from generator.review_files import send_reviews  # noqa: E402
from generator.reviews import simulate_reviews  # noqa: E402
from generator.simulate import Dossier, simulate  # noqa: E402
from generator.world import SAMPLE, YEAR, Timeline, load_world  # noqa: E402

SEED = 2021
# What stands in the units' return workbooks: modules with simulate(world, seed), stream → its true records, and
# shown(world, truth, quarter), stream → unit → the rows of its sheet.
RETURNED = (record_sheets, procedures)
NOT_IN_TRUTH = ("oddity", "remark_oddity", "person")
# What the office of a year takes from this one, and the line of its settings that is another.
OWN_FILES = ("office.yaml", "reference", "profiles")
CLOCK = re.compile("^  clock: .*$", re.MULTILINE)
YEAR_CLOCK = "  clock: 2021-12-20T08:00:00+07:00  # năm 2021 đã chốt số liệu"


def make(out: Path, truth: Path, seed: int = SEED, scale: float = 1.0, timeline: Timeline = SAMPLE) -> list[Dossier]:
    """Write inbox, register of incoming documents, ledger and truth; return the dossiers.

    Args:
        out: folder that gets `inbox/` (made anew), `reference/incoming.csv` and `planted.csv`.
        truth: folder that gets `dossiers.csv.gz`, `feedback.csv.gz`, `reviews.csv.gz` and one file a returned stream.
        seed: one seed, one sample.
        scale: 1 is about 6,000 dossiers a quarter; feedback and reviews are as many at any scale.
        timeline: which quarters, with or without planted faults.
    """
    world = load_world(HERE / "reference", timeline)
    dossiers, feedback, reviews = (
        simulate(world, seed, scale),
        simulate_feedback(world, seed),
        simulate_reviews(world, seed),
    )
    add_remarks(world, dossiers, HERE / "reference", seed)
    inbox = out / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    ledger = Ledger()
    for quarter in timeline.quarters:
        rows_of = send_case_exports(inbox, world, dossiers, quarter, ledger, seed)
        if timeline.plants_faults:
            send_beside(inbox, world, dossiers, quarter, ledger, rows_of)
        send_feedback(inbox, world, feedback, quarter, ledger, seed)
        send_reviews(inbox, world, reviews, quarter, ledger)
    returned: dict[str, list[Any]] = {}
    for module in RETURNED:
        returned |= module.simulate(world, seed)
    for quarter in timeline.quarters:
        sheets: Sheets = {}
        for module in RETURNED:
            sheets |= module.shown(world, returned, quarter)
        send_returns(inbox, HERE, world, quarter, ledger, sheets)
    write(out / "planted.csv", _csv(LEDGER, ledger.lines))
    write(out / "reference" / "incoming.csv", register(inbox, timeline))
    for name, happened in {"dossiers": dossiers, "feedback": feedback, "reviews": reviews, **returned}.items():
        write(truth / f"{name}.csv.gz", _truth(happened))
    return dossiers


def make_year(out: Path, seed: int = SEED, scale: float = 0.1) -> list[Dossier]:
    """Write a whole office whose clock stands after 2021, with the files of its four quarters; return the dossiers.

    Args:
        out: folder of the new office; its settings, tables and profiles are those of the sample, written anew.
        seed: one seed, one office.
        scale: 1 is about 6,000 dossiers a quarter.
    """
    for name in OWN_FILES:
        source, target = HERE / name, out / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            text, changed = CLOCK.subn(YEAR_CLOCK, source.read_text(encoding="utf-8"))
            if changed != 1:
                raise ValueError(f"{source} has no one line `clock:`")
            write(target, text.encode())
    return make(out, out / "truth", seed, scale, YEAR)


def _truth(records: Sequence[Any]) -> bytes:
    columns = [column.name for column in dataclasses.fields(records[0]) if column.name not in NOT_IN_TRUTH]
    lines = [{name: _text(getattr(record, name)) for name in columns} for record in records]
    return _gzip(_csv(columns, lines))


def _text(value: dt.datetime | dt.date | str | bool | int | float | None) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def _csv(columns: Sequence[str], lines: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _gzip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, buffer, mtime=0) as target:
        target.write(content)
    return buffer.getvalue()


def main() -> None:
    """Read the command line and make a sample."""
    parser = argparse.ArgumentParser(description="Make the sample office's inbox, planted.csv and truth.")
    parser.add_argument("--out", type=Path, default=HERE, help="office folder that gets inbox/ and planted.csv")
    parser.add_argument("--truth", type=Path, help="folder of the truth (default: tests/truth, or OUT/truth)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scale", type=float, help="1 is about 6,000 dossiers a quarter (default 1; --year: 0.1)")
    parser.add_argument("--year", action="store_true", help="a whole office in OUT with four quarters and no faults")
    given = parser.parse_args()
    if given.year and given.out == HERE:
        parser.error("--year makes an office of its own: give its folder by --out")
    truth = given.truth or (HERE.parent / "tests" / "truth" if given.out == HERE else given.out / "truth")
    if given.year:
        dossiers = make_year(given.out, given.seed, 0.1 if given.scale is None else given.scale)
    else:
        dossiers = make(given.out, truth, given.seed, 1.0 if given.scale is None else given.scale)
    files = [path for path in (given.out / "inbox").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(dossiers)} dossiers, {len(files)} files, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
