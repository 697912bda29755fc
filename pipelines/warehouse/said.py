"""What typed files say that claims need, read from each once: units, unit parts of codes and days of their rows, the
records a replacement lacks or has otherwise.

Here: an index beside the typed files, derived from them. Not here: what follows from it (claims).
Invariant: the index can be deleted at any time; a typed folder never changes, so what it said is never asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.contract import Contract, load_contract
from pipelines.office.files import read_derived, write_derived
from pipelines.office.settings import Office
from pipelines.warehouse.records import Records, read_table
from pipelines.warehouse.streams import contract_path

if TYPE_CHECKING:
    import pyarrow as pa

_VERSION = 5
_ANSWERS = ("lacking", "differing", "beside", "left")
# A number so large is hardly the same in two periods.
_NO_CHANCE = 10
# What follows the unit part of a national code: the day of receipt and a number (domain/09 9.2).
_AFTER_PART = r"-[0-9]{6}-[0-9]+$"


@dataclass(frozen=True)
class Facts:
    """What the rows of a file say of it as a whole.

    `units` has the match key of each unit named by the rows as their own → how many name it; `parts` each unit part of
    national codes → how many have it; the days are the first and last on which anything happened.
    """

    units: dict[str, int]
    parts: dict[str, int]
    first_on: str | None
    last_on: str | None

    @property
    def main_part(self) -> str | None:
        """The unit part of most national codes; None where none is of more than half of them."""
        part, count = max(self.parts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        return part if 2 * count > sum(self.parts.values()) else None


@dataclass
class Said:
    """The index of one office, in memory; `save` keeps what was new."""

    path: Path
    files: dict[str, Facts] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    differing: dict[str, list[str]] = field(default_factory=dict)
    # Of a file beside others of its look, and of a chain of replacements: the answer, under the names of all of them.
    beside: dict[str, list[Any]] = field(default_factory=dict)
    left: dict[str, list[Any]] = field(default_factory=dict)
    is_changed: bool = False
    records: Records = field(default_factory=Records)

    @classmethod
    def of(cls, office: Office) -> Said:
        """Read the index; one that is missing or changed by anybody else begins empty."""
        path = office.data / "typed" / "said.json"
        content = read_derived(path)
        if content is None or content.get("version") != _VERSION:
            return cls(path)
        files = {name: Facts(**said) for name, said in content["files"].items()}
        return cls(path, files, *(content[name] for name in _ANSWERS))

    def save(self) -> None:
        """Keep what this process has read."""
        if self.is_changed:
            files = {name: asdict(said) for name, said in self.files.items()}
            answers = {name: getattr(self, name) for name in _ANSWERS}
            write_derived(self.path, {"version": _VERSION, "files": files, **answers})
            self.is_changed = False

    def of_rows(self, stream: str, folder: Path) -> Facts:
        """Return what the rows of a typed file say of it as a whole."""
        if folder.name not in self.files:
            self.files[folder.name] = _read(folder / "rows.parquet", load_contract(contract_path(stream)))
            self.is_changed = True
        return self.files[folder.name]

    def missing(self, stream: str, new: Path, old: Path) -> list[str]:
        """Return the records counted from an old file that a new one lacks; a rejected row of the new is present."""
        key = f"{new.name}<{old.name}"
        if key not in self.lacking:
            self.lacking[key] = sorted(self.records.lacking(stream, new, old))
            self.is_changed = True
        return self.lacking[key]

    def changed(self, stream: str, new: Path, old: Path) -> list[str]:
        """Return the records two files both have, each with something else in a column of the contract."""
        key = f"{new.name}<{old.name}"
        if key not in self.differing:
            self.differing[key] = self.records.changed(stream, new, old)
            self.is_changed = True
        return self.differing[key]

    def first_changed(self, stream: str, new: Path, olds: Sequence[Path]) -> tuple[int, list[str]] | None:
        """Return the place of the first of some files that has a record of a new one otherwise, and those records.

        Asked of one among many files at a time; the index keeps one answer for all of them.
        """
        key = _key_of(new, *olds)
        if key not in self.beside:
            found = self.records.first_changed(stream, new, olds)
            self.beside[key] = [] if found is None else [*found]
            self.is_changed = True
        answer = self.beside[key]
        return (answer[0], answer[1]) if answer else None

    def of_chain(self, folders: Sequence[Path]) -> list[tuple[int, frozenset[str]]] | None:
        """Return what `keep_chain` kept of a chain of replacements; None where nothing is known of it."""
        known = self.left.get(_key_of(*folders))
        return None if known is None else [(at, frozenset(records)) for at, records in known]

    def keep_chain(self, folders: Sequence[Path], left: Sequence[tuple[int, frozenset[str]]]) -> None:
        """Keep which files of a chain, by their places in it, have records the last of them lacks."""
        self.left[_key_of(*folders)] = [[at, sorted(records)] for at, records in left]
        self.is_changed = True

    def is_same(self, stream: str, new: Path, old: Path) -> bool:
        """Return whether two files hold the very same records, whatever their bytes, and numbers no chance makes alike.

        A sheet whose every number is small is alike from period to period, and says nothing.
        """
        if any(said(stream, *pair) for said in (self.missing, self.changed) for pair in ((new, old), (old, new))):
            return False
        contract = load_contract(contract_path(stream))
        counts = [name for name, column in contract.columns.items() if column.role in ("count", "money")]
        if not counts:
            return True
        numbers = read_table(new / "rows.parquet", counts).to_pydict().values()
        return any((value or 0) >= _NO_CHANCE for column in numbers for value in column)


def _read(path: Path, contract: Contract) -> Facts:
    """Read the few columns that say what a file is as a whole; a file may have millions of rows."""
    import pyarrow.compute as pc

    sender = f"{contract.sender}_key" if contract.sender else None
    coded = contract.key if contract.national_code else None
    moments = contract.happenings if contract.book_dates else ()
    rows = read_table(path, [name for name in (sender, coded, *moments) if name])
    parts: dict[str, int] = {}
    if contract.national_code and coded:
        codes = rows[coded].drop_null()
        whole = pc.MatchSubstringOptions(f"^(?:{contract.national_code.pattern})$")
        national = codes.filter(pc.call_function("match_substring_regex", [codes], whole))
        before = pc.ReplaceSubstringOptions(_AFTER_PART, "")
        parts = _counts(pc.call_function("replace_substring_regex", [national], before))
    spans = [pc.call_function("min_max", [rows[name]]).as_py() for name in moments]
    days = [span for span in spans if span["min"] is not None]
    return Facts(
        {key: count for key, count in (_counts(rows[sender]) if sender else {}).items() if key},
        parts,
        min((span["min"].date().isoformat() for span in days), default=None),
        max((span["max"].date().isoformat() for span in days), default=None),
    )


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    """Return each value and how many there are, by value."""
    counted = values.drop_null().value_counts().to_pylist()
    return {item["values"]: item["counts"] for item in sorted(counted, key=lambda item: item["values"])}


def _key_of(*folders: Path) -> str:
    """Return a short name of some typed folders in their order."""
    return hashlib.sha256("/".join(folder.name for folder in folders).encode()).hexdigest()
