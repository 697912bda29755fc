"""What typed files say that claims need, read from each once: units named by their rows, records a replacement lacks.

Here: an index beside the typed files, derived from them. Not here: what follows from it (claims).
Invariant: the index can be deleted at any time; a typed folder never changes, so what it said is never asked again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipelines.ingest.contract import BOOK_YEAR, OWN_NUMBER, Contract, load_contract
from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.warehouse.streams import contract_path

_BETWEEN = " | "  # between the parts of a key of several columns
_VERSION = 2


@dataclass
class Said:
    """The index of one office, in memory; `save` keeps what was new."""

    path: Path
    units: dict[str, dict[str, int]] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    is_changed: bool = False

    @classmethod
    def of(cls, office: Office) -> Said:
        """Read the index; one that is missing or broken begins empty."""
        path = office.data / "typed" / "said.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            units, lacking = content["units"], content["lacking"]
            is_whole = all(isinstance(named, dict) for named in units.values())
            is_whole = is_whole and all(isinstance(records, list) for records in lacking.values())
            if content["version"] == _VERSION and is_whole:
                return cls(path, units, lacking)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # derived: made anew below
        return cls(path)

    def save(self) -> None:
        """Keep what this process has read."""
        if self.is_changed:
            content = {"version": _VERSION, "units": self.units, "lacking": self.lacking}
            write_atomically(self.path, json.dumps(content, ensure_ascii=False, sort_keys=True).encode())
            self.is_changed = False

    def units_named(self, stream: str, folder: Path) -> dict[str, int]:
        """Return match key of each unit named by the rows as their own → how many name it."""
        sender = load_contract(contract_path(stream)).sender
        if sender is None:
            return {}
        if folder.name not in self.units:
            column = f"{sender}_key"
            named = pd.read_parquet(folder / "rows.parquet", columns=[column])[column].dropna()
            self.units[folder.name] = {str(key): int(count) for key, count in named.value_counts().items() if key}
            self.is_changed = True
        return self.units[folder.name]

    def missing(self, stream: str, new: Path, old: Path) -> list[str]:
        """Return the records counted from an old file that a new one lacks; a rejected row of the new is present."""
        key = f"{new.name}<{old.name}"
        if key not in self.lacking:
            contract = load_contract(contract_path(stream))
            rejected = set(pd.read_parquet(new / "rejects.parquet", columns=["record_code"])["record_code"].dropna())
            present = set(record_keys(pd.read_parquet(new / "rows.parquet"), contract))
            had = pd.read_parquet(old / "rows.parquet")
            keys = pd.DataFrame({"key": record_keys(had, contract), "code": had[contract.key]}).drop_duplicates("key")
            gone = keys[~keys["key"].isin(present) & ~keys["code"].isin(rejected)]
            self.lacking[key] = sorted(gone["key"])
            self.is_changed = True
        return self.lacking[key]


def record_keys(rows: pd.DataFrame, contract: Contract) -> list[str]:
    """Return the name of each row's record: its key, what is beside it, its book where it is a number of one.

    A number of a book is again in other years, and in the books of other units whose rows one file may hold.
    """
    parts = rows[[contract.key, *contract.key_beside, *([BOOK_YEAR] if contract.book_dates else [])]]
    if _has_units(contract):
        parts = parts.assign(unit=rows[f"{contract.sender}_key"].where(rows[OWN_NUMBER].fillna(False).astype(bool)))
    texts = parts.astype("string").fillna("")
    return [_BETWEEN.join(part for part in row if part) for row in texts.itertuples(index=False)]


def record_sql(stream: str) -> str:
    """Return the same name of a row's record as SQL over the stream's columns."""
    contract = load_contract(contract_path(stream))
    names = [contract.key, *contract.key_beside, *([BOOK_YEAR] if contract.book_dates else [])]
    parts = [f"nullif(cast(\"{name}\" as varchar), '')" for name in names]
    if _has_units(contract):
        parts.append(f"case when {OWN_NUMBER} then nullif({contract.sender}_key, '') end")
    return f"concat_ws('{_BETWEEN}', {', '.join(parts)})"


def _has_units(contract: Contract) -> bool:
    return contract.national_code is not None and contract.sender is not None
