"""Make the sample office: truth, the files each desk sends, the ledger of planted faults.

Here: the order of work, the files of each sending, the command line. Not here: the rules (generator/).
Invariant: one seed and scale give the same bytes; the truth is written apart and never delivered.

    python sample_office/generate.py                      the committed sample
    python sample_office/generate.py --scale 100 --out /tmp/big     a large one for benchmarks
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import io
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator.exports import Row, csv_bytes, shown_rows, system_of, table, write, xlsx_bytes  # noqa: E402
from generator.faults import plant_rows  # noqa: E402
from generator.simulate import TRUTH_COLUMNS, Dossier, simulate  # noqa: E402
from generator.world import DESK, QUARTERS, UNITS, Quarter, load_world  # noqa: E402

SEED = 2021
RESENT = "gửi lại"  # folder of what was sent again: its path sorts after the first file's
LEDGER = (
    "fault_id",
    "period_id",
    "unit_id",
    "file_name",
    "source_row",
    "check_id",
    "severity",
    "effect",
    "dossier_code",
    "note",
)
# Faults of whole files, by (period, unit).
RESENT_WITH_MORE_ROWS = ("2021-Q1", "p03")
RESENT_SAME_BYTES = ("2021-Q1", "p05")
WITHOUT_RECEIVED_AT = ("2021-Q1", "p07")
EMPTY_FILE = ("2021-Q1", "p10")
CUT_FILE = ("2021-Q2", "p04")
NOT_SENT = ("2021-Q2", "p09")
ROWS_OF_THE_NEWER_FILE = 4
# Units whose files end with a total row or a signature block.
WITH_TOTAL = (DESK, "p02", "p08")
WITH_SIGNATURE = (DESK, "p02")


@dataclass
class Ledger:
    """planted.csv in the making."""

    lines: list[dict[str, str]] = field(default_factory=list)

    def add(
        self,
        quarter: Quarter,
        unit: str,
        file: str,
        check: tuple[str, str, str, str],
        row: int | None = None,
        code: str = "",
    ) -> None:
        """Note one planted fault; `check` is check_id, severity, effect, note."""
        check_id, severity, effect, note = check
        self.lines.append(
            {
                "fault_id": f"F{len(self.lines) + 1:03d}",
                "period_id": quarter.period_id,
                "unit_id": unit,
                "file_name": file,
                "source_row": "" if row is None else str(row),
                "check_id": check_id,
                "severity": severity,
                "effect": effect,
                "dossier_code": code,
                "note": note,
            }
        )


@dataclass(frozen=True)
class Table:
    """The content of one file: lines above, table, lines below, and the number of its first data row."""

    content: bytes
    first_row: int
    below_row: int
    tail: list[list[str]]


def make(out: Path, truth: Path, seed: int = SEED, scale: float = 1.0) -> list[Dossier]:
    """Write inbox, ledger and truth; return the truth.

    Args:
        out: folder that gets `inbox/` (made anew) and `planted.csv`.
        truth: folder that gets `dossiers.csv.gz`.
        seed: one seed, one sample.
        scale: 1 is about 6,000 dossiers a quarter.
    """
    world = load_world(HERE / "reference")
    dossiers = simulate(world, seed, scale)
    shutil.rmtree(out / "inbox", ignore_errors=True)
    ledger = Ledger()
    for quarter in QUARTERS:
        rows_of = {
            unit: shown_rows(world, dossiers, unit, quarter) for unit in UNITS if (quarter.period_id, unit) != NOT_SENT
        }
        plant_rows(world, quarter, rows_of, seed)
        for unit in UNITS:
            if unit in rows_of:
                _send(out / "inbox" / quarter.period_id / unit, quarter, unit, rows_of[unit], ledger)
            else:
                ledger.add(quarter, unit, "", ("missing_delivery", "none", "none", "the unit sent nothing"))
    write(out / "planted.csv", _csv(list(LEDGER), ledger.lines))
    write(truth / "dossiers.csv.gz", _gzip(_csv(TRUTH_COLUMNS, [_truth_line(dossier) for dossier in dossiers])))
    return dossiers


def _send(folder: Path, quarter: Quarter, unit: str, rows: list[Row], ledger: Ledger) -> None:
    """Write what one unit sends for one quarter, faults of whole files included."""
    place, extension = (quarter.period_id, unit), system_of(unit).extension
    stem = f"Sổ theo dõi hồ sơ_{quarter.export:%Y_%m_%d_%H_%M}"
    name, second = f"{stem}.{extension}", f"{RESENT}/{stem} (1).{extension}"
    built = _build(quarter, unit, rows)
    good = name
    if place == RESENT_WITH_MORE_ROWS:
        write(folder / name, _build(quarter, unit, rows[:-ROWS_OF_THE_NEWER_FILE]).content)
        good = second
        note = f"replaces the first file, {ROWS_OF_THE_NEWER_FILE} rows more"
        ledger.add(quarter, unit, Path(good).name, ("replacement_file", "none", "none", note))
    elif place == RESENT_SAME_BYTES:
        write(folder / second, built.content)
        ledger.add(quarter, unit, Path(second).name, ("same_bytes", "none", "duplicate", "the same bytes again"))
    elif place == WITHOUT_RECEIVED_AT:
        write(folder / name, _build(quarter, unit, rows, without="received_at").content)
        ledger.add(quarter, unit, name, ("missing_required_column", "critical", "refused", "no column received_at"))
    elif place in (EMPTY_FILE, CUT_FILE):
        write(folder / name, built.content[:3000] if place == CUT_FILE else b"")
        note = "cut while copying" if place == CUT_FILE else "no bytes"
        ledger.add(quarter, unit, name, ("unreadable_file", "critical", "refused", note))
    if place in (WITHOUT_RECEIVED_AT, EMPTY_FILE, CUT_FILE):
        good = name.replace("hồ sơ_", f"hồ sơ {unit.upper()}_")
    write(folder / good, built.content)
    _note(ledger, quarter, unit, Path(good).name, rows, built)


def _note(ledger: Ledger, quarter: Quarter, unit: str, file: str, rows: list[Row], built: Table) -> None:
    for number, row in enumerate(rows, start=built.first_row):
        for fault in row.faults:
            ledger.add(quarter, unit, file, fault, number, str(row.cells["dossier_code"] or ""))
    if system_of(unit).has_numbering:
        ledger.add(quarter, unit, file, ("furniture", "none", "none", "numbering"), built.first_row - 1)
    for number, line in enumerate(built.tail, start=built.below_row):
        if any(line):
            kind = "total" if line[0] == "Tổng cộng" else "signature"
            ledger.add(quarter, unit, file, ("furniture", "none", "none", kind), number)


def _build(quarter: Quarter, unit: str, rows: list[Row], without: str = "") -> Table:
    system = system_of(unit)
    headers, body = table(system, rows, without)
    if system.has_numbering:
        body.insert(0, [f"({number})" for number in range(1, len(headers) + 1)])
    above = _above(quarter, unit) if system.extension == "xlsx" else []
    tail = _tail(quarter, unit, len(rows))
    if system.extension == "xlsx":
        content = xlsx_bytes(above, headers, body, tail)
    else:
        content = csv_bytes(headers, body, tail, ";" if unit <= "p08" else ",")
    header_row = len(above) + 1
    return Table(content, header_row + 1 + system.has_numbering, header_row + len(body) + 1, tail)


def _above(quarter: Quarter, unit: str) -> list[list[str]]:
    span = [f"(Từ ngày {quarter.start:%d/%m/%Y} đến ngày {quarter.end:%d/%m/%Y})"]
    if unit != DESK:
        return [[f"UBND PHƯỜNG {int(unit[1:])}"], ["SỔ THEO DÕI HỒ SƠ"], span]
    gap = [""] * 9
    return [
        ["UBND THÀNH PHỐ SÓC TRĂNG", *gap, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["BỘ PHẬN MỘT CỬA THÀNH PHỐ", *gap, "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["SỔ THEO DÕI HỒ SƠ"],
        span,
        [],
    ]


def _tail(quarter: Quarter, unit: str, count: int) -> list[list[str]]:
    tail: list[list[str]] = []
    if unit in WITH_TOTAL:
        tail.append(["Tổng cộng", f"{count} hồ sơ"])
    if unit in WITH_SIGNATURE:
        day = quarter.export
        gap = [""] * 10
        tail += [
            [],
            [*gap, f"Sóc Trăng, ngày {day:%d} tháng {day.month} năm {day.year}"],
            [*gap, "NGƯỜI LẬP BIỂU"],
            [*gap, "(Ký, ghi rõ họ tên)"],
            [],
            [*gap, "CÁN-BỘ-THỬ-99"],
        ]
    return tail


def _truth_line(dossier: Dossier) -> dict[str, str]:
    return {name: _text(getattr(dossier, name)) for name in TRUTH_COLUMNS}


def _text(value: dt.datetime | str | bool | None) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return str(int(value)) if isinstance(value, bool) else value or ""


def _csv(columns: list[str], lines: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
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
    parser.add_argument("--truth", type=Path, help="folder of dossiers.csv.gz (default: tests/truth, or OUT/truth)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about 6,000 dossiers a quarter")
    given = parser.parse_args()
    truth = given.truth or (HERE.parent / "tests" / "truth" if given.out == HERE else given.out / "truth")
    dossiers = make(given.out, truth, given.seed, given.scale)
    files = [path for path in (given.out / "inbox").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(dossiers)} dossiers, {len(files)} files, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
