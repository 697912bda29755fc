"""docs/worlds.md: what many worlds met, asked and found, from the lines of the ledger.

Here: the words and tables of the page. Not here: worlds, counting. Invariant: every number is a sum over the lines given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

Line = dict[str, Any]
_OPENING = """# The world as the oracle

An invented office is drawn from a seed: dossiers, feedback, reviews and records with their whole histories, and the files
that the units' systems would show of them on the days of their exports. The office is read and counted by the product; the
world counts the same forms from the histories, by code of its own (`tests/truth/world`, described in
`tests/truth/README.md`). Every cell that is not zero in either count is compared. Written by `make worlds`.
"""


def text(lines: list[Line]) -> str:
    """Return the page of some worlds."""
    seeds = [line["seed"] for line in lines]
    year = [str(line["seed"]) for line in lines if line["quarters"] == 4]
    states = Counter(line["project"] for line in lines)
    differing = {line["seed"]: line["differing"] for line in lines if line["differing"]}
    parts = [
        _OPENING,
        f"Worlds: {len(lines)}, seeds {_spans(seeds)}; with four quarters: {', '.join(year) or 'none'}, the others with two.",
        f"Dossiers: {_total(lines, 'dossiers')}. Files: {_total(lines, 'files')}. "
        f"Cells that are not zero: {_total(lines, 'cells')}. **Cells that differ: {sum(differing.values())}**"
        + (f" (by seed: {differing})." if differing else "."),
        f"Processor time: {sum(line['seconds'] for line in lines) // len(lines)} seconds a world on average.",
        "State of the project (models, package, locked versions), by worlds: "
        + ", ".join(f"`{name}` {count}" for name, count in states.items())
        + ".",
        "",
        "## When it was asked",
        "",
        *_table(["question", "cells that are not zero"], sorted(_sum(lines, "asked").items())),
        "",
        "## Shapes met",
        "",
        "How many dossiers, files and records of each shape; a shape is made twice in each world or comes by chance.",
        "",
        *_table(["shape", "met"], sorted(_sum(lines, "shapes").items())),
        "",
        "## Cells that are not zero, by column of each form",
        "",
    ]
    rows = [(*key.split("|"), count) for key, count in sorted(_sum(lines, "nonzero").items())]
    parts += _table(["form", "column", "cells"], rows)
    return "\n".join([*parts, *_checks([line for line in lines if line["checks"]])]) + "\n"


def faults(checks: dict[str, list[int]]) -> int:
    """Return how many rows the checks of a world missed or named wrongly."""
    return sum(missed + wrong for _, _, missed, wrong in checks.values())


def _checks(lines: list[Line]) -> list[str]:
    total: dict[str, Counter[int]] = {}
    for line in lines:
        for name, numbers in line["checks"].items():
            total.setdefault(name, Counter()).update(dict(enumerate(numbers)))
    rows = []
    for name, count in sorted(total.items()):
        expected, missed, wrong = count[0] + count[1], count[2], count[3]
        right = expected - missed
        found = right + wrong
        rows.append((*name.split("|"), count[0], count[1], right, wrong, _share(right, expected), _share(right, found)))
    return [
        "",
        "## Recall and precision of the checks",
        "",
        f"Worlds {_spans([line['seed'] for line in lines]) or 'none'}: the newest files of the first quarter, with a row added",
        "for each fault their stream can have. What a check should say of every row, planted or not, comes from the fault or",
        "from the history. Recall: of the rows it should name, those it names. Precision: of the rows it names, those it should.",
        "",
        *_table(
            ["stream", "check", "planted", "by history", "named rightly", "named wrongly", "recall", "precision"], rows
        ),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _sum(lines: list[Line], name: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for line in lines:
        total.update(line[name])
    return total


def _total(lines: list[Line], name: str) -> str:
    return f"{sum(line[name] for line in lines):,}"


def _table(head: list[str], rows: Iterable[Iterable[object]]) -> list[str]:
    return [_row(head), "|" + "---|" * len(head), *(_row(row) for row in rows)]


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


def _spans(seeds: list[int]) -> str:
    """Return ascending numbers as spans: 201–205, 207."""
    spans: list[list[int]] = []
    for seed in sorted(seeds):
        if spans and spans[-1][1] == seed - 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    return ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in spans)
