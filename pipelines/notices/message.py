"""A message: what it is about, to whom, its words.

Here: the shape of a message, of a failure of a run. Not here: which there are (collect), sending (register, ways).
Invariant: equal keys are one message; the words hold no person's data whatever they were made of.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.persons import without_persons

OFFICER, CHIEF = "officer", "chief"


@dataclass(frozen=True)
class Failure:
    """A run or a tick of a schedule that failed: its id, what it was, when, why."""

    failure_id: str
    what: str
    at: dt.datetime
    why: str


@dataclass(frozen=True)
class Message:
    """One message to one audience.

    Attributes:
        key: what it is about; sent once to an audience, whatever its words have become since.
        kind: run_failed, missing, overdue, refused, misplaced, blockers, ending, letter or mend.
        audience: `officer`, `chief` or a unit's id.
        subject: one line.
        body: plain text.
        files: what goes with it.
        prepare: makes what the message speaks of, just before it is sent.
    """

    key: str
    kind: str
    audience: str
    subject: str
    body: str
    files: tuple[Path, ...] = ()
    prepare: Callable[[], object] | None = field(default=None, compare=False)

    @property
    def digest(self) -> str:
        """Return the hash that names the message in the register."""
        return hashlib.sha256(f"{self.key}\0{self.audience}".encode()).hexdigest()

    def masked(self) -> Message:
        """Return the message with whatever looks like a person's data masked, line by line."""
        body = "\n".join(without_persons(line) for line in self.body.splitlines())
        subject = without_persons(self.subject)
        return Message(self.key, self.kind, self.audience, subject, body, self.files, self.prepare)
