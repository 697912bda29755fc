"""What typed files say that claims need, read from each once: units, unit parts of codes and days of their rows, the
records a replacement lacks or has otherwise.

Here: an index beside the typed files, derived from them. Not here: what follows from it (claims).
Invariant: the index can be deleted at any time; a typed folder never changes, so what it said is never asked again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.ingest.contract import BOOK_YEAR, LINEAGE_COLUMNS, OWN_NUMBER, Contract, load_contract
from pipelines.office.files import read_derived, write_derived
from pipelines.office.settings import Office
from pipelines.warehouse.streams import contract_path

if TYPE_CHECKING:
    import pyarrow as pa

_BETWEEN = " | "  # between the parts of a key of several columns
_VERSION = 4
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
    is_changed: bool = False

    @classmethod
    def of(cls, office: Office) -> Said:
        """Read the index; one that is missing or changed by anybody else begins empty."""
        path = office.data / "typed" / "said.json"
        content = read_derived(path)
        if content is None or content.get("version") != _VERSION:
            return cls(path)
        files = {name: Facts(**said) for name, said in content["files"].items()}
        return cls(path, files, content["lacking"], content["differing"])

    def save(self) -> None:
        """Keep what this process has read."""
        if self.is_changed:
            files = {name: asdict(said) for name, said in self.files.items()}
            content = {"version": _VERSION, "files": files, "lacking": self.lacking, "differing": self.differing}
            write_derived(self.path, content)
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
            contract = load_contract(contract_path(stream))
            rejected = set(pd.read_parquet(new / "rejects.parquet", columns=["record_code"])["record_code"].dropna())
            present = set(record_keys(pd.read_parquet(new / "rows.parquet"), contract))
            had = pd.read_parquet(old / "rows.parquet")
            keys = pd.DataFrame({"key": record_keys(had, contract), "code": had[contract.key]}).drop_duplicates("key")
            gone = keys[~keys["key"].isin(present) & ~keys["code"].isin(rejected)]
            self.lacking[key] = sorted(gone["key"])
            self.is_changed = True
        return self.lacking[key]

    def changed(self, stream: str, new: Path, old: Path) -> list[str]:
        """Return the records two files both have, each with something else in a column of the contract."""
        key = f"{new.name}<{old.name}"
        if key not in self.differing:
            contract = load_contract(contract_path(stream))
            first, second = (_contents(folder / "rows.parquet", contract) for folder in (old, new))
            both = first.index.intersection(second.index)
            differs = (first.loc[both] != second.loc[both]).any(axis="columns")
            self.differing[key] = sorted(map(str, both[differs.to_numpy(dtype=bool)]))
            self.is_changed = True
        return self.differing[key]

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
        return bool((pd.read_parquet(new / "rows.parquet", columns=counts).fillna(0) >= _NO_CHANCE).any(axis=None))


def _read(path: Path, contract: Contract) -> Facts:
    """Read the few columns that say what a file is as a whole; a file may have millions of rows."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    sender = f"{contract.sender}_key" if contract.sender else None
    coded = contract.key if contract.national_code else None
    moments = contract.happenings if contract.book_dates else ()
    rows = pq.read_table(path, columns=[name for name in (sender, coded, *moments) if name])
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


def _contents(path: Path, contract: Contract) -> pd.DataFrame:
    """The records of a file as text, by name; of several rows of one record the last."""
    rows = pd.read_parquet(path)
    texts = rows[[name for name in rows.columns if name not in LINEAGE_COLUMNS]].astype("string").fillna("")
    texts.index = pd.Index(record_keys(rows, contract))
    return texts[~texts.index.duplicated(keep="last")]


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
