"""Where a run works, and one run at a time: from a question to a warehouse ready for dbt.

Here: the lock, the build folder of each run, preparing the database. Not here: models (dbt), documents (package).
Invariant: a run writes to its own build folder only; what a dead run left is deleted when the next question is asked,
what a killed writer left by the next run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.office.errors import OfficeError
from pipelines.office.leftovers import remove_leftovers
from pipelines.office.settings import Office
from pipelines.warehouse.landed import write_landed
from pipelines.warehouse.question import Question
from pipelines.warehouse.typed import TypedDelivery

_LOOK_AGAIN = 0.2  # seconds between two looks at a lock another run holds


def build_folder(office: Office, run_id: str) -> Path:
    """Return the build folder of one run of an office."""
    return office.data / "build" / run_id


def warehouse_file(office: Office, run_id: str) -> Path:
    """Return the database a run builds."""
    return build_folder(office, run_id) / "warehouse.duckdb"


def dbt_target(office: Office) -> Path:
    """Return dbt's own folder (manifest, compiled SQL) of an office."""
    return office.data / "dbt_target"


@contextmanager
def only_run(office: Office, wait_seconds: float = 0) -> Generator[None]:
    """Hold the office's run lock; the system frees it when the process ends, however it ends.

    Commands, the UI and the schedules all hold it, so that no two of them receive files or build at once. The thread
    that holds it is given it again (the job a command starts finds the command's own lock).

    Args:
        office: whose lock.
        wait_seconds: how long to wait for another run (a person gets the message at once, a schedule waits).

    Raises:
        OfficeError: another run is going on; the message names its process.
    """
    office.data.mkdir(parents=True, exist_ok=True)
    path = office.data.resolve() / "run.lock"
    holder = path.with_name("run.pid")
    lock = FileLock(path, is_singleton=True)
    try:
        lock.acquire(timeout=wait_seconds, poll_interval=_LOOK_AGAIN)
    except Timeout as error:
        process = holder.read_text().strip() if holder.is_file() else "?"
        raise OfficeError(f"Đang có một lượt chạy khác (tiến trình {process}). Hãy đợi xong rồi chạy lại.") from error
    try:
        holder.write_text(str(os.getpid()))
        if lock.lock_counter == 1:
            remove_leftovers(office.data, holder.stat().st_mtime)
        yield
    finally:
        lock.release()


def prepare(office: Office, question: Question, typed: list[TypedDelivery], run_id: str) -> Path:
    """Delete what earlier runs left, write schema `landed` into a fresh database of this run; return the database.

    The caller holds the run lock: whatever lies in another build folder, nobody is at work on it.
    """
    folder = build_folder(office, run_id)
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    write_landed(office, question, typed, warehouse_file(office, run_id))
    return warehouse_file(office, run_id)
