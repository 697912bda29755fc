"""The records of a typed file: what each is called, and whether two files say the same of it.

Here: names in Python and as SQL, names and contents of one file read once a process. Not here: what follows where a
file lacks a record or has it otherwise (said, standing, claims).
Invariant: a record has the same name in Python and in SQL; memory holds names and one number each, never the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.contract import BOOK_YEAR, LINEAGE_COLUMNS, OWN_NUMBER, Contract, load_contract
from pipelines.warehouse.streams import contract_path

if TYPE_CHECKING:
    import pyarrow as pa

_BETWEEN = " | "  # between the parts of a key of several columns


def record_columns(contract: Contract) -> list[str]:
    """Return the columns the name of a record is made of."""
    unit = [f"{contract.sender}_key", OWN_NUMBER] if _has_units(contract) else []
    return [contract.key, *contract.key_beside, *([BOOK_YEAR] if contract.book_dates else []), *unit]


def record_names(columns: Mapping[str, Sequence[object]], contract: Contract) -> list[str]:
    """Return the name of each row's record: its key, what is beside it, its book where it is a number of one.

    A number of a book is again in other years, and in the books of other units whose rows one file may hold.

    Args:
        columns: the rows, a list of values a column.
        contract: the contract of their stream.
    """
    parts = [columns[name] for name in (contract.key, *contract.key_beside)]
    if contract.book_dates:
        parts.append(columns[BOOK_YEAR])
    if _has_units(contract):
        owned = zip(columns[f"{contract.sender}_key"], columns[OWN_NUMBER], strict=True)
        parts.append([unit if is_own else None for unit, is_own in owned])
    return [_BETWEEN.join(str(part) for part in row if part) for row in zip(*parts, strict=True)]


def record_sql(stream: str) -> str:
    """Return the same name of a row's record as SQL over the stream's columns."""
    contract = load_contract(contract_path(stream))
    names = [contract.key, *contract.key_beside, *([BOOK_YEAR] if contract.book_dates else [])]
    parts = [f"nullif(cast(\"{name}\" as varchar), '')" for name in names]
    if _has_units(contract):
        parts.append(f"case when {OWN_NUMBER} then nullif({contract.sender}_key, '') end")
    return f"concat_ws('{_BETWEEN}', {', '.join(parts)})"


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return some columns of one Parquet file; of a small one pandas takes several times as long."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)


class Records:
    """The records of typed files, each file read once; a typed folder never changes."""

    def __init__(self) -> None:
        """Begin without any."""
        self._codes: dict[Path, dict[str, str]] = {}
        self._rejected: dict[Path, frozenset[str]] = {}
        self._contents: dict[Path, dict[str, int]] = {}
        # A record → how many of the files whose records were read have it.
        self._files_with = Counter[tuple[str, str]]()
        # A record, in any file of its stream whose contents were read → what those files say of it.
        self._says: dict[tuple[str, str], set[int]] = {}

    def codes(self, stream: str, folder: Path) -> dict[str, str]:
        """Return the records a file has, each with its code."""
        if folder not in self._codes:
            contract = load_contract(contract_path(stream))
            rows = read_table(folder / "rows.parquet", record_columns(contract)).to_pydict()
            found: dict[str, str] = {}
            for name, code in zip(record_names(rows, contract), rows[contract.key], strict=True):
                found.setdefault(name, code)
            self._codes[folder] = found
            self._files_with.update((stream, name) for name in found)
        return self._codes[folder]

    def rejected(self, folder: Path) -> frozenset[str]:
        """Return the codes of the rows of a file that went back to its unit."""
        if folder not in self._rejected:
            codes = read_table(folder / "rejects.parquet", ["record_code"])["record_code"]
            self._rejected[folder] = frozenset(codes.drop_null().to_pylist())
        return self._rejected[folder]

    def lacking(self, stream: str, new: Path, old: Path, of: frozenset[str] | None = None) -> frozenset[str]:
        """Return the records counted from an old file that a new one lacks; a rejected row of the new is present.

        Args:
            stream: the stream of both.
            new: the folder of the new file.
            old: that of the old one.
            of: the records of the old file that are asked about; all of them where it is None.
        """
        codes, present, rejected = self.codes(stream, old), self.codes(stream, new).keys(), self.rejected(new)
        asked = codes.keys() if of is None else of
        if not rejected and of is not None and of.isdisjoint(present):
            return of
        return frozenset(name for name in asked if name not in present and codes[name] not in rejected)

    def changed(self, stream: str, new: Path, old: Path) -> list[str]:
        """Return the records two files both have, each with something else in a column of the contract."""
        before = self._of(stream, old)
        return sorted(name for name, said in self._of(stream, new).items() if before.get(name, said) != said)

    def first_changed(self, stream: str, new: Path, olds: Sequence[Path]) -> tuple[int, list[str]] | None:
        """Return the place of the first of some files that has a record of a new one otherwise, and those records."""
        for folder in (new, *olds):
            self.codes(stream, folder)
        if all(self._files_with[stream, name] == 1 for name in self.codes(stream, new)):
            return None  # the usual case, for which no file is read whole
        for old in olds:
            self._of(stream, old)
        unlike = {name: said for name, said in self._of(stream, new).items() if self._says[stream, name] != {said}}
        for at, old in enumerate(olds if unlike else ()):
            before = self._of(stream, old)
            found = sorted(name for name, said in unlike.items() if before.get(name, said) != said)
            if found:
                return at, found
        return None

    def _of(self, stream: str, folder: Path) -> dict[str, int]:
        """Return each record of a file with a hash of what is said of it; of several rows of one record the last."""
        if folder not in self._contents:
            found = _contents(folder / "rows.parquet", load_contract(contract_path(stream)))
            self._contents[folder] = found
            for name, said in found.items():
                self._says.setdefault((stream, name), set()).add(said)
        return self._contents[folder]


def _contents(path: Path, contract: Contract) -> dict[str, int]:
    import pyarrow.parquet as pq

    wanted = [name for name in contract.typed_columns if name not in LINEAGE_COLUMNS]
    found: dict[str, int] = {}
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):  # a piece of the reader each
            columns = file.read_row_group(group, columns=wanted, use_threads=False).to_pydict()
            rows = zip(*(columns[name] for name in wanted), strict=True)
            # Of the text: numbers that differ may have one hash (-1 and -2).
            said = [hash(repr(["" if value is None else value for value in row])) for row in rows]
            found.update(zip(record_names(columns, contract), said, strict=True))
    return found


def _has_units(contract: Contract) -> bool:
    return contract.national_code is not None and contract.sender is not None
