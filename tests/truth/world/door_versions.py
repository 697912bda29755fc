"""Two answers as issued versions, put side by side as `kstt versions` does.

Here: folders of an issue made of databases. Not here: issuing, expected values. Invariant: only counts of columns that the
world counts are looked at; a figure stands in the folder as the total of its form says.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import compiled_project
import duckdb
from truth.world.catalogue import CITY
from truth.world.days import QUARTERS
from truth.world.door import FORMS, HANOI

from pipelines.figures.layout import Layouts, entries_of

# Form and column → value before and value now of the figures at the head of the versions' table.
Headline = dict[tuple[str, str], tuple[int, int]]


def revised(
    databases: Sequence[Path], columns: dict[str, set[str]], place: Path
) -> tuple[Headline, set[tuple[str, str]]]:
    """Return what the last of some versions says changed: figures (before, now), files received since (unit, file).

    Args:
        databases: the answers, the oldest first.
        columns: the columns of each form that are looked at.
        place: an empty folder.
    """
    from pipelines.audit.versions import revisions
    from pipelines.figures.manifest_layouts import layouts_from_manifest
    from pipelines.ingest.landing import hash_file
    from pipelines.warehouse.issued import RECORD, Issued

    layouts = layouts_from_manifest(json.loads(compiled_project.compiled().manifest), QUARTERS[0].end)
    layouts = {form: layouts[form] for form in FORMS}
    issued = []
    for number, database in enumerate(databases, 1):
        folder = place / f"v{number}"
        folder.mkdir(parents=True)
        manifest = _manifest(database, layouts)
        (folder / "forms.json").write_text(json.dumps(entries_of(layouts)), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        record = {
            "printed": {"correction_no": number - 1, "forced": ""},
            "ask": {"as_of": manifest["question"]["as_of"], "switches": {}},
            **dict.fromkeys(("settings", "software", "versions"), ""),
            "receipts": [item["delivery_id"] for item in manifest["deliveries"]],
        }
        (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
        kind = "corrected" if number > 1 else "final"
        when = dt.datetime(2021, 3, 15, tzinfo=HANOI)
        issued.append(
            Issued(manifest["question"]["period_id"], number, kind, when, "", "", folder, hash_file(folder / RECORD))
        )
    last = revisions(issued)[-1]
    names = [*_headline(layouts)]
    figures = {
        key: (int(change.before or 0), int(change.value or 0))
        for key, change in zip(names, last.changes, strict=True)
        if not change.is_rate and key[1] in columns[key[0]]
    }
    return figures, set(last.late)


def _headline(layouts: Layouts) -> Iterable[tuple[str, str]]:
    for form, layout in layouts.items():
        for text in dict(layout.headline).values():
            yield from ((form, name) for name in re.findall(r"\{(\w+)", text))


def _manifest(database: Path, layouts: Layouts) -> dict[str, Any]:
    figures: dict[str, int] = {}
    with duckdb.connect(database, read_only=True) as connection:
        for form, layout in layouts.items():
            numbers = {column.name: column.number for column in layout.figures}
            names = ", ".join(f"sum({name})" for name in numbers)
            query = f"select {names} from main.{FORMS[form][0]} where scope_id = ? and row_kind = 'total'"
            values = connection.execute(query, [CITY]).fetchone() or ()
            figures |= {
                f"{form}/{CITY}/total/c{number}": int(value or 0)
                for number, value in zip(numbers.values(), values, strict=True)
            }
        question = connection.execute("select as_of, received_by, period_id from landed.question").fetchone()
        assert question
        files = connection.execute(
            "select delivery.delivery_id, unit.name_vi, delivery.file_name, delivery.received_at "
            "from landed.delivery as delivery inner join landed.unit as unit on delivery.unit_id = unit.unit_id"
        ).fetchall()
    return {
        "question": {
            "period_id": question[2],
            "as_of": str(question[0]),
            "received_by": question[1].isoformat(),
            "office_unit_id": CITY,
        },
        "figures": figures,
        "deliveries": [
            {"delivery_id": name, "unit_name": unit, "file_name": file, "received_at": when.isoformat()}
            for name, unit, file, when in files
        ],
    }
