"""An office as it was when a version was issued, made of kept files in a folder of its own.

Here: kept settings and tables, receipts and acts of then, landing by link. Not here: making anything
of it (reproduce, seal_check).
Invariant: nothing of the office itself is written, nothing outside the new folder; landing is linked, not copied.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import landed_path
from pipelines.office import journal
from pipelines.office.files import inside, write_atomically
from pipelines.office.masking_key import key_path
from pipelines.office.settings import Office
from pipelines.warehouse.issued import issued_versions


def lay_out_office(office: Office, record: dict[str, Any], root: Path) -> None:
    """Make the office as it was for this issue: kept settings, the receipts and acts of then, landing linked."""
    restore(office, record["settings"], root)
    data = root / "data"
    for folder in ("landing", "receipts", "issued"):
        (data / folder).mkdir(parents=True)
    for receipt_id, hashes in record["receipts"].items():
        name = f"{receipt_id}.json"
        shutil.copy(inside(office.data / "receipts", name), inside(data / "receipts", name))
        target = inside(data / "landing", hashes["landed"])
        if not target.is_symlink():
            target.symlink_to(landed_path(office, hashes["landed"]).resolve())
    if key_path(office).is_file():
        shutil.copy(key_path(office), data)
    lines, head = journal.excerpt(office, record["journal"]["lines"])
    write_atomically(data / journal.journal_path(office).name, lines)
    if head:
        write_atomically(data / journal.head_path(office).name, head)
    # Finals of earlier periods: the carry-over was held against them.
    known = {act.details.get("record_sha256") for act in journal.acts(office)[: record["journal"]["lines"]]}
    for earlier in issued_versions(office):
        if earlier.record_sha256 in known:
            place = inside(data / "issued", earlier.period_id)
            place.mkdir(exist_ok=True)
            (place / earlier.folder.name).symlink_to(earlier.folder.resolve())


def restore(office: Office, kept: dict[str, str], root: Path) -> None:
    """Write kept files back to their places below a folder."""
    for path, sha256 in kept.items():
        target = inside(root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(landed_path(office, sha256), target)
