"""One build folder, one run at a time: from a question to a warehouse ready for dbt.

Here: the lock, the build folder, preparing the database. Not here: models (dbt), documents (render, package).
Invariant: the build folder is a workplace only; a run that dies leaves it and the next run deletes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.landed import write_landed
from pipelines.warehouse.question import Question
from pipelines.warehouse.typed import TypedDelivery


def build_folder(office: Office) -> Path:
    """Return the one build folder of an office."""
    return office.data / "build"


def warehouse_file(office: Office) -> Path:
    """Return the database being built."""
    return build_folder(office) / "warehouse.duckdb"


def dbt_target(office: Office) -> Path:
    """Return dbt's own folder (manifest, compiled SQL) of an office."""
    return office.data / "dbt_target"


@contextmanager
def only_run(office: Office) -> Generator[None]:
    """Hold the office's run lock; the system frees it when the process ends, however it ends.

    Raises:
        OfficeError: another run is going on; the message names its process.
    """
    office.data.mkdir(parents=True, exist_ok=True)
    with (office.data / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise OfficeError(
                f"Đang có một lượt chạy khác (tiến trình {lock.read().strip()}). Hãy đợi xong rồi chạy lại."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def prepare(office: Office, question: Question, typed: list[TypedDelivery]) -> Path:
    """Empty the build folder and write schema `landed` into a fresh database; return the database."""
    folder = build_folder(office)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_landed(office, question, typed, warehouse_file(office))
    return warehouse_file(office)
