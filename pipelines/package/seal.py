"""The seal of an issued version: one hash of all it rests on but its documents.

Here: what the seal covers. Not here: how it is written (office/printed_seal), printing it (render), holding it against
paper (seal_check).
Invariant: other figures, facts, question, receipts, settings or journal give another seal; documents carry it and are
made again from what it covers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import hash_file
from pipelines.office.printed_seal import printed_seal

# Parts of the manifest that are figures and what they rest on; the rest of it is about documents.
_OF_MANIFEST = ("key", "question", "switches", "coverage", "deliveries", "figures")
# Files of a version that are no documents: its facts, its layouts, its evidence.
_FACT_FILES = ("warehouse.duckdb", "forms.json")
_EVIDENCE = "evidence"


def seal_of(folder: Path, record: dict[str, Any]) -> str:
    """Return the seal of a version as it is printed: 32 letters of a SHA-256, in groups of four.

    Args:
        folder: the version's files as they lie there now.
        record: what the version was made from (issue.json); its own hashes of files are not believed.
    """
    return printed_seal(sealed_text(folder, record))


def sealed_text(folder: Path, record: dict[str, Any]) -> str:
    """Return the text whose hash the seal is: JSON of all the version rests on; arguments as of `seal_of`."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    printed = {name: value for name, value in record["printed"].items() if name != "seal"}
    sealed = {
        **{name: value for name, value in record.items() if name not in ("files", "printed")},
        "printed": printed,
        "manifest": {name: manifest[name] for name in _OF_MANIFEST},
        "facts": {path.relative_to(folder).as_posix(): hash_file(path) for path in sealed_files(folder)},
    }
    return json.dumps(sealed, sort_keys=True, ensure_ascii=False)


def sealed_files(folder: Path) -> list[Path]:
    """Return the files of a version that the seal covers byte for byte."""
    evidence = [path for path in (folder / _EVIDENCE).rglob("*") if path.is_file()]
    return sorted([*(folder / name for name in _FACT_FILES), *evidence])
