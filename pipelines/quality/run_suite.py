"""Running a suite of Great Expectations on a frame.

Here: the one GX context of the process, suites built once, findings as row numbers. Not here: what a failure does.
Invariant: an expectation that cannot be evaluated is our error and is raised, never taken for a pass.
"""

from __future__ import annotations

import os
import sys
import warnings
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from pipelines.quality.suite import parse_suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition

_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
# What GX imports for an expectation that no suite here has: 0.7 s of every run that reads.
_NOT_NEEDED = ("scipy.stats", "altair")
# Check id → numbers of the failing rows, ascending.
Failed = dict[str, np.ndarray]


def failing_rows(suite_text: str, frame: pd.DataFrame, of_files: bool = False) -> Failed:
    """Return the failed checks with their failing rows.

    Args:
        suite_text: the suite, in GX's own schema.
        frame: the columns the suite names, rows numbered from 0.
        of_files: run the checks about whole files; the frame then has one row per file.

    Raises:
        RuntimeError: an expectation could not be evaluated (our fault, never the file's).
    """
    suite = _built(suite_text, of_files)
    if not suite.expectations or frame.empty:
        return {}
    batch = _batch_definition().get_batch({"dataframe": frame})
    result = batch.validate(suite, result_format=cast("Any", _RESULT_FORMAT))
    failed: Failed = {}
    for outcome in result.results:
        config = outcome.expectation_config
        check_id = str(config.meta["check_id"]) if config is not None else ""
        problem = outcome.exception_info or {}
        if problem.get("raised_exception") or "raised_exception" not in problem:
            raise RuntimeError(f"expectation of check {check_id} could not be evaluated: {problem}")
        if not outcome.success:
            failed[check_id] = np.sort(np.array(outcome.result["unexpected_index_list"], dtype="int64"))
    return failed


@lru_cache(maxsize=1)
def _batch_definition() -> BatchDefinition:
    """The ephemeral GX context of this process; importing GX takes seconds, so only here."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    for name in _NOT_NEEDED:
        _load_when_used(name)
    with warnings.catch_warnings():  # where pyspark is installed GX imports it, and it warns of our pandas
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = cast("Any", {"globally": False})
    asset = context.data_sources.add_pandas("delivered").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("file")


def _load_when_used(module: str) -> None:
    """Make a module load when something of it is first asked for.

    Python's LazyLoader loads at any question, that for its file too, which `inspect` asks of every module when dbt
    looks at its own call stack.
    """
    spec = None if module in sys.modules else find_spec(module)
    if spec is None or spec.origin is None:
        return
    stand_in = ModuleType(module)
    stand_in.__file__ = spec.origin

    def found_in_the_module(name: str) -> Any:
        if sys.modules.get(module) is stand_in:
            del sys.modules[module]
        return getattr(import_module(module), name)

    stand_in.__getattr__ = found_in_the_module
    sys.modules[module] = stand_in
    package, _, part = module.rpartition(".")
    if package:
        setattr(sys.modules[package], part, stand_in)  # so that `from package import part` does not import it


@lru_cache(maxsize=64)
def _built(suite_text: str, of_files: bool) -> ExpectationSuite:
    _batch_definition()
    import great_expectations as gx

    parsed = parse_suite(suite_text)
    wanted = parsed.file_expectations if of_files else parsed.row_expectations
    return gx.ExpectationSuite(name=parsed.name, expectations=cast("Any", wanted))
