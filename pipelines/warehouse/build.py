"""One build folder, one run at a time: from a question to a warehouse ready for dbt.

Here: the lock, the build folder, preparing the database. Not here: models (dbt), documents (render, package).
Invariant: the build folder is a workplace only; a run that dies leaves it and the next run deletes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.landed import write_landed
from pipelines.warehouse.question import Question
from pipelines.warehouse.typed import TypedDelivery

_LOOK_AGAIN = 0.2  # seconds between two looks at a lock another run holds


def build_folder(office: Office) -> Path:
    """Return the one build folder of an office."""
    return office.data / "build"


def warehouse_file(office: Office) -> Path:
    """Return the database being built."""
    return build_folder(office) / "warehouse.duckdb"


def dbt_target(office: Office) -> Path:
    """Return dbt's own folder (manifest, compiled SQL) of an office."""
    return office.data / "dbt_target"


# Run locks this process holds: the job a command starts finds the command's own lock.
_held: set[tuple[Path, int]] = set()


@contextmanager
def only_run(office: Office, wait_seconds: float = 0) -> Generator[None]:
    """Hold the office's run lock; the system frees it when the process ends, however it ends.

    Commands, the UI and the schedules all hold it, so that no two of them write the build folder. Within the
    process that holds it, it is given again.

    Args:
        office: whose lock.
        wait_seconds: how long to wait for another run (a person is told at once, a schedule waits).

    Raises:
        OfficeError: another run is going on; the message names its process.
    """
    office.data.mkdir(parents=True, exist_ok=True)
    path = office.data / "run.lock"
    mine = path.resolve(), os.getpid()  # a forked child is another process: it inherits this set, not the lock
    if mine in _held:
        yield
        return
    with path.open("a+") as lock:
        _take(lock, wait_seconds)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _held.add(mine)
        try:
            yield
        finally:
            _held.discard(mine)


def _take(lock: TextIO, wait_seconds: float) -> None:
    last = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= last:
                lock.seek(0)
                raise OfficeError(
                    f"Đang có một lượt chạy khác (tiến trình {lock.read().strip()}). Hãy đợi xong rồi chạy lại."
                ) from error
        time.sleep(_LOOK_AGAIN)


def prepare(office: Office, question: Question, typed: list[TypedDelivery]) -> Path:
    """Empty the build folder and write schema `landed` into a fresh database; return the database."""
    folder = build_folder(office)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_landed(office, question, typed, warehouse_file(office))
    return warehouse_file(office)
