"""The same bytes read by the same recipe once a test session: most tests of reports copy the same few files.

Here: typed folders kept for all workers, given to an office that has none of its own. Not here: how a file is read.
Invariant: what is given is what another office of this session read from the same bytes by the same recipe with the
same masking key; a folder of the office itself, or damaged bytes in its landing, are left to the product.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from pipelines.ingest.landing import hash_file, landed_path
from pipelines.office import masking_key
from pipelines.office.files import temporary_beside
from pipelines.office.settings import Office
from pipelines.warehouse import typed
from pipelines.warehouse.register import Delivery

_KEY = b"the key of every office of tests"


def share_readings(patch: Callable[[object, str, object], None], shared: Path) -> None:
    """Let offices take each other's readings; `patch` is `setattr` of a MonkeyPatch, `shared` the folder of them."""
    look, keep = typed._kept, typed.keep
    offered = shared / "readings"

    def kept(office: Office, delivery: Delivery, room: str) -> typed._Kept:
        found = look(office, delivery, room)
        if found.verdict is not None or not found.made_by or found.folder.exists():
            return found
        known = _place(offered, found.folder)
        if not known.is_dir() or masking_key.masking_key(office) != _KEY or _is_damaged(office, delivery):
            return found
        _copy(known, found.folder)
        return look(office, delivery, room)

    def keep_and_offer(folder: Path, *rest: object) -> None:
        keep(folder, *rest)
        if (folder.parents[2] / "masking.key").read_bytes() == _KEY and not _place(offered, folder).exists():
            _copy(folder, _place(offered, folder))

    patch(masking_key, "secrets", SimpleNamespace(token_bytes=lambda _: _KEY))
    patch(typed, "_kept", kept)
    patch(typed, "keep", keep_and_offer)


def _place(offered: Path, folder: Path) -> Path:
    return offered / folder.parent.name / folder.name


def _is_damaged(office: Office, delivery: Delivery) -> bool:
    path = landed_path(office, delivery.sha256)
    return not path.is_file() or hash_file(path) != delivery.sha256


def _copy(folder: Path, place: Path) -> None:
    """Copy a folder in one move; where another worker was first, its copy stays."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(place, ".sharing-")
    shutil.copytree(folder, temporary)
    try:
        temporary.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(temporary)
