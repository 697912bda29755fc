"""Reading shared out among processes of this machine: each content is read by one of them and kept by its recipe.

Here: sharing out by size, the processes. Not here: reading and judging (typed), tasks of Spark (read_on_spark).
Invariant: what is kept is the same whoever read it; what a process did not come to keep, the asking process reads.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from pipelines.ingest.landing import landed_path
from pipelines.office.settings import Office
from pipelines.warehouse.register import Delivery

# A process costs its start (8 s of processor, its libraries): it is started for so many contents, or so many bytes.
_CONTENTS, _BYTES = 250, 60_000_000
# What opening a file costs beside its bytes, in bytes.
_OPENING = 100_000


def shares(office: Office, deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Return the deliveries in shares of about equal work, one a process; the same bytes are in one share.

    One share means that no other process is worth its start (setting `reading`).
    """
    settings = office.settings.reading
    sizes = {sha256: _size(office, sha256) for sha256 in dict.fromkeys(item.sha256 for item in deliveries)}
    worth = max(len(sizes) // _CONTENTS, sum(sizes.values()) // _BYTES)
    most = len(sizes) if settings.by == "spark" else settings.processes
    count = max(1, min(most, worth, len(sizes)))
    loads, share_of = [0] * count, dict[str, int]()
    for sha256, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        share_of[sha256] = least = loads.index(min(loads))
        loads[least] += size + _OPENING
    return [[item for item in deliveries if share_of[item.sha256] == number] for number in range(count)]


def read_apart(office: Office, parts: Sequence[Sequence[Delivery]]) -> None:
    """Read and keep each share in a process of its own.

    A process that dies (no memory left, killed) leaves its files unread and is no exception.

    Raises:
        OfficeError: a profile or correction is wrong.
    """
    # Not forked: the libraries' threads do not live on in a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=len(parts), mp_context=context, initializer=_begin) as pool:
        try:
            list(pool.map(partial(_read, office), parts))
        except BrokenProcessPool:
            return


def _size(office: Office, sha256: str) -> int:
    return landed_path(office, sha256).stat().st_size


def _begin() -> None:
    """Give the main module a file: pyspark, which Great Expectations imports, ends a process without one."""
    vars(sys.modules["__main__"]).setdefault("__file__", __file__)


def _read(office: Office, deliveries: Sequence[Delivery]) -> None:
    from pipelines.warehouse.typed import read_here

    read_here(office, deliveries)
