"""What the files that wait in the inbox hold that nothing reads: columns nobody maps, words nobody knows.

Here: one sentence a file, with what to do. Not here: reading (ingest), drafting a profile (draft), receiving.
Invariant: writes and receives nothing; no personal cell is in a sentence; a return of ours is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.grid import Opened
from pipelines.ingest.guess import guess, unknown_words
from pipelines.ingest.inspection import inspect_file
from pipelines.ingest.landing import waiting
from pipelines.ingest.own_return import read_own_return
from pipelines.ingest.sniff import Refused
from pipelines.office.profiles import Profile
from pipelines.office.settings import Office
from pipelines.office.streams import contract_path
from pipelines.office.text import nfc
from pipelines.setup.draft import rows_of, shown_words
from pipelines.warehouse.own_returns import sheet_names

# More files are not looked into: each is opened.
_MOST_FILES = 60


def unread(office: Office) -> Iterator[str]:
    """Yield each file waiting in the inbox of which something would not be read: what, and what to do."""
    held = [item for item in waiting(office).waiting if item.kind == "new" and item.unit_id]
    for item in held[:_MOST_FILES]:
        path = office.inbox / item.inbox_path
        faults = list(_of_file(office, path, str(item.unit_id)))
        if faults:
            yield f'«{item.inbox_path}»: {"; ".join(faults)}. Xem và sửa: kstt profile "{path}"'


def _of_file(office: Office, path: Path, unit_id: str) -> Iterator[str]:
    profile = office.profile_for(unit_id, nfc(PurePosixPath(path).name))
    try:
        if read_own_return(path, sheet_names()) is not None:
            return
        if profile is None:
            yield "chưa hồ sơ nguồn nào đọc tệp này"
            return
        contract = load_contract(contract_path(profile.stream))
        seen = inspect_file(path, contract, profile)
    except (Refused, OSError):  # what cannot be opened is faults when it is received
        return
    strange = [item.path for sheet in seen.sheets for item in sheet.headers if item.fate == "unknown"]
    if seen.refusal is not None:
        yield seen.refusal.reason.rstrip(".")
    if strange:
        yield f"cột không được đọc: {', '.join(f'«{name}»' for name in dict.fromkeys(strange))}"
    yield from _words(seen.opened, contract, profile)


def _words(opened: Opened, contract: Contract, profile: Profile) -> Iterator[str]:
    found = guess(opened, [contract], profile)
    if found is None:
        return
    for name, noted in unknown_words(contract, profile, found.paths, rows_of(found)).items():
        words = ", ".join(f"«{word}»" for word in shown_words(noted)) or "nhiều nội dung khác nhau"
        yield f"từ chưa biết ở cột «{contract.columns[name].title}»: {words}"
