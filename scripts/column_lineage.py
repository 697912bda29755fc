"""Write columns.html beside dbt's documentation: what each column of a model means, and what it is computed from.

Here: one page from a folder of `dbt docs generate` and the warehouse in it. Not here: the lineage (pipelines/warehouse/
lineage), what columns mean (pipelines/warehouse/meanings). Invariant: every column of every model that has
one is a place of the page;
nothing is fetched.
"""

import json
import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipelines.warehouse.lineage import Lineage, lineage_of  # noqa: E402
from pipelines.warehouse.meanings import Meanings  # noqa: E402
from pipelines.warehouse.tables import tables_of  # noqa: E402

# Model and column → what the column means.
Meaning = Callable[[str, str], str]

_STYLE = (
    "body{font:15px/1.4 sans-serif;max-width:70rem;margin:0 auto;padding:1rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top}:target{background:#fff3b0}"
)


def page(lineage: Lineage, meaning: Meaning = lambda _model, _column: "") -> str:
    """Return the page: a table a model, its columns with their meaning and the columns they come from, each a link."""
    return "\n".join(_lines(lineage, meaning)) + "\n"


def _lines(lineage: Lineage, meaning: Meaning) -> Iterator[str]:
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Columns</title><style>{_STYLE}</style>'
    yield "<h1>Columns and what they are computed from</h1>"
    for model, columns in sorted(lineage.items()):
        yield f'<h2 id="{escape(model)}">{escape(model)}</h2><table>'
        for column, sources in columns.items():
            found = ", ".join(_source(lineage, *source) for source in sources)
            cells = f"<th>{escape(column)}</th><td>{escape(meaning(model, column))}</td><td>{found}</td>"
            yield f'<tr id="{escape(f"{model}.{column}")}">{cells}</tr>'
        yield "</table>"


def _source(lineage: Lineage, schema: str, table: str, column: str) -> str:
    name = escape(f"{table}.{column}")
    return f'<a href="#{name}">{name}</a>' if table in lineage else escape(f"{schema}.{table}.{column}")


def main(folder: Path) -> None:
    """Read the compiled models of a documentation's folder, write the page into it."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    models = {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node.get("compiled_code")
    }
    database = folder / "warehouse.duckdb"
    columns = {
        schema: {name: dict(table.columns) for name, table in tables_of(database, schema).items()}
        for schema in ("main", "landed")
    }
    lineage = lineage_of(models, {database.stem: columns})
    (folder / "columns.html").write_text(page(lineage, Meanings(manifest).of), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
