"""Set-up of every test.

Here: the order of modules, which tests are quick, helpers whose assertions explain themselves. Not here: fixtures of one
folder. Invariant: order and choice change no result; they say only what runs first, and what `make quick` leaves out.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.ingest.memory import collect_less

pytest.register_assert_rewrite("judged_rows")
# An image may forbid bytecode (PYTHONDONTWRITEBYTECODE); then test modules are compiled anew at each collection: 3 s.
sys.dont_write_bytecode = False
gc.disable()  # while modules are imported nothing is garbage, and looking for it costs a fifth of collecting

# Modules that run the job or build much, the longest first: a worker that meets them last works while the other waits.
LONG = (
    "test_sample_figures.py",  # the first to ask for the sample: its runs begin at once
    "test_killed_runs.py",
    "test_issue.py",
    "test_world.py",
    "test_replay.py",
    "test_seal.py",
    "test_sample_year.py",
    "test_stored_bytes.py",
    "test_ui_runs.py",
    "test_killed_issues.py",
    "test_fortnight.py",
    "test_diff_commands.py",
    "test_longer_periods_above.py",
    "test_counting_rules.py",
    "test_persons_planted.py",
    "test_province.py",
    "test_trace_named.py",
    "test_machine_faults.py",
    "test_verify.py",
    "test_sample_office.py",
    "test_shared_cases.py",
    "test_issued_and_estimated.py",
    "test_handbook.py",
    "test_read_apart.py",
    "test_map_change.py",
    "test_believed.py",
    "test_red_run.py",
    "test_recount.py",
    "test_compiled_project.py",
    "test_other_layouts.py",
    "test_carry_over.py",
    "test_diff.py",
    "test_boston.py",
    "test_killed_commands.py",
    "test_declared.py",
    "test_dossier_truth.py",
    "test_permits_nl.py",
)
# What a module holds that runs the job, whole steps of it (an office that receives files too), or builds models: such a
# module is not quick; nor is a test that tries inputs drawn at random.
_BUILDS = {"run_report", "report_by_steps", "story", "Warehouse", "run_dbt", "receive_inbox", "arrive"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and let the longest begin: those that share the sample come when it is built."""
    for item in items:
        if _runs_something(item) or _draws(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """What is imported by now stays: no later collection of garbage looks at it; nor is it walked as the process ends."""
    gc.enable()
    collect_less()  # as a run does: else a twentieth of the suite is looking for garbage


def pytest_unconfigure() -> None:
    """Pytest looks for garbage five times as it ends: at what a whole session has left, which cost each worker 10 s."""
    gc.freeze()


def _runs_something(item: pytest.Item) -> bool:
    module = _module(item)
    builds = getattr(getattr(module, "build", None), "__module__", "") == "compiled_project"
    return "pipeline" in item.path.parts or builds or bool(_BUILDS & vars(module).keys())


def _draws(item: pytest.Item) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def _module(item: pytest.Item) -> object:
    return getattr(item, "module", None) or Path


def _turn(item: pytest.Item) -> int:
    if item.path.name in LONG:
        return LONG.index(item.path.name)
    return len(LONG) + ("sample" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def _files_at_rest() -> Iterator[None]:
    """Files that tests have just written are whole: no second look waits for them to grow (test_reading_inbox does)."""
    from pipelines.ingest import stable

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stable, "BETWEEN_LOOKS", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _small_pages() -> Iterator[None]:
    """Warehouses made in this process have small pages: a tiny one is 3 MB, not 23, and is copied, hashed and issued often.

    Those of commands and jobs in processes of their own have the engine's usual pages.
    """
    import duckdb

    from pipelines.warehouse import landed

    small = SimpleNamespace(connect=lambda database: duckdb.connect(database, config={"default_block_size": "16384"}))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(landed, "duckdb", small)
        yield


@pytest.fixture(scope="session", autouse=True)
def _judged_once() -> Iterator[None]:
    """The same rows are judged by Great Expectations once a worker."""
    from judged_once import keep_answers

    with pytest.MonkeyPatch.context() as patched:
        keep_answers(patched.setattr)
        yield
