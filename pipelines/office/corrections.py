"""Corrections: right values of single cells the office itself answers for (corrections.yaml).

Here: the schema of the file. Not here: applying them (ingest/corrections).
Invariant: a correction names what the source says now (`expect`), its reason and its document; without them it is none.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from pipelines.office.yaml_file import load_validated

_Cell = str | int | float | dt.datetime | dt.date | None


class Correction(BaseModel):
    """One cell of one record: what the source says, what is right, why, and by which document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stream: str
    record: str
    column: str
    expect: _Cell
    value: _Cell
    reason: str = Field(min_length=5)
    document: str = Field(min_length=2)
    unit_id: str | None = None


class _Corrections(RootModel[list[Correction]]):
    pass


def load_corrections(path: Path) -> tuple[Correction, ...]:
    """Read corrections.yaml; an office without the file corrects nothing.

    Raises:
        OfficeError: a correction lacks a part; the message names file and key.
    """
    return tuple(load_validated(path, _Corrections).root) if path.is_file() else ()
