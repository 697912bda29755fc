"""A profile drafted from a strange file, tried on that very file.

Here: guess, profile, what it makes of the file, the words still to be filled in. Not here: guessing (ingest/guess),
printing (commands).
Invariant: no personal cell is in a draft; what is guessed is marked; the draft is a valid profile as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipelines.ingest.cells import is_blank
from pipelines.ingest.contract import load_contract
from pipelines.ingest.grid import Opened, open_delivery
from pipelines.ingest.guess import Guess, completed_text, guess, profile_text, unknown_words
from pipelines.ingest.headers import Labels, is_numbering, label, path_key
from pipelines.ingest.inspection import Inspection, inspect_file
from pipelines.ingest.persons import without_persons
from pipelines.ingest.sheet import Row
from pipelines.office.profiles import Profile
from pipelines.office.streams import contract_path, streams

_MOST_WORDS = 30
_LONGEST_WORD = 60


@dataclass(frozen=True)
class Draft:
    """What a file likeliest is.

    Attributes:
        found: the guess.
        profile: the profile drafted, as it would be loaded.
        text: the same as YAML with its remarks, to be looked through.
        seen: what the profile makes of the file.
        words: column of words → words of the file nobody mapped.
    """

    found: Guess
    profile: Profile
    text: str
    seen: Inspection
    words: dict[str, list[str]] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The rows below the header and the numbers of its columns, as they are in the file."""
        return rows_of(self.found)

    def cells(self, *columns: str) -> Counter[tuple[str, ...]]:
        """Return how often each combination of cells of some contract columns stands in the file, "" for none."""
        labels = Labels(self.found.contract, self.profile)
        paths = self.found.paths
        places = {name: at for at, path in enumerate(paths) if path and (name := labels.column(path_key(path)))}
        return Counter(tuple(_cell(row, places.get(name)) for name in columns) for row in self.rows)


def rows_of(found: Guess) -> list[Row]:
    """The rows below the header that are no numbers of columns («(1) (2) (3)»)."""
    below = found.sheet.rows[found.header_rows[-1] :]
    return [row for number, row in enumerate(below) if number > 1 or not is_numbering(row)]


def _cell(row: Row, at: int | None) -> str:
    return "" if at is None or at >= len(row) or is_blank(row[at]) else label(row[at])


def guess_file(path: Path) -> tuple[Opened, Guess | None]:
    """Open a file and return what it likeliest is; None where no contract knows two of its headers.

    Raises:
        Refused: the file cannot be opened.
    """
    opened = open_delivery(path)
    return opened, guess(opened, [load_contract(contract_path(stream)) for stream in streams()])


def draft(path: Path, unit_id: str | None, known: Profile | None = None) -> Draft | None:
    """Return a profile for a file, tried on it; None where no contract knows two of its headers.

    Args:
        path: the file.
        unit_id: the unit it comes from; None fits any.
        known: the profile that reads it already: the draft is that one with what the file has beyond it.

    Raises:
        Refused: the file cannot be opened.
    """
    if known is not None:
        found = guess(open_delivery(path), [load_contract(contract_path(known.stream))], known)
        if found is not None:
            return completed(path, found, known)
    _, found = guess_file(path)
    return None if found is None else draft_of(path, found, unit_id)


def completed(path: Path, found: Guess, known: Profile) -> Draft:
    """Return a profile with what a file has beyond it."""
    labels = {**known.labels, **{name: [head, *known.labels.get(name, [])] for name, head in found.guessed.items()}}
    words = unknown_words(found.contract, known.model_copy(update={"labels": labels}), found.paths, rows_of(found))
    text = completed_text(found, known, {name: list(shown_words(noted)) for name, noted in words.items()})
    profile = Profile.model_validate(yaml.safe_load(text))
    return Draft(found, profile, text, inspect_file(path, found.contract, profile), words)


def draft_of(path: Path, found: Guess, unit_id: str | None) -> Draft:
    """Return the draft for a file that was guessed already."""
    plain = Profile(
        profile_id="moi",
        stream=found.contract.stream,
        title="Nguồn mới",
        labels={name: [head] for name, head in found.guessed.items()},
        date_order="month_first" if found.is_month_first else "day_first",
    )
    words = unknown_words(found.contract, plain, found.paths, rows_of(found))
    text = profile_text(found, path.name, unit_id, {name: list(shown_words(noted)) for name, noted in words.items()})
    profile = Profile.model_validate(yaml.safe_load(text))
    return Draft(found, profile, text, inspect_file(path, found.contract, profile), words)


def shown_words(words: list[str]) -> Iterator[str]:
    """Yield the words, unless they are no list of words: long or very many texts may name a person."""
    if len(words) <= _MOST_WORDS and max(map(len, words)) <= _LONGEST_WORD:
        yield from map(without_persons, words)
