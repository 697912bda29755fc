"""Children of the tests that kill: each does its work and dies at a chosen step of it, as by `kill -9`.

Here: counting steps, looking at each, dying at one, the job as a child; importing this module imports all the job needs, so that a child
forked from a server that has it is warm. Not here: what else such a server has ready (killed_warm), assertions.
Invariant: a step is the same in every run of the same state: no time of day, no chance.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import forkserver, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from pipelines.runner import run_report

_IMPORTED_IN = os.getpid()
for _heavy in ("dagster", "dagster_dbt", "dbt.cli.main", "great_expectations", "duckdb", "pandas", "typst", "docx"):
    importlib.import_module(_heavy)

# What a step is: a file of the office written, moved or deleted; a look at Dagster's event log; SQL of a model made.
_ON_FILES = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.chmod", "sqlite3.connect"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def warm_children() -> BaseContext:
    """Return what starts warm children: a kill falls into work, not into imports. They are no forks of the process that
    asks, whose DuckDB threads a fork would miss: such a child may hang before its late steps."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["killed_job", "issued_office", "killed_warm"])
    before = os.environ.get("PYTHONPATH")
    # The server imports by its own path, and says nothing of what it does not find.
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context


def steps_of(context: BaseContext, work: Callable[..., object], *args: object, die_at: int | str = 0) -> int | None:
    """Run `work(*args)` in a child that dies before a step; return how many steps it went, None where it died.

    Args:
        context: of `warm_children`.
        work: what to do; its first argument is the office's folder.
        args: what it is done with.
        die_at: the number of a step (0: never), or the name of a file it is about to write.

    Raises:
        AssertionError: the child ended by itself with an error.
    """
    code, steps = _in_a_child(context, _work, work, args, die_at)
    assert code in (0, -signal.SIGKILL), f"the child ended with {code}"
    return steps


def seen_at_steps(context: BaseContext, work: Callable[..., object], look: Callable[[Path], object], *args: object):
    """Run `work(*args)` in a child that looks at the office's folder before each of its steps, and once at the end.

    What it sees at a step is what a kill there would leave. Returns the number of steps and the set of all that was seen.

    Raises:
        AssertionError: the child ended by itself with an error.
    """
    code, seen = _in_a_child(context, _watched, work, args, look)
    assert code == 0, f"the child ended with {code}"
    return seen


def _in_a_child(context: BaseContext, target: Callable[..., None], *args: object):
    """Run `target(*args, writer)` in a child; return its exit code, and what it wrote where it ended by itself."""
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=target, args=(*args, writer))
    child.start()
    writer.close()
    child.join()
    return child.exitcode, reader.recv() if child.exitcode == 0 else None


def run_job(office: str) -> None:
    """Run the quarter's job."""
    run_report(office, "2021-Q1")


def _work(work: Callable[..., object], args: tuple[object, ...], die_at: int | str, writer) -> None:
    steps = 0

    def step(name: str) -> None:
        nonlocal steps
        steps += 1
        if die_at == (name if isinstance(die_at, str) else steps):
            os.kill(os.getpid(), signal.SIGKILL)

    _work_in_steps(work, args, step)
    writer.send(steps)


def _watched(work: Callable[..., object], args: tuple[object, ...], look: Callable[[Path], object], writer) -> None:
    root, steps, seen = Path(str(args[0])), 0, set()

    def step(_: str) -> None:
        nonlocal steps
        steps += 1
        seen.add(look(root))

    _work_in_steps(work, args, step)
    seen.add(look(root))
    writer.send((steps, seen))


def _work_in_steps(work: Callable[..., object], args: tuple[object, ...], step: Callable[[str], None]) -> None:
    """Do the work; call `step` with the name of what is written before each of its steps."""
    assert os.getpid() != _IMPORTED_IN, "a cold child: the server did not find killed_job"
    os.setsid()
    root = str(args[0])

    def heard(event: str, details: tuple[object, ...]) -> None:
        if _is_step(event, details, root):
            step(Path(str(details[0])).name)

    sys.addaudithook(heard)
    work(*args)


def _is_step(event: str, details: tuple[object, ...], root: str) -> bool:
    if event == "exec":
        return True
    if event == "open":
        path, _, flags = details
        return isinstance(flags, int) and bool(flags & _WRITES) and str(path).startswith(root)
    return event in _ON_FILES and any(root in str(detail) for detail in details)


def spread(steps: int, count: int) -> list[int]:
    """Return `count` steps, one in each equal part of the way, the last of them the very last step."""
    return [max(1, round(steps * (number + 1) / count)) for number in range(count)]
