"""The streams there are, and where each one's contract and suite lie.

Here: finding them. Not here: reading them (ingest/contract, quality/suite).
Invariant: a stream is a dbt source yml and a suite of the same name; nothing else lists streams.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipelines.paths import DBT_PROJECT, EXPECTATIONS


@lru_cache(maxsize=1)
def streams() -> tuple[str, ...]:
    """Return the streams there are: one dbt source yml each (its meta names the stream), in the order of names."""
    named = sorted(path.stem for path in contract_path("any").parent.glob("*.yml"))
    return tuple(stream for stream in named if suite_path(stream).is_file())


def contract_path(stream: str) -> Path:
    """Return the dbt source yml that is the contract of a stream."""
    return DBT_PROJECT / "models" / "sources" / f"{stream}.yml"


def suite_path(stream: str) -> Path:
    """Return the Great Expectations suite of a stream."""
    return EXPECTATIONS / f"{stream}.yaml"
