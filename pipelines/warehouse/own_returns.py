"""What every landed file says of itself, asked once: an index over the files that are returns.

Here: the index, derived from landing and kept beside it. Not here: how a return is known (ingest/own_return).
Invariant: the index can be deleted at any time; changed by anybody else it is made anew; a file is opened for it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from pipelines.ingest import own_return
from pipelines.ingest.contract import load_contract
from pipelines.ingest.landing import landed_path
from pipelines.ingest.own_return import OwnReturn, read_own_return
from pipelines.office.files import read_derived, write_derived
from pipelines.office.settings import Office
from pipelines.periods import named
from pipelines.warehouse.streams import contract_path, streams


def own_returns(office: Office, hashes: Collection[str]) -> dict[str, OwnReturn]:
    """Return what each landed file that is a return says of itself, by its hash.

    Args:
        office: the office.
        hashes: SHA-256 of the landed files asked about; one that is not there says nothing.
    """
    path = office.data / "typed" / "own-returns.json"
    known = _read(path)
    new = [sha256 for sha256 in hashes if sha256 not in known]
    for sha256 in sorted(new):
        landed = landed_path(office, sha256)
        found = read_own_return(landed, sheet_names()) if landed.is_file() else None
        known[sha256] = found
    if new:
        files = {sha256: asdict(own) if own else None for sha256, own in known.items()}
        write_derived(path, {"made_by": _version(), "files": files})
    return {sha256: own for sha256 in hashes if (own := known[sha256])}


@lru_cache(maxsize=1)
def sheet_names() -> tuple[str, ...]:
    """Return the names of the sheets returns have."""
    contracts = [load_contract(contract_path(stream)) for stream in streams()]
    return tuple(contract.sheet for contract in contracts if contract.sheet)


def _read(path: Path) -> dict[str, OwnReturn | None]:
    """Read the index; one that is missing, changed or made by other code is made anew."""
    content = read_derived(path)
    if content is None or content.get("made_by") != _version():
        return {}
    return {sha256: _own(entry) if entry is not None else None for sha256, entry in content["files"].items()}


@lru_cache(maxsize=1)
def _version() -> str:
    own_code = Path(own_return.__file__).read_bytes() + Path(named.__file__).read_bytes()
    return hashlib.sha256(own_code + "\n".join(sheet_names()).encode()).hexdigest()[:16]


def _own(entry: dict) -> OwnReturn:
    headings = tuple((unit, period) for unit, period in entry["headings"])
    return OwnReturn(entry["unit_id"], entry["period_id"], headings, tuple(entry["filled"]), tuple(entry["others"]))
