"""`python -m truth.mutation`: draw edits by a seed, try each, write the table.

Here: the command line, the grounds, the table of docs/mutation.md. Not here: edits, trials.
Invariant: the same seed on the same project gives the same table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import yaml
from truth.mutation.edits import Edit, Place, places
from truth.mutation.suite import killer
from truth.mutation.trial import Ground, Trials, Verdict
from truth.world import compare, door
from truth.world.sendings import Folder

REPOSITORY = Path(__file__).parents[3]
TABLE = REPOSITORY / "docs" / "mutation.md"
JUDGED = Path(__file__).parent / "survivors.yaml"


def main() -> int:
    """Draw, try what the ledger does not have yet, write; exit code 1 when an edit survives that nobody judged."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--edits", type=int, default=80)
    parser.add_argument("--keep", type=Path, default=REPOSITORY / "target" / "mutants", help="grounds and ledger")
    parser.add_argument(
        "--again", action="store_true", help="survivors of the ledger once more, after tests of dbt were written"
    )
    asked = parser.parse_args()
    project = door.compiled()
    # Grounds and ledger are of one state of the models: another one has other edits.
    root = asked.keep / hashlib.sha256(repr(project.models).encode()).hexdigest()[:12]
    trials = Trials(project, _grounds(root, project))
    sql = {model.name: model.sql for model in project.models}
    possible = [place for model in project.models for place in places(model.name, model.sql)]
    ledger = _Ledger(root / f"{asked.seed}.jsonl")
    tried: list[tuple[Edit, Verdict]] = []
    for place in Random(asked.seed).sample(possible, len(possible)):
        if len(tried) == asked.edits:
            break
        edit = place.edit(sql[place.model])
        verdict = ledger.known.get(_place(edit))
        if verdict is None or (asked.again and not (verdict.killed_by or verdict.is_refused)):
            verdict = ledger.note(edit, replace(trials.attempt(edit), is_tried=bool(verdict and verdict.is_tried)))
        if not verdict.is_refused:  # what the engine itself refuses is no plausible slip
            tried.append((edit, verdict))
    # Tests of the suite are tried last: one edit costs them more than the databases all edits.
    for number, (edit, verdict) in enumerate(tried):
        if not (verdict.killed_by or verdict.is_tried):
            touched = [edit.model, *(model.name for model in trials.after(edit.model))]
            verdict = replace(verdict, killed_by=killer(edit, touched, root), is_tried=True)
            tried[number] = edit, ledger.note(edit, verdict)
    tried.sort(key=lambda item: (item[0].model, item[0].number))
    judged = yaml.safe_load(JUDGED.read_text(encoding="utf-8")) or {} if JUDGED.exists() else {}
    text = table(asked.seed, possible, tried, judged)
    TABLE.write_text(text, encoding="utf-8")
    return 1 if "not judged" in text else 0


class _Ledger:
    """What was found of each edit, a line each, so that a trial that is stopped goes on; the last line of an edit counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.known = {noted["edit"]: Verdict(**noted["verdict"]) for noted in map(json.loads, lines)}

    def note(self, edit: Edit, verdict: Verdict) -> Verdict:
        """Write down what was found of an edit, and return it."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"edit": _place(edit), "verdict": asdict(verdict)}) + "\n")
        print(f"{name(edit)}: {verdict.killed_by or ('refused' if verdict.is_refused else '?')}", flush=True)
        return verdict


def _place(edit: Edit) -> str:
    return f"{edit.model} {edit.number}"


def _grounds(root: Path, project: door.Compiled) -> list[Ground]:
    """Build the databases, or find them built: four questions of one world, both quarters of the sample office."""
    (root / "grounds").mkdir(parents=True, exist_ok=True)
    if not (root / "grounds" / "world-4").exists():
        shutil.rmtree(root / "office", ignore_errors=True)
        world = compare.make(1, root / "office", 90)
        asked = compare.late_questions(2)
        _keep(root, project, "world", world.folder, [asked[1], asked[3], asked[-1], world.questions[3]])
    if not (root / "grounds" / "sample-2").exists():
        sample = root / "sample"
        shutil.rmtree(sample, ignore_errors=True)
        shutil.copytree(REPOSITORY / "sample_office", sample, ignore=shutil.ignore_patterns("data", "__pycache__"))
        folder = Folder.__new__(Folder)
        folder.root = sample
        door.receive(folder)
        questions = [compare.Question(quarter, quarter.end) for quarter in compare.QUARTERS[1::-1]]
        _keep(root, project, "sample", folder, questions)
    # The small ones of the world are asked first.
    places = sorted((root / "grounds").glob("*-[1-9]"), reverse=True)
    return [Ground(path.name, path / "warehouse.duckdb", path.name.partition("-")[0]) for path in places]


def _keep(root: Path, project: door.Compiled, kind: str, folder: Folder, questions: list[compare.Question]) -> None:
    for number, question in enumerate(questions, 1):
        built = door.count(folder, question, project.models)
        target = root / "grounds" / f"{kind}-{number}"
        unfinished = target.with_suffix(".part")
        unfinished.mkdir(exist_ok=True)
        shutil.copy(built, unfinished / "warehouse.duckdb")
        unfinished.rename(target)


def table(
    seed: int, possible: list[Place], tried: list[tuple[Edit, Verdict]], judged: dict[str, dict[str, str]]
) -> str:
    """Return docs/mutation.md."""
    kinds = Counter(place.kind for place in possible)
    alive = [(edit, verdict) for edit, verdict in tried if not verdict.killed_by]
    lines = [
        "# Wrong edits of the SQL, and what notices them",
        "",
        f"`make mutants N={len(tried)} SEED={seed}` enumerates every small wrong edit of the compiled models with sqlglot, draws some by the",
        "seed, and tries each on the unit tests of the dbt project and on six built databases: four questions of one invented",
        "office (tests/truth/world), two quarters of the sample office. An edit is killed by the first unit test of its model,",
        "else by the first dbt test of data that finds a row, else by a form whose cells a test of the suite holds against an",
        "independent count, else by the first test of `tests/unit` that builds the model and fails. Written by the command;",
        "judgements of survivors are in `tests/truth/mutation/survivors.yaml`.",
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
