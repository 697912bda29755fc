"""`python -m truth.mutation`: draw edits by a seed, try each, write the table.

Here: the command line, the grounds, the table of docs/mutation.md. Not here: edits, trials.
Invariant: the same seed on the same project gives the same table.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import yaml
from truth.mutation.edits import Edit, edits
from truth.mutation.suite import killer
from truth.mutation.trial import Ground, Trials, Verdict
from truth.world import compare, door
from truth.world.sendings import Folder

REPOSITORY = Path(__file__).parents[3]
TABLE = REPOSITORY / "docs" / "mutation.md"
JUDGED = Path(__file__).parent / "survivors.yaml"


def main() -> int:
    """Draw, try, write; exit code 1 when an edit survives that nobody judged."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--edits", type=int, default=80)
    parser.add_argument("--keep", type=Path, default=None, help="folder in which the grounds are kept and found again")
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="mutation-"))
    try:
        project = door.compiled()
        trials = Trials(project, _grounds(root, project))
        possible = [edit for model in project.models for edit in edits(model.name, model.sql)]
        tried: list[tuple[Edit, Verdict]] = []
        for edit in Random(asked.seed).sample(possible, len(possible)):
            if len(tried) == asked.edits:
                break
            verdict = trials.attempt(edit)
            if not (verdict.is_refused or verdict.killed_by):
                touched = [edit.model, *(model.name for model in trials.after(edit.model))]
                verdict.killed_by = killer(edit, touched, root)
            if not verdict.is_refused:  # what the engine itself refuses is no plausible slip
                tried.append((edit, verdict))
                print(f"{len(tried)}/{asked.edits} {edit.model}: {verdict.killed_by or '?'}", flush=True)
        tried.sort(key=lambda item: (item[0].model, item[0].number))
        judged = yaml.safe_load(JUDGED.read_text(encoding="utf-8")) or {} if JUDGED.exists() else {}
        text = table(asked.seed, possible, tried, judged)
        TABLE.write_text(text, encoding="utf-8")
        return 1 if "not judged" in text else 0
    finally:
        if asked.keep is None:
            shutil.rmtree(root, ignore_errors=True)


def _grounds(root: Path, project: door.Compiled) -> list[Ground]:
    """Build the databases: four questions of one world, both quarters of the sample office."""
    found = []
    if not (root / "grounds").is_dir():
        (root / "grounds").mkdir(parents=True)
        world = compare.make(1, root / "office", 90)
        asked = compare.late_questions(2)
        _keep(root, project, "world", world.folder, [world.questions[3], asked[1], asked[3], asked[-1]])
        sample = root / "sample"
        shutil.copytree(REPOSITORY / "sample_office", sample, ignore=shutil.ignore_patterns("data", "__pycache__"))
        folder = Folder.__new__(Folder)
        folder.root = sample
        door.receive(folder)
        questions = [item for item in compare.questions(2) if item.received_by is None]
        _keep(
            root,
            project,
            "sample",
            folder,
            [questions[1], compare.Question(compare.QUARTERS[1], compare.QUARTERS[1].end)],
        )
    for path in sorted((root / "grounds").iterdir()):
        kind = path.name.partition("-")[0]
        found.append(Ground(path.name, path / "warehouse.duckdb", kind))
    return found


def _keep(root: Path, project: door.Compiled, kind: str, folder: Folder, questions: list[compare.Question]) -> None:
    for number, question in enumerate(questions, 1):
        built = door.count(folder, question, project.models)
        target = root / "grounds" / f"{kind}-{number}"
        target.mkdir()
        shutil.copy(built, target / "warehouse.duckdb")


def table(seed: int, possible: list[Edit], tried: list[tuple[Edit, Verdict]], judged: dict[str, dict[str, str]]) -> str:
    """Return docs/mutation.md."""
    kinds = Counter(edit.kind for edit in possible)
    alive = [(edit, verdict) for edit, verdict in tried if not verdict.killed_by]
    lines = [
        "# Wrong edits of the SQL, and what notices them",
        "",
        f"`make mutants N={len(tried)} SEED={seed}` enumerates every small wrong edit of the compiled models with sqlglot, draws some by the",
        "seed, and tries each on six built databases: four questions of one invented office (tests/truth/world), two quarters of",
        "the sample office. An edit is killed by the first dbt test that finds a row, else by a form whose cells a test of the",
        "suite holds against an independent count, else by the first test of `tests/unit` that builds the model and fails.",
        "Written by the command; judgements of survivors are in `tests/truth/mutation/survivors.yaml`.",
        "",
        f"Possible edits: {len(possible)} (" + ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(kinds)) + ").",
        f"Drawn: {len(tried)}. Killed: {len(tried) - len(alive)}. Survived: {len(alive)}.",
        "",
        "## Survivors",
        "",
        "| model | kind | before | after | judgement |",
        "|---|---|---|---|---|",
    ]
    for edit, verdict in alive:
        note = judged.get(name(edit), {}).get("reason") or "not judged"
        seen = (
            f" (changes {', '.join(sorted({item.partition(':')[2] for item in verdict.changes}))})"
            if verdict.changes
            else ""
        )
        lines.append(f"| {edit.model} | {edit.kind} | {_cell(edit.before)} | {_cell(edit.after)} | {note}{seen} |")
    lines += ["", "## Killed", "", "| model | kind | before | after | by |", "|---|---|---|---|---|"]
    lines += [
        f"| {edit.model} | {edit.kind} | {_cell(edit.before)} | {_cell(edit.after)} | {verdict.killed_by} |"
        for edit, verdict in tried
        if verdict.killed_by
    ]
    return "\n".join(lines) + "\n"


def name(edit: Edit) -> str:
    """Return the name by which a judgement finds an edit."""
    return f"{edit.model}: {_cell(edit.before)} -> {_cell(edit.after)}"


def _cell(text: str) -> str:
    short = text if len(text) <= 160 else f"{text[:100]} … {text[-50:]}"
    return short.replace("|", "\\|").replace('"warehouse"."main".', "").replace('"', "")


if __name__ == "__main__":
    sys.exit(main())
