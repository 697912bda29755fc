"""`python -m truth.world`: many worlds, each cell held against the world's own count, and the page that says so.

Here: the night's command line; a line a world in a ledger, so that it can be stopped and goes on. Not here: rules, the page
(page). Invariant: exit code 1 when any cell of any world asked for differs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from truth.world import checks, compare, door, page
from truth.world.evidence import Question

REPOSITORY = Path(__file__).parents[3]
# Every fifth world has the four quarters of the year: nine months and the year are asked of it.
WHOLE_YEAR_EACH = 5
# The first of every ten has its files read once more with planted faults, and the checks are held against them.
WITH_CHECKS_EACH = 10


def main() -> int:
    """Make the worlds that the ledger does not have yet, ask every question, note what differs, write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=201)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--size", type=int, default=70)
    parser.add_argument("--quarters", type=int, default=None, help="2 to 4; else 2, and 4 in every fifth world")
    parser.add_argument("--show", type=int, default=1, help="stories printed of each kind of difference")
    parser.add_argument("--ledger", type=Path, default=REPOSITORY / "target" / "worlds.jsonl")
    parser.add_argument("--page", type=Path, default=None, help="write the page of the ledger's worlds here")
    asked = parser.parse_args()
    asked.ledger.parent.mkdir(parents=True, exist_ok=True)
    seeds = range(asked.first, asked.first + asked.worlds)
    project = door.project()
    done = {item["seed"]: item for item in _noted(asked.ledger) if item["seed"] in seeds}
    told: Counter[str] = Counter()
    for seed in seeds:
        if seed in done and done[seed]["project"] == project and not done[seed]["differing"]:
            continue
        quarters = asked.quarters or (4 if seed % WHOLE_YEAR_EACH == 0 else 2)
        done[seed] = {
            "project": project,
            **_world(seed, asked.size, quarters, told, asked.show, seed % WITH_CHECKS_EACH == 1),
        }
        with asked.ledger.open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(done[seed], ensure_ascii=False) + "\n")
        line = "hạt giống {seed}: {dossiers} hồ sơ, {files} tệp, {cells} ô khác không, {differing} ô khác nhau, {seconds} giây"
        print(line.format(**done[seed]), flush=True)
    if asked.page:
        asked.page.write_text(page.text([done[seed] for seed in sorted(done)]), encoding="utf-8")
    return 1 if any(item["differing"] or page.faults(item["checks"]) for item in done.values()) else 0


def _noted(ledger: Path) -> list[dict[str, Any]]:
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def _world(seed: int, size: int, quarters: int, told: Counter[str], show: int, with_checks: bool) -> dict[str, Any]:
    """Return what is noted of one world: its size, shapes, figures by column, cells asked by kind of question, checks."""
    began = time.process_time()
    models = door.forms_alone(door.compiled().models)
    root = Path(tempfile.mkdtemp(prefix="world-"))
    nonzero: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    differing = 0
    try:
        world = compare.make(seed, root / "office", size, quarters)
        # What asks for every file comes first: all are read and judged at once, not as each question needs them.
        for question in sorted(world.questions, key=lambda item: item.received_by is not None):
            database = door.count(world.folder, question, models)
            found, own = compare.differences(world, question, database)
            nonzero.update(f"{cell[0]}|{cell[3]}" for cell in own)
            cells[question.kind] += len(own)
            differing += len(found)
            if found:
                _print(world, question, database, told, show)
                for item in found:
                    print(f"  {seed} {question}: {' '.join(item.cell)}: đúng {item.expected} có {item.got}", flush=True)
        scores = checks.score(world, root / "dirty") if with_checks else {}
        for name, found in scores.items():
            for what, rows in (("thiếu", found.missed), ("thừa", found.wrong)):
                print(
                    *(f"  {seed} phép kiểm tra {name}: {what} {row}" for row in rows),
                    sep="\n",
                    end="\n" if rows else "",
                )
        return {
            "seed": seed,
            "quarters": quarters,
            "dossiers": len(world.dossiers),
            "files": len(world.sent),
            "cells": cells.total(),
            "differing": differing,
            "seconds": round(time.process_time() - began),
            "asked": cells,
            "shapes": world.shapes(),
            "nonzero": nonzero,
            "checks": checks.noted(scores),
        }
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _print(world: compare.World, question: Question, database: Path, told: Counter[str], show: int) -> None:
    for known, expected, got in compare.dossier_differences(world, question, database):
        kind = f"đúng [{expected}] có [{got}]" + (f" {sorted(known.dossier.shapes)}" if known else "")
        told[kind] += 1
        print(f"  {world.seed} {question}: {kind}")
        if known and told[kind] <= show:
            print(*("      " + line for line in compare.story(world, known.dossier)), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
