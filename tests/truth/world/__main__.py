"""`python -m truth.world FIRST COUNT`: many worlds, the shapes met, the cells that differ.

Here: the night's command line. Not here: rules. Invariant: exit code 1 when any cell differs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from truth.world import compare, door
from truth.world.evidence import Question


def main() -> int:
    """Make the worlds, ask every question, print differences and totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--size", type=int, default=60)
    parser.add_argument("--quarters", type=int, default=2)
    parser.add_argument("--show", type=int, default=1, help="stories printed of each kind of difference")
    parser.add_argument("--late", action="store_true", help="ask only once every file has come: half the price")
    asked = parser.parse_args()
    shapes: Counter[str] = Counter()
    nonzero: Counter[tuple[str, str]] = Counter()
    cells = differing = 0
    models = None
    noted: Counter[str] = Counter()
    for seed in range(asked.first, asked.first + asked.worlds):
        root = Path(tempfile.mkdtemp(prefix="world-"))
        try:
            world = compare.make(seed, root / "office", asked.size, asked.quarters)
            models = models or door.forms_alone(door.compiled().models)
            shapes += world.shapes()
            bad = 0
            for question in compare.late_questions(asked.quarters) if asked.late else world.questions:
                database = door.count(world.folder, question, models)
                found, own = compare.differences(world, question, database)
                nonzero.update((cell[0], cell[3]) for cell in own)
                cells += len(own)
                bad += len(found)
                _print(world, question, database, noted, asked.show)
                for item in found:
                    if not item.cell[0].startswith(("II.06", "II.08")):
                        print(f"  {seed} {question}: {' '.join(item.cell)}: đúng {item.expected} có {item.got}")
            differing += bad
            print(f"hạt giống {seed}: {len(world.dossiers)} hồ sơ, {len(world.exports)} tệp, {bad} ô khác", flush=True)
        finally:
            shutil.rmtree(root, ignore_errors=True)
    print("\nTình huống đã gặp:", *(f"  {count:5} {shape}" for shape, count in sorted(shapes.items())), sep="\n")
    print(
        "\nSố ô khác không:", *(f"  {n:6} {form} {column}" for (form, column), n in sorted(nonzero.items())), sep="\n"
    )
    print(f"\n{asked.worlds} thế giới từ hạt giống {asked.first}: {cells} ô khác không, {differing} ô khác nhau.")
    return 1 if differing else 0


def _print(world: compare.World, question: Question, database: Path, noted: Counter[str], show: int) -> None:
    for known, expected, got in compare.dossier_differences(world, question, database):
        kind = f"đúng [{expected}] có [{got}]" + (f" {sorted(known.dossier.shapes)}" if known else "")
        noted[kind] += 1
        print(f"  {world.seed} {question}: {kind}")
        if known and noted[kind] <= show:
            print(*("      " + line for line in compare.story(world, known.dossier)), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
