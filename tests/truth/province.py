"""A province of many communes: each counts and issues, the province sums; equal to the count of all files at once.

Here: drawn communes, the comparison cell by cell and record by record, a correction of one, time and memory. Not here:
three communes by hand (province.py, pipeline/test_province). Invariant: the same seed draws the same province.

    make province N=109 DOSSIERS=200
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from issued_office import DONE, OPEN, at, table
from office_folder import send
from province import (
    FEEDBACK_FILE,
    FILE,
    Rows,
    cells,
    commune,
    counted,
    dossiers,
    feedback_log,
    feedbacks,
    issue_and_send,
    province,
)

_FIRST, _DAYS = dt.date(2020, 12, 1), 100
_FORMS = ("form_ii_06a", "form_ii_06b", "form_ii_05a")
# One feedback to so many dossiers.
_TO_DOSSIERS = 10


def drawn(unit: int, count: int, seed: int) -> Rows:
    """Dossiers of one commune: most done, early, on the day or late; the others waiting."""
    draw = random.Random(f"{seed} {unit}")
    return tuple(_dossier(draw, unit, number) for number in range(1, count + 1))


def _dossier(draw: random.Random, unit: int, number: int) -> tuple[str, str, str, str, str]:
    received = _FIRST + dt.timedelta(days=draw.randrange(_DAYS))
    due = received + dt.timedelta(days=draw.randrange(1, 15))
    done = due + dt.timedelta(days=draw.choice((-2, -1, 0, 0, 1, 3)))
    code = f"000.01.{unit % 90 + 10}.H51-{received:%y%m%d}-{number + unit // 90 * 3000:04}"
    if draw.random() < 0.1:
        code = f"{number}/TN"  # a number of its own book, as other communes have
    is_done = draw.random() < 0.8 and received <= done <= dt.date(2021, 3, 14)
    days = [f"{day:%d/%m/%Y}" for day in (received, due)]
    return code, *days, f"{done:%d/%m/%Y}" if is_done else "", DONE if is_done else OPEN


def drawn_feedback(unit: int, count: int, seed: int) -> Rows:
    """Feedback of one commune; the first waits, so that a correction can answer it."""
    draw = random.Random(f"{seed} {unit} feedback")
    first = (f"PAKN-{unit:03}-0000", "Hành vi hành chính", "01/03/2021", "", "", "Đang xử lý")
    return (first, *(_feedback(draw, unit, number) for number in range(1, count)))


def _feedback(draw: random.Random, unit: int, number: int) -> tuple[str, ...]:
    received = _FIRST + dt.timedelta(days=draw.randrange(_DAYS))
    answered = received + dt.timedelta(days=draw.randrange(1, 40))
    published = answered + dt.timedelta(days=draw.randrange(6))
    code = f"PAKN-{unit:03}-{number:04}" if draw.random() < 0.8 else f"{number}/PA"
    kind = draw.choice(("Hành vi hành chính", "Quy định hành chính", "Hành vi và quy định hành chính"))
    last, is_answered = dt.date(2021, 3, 14), draw.random() < 0.7 and answered <= dt.date(2021, 3, 14)
    is_published = is_answered and published <= last
    days = [f"{day:%d/%m/%Y}" if known else "" for day, known in ((answered, is_answered), (published, is_published))]
    status = "Đã công khai" if is_published else "Đã trả lời" if is_answered else "Đang xử lý"
    return code, kind, f"{received:%d/%m/%Y}", *days, status


def main() -> int:
    """Live through the province's spring; return 0 where everything is equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, default=109)
    parser.add_argument("--dossiers", type=int, default=200, help="of each commune")
    parser.add_argument("--seed", type=int, default=2021)
    asked = parser.parse_args()
    sent = {f"p{unit:03}": drawn(unit, asked.dossiers, asked.seed) for unit in range(1, asked.communes + 1)}
    count = max(2, asked.dossiers // _TO_DOSSIERS)
    logs = {f"p{unit:03}": drawn_feedback(unit, count, asked.seed) for unit in range(1, asked.communes + 1)}
    with tempfile.TemporaryDirectory(prefix="kstt-tinh-") as folder:
        return _live(Path(folder), sent, logs)


def _live(root: Path, sent: dict[str, Rows], logs: dict[str, Rows]) -> int:
    above, at_once = province(root / "above", sent, sent, logs), province(root / "all", (), sent, logs)
    started = _used()
    with at("2021-03-16T08:00:00"):
        for unit, rows in sent.items():
            issue_and_send(commune(root / unit, unit, rows, logs[unit]), above)
            if unit != "p001":
                shutil.rmtree(root / unit, ignore_errors=True)
        _say(f"{len(sent)} communes counted and issued", started)
        started = _used()
        first = _kept(counted(above), root)
        _say("the province received, checked and summed them", started)
        started = _used()
        whole = _kept(counted(at_once), root)
        _say("all files counted at once", started)
    faults = _differences(first, whole)
    mended = (*sent["p001"][:-1], ("000.01.11.H51-210301-9999", "01/03/2021", "05/03/2021", "04/03/2021", DONE))
    with at("2021-04-02T08:00:00"):
        send(root / "p001", FILE, table(*sent["p001"], mended[-1]), "p001-mc")
        answered = (*logs["p001"][0][:3], "02/03/2021", "", "Đã trả lời")
        send(root / "p001", FEEDBACK_FILE, feedback_log((answered, *logs["p001"][1:])), "p001-mc")
        issue_and_send(root / "p001", above, "corrected", "Sót một hồ sơ, một trả lời")
        corrected = counted(above)
    faults += _moved(first, corrected, "form_ii_06a", {1})
    # The feedback answered moves from one cell to others.
    faults += _moved(first, corrected, "form_ii_05a", {1, -1})
    print("\n".join(faults) or "equal: every cell, every dossier and every feedback")
    return 1 if faults else 0


def _moved(first: Path, corrected: Path, form: str, by: set[int]) -> list[str]:
    before, after = (cells(path, form) for path in (first, corrected))
    moved = {place: after[place] - before[place] for place in before if before[place] != after[place]}
    print(f"a correction of one commune moved {len(moved)} of {len(before)} cells of {form}, each by 1")
    found = [f"moved elsewhere: {place}" for place in moved if place[0] not in ("tp", "p001")]
    found += [f"moved by {amount}: {place}" for place, amount in moved.items() if amount not in by]
    return found if moved else [f"nothing moved in {form}"]


def _kept(warehouse: Path, root: Path) -> Path:
    return Path(shutil.move(warehouse, root / f"{len(list(root.glob('*.kept')))}.kept"))


def _differences(one: Path, other: Path) -> list[str]:
    found = [f"{form} differs" for form in _FORMS if cells(one, form) != cells(other, form)]
    ours, theirs = dossiers(one), dossiers(other)
    found += [f"dossier {code}" for code in sorted(ours.keys() | theirs.keys()) if ours.get(code) != theirs.get(code)]
    ours, theirs = feedbacks(one), feedbacks(other)
    found += [f"feedback {code}" for code in sorted(ours.keys() | theirs.keys()) if ours.get(code) != theirs.get(code)]
    print(f"{len(ours)} feedback in the population")
    with duckdb.connect(one, read_only=True) as connection:
        rows = connection.execute("select count(*) from fct_dossier_period").fetchone()
    print(f"{rows[0] if rows else 0} dossiers in the population, {len(cells(one))} cells of a form")
    return found


def _used() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


def _say(what: str, since: tuple[float, float]) -> None:
    clock, processor = (now - then for now, then in zip(_used(), since, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {processor:.0f} s of processor, {clock:.0f} s by the clock, {memory:.0f} MB at most so far",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
